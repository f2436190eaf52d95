/**
 * The execution policy of a situation: three roles, each derived by its own file.
 *
 * Pure and total: the same situation gives the same policy on every host and in every replay, and no
 * situation is an error. Nothing here is stored; the log only notes that the policy changed.
 */
import type { Host } from "../domain/host.ts";
import { planningPolicyOf } from "./planning.ts";
import type { EditingPolicy, MissingCode, Policy } from "./policy.ts";
import type { Situation } from "./situation.ts";
import { visionPolicyOf } from "./vision.ts";

/** The policy now: for vision, planning and editing what does the work, and whether it can. */
export function policyOf(situation: Situation): Policy {
  return {
    tier: situation.tier,
    rung: situation.rung,
    vision: visionPolicyOf(situation),
    planning: planningPolicyOf(situation),
    editing: editingPolicyOf(situation.host),
    retry_after_ms: situation.rung === "shed" ? (situation.retryAfterMs ?? null) : null,
  };
}

/** DaVinci Resolve is always the planned editor; its rung-independent readiness is what was seen. */
function editingPolicyOf(host: Host | null): EditingPolicy {
  const missing = host === null ? (["EDITOR_NOT_RUNNING"] as const) : editorMissingOf(host);
  return { editor: "davinci", ready: missing.length === 0, missing };
}

/** A port that is closed because nothing runs says nothing about scripting, so running comes first. */
function editorMissingOf({ davinci }: Host): readonly MissingCode[] {
  if (davinci.running === true) {
    return davinci.scriptable === false ? ["EDITOR_NOT_SCRIPTABLE"] : [];
  }
  return davinci.installed === false ? ["EDITOR_NOT_INSTALLED"] : ["EDITOR_NOT_RUNNING"];
}
