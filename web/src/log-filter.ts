/**
 * What of the log is shown: reasons, tiers, rungs, a stretch of time; from the address and back.
 *
 * The address holds the filter, so that a filtered log can be sent to somebody. Times stand in it in
 * UTC, because the other person may live elsewhere. What an address says that nobody knows is left out.
 */
import { REASON_CODES, type ReasonCode } from "../../src/domain/reason.ts";
import { RUNGS, type Rung } from "../../src/domain/rung.ts";
import { TIERS, type Tier } from "../../src/domain/tier.ts";
import type { Query } from "./api.ts";

export interface LogFilter {
  /** Any of these; empty = all. */
  readonly code: readonly ReasonCode[];
  readonly tier: readonly Tier[];
  /** Of where a step leads. */
  readonly rung: readonly Rung[];
  /** ISO 8601, or a duration before the end of the log such as `-2h`; `null` = open. */
  readonly since: string | null;
  readonly until: string | null;
  /** True: every kind of entry but readings, not only the steps. */
  readonly all: boolean;
}

export const NO_FILTER: LogFilter = {
  code: [],
  tier: [],
  rung: [],
  since: null,
  until: null,
  all: false,
};

/** Everything but readings, which are many, and what only holds the log together. */
export const SHOWN_TYPES = [
  "transition",
  "fact",
  "policy.changed",
  "recommendation.changed",
  "alert",
  "runtime.started",
  "runtime.stopped",
  "config.changed",
  "host.detected",
  "task.finished",
  "cloud.probed",
  "models.changed",
  "editor.changed",
  "conditions.changed",
  "memory.oom_killed",
  "degrade.requested",
  "restore.requested",
  "effect.finished",
  "effect.failed",
  "clock.resumed",
  "log.gap",
] as const;

const DURATION = /^-\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$/;
const LAST_OF_MINUTE_MS = 59_999;

/** The filter that an address holds. */
export function filterOf(query: URLSearchParams): LogFilter {
  const said = (name: string) => query.getAll(name).flatMap((each) => each.split(","));
  const code = REASON_CODES.filter((each) => said("code").includes(each));
  const tier = TIERS.filter((each) => said("tier").includes(each));
  const rung = RUNGS.filter((each) => said("rung").includes(each));
  const since = momentIn(query.get("since"));
  const until = momentIn(query.get("until"));
  // Only steps have a reason, a tier and a rung.
  const all = query.get("all") === "1" && code.length + tier.length + rung.length === 0;
  return { code, tier, rung, since, until, all };
}

/** What stands in the address for a filter. */
export function addressQueryOf(filter: LogFilter): Record<string, string | null> {
  return {
    code: filter.code.join(","),
    tier: filter.tier.join(","),
    rung: filter.rung.join(","),
    since: filter.since,
    until: filter.until,
    all: filter.all ? "1" : null,
  };
}

/** The filter as a question to the service. */
export function questionOf({ code, tier, rung, since, until, all }: LogFilter): Query {
  const type = all ? SHOWN_TYPES : ["transition"];
  return { type, code, tier, rung, since, until };
}

/** Whether anything is left out. */
export function isNarrow({ code, tier, rung, since, until }: LogFilter): boolean {
  return code.length + tier.length + rung.length > 0 || since !== null || until !== null;
}

/** The list with or without one of its members, in the order of `known`. */
export function toggled<Member extends string>(
  members: readonly Member[],
  member: Member,
  known: readonly Member[],
): readonly Member[] {
  const isIn = members.includes(member);
  return known.filter((each) => (each === member ? !isIn : members.includes(each)));
}

/** A moment of the filter as an input field takes it, in local time to the minute; "" where it is none. */
export function fieldOf(moment: string | null): string {
  const at = moment === null ? Number.NaN : Date.parse(moment);
  if (Number.isNaN(at)) return "";
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** A field's local minute as a moment: its beginning, or for the end of a stretch its last ms. */
export function momentOfField(field: string, end: "since" | "until"): string | null {
  const at = Date.parse(field);
  if (Number.isNaN(at)) return null;
  return new Date(end === "since" ? at : at + LAST_OF_MINUTE_MS).toISOString();
}

function momentIn(text: string | null): string | null {
  if (text === null) return null;
  if (DURATION.test(text)) return text;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
