/** The client of OpenAI's protocol, against a real server on loopback that behaves as told. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { createOpenAiClient } from "../src/effects/openai-client.ts";
import type { SceneName } from "./support/fake-model-scenes.ts";
import { fakeCloud } from "./support/fake-models.ts";
import { callTo, targetAt, told } from "./support/model-calls.ts";

const KEY = "sk-proj-0123456789abcdef";
const client = createOpenAiClient({
  keyOf: ({ provider }) => (provider === "cloud" ? KEY : null),
});

/** What the package would take from the environment. */
const ENVIRONMENT = {
  OPENAI_API_KEY: "sk-evil",
  OPENAI_ADMIN_KEY: "sk-evil-admin",
  OPENAI_ORG_ID: "org-evil",
  OPENAI_PROJECT_ID: "proj-evil",
  OPENAI_BASE_URL: "http://127.0.0.1:1/v1",
  OPENAI_CUSTOM_HEADERS: "Authorization: Bearer sk-evil\nX-Evil: 1\nnot a header: 2",
  OPENAI_LOG: "debug",
  OPENAI_WEBHOOK_SECRET: "whsec-evil",
};

test("openai client: answers whole and in pieces, with all that the provider said", async () => {
  const cloud = await fakeCloud({ key: KEY });
  const target = targetAt(cloud.address, { provider: "cloud", model: "gpt-5" });
  cloud.always({ scene: "ok", text: "Ein rotes Auto, 紅色的車 🚗.", thinking: "Hm." });
  const whole = await client.complete(callTo(target));
  expect(whole).toMatchObject({
    ok: true,
    completion: {
      id: "chatcmpl-fake",
      model: "gpt-5",
      choices: [{ message: { content: "Ein rotes Auto, 紅色的車 🚗.", reasoning_content: "Hm." } }],
      usage: { prompt_tokens: 26 },
    },
  });
  const streamed = await told(client.stream(callTo(target)));
  expect(streamed.text).toBe("Ein rotes Auto, 紅色的車 🚗.");
  expect(streamed.failure).toBeNull();
});

test("openai client: the request passes untouched but for model and stream", async () => {
  const cloud = await fakeCloud();
  const request = {
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }], name: "Ann" }],
    model: "asked-for",
    stream: true,
    temperature: 0.25,
    logit_bias: { "50256": -100 },
    field_of_tomorrow: { deep: [1, null, "x"] },
  };
  await client.complete(callTo(targetAt(cloud.address, { model: "given" }), { request }));
  expect(cloud.chats[0]?.body).toEqual({ ...request, model: "given", stream: false });
  await told(client.stream(callTo(targetAt(cloud.address, { model: "given" }), { request })));
  expect(cloud.chats[1]?.body).toEqual({ ...request, model: "given", stream: true });
});

test("openai client: nothing of the environment has an effect", async () => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const loud = (["log", "debug", "info", "warn", "error"] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => {}),
  );
  const cloud = await fakeCloud();
  for (const provider of ["cloud", "local"] as const) {
    const call = callTo(targetAt(cloud.address, { provider }));
    expect(await client.complete(call)).toMatchObject({ ok: true });
    expect((await told(client.stream(call))).failure).toBeNull();
  }
  cloud.next("error", "html", "broken");
  for (let count = 0; count < 3; count += 1) {
    await client.complete(callTo(targetAt(cloud.address)));
  }
  const sent = cloud.chats.map(({ headers }) => headers);
  expect(sent.map(({ authorization }) => authorization)).toEqual([
    ...[`Bearer ${KEY}`, `Bearer ${KEY}`],
    ...Array<undefined>(5),
  ]);
  expect(new Set(sent.flatMap((headers) => Object.keys(headers)))).toEqual(
    new Set([
      ...["accept", "authorization", "connection", "content-length", "content-type", "host"],
      "user-agent",
    ]),
  );
  expect(JSON.stringify(cloud.requests)).not.toMatch(/evil/i);
  expect(process.env["OPENAI_CUSTOM_HEADERS"]).toBe(ENVIRONMENT.OPENAI_CUSTOM_HEADERS);
  for (const spy of loud) expect(spy).not.toHaveBeenCalled();
});

test("openai client: a redirect is not followed, so the key stays", async () => {
  const other = await fakeCloud();
  const cloud = await fakeCloud();
  cloud.always({ scene: "redirect", location: `${other.address}/chat/completions` });
  const answer = await client.complete(callTo(targetAt(cloud.address, { provider: "cloud" })));
  expect(answer).toMatchObject({ ok: false, failure: { failure: "server_error", status: 307 } });
  expect(other.requests).toEqual([]);
});

