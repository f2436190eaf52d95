import { afterAll, beforeAll, expect, test } from "vitest";
import { RuntimeProfileError } from "../src/domain/error.ts";
import { problemOf, refusalOf } from "../src/http/problem.ts";
import { type Asked, type Service, startService } from "./http-helper.ts";

let service: Service;
beforeAll(async () => {
  service = await startService({}, (runtime) => ({
    ...runtime,
    explain: () => {
      throw new Error("secret of the house");
    },
  }));
});
afterAll(async () => {
  await service.stop();
});

const JSON_TYPE = { "content-type": "application/json" };

test("problem: every refusal has the members of RFC 9457 and a code", async () => {
  const cases: [string, Asked, number, string][] = [
    ["/nowhere", {}, 404, "RP_NOT_FOUND"],
    ["/api/runtime/events/999999", {}, 404, "RP_NOT_FOUND"],
    ["/api/runtime/status", { method: "DELETE" }, 405, "RP_REQUEST"],
    ["/api/runtime/events/1", { method: "POST" }, 405, "RP_REQUEST"],
    ["/docs/json", { method: "POST" }, 405, "RP_REQUEST"],
    ["/api/runtime/statechart", { headers: { accept: "image/png" } }, 406, "RP_REQUEST"],
    ["/api/runtime/status?unknown=1", {}, 400, "RP_REQUEST"],
    ["/%zz", {}, 400, "RP_REQUEST"],
    ["/api/runtime/tasks", { method: "POST" }, 400, "RP_REQUEST"],
    ["/api/runtime/tasks", { method: "POST", body: "{", headers: JSON_TYPE }, 400, "RP_REQUEST"],
    ["/api/runtime/tasks", { method: "POST", body: "{}" }, 415, "RP_REQUEST"],
    ["/api/runtime/explain", {}, 500, "RP_INTERNAL"],
  ];
  for (const [path, asked, status, code] of cases) {
    const answer = await service.ask(path, asked);
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    if (status !== 400 || path !== "/%zz") {
      expect(answer.headers["cache-control"], path).toBe("no-store");
    }
    expect(answer.json, path).toMatchObject({
      type: expect.stringMatching(/^urn:runtime-profile:problem:[a-z-]+$/),
      title: expect.stringMatching(/./),
      status,
      detail: expect.stringMatching(/\.$/),
      instance: path.split("?")[0],
      code,
    });
  }
});

test("problem: a damaged log is named as such, with what to do and without its place", () => {
  const message = "Expected the log at /home/somebody/log.sqlite, got noise.";
  const refusal = refusalOf(new RuntimeProfileError("RP_LOG_DAMAGED", message));
  const problem = problemOf(refusal, "/api/runtime/what-if?x=1");
  expect(problem).toMatchObject({
    type: "urn:runtime-profile:problem:log-damaged",
    title: "The log is damaged",
    status: 500,
    code: "RP_LOG_DAMAGED",
    detail: expect.stringMatching(/runtime-profile verify.+start the runtime again/),
  });
  expect(JSON.stringify(problem)).not.toContain("somebody");
});

test("problem: a failure inside keeps its message to itself", async () => {
  const { text } = await service.ask("/api/runtime/explain");
  expect(text).not.toContain("secret");
  expect(text).not.toContain("stack");
});

test("validation: each complaint names the place, the value and what would be right", async () => {
  const post = (body: object) => service.ask("/api/runtime/tasks", { method: "POST", body });
  const cases = [
    [
      { provider: "local", ok: true },
      [{ pointer: "#/task", in: "body", detail: '"task" in the body is missing; give it' }],
    ],
    [
      { task: "vision", provider: "local", ok: "yes" },
      [{ pointer: "#/ok", in: "body", detail: '"ok" in the body must be boolean, got "yes"' }],
    ],
    [
      { task: "cutting", provider: "local", ok: true },
      [
        {
          pointer: "#/task",
          in: "body",
          detail: '"task" in the body must be one of vision, planning, editing, got "cutting"',
        },
      ],
    ],
    [
      { task: "vision", provider: "local", ok: true, "a/b~c": 1 },
      [
        {
          pointer: "#/a~1b~0c",
          in: "body",
          detail:
            '"a~1b~0c" in the body is not known here; leave it out ' +
            "(known: task, provider, model, ok, failure)",
        },
      ],
    ],
  ] as const;
  for (const [body, errors] of cases) {
    const { status, json } = await post(body);
    expect([status, json["errors"]]).toEqual([400, errors]);
    expect(json["detail"]).toBe(`${errors[0].detail}.`);
  }
});

test("validation: the query and the path are named as such", async () => {
  const query = (await service.ask("/api/runtime/events?limit=many")).json;
  expect(query["errors"]).toEqual([
    { pointer: "#/limit", in: "query", detail: expect.stringContaining('got "many"') },
  ]);
  const path = (await service.ask("/api/runtime/events/first")).json;
  expect(path["errors"]).toEqual([
    { pointer: "#/seq", in: "path", detail: expect.stringContaining('got "first"') },
  ]);
});

test("validation: numbers beyond exactness are refused", async () => {
  const cases = [
    ["9007199254740991", 404],
    ["9007199254740992", 400],
    ["99999999999999999999", 400],
    ["0", 400],
    ["-1", 400],
    ["1.5", 400],
    ["1e3", 400],
    ["0x10", 400],
    ["+1", 400],
  ] as const;
  for (const [seq, expected] of cases) {
    const { status } = await service.ask(`/api/runtime/events/${seq}`);
    expect([seq, status]).toEqual([seq, expected]);
  }
});

test("validation: complaints and values are bounded", async () => {
  const body = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key${index}`, 1]));
  const many = await service.ask("/api/runtime/policy/restore", { method: "POST", body });
  expect((many.json["errors"] as unknown[]).length).toBe(20);
  const long = await service.ask("/api/runtime/tasks", {
    method: "POST",
    body: { task: "x".repeat(5000), provider: "local", ok: true },
  });
  expect(long.text.length).toBeLessThan(1000);
});
