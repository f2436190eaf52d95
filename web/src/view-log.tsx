/** Log: every step down and up with its reason, newest first, and what the service remembers of each. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LogView as LogExtent } from "../../src/replay/views.ts";
import { goTo, hashOf, useAddress } from "./address.ts";
import { ask } from "./api.ts";
import { useAsked } from "./asked.ts";
import { clockTime, count, fullTime } from "./format.ts";
import {
  addressQueryOf,
  filterOf,
  isNarrow,
  type LogFilter,
  NO_FILTER,
  questionOf,
} from "./log-filter.ts";
import { LogFilters } from "./log-filters.tsx";
import { newestSeq, ROWS_MAX } from "./log-pages.ts";
import { LogRow } from "./log-row.tsx";
import { createRows, type Listing, type LogRows, NOTHING_YET } from "./log-rows.ts";
import { usePresent } from "./present.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  loading: { zh: "正在读取日志…", en: "Reading the log…" },
  list: { zh: "日志，最新的在前", en: "The log, newest first" },
  step: { zh: "次变化，始于", en: "step since" },
  steps: { zh: "次变化，始于", en: "steps since" },
  none: {
    zh: "还没有任何变化。运行方式一旦改变，就会连同原因出现在这里。",
    en: "No step yet. As soon as the way of running changes, it stands here with its reason.",
  },
  noMatch: { zh: "没有符合筛选条件的记录：", en: "Nothing in the log matches: " },
  clear: { zh: "清除全部筛选", en: "Clear all filters" },
  older: { zh: "加载更早的", en: "Load older" },
  searchOn: { zh: "继续往前找", en: "Search further back" },
  searched: { zh: "已往前找到序号 #", en: "Searched back to #" },
  start: { zh: "日志从这里开始。", en: "The log begins here." },
  full: { zh: "从这里往前看", en: "Go on from here" },
  fullNote: { zh: "这里最多显示", en: "Rows shown at most here:" },
  again: { zh: "再试一次", en: "Try again" },
  fresh: { zh: "条新记录，显示", en: "new, show" },
} as const satisfies Record<string, Both>;

/** Entries come in bursts: a step is several. */
const NEWS_MS = 400;

/** Scrolled no further than this, a person is at the top; in px. */
const TOP_PX = 120;

export function LogView() {
  const say = useSay();
  const { query } = useAddress();
  const filter = filterOf(query);
  const [open, setOpen] = useState<number | null>(null);
  const place = useRef<HTMLOListElement>(null);
  const isReading = () =>
    scrollY > TOP_PX || open !== null || place.current?.contains(document.activeElement) === true;
  const { listing, loader } = useListing(filter, () => !isNarrow(filter) && !isReading());
  const { rows, isLoading, problem } = listing;
  const change = (wanted: LogFilter) => goTo(hashOf("log", addressQueryOf(wanted)));
  const show = () => {
    loader.current?.showWaiting();
    scrollTo({ top: 0 });
    // The rows are drawn after this; the first one is then where reading goes on.
    requestAnimationFrame(() => place.current?.querySelector("button")?.focus());
  };
  return (
    <section class="log">
      <Extent newest={newestSeq(rows)} />
      <LogFilters filter={filter} change={change} />
      <div class="fresh" role="status">
        {rows.waiting.length > 0 && (
          <button type="button" class="primary" onClick={show}>
            {rows.waiting.length} {say(WORDS.fresh)}
          </button>
        )}
      </div>
      {rows.shown.length > 0 && (
        <ol class="rows" ref={place} aria-label={say(WORDS.list)} aria-busy={isLoading}>
          {rows.shown.map((entry) => (
            <LogRow
              key={entry.seq}
              entry={entry}
              isOpen={open === entry.seq}
              toggle={(seq) => setOpen(open === seq ? null : seq)}
            />
          ))}
        </ol>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}{" "}
          <button type="button" onClick={() => void loader.current?.reload()}>
            {say(WORDS.again)}
          </button>
        </p>
      )}
      {problem === null && (
        <Foot listing={listing} filter={filter} change={change} loader={loader} />
      )}
    </section>
  );
}

