/**
 * The peak of a quantity over a look-back, in buckets of five seconds.
 *
 * The return test asks for the peak of the others' use over the last minute (or half hour after an
 * out-of-memory error). The idea: on the way along a ridge only those summits behind us can be seen that
 * nothing nearer hides. A bucket survives only while its peak is above every later one; the others can
 * be the peak of no look-back any more. That leaves a handful of buckets of half an hour, falling from
 * the oldest to the newest; the answer is at most one bucket too careful. Rejected: keeping every sample
 * (1,800 numbers in each checkpoint), and every bucket (360, copied every five seconds).
 */
export interface Bucket {
  readonly start: number;
  readonly peak: number;
}

/** The bucket that is being filled stands apart, so that a new height of it copies nothing. */
export interface Peaks {
  /** `null` before the first value. */
  readonly current: Bucket | null;
  /** Oldest first; starts rise, peaks fall. */
  readonly past: readonly Bucket[];
}

export const NO_PEAKS: Peaks = { current: null, past: [] };

const BUCKET_MS = 5_000;
/** Half an hour: the longest look-back (decision-model §2.2, after out-of-memory errors). */
export const PEAK_KEEP_MS = 1_800_000;

/**
 * Takes a value in; `at` is no earlier than that of the values before. The same object comes back when
 * the current bucket already holds a higher one.
 */
export function withPeak(peaks: Peaks, at: number, value: number): Peaks {
  const { current, past } = peaks;
  // Asked in this order because a remainder of two large numbers is dear.
  if (current !== null && at < current.start + BUCKET_MS) {
    if (value <= current.peak) return peaks;
    return { current: { start: current.start, peak: value }, past };
  }
  const next = { start: at - (at % BUCKET_MS), peak: value };
  return { current: next, past: current === null ? past : withPast(past, current, at) };
}

/** The highest value of the look-back; `null` when nothing was seen in it. */
export function peakOver({ current, past }: Peaks, at: number, lookbackMs: number): number | null {
  const oldest = at - lookbackMs;
  if (current === null || current.start + BUCKET_MS < oldest) return null;
  // Peaks fall, so that the first bucket inside the look-back is the highest of the past.
  for (let index = 0; index < past.length; index += 1) {
    const { start, peak } = past[index] as Bucket;
    if (start + BUCKET_MS >= oldest) return Math.max(peak, current.peak);
  }
  return current.peak;
}

/**
 * How long until the look-back shows at most `limit`, if the use of now goes on: 0 = it does already;
 * `null` = the use of now is over it, or nothing was seen.
 */
export function timeUntilWithin(
  { current, past }: Peaks,
  at: number,
  { limit, lookbackMs }: { readonly limit: number; readonly lookbackMs: number },
): number | null {
  if (current === null || current.peak > limit) return null;
  // Peaks fall, so that the last one over the limit is the last to leave the look-back.
  const last = past.findLast(({ peak }) => peak > limit);
  return last === undefined ? 0 : Math.max(0, last.start + BUCKET_MS + lookbackMs + 1 - at);
}

/** The past with one bucket more: without those that it hides, and those beyond every look-back. */
function withPast(past: readonly Bucket[], closed: Bucket, at: number): readonly Bucket[] {
  const oldest = at - PEAK_KEEP_MS;
  let from = 0;
  while (from < past.length && (past[from] as Bucket).start + BUCKET_MS < oldest) from += 1;
  let to = past.length;
  while (to > from && (past[to - 1] as Bucket).peak <= closed.peak) to -= 1;
  const kept = past.slice(from, to);
  kept.push(closed);
  return kept;
}
