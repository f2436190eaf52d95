/**
 * Answers that take long: as one JSON answer, or as a stream of events that tells how far it is.
 *
 * A run belongs to its client: when the client goes away, the run ends. Few may go on at once, for each
 * takes time from a runtime that must decide every second. What is refused before a run begins is an
 * ordinary problem; what fails later can only be said inside the stream.
 */
import { PassThrough } from "node:stream";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Progress } from "../replay/verify.ts";
import type { SliceOptions } from "../runtime-slices.ts";
import { untilGone } from "./gone.ts";
import { STREAM_TYPE } from "./live-frames.ts";
import { preferredType } from "./negotiation.ts";
import { problemOf, RequestRefused } from "./problem.ts";
import { refusalFor } from "./problem-answers.ts";
import type { Redact } from "./redaction.ts";

/** Longest time of a run, in ms; to be given to its route as `handlerTimeout`. */
export const RUN_TIMEOUT_MS = 600_000;

/** Most runs at once. */
export const RUNS_MAX = 2;

/** When to ask again if there are too many, in seconds. */
const RETRY_AFTER_S = 5;

const JSON_TYPE = "application/json";

/** Something that takes long and can be cancelled. */
export type Run<Answer> = (slices: SliceOptions<Progress>) => Promise<Answer>;

/** One request that wants a run. */
export interface RunRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The runs of one service. */
export interface Runs {
  /** Runs and answers, in the form that the client prefers. Refuses with 503 beyond the bound. */
  answer<Answer>(wanted: RunRequest, run: Run<Answer>): Promise<Answer>;
}

/** A service begins without any; at most so many go on at once. */
export function createRuns(redact: Redact, most = RUNS_MAX): Runs {
  let running = 0;
  return {
    async answer(wanted, run) {
      if (running >= most) throw tooMany(wanted.reply, most);
      running += 1;
      const counted: typeof run = async (slices) => {
        try {
          return await run(slices);
        } finally {
          running -= 1;
        }
      };
      const type = preferredType(wanted.request.headers.accept, [JSON_TYPE, STREAM_TYPE]);
      if (type !== STREAM_TYPE) return counted({ signal: untilGone(wanted.reply) });
      // Fastify takes the reply itself for "sent already", whatever the answer's type.
      return (await streamed(wanted, counted, redact)) as never;
    },
  };
}

/** What the documents say of the form of a stream. */
export const STREAM_CONTENT = {
  [STREAM_TYPE]: {
    schema: {
      type: "string",
      examples: ['event: progress\ndata: {"seq":1024,"through":90210}\n\n'],
      description: "`progress` events, then one `result` with the answer, or one `problem`.",
    },
  },
};

async function streamed<Answer>(
  { request, reply }: RunRequest,
  run: Run<Answer>,
  redact: Redact,
): Promise<FastifyReply> {
  const stream = new PassThrough();
  const put = (event: string, data: unknown): void => {
    if (!stream.destroyed) stream.write(`event: ${event}\ndata: ${redact(data)}\n\n`);
  };
  const begun = Promise.withResolvers<void>();
  const done = run({
    signal: untilGone(reply),
    onProgress: (step) => {
      begun.resolve();
      // A client that does not read misses progress, never the result.
      if (!stream.writableNeedDrain) put("progress", step);
    },
  });
  await Promise.race([begun.promise, done]);
  done
    .then((answer) => put("result", answer))
    .catch((error: FastifyError) =>
      put("problem", problemOf(refusalFor(error), request.raw.url ?? "/")),
    )
    .finally(() => stream.end());
  return reply.header("content-type", `${STREAM_TYPE}; charset=utf-8`).send(stream);
}

function tooMany(reply: FastifyReply, most: number): RequestRefused {
  reply.header("retry-after", String(RETRY_AFTER_S));
  const detail = `At most ${most} long runs at once are possible; ask again in ${RETRY_AFTER_S} s.`;
  return new RequestRefused({ status: 503, code: "RP_BUSY", detail });
}
