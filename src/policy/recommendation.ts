/**
 * What would make this host do better, as codes with figures; the sentences are in
 * `words-recommendations.ts`.
 *
 * The idea: a good mechanic names the broken thing first, then the cheap improvement, then the dear
 * one. So the order is: what is broken, what is missing, what is short now, what would be nice. Only
 * what a person can act on is here. Rejected: advice that repeats a "no" (who set a consent to
 * "never" is not asked again).
 */
import type { NoteCode } from "../domain/note.ts";
import { isGpuTier, largestUsableGpu } from "../domain/tier.ts";
import {
  isSmallSameAsNominal,
  type LocalRung,
  modelLabelOf,
  planningChoiceOf,
  visionChoiceOf,
} from "./model-choice.ts";
import type { Policy } from "./policy.ts";
import { policyOf } from "./resolve.ts";
import { isSettled, type SettledSituation, type Situation } from "./situation.ts";
import { isOlder } from "./version-order.ts";

/** Every recommendation there is, most useful first; recommendations are given in this order. */
export const RECOMMENDATION_CODES = [
  "RESTART_COMPUTER",
  "RESTART_CONTAINER",
  "REPAIR_LOST_GPU",
  "LOAD_DRIVER",
  "REPAIR_DRIVER",
  "UNBLOCK_GPU",
  "GRANT_GPU_ACCESS",
  "CHECK_GPU",
  "INSTALL_OLLAMA",
  "START_OLLAMA",
  "PULL_MODEL",
  "ALLOW_CLOUD",
  "CONFIGURE_CLOUD",
  "FREE_MEMORY",
  "MEMORY_FILLING",
  "FREE_VRAM",
  "RUNNING_HOT",
  "MEMORY_STALLS",
  "CPU_STOLEN",
  "DISK_WAITING",
  "ON_BATTERY",
  "LOAD_MODEL_ON_GPU",
  "REDUCE_SCENES",
  "PULL_SMALL_MODEL",
  "PREPARE_PLANNING",
  "ENABLE_EDITOR_SCRIPTING",
  "UPDATE_OLLAMA",
  "ADD_GPU",
  "UNIFIED_MEMORY",
] as const;
export type RecommendationCode = (typeof RECOMMENDATION_CODES)[number];

/** The figures of a recommendation; each code uses the ones it needs. */
export interface RecommendationParams {
  readonly model?: string;
  /** The model's name as people say it. */
  readonly label?: string;
  readonly max_scenes?: number;
  readonly available_mib?: number;
  readonly threshold_mib?: number;
  /** Whole minutes, 1 or more. */
  readonly minutes?: number;
  /** Share of a loaded model that lies on the GPU, 0..100. */
  readonly on_gpu_percent?: number;
  readonly version?: string;
  /** False where the user refused the cloud for the role: the sentence then does not offer it. */
  readonly may_use_cloud?: boolean;
}

/** One recommendation; `command` is what to type, where one line does it. */
export interface Recommendation {
  readonly code: RecommendationCode;
  readonly params: RecommendationParams;
  readonly command: string | null;
}

/** What sensing adds to a situation: pressures that a person can do something about. */
export interface Advice {
  readonly isCpuBusy: boolean;
  /** Absent: judged by what was available when the host was detected. */
  readonly isMemoryTight?: boolean;
  /** MiB available now; absent: as when the host was detected. */
  readonly memoryAvailableMib?: number | null;
  readonly isVramTight?: boolean;
  /** Time until memory is full if it falls on as in the last minutes; `null` or absent: it does not. */
  readonly memoryFullInMs?: number | null;
  /** The situation's policy, where it is at hand; absent: derived. */
  readonly policy?: Policy;
}

/** The most recommendations given at once. */
export const RECOMMENDATIONS_MAX = 8;

/** First server version that lists what each model can do (`capabilities` in its list of models). */
export const OLLAMA_VERSION_WANTED = "0.30.0";

const DRIVER_ADVICE: Readonly<Partial<Record<NoteCode, RecommendationCode>>> = {
  "version-mismatch": "RESTART_COMPUTER",
  "nvml-unknown": "RESTART_CONTAINER",
  "gpu-lost": "REPAIR_LOST_GPU",
  "driver-not-loaded": "LOAD_DRIVER",
  "library-missing": "REPAIR_DRIVER",
  "not-executable": "REPAIR_DRIVER",
  "blocked-by-os": "UNBLOCK_GPU",
  permission: "GRANT_GPU_ACCESS",
  timeout: "CHECK_GPU",
};

