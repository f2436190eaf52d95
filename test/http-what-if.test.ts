/** What-if over HTTP: JSON, streams, refusals, and runs that end with their client. */
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { profileDocumentOf } from "../src/domain/profile-document.ts";
import { createRuns, RUNS_MAX, type Run, type RunRequest } from "../src/http/run-stream.ts";
import { type Service, startService } from "./http-helper.ts";
import { hostWith } from "./support/stories.ts";

const PATH = "/api/runtime/what-if";
const STREAM = { accept: "text/event-stream" };

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
});

const post = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  service.ask(PATH, { method: "POST", body, headers });

/** The events of a stream, in order. */
function eventsOf(text: string): { event: string; data: Record<string, unknown> }[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const [, event = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return { event, data: JSON.parse(data) as Record<string, unknown> };
    });
}

test("what-if: answers beside the running runtime, with and without changes", async () => {
  const plain = await post({});
  expect(plain.status).toBe(200);
  expect(plain.json).toMatchObject({
    exact: true,
    measurements_fixed: true,
    remarks: ["NOTHING_CHANGED"],
    first_divergence: null,
  });
  const host = profileDocumentOf(hostWith(), null);
  const changed = await post({ set: { "vram.enter": "90%" }, host });
  expect(changed.json).toMatchObject({ changes: { host: { to: { vram_total_mib: 20_480 } } } });
  expect(changed.json["first_divergence"]).toMatchObject({
    hypothetical: { profile: expect.stringContaining("LOCAL_GPU_HIGH") },
  });
  const part = await post({ config: { thresholds: { vram: { enter: 0.9 } } } });
  expect(part.json["changes"]).toMatchObject({
    settings: [{ path: "thresholds.vram.enter", from: 0.85, to: 0.9 }],
  });
});

test.each([
  [{ set: { "vram.enter": 0.95 } }, "RP_CONFIGURATION", "less than"],
  [{ set: { "vram.entr": 0.9 } }, "RP_CONFIGURATION", "did you mean"],
  [{ set: { "server.port": 1 } }, "RP_CONFIGURATION", "changes nothing in the past"],
  [{ config: { tier: { choice: "BIG" } } }, "RP_CONFIGURATION", "Expected one of"],
  [{ set: [] }, "RP_REQUEST", "must be object"],
  [{ host: { os: "Linux" } }, "RP_INPUT", "runtime_profile.json"],
  [{ host: [] }, "RP_REQUEST", "must be object, null"],
  [{ sets: {} }, "RP_REQUEST", "not known here"],
])("what-if %j: is refused with a problem, in a stream as well", async (body, code, words) => {
  for (const headers of [{}, STREAM]) {
    const answer = await post(body, headers);
    expect([answer.status, answer.json["code"]]).toEqual([400, code]);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.json["detail"]).toContain(words);
  }
});

test("what-if: deep and odd bodies are refused, and the service goes on", async () => {
  const deep = `{"config":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`;
  const headers = { "content-type": "application/json" };
  for (const body of [deep, '{"set":{"__proto__":{"x":1}}}', '{"set":{"constructor":1}}', "[]"]) {
    const { status } = await service.ask(PATH, { method: "POST", body, headers });
    expect(status).toBe(400);
  }
  expect((await post({})).status).toBe(200);
});

test("what-if: a stream ends with the same answer", async () => {
  const set = { "vram.enter": 0.9 };
  const [plain, streamed] = [await post({ set }), await post({ set }, STREAM)];
  expect(streamed.status).toBe(200);
  expect(streamed.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  expect(streamed.headers["cache-control"]).toBe("no-store");
  expect(streamed.headers["x-content-type-options"]).toBe("nosniff");
  const events = eventsOf(streamed.text);
  expect(events.at(-1)).toEqual({ event: "result", data: plain.json });
  expect(events.slice(0, -1).every(({ event }) => event === "progress")).toBe(true);
});

/** A route of its own with a run that the test ends, on the real service's machinery. */
async function heldService() {
  const { default: Fastify } = await import("fastify");
  const { addProblems } = await import("../src/http/problem-answers.ts");
  const redact = (value: unknown) => JSON.stringify(value);
  const runs = createRuns(redact);
  const held: { readonly finish: (answer: object) => void; readonly signal: AbortSignal }[] = [];
  const waiting: (() => void)[] = [];
  const run: Run<object> = ({ signal, onProgress }) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("cancelled")));
      if (signal !== undefined) held.push({ finish: resolve, signal });
      onProgress?.({ seq: 1, through: 2 });
      waiting.shift()?.();
    });
  const app = Fastify();
  addProblems(app as never, redact);
  app.post("/run", (request, reply) =>
    runs.answer({ request, reply } as unknown as RunRequest, run),
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const begun = () => new Promise<void>((resolve) => waiting.push(resolve));
  const open = (headers: Readonly<Record<string, string>> = {}) => {
    const where = { host: "127.0.0.1", port, path: "/run", method: "POST" };
    const client = httpRequest({ ...where, headers, agent: false });
    const answer = new Promise<{ status: number; retry: string | undefined; text: string }>(
      (resolve) => {
        client.on("error", () => resolve({ status: 0, retry: undefined, text: "" }));
        client.on("response", (incoming) => {
          let text = "";
          incoming.on("error", () => {});
          incoming.on("data", (part) => {
            text += String(part);
          });
          incoming.on("close", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              retry: incoming.headers["retry-after"],
              text,
            }),
          );
        });
      },
    );
    client.end();
    return { client, answer };
  };
  return { app, held, open, begun };
}

test.each([[{}], [STREAM]])(
  "runs: a client that goes away with %j ends its run and frees its place",
  async (headers) => {
    const { app, held, open, begun } = await heldService();
    const first = begun();
    const { client } = open(headers);
    await first;
    const [{ signal } = { signal: AbortSignal.abort() }] = held;
    expect(signal.aborted).toBe(false);
    const gone = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    client.destroy();
    await gone;
    for (let count = 0; count < RUNS_MAX; count += 1) {
      const next = begun();
      open();
      await next;
    }
    expect(held).toHaveLength(1 + RUNS_MAX);
    for (const { finish } of held) finish({});
    await app.close();
  },
);

test("runs: beyond two at once a request is told when to ask again, and then it is let in", async () => {
  const { app, held, open, begun } = await heldService();
  const answers: Promise<{ status: number; text: string }>[] = [];
  for (const headers of [{}, STREAM]) {
    const next = begun();
    answers.push(open(headers).answer);
    await next;
  }
  const refused = await open().answer;
  expect([refused.status, refused.retry]).toEqual([503, "5"]);
  expect(JSON.parse(refused.text)).toMatchObject({ code: "RP_BUSY" });
  for (const { finish } of held) finish({ done: true });
  const [plain, streamed] = await Promise.all(answers);
  expect(plain).toMatchObject({ status: 200, text: '{"done":true}' });
  expect(eventsOf(streamed?.text ?? "")).toEqual([
    { event: "progress", data: { seq: 1, through: 2 } },
    { event: "result", data: { done: true } },
  ]);
  const next = begun();
  const { answer } = open();
  await next;
  held.at(-1)?.finish({});
  expect((await answer).status).toBe(200);
  await app.close();
});
