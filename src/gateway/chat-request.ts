/**
 * A chat request: what the door looks at, and nothing else.
 *
 * The model names the role, the messages must be some, two headers say what the caller wishes. Every other
 * field passes untouched: what it means is between the caller and the model.
 */

import type { IncomingHttpHeaders } from "node:http";
import type { ChatRequest } from "../domain/chat.ts";
import { isObject } from "../domain/tolerant-json.ts";
import type { Job } from "../runtime-work-types.ts";
import type { DoorRefusal } from "./door-error.ts";
import { VIRTUAL_MODELS } from "./virtual-models.ts";

/** Longest time in the queue that a caller may wish for: a day. */
export const WAIT_MOST_MS = 86_400_000;

/** Longest foreign text that an error repeats, in characters. */
const QUOTE_MAX = 100;

const WHOLE_NUMBER = /^\d{1,9}$/;

/** Names of the headers that a caller may send. */
export const LOCAL_ONLY_HEADER = "x-runtime-profile-local-only";
export const WAIT_HEADER = "x-runtime-profile-wait-ms";

/** A request that can be given in, or why not. */
export type Read<Value> = { readonly value: Value } | { readonly refusal: DoorRefusal };

/** What of a request makes a job. */
export interface Asked {
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** The job of a request. */
export function jobOf({ body, headers }: Asked): Read<Job> {
  if (!isObject(body)) return wrong("The body must be a JSON object, with model and messages.");
  const { model, ...request } = body;
  if (typeof model !== "string") return wrong(`"model" must be ${NAMES}, got none.`, "model");
  const role = VIRTUAL_MODELS.get(model);
  if (role === undefined) return { refusal: unknownModel(model) };
  const complaint = messagesComplaint(request["messages"]) ?? streamComplaint(request["stream"]);
  if (complaint !== null) return { refusal: complaint };
  const wish = wishOf(headers);
  if ("refusal" in wish) return wish;
  return { value: { role, request: request as unknown as ChatRequest, ...wish.value } };
}

const NAMES = [...VIRTUAL_MODELS.keys()].map((name) => `"${name}"`).join(" or ");

/** The refusal for a name that is none of the door's. */
export function unknownModel(name: string): DoorRefusal {
  const given = name.slice(0, QUOTE_MAX).toWellFormed();
  const message = `The model must be ${NAMES}, got "${given}"; ask for the role, and the runtime chooses the model that fits this host now.`;
  return { status: 404, code: "model_not_found", param: "model", message };
}

function messagesComplaint(messages: unknown): DoorRefusal | null {
  if (!Array.isArray(messages) || messages.length === 0) {
    return invalid('"messages" must be a list with at least one message.', "messages");
  }
  const at = messages.findIndex((each) => !isObject(each) || typeof each["role"] !== "string");
  if (at < 0) return null;
  const param = `messages.${at}`;
  return invalid(`"${param}" must be an object with a "role" that is a text.`, param);
}

/** Both ways are the door's business, so that it must know which one is meant. */
function streamComplaint(stream: unknown): DoorRefusal | null {
  if (stream === undefined || stream === null || typeof stream === "boolean") return null;
  return invalid('"stream" must be true or false.', "stream");
}

function wishOf(headers: IncomingHttpHeaders): Read<Pick<Job, "isLocalOnly" | "waitMs">> {
  const localOnly = headers[LOCAL_ONLY_HEADER];
  const wait = headers[WAIT_HEADER];
  const isLocalOnly = localOnly !== undefined && String(localOnly).toLowerCase() === "true";
  if (localOnly !== undefined && !isLocalOnly && String(localOnly).toLowerCase() !== "false") {
    return wrong(`${LOCAL_ONLY_HEADER} must be true or false, got ${shown(localOnly)}.`);
  }
  if (wait === undefined) return { value: { isLocalOnly } };
  const waitMs = WHOLE_NUMBER.test(String(wait)) ? Number(wait) : Number.POSITIVE_INFINITY;
  if (waitMs <= WAIT_MOST_MS) return { value: { isLocalOnly, waitMs } };
  return wrong(`${WAIT_HEADER} must be a whole number up to ${WAIT_MOST_MS}, got ${shown(wait)}.`);
}

function shown(value: string | string[]): string {
  return `"${String(value).slice(0, QUOTE_MAX)}"`;
}

function wrong(message: string, param: string | null = null): { readonly refusal: DoorRefusal } {
  return { refusal: invalid(message, param) };
}

function invalid(message: string, param: string | null): DoorRefusal {
  return { status: 400, code: "invalid_request", message, param };
}
