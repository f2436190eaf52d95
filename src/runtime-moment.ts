/**
 * Moments of the past as people write them, and the snapshot that belongs to one.
 *
 * Three ways to say when: the number of an entry, a time, or how long before the end of the log. The
 * end of the log counts, not the clock on the wall: a log from another computer, or of last week, is
 * asked in the same way.
 */
import type { Language } from "./domain/configuration.ts";
import { RuntimeProfileError } from "./domain/error.ts";
import { openLog } from "./log/sqlite-log.ts";
import type { LogStore } from "./log/store.ts";
import { type Moment, momentSteps } from "./replay/moment.ts";
import { type Frame, snapshotIn } from "./replay/projection.ts";
import type { SnapshotView } from "./replay/views.ts";
import { inSlices } from "./runtime-slices.ts";
import { machineHashOf } from "./runtime-start.ts";

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
/** A date, or a date with a time; without an offset it is local time, as people mean it. */
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+ -]\d{2}:?\d{2})?)?$/;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Longest text that an error repeats, in characters. */
const SAID_MAX = 40;

/**
 * The number of the last entry at this moment: a `seq`, an ISO 8601 time, or a duration such as `-10m`
 * before the end of the log. Throws RP_REQUEST for anything else, RP_NOT_FOUND outside the log.
 */
export function seqOfMoment(
  log: Pick<LogStore, "head" | "read" | "seqAt" | "start">,
  text: string,
): number {
  const head = log.head();
  if (head === null) throw outside(`The log is empty; there is no moment ${said(text)} in it.`);
  if (WHOLE.test(text)) return numberIn(log, Number(text), head.seq);
  const at = timeOf(text, head.at);
  if (at === null) {
    throw new RuntimeProfileError(
      "RP_REQUEST",
      `Expected a seq, an ISO 8601 time or a duration such as -10m (ms, s, m, h, d), got ${said(text)}.`,
      { path: "at" },
    );
  }
  if (at > head.at) {
    throw outside(
      `Expected a moment of the past, got ${said(text)}; the log ends at ${isoOf(head.at)}.`,
    );
  }
  const seq = log.seqAt(at);
  if (seq === null) {
    const [first] = log.read({ limit: 1 });
    throw outside(
      `Expected a moment within the log, got ${said(text)}; the log begins at ${isoOf(first?.at ?? head.at)}.`,
    );
  }
  return seq;
}

/** The snapshot as it was answered then; `inexact` says where that is not to the bit. */
function snapshotAt(moment: Moment, frame: Frame): SnapshotView {
  const view = snapshotIn(moment.state, { ...frame, seq: moment.seq });
  return moment.inexact.length === 0 ? view : { ...view, inexact: moment.inexact };
}

/** Who asks for a moment, and when to stop looking. */
export interface MomentRequest {
  /** A `seq`, a time, or a duration before the end of the log. */
  readonly moment: string;
  readonly language: Language;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The snapshot at a moment as a person writes it, from a frozen view of the log of a folder and in
 * slices: behind an update the way to it may be long. Throws as `seqOfMoment`.
 */
export async function snapshotOn(folder: string, request: MomentRequest): Promise<SnapshotView> {
  const { log } = openLog({ folder, mode: "frozen" });
  try {
    const seq = seqOfMoment(log, request.moment);
    const { language, signal } = request;
    const moment = await inSlices(momentSteps(log, machineHashOf(), seq), { signal });
    const frame: Frame = { language, seq, isRunning: false, droppedBeats: 0, timeOf: isoOf };
    return snapshotAt(moment, frame);
  } finally {
    log.close();
  }
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

/**
 * The time (ms) that a text names: ISO 8601, or a duration before `end` such as `-10m`; `null` when it
 * is neither.
 */
export function timeOf(text: string, end: number): number | null {
  const duration = DURATION.exec(text);
  if (duration !== null)
    return Math.round(end - Number(duration[1]) * (UNIT_MS[duration[2] as string] ?? 0));
  // In an address a plus is a blank, and an offset begins with a plus.
  const iso = text.replace(/ (\d{2}:?\d{2})$/, (blank, offset, place) =>
    place > "2026-01-01".length ? `+${offset}` : blank,
  );
  if (!TIME.test(text) || !isDay(text)) return null;
  // A bare date would be taken as UTC, and one with a time as local.
  const at = Date.parse(DATE.test(iso) ? `${iso}T00:00` : iso);
  return Number.isNaN(at) ? null : at;
}

/** The 30th of February would be read as the 2nd of March. */
function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(year, month, 0).getDate();
}

function outside(message: string): RuntimeProfileError {
  return new RuntimeProfileError("RP_NOT_FOUND", message, { path: "at" });
}

/** A text as an error repeats it. */
export function said(text: string): string {
  return JSON.stringify(text.slice(0, SAID_MAX));
}
