/** How each protocol says the same answer: whole, in pieces, and as an error. */
import type { ErrorAnswer, Scene } from "./fake-model-scenes.ts";

/** The words of a protocol. */
export interface Voice {
  readonly streamType: string;
  whole(scene: Scene, model: string): string;
  /** All pieces but the last one. */
  pieces(scene: Scene, model: string): readonly string[];
  last(scene: Scene, model: string): string;
  error(answer: ErrorAnswer): string;
  errorInStream(answer: ErrorAnswer): string;
}

const TEXT = "A red car stands on a wet road at night.";
const CREATED = 1_790_000_000;
const CREATED_AT = "2026-09-21T13:33:20.123456Z";

function textOf({ text, pieces, toolCalls }: Scene): string {
  if (pieces !== undefined) return "token ".repeat(pieces);
  return text ?? (toolCalls === undefined ? TEXT : "");
}

function wordsOf(scene: Scene): readonly string[] {
  return textOf(scene).match(/\S+\s*|\s+/g) ?? [];
}

function ollamaCalls({ toolCalls }: Scene) {
  return toolCalls?.map(({ name, arguments: given }) => ({ function: { name, arguments: given } }));
}

function openAiCalls({ toolCalls }: Scene) {
  return toolCalls?.map(({ name, arguments: given }, index) => ({
    index,
    id: `call_${index}`,
    type: "function",
    function: { name, arguments: JSON.stringify(given) },
  }));
}

/** Ollama's `/api/chat`. */
export const OLLAMA_VOICE: Voice = {
  streamType: "application/x-ndjson",
  whole(scene, model) {
    return JSON.stringify({
      model,
      created_at: CREATED_AT,
      message: {
        role: "assistant",
        content: textOf(scene),
        ...(scene.thinking === undefined ? {} : { thinking: scene.thinking }),
        ...(scene.toolCalls === undefined ? {} : { tool_calls: ollamaCalls(scene) }),
      },
      ...ollamaEnd(scene),
    });
  },
  pieces(scene, model) {
    const piece = (message: object): string =>
      `${JSON.stringify({ model, created_at: CREATED_AT, message: { role: "assistant", content: "", ...message }, done: false })}\n`;
    return [
      ...(scene.thinking === undefined ? [] : [piece({ thinking: scene.thinking })]),
      ...wordsOf(scene).map((content) => piece({ content })),
      ...(scene.toolCalls === undefined ? [] : [piece({ tool_calls: ollamaCalls(scene) })]),
    ];
  },
  last(scene, model) {
    const message = { role: "assistant", content: "" };
    return `${JSON.stringify({ model, created_at: CREATED_AT, message, ...ollamaEnd(scene) })}\n`;
  },
  error: ({ ollama }) => JSON.stringify({ error: ollama }),
  errorInStream: ({ ollama }) => `${JSON.stringify({ error: ollama })}\n`,
};

function ollamaEnd(scene: Scene) {
  return {
    done: true,
    done_reason: scene.doneReason ?? "stop",
    total_duration: 1_668_506_709,
    load_duration: 1_986_209,
    prompt_eval_count: 26,
    prompt_eval_duration: 359_682_000,
    eval_count: Math.max(1, wordsOf(scene).length),
    eval_duration: 1_303_285_000,
  };
}

/** OpenAI's `/v1/chat/completions`. */
export const OPENAI_VOICE: Voice = {
  streamType: "text/event-stream",
  whole(scene, model) {
    const message = {
      role: "assistant",
      content: textOf(scene),
      ...(scene.thinking === undefined ? {} : { reasoning_content: scene.thinking }),
      ...(scene.toolCalls === undefined ? {} : { tool_calls: openAiCalls(scene) }),
    };
    const choices = [{ index: 0, message, finish_reason: openAiReason(scene) }];
    return JSON.stringify({
      ...openAiHead(model),
      object: "chat.completion",
      choices,
      usage: USAGE,
    });
  },
  pieces(scene, model) {
    const piece = (delta: object): string => openAiChunk(model, { delta, finish_reason: null });
    const calls = openAiCalls(scene);
    return [
      piece({ role: "assistant", content: "" }),
      ...(scene.thinking === undefined ? [] : [piece({ reasoning_content: scene.thinking })]),
      ...wordsOf(scene).map((content) => piece({ content })),
      ...(calls === undefined ? [] : [piece({ tool_calls: calls })]),
    ];
  },
  last: (scene, model) =>
    `${openAiChunk(model, { delta: {}, finish_reason: openAiReason(scene) })}data: [DONE]\n\n`,
  error: ({ openai }) => JSON.stringify({ error: { ...openai, param: null } }),
  errorInStream: ({ openai }) =>
    `data: ${JSON.stringify({ error: { ...openai, param: null } })}\n\n`,
};

const USAGE = { prompt_tokens: 26, completion_tokens: 10, total_tokens: 36 };

function openAiHead(model: string) {
  return { id: "chatcmpl-fake", created: CREATED, model };
}

function openAiChunk(model: string, choice: object): string {
  const chunk = {
    ...openAiHead(model),
    object: "chat.completion.chunk",
    choices: [{ index: 0, ...choice }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function openAiReason(scene: Scene): string {
  return scene.toolCalls === undefined ? (scene.doneReason ?? "stop") : "tool_calls";
}
