/** Where the page marks two histories as different, and which part of them it shows. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Rung } from "../src/domain/rung.ts";
import {
  differingStretches,
  firstSpan,
  joinedStretches,
  lengthOf,
  moved,
  neighbour,
  type Span,
  spanAround,
  ticksOf,
  zoomed,
} from "../web/src/what-if-marks.ts";

const RUNGS = ["nominal", "smallModel", "cpu", null] as const;
const band = (at: number, rung: Rung | null, tier = "LOCAL_GPU_MID") => ({
  at,
  rung,
  profile: rung === null ? "stopped" : `${tier}.${rung}`,
});

const bands = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom(...RUNGS)), {
    selector: ([at]) => at,
    minLength: 1,
    maxLength: 12,
  })
  .map((list) =>
    list.toSorted(([one], [other]) => one - other).map(([at, rung]) => band(at, rung)),
  );

const rungAt = (list: readonly ReturnType<typeof band>[], at: number) =>
  list.findLast((each) => each.at <= at);

test("what-if marks: a moment is marked exactly when the rungs differ then", () => {
  fc.assert(
    fc.property(bands, bands, (actual, hypothetical) => {
      const stretches = differingStretches(actual, hypothetical, [0, 70]);
      for (let at = 0; at < 70; at += 1) {
        const isMarked = stretches.some(([from, to]) => from <= at && at < to);
        const [one, other] = [rungAt(actual, at), rungAt(hypothetical, at)];
        const isSame = one?.rung === other?.rung && (one === undefined) === (other === undefined);
        expect([at, isMarked]).toEqual([at, !isSame]);
      }
    }),
  );
});

test("what-if marks: they are apart, in order, and none is empty", () => {
  fc.assert(
    fc.property(bands, bands, (actual, hypothetical) => {
      const edges = differingStretches(actual, hypothetical, [0, 70]).flat();
      expect(edges).toEqual([...new Set(edges)].toSorted((one, other) => one - other));
    }),
  );
});

test("what-if marks: a history does not differ from itself, nor a tier from another on the same rung", () => {
  const actual = [band(0, "nominal"), band(10, "cpu")];
  expect(differingStretches(actual, actual, [0, 20])).toEqual([]);
  const larger = [band(0, "nominal", "LOCAL_GPU_HIGH"), band(10, "cpu", "LOCAL_GPU_HIGH")];
  expect(differingStretches(actual, larger, [0, 20])).toEqual([]);
});

test("what-if marks: close ones are joined for the eye; the length counts each", () => {
  const stretches: Span[] = [
    [0, 10],
    [12, 20],
    [40, 50],
  ];
  expect(joinedStretches(stretches, 3)).toEqual([
    [0, 20],
    [40, 50],
  ]);
  expect(joinedStretches(stretches, 0)).toEqual(stretches);
  expect(lengthOf(stretches)).toBe(28);
});

test("what-if span: whatever is done to it, it stays within the whole", () => {
  const whole: Span = [1_000_000, 9_000_000];
  const moment = fc.integer({ min: 0, max: 10_000_000 });
  const step = fc.oneof(
    fc.record({ factor: fc.double({ min: 0.1, max: 4, noNaN: true }), around: moment }),
    fc.record({ share: fc.double({ min: -2, max: 2, noNaN: true }) }),
    fc.record({ at: moment }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let span = whole;
      for (const each of steps) {
        if ("factor" in each) span = zoomed(span, whole, each.factor, each.around);
        else if ("share" in each) span = moved(span, whole, each.share);
        else span = spanAround(each.at, [[2_000_000, 2_100_000]], whole);
        expect(span[0]).toBeGreaterThanOrEqual(whole[0]);
        expect(span[1]).toBeLessThanOrEqual(whole[1]);
        expect(span[1] - span[0]).toBeGreaterThanOrEqual(10_000);
      }
    }),
  );
});

test("what-if span: a difference is shown with what was around it, and its neighbours are found", () => {
  const stretches: Span[] = [
    [100_000, 200_000],
    [500_000, 510_000],
  ];
  const whole: Span = [0, 1_000_000];
  const first = spanAround(150_000, stretches, whole);
  expect(first).toEqual([40_000, 260_000]);
  expect(neighbour(stretches, first, "behind")).toEqual([500_000, 510_000]);
  expect(neighbour(stretches, first, "before")).toBeNull();
  expect(neighbour(stretches, [900_000, 1_000_000], "before")).toEqual([500_000, 510_000]);
});

test("what-if span: at first all is shown, but differences too small to be seen in it by themselves", () => {
  const whole: Span = [0, 100_000_000];
  expect(firstSpan([], whole)).toEqual(whole);
  expect(firstSpan([[10_000_000, 20_000_000]], whole)).toEqual(whole);
  const few: Span[] = [
    [50_000_000, 50_100_000],
    [50_500_000, 51_000_000],
  ];
  expect(firstSpan(few, whole)).toEqual([49_400_000, 51_600_000]);
});

test("what-if scale: few moments, at round times of the clock", () => {
  expect(ticksOf([0, 3_600_000], 4)).toEqual([0, 900_000, 1_800_000, 2_700_000, 3_600_000]);
  expect(ticksOf([10, 70_000], 3)).toEqual([30_000, 60_000]);
  expect(ticksOf([0, 172_800_000], 2, 3_600_000)).toEqual([82_800_000, 169_200_000]);
});
