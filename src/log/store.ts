/**
 * The port of the log: what the rest of the house may ask of it, whatever keeps the bytes.
 *
 * The idea: a ship's log. Lines are only added, numbered without gaps, each sealed with the one
 * before; several may read while one hand writes. Input and outputs enter together or not at all.
 * Rejected: an asynchronous port; one writer and one file make a transaction a plain call, and the
 * decider must know that its line is on disk before anything acts on it.
 */
import type { ReadingsSealed } from "../domain/input.ts";
import type { Entry, EntryKind, Record as LogRecord } from "./entry.ts";
import type { ChainFinding, ChainHead } from "./finding.ts";
import type { BlockLabel, CheckedPiece, LogPiece } from "./piece.ts";
import type { SetAside } from "./set-aside.ts";
import type { LineRange, StoredLine } from "./stored-line.ts";

/** Most entries that one `read` answers. */
export const MAX_READ_LIMIT = 1000;

/** Entries that `read` answers when no limit is given. */
export const DEFAULT_READ_LIMIT = 100;

/** Most bytes of one entry's `data`. */
export const MAX_DATA_BYTES = 4 * 1024 * 1024;

/** What `effect.finished` is called when something was pruned; its detail says what. */
export const PRUNED_EFFECT = { readings: "readings.pruned", entries: "entries.pruned" } as const;

/** Which entries to read; bounds are exclusive, oldest first unless `order` says otherwise. */
export interface LogQuery {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  /** 1 to 1000. */
  readonly limit?: number | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly kind?: EntryKind | undefined;
  readonly order?: "ascending" | "descending" | undefined;
}

/** The newest line of the log. */
export interface LogHead {
  readonly seq: number;
  readonly at: number;
  /** `null` while the log holds only readings, which carry no hash of their own. */
  readonly chain: ChainHead | null;
}

/** How much the log holds; `types` without readings. */
export interface LogCounts {
  readonly entries: number;
  readonly readings: number;
  readonly types: Readonly<Record<string, number>>;
}

/** When a checkpoint is taken. */
export interface EntryTimes {
  readonly at: number;
  readonly mono: number;
}

/** Readings that are still rows, and the moment (ms) of the oldest. */
export interface Unsealed {
  readonly count: number;
  readonly since: number | null;
}

/** What follows from a seal: its record, and the whole state after it. */
export type Sealing = (input: ReadingsSealed) => {
  readonly record: LogRecord;
  readonly checkpoint: unknown;
};

/** The readings of one block, or all entries up to a link of the chain. */
export type Pruning =
  | { readonly kind: "readings"; readonly label: BlockLabel }
  | { readonly kind: "entries"; readonly through: ChainHead };

/** Where the log begins, after what was pruned. */
export interface LogStart {
  /** The last entry that was pruned; `null` = the log begins at its beginning. */
  readonly floor: ChainHead | null;
  /** Readings up to this number were pruned; 0 = none. */
  readonly prunedReadings: number;
  /**
   * This log was imported from a file without private words, whose chain was computed anew; the last
   * link of the log that the file was made of. `null` = the log is its own original.
   */
  readonly originalHead: ChainHead | null;
}

/** Which part of the log: after `after`, up to and with `through` (absent = the head of this moment). */
export interface PieceRange {
  readonly after: number;
  readonly through?: number | undefined;
  /** `inputs` leaves outputs and checkpoints out. */
  readonly kinds?: "all" | "inputs" | undefined;
}

/** Which blocks. */
export interface BlockRange {
  readonly after: number;
  readonly before: number;
  readonly isLost?: boolean;
}

/** What is written when the log takes writes again after inputs were lost. */
export interface GapRecord {
  /** The `log.gap`. */
  readonly gap: LogRecord;
  /** The whole state after the gap, as in `appendCheckpoint`. */
  readonly checkpoint: unknown;
  /** Inputs that say again what a fold without the checkpoint must know; readings do not belong here. */
  readonly carried: readonly LogRecord[];
}

