import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, streamText, type ToolSet, tool } from "ai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chunkOf } from "./support/fake-work.ts";
import { type Door, startDoor } from "./support/gateway.ts";
import { CUT_TOOL, OF_PICTURE, obliging, PICTURE } from "./support/gateway-scripts.ts";

let door: Door;
let model: ReturnType<ReturnType<typeof createOpenAICompatible>>;
beforeAll(async () => {
  door = await startDoor();
  door.work.script = obliging;
  const provider = createOpenAICompatible({
    name: "runtime",
    baseURL: door.baseUrl,
    apiKey: "any",
  });
  model = provider("runtime/vision");
});
afterAll(async () => {
  await door.stop();
});

const TOOLS = {
  cut: tool({
    description: CUT_TOOL.function.description,
    inputSchema: jsonSchema<{ at: number }>(CUT_TOOL.function.parameters as never),
  }),
} as unknown as ToolSet;

test("AI SDK: a chat, whole and streamed", async () => {
  const { text, response } = await generateText({ model, prompt: "Hello?" });
  expect(text).toBe("Hello 世界");
  expect(response.headers?.["x-runtime-profile-rung"]).toBe("nominal");
  expect(await streamText({ model, prompt: "Hello?" }).text).toBe("Hello 世界");
});

test("AI SDK: a picture", async () => {
  const image = { type: "file", mediaType: "image/png", data: PICTURE } as const;
  const content = [{ type: "text", text: "What is this?" } as const, image];
  const messages = [{ role: "user", content } as const];
  expect((await generateText({ model, messages })).text).toBe(OF_PICTURE);
  expect(await streamText({ model, messages }).text).toBe(OF_PICTURE);
});

test("AI SDK: tools, whole and streamed", async () => {
  const whole = await generateText({ model, prompt: "Cut.", tools: TOOLS });
  const streamed = streamText({ model, prompt: "Cut.", tools: TOOLS });
  for (const calls of [whole.toolCalls, await streamed.toolCalls]) {
    expect(calls).toMatchObject([{ toolCallId: "call_1", toolName: "cut", input: { at: 12 } }]);
  }
});

test("AI SDK: an abort ends the job, whole or streamed", async () => {
  const { work } = door;
  work.script = () => ({ hang: [] });
  const [given, aborted] = [work.jobs.length, work.seen.aborted];
  const end = new AbortController();
  const asked = generateText({ model, prompt: "Hello?", abortSignal: end.signal });
  const failed = asked.catch((reason: Error) => reason);
  await work.until(() => work.jobs.length > given);
  end.abort();
  expect(await failed).toMatchObject({ name: "AbortError" });
  await work.until(() => work.seen.aborted > aborted);
  work.script = () => ({ hang: ["one"] });
  const { returned } = work.seen;
  const later = new AbortController();
  const { textStream } = streamText({ model, prompt: "Hello?", abortSignal: later.signal });
  for await (const part of textStream) {
    expect(part).toBe("one");
    later.abort();
  }
  await work.until(() => work.seen.returned > returned);
  work.script = obliging;
});

test("AI SDK: errors carry status and sentence; in the middle of a stream too", async () => {
  const { work } = door;
  work.script = () => ({ refusal: { kind: "failed", failure: "context", message: "Too long." } });
  const error = await generateText({ model, prompt: "?" }).catch((reason: unknown) => reason);
  expect(APICallError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ statusCode: 400, message: "Too long.", isRetryable: false });
  const failed = { failure: "oom", status: 500, message: "killed", retry_after_ms: null } as const;
  work.script = () => ({ chunks: [chunkOf({ content: "Hel" })], failed });
  const errors: unknown[] = [];
  const onError = ({ error: said }: { readonly error: unknown }) => void errors.push(said);
  const { textStream } = streamText({ model, prompt: "?", onError });
  const parts: string[] = [];
  for await (const part of textStream) parts.push(part);
  expect(parts).toEqual(["Hel"]);
  expect(String((errors[0] as Error).message ?? errors[0])).toContain("killed");
  work.script = obliging;
});
