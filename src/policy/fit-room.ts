/**
 * The rooms of a host, and whether a need fits into one: now, and beside what others took at their peak.
 *
 * The limits are those of the return test (`domain/return-test.ts`): a share of the card, and memory so
 * that the threshold stays free; so a model that fits here is one that the runtime would climb back to.
 * Rejected: what is free this very second alone, which says yes between two renderings.
 */
import type { Configuration } from "../domain/configuration.ts";
import { vramLimitMib } from "../domain/feasibility.ts";
import type { Host } from "../domain/host.ts";
import type { NoteCode } from "../domain/note.ts";
import { largestUsableGpu, type Tier } from "../domain/tier.ts";
import type { FitReason, FitReasonCode, FitRoom, FitVerdict } from "./fit-shape.ts";

/** What a meter showed, in MiB; `null` = unknown. */
export interface MeterUse {
  readonly total_mib: number | null;
  /** Everybody's. */
  readonly used_now_mib: number | null;
  readonly others_now_mib: number | null;
  readonly others_peak_mib: number | null;
  readonly lookback_ms: number;
  readonly estimated: boolean;
}

/** The host, what is allowed on it, and what its meters show. */
export interface FitGrounds {
  readonly host: Host;
  readonly configuration: Configuration;
  readonly tier: Tier;
  /** `null`: the card has no meter of its own, or there is none. */
  readonly vram: MeterUse | null;
  readonly memory: MeterUse;
}

/** A meter that nobody has read. */
export const UNREAD: MeterUse = {
  total_mib: null,
  used_now_mib: null,
  others_now_mib: null,
  others_peak_mib: null,
  lookback_ms: 0,
  estimated: false,
};

/** Remarks of a card's probe after which "no card" is not known. */
const BLIND: readonly NoteCode[] = [
  ...(["timeout", "gpu-lost", "version-mismatch", "nvml-unknown", "failed"] as const),
  ...(["permission", "blocked-by-os", "not-executable", "unparsable"] as const),
  ...(["driver-not-loaded", "library-missing", "memory-not-reported", "seen-by-server"] as const),
];
const CARD_PROBES: readonly string[] = ["nvidia", "amd", "intel", "apple", "windows", "jetson"];

/** The room of the host's memory. */
export function memoryRoomOf({ memory, configuration, host }: FitGrounds): FitRoom {
  const total = memory.total_mib ?? host.memory.total_mib;
  const limit = total === null ? null : total - configuration.thresholds.memory.enter;
  return roomOf("memory", { ...memory, total_mib: total }, limit);
}

/** The room of the largest usable card: its own memory, or its part of the host's; `null` = no card. */
export function gpuRoomOf(grounds: FitGrounds): FitRoom | null {
  const { host, configuration, vram } = grounds;
  const card = largestUsableGpu(host);
  if (card === null) return null;
  const own = vramLimitMib(host, configuration);
  if (card.unified) {
    const shared = memoryRoomOf(grounds);
    if (own === null || shared.limit_mib === null) return shared;
    const limit = Math.min(shared.limit_mib, Math.floor(own));
    return roomOf("memory", { ...grounds.memory, total_mib: shared.total_mib }, limit);
  }
  const use = vram ?? UNREAD;
  const total = use.total_mib ?? card.usable_mib ?? card.vram_total_mib;
  const limit = total === null ? null : Math.floor(configuration.thresholds.vram.enter * total);
  return roomOf("vram", { ...use, total_mib: total }, limit);
}

/** Why there is no room of a card: none was found, or it could not be read. */
export function noGpuReasonOf({ gpus, notes }: Host): FitReasonCode {
  const isThere = gpus.some((gpu) => !gpu.is_integrated && (gpu.excluded_by ?? null) === null);
  const isBlind = notes.some(
    ({ probe, code }) => CARD_PROBES.includes(probe) && BLIND.includes(code),
  );
  return isThere || isBlind ? "GPU_UNREADABLE" : "NO_GPU";
}

/** Whether a need fits; a room that is not there has its reason in `absent`. */
export function judge(
  needMib: number | null,
  room: FitRoom | null,
  absent: FitReasonCode = "MEMORY_UNKNOWN",
): { readonly verdict: FitVerdict; readonly reason: FitReason } {
  const meter = room?.meter ?? "vram";
  const say = (verdict: FitVerdict, code: FitReasonCode, mib: number | null = null) => ({
    verdict,
    reason: { code, meter, mib },
  });
  if (room === null) return say("unknown", absent);
  const { limit_mib, free_now_mib, free_at_peak_mib } = room;
  if (limit_mib === null)
    return say("unknown", meter === "vram" ? "GPU_UNREADABLE" : "MEMORY_UNKNOWN");
  if (needMib === null) return say("unknown", "SIZE_UNKNOWN");
  if (needMib > limit_mib) return say("too-large", "LARGER_THAN_DEVICE", needMib - limit_mib);
  if (free_now_mib === null || free_at_peak_mib === null) return say("unknown", "USE_UNKNOWN");
  if (needMib <= free_at_peak_mib) return say("fits", "ROOM_AT_PEAK", free_at_peak_mib - needMib);
  if (needMib <= free_now_mib) {
    return say("fits-now-not-at-peak", "PEAK_TOO_HIGH", needMib - free_at_peak_mib);
  }
  return say("too-large", "OTHERS_IN_THE_WAY", needMib - free_now_mib);
}

function roomOf(meter: FitRoom["meter"], use: MeterUse, limit: number | null): FitRoom {
  const { others_now_mib: now, others_peak_mib: seen } = use;
  // A peak below what is used now would be no peak.
  const peak = now === null || seen === null ? null : Math.max(now, seen);
  const left = (others: number | null): number | null =>
    limit === null || others === null ? null : limit - others;
  return {
    meter,
    total_mib: use.total_mib,
    limit_mib: limit,
    used_now_mib: use.used_now_mib,
    others_now_mib: now,
    others_peak_mib: peak,
    free_now_mib: left(now),
    free_at_peak_mib: left(peak),
    lookback_ms: use.lookback_ms,
    estimated: use.estimated,
  };
}
