/**
 * The present, kept up to date: one connection that tells every entry of the log, and the questions
 * that follow from what it tells.
 *
 * Every entry has a number. The page remembers the last one it has seen, so that after a broken line
 * the service goes on exactly behind it: nothing is missing and nothing comes twice. A tab that nobody
 * looks at lets go of its connection (a browser has few per site) and catches up when it is seen again.
 */
import type { Configuration, Language } from "../../src/domain/configuration.ts";
import type { ReadingInput } from "../../src/domain/input.ts";
import type { TransitionOutput } from "../../src/domain/output.ts";
import type { Entry } from "../../src/log/entry.ts";
import type { Band } from "../../src/replay/bands.ts";
import type { ExplainView, StatusView } from "../../src/replay/views.ts";
import { type Announced, announcedBy, newestAnnounced } from "./announced.ts";
import { addressFor, explain, history, messageOf, status } from "./api.ts";
import { isOutdated } from "./outdated.ts";
import { createRefresher } from "./refresher.ts";
import { rungIn } from "./rung-look.ts";
import { settingsInForce } from "./settings-in-force.ts";
import { EMPTY_TRACE, type Trace, traceOfHistory, withReading } from "./trace.ts";

/** How far back the curves begin when the page opens. */
const WINDOW = "-10m";
const WINDOW_POINTS = 600;

/** More missed entries than this are not told one by one: the page loads itself anew. */
const CATCH_UP_MAX = 3000;

/** How long a tab may be hidden before it lets go of its connection, in ms. */
const HIDDEN_MS = 30_000;

/** How long to wait before connecting again when the service refused, in ms. */
const RETRY_MS = 2000;

export type Connection = "connecting" | "live" | "lost";

export interface Present {
  readonly connection: Connection;
  readonly status: StatusView | null;
  readonly explain: ExplainView | null;
  readonly configuration: Configuration | null;
  readonly trace: Trace;
  readonly bands: readonly Band[];
  /** Newest transition that came in while the page was open; the frame announces it. */
  readonly step: Entry | null;
  /** Newest announcement that work goes to a cloud. */
  readonly announced: Announced | null;
  /** Grows with every entry that is not a reading: views that show the log ask again. */
  readonly news: number;
  /** The service was updated while the page stood open. */
  readonly isOutdated: boolean;
  /** Why the last question failed, in the words of the service or the browser. */
  readonly problem: string | null;
}

/** What follows when everything was asked for. */
interface Loading {
  readonly isWanted: () => boolean;
  readonly next: () => void;
  readonly failed: (error: unknown) => void;
}

export interface Live {
  present(): Present;
  subscribe(listener: () => void): () => void;
  setLanguage(language: Language): void;
  /** Asks for everything again, as after a request that changed something. */
  refresh(): void;
  close(): void;
}

const FIRST: Present = {
  connection: "connecting",
  status: null,
  explain: null,
  configuration: null,
  trace: EMPTY_TRACE,
  bands: [],
  step: null,
  announced: null,
  news: 0,
  isOutdated: false,
  problem: null,
};

