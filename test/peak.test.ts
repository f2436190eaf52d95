/** The peaks of a look-back against their plain definition: every bucket kept, the highest taken. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Bucket,
  NO_PEAKS,
  type Peaks,
  peakOver,
  timeUntilWithin,
  withPeak,
} from "../src/domain/peak.ts";

const BUCKET_MS = 5_000;
const KEEP_MS = 1_800_000;

/** The plain definition. Buckets older than the longest look-back go when a new bucket begins. */
function withPlainPeak(peaks: readonly Bucket[], at: number, value: number): readonly Bucket[] {
  const start = at - (at % BUCKET_MS);
  const last = peaks.at(-1);
  if (last?.start === start)
    return [...peaks.slice(0, -1), { start, peak: Math.max(last.peak, value) }];
  const kept = peaks.filter((each) => each === last || each.start + BUCKET_MS >= at - KEEP_MS);
  return [...kept, { start, peak: value }];
}

function plainPeakOver(peaks: readonly Bucket[], at: number, lookbackMs: number): number | null {
  const seen = peaks.filter(({ start }) => start + BUCKET_MS >= at - lookbackMs);
  return seen.length === 0 ? null : Math.max(...seen.map(({ peak }) => peak));
}

function frozen(peaks: Peaks): Peaks {
  Object.freeze(peaks.past);
  return Object.freeze(peaks);
}

const sample = fc.record({
  waitMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 12_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4_000_000 }) },
  ),
  value: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.double({ min: 0, max: 40, noNaN: true })),
});
const lookback = fc.oneof(
  fc.constantFrom(0, 5_000, 60_000, 900_000, KEEP_MS, 86_400_000),
  fc.integer({ min: 0, max: 4_000_000 }),
);

test("peaks: any look-back at any time answers as if every bucket were kept", () => {
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 200 }),
      fc.array(fc.tuple(lookback, fc.nat(100_000)), { minLength: 1, maxLength: 8 }),
      (samples, questions) => {
        let at = 0;
        let peaks: Peaks = NO_PEAKS;
        let plain: readonly Bucket[] = [];
        for (const { waitMs, value } of samples) {
          at += waitMs;
          peaks = withPeak(frozen(peaks), at, value);
          plain = withPlainPeak(plain, at, value);
          for (const [lookbackMs, laterMs] of questions) {
            const when = at + laterMs;
            expect(peakOver(peaks, when, lookbackMs)).toBe(plainPeakOver(plain, when, lookbackMs));
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("peaks: each bucket that is kept is above every later one, and a handful is left of half an hour", () => {
  let peaks: Peaks = NO_PEAKS;
  for (let second = 0; second < 3_600; second += 1) {
    peaks = withPeak(peaks, second * 1000, (second * 7919) % 4096);
  }
  const values = peaks.past.map(({ peak }) => peak);
  expect(values).toEqual([...new Set(values)].toSorted((one, other) => other - one));
  expect(peaks.past.length).toBeLessThan(20);
});

test("peaks: a value that is not above its bucket's changes nothing", () => {
  const peaks = withPeak(withPeak(NO_PEAKS, 1_000, 9), 6_000, 7);
  expect(withPeak(peaks, 7_000, 7)).toBe(peaks);
  expect(withPeak(peaks, 7_000, 8)).toEqual({
    current: { start: 5_000, peak: 8 },
    past: [{ start: 0, peak: 9 }],
  });
  const hidden = withPeak(withPeak(peaks, 7_000, 9), 11_000, 5);
  expect(hidden).toEqual({
    current: { start: 10_000, peak: 5 },
    past: [{ start: 5_000, peak: 9 }],
  });
});

test("peak: the time until it is within a limit is the time until the look-back says so", () => {
  const values = fc.array(sample, { minLength: 1, maxLength: 40 });
  const limits = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(values, limits, lookback, (samples, limit, lookbackMs) => {
      let [peaks, at] = [NO_PEAKS, 0];
      for (const { waitMs, value } of samples) {
        at += waitMs;
        peaks = withPeak(peaks, at, value);
      }
      const wait = timeUntilWithin(peaks, at, { limit, lookbackMs });
      const now = peaks.current?.peak ?? 0;
      expect(wait === null).toBe(now > limit);
      if (wait === null) return;
      // The use of now goes on: the same peaks, asked later, with the bucket of now still there.
      const seenAt = (later: number) => {
        const oldest = later - lookbackMs;
        const past = peaks.past.filter(({ start }) => start + BUCKET_MS >= oldest);
        return Math.max(now, ...past.map(({ peak }) => peak));
      };
      expect(seenAt(at + wait)).toBeLessThanOrEqual(limit);
      if (wait > 0) expect(seenAt(at + wait - 1)).toBeGreaterThan(limit);
    }),
  );
});

test("peak: before the first value nobody knows when it is within a limit", () => {
  expect(timeUntilWithin(NO_PEAKS, 0, { limit: 40, lookbackMs: 60_000 })).toBeNull();
});
