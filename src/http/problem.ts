/** Problems (RFC 9457): the one place where an error code meets an HTTP status. */
import type { FastifyReply } from "fastify";
import type { ErrorCode, RuntimeProfileError } from "../domain/error.ts";
import type { Redact } from "./redaction.ts";

/** One thing that is wrong with a request. */
export interface Complaint {
  /** JSON pointer into the part of the request that `in` names. */
  readonly pointer: string;
  readonly in: "body" | "query" | "path";
  readonly detail: string;
}

/** The body of every answer that is not a success. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly errors?: readonly Complaint[];
}

/** What a refusal says; the rest of a problem follows from it. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly Complaint[];
}

/** The media type of a problem. */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** Longest path that a problem repeats, in characters. */
const INSTANCE_MAX = 200;

const INTERNAL = 500;

/** Slug and title of each status that this service answers. */
const TITLES: Readonly<Record<number, readonly [slug: string, title: string]>> = {
  400: ["invalid-request", "The request is not valid"],
  401: ["token-required", "A token is required"],
  403: ["origin-refused", "The request comes from another site"],
  404: ["not-found", "Nothing is here"],
  405: ["method-not-allowed", "This method is not offered here"],
  406: ["not-acceptable", "No accepted form of the answer exists"],
  409: ["rung-not-available", "The rung is not available"],
  413: ["too-large", "The body is too large"],
  415: ["unsupported-media-type", "The body is not JSON"],
  421: ["host-refused", "The Host header is not accepted"],
  500: ["internal", "Something went wrong inside"],
  503: ["unavailable", "The runtime does not answer now"],
};

/** Slug and title of a code that says more than its status. */
const TITLES_BY_CODE: Readonly<Partial<Record<ErrorCode, readonly [slug: string, title: string]>>> =
  { RP_LOG_DAMAGED: ["log-damaged", "The log is damaged"] };

/** Statuses of the codes that a caller can do something about; all others are internal. */
const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  RP_CONFIGURATION: 400,
  RP_REQUEST: 400,
  RP_INPUT: 400,
  RP_UNAUTHORIZED: 401,
  RP_ORIGIN_REFUSED: 403,
  RP_NOT_FOUND: 404,
  RP_RUNG_NOT_AVAILABLE: 409,
  RP_HOST_REFUSED: 421,
  RP_BUSY: 503,
  RP_WORK_REFUSED: 503,
  RP_STOPPED: 503,
};

/** What is said of an error of our own; inner messages stay inside. */
export function refusalOf(error: RuntimeProfileError): Refusal {
  const status = STATUSES[error.code] ?? INTERNAL;
  const isForCaller = status < INTERNAL || ["RP_BUSY", "RP_WORK_REFUSED"].includes(error.code);
  if (isForCaller) return { status, code: error.code, detail: error.message };
  if (error.code === "RP_LOG_DAMAGED") return DAMAGED_REFUSAL;
  if (status === INTERNAL) return INTERNAL_REFUSAL;
  return { status, code: error.code, detail: "The runtime has stopped; start it again." };
}

/** What is said of an error that nobody foresaw. */
export const INTERNAL_REFUSAL: Refusal = {
  status: INTERNAL,
  code: "RP_INTERNAL",
  detail: "The request failed inside the service; its log on the host says more.",
};

/** Where the damage is stands in the inner message, which may name a path. */
const DAMAGED_REFUSAL: Refusal = {
  status: INTERNAL,
  code: "RP_LOG_DAMAGED",
  detail:
    "A part of the log cannot be read; run runtime-profile verify on the host to see which, and start the runtime again to have what is sound saved into a new log.",
};

/** The whole problem about a request to `url`. */
export function problemOf(refusal: Refusal, url: string): Problem {
  const [slug, title] = TITLES_BY_CODE[refusal.code] ??
    TITLES[refusal.status] ??
    TITLES[INTERNAL] ?? ["internal", ""];
  const [path = "/"] = url.split("?", 1);
  return {
    type: `urn:runtime-profile:problem:${slug}`,
    title,
    status: refusal.status,
    detail: refusal.detail,
    instance: path.slice(0, INSTANCE_MAX),
    code: refusal.code,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  };
}

/** Answers a request with a problem. */
export function sendProblem(reply: FastifyReply, refusal: Refusal, redact: Redact): FastifyReply {
  const problem = problemOf(refusal, reply.request.raw.url ?? "/");
  return reply
    .code(refusal.status)
    .header("content-type", PROBLEM_TYPE)
    .header("cache-control", "no-store")
    .serializer((payload: string) => payload)
    .send(redact(problem));
}

/** A refusal with a status of its own, thrown from a route. */
export class RequestRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}
