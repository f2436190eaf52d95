/**
 * One threshold signal (VRAM used, memory available): numbers and times in, a named level out.
 *
 * The idea is a lift door with a light barrier: it closes only after the way has been clear for a while
 * (grace, exits), but one hard touch opens it at once. A missing sample is no touch and no clear way: it
 * stops the exit timers, changes nothing until the stale limit, and then the signal is `lost`.
 * Rejected: smoothing (hides the step that kills) and slope forecasts (VRAM moves in steps).
 */
import type { LevelThreshold } from "./configuration.ts";
import type { Unit } from "./reason.ts";
import { STALE_CAP_MS, STALE_INTERVALS } from "./setting-order.ts";

export type SignalLevel = "unknown" | "relaxed" | "tight" | "exhausted" | "lost";

/** Everything remembered about one signal; plain data, so that it can stand in a checkpoint. */
export interface SignalState {
  readonly level: SignalLevel;
  /** Last good value and when it was measured. */
  readonly value: number | null;
  readonly sourceAt: number | null;
  /** Since when a first sample is awaited (start, resume, card appeared), or since when it came back. */
  readonly awaitedSince: number;
  readonly beyondSince: number | null;
  readonly beyondSamples: number;
  readonly quickSince: number | null;
  readonly slowSince: number | null;
}

/** How to judge the signal; `isHighBad` is true for VRAM used and false for memory available. */
export interface SignalRule {
  readonly signal: string;
  readonly unit: Unit;
  readonly threshold: LevelThreshold;
  readonly isHighBad: boolean;
  readonly intervalMs: number;
  readonly staleMs: number;
}

export interface Sample {
  readonly at: number;
  /** `null` = missing. */
  readonly value: number | null;
  readonly sourceAt: number;
  /** When the runtime last stepped; `null` = never. */
  readonly stepAt: number | null;
  readonly isEstimated: boolean;
}

type Timers = Pick<SignalState, "beyondSince" | "beyondSamples" | "quickSince" | "slowSince">;

const NO_TIMERS: Timers = {
  beyondSince: null,
  beyondSamples: 0,
  quickSince: null,
  slowSince: null,
};

/** A signal about which nothing is known yet. */
export function awaitedSignal(at: number): SignalState {
  return {
    level: "unknown",
    value: null,
    sourceAt: null,
    awaitedSince: at,
    beyondSince: null,
    beyondSamples: 0,
    quickSince: null,
    slowSince: null,
  };
}

/** L = max(3 × interval, 5 s), at most 15 s (design §5), unless configured. */
export function staleLimitMs(intervalMs: number, configured: number | null): number {
  return configured ?? Math.min(STALE_CAP_MS, Math.max(STALE_INTERVALS * intervalMs, 5_000));
}

/** Judges one sample. The same state comes back when nothing at all is new. */
export function observe(state: SignalState, sample: Sample, rule: SignalRule): SignalState {
  if (sample.value === null) return withoutValue(state, sample, rule);
  const age = sample.at - sample.sourceAt;
  const isNew = state.sourceAt === null || sample.sourceAt > state.sourceAt;
  if (isNew && age < rule.staleMs) return withValue(state, sample, rule);
  // A slower sensor repeats its last sample between its own beats: no news, but no fault either.
  if (!isNew && age <= 1.5 * rule.intervalMs && age < rule.staleMs) return state;
  return withoutValue(state, sample, rule);
}

/** True when the sample of this input can carry a decision: measured, and not older than its beat. */
export function isFresh(state: SignalState, at: number, rule: SignalRule): boolean {
  if (state.sourceAt === null || state.level === "unknown" || state.level === "lost") return false;
  const age = at - state.sourceAt;
  return age <= 1.5 * rule.intervalMs && age < rule.staleMs;
}

function withoutValue(state: SignalState, sample: Sample, rule: SignalRule): SignalState {
  const age = sample.at - (state.sourceAt ?? state.awaitedSince);
  if (state.level !== "lost" && age >= rule.staleMs) {
    const { awaitedSince, value, sourceAt } = state;
    return { ...awaitedSignal(awaitedSince), value, sourceAt, level: "lost" };
  }
  if (state.quickSince === null && state.slowSince === null) return state;
  return { ...state, quickSince: null, slowSince: null };
}

function withValue(state: SignalState, sample: Sample, rule: SignalRule): SignalState {
  const value = sample.value as number;
  if (isBeyond(value, rule.threshold.hard, rule)) {
    const beyondSince = state.beyondSince ?? sample.at;
    return seen(state, sample, {
      level: "exhausted",
      ...beyond(beyondSince, state.beyondSamples + 1),
    });
  }
  if (isBeyond(value, rule.threshold.enter, rule)) return withSoftValue(state, sample, rule);
  if (state.level === "relaxed") return seenCalm(state, sample);
  return withCalmValue(state, sample, rule);
}

