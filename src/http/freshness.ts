/**
 * Answers about the present: made once per change, named by an ETag, and not sent to who has them.
 *
 * Everything that an answer tells follows from the log, so the number of the newest entry names it: the
 * bytes are made, and cleaned of what is private, once for each route and language, and stand until the
 * log grows. An answer about the past is named by its own bytes instead: what follows from a moment
 * changes with the program's version, and with what has been pruned since. So is one for which somebody
 * else was asked too.
 */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Language } from "../domain/configuration.ts";
import type { Runtime } from "../runtime-types.ts";
import { languageOf } from "./language.ts";
import type { Redact } from "./redaction.ts";

const NOT_MODIFIED = 304;
const JSON_TYPE = "application/json; charset=utf-8";

/** An answer may be kept, and is asked for again each time. */
const FRESH_HEADERS = { "cache-control": "no-cache", vary: "Accept-Language" };

const DOCUMENT_HEADERS = [
  "cross-origin-opener-policy",
  "origin-agent-cluster",
  "x-dns-prefetch-control",
];

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
  /** The same bytes as text of one byte a character: with the headers they are then one write, not two. */
  latin1(): string;
  /** All headers of the answer that nothing changed, name and value in turn. */
  readonly unchangedHead: readonly string[];
  /** All headers of the whole answer, likewise; `null` until the route has answered once. */
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
  const kept = new Map<string, Map<Language, Kept>>();
  /** What stands in front of each answer, as the application decided it. */
  const common = new Map<string, readonly string[]>();
  const newest = namesOf(runtime);
  const nameNow = () => (isLogWritable(runtime) ? newest() : null);
  // One address answers in two languages, and a strong tag must not stand for both.
  const tagOf = (name: string | null, language: Language) =>
    name === null ? null : `"${name}${language === own ? "" : `-${language}`}"`;
  const made = (route: PresentRoute, language: Language, etag: string | null): PresentAnswer => {
    const bytes = once(() => Buffer.from(redact(route.make(language))));
    const latin1 = once(() => bytes().toString("latin1"));
    const unchangedHead = [...Object.entries(FRESH_HEADERS), ["etag", etag ?? ""]].flat();
    const wholeHead = once(() => {
      const head = common.get(route.path);
      if (head === undefined || etag === null) return null;
      const length = String(bytes().length);
      return [...head, "etag", etag, "content-type", JSON_TYPE, "content-length", length];
    });
    return { etag, bytes, latin1, unchangedHead, wholeHead };
  };
  const answer = (route: PresentRoute, asked: Language): PresentAnswer => {
    const language = route.isSpoken ? asked : own;
    const name = nameNow();
    const spoken = kept.get(route.path) ?? new Map<Language, Kept>();
    const known = spoken.get(language);
    if (known !== undefined && name !== null && known.name === name) return known.answer;
    const fresh = made(route, language, tagOf(name, language));
    kept.set(route.path, spoken.set(language, { name, answer: fresh }));
    return fresh;
  };
  return {
    answer,
    tag: (language) => tagOf(nameNow(), language),
    send(route, request, reply) {
      const { etag, bytes } = answer(route, languageOf(request, own));
      prepare(reply);
      if (!common.has(route.path)) common.set(route.path, headersOf(reply));
      return sendFresh({ request, reply, etag }, bytes);
    },
  };
}

/** An answer, and the name of the state that it tells. */
interface Kept {
  readonly name: string | null;
  readonly answer: PresentAnswer;
}

/** Sends an answer that follows from more than the newest entry, named by its bytes; 304 to a client that has them. */
export function sendByDigest(
  request: FastifyRequest,
  reply: FastifyReply,
  json: string,
): FastifyReply {
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

/** Data is no document: what tells a browser how to open one is left out. */
function prepare(reply: FastifyReply): void {
  for (const name of DOCUMENT_HEADERS) reply.removeHeader(name);
  reply.headers(FRESH_HEADERS);
}

/** What every answer of a route begins with. */
function headersOf(reply: FastifyReply): readonly string[] {
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
    // The client has all other headers with the answer that it kept (RFC 9110, 15.4.5).
    for (const name of Object.keys(reply.getHeaders()))
      if (!(name in FRESH_HEADERS)) reply.removeHeader(name);
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
    const mark = lossIn(runtime);
    name = now === null || mark === null ? null : `${runtime.hostId}-${now}${mark}`;
    return name;
  };
}

/** The mark of the last loss of unknown size; `null` where the log cannot be asked, as after a stop. */
function lossIn(runtime: Runtime): string | null {
  try {
    const { events } = runtime.events({ type: "log.gap", order: "descending", limit: GAPS_MAX });
    const loss = events.find(({ data }) => (data as { lost?: unknown }).lost === null);
    return loss === undefined ? "" : `-${loss.at.toString(36)}`;
  } catch {
    return null;
  }
}
