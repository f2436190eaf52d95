import { homedir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Failure } from "../src/domain/input.ts";
import type { Attempt, WorkRefusal } from "../src/domain/job.ts";
import { type Door, HELLO, startDoor } from "./support/gateway.ts";

let door: Door;
beforeAll(async () => {
  door = await startDoor();
});
afterAll(async () => {
  await door.stop();
});

const CHAT = "/v1/chat/completions";

interface Shape {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

async function chat(body: object | string, headers: Record<string, string> = {}) {
  const type = typeof body === "string" ? { "content-type": "application/json" } : {};
  const answer = await door.ask(CHAT, { method: "POST", body, headers: { ...type, ...headers } });
  return { ...answer, error: (answer.json as unknown as Shape).error };
}

function attempt(failure: Failure, more: Partial<Attempt> = {}): Attempt {
  const model = "qwen3.5:4b";
  return { rung: "nominal", provider: "local", model, failure, seq: 1234, message: "", ...more };
}

async function refusedWith(refusal: Partial<WorkRefusal> & Pick<WorkRefusal, "kind">) {
  door.work.script = () => ({ refusal });
  const whole = await chat(HELLO);
  const streamed = await chat({ ...HELLO, stream: true });
  expect(streamed.error).toEqual(whole.error);
  expect(streamed.status).toBe(whole.status);
  return whole;
}

test("errors: a refusal is 503 with its code, and says when to ask again", async () => {
  const cases = [
    ["no_target", 5500, "6", "true"],
    ["no_target", 90_000, "90", "false"],
    ["no_target", null, undefined, "false"],
    ["no_target", 3, "1", "true"],
    ["consent", null, undefined, "false"],
    ["queue_full", null, "1", "true"],
    ["deadline", null, "1", "true"],
    ["stopped", null, undefined, "false"],
  ] as const;
  for (const [kind, retry_after_ms, after, should] of cases) {
    const { status, headers, error } = await refusedWith({ kind, retry_after_ms });
    expect([kind, status, error.code, error.type]).toEqual([kind, 503, kind, "server_error"]);
    expect([kind, headers["retry-after"]]).toEqual([kind, after]);
    expect([kind, headers["x-should-retry"]]).toEqual([kind, should]);
    expect(headers["x-runtime-profile-reason"]).toBe("HOST_DETECTED");
  }
});

test("errors: each failure of the last attempt has its status and code", async () => {
  const cases = [
    ["oom", 503, "out_of_memory"],
    ["timeout", 504, "timeout"],
    ["refused", 502, "server_unreachable"],
    ["server_error", 502, "model_server_error"],
    ["loading", 503, "model_loading"],
    ["not_pulled", 503, "model_not_pulled"],
    ["context", 400, "context_length_exceeded"],
    ["quota", 429, "quota_exceeded"],
    ["auth", 502, "provider_refused_key"],
    ["bad_request", 400, "invalid_request"],
  ] as const;
  for (const [failure, status, code] of cases) {
    const attempts = [attempt(failure)];
    const answer = await refusedWith({ kind: "failed", failure, attempts });
    const asked = await refusedWith({ kind: "failed", failure, attempts, retry_after_ms: 9000 });
    const lasting = ["context", "bad_request", "auth", "not_pulled"].includes(failure);
    const { "retry-after": after, "x-should-retry": again } = asked.headers;
    expect([failure, after, again]).toEqual([
      failure,
      ...(lasting ? [undefined, "false"] : ["9", "true"]),
    ]);
    expect([failure, answer.status, answer.error.code]).toEqual([failure, status, code]);
    expect(answer.headers["x-should-retry"]).toBe("false");
    const path = `nominal:qwen3.5%3A4b:${failure}:1234`;
    expect(answer.headers["x-runtime-profile-attempts"]).toBe(path);
    const remedy = answer.error.message.includes("ollama pull qwen3.5:4b");
    expect([failure, remedy]).toEqual([failure, failure === "not_pulled"]);
  }
  const quota = { kind: "failed", failure: "quota", attempts: [], retry_after_ms: 20_000 } as const;
  const { headers } = await refusedWith(quota);
  expect([headers["retry-after"], headers["x-should-retry"]]).toEqual(["20", "true"]);
});

test("errors: a receipt stays a header, whatever a model is called", async () => {
  const names = ["llama\r\nx-evil: 1", "模型,:名", "100%", "\ud800", "a".repeat(5000)];
  const attempts = names.map((model) => attempt("oom", { model, seq: null }));
  const { headers } = await refusedWith({ kind: "failed", failure: "oom", attempts });
  expect(headers["x-evil"]).toBeUndefined();
  const told = String(headers["x-runtime-profile-attempts"]).split(",");
  expect(told.map((part) => decodeURIComponent(part.split(":")[1] ?? ""))).toEqual([
    ...names.slice(0, 3),
    "\ufffd",
    "a".repeat(200),
  ]);
  for (const model of names) {
    door.work.script = () => ({ say: ["x"], receipt: { model } });
    const told = String((await chat(HELLO)).headers["x-runtime-profile-model"]);
    expect(decodeURIComponent(told)).toBe(model.slice(0, 200).toWellFormed());
  }
});

test("errors: what a server said goes out without the user's folder", async () => {
  const message = `could not open ${homedir()}/models/blob`;
  const { error } = await refusedWith({ kind: "failed", failure: "server_error", message });
  expect(error.message).toContain("could not open ~/models/blob");
});

test("errors: a job that the runtime ended is told so", async () => {
  door.work.script = () => ({ ended: true });
  for (const stream of [false, true]) {
    const { status, error } = await chat({ ...HELLO, stream });
    expect([status, error.code]).toEqual([503, "stopped"]);
  }
});

test("errors: a request needs model and messages; everything else passes", async () => {
  door.work.script = () => ({ say: ["x"] });
  const { messages, model } = HELLO;
  const cases = [
    ["[]", 400, "invalid_request", null],
    ["null", 400, "invalid_request", null],
    ["", 400, "invalid_request", "model"],
    ["{", 400, "invalid_json", null],
    ['{"__proto__": {}}', 400, "invalid_json", null],
    [{ messages }, 400, "invalid_request", "model"],
    [{ model: 7, messages }, 400, "invalid_request", "model"],
    [{ model: "gpt-5", messages }, 404, "model_not_found", "model"],
    [{ model }, 400, "invalid_request", "messages"],
    [{ model, messages: [] }, 400, "invalid_request", "messages"],
    [{ model, messages: "hi" }, 400, "invalid_request", "messages"],
    [{ model, messages: [...messages, null] }, 400, "invalid_request", "messages.1"],
    [{ model, messages: [{ role: 1 }] }, 400, "invalid_request", "messages.0"],
    [{ model, messages, stream: "yes" }, 400, "invalid_request", "stream"],
  ] as const;
  for (const [body, status, code, param] of cases) {
    const answer = await chat(body);
    const { error, headers } = answer;
    expect([body, answer.status, error.code, error.param]).toEqual([body, status, code, param]);
    expect(error.type).toBe("invalid_request_error");
    expect(headers["x-should-retry"]).toBe("false");
  }
  expect((await chat({ model: "gpt-5", messages })).error.message).toContain(
    '"runtime/vision" or "runtime/planning"',
  );
  const odd = { model, messages, temperature: 0.1, n: 2, tool_choice: "auto", x_new: { a: [1] } };
  expect((await chat(odd)).status).toBe(200);
  const { model: _model, ...request } = odd;
  expect(door.work.jobs.at(-1)).toMatchObject({ role: "vision", request });
  expect(door.work.jobs.at(-1)?.request).not.toHaveProperty("model");
});

test("errors: two headers say what the caller wishes", async () => {
  door.work.script = () => ({ say: ["x"] });
  const local = "x-runtime-profile-local-only";
  const wait = "x-runtime-profile-wait-ms";
  const good = [
    [{}, { isLocalOnly: false }],
    [{ [local]: "true" }, { isLocalOnly: true }],
    [
      { [local]: "FALSE", [wait]: "0" },
      { isLocalOnly: false, waitMs: 0 },
    ],
    [{ [wait]: "86400000" }, { waitMs: 86_400_000 }],
  ] as const;
  for (const [headers, job] of good) {
    expect((await chat(HELLO, headers)).status).toBe(200);
    expect(door.work.jobs.at(-1)).toMatchObject(job);
  }
  const bad = [
    { [local]: "1" },
    { [local]: "" },
    { [wait]: "-1" },
    { [wait]: "1.5" },
    { [wait]: "86400001" },
    { [wait]: "soon" },
    { [wait]: "" },
  ];
  const before = door.work.jobs.length;
  for (const headers of bad) {
    const { status, error } = await chat(HELLO, headers as Record<string, string>);
    expect([headers, status, error.code]).toEqual([headers, 400, "invalid_request"]);
    expect(error.message).toContain(Object.keys(headers)[0]);
  }
  expect(door.work.jobs.length).toBe(before);
});

test("errors: unknown paths are 404, wrong methods 405, other bodies 415", async () => {
  const cases = [
    ["GET", "/v1", 404, "unknown_url", undefined],
    ["GET", "/v1/nothing", 404, "unknown_url", undefined],
    ["POST", "/v1/completions", 404, "unknown_url", undefined],
    ["POST", "/v1/embeddings?x=1", 404, "unknown_url", undefined],
    ["GET", "/v1/chat/completions", 405, "method_not_allowed", "POST"],
    ["DELETE", "/v1/chat/completions", 405, "method_not_allowed", "POST"],
    ["POST", "/v1/models", 405, "method_not_allowed", "GET, HEAD"],
    ["DELETE", "/v1/models/runtime%2Fvision", 405, "method_not_allowed", "GET, HEAD"],
    ["GET", "/v1/models/gpt-5", 404, "model_not_found", undefined],
    ["GET", "/v1/models/123", 404, "model_not_found", undefined],
    ["GET", `/v1/models/${"a".repeat(500)}`, 404, "model_not_found", undefined],
  ] as const;
  for (const [method, path, status, code, allow] of cases) {
    const { headers, json, ...answer } = await door.ask(path, { method });
    const { error } = json as unknown as Shape;
    expect([path, answer.status, error.code]).toEqual([path, status, code]);
    expect([path, headers.allow]).toEqual([path, allow]);
  }
  const headers = { "content-type": "text/plain" };
  const { status, json } = await door.ask(CHAT, { method: "POST", headers, body: "hi" });
  const { error } = json as unknown as Shape;
  expect([status, error.code]).toEqual([415, "unsupported_media_type"]);
});

test("models: both roles, and what stands behind each now", async () => {
  const { json } = await door.ask("/v1/models");
  const policy = door.runtime.policy();
  const { provider, model, device, ready } = policy.vision;
  const data = json["data"] as readonly Record<string, unknown>[];
  expect(json["object"]).toBe("list");
  expect(data.map(({ id }) => id)).toEqual(["runtime/vision", "runtime/planning"]);
  expect(data[0]).toEqual({
    id: "runtime/vision",
    object: "model",
    created: expect.any(Number),
    owned_by: "runtime-profile",
    stands_for: { provider, model, device, ready },
  });
  for (const path of ["/v1/models/runtime%2Fvision", "/v1/models/runtime/vision"]) {
    expect((await door.ask(path)).json, path).toEqual(data[0]);
  }
});
