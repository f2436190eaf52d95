/** A stretch of time cut into equal buckets: what a curve with so many points needs to know. */

/** The stretch, both ends included, and its buckets; times in ms. */
export interface Buckets {
  readonly since: number;
  readonly until: number;
  readonly bucketMs: number;
  readonly count: number;
}

/** At most `points` buckets of whole milliseconds; the last one may reach beyond `until`. */
export function bucketsOf(range: { since: number; until: number }, points: number): Buckets {
  const { since, until } = range;
  const span = until - since + 1;
  const bucketMs = Math.max(1, Math.ceil(span / points));
  return { since, until, bucketMs, count: Math.ceil(span / bucketMs) };
}

/** The number of the bucket that a moment is in; below 0 or `count` and above: in none. */
export function bucketAt({ since, bucketMs }: Buckets, at: number): number {
  return Math.floor((at - since) / bucketMs);
}

/** The first moment of a bucket. */
export function startOf({ since, bucketMs }: Buckets, bucket: number): number {
  return since + bucket * bucketMs;
}