/** An append-only log of inputs, outputs and checkpoints. */
export interface LogStore {
  /** Made once per log; the first part of every entry's id. */
  readonly hostId: string;

  /**
   * Adds inputs with their outputs in one transaction and answers them as entries, in their order; at most
   * one of them is a reading. On disk before it returns, unless it is a reading without outputs, which a
   * power cut (not a crash) may take.
   * Throws RP_LOG_WRITE when nothing could be written; the store stays usable. RP_LOG_DAMAGED: nothing
   * will ever be written to this file again, see `recover`.
   */
  append(...records: [LogRecord, ...LogRecord[]]): readonly Entry[];

  /** Adds a checkpoint: a cache for readers, not covered by the promise to survive a power cut. */
  appendCheckpoint(data: unknown, times: EntryTimes): Entry;

  /**
   * Adds a gap, the checkpoint that bridges it and the carried inputs, in this order, in one
   * transaction: without the checkpoint a gap would cut the log in two. Throws as `append`.
   */
  appendGap(record: GapRecord): readonly Entry[];

  /**
   * Makes a block of the oldest readings that are not sealed, at most 1,024, and adds seal and
   * checkpoint, all in one transaction; answers no entry when there is nothing to seal. Throws as
   * `append`.
   */
  seal(times: EntryTimes, decided: Sealing): readonly Entry[];

  /** What is not sealed yet. */
  unsealed(): Unsealed;

  /** Removes readings, or declares entries removed (`sweep` then deletes them), with its record. */
  prune(pruning: Pruning, record: LogRecord): readonly Entry[];

  /** Deletes at most `limit` entries and blocks that were declared removed; answers how many went. */
  sweep(limit: number): number;

  /** Where the log begins. */
  start(): LogStart;

  /**
   * Labels of blocks with readings in the range (exclusive bounds), oldest first; `isLost` = only those
   * of which a damage has left nothing but the label.
   */
  blocks(range: BlockRange): Iterable<BlockLabel>;

  /** Bytes of the file that hold something. */
  usedBytes(): number;

  /**
   * The newest checkpoint, or the newest at or before `seq`, that is as it was written; one that was
   * altered is passed over.
   */
  lastCheckpoint(seq?: number): Entry | null;

  /** Entries by filter, at most 1000; readings come as type `reading`. */
  read(query: LogQuery): Entry[];

  /** The entry with this number. */
  entry(seq: number): Entry | null;

  /** All inputs after `seq` up to the head of this moment, streamed; the log may grow meanwhile. */
  inputsAfter(seq: number): Iterable<Entry>;

  /** The log in pieces, oldest first; it may grow meanwhile. */
  pieces(range: PieceRange): Iterable<LogPiece>;

  /** Every line as it is stored, oldest first; nothing is brought up to date. */
  lines(range: LineRange): Iterable<StoredLine>;

  /** All pieces with every hash recomputed on the way; with `known`, also that this link is there. */
  checkedPieces(known?: ChainHead): Iterable<CheckedPiece>;

  /**
   * The first difference in what follows this link of the chain (`null` = from the start); `null` when
   * all holds. Lines that only a later version can read are no difference.
   */
  brokenAfter(link: ChainHead | null): ChainFinding | null;

  /**
   * Begins the log anew in its place with all that can be saved, when it is damaged or its file was
   * taken away; what was there is put aside. Throws RP_DATA_FOLDER when there is no room for it; the
   * log is then as it was. Everything that was being read ends with RP_STOPPED.
   */
  recover(detail: string): SetAside;

  /** The newest line, or `null` while the log is empty. */
  head(): LogHead | null;

  /** The last entry whose wall clock is at or before `at` (ms); the clock may have jumped. */
  seqAt(at: number): number | null;

  counts(): LogCounts;

  /** All that `checkedPieces` finds, at most 100. Memory stays flat. */
  verifyChain(known?: ChainHead): ChainFinding[];

  /** Ends all use of the store; a second call does nothing. */
  close(): void;
}
