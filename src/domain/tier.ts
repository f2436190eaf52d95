/**
 * The five tiers: what a host is capable of, decided once per detection.
 *
 * The idea: like the weight class of a boxer, a tier says what the host can carry on a good day;
 * how it is doing now is the rung's business (`rung.ts`). Floors stand at about 90 % of the nominal
 * sizes, because no card reports its nominal size (an "8 GB" RTX 4060 Laptop has 8188 MiB, a "16 GB"
 * T4 15360). Rejected: adding up several cards (one model must fit one card), and integrated graphics.
 */
import type { Gpu, Host } from "./host.ts";

export const TIERS = [
  "LOCAL_GPU_HIGH",
  "LOCAL_GPU_MID",
  "LOCAL_GPU_LOW",
  "LOCAL_CPU_ONLY",
  "CLOUD_HYBRID",
] as const;
export type Tier = (typeof TIERS)[number];

/** What a tier takes; floors in MiB of the largest usable card (about 90 % of the nominal sizes). */
export interface TierConfiguration {
  readonly choice: "auto" | Tier;
  readonly high_mib: number;
  readonly mid_mib: number;
  readonly low_mib: number;
  readonly cloud_below_memory_mib: number;
  readonly cloud_below_cores: number;
}

/** Share of system memory that a unified-memory GPU is assumed to be able to use; an estimate. */
const UNIFIED_MEMORY_SHARE = 0.75;

/** The tier of a host. Pure; the floors are data (`configuration.tier`). */
export function tierOf(host: Host, tier: TierConfiguration, isCloudAllowed = false): Tier {
  if (tier.choice !== "auto") return tier.choice;
  const gpu = largestUsableGpu(host);
  const vramMib = gpu === null ? null : gpuMemoryMib(gpu, host);
  if (vramMib !== null) {
    if (vramMib >= tier.high_mib) return "LOCAL_GPU_HIGH";
    if (vramMib >= tier.mid_mib) return "LOCAL_GPU_MID";
    if (vramMib >= tier.low_mib) return "LOCAL_GPU_LOW";
  }
  return isCloudAllowed && isTooSmallForLocal(host, tier) ? "CLOUD_HYBRID" : "LOCAL_CPU_ONLY";
}

/** True for the three tiers whose best rung is the GPU. */
export function isGpuTier(tier: Tier): boolean {
  return tier === "LOCAL_GPU_HIGH" || tier === "LOCAL_GPU_MID" || tier === "LOCAL_GPU_LOW";
}

/** The discrete or unified card with the most memory; `null` when no card is usable. */
export function largestUsableGpu(host: Host): Gpu | null {
  let best: Gpu | null = null;
  let bestMib = 0;
  for (const gpu of host.gpus) {
    const isUsable = !gpu.is_integrated && (gpu.excluded_by ?? null) === null;
    const mib = isUsable ? gpuMemoryMib(gpu, host) : null;
    if (mib !== null && mib > bestMib) {
      best = gpu;
      bestMib = mib;
    }
  }
  return best;
}

/** Usable memory of a card in MiB; for unified memory an estimate from the pool; `null` = unknown. */
export function gpuMemoryMib(gpu: Gpu, host: Host): number | null {
  const own = gpu.usable_mib ?? gpu.vram_total_mib;
  if (own !== null) return own;
  if (!gpu.unified || host.memory.total_mib === null) return null;
  return Math.floor(host.memory.total_mib * UNIFIED_MEMORY_SHARE);
}

function isTooSmallForLocal(host: Host, tier: TierConfiguration): boolean {
  const { total_mib } = host.memory;
  const { cores } = host.cpu;
  return (
    (total_mib !== null && total_mib < tier.cloud_below_memory_mib) ||
    (cores !== null && cores < tier.cloud_below_cores)
  );
}
