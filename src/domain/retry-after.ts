/**
 * When a server said to ask again: `retry-after-ms`, `Retry-After` (seconds or a date), or a sentence such
 * as "Please try again in 1m6.5s".
 */

/** What was said, and when. */
export interface RetrySaid {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** ms since 1970. */
  readonly at: number;
}

/** A week: the longest window of a quota that providers speak of. */
const MAX_MS = 604_800_000;
const AGAIN = /(?:try again|retry|retry after) in ((?:\d+(?:\.\d+)?\s*[a-z]+[ ,]*){1,5})/i;
const PART =
  /(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)(?![a-z])/gi;
const HTTP_DATE = /(\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT/i;
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
/** From the first of March of the year 0. */
const DAYS_TO_1970 = 719_468;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** After how many ms it is worth asking again; `null` = nothing was said. */
export function retryAfterMsOf({ headers, text, at }: RetrySaid): number | null {
  return (
    bounded(numberIn(headers["retry-after-ms"])) ??
    bounded(secondsOrDate(headers["retry-after"], at)) ??
    bounded(sentence(text))
  );
}

function secondsOrDate(value: string | undefined, at: number): number | null {
  const seconds = numberIn(value);
  if (seconds !== null) return seconds * 1000;
  const date = value === undefined ? null : dateMs(value);
  return date === null ? null : Math.max(0, date - at);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` in ms since 1970 (RFC 9110 §5.6.7); computed, for the ground has no clock. */
function dateMs(text: string): number | null {
  const found = HTTP_DATE.exec(text);
  if (found === null) return null;
  const [, day, name, year, hour, minute, second] = found;
  const month = MONTHS.indexOf(name?.toLowerCase() ?? "");
  if (month === -1) return null;
  // Years begin with March here, so that the leap day is the last one (Hinnant, days_from_civil).
  const years = Number(year) - (month < 2 ? 1 : 0);
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + Number(day) - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const days = years * 365 + leapDays + dayOfYear - DAYS_TO_1970;
  return ((days * 24 + Number(hour)) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
}

function sentence(text: string): number | null {
  const told = AGAIN.exec(text)?.[1];
  if (told === undefined) return null;
  const parts = [...told.matchAll(PART)];
  if (parts.length === 0) return null;
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * unitOf(unit ?? ""), 0);
}

function unitOf(name: string): number {
  const unit = name.toLowerCase();
  return UNITS[unit.startsWith("ms") || unit.startsWith("milli") ? "ms" : unit.charAt(0)] ?? 0;
}

function numberIn(value: string | undefined): number | null {
  if (value === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(value)) return null;
  return Number(value);
}

function bounded(ms: number | null): number | null {
  return ms === null || !Number.isFinite(ms) ? null : Math.min(MAX_MS, Math.ceil(ms));
}
