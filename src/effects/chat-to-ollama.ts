/**
 * A chat request in OpenAI's shape → the body of Ollama's `/api/chat`.
 *
 * The native door, because only there the context, the device and the time in memory can be set. What
 * cannot be said in Ollama's words is refused, not dropped, where the answer would be another one.
 * Sources: `docs/api.md` and `openai/openai.go` of ollama/ollama, 2026-08.
 */

import type { ChatRequest } from "../domain/chat.ts";
import type { Target } from "../domain/job.ts";
import { isObject } from "../domain/tolerant-json.ts";
import { messagesToOllama, type OllamaMessage } from "./messages-to-ollama.ts";
import { runnerOptionsOf } from "./runner-options.ts";

/** The body; it is sent as it stands. */
export interface OllamaBody {
  readonly model: string;
  readonly messages: readonly OllamaMessage[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Seconds; absent in the cloud, where nothing is kept. */
  readonly keep_alive?: number;
  readonly tools?: readonly unknown[];
  readonly format?: unknown;
  readonly think?: boolean | string;
}

/** The body, or why there is none, in one sentence. */
export type ToOllama =
  | { readonly ok: true; readonly body: OllamaBody }
  | { readonly ok: false; readonly message: string };

/** Where it goes, and how long the model stays loaded after it. */
export interface OllamaPlace {
  readonly target: Target;
  readonly keepAliveMs: number;
}

/** Translates a request. */
export function toOllama(request: ChatRequest, { target, keepAliveMs }: OllamaPlace): ToOllama {
  const messages = messagesToOllama(request.messages);
  if (!messages.ok) return messages;
  const tools = toolsOf(request);
  const format = formatOf(request["response_format"]);
  const think = thinkOf(request["reasoning_effort"], target.model);
  return {
    ok: true,
    body: {
      model: target.model,
      messages: messages.messages,
      options: runnerOptionsOf(request, target),
      ...(target.provider === "local" ? { keep_alive: Math.ceil(keepAliveMs / 1000) } : {}),
      ...(tools === null ? {} : { tools }),
      ...(format === null ? {} : { format }),
      ...(think === null ? {} : { think }),
    },
  };
}

/** Ollama lets the model choose; "none" and one tool by name can be said by what is offered. */
function toolsOf(request: ChatRequest): readonly unknown[] | null {
  const { tools, tool_choice: choice } = request;
  if (!Array.isArray(tools) || tools.length === 0 || choice === "none") return null;
  const wanted = nameIn(choice);
  const offered = wanted === null ? tools : tools.filter((tool) => nameIn(tool) === wanted);
  return offered.length === 0 ? tools : offered;
}

function nameIn(value: unknown): string | null {
  if (!isObject(value) || !isObject(value["function"])) return null;
  const { name } = value["function"];
  return typeof name === "string" ? name : null;
}

function formatOf(format: unknown): unknown {
  if (!isObject(format)) return null;
  if (format["type"] === "json_object") return "json";
  if (format["type"] !== "json_schema" || !isObject(format["json_schema"])) return null;
  return format["json_schema"]["schema"] ?? "json";
}

/**
 * Only gpt-oss has levels; a model that cannot think refuses to be told to, and one that can does so
 * unasked. So a level never makes a request fail that would be answered without it.
 */
function thinkOf(effort: unknown, model: string): boolean | string | null {
  if (effort === "none" || effort === "minimal") return model.includes("gpt-oss") ? "low" : false;
  if (typeof effort !== "string" || !model.includes("gpt-oss")) return null;
  return effort === "low" || effort === "medium" ? effort : "high";
}
