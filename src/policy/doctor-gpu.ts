/**
 * The cards, their drivers and CUDA: what works, and what keeps a card from being used.
 *
 * A driver that is only too old for the model server is named here, because the server then silently
 * uses the processor. Needed: compute capability 5.0, driver 550, and 570 for 5.0 to 6.2 (Ollama's
 * documents, detection facts §7).
 */
import type { Gpu } from "../domain/host.ts";
import type { NoteCode, ProbeName } from "../domain/note.ts";
import { gpuMemoryMib, isGpuTier, largestUsableGpu } from "../domain/tier.ts";
import { type DoctorCode, type DoctorFinding, findingOf } from "./doctor-code.ts";
import type { DoctorFacts } from "./doctor-facts.ts";
import { BYTES_PER_MIB } from "./fit-figures.ts";

const DRIVER_WANTED = 550;
const DRIVER_WANTED_FOR_OLD_CARDS = 570;
const CAPABILITY_WANTED = 5;
/** Cards up to this one need the newer driver. */
const CAPABILITY_OLD = 6.2;

/** What a remark of the NVIDIA probe comes to, and what to type. */
const TROUBLES: Readonly<Partial<Record<NoteCode, readonly [DoctorCode, string | null]>>> = {
  "driver-not-loaded": ["DRIVER_NOT_LOADED", "nvidia-smi"],
  "library-missing": ["DRIVER_INCOMPLETE", null],
  "not-executable": ["DRIVER_INCOMPLETE", null],
  "version-mismatch": ["DRIVER_MISMATCH", null],
  "gpu-lost": ["GPU_LOST", null],
  "nvml-unknown": ["CONTAINER_LOST_GPU", null],
  "blocked-by-os": ["GPU_BLOCKED", "wsl --update"],
  permission: ["GPU_FORBIDDEN", null],
  timeout: ["GPU_SILENT", "nvidia-smi"],
  failed: ["GPU_SILENT", "nvidia-smi"],
  unparsable: ["GPU_SILENT", "nvidia-smi"],
};

/** Of other makers' cards these alone mean the same. */
const MAKERS: readonly ProbeName[] = ["amd", "intel"];
const MAKER_TROUBLES: readonly NoteCode[] = ["permission", "gpu-lost"];

/** The findings about cards; `WINDOWS_SPILL` among them. */
export function gpuFindingsOf(facts: DoctorFacts): readonly DoctorFinding[] {
  const { host } = facts;
  const troubles = troublesOf(facts);
  const cards = host.gpus.flatMap((gpu) => cardFindingsOf(gpu, facts));
  const hasDiscrete = host.gpus.some((gpu) => !gpu.is_integrated && !gpu.unified);
  return [
    ...troubles,
    ...cards,
    ...useFindingsOf(facts),
    ...(host.gpus.length === 0 && troubles.length === 0 ? [absentOf(facts)] : []),
    ...(host.os === "Windows" && hasDiscrete ? [findingOf("WINDOWS_SPILL")] : []),
    ...offTheGpuOf(facts),
  ];
}

/** Each trouble once, whichever card it is about. */
function troublesOf({ host }: DoctorFacts): readonly DoctorFinding[] {
  const found = new Map<DoctorCode, DoctorFinding>();
  for (const { probe, code, detail } of host.notes) {
    const isTold = probe === "nvidia" || (MAKERS.includes(probe) && MAKER_TROUBLES.includes(code));
    const [trouble, command = null] = (isTold && TROUBLES[code]) || [];
    // Beside cards that answer, a line that cannot be read is no trouble.
    if (trouble === undefined || (trouble === "GPU_SILENT" && host.gpus.length > 0)) continue;
    if (!found.has(trouble)) found.set(trouble, findingOf(trouble, { said: detail }, command));
  }
  return [...found.values()];
}

