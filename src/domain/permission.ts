/**
 * The way up: which rung may be climbed to now, if any.
 *
 * Down is free, up is earned: dwell since the last step down (doubled per re-entry), clear time since
 * the last step in either direction, and a return test: the peak of the others' use over the look-back
 * plus the planned footprint must stay within the limit. The test, not the threshold, is what prevents
 * out-of-memory errors (122 → 5 on 1,281 h of recorded use); dwell and back-off are what prevents flapping.
 */
import type { Configuration, LevelThreshold } from "./configuration.ts";
import { isFeasible } from "./feasibility.ts";
import type { OutOfMemory } from "./out-of-memory.ts";
import type { Dwell, ReturnTest } from "./reason.ts";
import { type Capacity, fitOf, type Question } from "./return-test.ts";
import { deviceOf, type Rung, type RungDevice, rungsOf } from "./rung.ts";

/** What the way up remembers between inputs. */
export interface LadderState extends OutOfMemory {
  readonly lastStepAt: number | null;
  readonly lastStepDownAt: number | null;
  /** Whose timing the dwell follows: that of the signal that caused the last step down. */
  readonly signal: "vram" | "memory";
  /** The last steps down were caused by pressure, not by a person, the editor or another tier. */
  readonly isPressureEpisode: boolean;
  /** The device that the last step left; an error reported just after it belongs there. */
  readonly leftDevice: RungDevice;
  /** Dwell multiplier, 1 or more; doubled when pressure returns soon after a step up. */
  readonly factor: number;
  /** A tier was entered and no fresh reading has come yet: no local model is loaded. */
  readonly isEntryPending: boolean;
  /** After entering a tier (not after a restart) the entry also waits until the rung fits. */
  readonly isFitAwaited: boolean;
  /** Timers restart here after a suspend. */
  readonly resumedAt: number | null;
}

/** Outcome of asking for the way up. */
export interface Permission {
  readonly rung: Rung;
  readonly dwell: Dwell;
  readonly returnTest: ReturnTest | null;
}

export const FRESH_LADDER: LadderState = {
  lastStepAt: null,
  lastStepDownAt: null,
  lastStepUpAt: null,
  signal: "vram",
  isPressureEpisode: false,
  leftDevice: "none",
  factor: 1,
  isEntryPending: false,
  isFitAwaited: false,
  resumedAt: null,
  oomAt: null,
  oomLookbackMs: 0,
};

export interface Step {
  readonly at: number;
  readonly isDown: boolean;
  /** False for a person's hold, the editor, the cloud and a change of tier. */
  readonly isPressure: boolean;
  readonly signal: LadderState["signal"];
  /** The device that is left. */
  readonly device: RungDevice;
}

/** The next better rung that is feasible, fits, and has been waited for; `null` otherwise. */
export function permittedRung(
  ladder: LadderState,
  capacity: Capacity,
  configuration: Configuration,
): Permission | null {
  const dwell = dwellOf(ladder, capacity.at, configuration);
  if (dwell.served_ms < dwell.required_ms) return null;
  if (!isClear(ladder, capacity, configuration)) return null;
  const rungs = rungsOf(capacity.tier);
  const question: Question = { ladder, capacity, configuration };
  for (let index = rungs.indexOf(capacity.rung) - 1; index >= 0; index -= 1) {
    const rung = rungs[index] as Rung;
    if (!isMetered(rung, capacity)) continue;
    const fit = fitOf(rung, question);
    if (fit.fits) return { rung, dwell, returnTest: fit.test };
  }
  return null;
}

/**
 * The best rung that passes the return test, without dwell: for entering a tier (from the present rung
 * down) and for leaving a rung that became infeasible (any rung). `null` when none passes.
 */
export function fittingRung(
  ladder: LadderState,
  capacity: Capacity,
  { configuration, from }: { readonly configuration: Configuration; readonly from: Rung },
): Permission | null {
  const rungs = rungsOf(capacity.tier);
  const question: Question = { ladder, capacity, configuration };
  const dwell = dwellOf(ladder, capacity.at, configuration);
  for (const rung of rungs.slice(rungs.indexOf(from))) {
    if (rung === "shed") return null;
    const fit = fitOf(rung, question);
    if (fit.fits) return { rung, dwell, returnTest: fit.test };
  }
  return null;
}

