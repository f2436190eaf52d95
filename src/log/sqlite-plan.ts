/**
 * What an append will write, worked out before anything is written.
 *
 * The idea: measure twice, cut once. The plan holds the rows, the entries that the caller gets and
 * the tail that will be true once the transaction has committed; a failed write drops the plan and
 * nothing has to be undone in memory.
 */
import { RuntimeProfileError } from "../domain/error.ts";
import {
  CHECKPOINT_TYPE,
  dataOfInput,
  dataOfOutput,
  type EntryType,
  READING_TYPE,
  schemaVersionOf,
} from "./codec.ts";
import type { Entry, EntryKind, Record as LogRecord } from "./entry.ts";
import { type EntryRow, entryOfReading, entryOfRow } from "./entry-row.ts";
import type { ChainHead } from "./finding.ts";
import type { BlockLabel } from "./piece.ts";
import { normaliseReading, type ReadingRow, valuesOfReading } from "./reading-row.ts";
import { entryHashOf, GENESIS_HASH, readingsDigestOf } from "./sqlite-chain.ts";
import {
  type EntryTimes,
  type GapRecord,
  MAX_DATA_BYTES,
  type Pruning,
  type Unsealed,
} from "./store.ts";

/** Where the log ends; `seq` 0 is an empty log. */
export interface Tail {
  readonly seq: number;
  readonly chain: ChainHead | null;
  /** Digest of the readings since the last entry. */
  readonly readings: string | null;
  readonly unsealed: Unsealed;
}

/** Who writes: the log's own name, and this run of the runtime by name and by number in `boots`. */
export interface Author {
  readonly hostId: string;
  readonly boot: string;
  readonly bootNumber: number;
}

/** An entry without what its place in the chain gives it. */
export interface Draft {
  readonly kind: EntryKind;
  readonly type: EntryType;
  readonly at: number;
  readonly mono: number;
  readonly cause: number | null;
  readonly actor: string;
  /** JSON text. */
  readonly data: string;
}

/** The rows of one transaction; a reading comes before the outputs that it caused. */
export interface Plan {
  readonly reading: ReadingRow | null;
  readonly rows: readonly EntryRow[];
  readonly entries: readonly Entry[];
  readonly tail: Tail;
  /** Rows of readings that become one block. */
  readonly sealed?: SealedRows;
  /** What is pruned with it. */
  readonly pruned?: Pruning;
}

/** A block, and the label it gets. */
export interface SealedRows {
  readonly label: BlockLabel;
  readonly bytes: Uint8Array;
}

/** The plan for an input and its outputs. */
export function planRecord(record: LogRecord, tail: Tail, author: Author): Plan {
  const { input, outputs, actor } = record;
  const { at } = input;
  const mono = Math.round(record.mono);
  checkTimes(at, mono);
  const cause = tail.seq + 1;
  const drafts: Draft[] = outputs.map((output) => ({
    kind: "output",
    type: output.type,
    at,
    mono,
    cause,
    actor: "runtime",
    data: dataOfOutput(output),
  }));
  if (input.type !== READING_TYPE) {
    const { type } = input;
    const data = dataOfInput(input);
    drafts.unshift({ kind: "input", type, at, mono, cause: null, actor, data });
    return planDrafts(drafts, tail, author);
  }
  const values = valuesOfReading(normaliseReading(input));
  const row: ReadingRow = [cause, at, mono, author.bootNumber, ...values];
  const readings = readingsDigestOf(tail.readings, row, author.boot);
  const entry = entryOfReading(row, author.hostId, author.boot);
  const { count, since } = tail.unsealed;
  const unsealed = { count: count + 1, since: since ?? at };
  const plan = planDrafts(drafts, { ...tail, seq: cause, readings, unsealed }, author);
  return { ...plan, reading: row, entries: [entry, ...plan.entries] };
}

/** The plan for several inputs, one behind the other; at most one of them is a reading. */
export function planRecords(
  [first, ...more]: readonly [LogRecord, ...LogRecord[]],
  tail: Tail,
  author: Author,
): Plan {
  return more.reduce(
    (plan, record) => joined(plan, planRecord(record, plan.tail, author)),
    planRecord(first, tail, author),
  );
}

