/**
 * A log as the lines of a file: a header, then every line in order.
 *
 * The idea: the file must prove itself. As long as nothing private stands in the log, its own hashes
 * go out with it. Otherwise the chain is computed anew over what is left, and the header says so; only
 * a log whose chain holds is treated that way, because new hashes would make any damage look sound.
 * The log is read twice, since the header needs the end: it must be open for reading `frozen`.
 */
import { RuntimeProfileError } from "../domain/error.ts";
import { CLOUD_EVENTS } from "./export-cloud-events.ts";
import { type ExportCodec, type ExportHeader, type LostRange, NDJSON } from "./export-line.ts";
import type { RedactData } from "./export-redaction.ts";
import type { ChainHead } from "./finding.ts";
import { GENESIS_HASH, readingsDigestOver } from "./sqlite-chain.ts";
import { lineHashOf } from "./sqlite-lines.ts";
import type { LogStore } from "./store.ts";
import { isReading, type StoredLine } from "./stored-line.ts";

/** Forms of a file; closed. */
export const EXPORT_FORMATS = ["ndjson", "cloudevents"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How each form writes its lines. */
export const EXPORT_CODECS: Readonly<Record<ExportFormat, ExportCodec>> = {
  ndjson: NDJSON,
  cloudevents: CLOUD_EVENTS,
};

/** What to export. */
export interface ExportOptions {
  readonly log: Pick<LogStore, "hostId" | "lines" | "pieces" | "start" | "head" | "blocks">;
  readonly format: ExportFormat;
  /** Only lines with a greater number; 0 = all. Such a part cannot be imported. */
  readonly after: number;
  /** `null` = private words stay. */
  readonly redact: RedactData | null;
}

/** A line of the file, and how far it is. */
export interface ExportStep {
  readonly text: string;
  readonly seq: number;
  readonly through: number;
}

/** The header and all lines; throws RP_LOG_DAMAGED where the log must not be given new hashes. */
export function* exportLog({ log, format, after, redact }: ExportOptions): Generator<ExportStep> {
  const { encodeHeader, encode } = EXPORT_CODECS[format];
  const { floor, prunedReadings, originalHead } = log.start();
  const through = log.head()?.seq ?? 0;
  const head = log.head()?.chain ?? null;
  const lost = lostIn(log);
  const restamped = redact === null ? null : restampedHead(log, redact);
  const header: ExportHeader = {
    host_id: log.hostId,
    after,
    last_seq: through,
    floor,
    pruned_readings: prunedReadings,
    ...(lost.length === 0 ? {} : { lost_readings: lost }),
    head: restamped ?? head,
    readings: digestAfter(log, head?.seq ?? 0),
    redacted: restamped !== null || originalHead !== null,
    original_head: originalHead ?? (restamped === null ? null : head),
  };
  yield { text: encodeHeader(header), seq: 0, through };
  const restamp = restamped === null || redact === null ? null : new Restamp(log, redact);
  // New hashes have to be computed from the first line on.
  for (const stored of log.lines({ after: restamp === null ? after : 0 })) {
    const line = restamp === null ? stored : restamp.take(stored);
    if (line.seq > after) yield { text: encode(line, header), seq: line.seq, through };
  }
}

/** Only what a damage has taken; what was pruned has no label any more. */
function lostIn(log: ExportOptions["log"]): LostRange[] {
  const range = { after: log.start().prunedReadings, before: Number.MAX_SAFE_INTEGER };
  const labels = [...log.blocks({ ...range, isLost: true })];
  return labels.map(({ first_seq, last_seq }) => ({ first_seq, last_seq }));
}

function digestAfter(log: ExportOptions["log"], seq: number): string | null {
  let digest: string | null = null;
  for (const piece of log.pieces({ after: seq })) {
    if (piece.kind === "readings") digest = readingsDigestOver(digest, piece.run);
  }
  return digest;
}

/** The last link of the chain over the redacted bytes; `null` when nothing has to be replaced. */
function restampedHead(log: ExportOptions["log"], redact: RedactData): ChainHead | null {
  const restamp = new Restamp(log, redact);
  for (const line of log.lines({ after: 0, isWithoutReadings: true })) restamp.take(line);
  if (!restamp.isChanged) return null;
  if (restamp.brokenSeq !== null) throw brokenAt(restamp.brokenSeq);
  return restamp.head;
}

/** Walks along the chain and gives new hashes from the first changed line on. */
class Restamp {
  isChanged = false;
  /** The first entry that is not as it was written. */
  brokenSeq: number | null = null;
  head: ChainHead | null = null;
  readonly #hostId: string;
  readonly #redact: RedactData;
  /** Hashes of the entry before: as it is stored, and as it goes out. */
  #stored: string;
  #given: string;

  constructor(log: ExportOptions["log"], redact: RedactData) {
    this.#hostId = log.hostId;
    this.#redact = redact;
    this.#stored = log.start().floor?.hash ?? GENESIS_HASH;
    this.#given = this.#stored;
  }

  take(line: StoredLine): StoredLine {
    if (isReading(line)) return line;
    const isSound = line.prev === this.#stored && lineHashOf(line, this.#hostId) === line.hash;
    if (!isSound) this.brokenSeq ??= line.seq;
    this.#stored = line.hash ?? "";
    const data = this.#redact(line);
    this.isChanged ||= data !== line.data;
    const given = this.isChanged ? this.#stamped({ ...line, data, prev: this.#given }) : line;
    this.#given = given.hash ?? "";
    this.head = { seq: given.seq, hash: this.#given };
    return given;
  }

  #stamped(line: StoredLine): StoredLine {
    return { ...line, hash: lineHashOf(line, this.#hostId) };
  }
}

function brokenAt(seq: number): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_LOG_DAMAGED",
    `Expected a log whose chain holds, to take private words out of it, got a difference at seq ${seq}; run verify to see what it is, or export it as it is with --with-names.`,
    { path: `seq ${seq}` },
  );
}
