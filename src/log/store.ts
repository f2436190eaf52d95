/**
 * The port of the log: what the rest of the house may ask of it, whatever keeps the bytes.
 *
 * The idea: a ship's log. Lines are only added, numbered without gaps, each sealed with the one
 * before; several may read while one hand writes. Input and outputs enter together or not at all.
 * Rejected: an asynchronous port; one writer and one file make a transaction a plain call, and the
 * decider must know that its line is on disk before anything acts on it.
 */
import type { Entry, EntryKind, Record as LogRecord } from "./entry.ts";

/** Most entries that one `read` answers. */
export const MAX_READ_LIMIT = 1000;

/** Entries that `read` answers when no limit is given. */
export const DEFAULT_READ_LIMIT = 100;

/** Most findings of one `verifyChain`; after that many the log is beyond doubt not as it was. */
export const MAX_FINDINGS = 100;

/** Most bytes of one entry's `data`. */
export const MAX_DATA_BYTES = 4 * 1024 * 1024;

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

/** The last link of the chain; kept elsewhere, it shows whether the tail was cut off. */
export interface ChainHead {
  readonly seq: number;
  /** Hex SHA-256. */
  readonly hash: string;
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

/** What is written when the log takes writes again after inputs were lost. */
export interface GapRecord {
  /** The `log.gap`. */
  readonly gap: LogRecord;
  /** The whole state after the gap, as in `appendCheckpoint`. */
  readonly checkpoint: unknown;
  /** Inputs that say again what a fold without the checkpoint must know; readings do not belong here. */
  readonly carried: readonly LogRecord[];
}

/** What can be wrong with a chain; closed. */
export const CHAIN_FINDINGS = [
  "ENTRY_ALTERED",
  "CHAIN_BROKEN",
  "GAP",
  "READINGS_ALTERED",
  "UNKNOWN_TYPE",
  "UNKNOWN_VERSION",
  "DATA_UNREADABLE",
  "HEAD_DIFFERS",
  "FILE_DAMAGED",
] as const;
export type ChainFindingCode = (typeof CHAIN_FINDINGS)[number];

/** One difference: where, what the rest of the log demands there, what stands there. */
export interface ChainFinding {
  readonly code: ChainFindingCode;
  readonly seq: number;
  readonly expected: string | number | null;
  readonly got: string | number | null;
}

/** An append-only log of inputs, outputs and checkpoints. */
export interface LogStore {
  /** Made once per log; the first part of every entry's id. */
  readonly hostId: string;

  /**
   * Adds an input and its outputs in one transaction and answers them as entries. On disk before it
   * returns, unless it is a reading without outputs, which a power cut (not a crash) may take.
   * Throws RP_LOG_WRITE when nothing could be written; the store stays usable.
   */
  append(record: LogRecord): readonly Entry[];

  /** Adds a checkpoint: a cache for readers, not covered by the promise to survive a power cut. */
  appendCheckpoint(data: unknown, times: EntryTimes): Entry;

  /**
   * Adds a gap, the checkpoint that bridges it and the carried inputs, in this order, in one
   * transaction: without the checkpoint a gap would cut the log in two. Throws as `append`.
   */
  appendGap(record: GapRecord): readonly Entry[];

  /** The newest checkpoint, or the newest at or before `seq`. */
  lastCheckpoint(seq?: number): Entry | null;

  /** Entries by filter, at most 1000; readings come as type `reading`. */
  read(query: LogQuery): Entry[];

  /** The entry with this number. */
  entry(seq: number): Entry | null;

  /** All inputs after `seq` up to the head of this moment, streamed; the log may grow meanwhile. */
  inputsAfter(seq: number): Iterable<Entry>;

  /** The newest line, or `null` while the log is empty. */
  head(): LogHead | null;

  /** The last entry whose wall clock is at or before `at` (ms); the clock may have jumped. */
  seqAt(at: number): number | null;

  counts(): LogCounts;

  /** Recomputes every hash; with `known`, also that this link is still there. Memory stays flat. */
  verifyChain(known?: ChainHead): ChainFinding[];

  /** Ends all use of the store; a second call does nothing. */
  close(): void;
}
