/** Envelopes: least and greatest of each bucket, from readings, from seals, and from both. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadingsSealed } from "../src/domain/input.ts";
import { columnsOfRows, rollUpOf } from "../src/log/reading-columns.ts";
import type { ReadingRow } from "../src/log/reading-row.ts";
import { bucketAt, bucketsOf } from "../src/replay/buckets.ts";
import { Envelopes } from "../src/replay/envelopes.ts";

/** What of a reading a curve shows. */
interface Sample {
  readonly at: number;
  readonly used: number | null;
  readonly total: number | null;
  readonly available: number | null;
  readonly permille: number | null;
}

const EMPTY: Sample = { at: 0, used: null, total: null, available: null, permille: null };

function rowOf({ at, used, total, available, permille }: Sample, index: number): ReadingRow {
  const memory = [available, available === null ? null : 16_000] as const;
  return [index + 1, at, at, 1, used, total, null, null, ...memory, null, permille, null, null];
}

function columnsOf(samples: readonly Sample[]) {
  return columnsOfRows(samples.map(rowOf), () => "boot");
}

function runOf(samples: readonly Sample[]) {
  return { columns: columnsOf(samples), from: 0, to: samples.length };
}

function sealOf(samples: readonly Sample[]): ReadingsSealed {
  return {
    ...{ type: "readings.sealed", at: 0, first_seq: 1, last_seq: samples.length, digest: "" },
    first_at: samples[0]?.at ?? 0,
    last_at: samples.at(-1)?.at ?? 0,
    count: samples.length,
    roll_up: rollUpOf(columnsOf(samples)),
  };
}

const TEN = bucketsOf({ since: 0, until: 99 }, 10);

test("envelopes: a bucket has the least and the greatest of its readings, and null where there are none", () => {
  const envelopes = new Envelopes(TEN);
  const card = { total: 8000, available: 9000 };
  envelopes.take(
    runOf([
      { ...EMPTY, at: 0, used: 4000, ...card, permille: 100 },
      { ...EMPTY, at: 9, used: 2001, ...card, permille: null },
      { ...EMPTY, at: 10, used: 8000, total: 8000, permille: 1000 },
      { ...EMPTY, at: 99, available: 0, permille: 0 },
      { ...EMPTY, at: 100, used: 1, ...card },
      { ...EMPTY, at: -1, used: 1, ...card },
    ]),
  );
  const { vram_used_percent, memory_available_mib, cpu_used_percent } = envelopes.view();
  const none = (count: number) => Array.from({ length: count }, () => null);
  expect(vram_used_percent.min).toEqual([25, 100, ...none(8)]);
  expect(vram_used_percent.max).toEqual([50, 100, ...none(8)]);
  expect(memory_available_mib.min).toEqual([9000, ...none(8), 0]);
  expect(cpu_used_percent).toEqual({
    min: [10, 100, ...none(7), 0],
    max: [10, 100, ...none(7), 0],
  });
  expect(envelopes.isRolledUp).toBe(false);
});

test.each([
  ["no card", { used: 100, total: null }, null],
  ["an unknown use", { used: null, total: 8000 }, null],
  ["a card of nothing", { used: 0, total: 0 }, null],
  ["a card that holds nothing", { used: 0, total: 8000 }, 0],
  ["a third", { used: 1, total: 3 }, 33.3],
])("envelopes: the share of %s", (_, sample, expected) => {
  for (const isSeal of [false, true]) {
    const envelopes = new Envelopes(TEN);
    const samples = [{ ...EMPTY, at: 5, ...sample }];
    if (isSeal) envelopes.takeSeal(sealOf(samples));
    else envelopes.take(runOf(samples));
    expect(envelopes.view().vram_used_percent.max[0]).toBe(expected);
  }
});