function withSoftValue(state: SignalState, sample: Sample, rule: SignalRule): SignalState {
  const { level } = state;
  const isPressed = level === "tight" || level === "exhausted" || level === "lost";
  if (!isPressed && isBlank(sample, rule)) return seen(state, sample, { level, ...NO_TIMERS });
  const beyondSince = state.beyondSince ?? sample.at;
  const beyondSamples = state.beyondSamples + 1;
  const { grace_ms, min_samples } = rule.threshold;
  // A sensor slower than the grace period gets one sample per period: that one must do.
  const isSustained =
    rule.intervalMs > grace_ms ||
    (sample.at - beyondSince >= grace_ms && beyondSamples >= min_samples);
  // A sensor that comes back beyond the threshold is tight, not lost: it can be read again.
  const isTight = level === "lost" || (!isPressed && isSustained);
  return seen(state, sample, {
    level: isTight ? "tight" : level,
    ...beyond(beyondSince, beyondSamples),
  });
}

/** Just after a step models are loaded and unloaded: what is seen then is our own doing. */
function isBlank({ at, stepAt }: Sample, { threshold }: SignalRule): boolean {
  return stepAt !== null && at - stepAt < threshold.blank_ms;
}

function withCalmValue(state: SignalState, sample: Sample, rule: SignalRule): SignalState {
  if (state.level === "unknown" || state.level === "lost")
    return seen(state, sample, { level: "relaxed", ...NO_TIMERS });
  const { threshold } = rule;
  const { at } = sample;
  const value = sample.value as number;
  const quickSince = isWithin(value, threshold.quick_exit, rule) ? (state.quickSince ?? at) : null;
  const slowSince = isWithin(value, threshold.slow_exit, rule) ? (state.slowSince ?? at) : null;
  const isOver =
    (quickSince !== null && at - quickSince >= threshold.quick_exit_ms) ||
    (slowSince !== null && at - slowSince >= threshold.slow_exit_ms);
  if (isOver) return seen(state, sample, { level: "relaxed", ...NO_TIMERS });
  return seen(state, sample, { level: state.level, ...NO_TIMERS, quickSince, slowSince });
}

/** Beyond a threshold only the entry timer runs. */
function beyond(beyondSince: number, beyondSamples: number): Timers {
  return { beyondSince, beyondSamples, quickSince: null, slowSince: null };
}

/** The state after a good sample. */
function seen(
  { level, awaitedSince }: SignalState,
  { at, value, sourceAt }: Sample,
  next: Timers & Pick<SignalState, "level">,
): SignalState {
  return {
    level: next.level,
    value,
    sourceAt,
    awaitedSince: level === "lost" ? at : awaitedSince,
    beyondSince: next.beyondSince,
    beyondSamples: next.beyondSamples,
    quickSince: next.quickSince,
    slowSince: next.slowSince,
  };
}

/** The state of nearly every sample: within bounds as before. In one go, because it is made so often. */
function seenCalm({ awaitedSince }: SignalState, { value, sourceAt }: Sample): SignalState {
  return {
    level: "relaxed",
    value,
    sourceAt,
    awaitedSince,
    beyondSince: null,
    beyondSamples: 0,
    quickSince: null,
    slowSince: null,
  };
}

function isBeyond(value: number, limit: number, rule: SignalRule): boolean {
  return rule.isHighBad ? value > limit : value < limit;
}

function isWithin(value: number, limit: number, rule: SignalRule): boolean {
  return rule.isHighBad ? value < limit : value > limit;
}

/** Whole numbers, fractions and nothing, as the fields of a state hold them in turn. */
const SEEN_VALUES = [null, 0, 0.5, null, 7, 2 ** 40] as const;

// V8 settles how it holds a field by what it sees first; then every MiB after a share threw its code
// away and made it anew (1,300 times in 300,000 readings, a third of a replay). Once it has seen all
// kinds, it keeps what it has.
for (const value of SEEN_VALUES) {
  const at = value ?? 0;
  const timers = { beyondSince: value, beyondSamples: 0, quickSince: value, slowSince: value };
  const state = { ...awaitedSignal(at), value, sourceAt: value };
  const sample = { at, value, sourceAt: at, stepAt: value, isEstimated: false };
  seen(state, sample, { level: "tight", ...timers });
  seenCalm(state, sample);
}
