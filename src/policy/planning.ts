/**
 * The planning role: its own row of the table and its own consent; the ladder is vision's.
 *
 * The cloud plans where the user allows it (a plan is short and carries no pictures), else a local
 * text model, shared with vision where one can do both. A cloud that is allowed but cannot be used
 * now gives way to a local model that can. `shed` refuses the local role only.
 */
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import { deviceOf } from "../domain/rung.ts";
import { cloudMissingOf } from "./cloud-consent.ts";
import {
  isCloudModel,
  type LocalRung,
  type ModelChoice,
  planningChoiceOf,
} from "./model-choice.ts";
import type { MissingCode, PlanningPolicy } from "./policy.ts";
import { isSettled, type SettledSituation, type Situation } from "./situation.ts";
import { localMissingOf } from "./vision.ts";

/** How planning runs in this situation. */
export function planningPolicyOf(situation: Situation): PlanningPolicy {
  if (!isSettled(situation)) return refused("FIRST_READING");
  const choice = planningChoiceOf(situation, localRungOf(situation));
  if (isCloudPlanned(situation, choice)) return cloudPlanningOf(situation);
  if (situation.rung === "shed") return refused("WORK_REFUSED");
  const missing = localMissingOf(situation, choice.installed);
  return {
    provider: "local",
    model: choice.model,
    device: localRungOf(situation) === "cpu" ? "cpu" : "auto",
    num_ctx: choice.num_ctx,
    ready: missing.length === 0,
    missing,
  };
}

/** Below the GPU rungs a local text model stays off the GPU too. */
function localRungOf(situation: SettledSituation): LocalRung {
  if (deviceOf(situation.tier, situation.rung) !== "gpu") return "cpu";
  return situation.rung === "smallModel" ? "smallModel" : "nominal";
}

function isCloudPlanned(situation: SettledSituation, choice: ModelChoice): boolean {
  const { local, model } = situation.configuration.policy.planning;
  if (model !== null && isCloudModel(model, situation.host.ollama.models)) return true;
  if (local !== null) return !local;
  const { host, areModelsKnown } = situation;
  const isLocalPossible = !areModelsKnown || (host.ollama.running === true && choice.installed);
  if (!isCloudAllowedFor(situation.configuration.cloud, "planning")) return !isLocalPossible;
  const isCloudReady = cloudMissingOf(situation, "planning").length === 0;
  return isCloudReady || !isLocalPossible || situation.rung === "shed";
}

function cloudPlanningOf(situation: SettledSituation): PlanningPolicy {
  const { policy, cloud } = situation.configuration;
  const { model } = policy.planning;
  const isNamed = model !== null && isCloudModel(model, situation.host.ollama.models);
  const missing = cloudMissingOf(situation, "planning");
  return {
    provider: "cloud",
    model: isNamed ? model : cloud.planning_model,
    device: "remote",
    num_ctx: null,
    ready: missing.length === 0,
    missing,
  };
}

function refused(code: MissingCode): PlanningPolicy {
  return {
    provider: "none",
    model: null,
    device: "none",
    num_ctx: null,
    ready: false,
    missing: [code],
  };
}
