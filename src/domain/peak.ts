/**
 * The peak of a quantity over a look-back, in buckets of five seconds.
 *
 * The return test asks for the peak of the others' use over the last minute (or half hour after an
 * out-of-memory error). Buckets keep the state small and plain; the answer is at most one bucket too
 * careful. Rejected: keeping every sample (1,800 numbers in each checkpoint).
 */
export interface Bucket {
  readonly start: number;
  readonly peak: number;
}

export type Peaks = readonly Bucket[];

const BUCKET_MS = 5_000;
/** Half an hour: the longest look-back (decision-model §2.2, after out-of-memory errors). */
const KEEP_MS = 1_800_000;

/** Takes a value in. The same array comes back when the current bucket already holds a higher one. */
export function withPeak(peaks: Peaks, at: number, value: number): Peaks {
  const start = at - (at % BUCKET_MS);
  const last = peaks.at(-1);
  if (last !== undefined && last.start === start) {
    return value <= last.peak ? peaks : [...peaks.slice(0, -1), { start, peak: value }];
  }
  const first = peaks.findIndex((bucket) => bucket.start + BUCKET_MS >= at - KEEP_MS);
  return [...(first <= 0 ? peaks : peaks.slice(first)), { start, peak: value }];
}

/** The highest value of the look-back; `null` when nothing was seen in it. */
export function peakOver(peaks: Peaks, at: number, lookbackMs: number): number | null {
  let highest: number | null = null;
  for (let index = peaks.length - 1; index >= 0; index -= 1) {
    const bucket = peaks[index] as Bucket;
    if (bucket.start + BUCKET_MS < at - lookbackMs) break;
    if (highest === null || bucket.peak > highest) highest = bucket.peak;
  }
  return highest;
}
