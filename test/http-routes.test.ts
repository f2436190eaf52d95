import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "./http-helper.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
});

const READS = [
  "/api/runtime/status",
  "/api/runtime/profile",
  "/api/runtime/policy",
  "/api/runtime/monitor",
  "/api/runtime/snapshot",
  "/api/runtime/explain",
  "/api/runtime/events",
  "/api/runtime/events/1",
  "/api/runtime/statechart",
  "/api/runtime/statechart.json",
  "/api/runtime/statechart.mmd",
  "/api/runtime/statechart.svg",
  "/api/runtime/statechart.scxml",
  "/healthz",
  "/docs",
  "/docs/json",
  "/",
];

test("status: has the shape of the user's document", async () => {
  const { status, headers, json } = await service.ask("/api/runtime/status?lang=zh");
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(json).toMatchObject({
    profile: {
      class: "LOCAL_CPU_ONLY",
      degraded: false,
      explanation: expect.stringMatching(/^🧠 系统运行模式\n/),
    },
    policy: {
      vision: {
        provider: expect.any(String),
        model: expect.any(String),
        device: expect.any(String),
        max_scenes: expect.any(Number),
      },
    },
    monitor: { running: true, metrics: { gpu: null, memory: {}, cpu: {} } },
    recommendations: expect.any(Array),
  });
  const { recommendations, recommendation_details } = json as {
    recommendations: string[];
    recommendation_details: { sentence: string }[];
  };
  expect(recommendation_details.map(({ sentence }) => sentence)).toEqual(recommendations);
});

test("state routes: answer what the runtime says, whole", async () => {
  const { runtime } = service;
  const answers = {
    "/api/runtime/status": runtime.status("en"),
    "/api/runtime/profile": runtime.profile("en"),
    "/api/runtime/policy": runtime.policy(),
    "/api/runtime/monitor": runtime.monitor(),
    "/api/runtime/snapshot": runtime.snapshot("en"),
    "/api/runtime/explain": runtime.explain("en"),
  };
  for (const [path, expected] of Object.entries(answers)) {
    const { json } = await service.ask(path);
    expect(Object.keys(json), path).toEqual(Object.keys(expected));
    const { seq: _seq, at: _at, time: _time, monitor: _monitor, ...rest } = json;
    if (path !== "/api/runtime/monitor") expect(expected, path).toMatchObject(rest);
  }
});

test("language: the parameter, then Accept-Language, then the service's own", async () => {
  const cases = [
    ["?lang=zh", undefined, "系统运行模式"],
    ["?lang=en", "zh-CN", "How this host runs"],
    ["", "zh-CN,zh;q=0.9,en;q=0.8", "系统运行模式"],
    ["", "fr, en;q=0.5, zh;q=0.1", "How this host runs"],
    ["", "fr", "How this host runs"],
    ["", undefined, "How this host runs"],
  ] as const;
  for (const [query, accept, words] of cases) {
    const headers = accept === undefined ? {} : { "accept-language": accept };
    const { json } = await service.ask(`/api/runtime/profile${query}`, { headers });
    expect(json["explanation"], `${query} ${accept}`).toContain(words);
  }
  expect((await service.ask("/api/runtime/profile?lang=fr")).status).toBe(400);
});

test("degrade and restore: an empty body is enough, and the language is kept", async () => {
  const down = await service.ask("/api/runtime/policy/degrade?lang=zh", { method: "POST" });
  expect(down.status).toBe(200);
  expect(down.json).toMatchObject({ rung: "shed", state: { hold: "held.cloud" } });
  expect(down.json["explanation"]).toContain("系统运行模式");
  const up = await service.ask("/api/runtime/policy/restore", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "",
  });
  expect(up.status).toBe(200);
  expect(up.json).toMatchObject({ state: { hold: "free" } });
});

test("degrade: rung and reason are in the log, with a sentence for the transition", async () => {
  const body = { rung: "shed", reason: "the final cut" };
  const { status, json } = await service.ask("/api/runtime/policy/degrade", {
    method: "POST",
    body,
  });
  expect([status, json["rung"]]).toEqual([200, "shed"]);
  const { events } = (await service.ask("/api/runtime/events?type=degrade.requested&limit=1000"))
    .json as { events: { data: object }[] };
  expect(events.at(-1)?.data).toMatchObject(body);

  const transitions = (await service.ask("/api/runtime/events?type=transition")).json as {
    events: { seq: number }[];
  };
  const last = await service.ask(`/api/runtime/events/${transitions.events.at(-1)?.seq}?lang=zh`);
  expect(last.json["explanation"]).toMatch(/。$/);
  await service.ask("/api/runtime/policy/restore", { method: "POST", body: {} });
});

test("degrade: a rung that this tier lacks, or a better one, is a conflict", async () => {
  for (const rung of ["smallModel", "cpu", "nominal"]) {
    const { status, json } = await service.ask("/api/runtime/policy/degrade", {
      method: "POST",
      body: { rung },
    });
    expect([status, json["code"]], rung).toEqual([409, "RP_RUNG_NOT_AVAILABLE"]);
  }
});

