/** What the decider answers to an input: derived, stored beside it, recomputed by `verify`. */
import type { Evidence, Reason, RefusalCode } from "./reason.ts";
import type { Rung } from "./rung.ts";
import type { Region } from "./state.ts";

export const OUTPUT_TYPES = [
  "transition",
  "fact",
  "policy.changed",
  "recommendation.changed",
  "alert",
] as const;

/** A change of `profile`; at most one per input. */
export interface TransitionOutput {
  readonly type: "transition";
  readonly from: string;
  readonly to: string;
  readonly reason: Reason;
}

/** A change of another region. */
export interface FactOutput {
  readonly type: "fact";
  readonly region: Exclude<Region, "profile">;
  readonly from: string;
  readonly to: string;
  readonly evidence: Evidence | null;
}

/** Vision, planning and editing in one line each, so that a reader of the log sees what it meant. */
export interface PolicyChangedOutput {
  readonly type: "policy.changed";
  readonly vision: string;
  readonly planning: string;
  readonly editing: string;
}

export interface RecommendationChangedOutput {
  readonly type: "recommendation.changed";
  readonly codes: readonly string[];
}

/** After ten minutes of refusing, one alert (decision-model §2.3). */
export const SHED_ALERT_MS = 600_000;

/** Something that a person should look at; once for each time that it happens. */
export interface AlertOutput {
  readonly type: "alert";
  readonly code: "SHED_TOO_LONG";
  /** Since when new work is refused. */
  readonly since: number;
  /** What stands in the way of each rung. */
  readonly refused: Readonly<Partial<Record<Rung, RefusalCode>>>;
}

export type Output =
  | TransitionOutput
  | FactOutput
  | PolicyChangedOutput
  | RecommendationChangedOutput
  | AlertOutput;
