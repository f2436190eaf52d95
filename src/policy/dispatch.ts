/**
 * Where a job of a role may run now, best first: the present rung's target, then those of the rungs below.
 *
 * The policy is asked once for each rung, so that a job which cannot run where the runtime stands goes
 * where the runtime would go next, and nowhere else. Consent is part of every answer: what may not be used
 * is not among the targets, however urgent the job. Pure: the same situation gives the same list.
 * Rejected: a list of fallbacks of its own, which would drift from the ladder.
 */

import { isAmong } from "../domain/admission.ts";
import { footprintOf } from "../domain/configuration.ts";
import type { Target, WorkRole } from "../domain/job.ts";
import { deviceOf, type Rung, rungsOf } from "../domain/rung.ts";
import { otherServerTargets } from "./dispatch-servers.ts";
import { isCloudModel, planningChoiceOf } from "./model-choice.ts";
import { CLOUD_AT_ONCE, OLLAMA_AT_ONCE } from "./model-table.ts";
import { planningPolicyOf } from "./planning.ts";
import type { MissingCode, PlanningPolicy, VisionPolicy } from "./policy.ts";
import { isSettled, type SettledSituation, type Situation } from "./situation.ts";
import { visionPolicyOf } from "./vision.ts";

/** What the places for a job depend on. */
export interface DispatchQuestion {
  readonly situation: Situation;
  readonly role: WorkRole;
  /** Whether the host has a card with memory of its own. */
  readonly hasVram: boolean;
  /** Jobs at a time for each local model and for the cloud; `null` takes the table's. */
  readonly atOnce: { readonly local: number | null; readonly cloud: number | null };
}

/** A rung that cannot be used, and what it lacks. */
export interface Unusable {
  readonly rung: Rung;
  readonly provider: "local" | "cloud" | "none";
  readonly model: string | null;
  readonly missing: readonly MissingCode[];
}

/** The places for a job, and those that are none. */
export interface Dispatch {
  readonly targets: readonly Target[];
  readonly unusable: readonly Unusable[];
}

type RolePolicy = VisionPolicy | PlanningPolicy;

/** The places of a role in this situation. */
export function dispatchOf(question: DispatchQuestion): Dispatch {
  const { situation, role } = question;
  if (!isSettled(situation)) {
    const { missing } = policyOfRole(situation, role);
    return { targets: [], unusable: [{ rung: "nominal", provider: "none", model: null, missing }] };
  }
  const targets: Target[] = [];
  const unusable: Unusable[] = [];
  for (const each of situationsBelow(situation, role)) {
    const found = placesIn(each, question);
    unusable.push(...found.unusable);
    for (const target of found.targets) {
      if (!isAmong(target, targets)) targets.push(target);
    }
  }
  return { targets, unusable };
}

/**
 * The present rung and those below it. A plan that goes to the cloud by its own row also asks what would
 * do without the cloud: its ladder is not vision's.
 */
function situationsBelow(situation: SettledSituation, role: WorkRole): readonly SettledSituation[] {
  const rungs = rungsOf(situation.tier);
  const below = rungs.slice(rungs.indexOf(situation.rung)).map((rung) => ({ ...situation, rung }));
  if (role === "vision" || situation.rung === "shed") return below;
  return [...below, ...below.map((each) => ({ ...each, cloud: "unreachable" as const }))];
}

function policyOfRole(situation: Situation, role: WorkRole): RolePolicy {
  return role === "vision" ? visionPolicyOf(situation) : planningPolicyOf(situation);
}

function placesIn(situation: SettledSituation, question: DispatchQuestion): Dispatch {
  const policy = policyOfRole(situation, question.role);
  const { rung } = situation;
  const { provider, model, missing, ready } = policy;
  if (provider === "none" || model === null) {
    return { targets: [], unusable: [{ rung, provider, model, missing }] };
  }
  if (provider === "cloud") {
    const target = ready ? cloudTargetOf(situation, model, question) : null;
    if (target !== null) return { targets: [target], unusable: [] };
    const lacks = ready ? (["CLOUD_NOT_CONFIGURED"] as const) : missing;
    return { targets: [], unusable: [{ rung, provider, model, missing: lacks }] };
  }
  if (ready) return { targets: [localTargetOf(situation, policy, question)], unusable: [] };
  const others = isWaitedFor(missing) ? [] : otherServerTargets(situation, question);
  return { targets: others, unusable: [{ rung, provider, model, missing }] };
}

/** Readings that are still to come are waited for; nobody else's server is used instead. */
export function isWaitedFor(missing: readonly MissingCode[]): boolean {
  return missing.includes("FIRST_READING") || missing.includes("NO_ROOM_YET");
}

function localTargetOf(
  situation: SettledSituation,
  policy: RolePolicy,
  question: DispatchQuestion,
): Target {
  const { tier, rung, host } = situation;
  const isOnCard = policy.device === "auto" && deviceOf(tier, rung) === "gpu";
  return {
    rung,
    provider: "local",
    protocol: "ollama",
    address: host.ollama.address,
    model: policy.model ?? "",
    device: isOnCard ? "gpu" : "cpu",
    num_ctx: policy.num_ctx,
    footprint_mib: footprintFor(situation, question.role),
    meter: isOnCard && question.hasVram ? "vram" : "memory",
    concurrency: question.atOnce.local ?? OLLAMA_AT_ONCE,
  };
}

/** Vision's is the one that the ladder goes by; planning's is that of its own model. */
function footprintFor(situation: SettledSituation, role: WorkRole): number | null {
  const { tier, rung, configuration } = situation;
  const isOnCard = deviceOf(tier, rung) === "gpu";
  if (role === "vision") {
    const key = isOnCard ? rung : "cpu";
    return footprintOf(configuration.policy.footprints, key) ?? null;
  }
  const place = isOnCard && (rung === "nominal" || rung === "smallModel") ? rung : "cpu";
  return planningChoiceOf(situation, place).footprint_mib;
}

/** A model that is named as a cloud model is asked for where it is served; `null`: no provider is set. */
function cloudTargetOf(
  situation: SettledSituation,
  model: string,
  { atOnce }: DispatchQuestion,
): Target | null {
  const { host, configuration, rung } = situation;
  const isServedByOllama = isCloudModel(model, host.ollama.models);
  const address = isServedByOllama ? host.ollama.address : configuration.cloud.base_url;
  if (address === null) return null;
  return {
    rung,
    provider: "cloud",
    protocol: isServedByOllama ? "ollama" : "openai",
    address,
    model,
    device: "cloud",
    num_ctx: null,
    footprint_mib: null,
    meter: null,
    concurrency: atOnce.cloud ?? CLOUD_AT_ONCE,
  };
}
