/**
 * Time in the replay as plain functions: the slider, the window around a moment, the way of playing.
 *
 * The slider has so many places, whatever the length of the log; a place is exact enough to find
 * something, and the curves, steps and readings lead from there to the very moment.
 */
import type { Band } from "../../src/replay/bands.ts";

/** First and last moment, in ms. */
export type Span = readonly [number, number];

/** Places of the slider. */
export const PLACES = 2000;

export const SPEEDS = [1, 10, 60, 600] as const;
export type Speed = (typeof SPEEDS)[number];

/** How much time the curves show around the moment, in ms; `all` = the whole log. */
export const ZOOMS = { "10m": 600_000, "1h": 3_600_000, "6h": 21_600_000, all: null } as const;
export type Zoom = keyof typeof ZOOMS;
export const ZOOM_NAMES = Object.keys(ZOOMS) as readonly Zoom[];

/** The moment may wander so far to the edge of its window before the window follows. */
const EDGE_SHARE = 0.12;

/** Times in which nobody watched are passed over when they are longer than so many ms. */
const PAUSE_MS = 2000;

/** The zoom that an address names. */
export function zoomOf(text: string | null): Zoom {
  return ZOOM_NAMES.find((zoom) => zoom === text) ?? "1h";
}

/** The place of a moment on the slider, 0..PLACES. */
export function placeOf(at: number, [first, last]: Span): number {
  if (last <= first) return PLACES;
  const share = (clamped(at, [first, last]) - first) / (last - first);
  return Math.round(share * PLACES);
}

/** The moment of a place. */
export function momentOf(place: number, [first, last]: Span): number {
  return Math.round(first + (clamped(place, [0, PLACES]) / PLACES) * (last - first));
}

/** The moment, or the nearest within the span. */
export function clamped(at: number, [first, last]: Span): number {
  return Math.min(Math.max(at, first), Math.max(first, last));
}

/**
 * The window of the curves. It stands still while the moment is well inside, so that the curves do not
 * swim and nothing is asked again with every second; then it jumps until the moment is in its middle.
 */
export function windowFor(at: number, zoom: Zoom, log: Span, before: Span | null): Span {
  const wide = ZOOMS[zoom];
  const [first, last] = log;
  if (wide === null || last - first <= wide) return log;
  if (before !== null && before[1] - before[0] === wide && isWellInside(at, before, log)) {
    return before;
  }
  const since = clamped(at - wide / 2, [first, last - wide]);
  return [Math.round(since), Math.round(since) + wide];
}

/** Near an end of the log there is nothing more to show on that side. */
function isWellInside(at: number, [since, until]: Span, [first, last]: Span): boolean {
  const edge = (until - since) * EDGE_SHARE;
  const from = since <= first ? since : since + edge;
  const to = until >= last ? until : until - edge;
  return at >= from && at <= to;
}

/**
 * Where playing has come to after `elapsed` ms of a person's time. What was not watched is passed over;
 * the end of the log is the end.
 */
export function advanced(
  at: number,
  move: { readonly elapsed: number; readonly speed: Speed },
  bands: readonly Band[],
  [, last]: Span,
): number {
  const wanted = at + move.elapsed * move.speed;
  for (const [index, { at: from, profile }] of bands.entries()) {
    const to = bands[index + 1]?.at ?? last;
    if (profile === "stopped" && to - from > PAUSE_MS && wanted > from && wanted < to) {
      return Math.min(to, last);
    }
  }
  return Math.min(wanted, last);
}

/** The band of a moment; `null` before the first. */
export function bandAt(bands: readonly Band[], at: number): Band | null {
  return bands.findLast((band) => band.at <= at) ?? null;
}

/** The place of the last value at or before a moment; -1 where there is none. */
export function indexAt(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A value is good for so long; no sensor may be silent for longer without being lost. In ms. */
export const GOOD_FOR_MS = 20_000;

/** The value of a moment: the last one, unless that is too old. */
export function valueAt(
  { at, values }: { readonly at: readonly number[]; readonly values: readonly (number | null)[] },
  moment: number,
): number | null {
  const own = indexAt(at, moment);
  for (let place = own; place >= 0; place -= 1) {
    // The place of the moment itself may stand for a long time; earlier ones are only good for a while.
    if (place < own && moment - (at[place] as number) > GOOD_FOR_MS) return null;
    const value = values[place] ?? null;
    if (value !== null) return value;
  }
  return null;
}

/**
 * The values with `undefined` in short holes between readings, where the line goes on, and `null` where
 * nothing was measured for long, where it breaks.
 */
export function joined(
  at: readonly number[],
  values: readonly (number | null)[],
): readonly (number | null | undefined)[] {
  const result: (number | null | undefined)[] = [...values];
  let last = -1;
  for (const [place, value] of values.entries()) {
    if (value === null) continue;
    if (last >= 0 && (at[place] as number) - (at[last] as number) <= GOOD_FOR_MS)
      result.fill(undefined, last + 1, place);
    last = place;
  }
  return result;
}

/** The nearest moment that the log still has, as the number of an entry; `null` for an empty log. */
export function nearestSeq(
  wanted: string | null,
  log: { readonly first_seq: number | null; readonly last_seq: number | null },
): number | null {
  if (log.first_seq === null || log.last_seq === null) return null;
  if (wanted === null || !/^\d+$/.test(wanted)) return log.last_seq;
  return clamped(Number(wanted), [log.first_seq, log.last_seq]);
}
