/**
 * The log in pages, and what it holds: questions about the log itself rather than about a state.
 *
 * The idea: a card index. By number, type, kind and time the index of the file answers at once. Reason,
 * tier and rung stand inside the transitions, which are leafed through a few at a time, so that nobody
 * waits; who wants a rare one gets an early answer, and asks on with `next`. Rejected: an index on them,
 * which every log that exists would have to be rebuilt for.
 */

import { RuntimeProfileError } from "./domain/error.ts";
import type { TransitionOutput } from "./domain/output.ts";
import type { ReasonCode } from "./domain/reason.ts";
import { type Rung, tierAndRungOf } from "./domain/rung.ts";
import type { Tier } from "./domain/tier.ts";
import type { Entry } from "./log/entry.ts";
import { DEFAULT_READ_LIMIT, type LogQuery, type LogStore } from "./log/store.ts";
import type { Progress } from "./replay/verify.ts";
import type { LogView } from "./replay/views.ts";
import { pageOf } from "./runtime-questions.ts";
import { type TimeRange, timesOf } from "./runtime-range.ts";

/** Transitions that are read in one step: about a millisecond. */
const PAGE_TRANSITIONS = 50;

/** Most transitions that are looked at for one page. */
const SEARCHED_MAX = 5000;

/** Which entries: as `LogQuery`, by time, and transitions by what stands in them. */
export interface EventSearch extends LogQuery, TimeRange {
  /** Any of these; then only transitions are found. So with `tier` and `rung`, of where it leads. */
  readonly code?: readonly ReasonCode[] | undefined;
  readonly tier?: readonly Tier[] | undefined;
  readonly rung?: readonly Rung[] | undefined;
}

/** One page of the log; `next` is the `after` of the next one (the `before`, newest first). */
export interface EventPage {
  readonly events: readonly Entry[];
  readonly next: number | null;
}

/** What the log holds; cheap, however long it is. */
export function logViewOf(log: LogStore): LogView {
  const head = log.head();
  const [first] = log.read({ limit: 1 });
  const [reading] = log.read({ type: "reading", limit: 1 });
  const { entries, readings, types } = log.counts();
  return {
    host_id: log.hostId,
    first_seq: first?.seq ?? null,
    first_at: first?.at ?? null,
    last_seq: head?.seq ?? null,
    last_at: head?.at ?? null,
    ...{ entries, readings, transitions: types["transition"] ?? 0 },
    used_bytes: log.usedBytes(),
    readings_from_seq: reading?.seq ?? null,
    entries_from_seq: head === null ? null : (log.start().floor?.seq ?? 0) + 1,
  };
}

/** Runs in small steps; answers the page at its end. Throws RP_REQUEST for what excludes itself. */
export function* searchSteps(log: LogStore, search: EventSearch): Generator<Progress, EventPage> {
  const { code, tier, rung, since, until, ...query } = search;
  const bounded = boundedBy(log, query, { since, until });
  if (code === undefined && tier === undefined && rung === undefined) return pageOf(log, bounded);
  expectTransitions(query);
  const { limit = DEFAULT_READ_LIMIT } = query;
  const through = log.head()?.seq ?? 0;
  const found: Entry[] = [];
  let searched = 0;
  let rest: LogQuery = { ...bounded, type: "transition", limit: PAGE_TRANSITIONS };
  for (;;) {
    const page = log.read(rest);
    found.push(...page.filter((entry) => isWanted(entry, search)));
    searched += page.length;
    const events = found.slice(0, limit);
    if (found.length > limit) return { events, next: events.at(-1)?.seq ?? null };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_TRANSITIONS) return { events, next: null };
    if (searched >= SEARCHED_MAX) return { events, next: last.seq };
    rest =
      query.order === "descending" ? { ...rest, before: last.seq } : { ...rest, after: last.seq };
    yield { seq: last.seq, through };
  }
}

/** Time does not fall along the log, so a time is a number in it. */
function boundedBy(log: LogStore, query: LogQuery, range: TimeRange): LogQuery {
  const { since, until } = timesOf(range, log.head()?.at ?? 0);
  const after = since === null ? 0 : (log.seqAt(since - 1) ?? 0);
  const before = until === null ? Number.MAX_SAFE_INTEGER : (log.seqAt(until) ?? 0) + 1;
  return {
    ...query,
    after: Math.max(query.after ?? 0, after),
    before: Math.min(query.before ?? Number.MAX_SAFE_INTEGER, before),
  };
}

function expectTransitions({ type, kind }: LogQuery): void {
  const types = type === undefined ? ["transition"] : [type].flat();
  if (types.includes("transition") && (kind === undefined || kind === "output")) return;
  const got = kind !== undefined && kind !== "output" ? `kind ${kind}` : `type ${types.join(", ")}`;
  throw new RuntimeProfileError(
    "RP_REQUEST",
    `Expected transitions, which alone have a code, a tier and a rung, got ${got}; leave ${got.split(" ", 1)} out.`,
    { path: "type" },
  );
}

function isWanted({ data }: Entry, { code, tier, rung }: EventSearch): boolean {
  const { to, reason } = data as TransitionOutput;
  const place = tierAndRungOf(to);
  return (
    (code?.includes(reason.code) ?? true) &&
    (tier === undefined || (place !== null && tier.includes(place.tier))) &&
    (rung === undefined || (place !== null && rung.includes(place.rung)))
  );
}
