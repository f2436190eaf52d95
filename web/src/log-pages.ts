/**
 * The rows of the log view as a value: pages that were loaded, newest first, and steps that came in
 * meanwhile and wait for a person to look at them.
 *
 * Bounded: more rows than this nobody reads; who wants older ones looks from another time on.
 */
import type { EventPage, ExplainedEntry } from "./api.ts";

/** Entries of a page. */
export const PAGE = 50;

/** Most rows that are kept. */
export const ROWS_MAX = 1000;

/** Questions for one page of a search, which may come back empty before its end. */
export const QUESTIONS_MAX = 8;

export interface Rows {
  /** Newest first. */
  readonly shown: readonly ExplainedEntry[];
  /** Came in while the list was open, newest first. */
  readonly waiting: readonly ExplainedEntry[];
  /** The `before` of the next page; `null` = the beginning of the log is reached. */
  readonly next: number | null;
}

export const NO_ROWS: Rows = { shown: [], waiting: [], next: null };

/** The newest entry that is known, shown or waiting. */
export function newestSeq({ shown, waiting }: Rows): number | null {
  return waiting[0]?.seq ?? shown[0]?.seq ?? null;
}

/** An older page below what is shown. */
export function withOlder(rows: Rows, page: EventPage): Rows {
  const last = rows.shown.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  const older = page.events.filter(({ seq }) => seq < last);
  return { ...rows, shown: [...rows.shown, ...older].slice(0, ROWS_MAX), next: page.next };
}

/** Newer entries (oldest first, as the log tells them), shown at once or left waiting. */
export function withNewer(rows: Rows, newer: readonly ExplainedEntry[], isAtOnce: boolean): Rows {
  const known = newestSeq(rows) ?? 0;
  const fresh = newer.filter(({ seq }) => seq > known).toReversed();
  const waiting = [...fresh, ...rows.waiting];
  return isAtOnce ? withWaiting({ ...rows, waiting }) : { ...rows, waiting };
}

/** What waited is shown. Where that is too much, the oldest rows go, and may be loaded again. */
export function withWaiting({ shown, waiting, next }: Rows): Rows {
  const all = [...waiting, ...shown];
  const kept = all.slice(0, ROWS_MAX);
  const last = kept.at(-1);
  const isCut = all.length > kept.length && last !== undefined;
  return { shown: kept, waiting: [], next: isCut ? last.seq : next };
}

/** Whether a page needs another question: a search may answer with few entries, or none, early. */
export function isThin(found: number, page: EventPage, questions: number): boolean {
  return found < PAGE && page.next !== null && questions < QUESTIONS_MAX;
}
