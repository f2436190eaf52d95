/**
 * The options that Ollama is called with: what shapes the answer comes from the request, what shapes the
 * runner comes from the target.
 *
 * Ollama loads a model anew when a request asks for another context, another number of layers on the card
 * or other threads than it was loaded with; two callers with two opinions would make it load for each
 * request. So it is an allow-list: a runner option of tomorrow is kept out today.
 */

import type { Target } from "../domain/job.ts";
import { isObject } from "../domain/tolerant-json.ts";

/** Options that a request may set, in `options` or, under OpenAI's names, at the top. */
const SAMPLING_OPTIONS = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "typical_p",
  "seed",
  "stop",
  "num_predict",
  "num_keep",
  "repeat_last_n",
  "repeat_penalty",
  "frequency_penalty",
  "presence_penalty",
] as const;

/** OpenAI's names for the same thing; the newer before the older. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  num_predict: ["max_completion_tokens", "max_tokens"],
};

/** The `options` of a call. */
export function runnerOptionsOf(
  request: Readonly<Record<string, unknown>>,
  target: Target,
): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  const own = isObject(request["options"]) ? request["options"] : {};
  for (const name of SAMPLING_OPTIONS) {
    const names = [name, ...(OTHER_NAMES[name] ?? [])];
    const value = names.map((each) => request[each]).find(isSet) ?? own[name];
    if (isSet(value)) options[name] = name === "stop" ? listOf(value) : value;
  }
  if (target.provider === "cloud") return options;
  if (target.num_ctx !== null) options["num_ctx"] = target.num_ctx;
  // Left out, Ollama counts the layers that fit; 0 keeps the model off the card.
  if (target.device === "cpu") options["num_gpu"] = 0;
  return options;
}

function listOf(value: unknown): unknown {
  return Array.isArray(value) ? value : [value];
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
