/**
 * Where two histories of rungs are on different rungs, and which part of them is shown.
 *
 * Both are lists of bands over the same time; a band lasts until the next one begins. Only the rung
 * counts: on another host the tier differs from beginning to end, which says nothing about a moment.
 */
import type { Band } from "../../src/replay/bands.ts";

/** From and until, in ms. */
export type Span = readonly [number, number];

type Bands = readonly Pick<Band, "at" | "profile" | "rung">[];

/** Differences within less than this share of the whole are too small to be seen in it. */
const SMALL_SHARE = 0.05;

/** Shortest time that can be shown, in ms. */
const SPAN_MIN_MS = 10_000;

/** How much is shown around a difference, as a share of its length, and at least so many ms. */
const MARGIN_SHARE = 0.6;
const MARGIN_MIN_MS = 60_000;

/** Stretches within `span` in which the two are on different rungs; before its first band a side is nowhere. */
export function differingStretches(actual: Bands, hypothetical: Bands, [since, until]: Span) {
  const stretches: [number, number][] = [];
  const sides = [actual, hypothetical].map((bands) => ({ bands, next: 0 }));
  let at = since;
  while (at < until) {
    for (const side of sides)
      while ((side.bands[side.next]?.at ?? Number.POSITIVE_INFINITY) <= at) side.next += 1;
    const changes = sides.map(({ bands, next }) => bands[next]?.at ?? until);
    const end = Math.min(until, ...changes);
    const [one, other] = sides.map(({ bands, next }) => placeOf(bands[next - 1]));
    const last = stretches.at(-1);
    if (one !== other) {
      if (last?.[1] === at) last[1] = end;
      else stretches.push([at, end]);
    }
    at = end;
  }
  return stretches as readonly Span[];
}

/** Stretches closer together than `gapMs` taken for one, so that a drawing shows them apart. */
export function joinedStretches(stretches: readonly Span[], gapMs: number): readonly Span[] {
  const joined: [number, number][] = [];
  for (const [from, to] of stretches) {
    const last = joined.at(-1);
    if (last !== undefined && from - last[1] < gapMs) last[1] = to;
    else joined.push([from, to]);
  }
  return joined;
}

/** How long stretches last together, in ms. */
export function lengthOf(stretches: readonly Span[]): number {
  return stretches.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The part of a stretch that is shown; `null` = none of it. */
export function shownPart([from, to]: Span, [since, until]: Span): Span | null {
  const part: Span = [Math.max(from, since), Math.min(to, until)];
  return part[1] <= part[0] ? null : part;
}

/** Closer (`factor` below 1) or farther, around a moment, never beyond the whole. */
export function zoomed(span: Span, whole: Span, factor: number, around?: number): Span {
  const [since, until] = span;
  const centre = around ?? (since + until) / 2;
  const length = Math.max(SPAN_MIN_MS, (until - since) * factor);
  return within([centre - length / 2, centre + length / 2], whole);
}

/** Earlier or later by a share of what is shown. */
export function moved([since, until]: Span, whole: Span, share: number): Span {
  const by = (until - since) * share;
  return within([since + by, until + by], whole);
}

/** What to show of a difference: the stretch that has it, with what was around it. */
export function spanAround(at: number, stretches: readonly Span[], whole: Span): Span {
  const found = stretches.find(([from, to]) => from <= at && at <= to) ?? [at, at];
  const margin = Math.max(MARGIN_MIN_MS, (found[1] - found[0]) * MARGIN_SHARE);
  return within([found[0] - margin, found[1] + margin], whole);
}

/**
 * What is shown at first: all of it, but the part with the differences where that is a small part. A log
 * may hold half a year in which nobody watched, and the differences would be a line as thin as a hair.
 */
export function firstSpan(stretches: readonly Span[], whole: Span): Span {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return whole;
  const extent: Span = [first[0], last[1]];
  const isSmall = extent[1] - extent[0] < (whole[1] - whole[0]) * SMALL_SHARE;
  return isSmall ? spanAround(extent[0], [extent], whole) : whole;
}

/** The next stretch behind what is shown, or before it. */
export function neighbour(
  stretches: readonly Span[],
  [since, until]: Span,
  direction: "before" | "behind",
): Span | null {
  const centre = (since + until) / 2;
  const others = stretches.filter((each) => shownPart(each, [centre, centre + 1]) === null);
  return direction === "behind"
    ? (others.find(([from]) => from > centre) ?? null)
    : (others.findLast(([, to]) => to <= centre) ?? null);
}

/** Moments for a scale of time: at most `most`, at round times of the clock of `offsetMs` from UTC. */
export function ticksOf([since, until]: Span, most: number, offsetMs = 0): readonly number[] {
  const step = STEPS_MS.find((each) => (until - since) / each <= most) ?? (until - since) / most;
  const ticks: number[] = [];
  const first = Math.ceil((since + offsetMs) / step) * step - offsetMs;
  for (let at = first; at <= until && ticks.length <= most; at += step) ticks.push(at);
  return ticks;
}

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 7, 14, 30, 60, 120, 365].map((each) => each * DAY),
];

function placeOf(band: Bands[number] | undefined): string {
  return band === undefined ? "" : (band.rung ?? band.profile);
}

/** Moved into the whole, and cut where it is longer. */
function within([since, until]: Span, [first, last]: Span): Span {
  const length = Math.min(until - since, last - first);
  const start = Math.min(Math.max(first, since), last - length);
  return [Math.round(start), Math.round(start + length)];
}
