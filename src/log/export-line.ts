/**
 * Lines of the log as text, one JSON object each, and back.
 *
 * The idea: there is exactly one text for a line, so that whoever reads a file can write each line
 * again and compare; a changed byte is then found even where no hash covers it (an id, a date).
 * Data stands there as JSON where that gives the stored text again, else as that text itself.
 */
import type { EntryKind } from "./entry.ts";
import { ENTRY_KINDS } from "./entry.ts";
import { idOf } from "./entry-row.ts";
import type { ChainHead } from "./finding.ts";
import { isReading, type StoredLine } from "./stored-line.ts";

/** What stands before the lines. */
export interface ExportHeader {
  readonly host_id: string;
  /** Lines up to this number were left out on request; 0 = the whole log. */
  readonly after: number;
  readonly last_seq: number;
  /** As `LogStart`. */
  readonly floor: ChainHead | null;
  readonly pruned_readings: number;
  /** Readings that were lost to a damage, each time all of one seal; absent when there are none. */
  readonly lost_readings?: readonly LostRange[];
  /** The last link of the chain in the file. */
  readonly head: ChainHead | null;
  /** Digest of the readings after that link, which no entry covers yet; `null` when there are none. */
  readonly readings: string | null;
  /** Something private was replaced, and the chain computed anew over what stands in the file. */
  readonly redacted: boolean;
  /** The last link before that; `null` when nothing was replaced. */
  readonly original_head: ChainHead | null;
}

/** First and last number of the readings of one seal. */
export interface LostRange {
  readonly first_seq: number;
  readonly last_seq: number;
}

/** One form of a file. Decoding answers `null` for a text that is no line of this form. */
export interface ExportCodec {
  readonly encodeHeader: (header: ExportHeader) => string;
  readonly decodeHeader: (value: JsonObject) => ExportHeader | null;
  readonly encode: (line: StoredLine, header: ExportHeader) => string;
  readonly decode: (value: JsonObject) => StoredLine | null;
}

/** A JSON object that came from outside. */
export type JsonObject = Readonly<Record<string, unknown>>;

const HEADER_TYPE = "runtime-profile.log";
const HEADER_VERSION = 1;
const HASH = /^[0-9a-f]{64}$/;
const HOST_ID = /^[0-9A-Za-z-]{1,64}$/;
const KINDS: readonly unknown[] = ENTRY_KINDS;

/** Lines with the keys of an entry, as `log --json` prints them. */
export const NDJSON: ExportCodec = {
  encodeHeader: (header) => JSON.stringify({ type: HEADER_TYPE, v: HEADER_VERSION, ...header }),
  decodeHeader: (value) =>
    value["type"] === HEADER_TYPE && value["v"] === HEADER_VERSION ? headerOf(value) : null,
  encode(line, { host_id }) {
    const { seq, kind, type, v, at, mono, boot, cause, actor, readings, prev, hash } = line;
    const begin = { seq, id: idOf(host_id, seq), kind, type, v, at, mono, boot, cause, actor };
    const end = readings === null ? { prev, hash } : { prev, hash, readings };
    return spliced(begin, dataMember(line), end);
  },
  decode(value) {
    const text = value["data_text"];
    const data = typeof text === "string" ? text : JSON.stringify(value["data"]);
    return lineOf({ ...value, data, readings: value["readings"] ?? null });
  },
};

/** Two objects with a member between them, as one JSON object. */
export function spliced(begin: object, member: string, end: object): string {
  const [head, tail] = [JSON.stringify(begin).slice(0, -1), JSON.stringify(end).slice(1)];
  return `${head},${member}${tail === "}" ? "" : ","}${tail}`;
}

/** True when the text is what `JSON.stringify` makes of its own value. */
export function isCanonical(line: StoredLine): boolean {
  if (isReading(line)) return true;
  try {
    return JSON.stringify(JSON.parse(line.data)) === line.data;
  } catch {
    return false;
  }
}

/** The header in an object that came from outside; `null` when it is none. */
export function headerOf(value: JsonObject): ExportHeader | null {
  const { host_id, after, last_seq, pruned_readings, readings, redacted } = value;
  const links = [value["floor"], value["head"], value["original_head"]].map(linkOf);
  const numbers = [after, last_seq, pruned_readings];
  if (typeof host_id !== "string" || !HOST_ID.test(host_id)) return null;
  if (readings !== null && !isText(readings)) return null;
  if (typeof redacted !== "boolean" || !numbers.every(isCount)) return null;
  if (links.includes(undefined)) return null;
  const [floor = null, head = null, original_head = null] = links;
  if (redacted !== (original_head !== null)) return null;
  const lost_readings = lostOf(value["lost_readings"]);
  if (lost_readings === null) return null;
  return {
    host_id,
    after: after as number,
    last_seq: last_seq as number,
    floor,
    pruned_readings: pruned_readings as number,
    ...(lost_readings.length === 0 ? {} : { lost_readings }),
    head,
    readings,
    redacted,
    original_head,
  };
}

/** The line in an object that came from outside; `null` when a field is missing or of another kind. */
export function lineOf(value: JsonObject): StoredLine | null {
  const { seq, kind, type, v, at, mono, boot, cause, actor, data, readings, prev, hash } = value;
  const isWhole =
    [seq, v, at, mono].every(Number.isSafeInteger) &&
    [type, boot, actor, data].every(isText) &&
    KINDS.includes(kind) &&
    (cause === null || Number.isSafeInteger(cause)) &&
    [readings, prev, hash].every((text) => text === null || isText(text));
  if (!isWhole) return null;
  return {
    seq: seq as number,
    kind: kind as EntryKind,
    type: type as string,
    v: v as number,
    at: at as number,
    mono: mono as number,
    boot: boot as string,
    cause: cause as number | null,
    actor: actor as string,
    data: data as string,
    readings: readings as string | null,
    prev: prev as string | null,
    hash: hash as string | null,
  };
}

function dataMember(line: StoredLine): string {
  return isCanonical(line) ? `"data":${line.data}` : `"data_text":${JSON.stringify(line.data)}`;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** `null` = no list of ranges. */
function lostOf(value: unknown = []): readonly LostRange[] | null {
  if (!Array.isArray(value)) return null;
  const ranges: LostRange[] = [];
  for (const item of value) {
    const { first_seq, last_seq } = (item ?? {}) as JsonObject;
    if (!isCount(first_seq) || !isCount(last_seq)) return null;
    ranges.push({ first_seq: first_seq as number, last_seq: last_seq as number });
  }
  return ranges;
}

/** `undefined` = neither a link nor null. */
function linkOf(value: unknown): ChainHead | null | undefined {
  if (value === null) return null;
  if (typeof value !== "object") return undefined;
  const { seq, hash } = value as JsonObject;
  const isLink = isCount(seq) && typeof hash === "string" && HASH.test(hash);
  return isLink ? { seq: seq as number, hash: hash as string } : undefined;
}
