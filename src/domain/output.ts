/** What the decider answers to an input: derived, stored beside it, recomputed by `verify`. */
import type { Evidence, Reason } from "./reason.ts";
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

export interface AlertOutput {
  readonly type: "alert";
  readonly code: "SHED_TOO_LONG";
  readonly since: number;
}

export type Output =
  | TransitionOutput
  | FactOutput
  | PolicyChangedOutput
  | RecommendationChangedOutput
  | AlertOutput;