function cardFindingsOf(gpu: Gpu, facts: DoctorFacts): readonly DoctorFinding[] {
  const name = gpu.name ?? gpu.vendor;
  const found_mib = gpuMemoryMib(gpu, facts.host);
  const params = { name, found_mib, version: gpu.driver };
  if (gpu.is_integrated) {
    const isOnly = facts.host.gpus.every((one) => one.is_integrated);
    return isOnly ? [findingOf("GPU_INTEGRATED", params)] : [];
  }
  if ((gpu.excluded_by ?? null) !== null) return [findingOf("GPU_LEFT_OUT", params)];
  const cuda = cudaFindingOf(gpu, facts);
  const { low_mib } = facts.configuration.tier;
  const isSmall = found_mib !== null && found_mib < low_mib;
  const code: DoctorCode =
    found_mib === null ? "GPU_MEMORY_UNKNOWN" : isSmall ? "GPU_SMALL" : "GPU_FOUND";
  const card = findingOf(code, { ...params, of_mib: low_mib });
  return cuda === null ? [card] : [card, cuda];
}

/**
 * High from where work would not come back to the card (`thresholds.vram.quick_exit`). Ollama's models do
 * not count: they are there to be used, and go by themselves.
 */
function useFindingsOf({ card, configuration, host }: DoctorFacts): readonly DoctorFinding[] {
  if (card === null) return [];
  const { name, used_mib, total_mib, programs } = card;
  const loaded = host.ollama.loaded.reduce((sum, one) => sum + (one.size_vram_bytes ?? 0), 0);
  const othersMib = used_mib - loaded / BYTES_PER_MIB;
  const isHigh = othersMib >= configuration.thresholds.vram.quick_exit * total_mib;
  const params = { name, found_mib: total_mib - used_mib, of_mib: total_mib, programs };
  return [findingOf(isHigh ? "GPU_USE_HIGH" : "GPU_USE_FINE", params)];
}

function cudaFindingOf(gpu: Gpu, { host }: DoctorFacts): DoctorFinding | null {
  if (gpu.vendor !== "nvidia") return null;
  const name = gpu.name ?? gpu.vendor;
  const capability = numberOf(gpu.compute_capability);
  if (capability !== null && capability < CAPABILITY_WANTED) {
    const version = gpu.compute_capability ?? null;
    return findingOf("CUDA_CARD_OLD", { name, version, wanted: CAPABILITY_WANTED.toFixed(1) });
  }
  const isOldCard = capability !== null && capability <= CAPABILITY_OLD;
  const wanted = isOldCard ? DRIVER_WANTED_FOR_OLD_CARDS : DRIVER_WANTED;
  const driver = numberOf(gpu.driver);
  if (driver !== null && Math.floor(driver) < wanted) {
    return findingOf("CUDA_DRIVER_OLD", { name, version: gpu.driver, wanted: String(wanted) });
  }
  const isWorking = host.cuda_available === true && driver !== null;
  return findingOf(isWorking ? "CUDA_WORKS" : "CUDA_UNKNOWN", { name, version: gpu.cuda });
}

function absentOf({ host }: DoctorFacts): DoctorFinding {
  const server = host.notes.some(({ code }) => code === "seen-by-server");
  const isSeen = host.ollama.loaded.some(({ size_vram_bytes }) => (size_vram_bytes ?? 0) > 0);
  return findingOf(server || isSeen ? "GPU_SEEN_BY_SERVER" : "GPU_ABSENT");
}

function offTheGpuOf({ host, tier }: DoctorFacts): readonly DoctorFinding[] {
  if (!isGpuTier(tier) || largestUsableGpu(host) === null) return [];
  return host.ollama.loaded.flatMap(({ name, size_bytes, size_vram_bytes }) => {
    if (size_bytes === null || size_vram_bytes === null || size_vram_bytes >= size_bytes) return [];
    const percent = Math.round((size_vram_bytes / size_bytes) * 100);
    return [findingOf("MODEL_OFF_GPU", { name, percent }, `ollama stop ${name}`)];
  });
}

/** The first two numbers of a version: 595.71 of `595.71.05`. */
function numberOf(version: string | null | undefined): number | null {
  const digits = /^\d+(\.\d+)?/.exec(version ?? "")?.[0];
  return digits === undefined ? null : Number(digits);
}