const VISION_PREPARATIONS = [
  "INSTALL_OLLAMA",
  "START_OLLAMA",
  "PULL_MODEL",
  "ALLOW_CLOUD",
] as const;

type Found = Partial<Record<RecommendationCode, Omit<Recommendation, "code">>>;

/** The recommendations for a situation, most useful first, at most `RECOMMENDATIONS_MAX`. */
export function recommendationsOf(situation: Situation, advice: Advice): readonly Recommendation[] {
  if (!isSettled(situation)) return [];
  const { policy = policyOf(situation) } = advice;
  const found: Found = {
    ...driverAdviceOf(situation),
    ...modelAdviceOf(situation, policy),
    ...cloudAdviceOf(situation, policy),
    ...pressureAdviceOf(situation, { ...advice, policy }),
    ...conditionAdviceOf(situation),
    ...hostAdviceOf(situation),
  };
  // Vision comes first: planning's own advice waits until vision has nothing left to prepare.
  const isVisionPending = VISION_PREPARATIONS.some((code) => found[code] !== undefined);
  const ordered: Recommendation[] = [];
  for (const code of RECOMMENDATION_CODES) {
    const one = code === "PREPARE_PLANNING" && isVisionPending ? undefined : found[code];
    if (one !== undefined) ordered.push({ code, ...one });
  }
  return ordered.slice(0, RECOMMENDATIONS_MAX);
}

const PLAIN = { params: {}, command: null } as const;

function driverAdviceOf({ host }: SettledSituation): Found {
  const found: Found = {};
  for (const note of host.notes) {
    const code = note.probe === "nvidia" ? DRIVER_ADVICE[note.code] : undefined;
    if (code !== undefined) found[code] = PLAIN;
  }
  return found;
}

function modelAdviceOf(situation: SettledSituation, policy: Policy): Found {
  const { host, configuration, areModelsKnown } = situation;
  const { vision, planning } = policy;
  if (!areModelsKnown) return {};
  const found: Found = {};
  if (
    planning.missing.includes("CLOUD_NOT_ALLOWED") ||
    planning.missing.includes("MODEL_NOT_INSTALLED")
  ) {
    const { params, command } = pull(planningChoiceOf(situation, "nominal").model);
    const may_use_cloud = configuration.cloud.planning === "allow";
    found.PREPARE_PLANNING = { params: { ...params, may_use_cloud }, command };
  }
  if (configuration.policy.vision.local === false) return found;
  const choice = visionChoiceOf(situation, localRungOf(situation));
  if (host.ollama.running !== true) {
    const isHere = host.notes.some(
      (note) => note.probe === "ollama" && note.code === "not-running",
    );
    if (isHere) found.START_OLLAMA = { params: {}, command: "ollama serve" };
    else found.INSTALL_OLLAMA = pull(choice.model);
    return found;
  }
  if (!choice.installed) found.PULL_MODEL = pull(choice.model);
  if (vision.provider === "local" && isSmallSameAsNominal(situation)) {
    const bare = { ...host, ollama: { ...host.ollama, models: [] } };
    const plan = visionChoiceOf({ ...situation, host: bare }, "smallModel");
    const { footprint_mib } = visionChoiceOf(situation, "nominal");
    if (plan.footprint_mib < footprint_mib) found.PULL_SMALL_MODEL = pull(plan.model);
  }
  return found;
}

function cloudAdviceOf({ configuration, rung, tier }: SettledSituation, policy: Policy): Found {
  const { vision } = policy;
  const isWanted = vision.provider === "cloud" || (rung === "shed" && tier !== "CLOUD_HYBRID");
  if (!isWanted || configuration.cloud.vision === "never") return {};
  const params = { model: vision.model ?? configuration.cloud.vision_model };
  if (!configuration.cloud.allowed) return { ALLOW_CLOUD: { params, command: null } };
  if (!vision.missing.includes("CLOUD_NOT_CONFIGURED")) return {};
  return { CONFIGURE_CLOUD: { params, command: null } };
}

