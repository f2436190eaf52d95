/**
 * History: the log of a stretch of time as curves, counts and bands, for one look at it.
 *
 * The idea: a weather chart. It is drawn in two passes: the few lines that are no readings make task
 * counts, bands and the holes in which nobody watched; the readings make the envelopes (themselves where
 * the stretch is short; where it is long what the seals sum up, so that the work is bounded). Runs in small steps. Rejected:
 * tables of averages kept on the side (they would have to be kept, verified, pruned and explained).
 */
import type { ReadingsSealed } from "../domain/input.ts";
import type { TransitionOutput } from "../domain/output.ts";
import { inputOf, outputOf } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import type { LogStore } from "../log/store.ts";
import { type Band, BandBook, type BandChange, STOPPED } from "./bands.ts";
import { type Buckets, bucketAt, bucketsOf, startOf } from "./buckets.ts";
import type { CheckpointData } from "./checkpoint.ts";
import { entriesOfTypes } from "./entries-of-types.ts";
import { Envelopes, type EnvelopesView } from "./envelopes.ts";
import type { Progress } from "./verify.ts";

/** Blocks of readings that are opened for one answer: about 20 ms; beyond that the seals must do. */
export const OPENED_BLOCKS_MAX = 256;

/** Starts without a stop before them whose last line is looked up. */
const CRASHES_MAX = 256;

/** What of a log a history needs. */
export type HistoryLog = Pick<
  LogStore,
  "pieces" | "read" | "entry" | "start" | "head" | "seqAt" | "blocks"
>;

/** Which stretch (ms, both ends included; `null` = to the end of the log) and how many buckets at most. */
export interface HistoryRange {
  readonly since: number | null;
  readonly until: number | null;
  readonly points: number;
}

/** The answer; lists have one value per bucket. */
export interface HistoryView extends EnvelopesView {
  readonly log: {
    readonly first_at: number | null;
    readonly last_at: number | null;
    readonly first_seq: number | null;
    readonly last_seq: number | null;
  };
  readonly since: number;
  readonly until: number;
  readonly bucket_ms: number;
  /** `roll_ups`: at least a part comes from what seals sum up, and may be wider than the readings were. */
  readonly source: "readings" | "roll_ups";
  /** Where each bucket begins. */
  readonly at: readonly number[];
  readonly tasks: { readonly finished: readonly number[]; readonly failed: readonly number[] };
  readonly bands: readonly Band[];
  readonly bands_merged: boolean;
}

/** The lines between two moments: after `after`, up to and with `through`. */
interface Stretch {
  readonly after: number;
  readonly through: number;
}

/** Runs in small steps; answers the history at its end. */
export function* history(log: HistoryLog, range: HistoryRange): Generator<Progress, HistoryView> {
  const [first] = log.read({ limit: 1 });
  const head = log.head();
  const since = range.since ?? first?.at ?? 0;
  const until = Math.max(since, range.until ?? head?.at ?? 0);
  const buckets = bucketsOf({ since, until }, range.points);
  // Each of these may open a block, so others are let through in between.
  const after = log.seqAt(since - 1) ?? 0;
  yield { seq: after, through: head?.seq ?? 0 };
  const stretch = { after, through: log.seqAt(until) ?? 0 };
  yield { seq: after, through: stretch.through };
  const envelopes = new Envelopes(buckets);
  const book = new BandBook(buckets, firstBand(log, stretch.after, first?.at ?? until + 1));
  yield { seq: after, through: stretch.through };
  const tasks = { finished: zeros(buckets), failed: zeros(buckets) };
  yield* takeEntries({ log, buckets, envelopes, book, tasks }, stretch);
  yield* takeReadings({ log, buckets, envelopes }, stretch);
  return {
    log: {
      first_at: first?.at ?? null,
      last_at: head?.at ?? null,
      first_seq: first?.seq ?? null,
      last_seq: head?.seq ?? null,
    },
    since,
    until,
    bucket_ms: buckets.bucketMs,
    source: envelopes.isRolledUp ? "roll_ups" : "readings",
    at: zeros(buckets).map((_, bucket) => startOf(buckets, bucket)),
    ...envelopes.view(),
    tasks,
    ...book.view(),
  };
}

interface ReadingsDesk {
  readonly log: HistoryLog;
  readonly buckets: Buckets;
  readonly envelopes: Envelopes;
}

function* takeReadings(desk: ReadingsDesk, { after, through }: Stretch): Generator<Progress, void> {
  if (through <= after) return;
  const { log, envelopes } = desk;
  const isShort = !hasMoreBlocks(log, { after, through });
  const rest = isShort ? after : yield* takeSeals(desk, { after, through });
  if (rest >= through) return;
  for (const piece of log.pieces({ after: rest, through, kinds: "inputs" })) {
    if (piece.kind === "readings") envelopes.take(piece.run);
    else if (piece.kind === "pruned") envelopes.takeSeal(piece.seal);
    yield { seq: rest, through };
  }
}

function hasMoreBlocks(log: HistoryLog, { after, through }: Stretch): boolean {
  let count = 0;
  for (const _ of log.blocks({ after, before: through + 1 })) {
    count += 1;
    if (count > OPENED_BLOCKS_MAX) return true;
  }
  return false;
}

