/** Bands and buckets: each change its own stretch, or the worst of each bucket when there are too many. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Band, BandBook, type BandChange, STOPPED, severityOf } from "../src/replay/bands.ts";
import { type Buckets, bucketAt, bucketsOf, startOf } from "../src/replay/buckets.ts";

const NOMINAL = "LOCAL_GPU_MID.nominal";
const SMALL = "LOCAL_GPU_MID.degraded.smallModel";
const CPU = "LOCAL_GPU_MID.degraded.cpu";
const SHED = "LOCAL_GPU_MID.degraded.shed";
const PROFILES = ["detecting", STOPPED, NOMINAL, SMALL, CPU, SHED] as const;

/** Profile by moment, as a table of a test has it. */
type Told = readonly (readonly [at: number, profile: string])[];

function change([at, profile]: Told[number], seq: number): BandChange {
  return { at, seq, profile, code: null };
}

function bandsOf(buckets: Buckets, [first, ...changes]: Told) {
  if (first === undefined) throw new Error("a history needs a beginning");
  const book = new BandBook(buckets, change(first, 0));
  for (const [index, each] of changes.entries()) book.change(change(each, index + 1));
  return book.view();
}

const shown = (bands: readonly Band[]) => bands.map(({ at, profile }) => [at, profile]);

test.each([
  [{ since: 0, until: 99 }, 10, { bucketMs: 10, count: 10 }],
  [{ since: 0, until: 100 }, 10, { bucketMs: 11, count: 10 }],
  [{ since: 5, until: 5 }, 10, { bucketMs: 1, count: 1 }],
  [{ since: 5, until: 13 }, 10, { bucketMs: 1, count: 9 }],
  [{ since: 5, until: 14 }, 10, { bucketMs: 1, count: 10 }],
  [{ since: 5, until: 15 }, 10, { bucketMs: 2, count: 6 }],
])("buckets: %j in at most %i", (range, points, expected) => {
  expect(bucketsOf(range, points)).toEqual({ ...range, ...expected });
});