test("tasks: an outcome counts", async () => {
  const before = service.runtime.monitor().metrics.tasks.outcomes;
  const { status } = await service.ask("/api/runtime/tasks", {
    method: "POST",
    body: { task: "vision", provider: "local", ok: true, model: null, failure: null },
  });
  expect(status).toBe(200);
  expect(service.runtime.monitor().metrics.tasks.outcomes).toBe(before + 1);
});

test("events: pages meet without a gap and end with null", async () => {
  const whole = (await service.ask("/api/runtime/events?limit=1000")).json as {
    events: { seq: number }[];
    next: null;
  };
  expect(whole.next).toBeNull();
  const seen: number[] = [];
  let after: number | null = 0;
  while (after !== null && seen.length <= whole.events.length) {
    const page = (await service.ask(`/api/runtime/events?after=${after}&limit=3`)).json as {
      events: { seq: number }[];
      next: number | null;
    };
    seen.push(...page.events.map(({ seq }) => seq));
    after = page.next;
  }
  expect(seen).toEqual(whole.events.map(({ seq }) => seq));
});

test("events: types are repeated or joined by commas, kinds are chosen", async () => {
  const types = async (query: string) => {
    const { json } = await service.ask(`/api/runtime/events?limit=1000&${query}`);
    return new Set((json["events"] as { type: string }[]).map(({ type }) => type));
  };
  const both = new Set(["runtime.started", "host.detected"]);
  expect(await types("type=runtime.started,host.detected")).toEqual(both);
  expect(await types("type=runtime.started&type=host.detected")).toEqual(both);
  expect(await types("kind=output")).not.toContain("host.detected");
});

test("events: limits stop at 1 and 1000", async () => {
  for (const [limit, status] of [
    [0, 400],
    [1, 200],
    [1000, 200],
    [1001, 400],
  ]) {
    expect((await service.ask(`/api/runtime/events?limit=${limit}`)).status, `${limit}`).toBe(
      status,
    );
  }
});

test("statechart: JSON by default, Mermaid by Accept or extension, else refused", async () => {
  const ask = (path: string, accept?: string) =>
    service.ask(path, accept === undefined ? {} : { headers: { accept } });
  const json = await ask("/api/runtime/statechart");
  expect(json.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(json.text).toContain("LOCAL_GPU_MID");
  expect((await ask("/api/runtime/statechart.json")).text).toBe(json.text);
  const mermaid = await ask("/api/runtime/statechart", "text/vnd.mermaid");
  expect(mermaid.headers["content-type"]).toBe("text/vnd.mermaid; charset=utf-8");
  expect(mermaid.text).toContain("stateDiagram-v2");
  expect((await ask("/api/runtime/statechart.mmd")).text).toBe(mermaid.text);
  expect((await ask("/api/runtime/statechart", "text/html,*/*;q=0.8")).text).toBe(json.text);
  expect((await ask("/api/runtime/statechart", "image/png")).status).toBe(406);
});

test("health: says that it is alive and how long the log is", async () => {
  const { status, json } = await service.ask("/healthz");
  expect(status).toBe(200);
  expect(json).toEqual({ status: "ok", seq: expect.any(Number) });
});

test("health: takes no parameter", async () => {
  const { status, json } = await service.ask("/healthz?foo=1");
  expect(status).toBe(400);
  expect(json["code"]).toBe("RP_REQUEST");
});

test("HEAD: answers like GET, without a body", async () => {
  for (const path of READS) {
    const get = await service.ask(path);
    const head = await service.ask(path, { method: "HEAD" });
    expect([path, head.status, head.text]).toEqual([path, 200, ""]);
    expect(head.headers["content-type"], path).toBe(get.headers["content-type"]);
    expect(head.headers["content-length"], path).toBe(get.headers["content-length"]);
  }
});

test("GET and HEAD: change nothing", async () => {
  const acts =
    "type=degrade.requested,restore.requested,host.detected,task.finished,config.changed";
  const count = async () =>
    (await service.ask(`/api/runtime/events?limit=1000&${acts}`)).json["events"];
  const before = await count();
  for (const path of READS) {
    await service.ask(path);
    await service.ask(path, { method: "HEAD" });
  }
  for (const path of ["policy/degrade", "policy/restore", "tasks"]) {
    const { status, headers } = await service.ask(`/api/runtime/${path}`);
    expect([path, status, headers["allow"]]).toEqual([path, 405, "POST"]);
  }
  expect(await count()).toEqual(before);
});

// The last one, because new sensors write into the log after it.
test("reload: detects again, by POST and by GET", async () => {
  const count = async () => {
    const page = await service.ask("/api/runtime/events?type=host.detected&limit=1000");
    return (page.json["events"] as unknown[]).length;
  };
  const before = await count();
  const post = await service.ask("/api/runtime/profile/reload", { method: "POST" });
  expect(post.status).toBe(200);
  expect(post.json).toMatchObject({ class: "LOCAL_CPU_ONLY", host: { schema_version: 1 } });
  expect(await count()).toBe(before + 1);
  const get = await service.ask("/api/runtime/profile/reload?lang=zh", {
    headers: { "sec-fetch-site": "none" },
  });
  expect(get.status).toBe(200);
  expect(get.json["explanation"]).toContain("系统运行模式");
  expect(await count()).toBe(before + 2);
});
