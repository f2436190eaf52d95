/** The client of Ollama's own protocol, against a real server on loopback that behaves as told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createOllamaClient } from "../src/effects/ollama-client.ts";
import type { SceneName } from "./support/fake-model-scenes.ts";
import { fakeChatOllama } from "./support/fake-models.ts";
import { callTo, targetAt, told } from "./support/model-calls.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const client = createOllamaClient({ keepAliveMs: 300_000 });

test("ollama client: a whole answer is a chat completion", async () => {
  const ollama = await fakeChatOllama();
  ollama.next({ scene: "ok", text: "紅色的車 🚗", thinking: "Hm." });
  const answer = await client.complete(callTo(targetAt(ollama.address)));
  expect(answer).toEqual({
    ok: true,
    completion: {
      id: expect.stringMatching(/^chatcmpl-/),
      object: "chat.completion",
      created: expect.any(Number),
      model: "gemma3:4b",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "紅色的車 🚗", reasoning_content: "Hm." },
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 26, completion_tokens: 2, total_tokens: 28 },
    },
  });
});

test("ollama client: a streamed answer comes piece by piece, with usage where it is asked for", async () => {
  const ollama = await fakeChatOllama();
  const target = targetAt(ollama.address);
  const messages = [{ role: "user", content: "Hi" }];
  const plain = await told(client.stream(callTo(target)));
  expect(plain.text).toBe("A red car stands on a wet road at night.");
  const request = { messages, stream: true, stream_options: { include_usage: true } };
  const counted = await told(client.stream(callTo(target, { request })));
  expect(counted.text).toBe(plain.text);
  expect(counted.events.length).toBe(plain.events.length + 1);
  expect(counted.events.at(-1)).toMatchObject({
    type: "chunk",
    chunk: { choices: [], usage: { prompt_tokens: 26, total_tokens: 36 } },
  });
});

test("ollama client: tools and images go there, and calls of tools come back", async () => {
  const ollama = await fakeChatOllama();
  ollama.always({ scene: "ok", toolCalls: [{ name: "cut", arguments: { at: 12.5 } }] });
  const tool = { type: "function", function: { name: "cut", parameters: { type: "object" } } };
  const request = {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Where?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
        ],
      },
    ],
    tools: [tool],
  };
  const answer = await client.complete(callTo(targetAt(ollama.address), { request }));
  expect(ollama.chats[0]?.body).toMatchObject({
    messages: [{ role: "user", content: "Where?", images: ["iVBORw0KGgo="] }],
    tools: [tool],
  });
  expect(answer).toMatchObject({
    completion: {
      choices: [
        {
          finish_reason: "tool_calls",
          message: { content: null, tool_calls: [{ function: { arguments: '{"at":12.5}' } }] },
        },
      ],
    },
  });
});

test("ollama client: whatever the requests want, the model is loaded once", async () => {
  const ollama = await fakeChatOllama();
  const target = targetAt(ollama.address, { num_ctx: 8192 });
  const messages = [{ role: "user", content: "Hi" }];
  const wishes = [
    {},
    { num_ctx: 2048, num_gpu: 0, keep_alive: 0 },
    { options: { num_ctx: 1024, num_gpu: 99, num_batch: 1, num_thread: 1, use_mmap: false } },
    { options: { main_gpu: 1, low_vram: true, temperature: 0.5 }, temperature: 0.25 },
  ];
  for (const wish of wishes) {
    await client.complete(callTo(target, { request: { messages, ...wish } }));
  }
  expect(ollama.memory.loads).toHaveLength(1);
  expect(ollama.chats.map(({ body }) => body["options"])).toEqual([
    ...Array(3).fill({ num_ctx: 8192 }),
    { num_ctx: 8192, temperature: 0.25 },
  ]);
  expect(new Set(ollama.chats.map(({ body }) => body["keep_alive"]))).toEqual(new Set([300]));
});

test("ollama client: on the processor no layer goes to the card; in the cloud nothing is said of either", async () => {
  const ollama = await fakeChatOllama();
  await client.complete(callTo(targetAt(ollama.address, { device: "cpu" })));
  expect(ollama.chats[0]?.body["options"]).toEqual({ num_ctx: 4096, num_gpu: 0 });
  expect(JSON.parse(ollama.memory.ps())).toMatchObject({ models: [{ size_vram: 0 }] });
  const cloud = targetAt(ollama.address, {
    provider: "cloud",
    device: "cloud",
    model: "qwen3-vl:235b-cloud",
  });
  await client.complete(callTo(cloud));
  expect(ollama.chats[1]?.body).toMatchObject({ options: {} });
  expect(ollama.chats[1]?.body).not.toHaveProperty("keep_alive");
});

test("ollama client: an image by address is refused, and nothing is fetched or sent", async () => {
  const ollama = await fakeChatOllama();
  for (const url of [`${ollama.address}/api/tags`, "https://example.com/a.png", "/etc/passwd"]) {
    const content = [{ type: "image_url", image_url: { url } }];
    const request = { messages: [{ role: "user", content }] };
    const call = callTo(targetAt(ollama.address), { request });
    expect(await client.complete(call)).toMatchObject({ failure: { failure: "bad_request" } });
    expect((await told(client.stream(call))).failure).toMatchObject({ failure: "bad_request" });
  }
  expect(ollama.requests).toEqual([]);
});

test("ollama client: an image that is the name of a file is not read", async () => {
  const ollama = await fakeChatOllama();
  const path = join(temporaryFolder(), "secret");
  writeFileSync(path, "the content of a file");
  const content = [{ type: "image_url", image_url: { url: `data:image/png;base64,${path}` } }];
  const request = { messages: [{ role: "user", content }] };
  await client.complete(callTo(targetAt(ollama.address), { request }));
  expect(ollama.chats[0]?.body).toMatchObject({ messages: [{ images: [path] }] });
});

test("ollama client: no key of the environment goes along, and nothing is printed", async () => {
  vi.stubEnv("OLLAMA_API_KEY", "evil");
  vi.stubEnv("OLLAMA_HOST", "http://127.0.0.1:1");
  const loud = (["log", "debug", "info", "warn", "error"] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => {}),
  );
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const ollama = await fakeChatOllama();
  const scenes = ["ok", "error", "html", "broken", "truncated", "oom-stream", "loading"] as const;
  for (const scene of scenes) {
    ollama.next(scene, scene);
    await client.complete(callTo(targetAt(ollama.address)));
    await told(client.stream(callTo(targetAt(ollama.address))));
  }
  for (const { headers } of ollama.requests) expect(headers.authorization).toBeUndefined();
  for (const spy of loud) expect(spy).not.toHaveBeenCalled();
});

test("ollama client: a failure is asked once and told by its class", async () => {
  const cases: readonly (readonly [SceneName, string])[] = [
    ["oom-old", "oom"],
    ["oom-new", "oom"],
    ["oom-memory", "oom"],
    ["killed", "oom"],
    ["oom-stream", "oom"],
    ["model-missing", "not_pulled"],
    ["quota", "quota"],
    ["unauthorized", "auth"],
    ["context", "context"],
    ["loading", "loading"],
    ["busy", "loading"],
    ["bad-request", "bad_request"],
    ["error", "server_error"],
    ["reset", "server_error"],
    ["reset-stream", "server_error"],
    ["html", "server_error"],
    ["broken", "server_error"],
    ["truncated", "server_error"],
    ["redirect", "server_error"],
  ];
  const ollama = await fakeChatOllama();
  for (const [scene, failure] of cases) {
    ollama.next(scene, scene);
    const call = callTo(targetAt(ollama.address));
    expect(await client.complete(call), scene).toMatchObject({ failure: { failure } });
    expect((await told(client.stream(call))).failure, scene).toMatchObject({ failure });
  }
  expect(ollama.chats).toHaveLength(2 * cases.length);
});

test("ollama client: what came before a failure is told before it", async () => {
  const ollama = await fakeChatOllama();
  for (const scene of ["oom-stream", "reset-stream", "broken", "truncated"] as const) {
    ollama.next({ scene, text: "One two three four" });
    const { text, events, failure } = await told(client.stream(callTo(targetAt(ollama.address))));
    expect([scene, text, events.length]).toEqual([scene, "One two ", 3]);
    expect(failure?.status).toBe(200);
  }
});

test("ollama client: a model that is not there, and a server that is not there", async () => {
  const ollama = await fakeChatOllama();
  const missing = callTo(targetAt(ollama.address, { model: "llama9" }));
  expect(await client.complete(missing)).toMatchObject({
    failure: { failure: "not_pulled", status: 404 },
  });
  const stopped = await fakeChatOllama();
  await stopped.stop();
  expect(await client.complete(callTo(targetAt(stopped.address)))).toMatchObject({
    failure: { failure: "refused", status: null },
  });
});

test("ollama client: what is no chat request is refused without being sent", async () => {
  const ollama = await fakeChatOllama();
  const wrong: readonly unknown[] = [
    undefined,
    "Hi",
    [null],
    [{ content: "Hi" }],
    [{ role: "user", content: 7 }],
    [{ role: "user", content: [null] }],
    [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }],
    [{ role: "assistant", tool_calls: [{}] }],
    [{ role: "assistant", tool_calls: [{ function: { name: "cut", arguments: "{" } }] }],
  ];
  for (const messages of wrong) {
    const call = callTo(targetAt(ollama.address), { request: { messages } as never });
    const answer = await client.complete(call);
    expect([messages, answer]).toMatchObject([messages, { failure: { failure: "bad_request" } }]);
  }
  expect(ollama.requests).toEqual([]);
});

test("ollama client: connections are kept and used again", async () => {
  const ollama = await fakeChatOllama();
  const call = callTo(targetAt(ollama.address));
  for (let count = 0; count < 5; count += 1) {
    await client.complete(call);
    await told(client.stream(call));
  }
  expect(ollama.sockets.ever).toBeLessThanOrEqual(2);
});
