/**
 * The whole log in order, in pieces: entries, runs of readings, and seals of what is gone.
 *
 * The idea: a zip with two sides. Entries come in pages; readings come as columns, from the blocks
 * first and then from the rows that are not sealed yet, which are made into columns too. The head is
 * taken first and bounds everything, so that an append meanwhile cannot make a reader skip.
 */
import type { ReadingsSealed } from "../domain/input.ts";
import type { EntryRow } from "./entry-row.ts";
import type { BlockLabel } from "./piece.ts";
import { columnsOfRows, placeAfter, type ReadingColumns } from "./reading-columns.ts";
import { sqliteCodeOf } from "./sqlite-file.ts";
import type { RowReader } from "./sqlite-rows.ts";
import type { PieceRange } from "./store.ts";

/** Rows of one table that are in memory at a time. */
const PAGE_ROWS = 1000;

/**
 * Most readings of one piece. Whoever shares the event loop stops between two pieces, and a whole block
 * would be a pause of milliseconds.
 */
const RUN_READINGS = 128;

/** The next part of the log, as it is stored. */
export type RowPiece =
  | { readonly kind: "entry"; readonly entry: EntryRow }
  | {
      readonly kind: "readings";
      readonly columns: ReadingColumns;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: "pruned"; readonly seal: ReadingsSealed }
  /** A block begins; `columns` is `null` when its bytes cannot be read. */
  | {
      readonly kind: "block";
      readonly label: BlockLabel;
      readonly columns: ReadingColumns | null;
      readonly digest: () => string | null;
    };

/**
 * Everything in the range, oldest first. Blocks that cannot be read throw, unless `isTolerant`; one that
 * is known to be lost is told as if it had been pruned, except to who looks for damage.
 */
export function* piecesOf(
  rows: RowReader,
  range: PieceRange,
  isTolerant = false,
): Generator<RowPiece> {
  const after = Math.max(range.after, rows.floorSeq());
  const last = isTolerant ? lastOf(rows) : rows.lastSeq();
  const before = Math.min(range.through ?? Number.MAX_SAFE_INTEGER, last) + 1;
  const isInputs = range.kinds === "inputs";
  const entries = entriesOf(rows, { after, before, isTolerant, isInputs });
  const readings = readingsOf(rows, { after, before, isTolerant });
  let entry = entries.next();
  let next = readings.next();
  while (!entry.done || !next.done) {
    if (next.done) {
      yield { kind: "entry", entry: entry.value as EntryRow };
      entry = entries.next();
      continue;
    }
    const bound = entry.done ? before : entry.value.seq;
    const begun = begunPieces(next.value, bound, before);
    yield* begun.pieces;
    if (begun.rest === null) next = readings.next();
    else next = { done: false, value: begun.rest };
    if (begun.pieces.length === 0 && !entry.done) {
      yield { kind: "entry", entry: entry.value };
      entry = entries.next();
    }
  }
}

/** Readings that are waiting to be told. */
type Waiting = Exclude<RowPiece, { kind: "entry" }>;

/** What of the waiting readings comes before `bound`, and what is left after that. */
function begunPieces(
  waiting: Waiting,
  bound: number,
  before: number,
): { readonly pieces: readonly RowPiece[]; readonly rest: Waiting | null } {
  if (waiting.kind === "pruned" || waiting.kind === "block") {
    const first = waiting.kind === "pruned" ? waiting.seal.first_seq : waiting.label.first_seq;
    return first < bound || bound === before
      ? { pieces: [waiting], rest: null }
      : { pieces: [], rest: waiting };
  }
  const { columns, from, to } = waiting;
  const end = Math.min(to, from + RUN_READINGS, placeAfter(columns, bound - 1));
  if (end <= from) return { pieces: [], rest: waiting };
  const piece: RowPiece = { kind: "readings", columns, from, to: end };
  return { pieces: [piece], rest: end >= to ? null : { ...waiting, from: end } };
}