/** Opens the connection; it lives as long as the page. */
export function createLive(first: Language): Live {
  let language = first;
  let present = FIRST;
  let source: EventSource | null = null;
  let seen: number | null = null;
  let hostId: string | null = null;
  let retry: number | undefined;
  let hiding: number | undefined;
  let isClosed = false;
  let loads = 0;
  /** Entries that came while everything is asked anew. */
  let held: Entry[] | null = null;
  const listeners = new Set<() => void>();
  const put = (change: Partial<Present>): void => {
    present = { ...present, ...change };
    for (const listener of listeners) listener();
  };
  const refresher = createRefresher(async () => {
    const [now, why] = await Promise.all([status(language), explain(language)]);
    put({ status: now, explain: why, problem: null });
  });

  /** Asks for everything and goes on from there, unless somebody began again or nobody wants it any more. */
  const loadThen = async ({ isWanted, next, failed }: Loading): Promise<void> => {
    const mine = ++loads;
    const isCurrent = () => !isClosed && mine === loads && isWanted();
    try {
      const asked = language;
      const loaded = await loadAll(asked);
      if (!isCurrent()) return;
      // Anew: what came in between is told by nobody, and a view that shows the log has to look.
      put(seen === null ? loaded : { ...loaded, news: present.news + 1 });
      seen = loaded.status.seq;
      next();
      // Somebody chose another language meanwhile; where no reading follows, nothing else would ask again.
      if (asked !== language) refresher.now();
    } catch (error) {
      if (isCurrent()) failed(error);
    }
  };

  const load = (): Promise<void> =>
    loadThen({
      isWanted: () => true,
      next: () => connect(),
      failed(error) {
        put({ connection: "lost", problem: messageOf(error) });
        tryLater(() => void load());
      },
    });

  const tryLater = (again: () => void): void => {
    clearTimeout(retry);
    if (!isClosed) retry = setTimeout(again, RETRY_MS);
  };

  const connect = (): void => {
    source?.close();
    held = null;
    const opened = new EventSource(addressFor("events", { after: seen }));
    source = opened;
    opened.onopen = () => {
      const wasLost = present.connection === "lost";
      put({ connection: "live", problem: null });
      if (wasLost) void isOutdated().then((is) => put({ isOutdated: is }));
      refresher.soon();
    };
    opened.onmessage = ({ data }) => take(JSON.parse(data as string) as Entry);
    opened.addEventListener("reset", () => void lookAnew(opened));
    opened.onerror = () => {
      if (opened !== source) return;
      put({ connection: "lost" });
      // The browser tries again by itself after a broken line, but not after a refusal.
      if (opened.readyState === EventSource.CLOSED) tryLater(connect);
    };
    if (document.hidden) letGoSoon();
  };

  /**
   * The service cannot tell what lies between, and goes on from where it is. The line stays: asked again with
   * a number that was given twice, it would only say the same again.
   */
  const lookAnew = (line: EventSource): Promise<void> => {
    hostId = null;
    held = [];
    return loadThen({
      isWanted: () => line === source,
      next() {
        const came = held ?? [];
        held = null;
        for (const entry of came) take(entry);
      },
      failed: () => void startOver(),
    });
  };

  const startOver = (): Promise<void> => {
    source?.close();
    source = null;
    hostId = null;
    return load();
  };

  const take = (entry: Entry): void => {
    if (held !== null) return void held.push(entry);
    const host = entry.id.slice(0, entry.id.lastIndexOf("-"));
    if (hostId !== null && host !== hostId) return void startOver();
    hostId = host;
    if (seen !== null && entry.seq <= seen) return;
    seen = entry.seq;
    put(changeBy(entry, present));
    if (entry.type === "transition") refresher.now();
    else refresher.soon();
  };

  const letGoSoon = (): void => {
    clearTimeout(hiding);
    hiding = setTimeout(() => {
      // A try that waits would open the line again for nobody; who comes back asks by themselves.
      clearTimeout(retry);
      source?.close();
      source = null;
    }, HIDDEN_MS);
  };

  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (document.hidden) letGoSoon();
    else if (source === null) void comeBack();
  };

  /** After a long absence what was missed is looked up as a whole instead of entry by entry. */
  const comeBack = async (): Promise<void> => {
    put({ connection: "connecting" });
    const head = await status(language).catch(() => null);
    if (head === null) return tryLater(() => void comeBack());
    const missed = (head.seq ?? 0) - (seen ?? 0);
    if (seen === null || missed < 0 || missed > CATCH_UP_MAX) await startOver();
    else connect();
  };

  document.addEventListener("visibilitychange", onVisibility);
  void load();
  return {
    present: () => present,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setLanguage(wanted) {
      if (wanted === language) return;
      language = wanted;
      refresher.now();
    },
    refresh: () => refresher.now(),
    close() {
      isClosed = true;
      source?.close();
      clearTimeout(retry);
      clearTimeout(hiding);
      document.removeEventListener("visibilitychange", onVisibility);
    },
  };
}

async function loadAll(language: Language) {
  // First, for the connection begins at its number: what comes while the rest is asked is told again.
  const now = await status(language);
  const [why, past, settings, announced] = await Promise.all([
    explain(language),
    history({ since: WINDOW, points: WINDOW_POINTS }).catch(() => null),
    settingsInForce(null),
    newestAnnounced(),
  ]);
  return {
    status: now,
    explain: why,
    configuration: settings,
    trace: past === null ? EMPTY_TRACE : traceOfHistory(past),
    bands: past?.bands ?? [],
    announced,
    problem: null,
  };
}

/** What one entry changes at once, before anything is asked. */
function changeBy(entry: Entry, present: Present): Partial<Present> {
  if (entry.type === "reading") {
    const failures = present.status?.monitor.metrics.tasks.failure_rate_percent ?? null;
    return {
      trace: withReading(
        present.trace,
        { ...(entry.data as ReadingInput), at: entry.at },
        failures,
      ),
    };
  }
  const news = { news: present.news + 1 };
  if (entry.type === "config.changed") return { ...news, configuration: configurationIn(entry) };
  const announced = announcedBy(entry);
  if (announced !== null) return { ...news, announced };
  if (entry.type !== "transition") return news;
  const { to, reason } = entry.data as TransitionOutput;
  const band = { at: entry.at, seq: entry.seq, profile: to, rung: rungIn(to), code: reason.code };
  // The history may have been asked a moment after this entry was written, and has it then.
  const before = present.bands.filter(({ seq }) => (seq ?? 0) < entry.seq);
  return { ...news, step: entry, bands: [...before, band].slice(-1000) };
}

function configurationIn(entry: Entry | undefined): Configuration | null {
  return entry === undefined ? null : (entry.data as { config: Configuration }).config;
}
