/**
 * From the fields of a reading to samples that can be judged, or to "missing".
 *
 * Absurd numbers (negative, more used than there is, zero right after real use, measured at no time) are
 * missing: `NaN > 0.85` is false, and a rule that reads a dead sensor as healthy stays on the card until
 * it crashes (7 of 7 recorded cases).
 */
import { footprintOf } from "./configuration.ts";
import type { ReadingInput, VramReading } from "./input.ts";
import type { Sample } from "./level-signal.ts";
import { ownShareMib } from "./own-share.ts";
import type { Sensing, Surroundings } from "./sensing.ts";

/** A zero is believed after this long (a headless card that everybody left does read zero). */
const ZERO_BELIEVED_MS = 600_000;
/** VRAM use above this share counts as real use when a zero follows. */
const REAL_USE = 0.05;

/** What a reading says about memory. */
export interface MemorySeen extends Sample {
  readonly totalMib: number | null;
  readonly usedMib: number | null;
}

/**
 * What a reading says about VRAM. Two kinds of object on purpose: were both of one form, V8 would keep
 * the MiB of the one as it keeps the fractions of the other, and would throw its code away and compile it
 * again every thousand readings (measured with --trace-deopt, Node 24.21: twice the time).
 */
export interface VramSeen extends Sample {
  readonly totalMib: number | null;
  readonly usedMib: number | null;
  /** In use without our own share. */
  readonly othersMib: number | null;
  readonly zeroSince: number | null;
}

/** The VRAM sample of a reading. */
export function vramSample(sensing: Sensing, input: ReadingInput, around: Surroundings): VramSeen {
  const { at } = input;
  const vram = input.vram ?? null;
  const used = vram?.used_mib ?? null;
  const total = vram?.total_mib ?? null;
  const sourceAt = Math.min(vram?.source_at ?? at, at);
  const stepAt = sensing.ladder.lastStepAt;
  if (used === null || total === null || !isShare(used, total) || !Number.isFinite(sourceAt))
    return missingVram({ at, sourceAt, stepAt }, sensing.zeroSince);
  const wasUsed = sensing.zeroSince !== null || (sensing.vram.value ?? 0) > REAL_USE;
  const zeroSince = used === 0 && wasUsed ? (sensing.zeroSince ?? at) : null;
  if (zeroSince !== null && at - zeroSince < ZERO_BELIEVED_MS)
    return missingVram({ at, sourceAt, stepAt }, zeroSince);
  const own = ownOf(vram, used);
  return {
    at,
    value: used / total,
    sourceAt,
    stepAt,
    isEstimated: own === null || input.missing?.own === "estimated",
    totalMib: total,
    usedMib: used,
    othersMib: used - (own ?? estimatedOwnMib(sensing, used, around)),
    zeroSince,
  };
}

function missingVram(
  { at, sourceAt, stepAt }: Pick<Sample, "at" | "sourceAt" | "stepAt">,
  zeroSince: number | null,
): VramSeen {
  return {
    at,
    value: null,
    sourceAt,
    stepAt,
    isEstimated: false,
    totalMib: null,
    usedMib: null,
    othersMib: null,
    zeroSince,
  };
}

function ownOf(vram: VramReading | null, used: number): number | null {
  const own = vram?.own_mib ?? null;
  return own === null || !Number.isFinite(own) || own < 0 ? null : Math.min(own, used);
}

function estimatedOwnMib(
  { ownShare }: Sensing,
  used: number,
  { device, rung, configuration }: Surroundings,
): number {
  const need = rung === null ? null : footprintOf(configuration.policy.footprints, rung);
  return ownShareMib(ownShare, used, { device, footprintMib: need ?? null });
}

/** The memory sample of a reading. */
export function memorySample({ ladder }: Sensing, input: ReadingInput): MemorySeen {
  const { at } = input;
  const memory = input.memory ?? null;
  const available = memory?.available_mib ?? null;
  const total = memory?.total_mib ?? null;
  const sourceAt = Math.min(memory?.source_at ?? at, at);
  const stepAt = ladder.lastStepAt;
  const isGood = available !== null && total !== null && isShare(available, total);
  if (!isGood || !Number.isFinite(sourceAt))
    return { at, value: null, sourceAt, stepAt, isEstimated: false, totalMib: null, usedMib: null };
  return {
    at,
    value: available,
    sourceAt,
    stepAt,
    isEstimated: false,
    totalMib: total,
    usedMib: total - available,
  };
}

function isShare(part: number, total: number): boolean {
  return Number.isFinite(part) && Number.isFinite(total) && part >= 0 && total > 0 && part <= total;
}