interface Bounds {
  readonly after: number;
  readonly before: number;
  readonly isTolerant: boolean;
}

/** Where the end cannot be read, the walk goes on until it comes to the place. */
function lastOf(rows: RowReader): number {
  try {
    return rows.lastSeq();
  } catch (error) {
    if (sqliteCodeOf(error) === null) throw error;
    return Number.MAX_SAFE_INTEGER - 1;
  }
}

/** A page; in a damaged file as much of it as can be read, at least one row, before the error is thrown. */
function pageOf<Row>(read: (limit: number) => Row[], { isTolerant }: Bounds): Row[] {
  for (let limit = PAGE_ROWS; ; limit = Math.floor(limit / 2)) {
    try {
      return read(limit);
    } catch (error) {
      if (!isTolerant || limit === 1 || sqliteCodeOf(error) === null) throw error;
    }
  }
}

/** A page that is not full is the last one; where pages may be cut short, only an empty one is. */
function isLastPage(page: readonly unknown[], { isTolerant }: Bounds): boolean {
  return page.length < PAGE_ROWS && !isTolerant;
}

function* entriesOf(
  rows: RowReader,
  bounds: Bounds & { readonly isInputs: boolean },
): Generator<EntryRow> {
  const { after, before, isInputs } = bounds;
  const kind = isInputs ? ("input" as const) : null;
  for (let from = after; ; ) {
    const filter = { after: from, before, isDescending: false, kind, types: null };
    const page = pageOf((limit) => rows.entries({ ...filter, limit }), bounds);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || isLastPage(page, bounds)) return;
    from = last.seq;
  }
}

/** Seals of pruned readings, then blocks, then rows: the order in which they were written. */
function* readingsOf(rows: RowReader, bounds: Bounds): Generator<Waiting> {
  const { after, before, isTolerant } = bounds;
  for (const seal of rows.blocks.prunedSeals(after)) {
    if (seal.first_seq >= before) return;
    yield { kind: "pruned", seal };
  }
  const labels = isTolerant
    ? rows.blocks.labelsOrSeals({ after, before })
    : rows.blocks.labels({ after, before });
  for (const label of labels) {
    const lost = isTolerant ? null : rows.blocks.lostSeal(label);
    if (lost !== null) {
      yield { kind: "pruned", seal: lost };
      continue;
    }
    const block = blockOf(rows, label, isTolerant);
    yield { kind: "block", label, ...block };
    const { columns } = block;
    if (columns === null) continue;
    const [from, to] = [placeAfter(columns, after), placeAfter(columns, before - 1)];
    if (from < to) yield { kind: "readings", columns, from, to };
  }
  for (let from = after; ; ) {
    const filter = { after: from, before, isDescending: false };
    const page = pageOf((limit) => rows.readings({ ...filter, limit }), bounds);
    const last = page.at(-1);
    if (last === undefined) return;
    const columns = columnsOfRows(page, (boot) => rows.nameOf(boot));
    yield { kind: "readings", columns, from: 0, to: page.length };
    if (isLastPage(page, bounds)) return;
    from = last[0];
  }
}

type Opened = Pick<Extract<RowPiece, { kind: "block" }>, "columns" | "digest">;

function blockOf(rows: RowReader, label: BlockLabel, isTolerant: boolean): Opened {
  try {
    const { columns, digest } = rows.blocks.block(label);
    // Readings from elsewhere would stand in the way of all that follow.
    const isOfLabel = !isTolerant || isLabelled(columns, label);
    return { columns: isOfLabel ? columns : null, digest };
  } catch (error) {
    if (!isTolerant) throw error;
    return { columns: null, digest: () => null };
  }
}

function isLabelled({ numbers, count }: ReadingColumns, label: BlockLabel): boolean {
  return numbers.seq[0] === label.first_seq && numbers.seq[count - 1] === label.last_seq;
}