function pressureAdviceOf(
  { host, configuration }: SettledSituation,
  advice: Advice & { readonly policy: Policy },
): Found {
  const { isCpuBusy, isMemoryTight, isVramTight, policy } = advice;
  const { memoryAvailableMib: available = host.memory.available_mib } = advice;
  const found: Found = {};
  const threshold_mib = configuration.thresholds.memory.enter;
  if (isMemoryTight ?? (available !== null && available < threshold_mib)) {
    const params =
      available === null ? { threshold_mib } : { threshold_mib, available_mib: available };
    found.FREE_MEMORY = { params, command: null };
  } else if (advice.memoryFullInMs != null) {
    const minutes = Math.max(1, Math.ceil(advice.memoryFullInMs / 60_000));
    found.MEMORY_FILLING = { params: { minutes }, command: null };
  }
  if (isVramTight === true) found.FREE_VRAM = PLAIN;
  if (isCpuBusy && policy.vision.max_scenes > 1) {
    found.REDUCE_SCENES = { params: { max_scenes: policy.vision.max_scenes }, command: null };
  }
  return found;
}

/** What power, heat and stalls ask of a person; the ladder does not move for them. */
function conditionAdviceOf({ host: { conditions } }: SettledSituation): Found {
  if (conditions === undefined) return {};
  const found: Found = {};
  if (conditions.thermal === "hot") found.RUNNING_HOT = PLAIN;
  if (conditions.memory_stall === "severe") found.MEMORY_STALLS = PLAIN;
  if (conditions.cpu_stolen === true) found.CPU_STOLEN = PLAIN;
  if (conditions.disk_waiting === true) found.DISK_WAITING = PLAIN;
  if (conditions.power === "battery") found.ON_BATTERY = PLAIN;
  return found;
}

function hostAdviceOf(situation: SettledSituation): Found {
  const { host, tier, rung } = situation;
  const found: Found = {};
  const gpu = largestUsableGpu(host);
  const isMeasured = host.gpus.every((one) => one.is_integrated || one.vram_total_mib !== null);
  const isBroken = Object.keys(driverAdviceOf(situation)).length > 0;
  if (
    !isGpuTier(tier) &&
    situation.configuration.tier.choice === "auto" &&
    isMeasured &&
    !isBroken
  ) {
    found.ADD_GPU = PLAIN;
  }
  if (gpu?.unified === true) found.UNIFIED_MEMORY = PLAIN;
  if (isGpuTier(tier) && (rung === "nominal" || rung === "smallModel")) {
    const slow = slowestLoadedOf(situation);
    if (slow !== null)
      found.LOAD_MODEL_ON_GPU = { params: slow, command: `ollama stop ${slow.model}` };
  }
  if (host.davinci.running === true && host.davinci.scriptable === false) {
    found.ENABLE_EDITOR_SCRIPTING = PLAIN;
  }
  const { running, version } = host.ollama;
  if (running === true && version !== null && isOlder(version, OLLAMA_VERSION_WANTED)) {
    found.UPDATE_OLLAMA = { params: { version }, command: null };
  }
  return found;
}

/** The loaded model with the smallest share on the GPU, if any lies off it; unknown sizes say nothing. */
function slowestLoadedOf({
  host,
}: SettledSituation): { model: string; on_gpu_percent: number } | null {
  let slowest: { model: string; on_gpu_percent: number } | null = null;
  for (const { name, size_bytes, size_vram_bytes } of host.ollama.loaded) {
    if (size_bytes === null || size_vram_bytes === null || !(size_vram_bytes < size_bytes))
      continue;
    const on_gpu_percent = Math.round((size_vram_bytes / size_bytes) * 100);
    if (slowest === null || on_gpu_percent < slowest.on_gpu_percent) {
      slowest = { model: name, on_gpu_percent };
    }
  }
  return slowest;
}

function localRungOf({ tier, rung }: SettledSituation): LocalRung {
  if (!isGpuTier(tier)) return "cpu";
  return rung === "smallModel" || rung === "cpu" ? rung : "nominal";
}

function pull(model: string): Omit<Recommendation, "code"> {
  return { params: { model, label: modelLabelOf(model) }, command: `ollama pull ${model}` };
}
