/**
 * Lines of the log as CloudEvents 1.0 in their JSON form, one object a line.
 *
 * `source` and `id` together are unique; another version of a type has another `dataschema`. What has
 * no place in the standard travels in extension attributes. Whole numbers there must fit 32 bits, so
 * ours are texts; `sequence` is padded, because consumers compare it letter by letter.
 */
import { idOf } from "./entry-row.ts";
import {
  type ExportCodec,
  type ExportHeader,
  headerOf,
  isCanonical,
  type JsonObject,
  lineOf,
  spliced,
} from "./export-line.ts";
import type { StoredLine } from "./stored-line.ts";

const PREFIX = "dev.runtimeprofile.";
const HEADER_TYPE = `${PREFIX}log.v1`;
const SEQUENCE_DIGITS = 16;
const TYPE = /^dev\.runtimeprofile\.(.+)\.v(\d{1,9})$/s;
const NUMBER = /^-?\d{1,16}$/;

/** Moments that RFC 3339 can write: the years 0 to 9999. */
const TIME_MIN = -62_167_219_200_000;
const TIME_MAX = 253_402_300_799_999;

/** One CloudEvent a line, the header as well. */
export const CLOUD_EVENTS: ExportCodec = {
  encodeHeader: (header) =>
    JSON.stringify({
      specversion: "1.0",
      id: `${header.host_id}-log-${header.last_seq}`,
      source: sourceOf(header),
      type: HEADER_TYPE,
      datacontenttype: "application/json",
      dataschema: schemaOf("log", 1),
      data: header,
    }),
  decodeHeader({ type, data }) {
    const isHeader = type === HEADER_TYPE && typeof data === "object" && data !== null;
    return isHeader ? headerOf(data as JsonObject) : null;
  },
  encode(line, header) {
    const { seq, kind, type, v, at, mono, boot, cause, actor, readings, prev, hash } = line;
    const hasTime = at >= TIME_MIN && at <= TIME_MAX;
    const begin = {
      specversion: "1.0",
      id: idOf(header.host_id, seq),
      source: sourceOf(header),
      type: `${PREFIX}${type}.v${v}`,
      ...(hasTime ? { time: new Date(at).toISOString() } : { at: String(at) }),
      ...subjectOf(line),
      datacontenttype: "application/json",
      dataschema: schemaOf(type, v),
      sequence: String(seq).padStart(SEQUENCE_DIGITS, "0"),
      kind,
      ...(cause === null ? {} : { cause: String(cause) }),
      actor,
      mono: String(mono),
      boot,
      ...(prev === null ? {} : { prev }),
      ...(hash === null ? {} : { hash }),
      ...(readings === null ? {} : { readings }),
    };
    return spliced(begin, dataMember(line), {});
  },
  decode(value) {
    const [, type = null, version = ""] = TYPE.exec(textOf(value["type"])) ?? [];
    const { kind, boot, actor, prev = null, hash = null, readings = null } = value;
    const data = dataOf(value);
    const seq = numberOf(value["sequence"]);
    const at = value["time"] === undefined ? numberOf(value["at"]) : momentOf(value["time"]);
    const mono = numberOf(value["mono"]);
    const cause = value["cause"] === undefined ? null : numberOf(value["cause"]);
    const v = numberOf(version);
    return lineOf({ seq, kind, type, v, at, mono, boot, cause, actor, data, readings, prev, hash });
  },
};

/** Private words taken out make other events of the same numbers, so they come from elsewhere. */
function sourceOf({ host_id, redacted }: ExportHeader): string {
  return `urn:runtime-profile:${host_id}${redacted ? ":redacted" : ""}`;
}

function schemaOf(type: string, v: number): string {
  return `urn:runtime-profile:schema:${type}:v${v}`;
}

/** The state that an output leads to; other lines have no subject. */
function subjectOf({ kind, type, data }: StoredLine): { readonly subject?: string } {
  if (kind !== "output" || (type !== "transition" && type !== "fact")) return {};
  try {
    const { to, region } = JSON.parse(data) as { to?: unknown; region?: unknown };
    if (typeof to !== "string" || to === "") return {};
    return { subject: type === "fact" ? `${region}.${to}` : to };
  } catch {
    return {};
  }
}

/** Bytes that are not the usual text of their JSON travel as they are. */
function dataMember(line: StoredLine): string {
  return isCanonical(line)
    ? `"data":${line.data}`
    : `"data_base64":"${Buffer.from(line.data).toString("base64")}"`;
}

function dataOf(value: JsonObject): string | undefined {
  const bytes = value["data_base64"];
  return typeof bytes === "string"
    ? Buffer.from(bytes, "base64").toString("utf8")
    : JSON.stringify(value["data"]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return NUMBER.test(textOf(value)) ? Number(value) : Number.NaN;
}

function momentOf(value: unknown): number {
  return Date.parse(textOf(value));
}
