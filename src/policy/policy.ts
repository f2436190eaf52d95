/**
 * The execution policy: for vision, planning and editing which provider, model and device, and
 * whether that is ready. Derived from tier, rung, host facts and configuration; never stored.
 */
import type { Rung } from "../domain/rung.ts";
import type { Tier } from "../domain/tier.ts";

/** What a role lacks before it can work as planned; each has a sentence in both languages. */
export const MISSING_CODES = [
  "SERVER_NOT_RUNNING",
  "MODEL_NOT_INSTALLED",
  "CLOUD_NOT_ALLOWED",
  "CLOUD_NOT_CONFIGURED",
  "CLOUD_UNREACHABLE",
  "EDITOR_NOT_INSTALLED",
  "EDITOR_NOT_RUNNING",
  "EDITOR_NOT_SCRIPTABLE",
  "WORK_REFUSED",
  "FIRST_READING",
  "NO_ROOM_YET",
] as const;
export type MissingCode = (typeof MISSING_CODES)[number];

export type Provider = "local" | "cloud" | "none";

/** `auto`: the model server chooses, GPU first; `remote`: not on this host. */
export type PolicyDevice = "auto" | "cpu" | "remote" | "none";

export interface VisionPolicy {
  readonly provider: Provider;
  readonly model: string | null;
  readonly device: PolicyDevice;
  readonly max_scenes: number;
  readonly num_ctx: number | null;
  readonly ready: boolean;
  readonly missing: readonly MissingCode[];
}

export interface PlanningPolicy {
  readonly provider: Provider;
  readonly model: string | null;
  readonly device: PolicyDevice;
  readonly num_ctx: number | null;
  readonly ready: boolean;
  readonly missing: readonly MissingCode[];
}

export interface EditingPolicy {
  readonly editor: "davinci" | "none";
  readonly ready: boolean;
  readonly missing: readonly MissingCode[];
}

export interface Policy {
  readonly tier: Tier | null;
  readonly rung: Rung | null;
  readonly vision: VisionPolicy;
  readonly planning: PlanningPolicy;
  readonly editing: EditingPolicy;
  /** While new work is refused: how long a refused caller should wait, in ms; else `null`. */
  readonly retry_after_ms: number | null;
}
