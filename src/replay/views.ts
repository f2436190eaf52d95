/**
 * The shapes that people and programs read: what `status`, `profile`, `monitor`, `snapshot` and
 * `explain` answer. Keys are those of the wire; unknown is `null`. Made by `projection.ts`.
 */
import type { Conditions } from "../domain/conditions.ts";
import type { OllamaModel } from "../domain/host.ts";
import type { ProfileDocument } from "../domain/profile-document.ts";
import type { Reason } from "../domain/reason.ts";
import type { Rung } from "../domain/rung.ts";
import type { State } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";
import type { Policy } from "../policy/policy.ts";
import type { InexactCode } from "./inexact.ts";

export interface ProfileView {
  /** `null` while detecting. */
  readonly class: Tier | null;
  readonly degraded: boolean;
  readonly rung: Rung | null;
  readonly explanation: string;
  /** The object of `runtime_profile.json`; `null` while detecting. */
  readonly host: ProfileDocument | null;
}

interface Measured {
  /** When the runtime took the value in, ms; `null` before the first. */
  readonly at: number | null;
  /** When it was measured, ms. */
  readonly source_at: number | null;
}

export interface MonitorView {
  readonly running: boolean;
  readonly metrics: {
    /** `null` on a host without a card of its own memory. */
    readonly gpu:
      | (Measured & {
          readonly name: string | null;
          readonly vram_used_percent: number | null;
          readonly vram_used_mib: number | null;
          readonly vram_total_mib: number | null;
        })
      | null;
    readonly memory: Measured & {
      readonly available_gb: number | null;
      readonly used_percent: number | null;
      readonly available_mib: number | null;
      readonly total_mib: number | null;
    };
    readonly cpu: { readonly at: number | null; readonly used_percent: number | null };
    readonly tasks: { readonly failure_rate_percent: number | null; readonly outcomes: number };
    readonly editor: { readonly davinci: { readonly running: boolean | null } };
    readonly ollama: { readonly running: boolean | null; readonly models: readonly OllamaModel[] };
  };
  /** Power, heat, stalls; `null` while nobody told. */
  readonly conditions: Conditions | null;
  /** The pressure regions of the statechart. */
  readonly pressures: Omit<State, "profile">;
  readonly dropped_beats: number;
}

export interface RecommendationView {
  readonly code: string;
  readonly sentence: string;
  /** Ready to paste into a terminal; `null` when there is none. */
  readonly command: string | null;
}

export interface StatusView {
  readonly seq: number | null;
  readonly profile: Omit<ProfileView, "host">;
  readonly policy: Policy;
  readonly monitor: MonitorView;
  readonly recommendations: readonly string[];
  readonly recommendation_details: readonly RecommendationView[];
}

export interface SnapshotView {
  readonly seq: number | null;
  readonly at: number;
  readonly time: string;
  readonly state: State;
  readonly tier: Tier | null;
  readonly rung: Rung | null;
  readonly policy: Policy;
  readonly explanation: string;
  /** Why the profile is where it is: the reason of the last transition. */
  readonly reason: Reason | null;
  readonly recommendations: readonly RecommendationView[];
  /** Of a past moment: why it is not to the bit what was answered then; absent when it is. */
  readonly inexact?: readonly InexactCode[];
}

/** One link of the chain of events that led here, oldest first. */
export interface ExplainLink {
  readonly seq: number;
  readonly at: number;
  readonly time: string;
  readonly from: string;
  readonly to: string;
  readonly code: string;
  readonly sentence: string;
}

export interface ExplainView {
  readonly seq: number | null;
  readonly state: State;
  readonly rung: Rung | null;
  readonly explanation: string;
  /** A hold, what led here, why not better now, what would bring it back. */
  readonly sentences: readonly string[];
  /** Of the last transition, as it was then. */
  readonly reason: Reason | null;
  readonly chain: readonly ExplainLink[];
}

/** What a log holds; `null` where it holds nothing. */
export interface LogView {
  readonly host_id: string;
  readonly first_seq: number | null;
  readonly first_at: number | null;
  readonly last_seq: number | null;
  readonly last_at: number | null;
  /** Without readings. */
  readonly entries: number;
  readonly readings: number;
  readonly transitions: number;
  readonly used_bytes: number;
  /** The first reading, and the first other entry, that were not pruned. */
  readonly readings_from_seq: number | null;
  readonly entries_from_seq: number | null;
}
