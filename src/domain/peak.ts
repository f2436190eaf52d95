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

/** Oldest first; starts rise, peaks fall. */
export type Peaks = readonly Bucket[];

const BUCKET_MS = 5_000;
/** Half an hour: the longest look-back (decision-model §2.2, after out-of-memory errors). */
const KEEP_MS = 1_800_000;

/**
 * Takes a value in; `at` is no earlier than that of the values before. The same array comes back when
 * the current bucket already holds a higher one.
 */
export function withPeak(peaks: Peaks, at: number, value: number): Peaks {
  const start = at - (at % BUCKET_MS);
  const last = peaks[peaks.length - 1];
  const isSameBucket = last !== undefined && last.start === start;
  if (isSameBucket && value <= last.peak) return peaks;
  const from = isSameBucket ? 0 : firstKept(peaks, at);
  let to = peaks.length;
  while (to > from && (peaks[to - 1] as Bucket).peak <= value) to -= 1;
  const next = peaks.toSpliced(to, peaks.length - to, { start, peak: value });
  return from === 0 ? next : next.slice(from);
}

/** The highest value of the look-back; `null` when nothing was seen in it. */
export function peakOver(peaks: Peaks, at: number, lookbackMs: number): number | null {
  const oldest = at - lookbackMs;
  // Peaks fall, so that the first bucket inside the look-back is the highest of it.
  for (let index = 0; index < peaks.length; index += 1) {
    const { start, peak } = peaks[index] as Bucket;
    if (start + BUCKET_MS >= oldest) return peak;
  }
  return null;
}

/** Index of the oldest bucket that is kept. After a silence longer than that, all stay for one bucket more. */
function firstKept(peaks: Peaks, at: number): number {
  const oldest = at - KEEP_MS;
  const first = peaks.findIndex(({ start }) => start + BUCKET_MS >= oldest);
  return Math.max(first, 0);
}
