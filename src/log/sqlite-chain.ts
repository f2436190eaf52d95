/**
 * The chain: each entry's hash covers its own bytes, the entry before and the readings between.
 *
 * The idea: pearls on one thread. Readings get a rolling digest (digest before + this row), so that
 * a plain string is all there is to keep between two appends, to restore after a crash, and to drop
 * when a transaction fails. Every field goes in with its length in front, so no two rows give the
 * same bytes. Rejected: a digest object kept open, which cannot be taken back after a failed write.
 * Says "altered", never "safe": who can rewrite the whole file can rewrite the whole chain.
 */
import { hash } from "node:crypto";
import type { EntryRow } from "./entry-row.ts";
import { idOf } from "./entry-row.ts";
import { FramedBytes, framed } from "./framed-bytes.ts";
import type { ReadingRun } from "./piece.ts";
import { NUMBER_COLUMNS, VALUE_COLUMNS } from "./reading-columns.ts";
import type { ReadingRow } from "./reading-row.ts";

/** What the first entry names as the one before. */
export const GENESIS_HASH = "0".repeat(64);

/** The names that a row's hash covers; the row itself has only a number for the boot. */
export interface Names {
  readonly hostId: string;
  readonly boot: string;
}

/** Hex SHA-256 of an entry over its stored bytes; what stands in its own `hash` is left out. */
export function entryHashOf(row: Omit<EntryRow, "hash">, names: Names): string {
  const { prev, seq, kind, type, v, at, mono, cause, actor, data, readings } = row;
  const id = idOf(names.hostId, seq);
  return digestOf([
    prev,
    seq,
    id,
    kind,
    type,
    v,
    at,
    mono,
    names.boot,
    cause,
    actor,
    data,
    readings,
  ]);
}

/** The digest of the readings since the last entry, with one more. */
export function readingsDigestOf(before: string | null, row: ReadingRow, boot: string): string {
  const [seq, at, mono, , ...values] = row;
  return digestOf([before, seq, at, mono, boot, ...values]);
}

/** The digest of the readings since the last entry, with a run of a block. */
export function readingsDigestOver(before: string | null, run: ReadingRun): string | null {
  const { columns, from, to } = run;
  const { seq, at, mono } = columns.numbers;
  const values = VALUE_COLUMNS.map((name) => columns.numbers[name]);
  const boots = columns.boots.map(frameOf);
  const missings = columns.missings.map(frameOf);
  const nameless = frameOf("");
  const bytes = new FramedBytes(NUMBER_COLUMNS.length, longest(boots) + longest(missings));
  let digest = before;
  for (let place = from; place < to; place += 1) {
    bytes.ascii(digest);
    bytes.number(seq[place] as number);
    bytes.number(at[place] as number);
    bytes.number(mono[place] as number);
    bytes.ready(boots[columns.bootIndex[place] as number] ?? nameless);
    for (const column of values) bytes.number(column[place] as number);
    const missing = missings[columns.missingIndex[place] as number];
    if (missing === undefined) bytes.nothing();
    else bytes.ready(missing);
    digest = bytes.hashed();
  }
  return digest;
}

function frameOf(text: string): Uint8Array {
  return Buffer.from(framed(text));
}

function longest(frames: readonly Uint8Array[]): number {
  return frames.reduce((most, { length }) => Math.max(most, length), frameOf("").length);
}

function digestOf(fields: readonly (string | number | null)[]): string {
  let bytes = "";
  for (const field of fields) bytes += field === null ? "-;" : framed(`${field}`);
  return hash("sha256", bytes, "hex");
}
