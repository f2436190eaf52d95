/**
 * What a what-if answers: the history as it was beside the history under other settings or on another
 * host. Keys are those of the wire; unknown is `null`. Made by `what-if.ts`.
 */

import type { Reason, ReasonCode } from "../domain/reason.ts";
import type { Rung } from "../domain/rung.ts";
import type { SettingValue } from "../domain/setting-value.ts";
import type { BandsView } from "./bands.ts";
import type { InexactCode } from "./inexact.ts";

/** Most transitions in one list of differences; the totals go on. */
export const LISTED_MAX = 1000;

/** Most exhaustions that are listed. */
export const EXHAUSTIONS_MAX = 200;

/** Most bands of a side; beyond that they are merged. */
export const BANDS_MAX = 2000;

/** What else must be known to read the answer; closed. */
export const REMARK_CODES = [
  "LOG_EMPTY",
  "NOTHING_CHANGED",
  "NO_VRAM_READINGS",
  "USE_BEYOND_HOST",
  "MEMORY_TOTAL_UNKNOWN",
  "GAP_IN_LOG",
  "STARTS_LATE",
  "LISTS_CUT",
] as const;
export type RemarkCode = (typeof REMARK_CODES)[number];

/** The signals that can be exhausted. */
export const EXHAUSTED_SIGNALS = ["vram.used", "memory.available"] as const;
export type ExhaustedSignal = (typeof EXHAUSTED_SIGNALS)[number];

/** One setting that differs at the end of the log; `null` = nothing stands there. */
export interface ChangedSetting {
  readonly path: string;
  readonly from: SettingValue;
  readonly to: SettingValue;
}

/** What of a host matters to the answer. */
export interface HostFacts {
  readonly gpu: string | null;
  readonly vram_total_mib: number | null;
  readonly memory_total_mib: number | null;
  readonly cores: number | null;
}

/** Where a side is. */
export interface PlaceView {
  readonly profile: string;
  /** `null` while detecting. */
  readonly rung: Rung | null;
}

/** The first input after which the two sides were in different places. */
export interface Divergence {
  readonly seq: number;
  readonly at: number;
  readonly actual: PlaceView;
  readonly hypothetical: PlaceView;
  /** The side that moved with this input; the hypothetical one where both did. */
  readonly moved: "actual" | "hypothetical" | null;
  /** Why it moved; `null` when neither moved, as after a gap in the log. */
  readonly cause: Reason | null;
}

/** Samples at or over the hard threshold of the recorded settings, while work used the resource. */
export interface LimitView {
  readonly moments_at_or_over_limit: number;
  readonly episodes: number;
}

/** Time per rung, ms. */
export type RungTimes = Readonly<Record<Rung | "detecting", number>>;

/** One telling of the history; `seq` of a band is that of the input that began it. */
export interface SideView extends BandsView {
  readonly transitions: number;
  /** `null` when no time passed. */
  readonly steps_per_hour: number | null;
  readonly time_per_rung_ms: RungTimes;
  readonly by_reason: Readonly<Partial<Record<ReasonCode, number>>>;
  readonly vram: LimitView;
  readonly memory: LimitView;
  /** 0..1 of the time on a rung that works on this host; `null` when no time passed. */
  readonly local_share: number | null;
}

/** A transition on one side. */
export interface StepView {
  readonly seq: number;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly code: ReasonCode;
}

/** The same transition at another time. */
export interface MovedStep extends StepView {
  readonly hypothetical_seq: number;
  readonly hypothetical_at: number;
  /** Positive = later than it was; ms. */
  readonly delta_ms: number;
}

/** A list with a bound, and how many there are in all. */
export interface Listed<Item> {
  readonly total: number;
  readonly list: readonly Item[];
}

/** How one side stood when a resource ran out. */
export interface ExhaustionSide {
  /** Worst value: share of the card that was used, or MiB of memory available. */
  readonly worst: number;
  /** Least that was free, in MiB. */
  readonly free_mib: number;
  /** True when no work used the resource when it ran out. */
  readonly off: boolean;
  /** How long before it the side had left the resource; 0 or less = with it or after it; `null` = not at all. */
  readonly lead_ms: number | null;
}

/** One time that a resource ran out. */
export interface Exhaustion {
  readonly seq: number;
  readonly at: number;
  readonly signal: ExhaustedSignal;
  /** `null` where it did not run out on this side: another host has more. */
  readonly actual: ExhaustionSide | null;
  readonly hypothetical: ExhaustionSide | null;
}

/** The whole answer. */
export interface WhatIfView {
  /** False: `inexact` says why. */
  readonly exact: boolean;
  readonly inexact: readonly InexactCode[];
  /** With another policy the real curve would have been different; here it is what was measured. */
  readonly measurements_fixed: true;
  readonly remarks: readonly RemarkCode[];
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly first_at: number | null;
  readonly last_at: number | null;
  readonly readings: number;
  /** Readings that were pruned and are stood in for by what is left of them. */
  readonly pruned_readings: number;
  /** Time that somebody watched, ms: without stops and sleep. */
  readonly watched_ms: number;
  readonly changes: {
    readonly settings: readonly ChangedSetting[];
    /** `null` when the host is the recorded one. */
    readonly host: { readonly from: HostFacts | null; readonly to: HostFacts } | null;
  };
  readonly first_divergence: Divergence | null;
  readonly actual: SideView;
  readonly hypothetical: SideView;
  readonly differences: {
    readonly vanished: Listed<StepView>;
    readonly appeared: Listed<StepView>;
    readonly moved: Listed<MovedStep>;
  };
  readonly exhaustions: Listed<Exhaustion>;
}
