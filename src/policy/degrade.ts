/**
 * The policy one step down, asked by hand: "what would I get under this reason?"
 *
 * The runtime itself never calls this; it takes a rung from the statechart and derives the policy
 * anew. This is the user's `degrade_policy(policy, reason)`: with the situation at hand the answer
 * is exact; from a policy alone it is careful (consent and downloads cannot be read off a policy, so
 * what would newly need them is not ready). It never goes up.
 */
import { DEFAULT_CONFIGURATION } from "../domain/configuration.ts";
import { REASON_CODES, type ReasonCode } from "../domain/reason.ts";
import { deviceOf, nextRungDown, type Rung, rungsOf } from "../domain/rung.ts";
import type { Tier } from "../domain/tier.ts";
import { gpuRowOf, modelEntryOf } from "./model-choice.ts";
import { CLOUD_MAX_SCENES, CPU_ROW, type PlaceRow } from "./model-table.ts";
import type { MissingCode, PlanningPolicy, Policy, VisionPolicy } from "./policy.ts";
import { policyOf } from "./resolve.ts";
import type { Situation } from "./situation.ts";

/** The policy after stepping down to a rung, or to the rung that a reason demands; unchanged when that is no step down. */
export function degradePolicy(
  policy: Policy,
  reason: Rung | ReasonCode,
  situation?: Situation,
): Policy {
  const { tier, rung } = policy;
  if (tier === null || rung === null) return policy;
  const target = isReasonCode(reason) ? rungDemandedBy({ tier, rung }, reason) : reason;
  const ladder = rungsOf(tier);
  if (ladder.indexOf(target) <= ladder.indexOf(rung)) return policy;
  if (situation !== undefined) return policyOf({ ...situation, tier, rung: target });
  return {
    tier,
    rung: target,
    vision: degradedVisionOf({ tier, rung: target }, policy.vision),
    planning: degradedPlanningOf({ tier, rung: target }, policy.planning),
    editing: policy.editing,
    retry_after_ms: null,
  };
}

interface Standing {
  readonly tier: Tier;
  readonly rung: Rung;
}

function isReasonCode(reason: Rung | ReasonCode): reason is ReasonCode {
  return (REASON_CODES as readonly string[]).includes(reason);
}

/** What each reason demands (design §5); a standing that already meets the demand is returned as it is. */
function rungDemandedBy(standing: Standing, code: ReasonCode): Rung {
  const { tier, rung } = standing;
  const device = deviceOf(tier, rung);
  const isLocal = device === "gpu" || device === "cpu";
  switch (code) {
    case "VRAM_TIGHT":
      return device === "gpu" ? "smallModel" : rung;
    case "VRAM_EXHAUSTED":
    case "VRAM_LOST":
    case "EDITOR_BUSY":
      return device === "gpu" ? "cpu" : rung;
    case "MEMORY_TIGHT":
    case "TASKS_FAILING":
      return isLocal && rungsOf(tier).includes("cloud") ? "cloud" : rung;
    case "MEMORY_EXHAUSTED":
    case "MEMORY_LOST":
      if (!isLocal) return rung;
      return rungsOf(tier).includes("cloud") ? "cloud" : "shed";
    case "CLOUD_NOT_ALLOWED":
    case "CLOUD_UNREACHABLE":
      return device === "cloud" ? (nextRungDown(tier, rung) ?? rung) : rung;
    case "MANUAL_HOLD":
    case "WOULD_NOT_FIT":
    case "ENTRY_WOULD_NOT_FIT":
      return nextRungDown(tier, rung) ?? rung;
    case "HOST_DETECTED":
    case "TIER_CHANGED":
    case "RECOVERED":
      return rung;
  }
}

function degradedVisionOf({ tier, rung }: Standing, vision: VisionPolicy): VisionPolicy {
  const gpuRow = gpuRowOf(tier);
  const device = deviceOf(tier, rung);
  // Planned in the cloud although its rung was local: the user chose so, and a local step changes nothing.
  const isByChoice = vision.provider === "cloud" && tier !== "CLOUD_HYBRID";
  if (isByChoice && device !== "none") return vision;
  switch (device) {
    case "gpu":
      return gpuRow === null
        ? vision
        : localVision(vision, {
            device: "auto",
            max_scenes: gpuRow.small_max_scenes,
            num_ctx: gpuRow.small_num_ctx,
            vision: gpuRow.small,
            vision_plan: gpuRow.small_plan,
          });
    case "cpu":
      return localVision(vision, { ...CPU_ROW, device: "cpu" });
    case "cloud":
      return cloudVision(vision);
    case "none":
      return { ...cloudVision(vision), ...NOBODY, max_scenes: 0 };
  }
}

type LocalRow = Pick<PlaceRow, "vision" | "vision_plan" | "num_ctx" | "max_scenes"> & {
  readonly device: "auto" | "cpu";
};

function localVision(vision: VisionPolicy, row: LocalRow): VisionPolicy {
  const entry = vision.model === null ? null : modelEntryOf(vision.model);
  const isKept = vision.provider === "local" && entry !== null && row.vision.includes(entry.tag);
  const model = isKept ? vision.model : (row.vision_plan[0] ?? null);
  const missing: readonly MissingCode[] = isKept ? vision.missing : ["MODEL_NOT_INSTALLED"];
  return {
    provider: "local",
    model,
    device: row.device,
    max_scenes:
      vision.provider === "local" ? Math.min(vision.max_scenes, row.max_scenes) : row.max_scenes,
    num_ctx: Math.min(vision.num_ctx ?? row.num_ctx, row.num_ctx),
    ready: missing.length === 0,
    missing,
  };
}

function cloudVision(vision: VisionPolicy): VisionPolicy {
  if (vision.provider === "cloud") return vision;
  return {
    provider: "cloud",
    model: DEFAULT_CONFIGURATION.cloud.vision_model,
    device: "remote",
    max_scenes: CLOUD_MAX_SCENES,
    num_ctx: null,
    ready: false,
    missing: ["CLOUD_NOT_ALLOWED"],
  };
}

const NOBODY = {
  provider: "none",
  model: null,
  device: "none",
  num_ctx: null,
  ready: false,
  missing: ["WORK_REFUSED"],
} as const;

function degradedPlanningOf({ tier, rung }: Standing, planning: PlanningPolicy): PlanningPolicy {
  if (planning.provider !== "local") return planning;
  const device = deviceOf(tier, rung);
  if (device === "none") return NOBODY;
  return device === "gpu" ? planning : { ...planning, device: "cpu" };
}
