/** Model server, models, cloud and editor: what would be used, and what it lacks. */
import { memoryLimitMib, vramLimitMib } from "../domain/feasibility.ts";
import { isGpuTier } from "../domain/tier.ts";
import { type DoctorFinding, findingOf } from "./doctor-code.ts";
import type { DoctorFacts } from "./doctor-facts.ts";
import { modelLabelOf, visionChoiceOf } from "./model-choice.ts";
import { OLLAMA_VERSION_WANTED } from "./recommendation.ts";
import { isOlder } from "./version-order.ts";

/** The model server, and whether the vision model that would be used is there and fits. */
export function modelFindingsOf(facts: DoctorFacts): readonly DoctorFinding[] {
  const { host } = facts;
  const { running, version, address } = host.ollama;
  const params = { address, version, wanted: OLLAMA_VERSION_WANTED };
  if (running === true) {
    const isOld = version !== null && isOlder(version, OLLAMA_VERSION_WANTED);
    const server = findingOf(isOld ? "OLLAMA_OLD" : "OLLAMA_WORKS", params);
    return [server, ...visionFindingsOf(facts)];
  }
  const codes = host.notes.filter(({ probe }) => probe === "ollama").map(({ code }) => code);
  if (codes.includes("not-installed")) return [findingOf("OLLAMA_NOT_INSTALLED", params)];
  if (codes.includes("not-running")) {
    return [findingOf("OLLAMA_NOT_RUNNING", params, "ollama serve")];
  }
  if (running === false) return [findingOf("OLLAMA_OTHER", params)];
  return [findingOf("OLLAMA_SILENT", params, `curl ${address}/api/version`)];
}

function visionFindingsOf(facts: DoctorFacts): readonly DoctorFinding[] {
  const { host, tier, configuration } = facts;
  if (tier === "CLOUD_HYBRID" || configuration.policy.vision.local === false) return [];
  const isOnGpu = isGpuTier(tier);
  const choice = visionChoiceOf(facts, isOnGpu ? "nominal" : "cpu");
  const of_mib = isOnGpu ? vramLimitMib(host, configuration) : memoryLimitMib(host, configuration);
  const params = { name: choice.model, found_mib: choice.footprint_mib, of_mib };
  if (!choice.installed) {
    const named = { ...params, name: modelLabelOf(choice.model) };
    return [findingOf("MODEL_MISSING", named, `ollama pull ${choice.model}`)];
  }
  const isTooLarge = of_mib !== null && choice.footprint_mib > of_mib;
  return [findingOf(isTooLarge ? "MODEL_TOO_LARGE" : "MODEL_READY", params)];
}

/** The cloud, which is contacted with consent alone. */
export function cloudFindingsOf({ configuration, place }: DoctorFacts): readonly DoctorFinding[] {
  if (!configuration.cloud.allowed) return [findingOf("CLOUD_OFF")];
  if (configuration.cloud.base_url === null) return [findingOf("CLOUD_NO_ADDRESS")];
  const { is_cloud_reachable: isReachable } = place;
  if (isReachable === null) return [findingOf("CLOUD_UNKNOWN")];
  return [findingOf(isReachable ? "CLOUD_REACHED" : "CLOUD_UNREACHABLE")];
}

/** The editor; its free edition cannot be told from Studio until a script is tried. */
export function editorFindingsOf({ host }: DoctorFacts): readonly DoctorFinding[] {
  const { installed, version, scriptable } = host.davinci;
  if (installed === null) return [findingOf("EDITOR_UNKNOWN")];
  if (!installed) return [findingOf("EDITOR_ABSENT")];
  if (scriptable === null) return [findingOf("EDITOR_SCRIPTS_UNKNOWN", { version })];
  return [findingOf(scriptable ? "EDITOR_READY" : "EDITOR_CLOSED_TO_SCRIPTS", { version })];
}
