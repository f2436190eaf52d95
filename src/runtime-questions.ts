/** Questions and requests that need more than the state: the log's pages, and rungs a person may ask for. */
import { RuntimeProfileError } from "./domain/error.ts";
import { nextRungDown, type Rung, rungsOf } from "./domain/rung.ts";
import { READING_TYPE } from "./log/codec.ts";
import type { Entry } from "./log/entry.ts";
import type { LogQuery, LogStore } from "./log/store.ts";
import { placeOf, type RuntimeState } from "./machines/runtime-state.ts";

/** The rung that a person may ask for: one of this tier, and not better than the present one. */
export function checkedRung(state: RuntimeState, rung: Rung | null): Rung {
  const place = placeOf(state);
  if (place === null) {
    throw new RuntimeProfileError(
      "RP_RUNG_NOT_AVAILABLE",
      "The host is still being detected; ask again in a few seconds.",
      { path: "rung" },
    );
  }
  const rungs = rungsOf(place.tier);
  const wanted = rung ?? nextRungDown(place.tier, place.rung) ?? "shed";
  const lower = rungs.slice(Math.max(1, rungs.indexOf(place.rung)));
  if (lower.includes(wanted)) return wanted;
  const possible = lower.join(", ");
  const why = rungs.includes(wanted)
    ? `is better than the present one, ${place.rung}`
    : `does not exist on ${place.tier}`;
  throw new RuntimeProfileError(
    "RP_RUNG_NOT_AVAILABLE",
    `The rung ${wanted} ${why}; ask for one of: ${possible}.`,
    { path: "rung" },
  );
}

/** The newest transitions, newest first; enough for any chain since the last nominal state. */
export function transitionsOf(log: LogStore): readonly Entry[] {
  return log.read({ type: "transition", order: "descending", limit: 50 });
}

/** One page of the log; `next` is the `after` of the next one. */
export function pageOf(
  log: LogStore,
  query: LogQuery,
): { readonly events: readonly Entry[]; readonly next: number | null } {
  const limit = query.limit ?? 100;
  const found = log.read({ ...query, limit: Math.min(limit + 1, 1000) });
  const events = found.slice(0, limit);
  const hasMore = found.length > limit || (limit >= 1000 && found.length === 1000);
  return { events, next: hasMore ? (events.at(-1)?.seq ?? null) : null };
}

/** What of a query says where something may be missing. */
export type LostQuery = Pick<LogQuery, "after" | "before" | "type" | "kind">;

/** True when an entry between `after` and `before` that the query asks for was pruned or lost to a damage. */
export function isPruned(
  log: Pick<LogStore, "start" | "blocks">,
  { after = 0, before = Number.MAX_SAFE_INTEGER, type, kind }: LostQuery,
): boolean {
  const { floor, prunedReadings } = log.start();
  if (after < (floor?.seq ?? 0)) return true;
  const isForReadings = type === undefined || [type].flat().includes(READING_TYPE);
  if (!isForReadings || (kind !== undefined && kind !== "input")) return false;
  if (after < prunedReadings) return true;
  const lost = log.blocks({ after, before, isLost: true });
  return lost[Symbol.iterator]().next().done !== true;
}