test("openai client: a failure is asked once and told by its class", async () => {
  const cases: readonly (readonly [SceneName, string, string])[] = [
    ["quota", "quota", "loading"],
    ["unauthorized", "auth", "auth"],
    ["model-missing", "not_pulled", "not_pulled"],
    ["context", "context", "context"],
    ["bad-request", "bad_request", "bad_request"],
    ["loading", "server_error", "loading"],
    ["oom-new", "server_error", "oom"],
    ["oom-stream", "server_error", "oom"],
    ["error", "server_error", "server_error"],
    ["reset", "server_error", "server_error"],
    ["reset-stream", "server_error", "server_error"],
    ["html", "server_error", "server_error"],
    ["broken", "server_error", "server_error"],
    ["truncated", "server_error", "server_error"],
  ];
  const cloud = await fakeCloud();
  for (const [scene, inCloud, local] of cases) {
    // rate_limit_exceeded is a quota wherever it is said.
    const expected = scene === "quota" ? "quota" : local;
    for (const [provider, failure] of [
      ["cloud", inCloud],
      ["local", expected],
    ] as const) {
      const before = cloud.chats.length;
      cloud.next(scene, scene);
      const call = callTo(targetAt(cloud.address, { provider }));
      expect(await client.complete(call), scene).toMatchObject({ failure: { failure } });
      expect((await told(client.stream(call))).failure, scene).toMatchObject({ failure });
      expect(cloud.chats.length - before).toBe(2);
    }
  }
});

test("openai client: what came before a failure is told before it", async () => {
  const cloud = await fakeCloud();
  for (const scene of ["oom-stream", "reset-stream", "broken", "truncated"] as const) {
    cloud.next({ scene, text: "One two three four" });
    const { text, events, failure } = await told(client.stream(callTo(targetAt(cloud.address))));
    expect([scene, text, events.length]).toEqual([scene, "One ", 3]);
    expect(failure?.status).toBe(200);
  }
});

test("openai client: a quota says when to ask again", async () => {
  const cloud = await fakeCloud();
  cloud.next({ scene: "quota", retryAfter: "30" });
  const answer = await client.complete(callTo(targetAt(cloud.address, { provider: "cloud" })));
  expect(answer).toMatchObject({
    failure: { failure: "quota", status: 429, retry_after_ms: 30_000 },
  });
});

test("openai client: the key is never repeated", async () => {
  const cloud = await fakeCloud();
  cloud.always({ scene: "unauthorized", message: `Wrong key ${KEY}; ${"x".repeat(990)}` });
  const call = callTo(targetAt(cloud.address, { provider: "cloud" }));
  const answer = await client.complete(call);
  const { failure } = await told(client.stream(call));
  expect(JSON.stringify([answer, failure])).not.toContain(KEY);
  expect(failure?.message.length).toBe(500);
});

test("openai client: a key that is no header fails without being told", async () => {
  const cloud = await fakeCloud();
  const bad = createOpenAiClient({ keyOf: () => "sk-with\nnewline-0123456789" });
  const answer = await bad.complete(callTo(targetAt(cloud.address)));
  expect(answer).toMatchObject({ ok: false });
  expect(JSON.stringify(answer)).not.toContain("newline-0123456789");
  expect(cloud.requests).toEqual([]);
});

test("openai client: nobody there is refused", async () => {
  const cloud = await fakeCloud();
  await cloud.stop();
  const call = callTo(targetAt(cloud.address));
  expect(await client.complete(call)).toMatchObject({
    failure: { failure: "refused", status: null },
  });
  expect((await told(client.stream(call))).failure).toMatchObject({ failure: "refused" });
});

test("openai client: events of providers, comments and line ends do no harm", async () => {
  const chunk = { id: "x", object: "chat.completion.chunk", created: 1, model: "m" };
  const piece = (content: string, finish_reason: string | null): string =>
    JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { content }, finish_reason }] });
  const bodies = [
    // Line ends of Windows, comments, no space after the colon, and more after the end.
    `: PROCESSING\r\n\r\nevent: message\r\ndata: ${piece("a", null)}\r\n\r\ndata:${piece("b", "stop")}\r\n\r\ndata: [DONE]\r\n\r\ndata: garbage\r\n\r\n`,
    // Without [DONE], and without an end of the last line.
    `data: ${piece("a", null)}\n\ndata: ${piece("b", "stop")}`,
  ];
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(bodies.shift());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  for (let count = 0; count < 2; count += 1) {
    const { text, failure } = await told(client.stream(callTo(targetAt(address))));
    expect([text, failure]).toEqual(["ab", null]);
  }
});

test("openai client: errors of llama.cpp in lines of their own are understood", async () => {
  const error =
    '{"code":400,"message":"the request exceeds the available context size","type":"x"}';
  const bodies = [`error: ${error}\n\n`, `data: {"error":${error}}\n\n`, `{"error":${error}}`];
  const server = createServer((_, response) => void response.end(bodies.shift()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  for (let count = 0; count < 3; count += 1) {
    const { failure } = await told(client.stream(callTo(targetAt(address))));
    expect(failure).toMatchObject({ failure: "context", status: 200 });
  }
});

test("openai client: connections are kept and used again", async () => {
  const cloud = await fakeCloud();
  const call = callTo(targetAt(cloud.address));
  for (let count = 0; count < 5; count += 1) {
    await client.complete(call);
    await told(client.stream(call));
  }
  // A second one when a call begins in the very moment in which the last one ends.
  expect(cloud.sockets.ever).toBeLessThanOrEqual(2);
});
