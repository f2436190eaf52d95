/**
 * The tables as lines: entries as their rows, readings one by one out of blocks and rows alike.
 *
 * A line can be made from a row and a row from a line without loss, so an import gives back the very
 * tables that an export was made of.
 */
import { READING_TYPE } from "./codec.ts";
import { type EntryRow, READING_ACTOR } from "./entry-row.ts";
import { bootAt, placeAfter, type ReadingColumns, rowAt } from "./reading-columns.ts";
import { fieldsOfRow, type ReadingRow } from "./reading-row.ts";
import { entryHashOf } from "./sqlite-chain.ts";
import type { RowReader } from "./sqlite-rows.ts";
import { piecesOf } from "./sqlite-stream.ts";
import type { LineRange, StoredLine } from "./stored-line.ts";

/** Rows that are in memory at a time. */
const PAGE_ROWS = 1000;

/** The hash of what stands in a line that is no reading. */
export function lineHashOf(line: StoredLine, hostId: string): string {
  const row = { ...line, boot: 0, prev: line.prev ?? "" };
  return entryHashOf(row, { hostId, boot: line.boot });
}

/** All lines after a number, oldest first; a block that cannot be read throws RP_LOG_DAMAGED. */
export function* linesOf(rows: RowReader, range: LineRange): Generator<StoredLine> {
  if (range.isWithoutReadings === true) yield* entryLines(rows, range.after);
  else yield* allLines(rows, range.after);
}

function* entryLines(rows: RowReader, after: number): Generator<StoredLine> {
  const before = rows.lastSeq() + 1;
  for (let from = Math.max(after, rows.floorSeq()); ; ) {
    const filter = { after: from, before, limit: PAGE_ROWS, isDescending: false };
    const page = rows.entries({ ...filter, kind: null, types: null });
    for (const row of page) yield lineOfEntry(row, rows);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    from = last.seq;
  }
}

function* allLines(rows: RowReader, after: number): Generator<StoredLine> {
  const floor = rows.floorSeq();
  for (const piece of piecesOf(rows, { after })) {
    if (piece.kind === "entry") yield lineOfEntry(piece.entry, rows);
    else if (piece.kind === "readings") yield* run(piece.columns, piece.from, piece.to);
    else if (piece.kind === "block" && piece.columns !== null && after <= floor) {
      // The start of the kept log may lie inside a block, which is sealed as a whole.
      yield* run(piece.columns, placeAfter(piece.columns, after), placeAfter(piece.columns, floor));
    }
  }
}

function* run(columns: ReadingColumns, from: number, to: number): Generator<StoredLine> {
  for (let place = from; place < to; place += 1) yield lineOfColumns(columns, place);
}

function lineOfEntry(row: EntryRow, rows: RowReader): StoredLine {
  return { ...row, boot: rows.nameOf(row.boot) };
}

function lineOfColumns(columns: ReadingColumns, place: number): StoredLine {
  return lineOfReading(rowAt(columns, place), bootAt(columns, place));
}

/** The line of a row of `readings`. */
export function lineOfReading([seq, at, mono, , ...values]: ReadingRow, boot: string): StoredLine {
  return {
    seq,
    kind: "input",
    type: READING_TYPE,
    v: 1,
    at,
    mono,
    boot,
    cause: null,
    actor: READING_ACTOR,
    data: JSON.stringify(fieldsOfRow(values)),
    readings: null,
    prev: null,
    hash: null,
  };
}
