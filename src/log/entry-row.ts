/**
 * A row of either table, and the entry that it is.
 *
 * The idea: a row is what was written and stays; an entry is how today's program sees it, with the
 * boot by name and old data brought up to date. Only rows are hashed, only entries leave the room.
 */
import { RuntimeProfileError } from "../domain/error.ts";
import { READING_TYPE, upcast } from "./codec.ts";
import type { Entry, EntryKind } from "./entry.ts";
import { bootAt, type ReadingColumns, rowAt } from "./reading-columns.ts";
import { fieldsOfRow, type ReadingRow } from "./reading-row.ts";

/** Who causes readings; one reading holds several sensors' values, so no single one is named. */
export const READING_ACTOR = "sensor";

/** A row of `entries`, before its boot is looked up and its data parsed. */
export interface EntryRow {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly type: string;
  readonly v: number;
  readonly at: number;
  readonly mono: number;
  /** Number of the boot in the table `boots`. */
  readonly boot: number;
  readonly cause: number | null;
  readonly actor: string;
  /** JSON text as written; the hash is over these bytes. */
  readonly data: string;
  /** Digest of the readings since the entry before; `null` when there are none. */
  readonly readings: string | null;
  readonly prev: string;
  readonly hash: string;
}

/** The id of an entry: unique over all hosts. */
export function idOf(hostId: string, seq: number): string {
  return `${hostId}-${seq}`;
}

/** The entry of a row of `readings`. */
export function entryOfReading(row: ReadingRow, hostId: string, boot: string): Entry {
  const [seq, at, mono, , ...values] = row;
  return {
    seq,
    id: idOf(hostId, seq),
    kind: "input",
    type: READING_TYPE,
    v: 1,
    at,
    mono,
    boot,
    cause: null,
    actor: READING_ACTOR,
    data: fieldsOfRow(values),
    prev: null,
    hash: null,
  };
}

/** The entry of a reading at this place of a block. */
export function entryOfColumns(columns: ReadingColumns, place: number, hostId: string): Entry {
  return entryOfReading(rowAt(columns, place), hostId, bootAt(columns, place));
}

/** The entry of a row of `entries` in today's schema; throws RP_LOG_DAMAGED when its data is not JSON. */
export function entryOfRow(row: EntryRow, hostId: string, boot: string): Entry {
  const { seq, kind, type, v, at, mono, cause, actor, prev, hash } = row;
  const data = parsed(row);
  return upcast({
    seq,
    id: idOf(hostId, seq),
    kind,
    type,
    v,
    at,
    mono,
    boot,
    cause,
    actor,
    data,
    prev,
    hash,
  });
}

function parsed(row: EntryRow): unknown {
  try {
    return JSON.parse(row.data);
  } catch (cause) {
    throw new RuntimeProfileError(
      "RP_LOG_DAMAGED",
      `Expected JSON at seq ${row.seq} of the log, got ${JSON.stringify(row.data.slice(0, 60))}; run verify to see what else is damaged.`,
      { path: `seq ${row.seq}`, cause },
    );
  }
}
