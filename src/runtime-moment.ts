/**
 * Moments of the past as people write them, and the snapshot that belongs to one.
 *
 * Three ways to say when: the number of an entry, a time, or how long before the end of the log. The
 * end of the log counts, not the clock on the wall: a log from another computer, or of last week, is
 * asked in the same way.
 */
import type { Language } from "./domain/configuration.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import type { LogStore } from "./log/store.ts";
import { type Moment, stateAt } from "./replay/moment.ts";
import { type Frame, snapshotIn } from "./replay/projection.ts";
import type { SnapshotView } from "./replay/views.ts";

/** Units of a duration, in ms. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const DURATION = /^-(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
const WHOLE = /^\d{1,16}$/;
/** A date, or a date with a time; without an offset it is local time, as ISO 8601 says. */
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+ -]\d{2}:?\d{2})?)?$/;

/** Longest text that an error repeats, in characters. */
const SAID_MAX = 40;

/**
 * The number of the last entry at this moment: a `seq`, an ISO 8601 time, or a duration such as `-10m`
 * before the end of the log. Throws RP_REQUEST for anything else, RP_NOT_FOUND outside the log.
 */
export function seqOfMoment(log: Pick<LogStore, "head" | "seqAt" | "start">, text: string): number {
  const head = log.head();
  if (head === null) throw outside(`The log is empty; there is no moment ${said(text)} in it.`);
  if (WHOLE.test(text)) return numberIn(log, Number(text), head.seq);
  const at = timeOf(text, head.at);
  if (at > head.at) {
    throw outside(
      `Expected a moment of the past, got ${said(text)}; the log ends at ${isoOf(head.at)}.`,
    );
  }
  const seq = log.seqAt(at);
  if (seq === null) {
    throw outside(
      `Expected a moment within the log, got ${said(text)}; it begins later than that.`,
    );
  }
  return seq;
}

/** The snapshot as it was answered then; `inexact` says where that is not to the bit. */
export function snapshotAt(moment: Moment, frame: Frame): SnapshotView {
  const view = snapshotIn(moment.state, { ...frame, seq: moment.seq });
  return moment.inexact.length === 0 ? view : { ...view, inexact: moment.inexact };
}

/** The past of one log, asked in one language after another. */
export interface Past {
  readonly log: LogStore;
  readonly machineHash: string;
}

/** The snapshot at a moment as a person writes it. */
export function snapshotOfPast(past: Past, text: string, language: Language): SnapshotView {
  const seq = seqOfMoment(past.log, text);
  const frame: Frame = { language, seq, isRunning: false, droppedBeats: 0, timeOf: isoOf };
  return snapshotAt(stateAt(past.log, past.machineHash, seq), frame);
}

/** ISO 8601 of a moment in ms. */
export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

function numberIn(log: Pick<LogStore, "start">, seq: number, last: number): number {
  const first = (log.start().floor?.seq ?? 0) + 1;
  if (seq >= first && seq <= last) return seq;
  throw outside(`Expected the number of an entry from ${first} to ${last}, got ${seq}.`);
}

function timeOf(text: string, end: number): number {
  const duration = DURATION.exec(text);
  if (duration !== null)
    return Math.round(end - Number(duration[1]) * (UNIT_MS[duration[2] as string] ?? 0));
  // In an address a plus is a blank, and an offset begins with a plus.
  const iso = text.replace(/ (\d{2}:?\d{2})$/, (blank, offset, place) =>
    place > "2026-01-01".length ? `+${offset}` : blank,
  );
  const at = TIME.test(text) ? Date.parse(iso) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new RuntimeProfileError(
    "RP_REQUEST",
    `Expected a seq, an ISO 8601 time or a duration such as -10m (ms, s, m, h, d), got ${said(text)}.`,
    { path: "at" },
  );
}

function outside(message: string): RuntimeProfileError {
  return new RuntimeProfileError("RP_NOT_FOUND", message, { path: "at" });
}

function said(text: string): string {
  return JSON.stringify(text.slice(0, SAID_MAX));
}
