/**
 * Answers about the present: made once per change, named by an ETag, and not sent to who has them.
 *
 * Everything that an answer tells follows from the log, so the number of the newest entry names it: the
 * bytes are made, and cleaned of what is private, once for each route and language, and stand until the
 * log grows. An answer about the past is named by its own bytes instead: what follows from a moment
 * changes with the program's version, and with what has been pruned since.
 */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Language } from "../domain/configuration.ts";
import type { Runtime } from "../runtime-types.ts";
import { languageOf } from "./language.ts";
import type { Redact } from "./redaction.ts";

const NOT_MODIFIED = 304;
const JSON_TYPE = "application/json; charset=utf-8";

/** Newest gaps of the log that are looked through for one of unknown size. */
const GAPS_MAX = 100;

/** A route about the present, and how its answer is made. */
export interface PresentRoute {
  readonly path: string;
  /** False: the same in every language. */
  readonly isSpoken: boolean;
  make(language: Language): unknown;
}

/** What is served: `etag` is `null` while the log cannot be written, for then nothing names the state. */
export interface PresentAnswer {
  readonly etag: string | null;
  /** Made at the first call. */
  bytes(): Buffer;
  /**
   * All headers of the answer that nothing changed, name and value in turn; `null` until the route has
   * answered once.
   */
  unchangedHead(): readonly string[] | null;
  /** All headers of the whole answer, likewise. */
  wholeHead(): readonly string[] | null;
}

/** The present of one service, as bytes. */
export interface Present {
  /** The answer of a route; the same bytes as long as the log stands still. */
  answer(route: PresentRoute, language: Language): PresentAnswer;
  /** Sends it, or 304 to a client that has it. */
  send(route: PresentRoute, request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** The tag of what is told now in this language; `null` while the log cannot be written. */
  tag(language: Language): string | null;
}

/** What the present is made from. */
export interface PresentParts {
  readonly runtime: Runtime;
  /** Used when a request names no language; its answers carry the plain tag. */
  readonly language: Language;
  readonly redact: Redact;
}

/** Nothing is made before it is asked for; at most one answer for each route and language is kept. */
export function createPresent({ runtime, language: own, redact }: PresentParts): Present {
  const kept = new Map<string, PresentAnswer>();
  /** What stands in front of each answer, as the application decided it. */
  const common = new Map<string, readonly string[]>();
  const name = namesOf(runtime);
  const tag = (language: Language): string | null => {
    const plain = isLogWritable(runtime) ? name() : null;
    // One address answers in two languages, and a strong tag must not stand for both.
    return plain === null ? null : `"${plain}${language === own ? "" : `-${language}`}"`;
  };
  const answer = (route: PresentRoute, asked: Language): PresentAnswer => {
    const language = route.isSpoken ? asked : own;
    const etag = tag(language);
    const key = `${route.path} ${language}`;
    const known = kept.get(key);
    if (known !== undefined && etag !== null && known.etag === etag) return known;
    const bytes = once(() => Buffer.from(redact(route.make(language))));
    const unchangedHead = once(() => {
      const head = common.get(route.path);
      return head === undefined || etag === null ? null : [...head, "etag", etag];
    });
    const wholeHead = once(() => {
      const head = unchangedHead();
      const length = String(bytes().length);
      return head && [...head, "content-type", JSON_TYPE, "content-length", length];
    });
    const fresh = { etag, bytes, unchangedHead, wholeHead };
    if (etag === null) kept.delete(key);
    else kept.set(key, fresh);
    return fresh;
  };
  return {
    answer,
    tag,
    send(route, request, reply) {
      const { etag, bytes } = answer(route, languageOf(request, own));
      prepare(reply);
      if (!common.has(route.path)) common.set(route.path, commonHeaders(reply));
      return sendFresh({ request, reply, etag }, bytes);
    },
  };
}

/** Sends an answer about the past, named by its bytes; 304 to a client that has them. */
export function sendPast(request: FastifyRequest, reply: FastifyReply, json: string): FastifyReply {
  const bytes = Buffer.from(json);
  const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  prepare(reply);
  return sendFresh({ request, reply, etag }, () => bytes);
}

/** True when the client's `If-None-Match` names this tag; a weak comparison, as it must be there. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag) return true;
  return header.split(",").some((given) => {
    const known = given.trim().replace(/^W\//, "");
    return known === "*" || known === etag;
  });
}

interface Sending {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly etag: string | null;
}

function prepare(reply: FastifyReply): void {
  reply.header("cache-control", "no-cache").header("vary", "Accept-Language");
}

/** What every answer of a route begins with. */
function commonHeaders(reply: FastifyReply): readonly string[] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}

/** Makes something when it is first asked for; what is `null` is made again. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

function sendFresh({ request, reply, etag }: Sending, bytes: () => Buffer): FastifyReply {
  const known = request.headers["if-none-match"];
  if (etag !== null && isKnown(known, etag)) {
    return reply.header("etag", etag).code(NOT_MODIFIED).send();
  }
  // Made before the tag is set: a problem has none.
  const body = bytes();
  if (etag !== null) reply.header("etag", etag);
  return reply.type(JSON_TYPE).send(body);
}

/** While the log cannot be written the state moves without it, and no tag would be true. */
function isLogWritable({ notices }: Runtime): boolean {
  if (notices.length === 0) return true;
  const last = notices.findLast(
    ({ code }) => code === "LOG_UNWRITABLE" || code === "LOG_WRITABLE_AGAIN",
  );
  return last?.code !== "LOG_UNWRITABLE";
}

/**
 * Names the state by the host and the newest entry. A log that ever lost its end gave numbers twice: from
 * then on the moment of that loss is in the name too.
 */
function namesOf(runtime: Runtime): () => string | null {
  let seq: number | null = null;
  let name: string | null = null;
  return () => {
    const now = runtime.seq();
    if (now === seq) return name;
    seq = now;
    const { events } = runtime.events({ type: "log.gap", order: "descending", limit: GAPS_MAX });
    const loss = events.find(({ data }) => (data as { lost?: unknown }).lost === null);
    const mark = loss === undefined ? "" : `-${loss.at.toString(36)}`;
    name = now === null ? null : `${runtime.hostId}-${now}${mark}`;
    return name;
  };
}
