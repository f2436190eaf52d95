/**
 * ETags: an answer about the present changes when the log grows, so the number of the newest entry
 * names it. The comparison stands before the answer is made. (The bytes of an answer are made anew at
 * each request; making them once per change is possible here, for the tag already says when.)
 */
import type { FastifyReply, FastifyRequest, preHandlerHookHandler } from "fastify";
import type { Runtime } from "../runtime-types.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";

const NOT_MODIFIED = 304;

/** Sets the ETag and answers 304 when the client has these very bytes. */
export function answerWhenChanged(context: Context): preHandlerHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const language = languageOf(request, context.language);
    reply.header("cache-control", "no-cache").header("vary", "Accept-Language");
    const seq = isLogWritable(context.runtime) ? context.runtime.seq() : null;
    if (seq === null) return done();
    const tag = `"${context.runtime.hostId}-${seq}-${language}"`;
    reply.header("etag", tag);
    if (isKnown(request.headers["if-none-match"], tag)) reply.code(NOT_MODIFIED).send();
    else done();
  };
}

/** While the log cannot be written the state moves without it, and no tag would be true. */
function isLogWritable(runtime: Runtime): boolean {
  const last = runtime.notices.findLast(
    ({ code }) => code === "LOG_UNWRITABLE" || code === "LOG_WRITABLE_AGAIN",
  );
  return last?.code !== "LOG_UNWRITABLE";
}

function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((given) => {
    const known = given.trim().replace(/^W\//, "");
    return known === "*" || known === tag;
  });
}
