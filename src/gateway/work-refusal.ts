/**
 * What a job that was not done means to a client that speaks OpenAI's protocol.
 *
 * The status is chosen here alone, so that clients do the right thing by themselves: 4xx is never tried
 * again, 5xx and 429 are, unless `x-should-retry` says no. A key that the provider refused is never told
 * as 401, for it is not the caller's key.
 */
import type { Failure } from "../domain/input.ts";
import type { WorkRefusal } from "../domain/job.ts";
import type { DoorRefusal } from "./door-error.ts";
import { type Headers, refusalHeaders } from "./receipt-headers.ts";

/** Longest `retry-after` that clients obey; after a longer one they ask at once, which helps nobody. */
const OBEYED_MS = 60_000;

/** Places become free by themselves: after so long it is worth asking, when nobody knows better. */
const PLACE_FREE_MS = 1000;

/** Status and code of each failure of a last attempt. */
export const FAILURE_ANSWERS: Readonly<Record<Failure, readonly [status: number, code: string]>> = {
  oom: [503, "out_of_memory"],
  timeout: [504, "timeout"],
  refused: [502, "server_unreachable"],
  server_error: [502, "model_server_error"],
  loading: [503, "model_loading"],
  not_pulled: [503, "model_not_pulled"],
  context: [400, "context_length_exceeded"],
  quota: [429, "quota_exceeded"],
  auth: [502, "provider_refused_key"],
  bad_request: [400, "invalid_request"],
};

/** The error of a refused or failed job. */
export function doorRefusalOf(refusal: WorkRefusal): DoorRefusal {
  const { kind, failure } = refusal;
  if (kind !== "failed") return { status: 503, code: kind, message: refusal.message };
  const [status, code] = FAILURE_ANSWERS[failure ?? "server_error"];
  return { status, code, message: `${refusal.message}${remedyOf(refusal)}` };
}

/** The error of an answer that broke off after its first token. */
export function brokenOffOf(failure: Failure | "aborted", message: string): DoorRefusal {
  if (failure === "aborted") return STOPPED;
  const [status, code] = FAILURE_ANSWERS[failure];
  return { status, code, message: `The answer broke off (${failure}): ${message}` };
}

/** The runtime ended while the caller was still there. */
export const STOPPED: DoorRefusal = {
  status: 503,
  code: "stopped",
  message: "The runtime stopped before the answer was complete; start it again.",
};

/** The headers of a refused or failed job: its receipt, and whether asking again helps. */
export function retryHeaders(refusal: WorkRefusal): Headers {
  const ms = retryAfterMsOf(refusal);
  // Consent is a person's word: no client should knock for a minute until it is given.
  const mayRetry = ms !== null && ms <= OBEYED_MS && refusal.kind !== "consent";
  return {
    ...refusalHeaders(refusal),
    "x-should-retry": String(mayRetry),
    ...(ms === null ? {} : { "retry-after": String(Math.max(1, Math.ceil(ms / 1000))) }),
  };
}

/** Nothing about these changes by waiting: the request, the key or the installation must. */
const LASTING: readonly (Failure | null)[] = ["context", "bad_request", "auth", "not_pulled"];

function retryAfterMsOf({ kind, failure, retry_after_ms }: WorkRefusal): number | null {
  if (kind === "failed" && LASTING.includes(failure)) return null;
  if (retry_after_ms !== null) return retry_after_ms;
  return kind === "queue_full" || kind === "deadline" ? PLACE_FREE_MS : null;
}

/** What was missing on the way, with the command that brings it. */
function remedyOf({ attempts, message }: WorkRefusal): string {
  const missing = attempts.filter(
    ({ failure, provider }) => failure === "not_pulled" && provider === "local",
  );
  if (missing.length === 0) return "";
  const commands = missing.map(({ model }) => `ollama pull ${model}`).join(", ");
  return `${/[.!?]$/.test(message) ? "" : "."} Run: ${commands}`;
}
