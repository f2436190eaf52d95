/**
 * What a model server's error text means: old and new texts of Ollama, and the OpenAI shape, as data.
 *
 * Servers say "out of memory" in a dozen ways and change them between versions, so the text decides, in
 * order, the more special first; the status only when the text says nothing known. A text that tells of a
 * retry is no failure. Sources: detection facts §5.3.
 */

import type { Failure } from "./input.ts";
import { isObject, parsedJson } from "./tolerant-json.ts";

export const SERVER_ERRORS = [
  "oom-vram",
  "oom-ram",
  "killed",
  "crashed",
  "busy",
  "model-missing",
  "not-supported",
  "unreachable",
  "timeout",
  "invalid-answer",
  "unknown-server-error",
] as const;
export type ServerError = (typeof SERVER_ERRORS)[number];

/** A server's answer, or how the question ended. */
export interface ServerAnswered {
  readonly status: number;
  readonly body: string;
}

const RECOVERED = /retrying without pipeline parallelism/i;
const OK = 200;
const BUSY = 503;
const NOT_FOUND = 404;
const BAD_GATEWAY = 502;
const MAX_LINES = 10_000;

const TEXTS: readonly (readonly [RegExp, ServerError])[] = [
  [/requires more system memory/i, "oom-ram"],
  [
    /cudamalloc failed|hipmalloc failed|out of device memory|vk_error_out_of_device_memory|erroroutofmemory|cuda error: out of memory|cuda\d* buffer|vram/i,
    "oom-vram",
  ],
  [/signal: killed/i, "killed"],
  [
    /out of memory|failed to allocate|allocation failed|not enough memory|insufficient memory|out-of-memory/i,
    "oom-ram",
  ],
  [/server busy|maximum pending requests|loading model/i, "busy"],
  [/not found, try pulling|model .* not found/i, "model-missing"],
  [/does not support/i, "not-supported"],
  [/timed out/i, "timeout"],
  [
    /has terminated|no longer running|segmentation fault|0xc0000409|0xe06d7363|core dumped/i,
    "crashed",
  ],
];

/** The class of an answer; `null` = it is no error. */
export function serverErrorOf({ status, body }: ServerAnswered): ServerError | null {
  const text = errorTextIn(body);
  if (text === null && status === OK) return null;
  if (text !== null && RECOVERED.test(text)) return null;
  const byText = TEXTS.find(([pattern]) => pattern.test(text ?? ""))?.[1];
  if (byText !== undefined) return byText;
  if (status === BUSY) return "busy";
  if (status === NOT_FOUND) return "model-missing";
  if (status === BAD_GATEWAY) return "unreachable";
  return text === null ? "invalid-answer" : "unknown-server-error";
}

/** How a class counts in the failure windows. */
export function failureOfServerError(error: ServerError): Failure {
  switch (error) {
    case "oom-vram":
    case "oom-ram":
    case "killed":
      return "oom";
    case "timeout":
      return "timeout";
    case "unreachable":
      return "refused";
    case "busy":
      return "loading";
    case "model-missing":
      return "not_pulled";
    case "not-supported":
      return "bad_request";
    case "crashed":
    case "invalid-answer":
    case "unknown-server-error":
      return "server_error";
  }
}

/** The body that asks Ollama to unload a model: no prompt, and nothing to keep it for. */
export function unloadRequestOf(model: string): string {
  return JSON.stringify({ model, keep_alive: 0 });
}

/** True when the answer says that the model was unloaded. */
export function isUnloaded(body: string): boolean {
  const json = parsedJson(body);
  return isObject(json) && json["done_reason"] === "unload";
}

/** In a stream an error may be the last line of an answer that began well. */
function errorTextIn(body: string): string | null {
  const whole = errorIn(parsedJson(body));
  if (whole !== null) return whole;
  const lines = body.trimEnd().split("\n").slice(-MAX_LINES);
  return lines.length < 2 ? null : errorIn(parsedJson(lines.at(-1) ?? ""));
}

function errorIn(json: unknown): string | null {
  if (!isObject(json)) return null;
  const { error } = json;
  if (typeof error === "string") return error;
  return isObject(error) && typeof error["message"] === "string" ? error["message"] : null;
}
