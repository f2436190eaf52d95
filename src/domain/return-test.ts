/**
 * The return test: is there room for a rung beside what others use?
 *
 * The peak of the others' use over the look-back plus the planned footprint must stay within the limit.
 * The way up asks it before it climbs (`permission.ts`), and the explanation asks it to say how much
 * must be freed; both get the same numbers, because there is one question.
 */
import { type Configuration, footprintOf } from "./configuration.ts";
import { type Feasibility, isFeasible } from "./feasibility.ts";
import { lookbackMsAt, type OutOfMemory } from "./out-of-memory.ts";
import { type Peaks, peakOver, timeUntilWithin } from "./peak.ts";
import type { ReturnTest } from "./reason.ts";
import { deviceOf, type Rung, type RungDevice } from "./rung.ts";
import type { Tier } from "./tier.ts";

/** What sensing knows at this input about what a rung would need. */
export interface Capacity {
  readonly at: number;
  readonly tier: Tier;
  readonly rung: Rung;
  /** The device of the present rung. */
  readonly device: RungDevice;
  readonly can: Feasibility;
  readonly isCloudUsable: boolean;
  /** False on unified memory and without a card: GPU rungs are then judged by the memory pool. */
  readonly hasVram: boolean;
  readonly vramTotalMib: number | null;
  readonly memoryTotalMib: number | null;
  readonly vramPeaks: Peaks;
  readonly memoryPeaks: Peaks;
  /** Which meters can be relied on now; a rung is only climbed to with the ones that it needs. */
  readonly isVramFresh: boolean;
  readonly isMemoryFresh: boolean;
  /** Since when each meter has been read without having been lost. */
  readonly vramBackAt: number;
  readonly memoryBackAt: number;
}

/** Whom and when the test is asked for. */
export interface Question {
  readonly ladder: OutOfMemory;
  readonly capacity: Capacity;
  readonly configuration: Configuration;
}

/** The answer; `test` is `null` where no meter of ours is asked, or nothing was read yet. */
export interface Fit {
  readonly fits: boolean;
  readonly test: ReturnTest | null;
}

const DOES_NOT_FIT: Fit = { fits: false, test: null };

/** Whether a rung fits now. */
export function fitOf(rung: Rung, question: Question): Fit {
  const { capacity } = question;
  const device = deviceOf(capacity.tier, rung);
  if (device === "none") return DOES_NOT_FIT;
  if (device === "cloud") return { fits: capacity.isCloudUsable, test: null };
  if (!isFeasible(capacity.can, rung)) return DOES_NOT_FIT;
  if (device === "cpu" || !capacity.hasVram) return memoryFit(rung, question);
  // Where memory drove work off this host, it must be calm before the card is used again too.
  const isOffHost = capacity.device === "cloud" || capacity.device === "none";
  return isOffHost && !memoryFit(null, question).fits ? DOES_NOT_FIT : vramFit(rung, question);
}

/** The room for a rung on its own meter, as the explanation shows it. */
export interface Room {
  readonly rung: Rung;
  readonly meter: "vram" | "memory";
  readonly test: ReturnTest;
  readonly lookback_ms: number;
  /** What others use now; at most some seconds old. */
  readonly others_now_mib: number;
  /** Until it fits if the use of now goes on, in ms: 0 = it fits; `null` = more must be freed. */
  readonly fits_in_ms: number | null;
  /** The others' share is derived, not measured. */
  readonly estimated: boolean;
}

/** The room of a rung that this host can carry; `null` for the others, and before the first reading. */
export function roomOf(rung: Rung, question: Question): Omit<Room, "estimated"> | null {
  const { capacity, configuration, ladder } = question;
  const device = deviceOf(capacity.tier, rung);
  if ((device !== "gpu" && device !== "cpu") || !isFeasible(capacity.can, rung)) return null;
  const meter = device === "gpu" && capacity.hasVram ? "vram" : "memory";
  const { test } = meter === "vram" ? vramFit(rung, question) : memoryFit(rung, question);
  if (test === null) return null;
  const { at } = capacity;
  const lookbackMs = lookbackMsAt(ladder, at, configuration.thresholds[meter].lookback_ms);
  const peaks = meter === "vram" ? capacity.vramPeaks : capacity.memoryPeaks;
  const limit = test.limit_mib - test.footprint_mib;
  return {
    rung,
    meter,
    test,
    lookback_ms: lookbackMs,
    others_now_mib: peaks.current?.peak ?? test.others_peak_mib,
    fits_in_ms: timeUntilWithin(peaks, at, { limit, lookbackMs }),
  };
}

function vramFit(rung: Rung, question: Question): Fit {
  const { capacity, configuration, ladder } = question;
  const { enter, lookback_ms } = configuration.thresholds.vram;
  const othersPeak = peakOver(
    capacity.vramPeaks,
    capacity.at,
    lookbackMsAt(ladder, capacity.at, lookback_ms),
  );
  if (othersPeak === null || capacity.vramTotalMib === null) return DOES_NOT_FIT;
  const footprint = footprintOf(configuration.policy.footprints, rung) ?? 0;
  return judge({
    others_peak_mib: othersPeak,
    footprint_mib: footprint,
    limit_mib: Math.floor(enter * capacity.vramTotalMib),
  });
}

/** `rung` null: whether memory alone, without any model of ours, stayed within its limit. */
function memoryFit(rung: Rung | null, question: Question): Fit {
  const { capacity, configuration, ladder } = question;
  const { enter, lookback_ms } = configuration.thresholds.memory;
  const othersPeak = peakOver(
    capacity.memoryPeaks,
    capacity.at,
    lookbackMsAt(ladder, capacity.at, lookback_ms),
  );
  if (othersPeak === null || capacity.memoryTotalMib === null) return DOES_NOT_FIT;
  const key = rung !== null && capacity.tier === "LOCAL_CPU_ONLY" ? "cpu" : rung;
  const footprint = key === null ? 0 : (footprintOf(configuration.policy.footprints, key) ?? 0);
  return judge({
    others_peak_mib: othersPeak,
    footprint_mib: footprint,
    limit_mib: capacity.memoryTotalMib - enter,
  });
}

function judge(test: ReturnTest): Fit {
  return { fits: test.others_peak_mib + test.footprint_mib <= test.limit_mib, test };
}
