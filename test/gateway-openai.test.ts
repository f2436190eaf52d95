import OpenAI, { APIError, APIUserAbortError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chunkOf } from "./support/fake-work.ts";
import { type Door, startDoor } from "./support/gateway.ts";
import { CUT_TOOL, OF_PICTURE, obliging, PICTURE } from "./support/gateway-scripts.ts";

let door: Door;
let client: OpenAI;
beforeAll(async () => {
  door = await startDoor();
  door.work.script = obliging;
  client = new OpenAI({ baseURL: door.baseUrl, apiKey: "anything" });
});
afterAll(async () => {
  await door.stop();
});

const ASKED = {
  model: "runtime/planning",
  messages: [{ role: "user", content: "Hello?" }],
} satisfies OpenAI.ChatCompletionCreateParams;
const SEEN = {
  model: "runtime/vision",
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PICTURE}` } },
      ],
    },
  ],
} satisfies OpenAI.ChatCompletionCreateParams;
const TOOLS = { ...ASKED, tools: [CUT_TOOL] as unknown as OpenAI.ChatCompletionTool[] };

async function errorOf(asked: Promise<unknown>): Promise<APIError> {
  const error = await asked.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(APIError);
  return error as APIError;
}

test("openai: a chat, whole and streamed, with its receipt", async () => {
  const { data, response } = await client.chat.completions.create(ASKED).withResponse();
  expect(data.choices[0]?.message.content).toBe("Hello 世界");
  expect(response.headers.get("x-runtime-profile-model")).toBe("qwen3.5:4b");
  let text = "";
  for await (const { choices } of await client.chat.completions.create({
    ...ASKED,
    stream: true,
  })) {
    text += choices[0]?.delta.content ?? "";
  }
  expect(text).toBe("Hello 世界");
  expect(door.work.jobs.at(-1)?.role).toBe("planning");
});

test("openai: a picture", async () => {
  const { choices } = await client.chat.completions.create(SEEN);
  expect(choices[0]?.message.content).toBe(OF_PICTURE);
  const stream = client.chat.completions.stream(SEEN);
  expect(await stream.finalContent()).toBe(OF_PICTURE);
  expect(door.work.jobs.at(-1)?.role).toBe("vision");
});

test("openai: tools, whole and streamed", async () => {
  const whole = await client.chat.completions.create(TOOLS);
  const streamed = await client.chat.completions.stream(TOOLS).finalChatCompletion();
  for (const { choices } of [whole, streamed]) {
    const call = choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ id: "call_1", function: { name: "cut", arguments: '{"at":12}' } });
  }
});

test("openai: the list of models, and one", async () => {
  const { data } = await client.models.list();
  expect(data.map(({ id }) => id)).toEqual(["runtime/vision", "runtime/planning"]);
  expect(await client.models.retrieve("runtime/vision")).toEqual(data[0]);
});

test("openai: an abort ends the job, waiting, whole or streamed", async () => {
  const { work } = door;
  for (const stream of [false, true]) {
    work.script = () => ({ hang: [] });
    const [given, aborted] = [work.jobs.length, work.seen.aborted];
    const end = new AbortController();
    const asked = client.chat.completions.create({ ...ASKED, stream }, { signal: end.signal });
    const failed = asked.catch((reason: unknown) => reason);
    await work.until(() => work.jobs.length > given);
    end.abort();
    expect(await failed).toBeInstanceOf(APIUserAbortError);
    await work.until(() => work.seen.aborted > aborted);
  }
  work.script = () => ({ hang: ["one", "two"] });
  const { returned } = work.seen;
  const stream = await client.chat.completions.create({ ...ASKED, stream: true });
  for await (const _ of stream) break;
  await work.until(() => work.seen.returned > returned);
  work.script = obliging;
});

test("openai: errors are its own classes, and are tried again only where that helps", async () => {
  const { work } = door;
  const asked = () => errorOf(client.chat.completions.create(ASKED));
  const unknown = await errorOf(client.chat.completions.create({ ...ASKED, model: "gpt-5" }));
  expect([unknown.constructor.name, unknown.code]).toEqual(["NotFoundError", "model_not_found"]);
  const cases = [
    ["consent", null, 503, "InternalServerError", 1],
    ["no_target", 90_000, 503, "InternalServerError", 1],
  ] as const;
  for (const [kind, retry_after_ms, status, name, tries] of cases) {
    work.script = () => ({ refusal: { kind, retry_after_ms } });
    const before = work.jobs.length;
    const error = await asked();
    expect([error.status, error.constructor.name, error.code]).toEqual([status, name, kind]);
    expect([kind, work.jobs.length - before]).toEqual([kind, tries]);
  }
  const failures = [
    ["context", "BadRequestError", "context_length_exceeded"],
    ["quota", "RateLimitError", "quota_exceeded"],
    ["auth", "InternalServerError", "provider_refused_key"],
  ] as const;
  for (const [failure, name, code] of failures) {
    work.script = () => ({ refusal: { kind: "failed", failure } });
    const before = work.jobs.length;
    const error = await asked();
    expect([error.constructor.name, error.code]).toEqual([name, code]);
    expect([failure, work.jobs.length - before]).toEqual([failure, 1]);
  }
  let left = 1;
  work.script = (job) => {
    left -= 1;
    return left < 0 ? obliging(job) : { refusal: { kind: "no_target", retry_after_ms: 10 } };
  };
  const { choices } = await client.chat.completions.create(ASKED);
  expect(choices[0]?.message.content).toBe("Hello 世界");
  work.script = obliging;
});

test("openai: a failure in the middle of a stream is an error, not an end", async () => {
  const failed = { failure: "oom", status: 500, message: "killed", retry_after_ms: null } as const;
  door.work.script = () => ({ chunks: [chunkOf({ content: "Hel" })], failed });
  const stream = await client.chat.completions.create({ ...ASKED, stream: true });
  let text = "";
  const error = await errorOf(
    (async () => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    })(),
  );
  expect([text, error.code]).toEqual(["Hel", "out_of_memory"]);
  door.work.script = obliging;
});