/** A checkpoint before it has its place. */
export function checkpointDraft(data: unknown, times: EntryTimes): Draft {
  return {
    kind: "checkpoint",
    type: CHECKPOINT_TYPE,
    at: times.at,
    mono: Math.round(times.mono),
    cause: null,
    actor: "runtime",
    data: JSON.stringify(data ?? null),
  };
}

/** The plan for a checkpoint. */
export function planCheckpoint(draft: Draft, tail: Tail, author: Author): Plan {
  checkTimes(draft.at, draft.mono);
  return planDrafts([draft], tail, author);
}

/** The plan for a gap, its checkpoint and what is carried over it. */
export function planGap({ gap, checkpoint, carried }: GapRecord, tail: Tail, author: Author): Plan {
  const draft = checkpointDraft(checkpoint, { at: gap.input.at, mono: gap.mono });
  const begun = planRecord(gap, tail, author);
  const bridged = joined(begun, planCheckpoint(draft, begun.tail, author));
  return carried.reduce(
    (plan, record) => joined(plan, planRecord(record, plan.tail, author)),
    bridged,
  );
}

/** The plan for a seal: the input, the block in place of its rows, and the checkpoint. */
export function planSeal(
  { record, checkpoint, sealed, left }: SealPlan,
  tail: Tail,
  author: Author,
): Plan {
  const draft = checkpointDraft(checkpoint, { at: record.input.at, mono: record.mono });
  const begun = planRecord(record, { ...tail, unsealed: left }, author);
  return { ...joined(begun, planCheckpoint(draft, begun.tail, author)), sealed };
}

/** What a seal writes. */
export interface SealPlan {
  readonly record: LogRecord;
  readonly checkpoint: unknown;
  readonly sealed: SealedRows;
  /** What is still unsealed after it. */
  readonly left: Unsealed;
}

/** Two plans as one; the second was made at the tail of the first, and has no reading. */
function joined(one: Plan, next: Plan): Plan {
  const rows = [...one.rows, ...next.rows];
  const entries = [...one.entries, ...next.entries];
  return { reading: one.reading ?? next.reading, rows, entries, tail: next.tail };
}

function planDrafts(drafts: readonly Draft[], from: Tail, author: Author): Plan {
  const rows: EntryRow[] = [];
  const entries: Entry[] = [];
  let tail = from;
  for (const draft of drafts) {
    const row = rowOf(draft, tail, author);
    rows.push(row);
    entries.push(entryOfRow(row, author.hostId, author.boot));
    const chain = { seq: row.seq, hash: row.hash };
    tail = { seq: row.seq, chain, readings: null, unsealed: tail.unsealed };
  }
  return { reading: null, rows, entries, tail };
}

function rowOf(draft: Draft, tail: Tail, author: Author): EntryRow {
  const bytes = Buffer.byteLength(draft.data);
  if (bytes > MAX_DATA_BYTES) {
    throw new RuntimeProfileError(
      "RP_LOG_WRITE",
      `Expected at most ${MAX_DATA_BYTES} bytes of data in one entry of the log, got ${bytes} in a "${draft.type}"; nothing was written.`,
    );
  }
  const row = {
    ...draft,
    seq: tail.seq + 1,
    v: schemaVersionOf(draft.type),
    boot: author.bootNumber,
    readings: tail.readings,
    prev: tail.chain?.hash ?? GENESIS_HASH,
  };
  return { ...row, hash: entryHashOf(row, author) };
}

function checkTimes(at: number, mono: number): void {
  if (Number.isSafeInteger(at) && Number.isSafeInteger(mono)) return;
  throw new RuntimeProfileError(
    "RP_INPUT",
    `Expected times in whole milliseconds for the log, got at ${at} and mono ${mono}; nothing was written.`,
    { path: Number.isSafeInteger(at) ? "mono" : "at" },
  );
}
