/**
 * A stretch of time as people write it: from `since` to `until`, both with their own millisecond.
 *
 * A whole number is milliseconds since 1970 here, never the number of an entry: a curve has times on its
 * axis. (For a single moment it is the number of an entry, see `runtime-moment.ts`.) Everything else
 * reads as there.
 */
import { RuntimeProfileError } from "./domain/error.ts";
import { said, timeOf } from "./runtime-moment.ts";

/** Milliseconds since 1970, an ISO 8601 time, or a duration before the end of the log such as `-10m`. */
export type TimeText = number | string;

/** Which stretch; what is absent is open. */
export interface TimeRange {
  readonly since?: TimeText | undefined;
  readonly until?: TimeText | undefined;
}

/** The same in ms; `null` = open. */
export interface Times {
  readonly since: number | null;
  readonly until: number | null;
}

/** Digits of a whole number of ms. */
const WHOLE = /^\d{1,16}$/;

/** The range in ms of a log that ends at `end`. Throws RP_REQUEST for no times, and for a range backwards. */
export function timesOf({ since, until }: TimeRange, end: number): Times {
  const times = {
    since: since === undefined ? null : msOf("since", since, end),
    until: until === undefined ? null : msOf("until", until, end),
  };
  if (times.since !== null && times.until !== null && times.since > times.until) {
    throw new RuntimeProfileError(
      "RP_REQUEST",
      `Expected since at or before until, got ${said(String(since))} after ${said(String(until))}; exchange them.`,
      { path: "since" },
    );
  }
  return times;
}

function msOf(name: keyof TimeRange, given: TimeText, end: number): number {
  const text = String(given);
  const at = WHOLE.test(text) ? Number(text) : timeOf(text, end);
  if (at !== null && Number.isSafeInteger(at)) return at;
  throw new RuntimeProfileError(
    "RP_REQUEST",
    `Expected in ${name} milliseconds since 1970, an ISO 8601 time or a duration such as -10m (ms, s, m, h, d), got ${said(text)}.`,
    { path: name },
  );
}
