/** The plain functions behind the page's replay. */
import { expect, test } from "vitest";
import type { Band } from "../src/replay/bands.ts";
import {
  advanced,
  bandAt,
  clamped,
  GOOD_FOR_MS,
  indexAt,
  joined,
  momentOf,
  nearestSeq,
  PLACES,
  placeOf,
  type Span,
  valueAt,
  windowFor,
  zoomOf,
} from "../web/src/replay-time.ts";

const MINUTE = 60_000;
const LOG: Span = [1_000_000, 1_000_000 + 600 * MINUTE];

test("replay slider: the ends are the ends, and a place is its moment again", () => {
  expect([placeOf(LOG[0], LOG), placeOf(LOG[1], LOG)]).toEqual([0, PLACES]);
  expect([momentOf(0, LOG), momentOf(PLACES, LOG)]).toEqual(LOG);
  for (const place of [0, 1, 2, 777, PLACES - 1, PLACES])
    expect(placeOf(momentOf(place, LOG), LOG)).toBe(place);
});

test("replay slider: outside the log is its nearer end, and a log of one moment has one place", () => {
  expect([placeOf(0, LOG), placeOf(LOG[1] + 1, LOG)]).toEqual([0, PLACES]);
  expect([momentOf(-5, LOG), momentOf(PLACES + 5, LOG)]).toEqual(LOG);
  expect([placeOf(7, [7, 7]), momentOf(PLACES, [7, 7])]).toEqual([PLACES, 7]);
  expect([clamped(1, [2, 3]), clamped(9, [2, 3]), clamped(5, [7, 6])]).toEqual([2, 3, 7]);
});

test("replay window: it stands around the moment and keeps within the log", () => {
  const middle = LOG[0] + 300 * MINUTE;
  expect(windowFor(middle, "10m", LOG, null)).toEqual([middle - 5 * MINUTE, middle + 5 * MINUTE]);
  expect(windowFor(LOG[0], "1h", LOG, null)).toEqual([LOG[0], LOG[0] + 60 * MINUTE]);
  expect(windowFor(LOG[1], "1h", LOG, null)).toEqual([LOG[1] - 60 * MINUTE, LOG[1]]);
  expect(windowFor(middle, "all", LOG, null)).toEqual(LOG);
  expect(windowFor(middle, "6h", [LOG[0], LOG[0] + MINUTE], null)).toEqual([
    LOG[0],
    LOG[0] + MINUTE,
  ]);
});

test("replay window: it stands still until the moment nears its edge", () => {
  const middle = LOG[0] + 300 * MINUTE;
  const before = windowFor(middle, "1h", LOG, null);
  expect(windowFor(middle + 20 * MINUTE, "1h", LOG, before)).toBe(before);
  expect(windowFor(middle + 22 * MINUTE, "1h", LOG, before)).toBe(before);
  const after = windowFor(middle + 28 * MINUTE, "1h", LOG, before);
  expect(after).toEqual([middle - 2 * MINUTE, middle + 58 * MINUTE]);
  expect(windowFor(middle, "10m", LOG, before)).not.toBe(before);
});

test("replay window: at an end of the log the moment may go to the very edge", () => {
  const first = windowFor(LOG[0], "1h", LOG, null);
  expect(windowFor(LOG[0] + MINUTE, "1h", LOG, first)).toBe(first);
  const last = windowFor(LOG[1], "1h", LOG, null);
  expect(windowFor(LOG[1] - MINUTE, "1h", LOG, last)).toBe(last);
});

function band(at: number, profile = "LOCAL_GPU_MID.nominal"): Band {
  return { at, seq: null, profile, rung: null, code: null };
}

test("replay playing: time goes on by the speed, to the end of the log and not beyond", () => {
  const bands = [band(LOG[0])];
  const at = LOG[0] + MINUTE;
  expect(advanced(at, { elapsed: 250, speed: 1 }, bands, LOG)).toBe(at + 250);
  expect(advanced(at, { elapsed: 250, speed: 600 }, bands, LOG)).toBe(at + 150_000);
  expect(advanced(LOG[1] - 10, { elapsed: 250, speed: 60 }, bands, LOG)).toBe(LOG[1]);
});

test("replay playing: what nobody watched is passed over, also where it is the end", () => {
  const stop = LOG[0] + 10 * MINUTE;
  const start = LOG[0] + 500 * MINUTE;
  const bands = [band(LOG[0]), band(stop, "stopped"), band(start)];
  const move = { elapsed: 1000, speed: 1 } as const;
  expect(advanced(stop - 2000, move, bands, LOG)).toBe(stop - 1000);
  expect(advanced(stop - 500, move, bands, LOG)).toBe(start);
  expect(advanced(start, move, bands, LOG)).toBe(start + 1000);
  expect(advanced(stop, move, bands.slice(0, 2), LOG)).toBe(LOG[1]);
});

test("replay: the band of a moment is the last that began", () => {
  const bands = [band(10), band(20, "stopped")];
  expect([9, 10, 19, 20].map((at) => bandAt(bands, at)?.at ?? null)).toEqual([null, 10, 10, 20]);
});

test("replay: the place of a moment among times is the last at or before it", () => {
  expect([5, 10, 15, 30, 99].map((at) => indexAt([10, 20, 30], at))).toEqual([-1, 0, 0, 2, 2]);
  expect(indexAt([], 5)).toBe(-1);
});

test("replay curves: a value is good for a while, then it is unknown", () => {
  const curve = { at: [0, 1000, 2000], values: [7, null, null] };
  expect(valueAt(curve, 2500)).toBe(7);
  expect(valueAt({ at: [0, GOOD_FOR_MS + 1], values: [7, null] }, GOOD_FOR_MS + 2)).toBe(null);
  expect(valueAt({ at: [0, 10 * GOOD_FOR_MS], values: [7, 8] }, 9 * GOOD_FOR_MS)).toBe(7);
  expect(valueAt(curve, -1)).toBe(null);
});

test("replay curves: a line goes on over a short hole and breaks at a long one", () => {
  const at = [0, 1000, 2000, 3000, 3000 + GOOD_FOR_MS, 4000 + GOOD_FOR_MS];
  expect(joined(at, [1, null, null, 2, null, 3])).toEqual([1, undefined, undefined, 2, null, 3]);
  expect(joined([0, 1000], [null, null])).toEqual([null, null]);
});

test("replay: a moment that the log no longer has leads to the nearest that it has", () => {
  const log = { first_seq: 100, last_seq: 900 };
  expect(["1", "100", "500", "901"].map((at) => nearestSeq(at, log))).toEqual([100, 100, 500, 900]);
  expect([nearestSeq("nonsense", log), nearestSeq(null, log)]).toEqual([900, 900]);
  expect(nearestSeq("5", { first_seq: null, last_seq: null })).toBe(null);
});

test("replay: an unknown zoom is an hour", () => {
  expect([zoomOf("6h"), zoomOf("2w"), zoomOf(null)]).toEqual(["6h", "1h", "1h"]);
});
