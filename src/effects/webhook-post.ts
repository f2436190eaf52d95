/**
 * One attempt to post an event, and what its answer means.
 *
 * Signed as Standard Webhooks 1.0 says: `webhook-id`, `webhook-timestamp` of this attempt, and
 * `webhook-signature`, so that ready-made libraries can check it. No redirects, no cookies, no kept
 * connection; the body of the answer is read away and means nothing. The time limit covers it all.
 */
import { createHmac } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { PACKAGE_VERSION } from "../domain/version.ts";
import type { HookFailure } from "./hook.ts";
import type { HookEvent } from "./hook-event.ts";

/** Where to post, and how. */
export interface PostTarget {
  readonly url: string;
  /** `null` = unsigned. */
  readonly secret: string | null;
  readonly deadlineMs: number;
}

/** `null` in `reason` = the receiver has it. */
export interface Posted {
  readonly reason: HookFailure | null;
  /** HTTP status; `null` = no answer. */
  readonly status: number | null;
  /** How long the receiver asks to be left alone, in ms. */
  readonly retryAfterMs: number;
  /** The system's code of what went wrong, such as `ECONNREFUSED`; empty when there is an answer. */
  readonly said: string;
}

const ASKS: ReadonlyMap<string, typeof requestHttp> = new Map([
  ["http:", requestHttp],
  ["https:", requestHttps],
]);

/** Longest that a receiver's wish to wait is heeded, in ms. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/** Secrets of Standard Webhooks begin like this; base64 follows. */
const SECRET_PREFIX = "whsec_";

/** Begin of a date in a header; other texts must not be taken for years. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d/;

const GONE = 410;
/** Refusals that time may heal: request timeout, too early, too many requests. */
const PASSING: readonly number[] = [408, 425, 429];

/** Posts once; never rejects. */
export function postOnce(
  event: HookEvent,
  { url, secret, deadlineMs }: PostTarget,
  end: AbortSignal,
): Promise<Posted> {
  const signal = AbortSignal.any([end, AbortSignal.timeout(deadlineMs)]);
  return new Promise((resolve) => {
    const failed = (said: string): void => {
      const reason = end.aborted ? "stopped" : signal.aborted ? "timeout" : "unreachable";
      resolve({ reason, status: null, retryAfterMs: 0, said: signal.aborted ? "" : said });
    };
    const target = URL.parse(url);
    const ask = ASKS.get(target?.protocol ?? "");
    if (target === null || ask === undefined) return failed("ERR_INVALID_URL");
    if (signal.aborted) return failed("");
    const headers = headersOf(event, secret, Math.floor(Date.now() / 1000));
    const request = ask(target, { agent: false, method: "POST", headers, signal });
    // The message has the address in it, the code has not.
    request.on("error", (error) => failed((error as NodeJS.ErrnoException).code ?? ""));
    request.on("response", (response) => {
      const status = response.statusCode ?? 0;
      // The status is the whole answer; what follows is read so that the receiver may finish.
      response.on("error", () => {}).resume();
      const retryAfterMs = retryAfterOf(response.headers["retry-after"], Date.now());
      resolve({ reason: reasonOf(status), status, retryAfterMs, said: "" });
    });
    request.end(event.body);
  });
}

/** True when another attempt may bring another answer. */
export function isPassing({ reason, status }: Posted): boolean {
  if (reason === "refused") return status !== null && PASSING.includes(status);
  return reason === "unreachable" || reason === "timeout" || reason === "server_error";
}

/** The value of `webhook-signature`. */
export function signatureOf(event: HookEvent, secret: string, timestamp: number): string {
  const key = secret.startsWith(SECRET_PREFIX)
    ? Buffer.from(secret.slice(SECRET_PREFIX.length), "base64")
    : Buffer.from(secret);
  const signed = `${event.id}.${timestamp}.${event.body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

/** `Retry-After` in ms from now: whole seconds or a date; 0 for none, at most an hour. */
export function retryAfterOf(header: string | undefined, now: number): number {
  const text = header?.trim() ?? "";
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  const wish = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : date - now;
  return Number.isNaN(wish) ? 0 : Math.min(Math.max(wish, 0), RETRY_AFTER_MAX_MS);
}

function headersOf(event: HookEvent, secret: string | null, timestamp: number) {
  return {
    "content-type": "application/cloudevents+json; charset=utf-8",
    "content-length": Buffer.byteLength(event.body),
    connection: "close",
    "user-agent": `runtime-profile/${PACKAGE_VERSION}`,
    "webhook-id": event.id,
    "webhook-timestamp": String(timestamp),
    ...(secret === null ? {} : { "webhook-signature": signatureOf(event, secret, timestamp) }),
  };
}

function reasonOf(status: number): HookFailure | null {
  if (status >= 200 && status < 300) return null;
  if (status === GONE) return "gone";
  if (status >= 300 && status < 400) return "redirect";
  return status >= 500 ? "server_error" : "refused";
}
