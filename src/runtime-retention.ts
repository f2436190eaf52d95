/**
 * Retention: old readings, and then the oldest part of the log, are let go in small steps.
 *
 * The idea: tidying up while the shop is open. Each step takes one block of readings, or a few hundred
 * entries, and between two steps everybody else is served. A step is recorded in the log itself, so
 * that the chain still proves what is left. Nothing goes before the checkpoint that sums it up has
 * been folded once more and found right.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Retention } from "./domain/configuration.ts";
import type { Entry } from "./log/entry.ts";
import type { BlockLabel } from "./log/piece.ts";
import type { LogStore } from "./log/store.ts";
import { proveCheckpoint } from "./replay/proof.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import { inSlices } from "./runtime-slices.ts";

/** What retention works on. */
export interface RetentionParts {
  readonly log: LogStore;
  readonly actor: Pick<RuntimeActor, "prune">;
  readonly machineHash: string;
  readonly retention: Retention;
  readonly signal: AbortSignal;
  /** Told when something is kept because its checkpoint cannot be proved. */
  readonly onRefused: (message: string) => void;
}

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

/** Entries that one step deletes: about a millisecond. */
const SWEEP_ROWS = 200;

/** Most blocks, and most parts of the log, that one round prunes; the next round goes on. */
const MAX_BLOCKS = 10_000;
const MAX_PARTS = 8;

/** A log over its size is cut at this share of its numbers. */
const CUT_SHARE = 0.25;

/** First round after the start, and time between two rounds, in ms. */
const FIRST_ROUND_MS = 30_000;
const ROUND_MS = 600_000;

/** Time by which retention goes, and what it may believe of it. */
export interface RetentionTime {
  /** ms of the runtime's time, which follows the wall clock forward at once. */
  readonly now: () => number;
  /** ms since the start. */
  readonly mono: () => number;
  /** The last moment in the log before this start. */
  readonly begin: number;
}

/** Days that may be caught up in a day: a dead clock battery must not empty the log in a minute. */
const CATCH_UP = 24;

/**
 * The time that retention goes by. A wall clock that is suddenly far ahead may be wrong, or the computer
 * was away for long; nobody can tell. So time is caught up slowly, and a person can put the clock right.
 */
export function believedTime({ now, mono, begin }: RetentionTime): number {
  return Math.min(now(), begin + CATCH_UP * mono());
}

/** Rounds until the signal is aborted; `onFailure` is told what goes wrong in one. */
export function keepRetention(
  parts: RetentionParts,
  time: RetentionTime,
  onFailure: (error: unknown) => void,
): void {
  const plan = (delayMs: number): void => {
    const stop = (): void => clearTimeout(timer);
    const timer = setTimeout(() => {
      parts.signal.removeEventListener("abort", stop);
      void round();
    }, delayMs);
    timer.unref();
    parts.signal.addEventListener("abort", stop, { once: true });
  };
  const round = async (): Promise<void> => {
    try {
      await retainOnce(parts, believedTime(time));
    } catch (error) {
      if (!parts.signal.aborted) onFailure(error);
    }
    if (!parts.signal.aborted) plan(ROUND_MS);
  };
  if (!parts.signal.aborted) plan(FIRST_ROUND_MS);
}

/** One round at the moment `now` (ms of the runtime's time). */
export async function retainOnce(parts: RetentionParts, now: number): Promise<void> {
  const { retention } = parts;
  await sweepAll(parts);
  await nextTurn();
  try {
    await pruneReadings(parts, now - retention.readings_days * DAY_MS);
  } finally {
    await nextTurn();
    // What is wrong with a block must not let the log grow without bound.
    await pruneParts(parts, now);
  }
}

async function pruneParts(parts: RetentionParts, now: number): Promise<void> {
  const { log, retention, signal, machineHash } = parts;
  for (let part = 0; part < MAX_PARTS && !signal.aborted; part += 1) {
    const checkpoint = await cutOf(log, { ...retention, machineHash }, now);
    if (checkpoint === null || !(await pruneEntries(parts, checkpoint))) return;
    await sweepAll(parts);
  }
}

async function pruneReadings(parts: RetentionParts, before: number): Promise<void> {
  const { log, actor, signal } = parts;
  for (let count = 0; count < MAX_BLOCKS && !signal.aborted; count += 1) {
    const label = oldestBlock(log);
    if (label === null || label.last_at >= before) return;
    const checkpoint = checkpointAfter(log, label.last_seq);
    if (checkpoint === null || !(await isProved(parts, checkpoint.seq))) return;
    const { seq, hash } = checkpoint;
    const detail = { through: label.last_seq, readings: label.count, checkpoint: { seq, hash } };
    if (!actor.prune({ kind: "readings", label }, detail)) return;
    await nextTurn();
  }
}

