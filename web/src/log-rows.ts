/**
 * The loading of log rows: the first page, older ones on request, newer ones when the line tells of them.
 *
 * One question at a time for each of the three; what belongs to an earlier filter is dropped.
 */
import type { Language } from "../../src/domain/configuration.ts";
import { ask, type EventPage, type ExplainedEntry, messageOf, type Query } from "./api.ts";
import {
  isThin,
  NO_ROWS,
  newestSeq,
  PAGE,
  QUESTIONS_MAX,
  ROWS_MAX,
  type Rows,
  withNewer,
  withOlder,
  withWaiting,
} from "./log-pages.ts";

export interface Listing {
  readonly rows: Rows;
  /** True while a first or an older page is on its way. */
  readonly isLoading: boolean;
  /** Why the last question failed, in the words of the service. */
  readonly problem: string | null;
}

export const NOTHING_YET: Listing = { rows: NO_ROWS, isLoading: true, problem: null };

export interface LogRows {
  older(): Promise<void>;
  /** `isAtOnce`: shown on top, else they wait. */
  newer(isAtOnce: () => boolean): Promise<void>;
  showWaiting(): void;
  reload(): Promise<void>;
  close(): void;
}

export interface RowsWish {
  readonly question: Query;
  readonly language: Language;
  /** How many rows there were before, as when only the language changes. */
  readonly count: number;
}

/** Begins to load; tells `put` of every change until it is closed. */
export function createRows(wish: RowsWish, put: (listing: Listing) => void): LogRows {
  const ending = new AbortController();
  let listing = NOTHING_YET;
  let isAskingNewer = false;
  const change = (part: Partial<Listing>): void => {
    if (ending.signal.aborted) return;
    listing = { ...listing, ...part };
    put(listing);
  };
  const page = (query: Query) =>
    ask<EventPage>(
      "events",
      { ...wish.question, explain: true, lang: wish.language, ...query },
      ending.signal,
    );

  const load = async (before: number | null, limit: number): Promise<void> => {
    change({ isLoading: true, problem: null });
    let found = 0;
    let cursor = before;
    try {
      for (let questions = 1; ; questions += 1) {
        const got = await page({ order: "desc", before: cursor, limit });
        found += got.events.length;
        cursor = got.next;
        change({ rows: withOlder(listing.rows, got) });
        if (!isThin(found, got, questions)) break;
      }
      change({ isLoading: false });
    } catch (error) {
      change({ isLoading: false, problem: messageOf(error) });
    }
  };

  const reload = (): Promise<void> => {
    listing = NOTHING_YET;
    return load(null, Math.min(ROWS_MAX, Math.max(PAGE, wish.count)));
  };

  const askNewer = async (known: number): Promise<readonly ExplainedEntry[]> => {
    const found: ExplainedEntry[] = [];
    let after: number | null = known;
    for (let questions = 0; after !== null && questions < QUESTIONS_MAX; questions += 1) {
      const got: EventPage = await page({ order: "asc", after, limit: 200 });
      found.push(...got.events);
      after = got.next;
    }
    return found;
  };

  void reload();
  return {
    reload,
    async older() {
      if (listing.isLoading || listing.rows.next === null) return;
      await load(listing.rows.next, PAGE);
    },
    async newer(isAtOnce) {
      if (listing.isLoading || isAskingNewer) return;
      const known = newestSeq(listing.rows);
      if (known === null) return reload();
      isAskingNewer = true;
      try {
        const found = await askNewer(known);
        if (found.length > 0) change({ rows: withNewer(listing.rows, found, isAtOnce()) });
      } catch {
        // The rows stay as they are; the line says by itself when the service is gone.
      } finally {
        isAskingNewer = false;
      }
    },
    showWaiting: () => change({ rows: withWaiting(listing.rows) }),
    close: () => ending.abort(),
  };
}