/** Dwell served and required now. Nothing is required before the first step down. */
export function dwellOf(ladder: LadderState, at: number, configuration: Configuration): Dwell {
  const { dwell_ms, backoff_max_ms } = thresholdOf(ladder.signal, configuration);
  const required_ms = Math.min(dwell_ms * ladder.factor, Math.max(backoff_max_ms, dwell_ms));
  const served_ms = ladder.lastStepDownAt === null ? required_ms : at - ladder.lastStepDownAt;
  return { served_ms, required_ms, factor: ladder.factor };
}

/**
 * Remembers a step. Pressure again soon after a step up out of pressure is a re-entry and doubles the
 * dwell; a further step down in the same episode is not; a person's hold, the editor or another tier say
 * nothing about pressure and leave the dwell as it is.
 */
export function withStep(
  ladder: LadderState,
  step: Step,
  configuration: Configuration,
): LadderState {
  const { at, isDown, isPressure, signal, device } = step;
  if (!isDown) {
    const lastStepUpAt = ladder.isPressureEpisode ? at : ladder.lastStepUpAt;
    return { ...ladder, lastStepAt: at, lastStepUpAt, leftDevice: device };
  }
  const next = { ...ladder, lastStepAt: at, lastStepDownAt: at, leftDevice: device };
  if (!isPressure)
    return { ...next, isPressureEpisode: ladder.isPressureEpisode && isUnfinished(ladder) };
  return {
    ...next,
    isPressureEpisode: true,
    signal,
    factor: factorAfter(ladder, step, configuration),
  };
}

function factorAfter(
  ladder: LadderState,
  { at, signal }: Step,
  configuration: Configuration,
): number {
  if (isUnfinished(ladder)) return ladder.factor;
  const threshold = thresholdOf(signal, configuration);
  const isReentry =
    ladder.lastStepUpAt !== null && at - ladder.lastStepUpAt <= threshold.reentry_ms;
  const mostDoubled = Math.max(1, threshold.backoff_max_ms / Math.max(1, threshold.dwell_ms));
  return isReentry ? Math.min(ladder.factor * 2, mostDoubled) : 1;
}

/** A pressure episode goes on until the first step up after it. */
function isUnfinished({ isPressureEpisode, lastStepUpAt, lastStepDownAt }: LadderState): boolean {
  if (!isPressureEpisode || lastStepDownAt === null) return false;
  return lastStepUpAt === null || lastStepUpAt < lastStepDownAt;
}

/** Calm for a while: since the last step, a suspend, and since a meter that was lost is back. */
function isClear(ladder: LadderState, capacity: Capacity, configuration: Configuration): boolean {
  const since = Math.max(
    ladder.lastStepAt ?? Number.NEGATIVE_INFINITY,
    ladder.resumedAt ?? Number.NEGATIVE_INFINITY,
    capacity.hasVram && capacity.isVramFresh ? capacity.vramBackAt : Number.NEGATIVE_INFINITY,
    capacity.isMemoryFresh ? capacity.memoryBackAt : Number.NEGATIVE_INFINITY,
  );
  return capacity.at - since >= thresholdOf(ladder.signal, configuration).quick_exit_ms;
}

function thresholdOf(signal: LadderState["signal"], { thresholds }: Configuration): LevelThreshold {
  return signal === "memory" ? thresholds.memory : thresholds.vram;
}

/** True when the present rung cannot carry work at all any more: footprint, consent or reachability. */
export function isInfeasible({ device, rung, can, isCloudUsable }: Capacity): boolean {
  if (device === "none") return false;
  return device === "cloud" ? !isCloudUsable : !isFeasible(can, rung);
}

/** The cloud needs no meter of ours, the CPU that of memory, the GPU both. */
function isMetered(rung: Rung, { tier, hasVram, isVramFresh, isMemoryFresh }: Capacity): boolean {
  const device = deviceOf(tier, rung);
  if (device === "cloud" || device === "none") return true;
  return isMemoryFresh && (device === "cpu" || !hasVram || isVramFresh);
}
