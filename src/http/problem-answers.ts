/** Every failure becomes a problem: our own errors, refused requests, unknown paths, the unforeseen. */
import type { FastifyError, FastifyReply, HTTPMethods } from "fastify";
import { RuntimeProfileError } from "../domain/error.ts";
import type { App } from "./app.ts";
import { BODY_MAX_BYTES } from "./json-body.ts";
import {
  INTERNAL_REFUSAL,
  type Refusal,
  RequestRefused,
  refusalOf,
  sendProblem,
} from "./problem.ts";
import type { Redact } from "./redaction.ts";
import { validationRefusal } from "./validation.ts";

/** Sentences for what Fastify itself refuses, by status. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: "The body must be JSON; check its syntax and the Content-Length header.",
  413: `The body must have at most ${BODY_MAX_BYTES} bytes; send less.`,
  415: "The body must be JSON; send the header Content-Type: application/json.",
};

/** Answers errors and unknown paths with problems. */
export function addProblems(app: App, redact: Redact): void {
  const methodsOf = watchRoutes(app);
  app.setErrorHandler<FastifyError>((error, _request, reply) =>
    sendProblem(reply, refusalFor(error), redact),
  );
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const methods = methodsOf(path);
    // A route for a whole folder answers this method, only not for a file that is not there.
    const isOffered = methods.includes(request.method);
    if (methods.length === 0 || isOffered) return sendProblem(reply, NOT_FOUND, redact);
    const allowed = methods.join(", ");
    reply.header("allow", allowed);
    const detail = `This path answers ${allowed}, got ${request.method}; use one of these.`;
    return sendProblem(reply, { status: 405, code: "RP_REQUEST", detail }, redact);
  });
}

/** Answers a URL that cannot be decoded; no hook has run for it. */
export function answerBrokenUrl(reply: FastifyReply, redact: Redact): void {
  const detail = "The path must be a valid URL path; check its percent signs.";
  reply.header("x-content-type-options", "nosniff");
  sendProblem(reply, { status: 400, code: "RP_REQUEST", detail }, redact);
}

const NOT_FOUND: Refusal = {
  status: 404,
  code: "RP_NOT_FOUND",
  detail: "Nothing is at this path; /docs lists all routes.",
};

/** What is said of any failure. */
export function refusalFor(error: FastifyError): Refusal {
  if (error instanceof RuntimeProfileError) return refusalOf(error);
  if (error instanceof RequestRefused) return error.refusal;
  if (error.validation !== undefined) {
    return validationRefusal(error.validation, error.validationContext);
  }
  const status = error.statusCode ?? INTERNAL_REFUSAL.status;
  const detail = REFUSALS[status];
  if (detail !== undefined) return { status, code: "RP_REQUEST", detail };
  if (status === 503)
    return { status, code: "RP_INTERNAL", detail: "No answer in time; ask again." };
  return INTERNAL_REFUSAL;
}

/** Remembers the routes as they are added, to tell a wrong method from a wrong path. */
function watchRoutes(app: App): (path: string) => readonly string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly HTTPMethods[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = new RegExp(`^${url.replace(/[.]/g, "\\.").replace(/:\w+|\*/g, ".+")}$`);
    routes.push({ pattern, methods: [method].flat() });
  });
  return (path) => [
    ...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap((one) => one.methods)),
  ];
}
