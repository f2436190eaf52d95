/**
 * How soon to look again: faster near a limit, so that a fall is seen before it has happened.
 *
 * Memory: as earlyoom does it, the headroom above the hard threshold divided by the fastest fill seen.
 * From 2 GB to nothing took 0.3 s on recorded hosts, which no two-second beat can see. The card: a look
 * is a process of its own, so it goes from its beat to half a second on the way from the release value to
 * the threshold. Where nothing is known the configured beat stays. Rejected: the slope of the last
 * samples, which is nought just before a model is loaded.
 */
import type { Configuration } from "./configuration.ts";
import type { SignalState } from "./level-signal.ts";
import type { Sensing } from "./sensing.ts";

/** Time until the next look, in ms. */
export interface Pace {
  readonly beatMs: number;
  readonly gpuMs: number;
}

/** Fastest fill of memory that earlyoom reckons with, in MiB a second. */
const FILL_MIB_PER_S = 6000;
/** Design §5: down to 250 ms; for the card, where each look is a process, half a second. */
const BEAT_MIN_MS = 250;
const GPU_MIN_MS = 500;

/** The pace that what was sensed asks for; never slower than configured. */
export function paceOf(sensing: Sensing, { thresholds, sensors }: Configuration): Pace {
  return {
    beatMs: beatMs(sensing.memory, thresholds.memory.hard, sensors.beat_ms),
    gpuMs: gpuMs(sensing.vram, thresholds.vram, sensors.gpu_ms),
  };
}

function beatMs(memory: SignalState, hardMib: number, ordinaryMs: number): number {
  if (!isKnown(memory)) return ordinaryMs;
  const headroomMib = Math.max(0, (memory.value ?? 0) - hardMib);
  return between(BEAT_MIN_MS, Math.round((headroomMib / FILL_MIB_PER_S) * 1000), ordinaryMs);
}

function gpuMs(
  vram: SignalState,
  { quick_exit, enter }: { readonly quick_exit: number; readonly enter: number },
  ordinaryMs: number,
): number {
  if (!isKnown(vram)) return ordinaryMs;
  const share = ((vram.value ?? 0) - quick_exit) / (enter - quick_exit);
  const ms = ordinaryMs - Math.min(1, Math.max(0, share)) * (ordinaryMs - GPU_MIN_MS);
  return between(GPU_MIN_MS, Math.round(ms), ordinaryMs);
}

function isKnown({ level, value }: SignalState): boolean {
  return value !== null && level !== "unknown" && level !== "lost";
}

/** A beat that is configured below the least stays as it is. */
function between(least: number, ms: number, most: number): number {
  return Math.min(most, Math.max(least, ms));
}
