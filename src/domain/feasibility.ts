/**
 * Static feasibility: could this host ever carry a rung, were nothing else running?
 *
 * The idea: a removal firm asks first whether the wardrobe fits into the van at all; whether it fits
 * next to today's other furniture is another question (the return test). Here only totals are
 * compared, so the answer changes with the host or the configuration and never with a reading.
 * An unknown total refuses nothing: unknown is not zero. Rejected: a look at installed models or a
 * running server; those make a role "not ready", never a rung infeasible.
 */
import { type Configuration, footprintOf } from "./configuration.ts";
import type { Host } from "./host.ts";
import type { Rung } from "./rung.ts";
import { gpuMemoryMib, isGpuTier, largestUsableGpu, type Tier } from "./tier.ts";

/** Which local rungs memory allows; `cloud` (consent, reachability) and `shed` are not its business. */
export interface Feasibility {
  readonly nominal: boolean;
  readonly smallModel: boolean;
  readonly cpu: boolean;
}

/** Whether memory allows a rung. Name by name: the way up is asked each second, a computed key is slow. */
export function isFeasible(can: Feasibility, rung: Rung): boolean {
  switch (rung) {
    case "nominal":
      return can.nominal;
    case "smallModel":
      return can.smallModel;
    case "cpu":
      return can.cpu;
    case "cloud":
    case "shed":
      return false;
  }
}

/**
 * The static feasibility of a tier's rungs; footprints in `configuration.policy.footprints` are
 * expected to be resolved (an absent one refuses nothing, `null` refuses its rung).
 */
export function feasibilityOf(host: Host, tier: Tier, configuration: Configuration): Feasibility {
  const cpu = fits(needOf(configuration, "cpu"), memoryLimitMib(host, configuration));
  if (!isGpuTier(tier)) {
    return { nominal: tier === "CLOUD_HYBRID" || cpu, smallModel: false, cpu };
  }
  const limitMib = vramLimitMib(host, configuration);
  return {
    nominal: fits(needOf(configuration, "nominal"), limitMib),
    smallModel: fits(needOf(configuration, "smallModel"), limitMib),
    cpu,
  };
}

/** What a model may take of the largest usable card, in MiB; `null` = unknown. */
export function vramLimitMib(host: Host, configuration: Configuration): number | null {
  const gpu = largestUsableGpu(host);
  const totalMib = gpu === null ? null : gpuMemoryMib(gpu, host);
  return totalMib === null ? null : totalMib * configuration.thresholds.vram.enter;
}

/** What a model may take of the host's memory, in MiB, so that `memory.enter` stays free; `null` = unknown. */
export function memoryLimitMib(host: Host, configuration: Configuration): number | null {
  const totalMib = host.memory.total_mib;
  return totalMib === null ? null : totalMib - configuration.thresholds.memory.enter;
}

function needOf(configuration: Configuration, rung: Rung): number | null | undefined {
  return footprintOf(configuration.policy.footprints, rung);
}

function fits(needMib: number | null | undefined, limitMib: number | null): boolean {
  if (needMib === null) return false;
  return needMib === undefined || limitMib === null || needMib <= limitMib;
}
