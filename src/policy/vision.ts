/**
 * The vision role: the one that the ladder is about.
 *
 * First *where* (this host, the cloud, nowhere), then *with what*, then *what is missing*. The user's
 * word (`policy.vision.local`, `.model`) goes before the table; consent goes before everything.
 */
import { deviceOf } from "../domain/rung.ts";
import { cloudMissingOf } from "./cloud-consent.ts";
import { gpuRowOf, isCloudModel, type LocalRung, visionChoiceOf } from "./model-choice.ts";
import { CLOUD_MAX_SCENES, CPU_ROW } from "./model-table.ts";
import type { MissingCode, VisionPolicy } from "./policy.ts";
import { isSettled, type SettledSituation, type Situation } from "./situation.ts";

/** How vision runs in this situation. */
export function visionPolicyOf(situation: Situation): VisionPolicy {
  if (!isSettled(situation)) return refused("FIRST_READING");
  const rung = visionPlaceOf(situation);
  if (rung === "none") return refused("WORK_REFUSED");
  return rung === "cloud" ? cloudVisionOf(situation) : localVisionOf(situation, rung);
}

/** Where vision is planned: a local rung's device and model, the cloud, or nowhere. */
function visionPlaceOf(situation: SettledSituation): LocalRung | "cloud" | "none" {
  const { tier, rung, configuration } = situation;
  const { local, model } = configuration.policy.vision;
  const device = deviceOf(tier, rung);
  if (device === "none") return "none";
  const isCloudNamed = model !== null && isCloudModel(model, situation.host.ollama.models);
  if (device === "cloud") {
    return rung === "nominal" && local === true && !isCloudNamed ? "cpu" : "cloud";
  }
  // The CPU of CLOUD_HYBRID is what is left when the cloud is gone, whatever model was named for it.
  if (local === false || (isCloudNamed && tier !== "CLOUD_HYBRID")) return "cloud";
  if (tier === "LOCAL_CPU_ONLY") {
    return local === null && !hasLocalVision(situation) ? "cloud" : "cpu";
  }
  return rung === "smallModel" || rung === "nominal" ? rung : "cpu";
}

/** What a local role lacks, in the order in which a person would fix it. */
export function localMissingOf(
  situation: SettledSituation,
  isInstalled: boolean,
): readonly MissingCode[] {
  const missing: MissingCode[] = [];
  if (situation.areModelsKnown) {
    if (situation.host.ollama.running !== true) missing.push("SERVER_NOT_RUNNING");
    else if (!isInstalled) missing.push("MODEL_NOT_INSTALLED");
  } else if (isServerSilent(situation)) missing.push("SERVER_NOT_RUNNING");
  if (situation.isRoomAwaited === true) missing.push("NO_ROOM_YET");
  else if (!situation.hasFirstReading) missing.push("FIRST_READING");
  return missing;
}

/** It was asked and has not answered yet: no reason to plan elsewhere, and none to call it ready. */
function isServerSilent({ host }: SettledSituation): boolean {
  const { running } = host.ollama;
  return (
    running === null &&
    host.notes.some(({ probe, code }) => probe === "ollama" && code !== "not-checked")
  );
}

function hasLocalVision(situation: SettledSituation): boolean {
  if (!situation.areModelsKnown) return true;
  return situation.host.ollama.running === true && visionChoiceOf(situation, "cpu").installed;
}

function localVisionOf(situation: SettledSituation, rung: LocalRung): VisionPolicy {
  const choice = visionChoiceOf(situation, rung);
  const missing = localMissingOf(situation, choice.installed);
  return {
    provider: "local",
    model: choice.model,
    device: rung === "cpu" ? "cpu" : "auto",
    max_scenes: maxScenesOf(situation, rung),
    num_ctx: choice.num_ctx,
    ready: missing.length === 0,
    missing,
  };
}

function cloudVisionOf(situation: SettledSituation): VisionPolicy {
  const { policy, cloud } = situation.configuration;
  const { model, max_scenes } = policy.vision;
  const isNamed = model !== null && isCloudModel(model, situation.host.ollama.models);
  const missing = cloudMissingOf(situation, "vision");
  return {
    provider: "cloud",
    model: isNamed ? model : cloud.vision_model,
    device: "remote",
    max_scenes: max_scenes ?? CLOUD_MAX_SCENES,
    num_ctx: null,
    ready: missing.length === 0,
    missing,
  };
}

/** The configured number rules the best rung; a lower rung keeps its own where that is smaller. */
function maxScenesOf(situation: SettledSituation, rung: LocalRung): number {
  const row = gpuRowOf(situation.tier);
  const configured = situation.configuration.policy.vision.max_scenes;
  const own =
    row === null || rung === "cpu"
      ? CPU_ROW.max_scenes
      : rung === "nominal"
        ? row.max_scenes
        : row.small_max_scenes;
  if (configured === null) return own;
  return situation.rung === "nominal" ? configured : Math.min(configured, own);
}

function refused(code: MissingCode): VisionPolicy {
  return {
    provider: "none",
    model: null,
    device: "none",
    max_scenes: 0,
    num_ctx: null,
    ready: false,
    missing: [code],
  };
}