/**
 * Where the kept log may begin: the newest checkpoint beyond age or size; `null` = nothing is due. Each
 * question to the log has its turn: together they held up the loop for five milliseconds the first time.
 */
async function cutOf(
  log: LogStore,
  { days, limit_mib, machineHash }: Retention & { readonly machineHash: string },
  now: number,
): Promise<Entry | null> {
  const head = log.head();
  if (head === null) return null;
  await nextTurn();
  const first = log.start().floor?.seq ?? 0;
  await nextTurn();
  const bySize = limit_mib !== null && log.usedBytes() > limit_mib * MIB;
  await nextTurn();
  const byAge = days === null ? null : log.seqAt(now - days * DAY_MS);
  await nextTurn();
  const bound = Math.max(byAge ?? 0, bySize ? first + (head.seq - first) * CUT_SHARE : 0);
  const found = log.lastCheckpoint(Math.floor(bound));
  // Too large, and nothing but another version's checkpoints so far back: the first of this one, then.
  if (bySize && found !== null && !isOf(found, machineHash))
    return firstOwn(log, found, machineHash);
  if (found === null || found.seq <= first + 1) return null;
  // The checkpoint of a seal stands right behind it; in front of others readings could be cut in two.
  return log.entry(found.seq - 1)?.type === "readings.sealed"
    ? found
    : sealedBefore(log, found.seq, first);
}

function firstOwn(log: LogStore, after: Entry, machineHash: string): Entry | null {
  const page = log.read({ after: after.seq, limit: 1000, type: "checkpoint" });
  const own = page.find((entry) => isOf(entry, machineHash));
  const isSealed = own !== undefined && log.entry(own.seq - 1)?.type === "readings.sealed";
  return isSealed ? own : null;
}

/** Only a machine that can go on from it may begin with it. */
function isOf({ data }: Entry, machineHash: string): boolean {
  return (data as { machine_hash?: unknown }).machine_hash === machineHash;
}

function sealedBefore(log: LogStore, seq: number, first: number): Entry | null {
  const query = { after: first + 1, before: seq, limit: 1, type: "readings.sealed" } as const;
  const [seal] = log.read({ ...query, order: "descending" });
  return seal === undefined ? null : log.lastCheckpoint(seal.seq + 1);
}

async function pruneEntries(parts: RetentionParts, checkpoint: Entry): Promise<boolean> {
  const { log, actor, machineHash } = parts;
  const { seq, prev } = checkpoint;
  if (prev === null || !isOf(checkpoint, machineHash)) return false;
  const isProvedBefore = seq <= log.start().prunedReadings || wasProved(log, seq);
  if (!isProvedBefore && !(await isProved(parts, seq))) return false;
  const through = { seq: seq - 1, hash: prev };
  return actor.prune({ kind: "entries", through }, { through, checkpoint: seq });
}

/** The record of a pruning says that this checkpoint was recomputed then. */
function wasProved(log: LogStore, seq: number): boolean {
  const [record] = log.read({ after: seq, limit: 1, type: "effect.finished" });
  const detail = (record?.data as { detail?: { checkpoint?: { seq?: unknown } } } | undefined)
    ?.detail;
  return detail?.checkpoint?.seq === seq;
}

async function isProved({ log, machineHash, signal, onRefused }: RetentionParts, seq: number) {
  const proof = await inSlices(proveCheckpoint(log, machineHash, seq), { signal });
  if (proof !== "differs") return true;
  onRefused(
    `Expected the checkpoint ${seq} to be what follows from the log before it, got another state; nothing older is removed. Run verify to see what differs.`,
  );
  return false;
}

async function sweepAll({ log, signal }: RetentionParts): Promise<void> {
  while (!signal.aborted && log.sweep(SWEEP_ROWS) > 0) await nextTurn();
}

function oldestBlock(log: LogStore): BlockLabel | null {
  for (const label of log.blocks({ after: 0, before: Number.MAX_SAFE_INTEGER })) return label;
  return null;
}

function checkpointAfter(log: LogStore, seq: number): Entry | null {
  return log.read({ after: seq, limit: 1, type: "checkpoint" })[0] ?? null;
}
