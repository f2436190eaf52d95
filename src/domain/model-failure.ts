/**
 * Why a call to a model failed, from what its server or the system said.
 *
 * On top of `server-error.ts`, which knows the texts of local servers: here stand what a request can be
 * refused for (context, quota, key, shape) and when to ask again. Codes go before texts, texts before the
 * status, because proxies and gateways change statuses. A request that was refused as such (400, 413, 415,
 * 422) is never read as a want of memory: such answers quote what the caller wrote.
 */
import type { Failure } from "./input.ts";
import { scrubbedMessage } from "./model-failure-text.ts";
import { retryAfterMsOf } from "./retry-after.ts";
import { failureOfServerError, type ServerError, serverErrorOf } from "./server-error.ts";
import { serverSays } from "./server-says.ts";

/** How a call ended that brought no answer. */
export interface CallEnded {
  readonly provider: "local" | "cloud";
  /** HTTP status; `null` = no answer came. 200 with an error in the body is an error in a stream. */
  readonly status: number | null;
  /** The body, or the line of a stream that told of the error. */
  readonly body: string;
  /** Code of the system's error, such as `ECONNREFUSED`; `null` = the system told of none. */
  readonly code: string | null;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** When it ended, ms since 1970: a `Retry-After` may be a date. */
  readonly at: number;
  /** Never repeated in the message. */
  readonly secrets: readonly string[];
}

/** The class of a failed call, its message, and when to ask again. */
export interface ClassifiedFailure {
  readonly failure: Failure;
  readonly status: number | null;
  readonly message: string;
  readonly retry_after_ms: number | null;
}

const CODES: Readonly<Record<string, Failure>> = {
  context_length_exceeded: "context",
  exceed_context_size_error: "context",
  insufficient_quota: "quota",
  rate_limit_exceeded: "quota",
  resource_exhausted: "quota",
  invalid_api_key: "auth",
  model_not_found: "not_pulled",
};

const CONTEXT =
  /exceeds? the available context size|input length exceeds|maximum context length|exceeds? (the )?(model's )?(maximum )?context|prompt is too long|context (length|window|size) (was |has been )?exceeded|greater than the context length|context length of only/i;
/** Comes as a limit per minute, but no waiting makes the request smaller. */
const TOO_LARGE = /request too large for/i;
const QUOTA =
  /reached your .{0,40}usage limit|exceeded your current quota|rate limit reached|insufficient (credits|balance)/i;
const UNREACHABLE_BEYOND =
  /no such host|connection refused|network is unreachable|no route to host/i;
const MODEL_MISSING = /model .{0,200}(not found|does not exist)/i;

/** Nobody answers there, or nobody that may be trusted. */
const REFUSED_CODES =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|ENOENT|EACCES|EPERM|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_SSL_\w+)$/;

/** The class of a call that ended without an answer. */
export function modelFailureOf(ended: CallEnded): ClassifiedFailure {
  const { text, codes } = serverSays(ended.body);
  const said = text ?? (ended.status === null ? (ended.code ?? "") : `HTTP ${ended.status}`);
  return {
    failure: classOf(ended, text ?? "", codes),
    status: ended.status,
    message: scrubbedMessage(said, ended.secrets),
    retry_after_ms: retryAfterMsOf({ headers: ended.headers, text: text ?? "", at: ended.at }),
  };
}

function classOf(ended: CallEnded, text: string, codes: readonly string[]): Failure {
  if (ended.status === null) return classOfSystemCode(ended.code);
  if (TOO_LARGE.test(text)) return "context";
  for (const code of codes) {
    const failure = CODES[code];
    if (failure !== undefined) return failure;
  }
  if (CONTEXT.test(text)) return "context";
  const byStatus = classOfRefusal(ended, text);
  return byStatus ?? classOfTrouble(ended, text);
}

function classOfSystemCode(code: string | null): Failure {
  if (code === null) return "server_error";
  if (REFUSED_CODES.test(code)) return "refused";
  return code === "ETIMEDOUT" ? "timeout" : "server_error";
}

/** What a 4xx says, and a quota text with any status. */
function classOfRefusal({ status, provider }: CallEnded, text: string): Failure | null {
  if (status === 404) return MODEL_MISSING.test(text) ? "not_pulled" : "server_error";
  if (status === 400 || status === 413 || status === 415 || status === 422) {
    return MODEL_MISSING.test(text) ? "not_pulled" : "bad_request";
  }
  if (QUOTA.test(text) || status === 402) return "quota";
  if (status === 401 || status === 403) return "auth";
  // A server of one's own has no quota: it is busy.
  if (status === 429) return provider === "cloud" ? "quota" : "loading";
  if (status === 408 || status === 504) return "timeout";
  if (status !== null && status >= 400 && status < 500) return "bad_request";
  return null;
}

/** What a 5xx says, or an error in a stream. */
function classOfTrouble({ status, provider }: CallEnded, text: string): Failure {
  if (UNREACHABLE_BEYOND.test(text)) return "refused";
  if (status !== null && status >= 300 && status < 400) return "server_error";
  const body = text === "" ? "" : JSON.stringify({ error: text });
  const error: ServerError = serverErrorOf({ status: status ?? 0, body }) ?? "invalid-answer";
  const failure = failureOfServerError(error);
  if (provider === "local") return failure;
  // The memory and the queue of a provider are not ours to count.
  return failure === "oom" || failure === "loading" || failure === "refused"
    ? "server_error"
    : failure;
}
