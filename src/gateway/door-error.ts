/** Errors in OpenAI's shape: the one place where the door meets statuses for what it refuses itself. */
import type { FastifyError, FastifyReply } from "fastify";
import { type ErrorCode, RuntimeProfileError } from "../domain/error.ts";

/** The body of every answer that is not a success. */
export interface OpenAiError {
  readonly error: {
    /** One sentence: what was expected, what came, what to do. */
    readonly message: string;
    readonly type: string;
    /** The field of the request that it is about. */
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** What is refused, and how. */
export interface DoorRefusal {
  readonly status: number;
  readonly message: string;
  readonly code: string;
  readonly param?: string | null;
}

/** Largest body of a chat request: pictures travel inside it, as base64. */
export const CHAT_BODY_MAX_BYTES = 32 * 1024 * 1024;

const INTERNAL = 500;

/** OpenAI's kinds of errors, by status; what is not here is a fault of the server's side. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "invalid_request_error",
  405: "invalid_request_error",
  413: "invalid_request_error",
  415: "invalid_request_error",
  421: "permission_error",
  429: "rate_limit_error",
};

/** Statuses of our own errors that a caller can do something about. */
const STATUSES: Readonly<Partial<Record<ErrorCode, readonly [status: number, code: string]>>> = {
  RP_HOST_REFUSED: [421, "host_refused"],
  RP_ORIGIN_REFUSED: [403, "origin_refused"],
  RP_UNAUTHORIZED: [401, "invalid_api_key"],
  RP_STOPPED: [503, "stopped"],
};

/** What Fastify itself refuses, by status. */
const REFUSALS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["invalid_json", "The body must be JSON; check its syntax and the Content-Length header."],
  413: [
    "request_too_large",
    `The body must have at most ${CHAT_BODY_MAX_BYTES} bytes, pictures included; send smaller or fewer ones.`,
  ],
  415: [
    "unsupported_media_type",
    "The body must be JSON; send the header Content-Type: application/json.",
  ],
};

/** An error in OpenAI's shape. */
export function openAiErrorOf({ status, message, code, param = null }: DoorRefusal): OpenAiError {
  return { error: { message, type: TYPES[status] ?? "server_error", param, code } };
}

/** Answers with an error; what is at fault in the request does not get better by asking again. */
export function sendError(
  reply: FastifyReply,
  refusal: DoorRefusal,
  redact: (value: unknown) => string,
): FastifyReply {
  const isKnown = reply.getHeader("x-should-retry") !== undefined;
  if (!isKnown && refusal.status < INTERNAL) reply.header("x-should-retry", "false");
  return reply
    .code(refusal.status)
    .header("content-type", "application/json; charset=utf-8")
    .send(redact(openAiErrorOf(refusal)));
}

/** What is said of any failure on the way to a route, and inside it. */
export function refusalFor(error: FastifyError): DoorRefusal {
  if (error instanceof RuntimeProfileError) {
    const [status, code] = STATUSES[error.code] ?? [INTERNAL, "internal_error"];
    return { status, code, message: status === INTERNAL ? INSIDE : error.message };
  }
  const status = error.statusCode ?? INTERNAL;
  const [code, message] = REFUSALS[status] ?? ["internal_error", INSIDE];
  return { status: code === "internal_error" ? INTERNAL : status, code, message };
}

const INSIDE = "The request failed inside the service; its log on the host says more.";