/** The rows of a filter; they begin anew with another filter or language. */
function useListing(filter: LogFilter, mayMove: () => boolean) {
  const { language } = useSettings();
  const { news, connection, status } = usePresent();
  const [listing, setListing] = useState<Listing>(NOTHING_YET);
  const loader = useRef<LogRows | null>(null);
  const latest = useRef({ mayMove, seq: status?.seq ?? null, listing });
  latest.current = { mayMove, seq: status?.seq ?? null, listing };
  const key = JSON.stringify(filter);
  const filtered = useRef(key);
  useEffect(() => {
    const count = filtered.current === key ? latest.current.listing.rows.shown.length : 0;
    filtered.current = key;
    const made = createRows({ question: questionOf(filter), language, count }, setListing);
    loader.current = made;
    return () => made.close();
  }, [key, language]);
  const timer = useRef<number | null>(null);
  useEffect(() => {
    if (timer.current !== null || news === 0) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      const { seq, listing: now } = latest.current;
      // Numbers that went back are those of another log.
      if (seq !== null && seq < (newestSeq(now.rows) ?? 0)) void loader.current?.reload();
      else void loader.current?.newer(() => latest.current.mayMove());
    }, NEWS_MS);
  }, [news, connection]);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return useMemo(() => ({ listing, loader }), [listing]);
}

/** How much there is and since when. */
function Extent({ newest }: { readonly newest: number | null }) {
  const say = useSay();
  const { language } = useSettings();
  const { answer } = useAsked((signal) => ask<LogExtent>("log", {}, signal), [newest]);
  if (answer?.first_at == null) return null;
  return (
    <p class="quiet extent">
      {count(answer.transitions, language)}{" "}
      {say(answer.transitions === 1 ? WORDS.step : WORDS.steps)}{" "}
      {fullTime(answer.first_at, language)}
    </p>
  );
}

interface FootProps {
  readonly listing: Listing;
  readonly filter: LogFilter;
  readonly change: (filter: LogFilter) => void;
  readonly loader: { readonly current: LogRows | null };
}

/** What comes after the last row: more, the beginning, or why there is none. */
function Foot({ listing: { rows, isLoading }, filter, change, loader }: FootProps) {
  const say = useSay();
  const { language } = useSettings();
  const last = rows.shown.at(-1);
  if (isLoading) return <p class="empty small">{say(WORDS.loading)}</p>;
  if (rows.next !== null) {
    const isFull = rows.shown.length >= ROWS_MAX && last !== undefined;
    return (
      <p class="foot">
        {last === undefined && (
          <span class="quiet">
            {say(WORDS.searched)}
            {rows.next}
          </span>
        )}
        {isFull ? (
          <>
            <span class="quiet">
              {say(WORDS.fullNote)} {count(ROWS_MAX, language)}
            </span>
            <button
              type="button"
              onClick={() => change({ ...filter, until: new Date(last.at).toISOString() })}
            >
              {say(WORDS.full)}
            </button>
          </>
        ) : (
          <button type="button" onClick={() => void loader.current?.older()}>
            {say(last === undefined ? WORDS.searchOn : WORDS.older)}
          </button>
        )}
      </p>
    );
  }
  if (last !== undefined) return <p class="empty small">{say(WORDS.start)}</p>;
  if (!isNarrow(filter)) return <p class="empty">{say(WORDS.none)}</p>;
  return (
    <p class="empty">
      {say(WORDS.noMatch)}
      <FilterText filter={filter} />{" "}
      <button type="button" onClick={() => change({ ...NO_FILTER, all: filter.all })}>
        {say(WORDS.clear)}
      </button>
    </p>
  );
}

/** Which filter, as the address has it. */
function FilterText({ filter }: { readonly filter: LogFilter }) {
  const { language } = useSettings();
  const timed = (moment: string) =>
    moment.startsWith("-") ? moment : clockTime(Date.parse(moment), language, Date.now());
  const { code, tier, rung, since, until } = filter;
  const parts: string[] = [...code, ...tier, ...rung];
  if (since !== null) parts.push(`≥ ${timed(since)}`);
  if (until !== null) parts.push(`≤ ${timed(until)}`);
  return <code>{parts.join(", ")}</code>;
}
