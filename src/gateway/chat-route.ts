/** `POST /v1/chat/completions`: a job in, an answer with its receipt out. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Job, WorkFailed } from "../runtime-work-types.ts";
import { writeEvents } from "./answer-stream.ts";
import { jobOf } from "./chat-request.ts";
import type { DoorApp, DoorParts } from "./door-app.ts";
import { CHAT_BODY_MAX_BYTES, sendError } from "./door-error.ts";
import { receiptHeaders } from "./receipt-headers.ts";
import { CHAT_SCHEMA } from "./schema-chat.ts";
import { doorRefusalOf, retryHeaders, STOPPED } from "./work-refusal.ts";

/**
 * How long an answer may take is the settings' business (`work.*`), and a cold load takes minutes; a route
 * cannot leave the application's limit out, so it has the longest time that a timer can have, in ms.
 */
const LONGEST_TIMER_MS = 2_147_483_647;

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "x-accel-buffering": "no",
};

/** Adds the route. The body is looked at here, not by its schema: what nobody knows passes. */
export function addChatRoute(app: DoorApp, parts: DoorParts): void {
  app.post(
    "/chat/completions",
    {
      bodyLimit: CHAT_BODY_MAX_BYTES,
      handlerTimeout: LONGEST_TIMER_MS,
      validatorCompiler: () => () => true,
      schema: CHAT_SCHEMA,
    },
    (request, reply) => answerChat(parts, request, reply) as Promise<never>,
  );
}

async function answerChat(
  parts: DoorParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const read = jobOf(request);
  if ("refusal" in read) return sendError(reply, read.refusal, parts.redact);
  const job = { ...read.value, signal: untilGone(reply) };
  return job.request.stream === true
    ? answerStreamed(parts, job, reply)
    : answerWhole(parts, job, reply);
}

async function answerWhole(parts: DoorParts, job: Job, reply: FastifyReply): Promise<FastifyReply> {
  const answer = await parts.work.complete(job);
  if (!answer.ok) return answerFailed(parts, answer, reply);
  return reply
    .headers(receiptHeaders(answer.receipt))
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(answer.completion));
}

async function answerStreamed(
  parts: DoorParts,
  job: Job,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const answer = await parts.work.stream(job);
  if (!answer.ok) return answerFailed(parts, answer, reply);
  reply.headers(receiptHeaders(answer.receipt)).headers(STREAM_HEADERS);
  const { raw } = reply;
  const headers = reply.getHeaders();
  reply.hijack();
  // A connection that breaks is told by `close` as well; this only keeps the error from being nobody's.
  raw.on("error", () => {});
  if (!raw.destroyed) raw.writeHead(200, headers as Record<string, string>);
  await writeEvents(raw, { pieces: answer.pieces, redact: parts.redact });
  return reply;
}

function answerFailed(parts: DoorParts, failed: WorkFailed, reply: FastifyReply): FastifyReply {
  if (!failed.isAborted) {
    reply.headers(retryHeaders(failed.refusal));
    return sendError(reply, doorRefusalOf(failed.refusal), parts.redact);
  }
  if (!reply.raw.destroyed) return sendError(reply, STOPPED, parts.redact);
  // Nobody is there to be told.
  return reply.hijack();
}

/** Without a reason each abort makes an error with its stack, and every answer ends in one. */
const GONE = "Nobody waits for this answer any more.";

/** Aborted as soon as nobody waits for this answer any more, also once it is sent. */
function untilGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort(GONE);
  else raw.once("close", () => gone.abort(GONE));
  return gone.signal;
}
