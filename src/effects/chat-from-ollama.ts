/**
 * Ollama's answers → OpenAI's chat completions, whole or in pieces.
 *
 * Pieces become chunks one by one, so nothing is held back; thinking goes to `reasoning_content`, as
 * DeepSeek named it and others followed. Ids of tool calls are Ollama's own, or made from the answer's id
 * and their place, so that the same call has the same id in every telling.
 */
import type { ChatChunk, ChatCompletion, ChatMessage } from "../domain/chat.ts";

/** A part of an answer, as far as it is looked into. */
export interface OllamaPart {
  readonly message?: {
    readonly content?: string;
    readonly thinking?: string;
    readonly tool_calls?: readonly {
      readonly id?: string;
      readonly function: { readonly name: string; readonly arguments?: unknown };
    }[];
  };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
}

/** What stands in every piece of one answer. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** A whole answer. */
export function completionFromOllama(part: OllamaPart, head: AnswerHead): ChatCompletion {
  const { content = "", thinking } = part.message ?? {};
  const calls = callsOf(part, head, 0);
  const message: ChatMessage = {
    role: "assistant",
    content: content === "" && calls.length > 0 ? null : content,
    ...(thinking === undefined || thinking === "" ? {} : { reasoning_content: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(({ index: _, ...call }) => call) }),
  };
  const reason = finishReason(part, calls.length > 0);
  return {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: reason }],
    usage: usageOf(part),
  };
}

/** Turns the pieces of one answer into chunks, in their order. */
export function createChunkTranslator(
  head: AnswerHead,
  hasUsage: boolean,
): (part: OllamaPart) => readonly ChatChunk[] {
  const object = "chat.completion.chunk";
  let callCount = 0;
  let isFirst = true;
  return (part) => {
    const { content, thinking } = part.message ?? {};
    const calls = callsOf(part, head, callCount);
    callCount += calls.length;
    const isDone = part.done === true;
    const delta: Record<string, unknown> = {};
    if (isFirst) delta["role"] = "assistant";
    if (content !== undefined && content !== "") delta["content"] = content;
    if (thinking !== undefined && thinking !== "") delta["reasoning_content"] = thinking;
    if (calls.length > 0) delta["tool_calls"] = calls;
    // A piece that says nothing is none; the first one tells that the answer has begun.
    if (!isDone && !isFirst && Object.keys(delta).length === 0) return [];
    isFirst = false;
    const reason = isDone ? finishReason(part, callCount > 0) : null;
    const chunk: ChatChunk = {
      ...head,
      object,
      choices: [{ index: 0, delta, finish_reason: reason }],
    };
    if (!isDone || !hasUsage) return [chunk];
    return [chunk, { ...head, object, choices: [], usage: usageOf(part) }];
  };
}

type ToldCall = NonNullable<ChatMessage["tool_calls"]>[number] & { readonly index: number };

function callsOf(part: OllamaPart, { id }: AnswerHead, before: number): readonly ToldCall[] {
  return (part.message?.tool_calls ?? []).map((call, place) => ({
    index: before + place,
    id: call.id !== undefined && call.id !== "" ? call.id : `call_${id}_${before + place}`,
    type: "function",
    function: {
      name: call.function.name,
      arguments: JSON.stringify(call.function.arguments ?? {}),
    },
  }));
}

function finishReason({ done_reason: reason }: OllamaPart, hasCalls: boolean): string {
  if (hasCalls) return "tool_calls";
  return reason === "length" ? "length" : "stop";
}

/** Ollama leaves a count out when the prompt stood in its cache. */
function usageOf({ prompt_eval_count: prompt = 0, eval_count: answer = 0 }: OllamaPart): unknown {
  return { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer };
}
