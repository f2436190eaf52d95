/**
 * How far a damaged log is sound, and what can still be believed beyond that.
 *
 * The idea: the chain proves everything up to the first break. Behind it a single line proves only
 * itself, which is enough for what a person asked for (a hold, a configuration): that must not be
 * lost to a damage in front of it.
 */
import { inputOf } from "./codec.ts";
import type { Entry } from "./entry.ts";
import type { EntryRow } from "./entry-row.ts";
import type { ChainFinding, ChainFindingCode, ChainHead } from "./finding.ts";
import { BLOCK_READINGS } from "./reading-block.ts";
import type { Later } from "./set-aside.ts";
import { sealOf } from "./sqlite-blocks.ts";
import { entryHashOf } from "./sqlite-chain.ts";
import { sqliteCodeOf } from "./sqlite-file.ts";
import type { RowReader } from "./sqlite-rows.ts";
import type { RowPiece } from "./sqlite-stream.ts";
import { checkedPieces } from "./sqlite-verify.ts";

/** Most rows that are read at a time. */
const PAGE_ROWS = 1000;

/** Most inputs that are looked at beyond the damage; the newest checkpoint is rarely further back. */
const MAX_LATER = 1000;

/** The chain goes on behind these: a box is empty, or the program is too old for a line. */
const NO_END: ReadonlySet<ChainFindingCode> = new Set([
  "BLOCK_ALTERED",
  "BLOCK_MISSING",
  "START_DIFFERS",
  "HEAD_DIFFERS",
  "UNKNOWN_TYPE",
  "UNKNOWN_VERSION",
]);

/** Numbers that are stepped over where a page cannot be read, and how often: a page holds some ten lines. */
const STEP = 8;
const MAX_STEPS = 1000;

/** How far a log is sound. */
export interface Extent {
  readonly through: ChainHead | null;
  /** The last reading that is sound, behind the last entry only if the log is whole. */
  readonly lastReading: number;
  readonly isWhole: boolean;
}

/** A block that cannot be read: sound before it, and sound again once its seal has come. */
interface EmptyBox {
  readonly firstSeq: number;
  readonly before: ChainHead | null;
  sealedBy: number;
}

/** Walks the chain from the start up to its first break. */
export function extentOf(rows: RowReader, hostId: string): Extent {
  const boxes: EmptyBox[] = [];
  let through: ChainHead | null = null;
  /** The line that was met last; what it belongs to may go on behind it. */
  let open: ChainHead | null = null;
  let lastReading = 0;
  let isWhole = true;
  for (const { row, findings } of checkedPieces({ rows, hostId, known: null })) {
    for (const { code, seq } of findings) {
      if (code !== "BLOCK_ALTERED" && code !== "BLOCK_MISSING") continue;
      boxes.push({ firstSeq: seq, before: open, sealedBy: Number.POSITIVE_INFINITY });
    }
    if (findings.some(({ code }) => !NO_END.has(code))) {
      isWhole = false;
      if (isNewInput(row, findings)) through = open;
      break;
    }
    if (row === null || row.kind === "readings" || (row.kind === "entry" && isBeginning(row.entry)))
      through = open;
    if (row?.kind === "readings") lastReading = row.columns.numbers.seq[row.to - 1] ?? lastReading;
    if (row?.kind !== "entry") continue;
    open = { seq: row.entry.seq, hash: row.entry.hash };
    noteSeal(boxes, row.entry);
  }
  const end = beforeOpenBoxes(boxes, through);
  if (end?.seq !== through?.seq) isWhole = false;
  return { through: end, lastReading: isWhole ? lastReading : (end?.seq ?? 0), isWhole };
}

/** An input and its outputs stand or fall together, so an end is only where something else begins. */
function isBeginning(entry: EntryRow): boolean {
  return entry.kind !== "output";
}

/** The break itself is the next line, and that is no output of the one before. */
function isNewInput(row: RowPiece | null, findings: readonly ChainFinding[]): boolean {
  if (findings.some(({ code }) => code === "GAP" || code === "BLOCK_MISSING")) return false;
  return row?.kind === "entry" && isBeginning(row.entry);
}

function noteSeal(boxes: readonly EmptyBox[], entry: EntryRow): void {
  if (entry.type !== "readings.sealed") return;
  const seal = sealOf(entry.data, entry.at);
  const box = boxes.find(({ firstSeq }) => firstSeq === seal?.first_seq);
  if (box !== undefined) box.sealedBy = entry.seq;
}

/** An empty box without its seal says nothing, so the log ends before it. */
function beforeOpenBoxes(boxes: readonly EmptyBox[], through: ChainHead | null): ChainHead | null {
  let end = through;
  for (const box of boxes.toReversed()) if (box.sealedBy > (end?.seq ?? 0)) end = box.before;
  return end;
}

/** As many rows as can be read at once, from a thousand down to none. */
export function readable<Row>(read: (limit: number) => Row[]): Row[] {
  for (let limit = PAGE_ROWS; limit >= 1; limit = Math.floor(limit / 2)) {
    try {
      return read(limit);
    } catch (error) {
      if (sqliteCodeOf(error) === null) throw error;
    }
  }
  return [];
}

/** Beyond `through`: the newest checkpoint and the inputs after it, each with its own hash intact. */
export function laterIn(rows: RowReader, hostId: string, through: number): Later {
  const inputs: Entry[] = [];
  for (const row of backwards(rows, through)) {
    if (inputs.length >= MAX_LATER) break;
    const entry = provenEntry(rows, hostId, row);
    if (entry?.kind === "checkpoint") return { checkpoint: entry, inputs: inputs.reverse() };
    if (entry?.kind === "input") inputs.push(entry);
  }
  return { checkpoint: null, inputs: inputs.reverse() };
}

/** Every row that can be read, newest first, stepping over what cannot. */
function* backwards(rows: RowReader, after: number): Generator<EntryRow> {
  const filter = { after, isDescending: true, kind: null, types: null };
  let before = endOf(rows);
  for (let steps = 0; before > after && steps < MAX_STEPS; ) {
    const bound = before;
    const page = readable((limit) => rows.entries({ ...filter, before: bound, limit }));
    yield* page;
    if (page.length === 0) steps += 1;
    before = page.at(-1)?.seq ?? before - STEP;
  }
}

/** A number behind the last one, as far as any of the tables says. */
function endOf(rows: RowReader): number {
  for (const last of [() => rows.lastSeq(), () => rows.blocks.lastSeq() + BLOCK_READINGS]) {
    try {
      return last() + 1;
    } catch (error) {
      if (sqliteCodeOf(error) === null) throw error;
    }
  }
  return 0;
}

function provenEntry(rows: RowReader, hostId: string, row: EntryRow): Entry | null {
  if (entryHashOf(row, { hostId, boot: rows.bootOf(row.boot) ?? "" }) !== row.hash) return null;
  try {
    const entry = rows.entryOf({ seq: row.seq, entry: row });
    if (entry.kind === "input") inputOf(entry);
    return entry;
  } catch {
    return null;
  }
}