test("envelopes: totals are the last that were known", () => {
  const envelopes = new Envelopes(TEN);
  expect(envelopes.view()).toMatchObject({ vram_total_mib: null, memory_total_mib: null });
  envelopes.takeSeal(sealOf([{ ...EMPTY, at: 5, used: 1, total: 8000, available: 1 }]));
  expect(envelopes.view()).toMatchObject({ vram_total_mib: 8000, memory_total_mib: 16_000 });
  envelopes.take(
    runOf([
      { ...EMPTY, at: 6, total: 20_000 },
      { ...EMPTY, at: 7 },
    ]),
  );
  expect(envelopes.view()).toMatchObject({ vram_total_mib: 20_000, memory_total_mib: 16_000 });
});

test("envelopes: a seal covers all that its block touches, but no bucket in which nobody watched", () => {
  const seal = sealOf([
    { ...EMPTY, at: -30, permille: 50 },
    { ...EMPTY, at: 71, permille: 70 },
  ]);
  const covered = (...holes: [number, number][]) => {
    const envelopes = new Envelopes(TEN);
    for (const [after, before] of holes) envelopes.hole(after, before);
    envelopes.takeSeal(seal);
    return envelopes.view().cpu_used_percent.max.map((value) => value !== null);
  };
  expect(covered()).toEqual([...Array(8).fill(true), false, false]);
  // Only buckets that are wholly inside: 20 and 59 have a moment in which somebody may have watched.
  expect(covered([20, 59])).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(covered([19, 60])).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
  const outside = new Envelopes(TEN);
  outside.takeSeal(sealOf([{ ...EMPTY, at: 100, permille: 50 }]));
  outside.takeSeal(sealOf([{ ...EMPTY, at: -1, permille: 50 }]));
  expect(outside.isRolledUp).toBe(false);
});

const VALUE = fc.option(fc.nat(20_000), { nil: null });
const SAMPLES = fc.array(
  fc.record({
    wait: fc.nat(9),
    used: VALUE,
    total: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: null }),
    available: VALUE,
    permille: VALUE,
    /** What becomes of the readings from here on: stay, or only their seal. */
    isSealed: fc.boolean(),
    /** A block ends here. */
    isEnd: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

test("envelopes: of any readings, least is never above greatest, and each reading is inside", () => {
  fc.assert(
    fc.property(SAMPLES, fc.integer({ min: 1, max: 20 }), fc.nat(30), (told, points, since) => {
      let at = 0;
      const samples = told.map(({ wait, ...sample }) => {
        at += wait;
        return { ...sample, at };
      });
      const buckets = bucketsOf({ since, until: Math.max(since, at - 10) }, points);
      const envelopes = new Envelopes(buckets);
      let block: typeof samples = [];
      for (const sample of samples) {
        block.push(sample);
        if (!sample.isEnd && sample !== samples.at(-1)) continue;
        if (sample.isSealed) envelopes.takeSeal(sealOf(block));
        else envelopes.take(runOf(block));
        block = [];
      }
      const view = envelopes.view();
      const inside = (name: keyof typeof view, bucket: number, value: number): void => {
        const { min, max } = view[name] as { min: (number | null)[]; max: (number | null)[] };
        expect(min[bucket]).toBeLessThanOrEqual(value);
        expect(max[bucket]).toBeGreaterThanOrEqual(value);
      };
      for (const { min, max } of [
        view.vram_used_percent,
        view.memory_available_mib,
        view.cpu_used_percent,
      ]) {
        expect([min.length, max.length]).toEqual([buckets.count, buckets.count]);
        for (const [bucket, least] of min.entries()) {
          const most = max[bucket] ?? null;
          expect(least === null).toBe(most === null);
          if (least !== null && most !== null) expect(least).toBeLessThanOrEqual(most);
        }
      }
      for (const { at: moment, used, total, available, permille } of samples) {
        const bucket = bucketAt(buckets, moment);
        if (bucket < 0 || bucket >= buckets.count) continue;
        if (available !== null) inside("memory_available_mib", bucket, available);
        if (permille !== null) inside("cpu_used_percent", bucket, permille / 10);
        if (used !== null && total !== null)
          inside("vram_used_percent", bucket, Math.round((1000 * used) / total) / 10);
      }
    }),
  );
});
