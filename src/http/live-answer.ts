/** How a request becomes a live stream: where it begins, and what stands in front of its first word. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { RuntimeProfileError } from "../domain/error.ts";
import type { Context } from "./context.ts";
import { languageOf } from "./language.ts";
import type { EntryFilter } from "./live-client.ts";
import { STREAM_TYPE } from "./live-frames.ts";
import { RequestRefused } from "./problem.ts";

/** When to ask again if there are too many, in seconds. */
const RETRY_AFTER_S = 5;

/** Parameters of the pages that a stream cannot keep to: it goes forward, and by number. */
const OF_PAGES = ["before", "order", "since", "until", "code", "tier", "rung", "explain"];

/** Turns of the loop in which room may be made before a client is refused. */
const TURNS_FOR_ROOM = 10;

const WHOLE_NUMBER = /^\d{1,15}$/;

/** What of a request's query concerns a stream. */
export interface LiveQuery extends EntryFilter {
  readonly after?: number | undefined;
}

/** Answers with a stream that lasts until one of both ends it. Refuses with 503 when there are too many. */
export async function answerLive(
  { runtime, live, language }: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!runtime.monitor().running) {
    throw new RuntimeProfileError("RP_STOPPED", "This runtime was stopped; start it again.");
  }
  expectOfStreams(request.query as object);
  reply.header("content-type", `${STREAM_TYPE}; charset=utf-8`);
  if (request.method === "HEAD") return reply.send();
  // Where all come again at once, the system tells of some before it tells that they had gone.
  for (let turn = 0; turn < TURNS_FOR_ROOM && live.isFull; turn += 1) await nextTurn();
  if (live.isFull) throw tooMany(live.clientsMax, reply);
  const { type, kind, after } = request.query as LiveQuery;
  const wish = {
    after: beginningOf(request.headers["last-event-id"], after),
    filter: { type, kind },
    language: languageOf(request, language),
  };
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  raw.setHeader("connection", "close");
  raw.removeHeader("transfer-encoding");
  raw.flushHeaders();
  // Behind an answer that is still under way on the same connection there is no socket yet, and when
  // there is one, the headers go out right after that is told.
  if (raw.socket !== null) live.add(raw, raw.socket, wish);
  else raw.once("socket", (socket) => process.nextTick(() => live.add(raw, socket, wish)));
  return reply;
}

/** `Last-Event-ID` is newer than the address, which stays as it was when a client comes again. */
function beginningOf(
  last: string | string[] | undefined,
  after: number | undefined,
): number | null {
  if (last === undefined || last === "") return after ?? null;
  return WHOLE_NUMBER.test(String(last)) ? Number(last) : Number.POSITIVE_INFINITY;
}

/** Who asks for less must not get more without a word. */
function expectOfStreams(query: object): void {
  const given = OF_PAGES.filter((name) => name in query);
  if (given.length === 0) return;
  const errors = given.map((name) => ({
    pointer: `/${name}`,
    in: "query" as const,
    detail: "belongs to pages; a stream takes after, type and kind",
  }));
  const detail = `Expected only after, type and kind for text/event-stream, got ${given.join(", ")}; leave them out or ask for application/json.`;
  throw new RequestRefused({ status: 400, code: "RP_REQUEST", detail, errors });
}

function tooMany(max: number, reply: FastifyReply): RequestRefused {
  reply.header("retry-after", String(RETRY_AFTER_S));
  const detail = `At most ${max} live streams at once are possible; ask again in ${RETRY_AFTER_S} s.`;
  return new RequestRefused({ status: 503, code: "RP_BUSY", detail });
}