/** Answers the number up to which readings are summed up; what comes after it is not sealed yet. */
function* takeSeals(
  { log, buckets, envelopes }: ReadingsDesk,
  { after, through }: Stretch,
): Generator<Progress, number> {
  let sealed = after;
  const before = Number.MAX_SAFE_INTEGER;
  for (const entry of entriesOfTypes(log, { after, before, types: ["readings.sealed"] })) {
    const seal = inputOf(entry) as ReadingsSealed;
    // The block that the stretch ends in is sealed only after it.
    if (seal.first_at > buckets.until) return through;
    if (seal.last_seq > after) envelopes.takeSeal(seal);
    sealed = Math.max(sealed, seal.last_seq);
    yield { seq: entry.seq, through };
  }
  return sealed;
}

interface EntriesDesk extends ReadingsDesk {
  readonly book: BandBook;
  readonly tasks: { readonly finished: number[]; readonly failed: number[] };
}

const TYPES = [
  "transition",
  "runtime.started",
  "runtime.stopped",
  "clock.resumed",
  "log.gap",
  "task.finished",
] as const;

function* takeEntries(desk: EntriesDesk, { after, through }: Stretch): Generator<Progress, void> {
  const { log, book, envelopes } = desk;
  let profile = profileBefore(log, after);
  let stoppedAt: number | null = book.profile === STOPPED ? desk.buckets.since : null;
  let crashes = 0;
  for (const entry of entriesOfTypes(log, { after, before: through + 1, types: TYPES })) {
    const { seq, at } = entry;
    switch (entry.type) {
      case "transition": {
        const { to, reason } = outputOf(entry) as TransitionOutput;
        profile = to;
        if (stoppedAt === null) book.change({ at, seq, profile, code: reason.code });
        break;
      }
      case "runtime.stopped":
        stoppedAt = at;
        book.change({ at, seq, profile: STOPPED, code: null });
        break;
      case "runtime.started": {
        if (stoppedAt === null && crashes < CRASHES_MAX) {
          crashes += 1;
          stoppedAt = log.entry(seq - 1)?.at ?? at;
          book.change({ at: stoppedAt, seq: null, profile: STOPPED, code: null });
        }
        if (stoppedAt !== null) envelopes.hole(stoppedAt, at);
        stoppedAt = null;
        book.change({ at, seq, profile, code: null });
        break;
      }
      case "clock.resumed":
        envelopes.hole(at - (entry.data as { gap_ms: number }).gap_ms, at);
        break;
      case "log.gap":
        profile = profileAfterGap(log, seq) ?? profile;
        if (stoppedAt === null) book.change({ at, seq, profile, code: null });
        break;
      default:
        countTask(desk, entry);
    }
    yield { seq, through };
  }
  if (stoppedAt !== null) envelopes.hole(stoppedAt, Number.MAX_SAFE_INTEGER);
}

function countTask({ buckets, tasks }: EntriesDesk, { at, data }: Entry): void {
  const bucket = bucketAt(buckets, at);
  const counts = (data as { ok: boolean }).ok ? tasks.finished : tasks.failed;
  if (bucket in counts) counts[bucket] = (counts[bucket] as number) + 1;
}

/** How it stood when the stretch begins. */
function firstBand(log: HistoryLog, after: number, firstAt: number): BandChange {
  const at = after === 0 ? firstAt : 0;
  const [stop, start] = ["runtime.stopped", "runtime.started"].map((type) =>
    newest(log, type, after),
  );
  if (stop && stop.seq > (start?.seq ?? 0))
    return { at, seq: stop.seq, profile: STOPPED, code: null };
  const step = newest(log, "transition", after);
  const profile = profileBefore(log, after);
  const output = step === null ? null : (outputOf(step) as TransitionOutput);
  const isOfStep = output?.to === profile;
  return {
    at,
    seq: isOfStep ? (step?.seq ?? null) : null,
    profile,
    code: isOfStep ? (output?.reason.code ?? null) : null,
  };
}

/** The profile after this line: by the newest step, or by what was written down after a gap. */
function profileBefore(log: HistoryLog, after: number): string {
  const step = newest(log, "transition", after);
  const gap = newest(log, "log.gap", after);
  if (gap !== null && gap.seq > (step?.seq ?? 0)) {
    const profile = profileAfterGap(log, gap.seq);
    if (profile !== null) return profile;
  }
  if (step !== null) return (outputOf(step) as TransitionOutput).to;
  const floor = log.start().floor?.seq;
  return (floor === undefined ? null : profileAfterGap(log, floor)) ?? "detecting";
}

/** What a checkpoint right behind this line says; a gap, and what was pruned, are bridged by one. */
function profileAfterGap(log: HistoryLog, seq: number): string | null {
  const [entry] = log.read({ after: seq, limit: 1, type: "checkpoint" });
  const data = entry?.data as Partial<CheckpointData> | null | undefined;
  return data?.state?.chart?.state?.profile ?? null;
}

function newest(log: HistoryLog, type: string, through: number): Entry | null {
  if (through === 0) return null;
  const [entry] = log.read({ type, before: through + 1, limit: 1, order: "descending" });
  return entry ?? null;
}

function zeros({ count }: Buckets): number[] {
  return Array.from({ length: count }, () => 0);
}