test("buckets: every moment of the stretch is in one of them, and no other moment is", () => {
  const range = fc.record({
    since: fc.nat(1e6),
    span: fc.nat(1e6),
    points: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(range, fc.nat(), ({ since, span, points }, any) => {
      const buckets = bucketsOf({ since, until: since + span }, points);
      expect(buckets.count).toBeLessThanOrEqual(points);
      expect(bucketAt(buckets, since - 1)).toBe(-1);
      expect(bucketAt(buckets, since)).toBe(0);
      expect(bucketAt(buckets, since + span)).toBe(buckets.count - 1);
      const at = since + (any % (span + 1));
      const start = startOf(buckets, bucketAt(buckets, at));
      expect(at - start).toBeGreaterThanOrEqual(0);
      expect(at - start).toBeLessThan(buckets.bucketMs);
    }),
  );
});

test.each<readonly [string, Told, Told]>([
  [
    "each change begins a band",
    [
      [0, NOMINAL],
      [40, CPU],
      [70, NOMINAL],
    ],
    [
      [0, NOMINAL],
      [40, CPU],
      [70, NOMINAL],
    ],
  ],
  [
    "what began before the stretch begins with it",
    [
      [-50, NOMINAL],
      [40, CPU],
    ],
    [
      [0, NOMINAL],
      [40, CPU],
    ],
  ],
  [
    "before the log begins there is no band",
    [
      [30, "detecting"],
      [40, NOMINAL],
    ],
    [
      [30, "detecting"],
      [40, NOMINAL],
    ],
  ],
  ["a log that begins after the stretch has none", [[100, "detecting"]], []],
  ["one that begins with its last moment has one", [[99, "detecting"]], [[99, "detecting"]]],
  [
    "what changes after the stretch is left out",
    [
      [0, NOMINAL],
      [99, CPU],
      [100, SHED],
    ],
    [
      [0, NOMINAL],
      [99, CPU],
    ],
  ],
  [
    "the same again is no change",
    [
      [0, NOMINAL],
      [40, NOMINAL],
    ],
    [[0, NOMINAL]],
  ],
  [
    "what took no time is left out",
    [
      [0, "detecting"],
      [0, NOMINAL],
      [50, STOPPED],
      [50, NOMINAL],
    ],
    [[0, NOMINAL]],
  ],
  [
    "a time that falls counts as no time later",
    [
      [0, NOMINAL],
      [40, CPU],
      [30, SHED],
    ],
    [
      [0, NOMINAL],
      [40, SHED],
    ],
  ],
])("bands: %s", (_, told, expected) => {
  const view = bandsOf(bucketsOf({ since: 0, until: 99 }, 10), told);
  expect(shown(view.bands)).toEqual(expected);
  expect(view.bands_merged).toBe(false);
});

test("bands: as many as buckets stand alone; with one more each bucket shows its worst rung", () => {
  const buckets = bucketsOf({ since: 0, until: 99 }, 5);
  const five: Told = [
    [0, NOMINAL],
    [10, CPU],
    [15, NOMINAL],
    [50, STOPPED],
    [90, NOMINAL],
  ];
  expect(bandsOf(buckets, five)).toMatchObject({ bands_merged: false, bands: { length: 5 } });
  const six = bandsOf(buckets, [...five, [99, SMALL]]);
  expect(six.bands_merged).toBe(true);
  // Buckets of 20: [nominal cpu nominal] [nominal] [nominal stopped] [stopped] [stopped nominal small].
  expect(shown(six.bands)).toEqual([
    [0, CPU],
    [20, NOMINAL],
    [60, STOPPED],
    [80, SMALL],
  ]);
  expect(six.bands.map(({ seq, rung }) => [seq, rung])).toEqual([
    [1, "cpu"],
    [2, "nominal"],
    [3, null],
    [5, "smallModel"],
  ]);
});

test("bands: a lower rung is worse; detecting and stopped hide nothing", () => {
  const inOrder = [STOPPED, "detecting", NOMINAL, SMALL, CPU, "CLOUD_HYBRID.degraded.cloud", SHED];
  const severities = inOrder.map((profile) => {
    const [band] = bandsOf(bucketsOf({ since: 0, until: 9 }, 1), [[0, profile]]).bands;
    return severityOf(band as Band);
  });
  expect(severities).toEqual(severities.toSorted((one, other) => one - other));
  expect(new Set(severities).size).toBe(inOrder.length);
});

test("bands: of any history they are in order, cover the stretch, and hide no fall", () => {
  const told = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 30 }), profile: fc.constantFrom(...PROFILES) }),
    { maxLength: 40 },
  );
  const range = fc.record({
    since: fc.nat(50),
    span: fc.nat(200),
    points: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(range, fc.nat(100), told, ({ since, span, points }, begin, changes) => {
      const buckets = bucketsOf({ since, until: since + span }, points);
      const list: [number, string][] = [[begin, "detecting"]];
      for (const { wait, profile } of changes) list.push([(list.at(-1)?.[0] ?? 0) + wait, profile]);
      const { bands, bands_merged } = bandsOf(buckets, list);
      // Moment by moment, as slowly as possible.
      const profileAt = (at: number) => list.findLast(([from]) => from <= at)?.[1] ?? null;
      const bandAt = (at: number) => bands.findLast((band) => band.at <= at) ?? null;
      expect(bands.length).toBeLessThanOrEqual(buckets.count);
      for (const [index, band] of bands.entries()) {
        expect(band.at).toBeGreaterThanOrEqual(since);
        expect(band.at).toBeLessThanOrEqual(buckets.until);
        const next = bands[index + 1];
        if (next === undefined) continue;
        expect(next.at).toBeGreaterThan(band.at);
        expect(next.profile).not.toBe(band.profile);
      }
      for (let bucket = 0; bucket < buckets.count; bucket += 1) {
        const start = startOf(buckets, bucket);
        const moments = Array.from({ length: buckets.bucketMs }, (_, ms) => start + ms);
        const inside = moments.filter((at) => at <= buckets.until);
        if (!bands_merged) {
          for (const at of inside) expect(bandAt(at)?.profile ?? null).toBe(profileAt(at));
          continue;
        }
        const known = inside.flatMap((at) => {
          const [band] = bandsOf(bucketsOf({ since: 0, until: 0 }, 1), [
            [0, profileAt(at) ?? ""],
          ]).bands;
          return profileAt(at) === null ? [] : [severityOf(band as Band)];
        });
        const last = bandAt(inside.at(-1) as number);
        expect(last === null ? [] : [severityOf(last)]).toEqual(
          known.length === 0 ? [] : [Math.max(...known)],
        );
      }
    }),
  );
});
