/**
 * One threshold signal (VRAM used, memory available): numbers and times in, a named level out.
 *
 * The idea is a lift door with a light barrier: it closes only after the way has been clear for a while
 * (grace, exits), but one hard touch opens it at once. A missing sample is no touch and no clear way: it
 * stops the exit timers, changes nothing until the stale limit, and then the signal is `lost`.
 * Rejected: smoothing (hides the step that kills) and slope forecasts (VRAM moves in steps).
 */
import type { LevelThreshold } from "./configuration.ts";
import type { Evidence, Unit } from "./reason.ts";
import { STALE_CAP_MS, STALE_INTERVALS } from "./setting-order.ts";

export type SignalLevel = "unknown" | "relaxed" | "tight" | "exhausted" | "lost";

/** Everything remembered about one signal; plain data, so that it can stand in a checkpoint. */
export interface SignalState {
  readonly level: SignalLevel;
  /** Last good value and when it was measured. */
  readonly value: number | null;
  readonly sourceAt: number | null;
  /** Since when a first sample is awaited (start, resume, card appeared). */
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
  readonly isEstimated: boolean;
}

export interface Observation {
  readonly state: SignalState;
  /** Set when the level changed. */
  readonly evidence: Evidence | null;
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
export function observe(state: SignalState, sample: Sample, rule: SignalRule): Observation {
  if (sample.value === null) return observeMissing(state, sample, rule);
  const age = sample.at - sample.sourceAt;
  const isNew = state.sourceAt === null || sample.sourceAt > state.sourceAt;
  if (isNew && age < rule.staleMs) return observeValue(state, sample, rule);
  // A slower sensor repeats its last sample between its own beats: no news, but no fault either.
  if (!isNew && age <= 1.5 * rule.intervalMs && age < rule.staleMs)
    return { state, evidence: null };
  return observeMissing(state, sample, rule);
}

/** True when the sample of this input can carry a decision: measured, and not older than its beat. */
export function isFresh(state: SignalState, at: number, rule: SignalRule): boolean {
  if (state.sourceAt === null || state.level === "unknown" || state.level === "lost") return false;
  const age = at - state.sourceAt;
  return age <= 1.5 * rule.intervalMs && age < rule.staleMs;
}

function observeMissing(state: SignalState, sample: Sample, rule: SignalRule): Observation {
  const age = sample.at - (state.sourceAt ?? state.awaitedSince);
  if (state.level !== "lost" && age >= rule.staleMs) {
    const lost = {
      ...awaitedSignal(state.awaitedSince),
      ...lastGood(state),
      level: "lost" as const,
    };
    return { state: lost, evidence: lostEvidence(state, age, rule) };
  }
  if (state.quickSince === null && state.slowSince === null) return { state, evidence: null };
  return { state: { ...state, quickSince: null, slowSince: null }, evidence: null };
}

function observeValue(state: SignalState, sample: Sample, rule: SignalRule): Observation {
  const value = sample.value as number;
  const { threshold } = rule;
  if (isBeyond(value, threshold.hard, rule)) return enterHard(state, sample, rule);
  if (isBeyond(value, threshold.enter, rule)) return enterSoft(state, sample, rule);
  return judgeInside(state, sample, rule);
}

function enterHard(state: SignalState, sample: Sample, rule: SignalRule): Observation {
  const beyondSince = state.beyondSince ?? sample.at;
  const next = seen(state, sample, beyond(beyondSince, state.beyondSamples + 1));
  if (state.level === "exhausted") return { state: next, evidence: null };
  const evidence = evidenceOf(sample, rule, {
    level: "hard",
    threshold: rule.threshold.hard,
    sustained_ms: sample.at - beyondSince,
    required_ms: 0,
  });
  return { state: { ...next, level: "exhausted" }, evidence };
}

function enterSoft(state: SignalState, sample: Sample, rule: SignalRule): Observation {
  const { threshold } = rule;
  const beyondSince = state.beyondSince ?? sample.at;
  const beyondSamples = state.beyondSamples + 1;
  const next = seen(state, sample, beyond(beyondSince, beyondSamples));
  if (state.level === "tight" || state.level === "exhausted")
    return { state: next, evidence: null };
  const sustained = sample.at - beyondSince;
  // A sensor that comes back beyond the threshold is tight, not lost: it can be read again.
  if (state.level === "lost") {
    const back = {
      level: "soft" as const,
      threshold: threshold.enter,
      sustained_ms: 0,
      required_ms: 0,
    };
    return { state: { ...next, level: "tight" }, evidence: evidenceOf(sample, rule, back) };
  }
  // A sensor slower than the grace period gets one sample per period: that one must do.
  const isSlow = rule.intervalMs > threshold.grace_ms;
  const isSustained =
    isSlow || (sustained >= threshold.grace_ms && beyondSamples >= threshold.min_samples);
  if (!isSustained) return { state: next, evidence: null };
  const evidence = evidenceOf(sample, rule, {
    level: "soft",
    threshold: threshold.enter,
    sustained_ms: sustained,
    required_ms: isSlow ? 0 : threshold.grace_ms,
  });
  return { state: { ...next, level: "tight" }, evidence };
}

function judgeInside(state: SignalState, sample: Sample, rule: SignalRule): Observation {
  const { threshold } = rule;
  if (state.level === "relaxed") return { state: seen(state, sample, NO_TIMERS), evidence: null };
  if (state.level === "unknown" || state.level === "lost") {
    const evidence = exitEvidence(sample, rule, {
      limit: threshold.enter,
      sustained: 0,
      required: 0,
    });
    return { state: { ...seen(state, sample, NO_TIMERS), level: "relaxed" }, evidence };
  }
  const value = sample.value as number;
  const quickSince = isBeyondOrAt(value, threshold.quick_exit, rule)
    ? null
    : (state.quickSince ?? sample.at);
  const slowSince = isBeyondOrAt(value, threshold.slow_exit, rule)
    ? null
    : (state.slowSince ?? sample.at);
  const quickMs = quickSince === null ? -1 : sample.at - quickSince;
  const slowMs = slowSince === null ? -1 : sample.at - slowSince;
  if (quickMs >= threshold.quick_exit_ms) {
    const exit = {
      limit: threshold.quick_exit,
      sustained: quickMs,
      required: threshold.quick_exit_ms,
    };
    return {
      state: { ...seen(state, sample, NO_TIMERS), level: "relaxed" },
      evidence: exitEvidence(sample, rule, exit),
    };
  }
  if (slowMs >= threshold.slow_exit_ms) {
    const exit = {
      limit: threshold.slow_exit,
      sustained: slowMs,
      required: threshold.slow_exit_ms,
    };
    return {
      state: { ...seen(state, sample, NO_TIMERS), level: "relaxed" },
      evidence: exitEvidence(sample, rule, exit),
    };
  }
  return { state: seen(state, sample, { ...NO_TIMERS, quickSince, slowSince }), evidence: null };
}

/** Beyond a threshold only the entry timer runs. */
function beyond(beyondSince: number, beyondSamples: number): Timers {
  return { beyondSince, beyondSamples, quickSince: null, slowSince: null };
}

/** The state after a good sample; timers that are not given on stop. */
function seen(state: SignalState, sample: Sample, timers: Timers): SignalState {
  return {
    level: state.level,
    value: sample.value,
    sourceAt: sample.sourceAt,
    awaitedSince: state.awaitedSince,
    beyondSince: timers.beyondSince,
    beyondSamples: timers.beyondSamples,
    quickSince: timers.quickSince,
    slowSince: timers.slowSince,
  };
}

function lastGood(state: SignalState): Pick<SignalState, "value" | "sourceAt"> {
  return { value: state.value, sourceAt: state.sourceAt };
}

function isBeyond(value: number, limit: number, rule: SignalRule): boolean {
  return rule.isHighBad ? value > limit : value < limit;
}

function isBeyondOrAt(value: number, limit: number, rule: SignalRule): boolean {
  return rule.isHighBad ? value >= limit : value <= limit;
}

function evidenceOf(
  sample: Sample,
  rule: SignalRule,
  judged: Pick<Evidence, "level" | "threshold" | "sustained_ms" | "required_ms">,
): Evidence {
  return {
    signal: rule.signal,
    value: sample.value,
    unit: rule.unit,
    ...judged,
    reading_age_ms: sample.at - sample.sourceAt,
    estimated: sample.isEstimated,
  };
}

function exitEvidence(
  sample: Sample,
  rule: SignalRule,
  exit: { limit: number; sustained: number; required: number },
): Evidence {
  const { limit, sustained, required } = exit;
  return evidenceOf(sample, rule, {
    level: "exit",
    threshold: limit,
    sustained_ms: sustained,
    required_ms: required,
  });
}

function lostEvidence(state: SignalState, age: number, rule: SignalRule): Evidence {
  return {
    signal: rule.signal,
    value: null,
    unit: rule.unit,
    threshold: null,
    level: "hard",
    sustained_ms: age,
    required_ms: rule.staleMs,
    reading_age_ms: state.sourceAt === null ? null : age,
    estimated: false,
  };
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
  seen(state, { at, value, sourceAt: at, isEstimated: false }, timers);
}
