/** What the promises are about, restated without the decider's own functions. */
import type { Feasibility } from "../../src/domain/feasibility.ts";
import type { EffectReported, Input, ReadingInput } from "../../src/domain/input.ts";
import type { TransitionOutput } from "../../src/domain/output.ts";
import {
  deviceOf,
  isStepUp,
  type Place,
  type Rung,
  rungsOf,
  tierAndRungOf,
} from "../../src/domain/rung.ts";
import type { State } from "../../src/domain/state.ts";
import type { Tier } from "../../src/domain/tier.ts";
import type { Decision, RuntimeState } from "../../src/machines/runtime-state.ts";
import { goodSample, type History } from "./history.ts";

/** One decision, with what was before it. */
export interface Judged {
  readonly before: RuntimeState;
  readonly input: Input;
  readonly decision: Decision;
  /** Up to this input, without it. */
  readonly history: History;
}

export type Meter = "vram" | "memory";

/** Surely younger than every stale limit that is chosen by itself. */
const YOUNG_MS = 5_000;
/** Peaks are kept in buckets of 5 s, and the oldest may begin before the look-back. */
export const BUCKETS_MS = 10_000;
/** A limit is never chosen below this, nor above that; three beats are between. */
const STALE_MS = { least: 5_000, most: 15_000 };

/** The step of the profile, if there was one. */
export function transitionOf({ outputs }: Decision): TransitionOutput | null {
  return outputs.find((output) => output.type === "transition") ?? null;
}

/** Where work runs after a decision; `none` before the first detection too. */
export function deviceAfter({ state }: Decision): string {
  const place = tierAndRungOf(state.chart.state.profile);
  return place === null ? "none" : deviceOf(place.tier, place.rung);
}

/** A fresh sample beyond `hard`, or a task that ran out of this memory where work runs now. */
export function isHard(meter: Meter, judged: Judged): boolean {
  const { input, history, decision } = judged;
  if (meter === "vram" && !decision.state.hasVram) return false;
  if (input.type === "task.finished") return ranOutOf(judged) === meter;
  if (input.type === "effect.finished" || input.type === "effect.failed")
    return meter === "vram" && hasFreedNothing(judged.before, input);
  if (input.type !== "reading") return false;
  const at = history.momentOf(input);
  const sample = goodSample(meter, input, at);
  const { hard, stale_ms } = history.configuration.thresholds[meter];
  if (sample === null || sample.sourceAt <= history[meter].newestAt) return false;
  if (at - sample.sourceAt >= Math.min(YOUNG_MS, stale_ms ?? YOUNG_MS)) return false;
  return meter === "vram" ? sample.value > hard : sample.value < hard;
}

/** On the small model, on a card that is tight: an unload whose figure is small, or that was refused. */
function hasFreedNothing({ chart }: RuntimeState, { effect, detail }: EffectReported): boolean {
  const { vram, profile } = chart.state;
  if (effect !== "unload" || vram !== "tight" || !profile.endsWith(".smallModel")) return false;
  const freedMib = detail?.["freed_mib"];
  return typeof freedMib === "number" ? freedMib < 256 : detail?.["reason"] === "refused";
}

/** Just after a step nobody can say from outside whose error it is. */
function ranOutOf({ before, input, history }: Judged): Meter | null {
  if (input.type !== "task.finished" || input.ok) return null;
  if (input.provider !== "local" || input.failure !== "oom") return null;
  const { blank_ms } = history.configuration.thresholds.vram;
  const { lastStep } = history;
  if (lastStep !== null && history.momentOf(input) - lastStep.at < blank_ms) return null;
  const device = deviceAfter({ state: before, outputs: [] });
  if (device === "gpu") return before.hasVram ? "vram" : "memory";
  return device === "cpu" ? "memory" : null;
}

/** Nothing new was measured for the stale limit, this reading included. */
export function isLost(meter: Meter, { input, decision, history }: Judged): boolean {
  if (input.type !== "reading" || (meter === "vram" && !decision.state.hasVram)) return false;
  const at = history.momentOf(input);
  if (history.isResume(at)) return false;
  const { newestAt, expectedSince } = history[meter];
  const sample = goodSample(meter, input, at);
  const since = Math.max(newestAt, expectedSince, sample?.sourceAt ?? Number.NEGATIVE_INFINITY);
  return at - since >= staleMs(meter, history);
}

function staleMs(meter: Meter, { configuration }: History): number {
  const { beat_ms, gpu_ms } = configuration.sensors;
  const interval = meter === "vram" ? Math.max(beat_ms, gpu_ms) : beat_ms;
  const chosen = Math.min(STALE_MS.most, Math.max(STALE_MS.least, 3 * interval));
  return configuration.thresholds[meter].stale_ms ?? chosen;
}

/** A step up inside a tier that nothing forces: the rung that is left could still be used. */
export function climbOf({ decision }: Judged): TransitionOutput | null {
  const step = transitionOf(decision);
  if (step === null || !isStepUp(step.from, step.to)) return null;
  const [from, to] = [step.from, step.to].map((name) => tierAndRungOf(name) as Place) as [
    Place,
    Place,
  ];
  const { state, context } = decision.state.chart;
  if (from.tier !== to.tier || isRefused(from, { state, can: context.can })) return null;
  return step;
}

/** A hard cause speaks against this rung: hold, consent, reachability, footprint, exhaustion. */
export function isRefused(
  { tier, rung }: { readonly tier: Tier; readonly rung: Rung },
  { state, can }: { readonly state: State; readonly can: Feasibility },
): boolean {
  const device = deviceOf(tier, rung);
  const rungs = rungsOf(tier);
  const held = rungs.findIndex((each) => state.hold === `held.${each}`);
  if (rungs.indexOf(rung) < held) return true;
  if (device === "none") return false;
  if (device === "cloud") return state.cloud !== "reachable";
  if (!can[rung as keyof Feasibility]) return true;
  if (state.memory === "exhausted" || state.memory === "lost") return true;
  return device === "gpu" && (state.vram === "exhausted" || state.vram === "lost");
}

/**
 * Whether a local rung's model fits beside the peak of the others; `null` where that cannot be told.
 * With `BUCKETS_MS` more than the look-back the decider cannot have looked further.
 */
export function fits(
  { tier, rung }: Place,
  { input, history, decision }: Judged,
  moreMs: number,
): boolean | null {
  const isByCard = deviceOf(tier, rung) === "gpu" && decision.state.hasVram;
  const meter: Meter = isByCard ? "vram" : "memory";
  const { thresholds, policy } = history.configuration;
  const reading = input as ReadingInput;
  const sample = goodSample(meter, reading, history.momentOf(input));
  if (sample === null) return null;
  const spanMs = thresholds[meter].lookback_ms + moreMs;
  const peakMib = history.peakOf(meter, reading, spanMs);
  if (peakMib === null) return null;
  const { enter } = thresholds[meter];
  const limitMib = isByCard ? Math.floor(enter * sample.totalMib) : sample.totalMib - enter;
  const key = tier === "LOCAL_CPU_ONLY" ? "cpu" : (rung as keyof Feasibility);
  return peakMib + (policy.footprints[key] ?? 0) <= limitMib;
}
