/** OpenAI's words ↔ Ollama's words, without a server. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatChunk, ChatRequest } from "../src/domain/chat.ts";
import {
  completionFromOllama,
  createChunkTranslator,
  type OllamaPart,
} from "../src/effects/chat-from-ollama.ts";
import { toOllama } from "../src/effects/chat-to-ollama.ts";
import { targetAt } from "./support/model-calls.ts";

const HEAD = { id: "chatcmpl-1", created: 1_790_000_000, model: "gemma3:4b" };
const USER = [{ role: "user", content: "Hi" }];

function sent(request: Readonly<Record<string, unknown>>, model = "gemma3:4b") {
  const target = targetAt("http://127.0.0.1:1", { model });
  const place = { target, keepAliveMs: 300_000 };
  const translated = toOllama({ messages: USER, ...request } as ChatRequest, place);
  if (!translated.ok) throw new Error(translated.message);
  return translated.body;
}

test("to ollama: options are named as Ollama names them, and null is no wish", () => {
  const rows: readonly (readonly [Readonly<Record<string, unknown>>, object])[] = [
    [
      { temperature: 0, top_p: 0.5, seed: 7 },
      { temperature: 0, top_p: 0.5, seed: 7 },
    ],
    [{ stop: "END" }, { stop: ["END"] }],
    [{ stop: ["a", "b"] }, { stop: ["a", "b"] }],
    [{ max_tokens: 5 }, { num_predict: 5 }],
    [{ max_tokens: 5, max_completion_tokens: 6 }, { num_predict: 6 }],
    [
      { frequency_penalty: 1, presence_penalty: -1 },
      { frequency_penalty: 1, presence_penalty: -1 },
    ],
    [{ temperature: null, stop: null, max_tokens: null }, {}],
    [{ options: { top_k: 3, num_gpu: 1 } }, { top_k: 3 }],
    [{ options: "none" }, {}],
  ];
  for (const [request, options] of rows) {
    expect(sent(request).options).toEqual({ num_ctx: 4096, ...options });
  }
});

test("to ollama: the form of the answer", () => {
  const schema = { type: "object", properties: { cut: { type: "number" } } };
  const rows: readonly (readonly [unknown, unknown])[] = [
    [undefined, undefined],
    [{ type: "text" }, undefined],
    [{ type: "json_object" }, "json"],
    [{ type: "json_schema", json_schema: { name: "cuts", schema } }, schema],
    [{ type: "json_schema", json_schema: { name: "cuts" } }, "json"],
  ];
  for (const [response_format, format] of rows) {
    expect(sent({ response_format }).format).toEqual(format);
  }
});

test("to ollama: tools, and which of them may be called", () => {
  const tools = ["cut", "mix"].map((name) => ({ type: "function", function: { name } }));
  const rows: readonly (readonly [unknown, unknown])[] = [
    [undefined, tools],
    ["auto", tools],
    ["required", tools],
    ["none", undefined],
    [{ type: "function", function: { name: "mix" } }, [tools[1]]],
    [{ type: "function", function: { name: "other" } }, tools],
  ];
  for (const [tool_choice, expected] of rows) {
    expect(sent({ tools, tool_choice }).tools).toEqual(expected);
  }
  expect(sent({ tools: [] })).not.toHaveProperty("tools");
});

test("to ollama: thinking is told only where it cannot make the request fail", () => {
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ["qwen3:8b", undefined, undefined],
    ["qwen3:8b", "none", false],
    ["qwen3:8b", "minimal", false],
    ["qwen3:8b", "high", undefined],
    ["gpt-oss:20b", "none", "low"],
    ["gpt-oss:20b", "medium", "medium"],
    ["gpt-oss:20b", "xhigh", "high"],
  ];
  for (const [model, reasoning_effort, think] of rows) {
    expect([model, sent({ reasoning_effort }, model).think]).toEqual([model, think]);
  }
});

test("to ollama: a talk with tools keeps who called what", () => {
  const messages = [
    { role: "developer", content: "Be brief." },
    { role: "user", content: "Cut!" },
    {
      role: "assistant",
      content: null,
      reasoning_content: "Hm.",
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "cut", arguments: '{"at":1}' } },
        { id: "call_2", type: "function", function: { name: "mix", arguments: "" } },
      ],
    },
    { role: "tool", tool_call_id: "call_2", content: "mixed" },
  ];
  expect(sent({ messages }).messages).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "Cut!" },
    {
      role: "assistant",
      content: "",
      thinking: "Hm.",
      tool_calls: [
        { id: "call_1", function: { name: "cut", arguments: { at: 1 } } },
        { id: "call_2", function: { name: "mix", arguments: {} } },
      ],
    },
    { role: "tool", tool_name: "mix", tool_call_id: "call_2", content: "mixed" },
  ]);
});

test("to ollama: text survives, whole or in parts, and images stay in their order", () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => ({ type: "text", text })),
    fc.base64String({ minLength: 4 }).map((data) => ({
      type: "image_url",
      image_url: { url: `data:image/jpeg;base64,${data}` },
    })),
  );
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(part), (text, parts) => {
      const messages = [
        { role: "user", content: text },
        { role: "user", content: parts },
      ];
      const [first, second] = sent({ messages }).messages;
      expect(first?.content).toBe(text);
      const texts = parts.flatMap((each) => ("text" in each ? [each.text] : []));
      expect(second?.content).toBe(texts.join("\n"));
      const urls = parts.flatMap((each) => ("image_url" in each ? [each.image_url.url] : []));
      const images = (second?.images ?? []).map((data) => `data:image/jpeg;base64,${data}`);
      expect(images).toEqual(urls);
    }),
  );
});

test("from ollama: the end has its reason, and unknown counts are none", () => {
  const rows: readonly (readonly [OllamaPart, string])[] = [
    [{ message: { content: "a" }, done: true, done_reason: "stop" }, "stop"],
    [{ message: { content: "a" }, done: true, done_reason: "length" }, "length"],
    [{ message: { content: "a" }, done: true }, "stop"],
    [
      { message: { tool_calls: [{ function: { name: "cut" } }] }, done_reason: "stop" },
      "tool_calls",
    ],
  ];
  for (const [part, reason] of rows) {
    const completion = completionFromOllama(part, HEAD);
    expect(completion.choices[0]?.finish_reason).toBe(reason);
    expect(completion.usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
  }
});

test("from ollama: calls of tools have the same ids in pieces and in the whole", () => {
  const calls = ["cut", "mix", "cut"].map((name) => ({ function: { name, arguments: { a: 1 } } }));
  const whole = completionFromOllama({ message: { tool_calls: calls }, done: true }, HEAD);
  const ids = whole.choices[0]?.message.tool_calls?.map(({ id }) => id);
  expect(ids).toEqual(["call_chatcmpl-1_0", "call_chatcmpl-1_1", "call_chatcmpl-1_2"]);
  const translate = createChunkTranslator(HEAD, false);
  const pieces: readonly OllamaPart[] = [
    { message: { tool_calls: calls.slice(0, 1) } },
    { message: { tool_calls: calls.slice(1) } },
    { message: { content: "" }, done: true, done_reason: "stop" },
  ];
  const chunks = pieces.flatMap(translate);
  const told = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
  expect(told.map(({ id, index }) => [id, index])).toEqual(ids?.map((id, index) => [id, index]));
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
  const own = { message: { tool_calls: [{ id: "own", function: { name: "cut" } }] } };
  expect(completionFromOllama(own, HEAD).choices[0]?.message.tool_calls?.[0]?.id).toBe("own");
});

test("from ollama: pieces put together are the whole", () => {
  const text = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.array(text), fc.array(text), fc.boolean(), (thoughts, words, hasUsage) => {
      const end = { done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 4 };
      const thinking = thoughts.join("");
      const content = words.join("");
      const whole = completionFromOllama({ message: { content, thinking }, ...end }, HEAD);
      const parts: readonly OllamaPart[] = [
        ...thoughts.map((thought) => ({
          message: { content: "", thinking: thought },
          done: false,
        })),
        ...words.map((word) => ({ message: { content: word }, done: false })),
        { message: { content: "" }, ...end },
      ];
      const translate = createChunkTranslator(HEAD, hasUsage);
      const chunks = parts.flatMap(translate);
      expect(joined(chunks, "content")).toBe(whole.choices[0]?.message.content);
      expect(joined(chunks, "reasoning_content")).toBe(thinking);
      expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
      const reasons = chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []);
      expect(reasons).toEqual(["stop"]);
      const usages = chunks.flatMap(({ usage }) => usage ?? []);
      expect(usages).toEqual(hasUsage ? [whole.usage] : []);
    }),
  );
});

function joined(chunks: readonly ChatChunk[], name: string): string {
  return chunks.map(({ choices }) => choices[0]?.delta[name] ?? "").join("");
}
