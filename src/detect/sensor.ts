/**
 * What every sensor is: something that is asked again and again how the host is doing.
 *
 * A sensor never rejects and has a limit of its own; a value that could not be had is `null` with a
 * code that says why. It keeps no history (that is sensing's business) and starts no timer (that is
 * the stream's). Rejected: throwing on failure, because a missing reading is an ordinary thing.
 */
import type { NoteCode } from "../domain/note.ts";
import { withinLimit } from "./probe.ts";

/** One look: the value, or why there is none. */
export interface Sample<T> {
  readonly value: T | null;
  /** Wall clock in ms since 1970 when it was measured; as a rule when the look began. */
  readonly source_at: number;
  readonly missing: NoteCode | null;
}

/** A source of samples. */
export interface Sensor<T> {
  readonly name: string;
  /** A read takes no longer than this. */
  readonly limit_ms: number;
  /** Never rejects; an abort ends it early as a `timeout`. */
  read(signal: AbortSignal): Promise<Sample<T>>;
  /** A look on the spot, shorter than a ms; `null` = it has to be waited for, by `read`. Never throws. */
  readonly readNow?: () => Sample<T> | null;
  /** Gives back what is kept open; absent where nothing is. */
  readonly close?: () => void;
}

/** A look's outcome; `source_at` where it was not measured when the look began. */
export type Look<T> =
  | { readonly value: T; readonly missing: null; readonly source_at?: number }
  | { readonly value: null; readonly missing: NoteCode; readonly source_at?: number };

/** How a sensor looks. */
export interface SensorWork<T> {
  readonly name: string;
  readonly limit_ms: number;
  readonly look: (signal: AbortSignal) => Promise<Look<T>>;
  /** The same look on the spot; `null` = it has to be waited for. */
  readonly lookNow?: (() => Look<T> | null) | undefined;
  /** Wall clock in ms. */
  readonly now?: (() => number) | undefined;
  readonly close?: (() => void) | undefined;
}

/** A sensor around a look: adds time, limit and the promise never to reject. */
export function sensorOf<T>({
  name,
  limit_ms,
  look,
  lookNow,
  now = Date.now,
  close,
}: SensorWork<T>): Sensor<T> {
  return {
    name,
    limit_ms,
    async read(signal) {
      const source_at = now();
      const work = (inner: AbortSignal): Promise<Look<T>> =>
        ownTurn()
          .then(() => (inner.aborted ? missing("timeout") : look(inner)))
          .catch(() => missing("failed"));
      const seen = await withinLimit({ limit_ms, signal, work });
      return { source_at, ...(seen ?? missing("timeout")) };
    },
    ...(lookNow === undefined ? {} : { readNow: () => sampleNow(lookNow, now()) }),
    ...(close === undefined ? {} : { close }),
  };
}

let lastTurn: Promise<void> = Promise.resolve();

/**
 * A turn of the event loop for each look: on a slow beat half a dozen begin in the same moment, and
 * together they would hold up the loop for two milliseconds.
 */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => void setImmediate(resolve)));
  return lastTurn;
}

/** A look that fails is left to `read`, which says so. */
function sampleNow<T>(lookNow: () => Look<T> | null, source_at: number): Sample<T> | null {
  try {
    const seen = lookNow();
    return seen === null ? null : { source_at, ...seen };
  } catch {
    return null;
  }
}

/** A look that saw something. */
export function seen<T>(value: T): Look<T> {
  return { value, missing: null };
}

/** A look that saw nothing, and why. */
export function missing(code: NoteCode): { readonly value: null; readonly missing: NoteCode } {
  return { value: null, missing: code };
}
