/**
 * The normal form of a runtime's state: two states with the same one behave alike for ever.
 *
 * The idea: a clock's hand on the wall says nothing that "four ticks ago" does not, and once a wait is
 * over, how long it has been over says nothing either. So every time becomes an age, each age stops at
 * its horizon (the longest wait that it is compared with), and what can decide nothing any more is
 * dropped. What is left is finite. The result is a state like any other, at one fixed moment, and the
 * real `step` goes on from there. `timed-walk.test.ts` compares it with the state itself on random runs.
 *
 * Only for walks without out-of-memory errors, without sudden zeros, and with our own share known (see
 * timed-scope.ts): what those would need is left out.
 */
import type { LevelThreshold, TasksThreshold } from "../../src/domain/configuration.ts";
import type { ModelWindow, Windows } from "../../src/domain/failure-windows.ts";
import type { SignalState } from "../../src/domain/level-signal.ts";
import { NO_TREND } from "../../src/domain/memory-trend.ts";
import type { Bucket, Peaks } from "../../src/domain/peak.ts";
import { NO_PEAKS } from "../../src/domain/peak.ts";
import type { LadderState } from "../../src/domain/permission.ts";
import { REGIONS } from "../../src/domain/state.ts";
import type { RuntimeState } from "../../src/machines/runtime-state.ts";
import { TICK_MS } from "./timed-scope.ts";

/** The moment at which every normal form stands. */
export const NOW = 1_000 * TICK_MS;

/** Horizons and classes of one signal, from the configuration of the walk. */
interface Horizons {
  readonly stale: number;
  readonly grace: number;
  readonly samples: number;
  readonly quick: number;
  readonly slow: number;
  readonly lookback: number;
  /** Peaks of the others at which one more rung stops to fit, rising. */
  readonly cuts: readonly number[];
}

/** Makes normal forms under one configuration; equal parts are one object, so that many fit in memory. */
export interface NormalForms {
  readonly of: (state: RuntimeState) => RuntimeState;
  /** The name of a normal form. */
  readonly keyOf: (state: RuntimeState) => string;
}

/** Normal forms for states under the configuration of an example. */
export function normalForms(example: RuntimeState): NormalForms {
  const { ofVram, ofMemory, waits } = horizonsOf(example);
  const { tasks } = example.configuration.thresholds;
  const { named, keys } = sharing();
  return {
    of: (state) => {
      const { at, sensing } = state;
      const next = {
        ...sensing,
        vram: named("v", signalAt(sensing.vram, at, ofVram, 0.5)),
        memory: named("m", signalAt(sensing.memory, at, ofMemory, 1000)),
        local: named("t", windowsAt(sensing.local, at, tasks)),
        vramPeaks: named("p", peaksAt(sensing.vramPeaks, at, ofVram)),
        memoryPeaks: named("q", peaksAt(sensing.memoryPeaks, at, ofMemory)),
        memoryTrend: NO_TREND,
        isOwnUnknown: false,
        lastBeatAt: sensing.lastBeatAt === null ? null : NOW,
        ladder: named("l", ladderAt(sensing.ladder, at, waits)),
      };
      return {
        ...state,
        at: NOW,
        chart: named("c", state.chart, REGIONS.map((region) => state.chart.state[region]).join()),
        sensing: next,
        evidence: {},
        lastTransition: null,
        shed: null,
      };
    },
    keyOf: ({ chart, sensing }) =>
      [
        keys.get(chart),
        keys.get(sensing.vram),
        keys.get(sensing.memory),
        keys.get(sensing.local),
        keys.get(sensing.vramPeaks),
        keys.get(sensing.memoryPeaks),
        keys.get(sensing.ladder),
        wordOf(sensing.vramTotalMib),
        wordOf(sensing.memoryTotalMib),
        wordOf(sensing.hasCloudAnswered),
        wordOf(sensing.lastBeatAt),
      ].join("|"),
  };
}

/** The waits of the ladder: until it is calm, and until no step counts any more. */
interface Waits {
  readonly clearMs: number;
  readonly stepMs: number;
}

function horizonsOf({ configuration, host }: RuntimeState): {
  readonly ofVram: Horizons;
  readonly ofMemory: Horizons;
  readonly waits: Waits;
} {
  const { vram, memory } = configuration.thresholds;
  const { nominal, smallModel, cpu } = configuration.policy.footprints;
  const vramLimit = Math.floor(vram.enter * (host?.gpus[0]?.vram_total_mib ?? 0));
  const memoryLimit = (host?.memory.total_mib ?? 0) - memory.enter;
  const horizons = (threshold: LevelThreshold, cuts: readonly number[]): Horizons => ({
    stale: threshold.stale_ms ?? 0,
    grace: threshold.grace_ms,
    samples: threshold.min_samples,
    quick: threshold.quick_exit_ms,
    slow: threshold.slow_exit_ms,
    lookback: threshold.lookback_ms,
    cuts: cuts.toSorted((one, other) => one - other),
  });
  const both = [vram, memory];
  const longest = (wait: (threshold: LevelThreshold) => number) => Math.max(...both.map(wait));
  return {
    ofVram: horizons(vram, [vramLimit - (nominal ?? 0), vramLimit - (smallModel ?? 0)]),
    ofMemory: horizons(memory, [memoryLimit - (cpu ?? 0), memoryLimit]),
    waits: {
      clearMs: longest(({ quick_exit_ms, blank_ms }) => Math.max(quick_exit_ms, blank_ms)),
      stepMs: longest(({ backoff_max_ms, reentry_ms }) =>
        Math.max(backoff_max_ms, reentry_ms + TICK_MS),
      ),
    },
  };
}

/** Equal parts become one object with one name, so that many states fit into memory. */
function sharing(): {
  readonly named: <Part extends object>(kind: string, part: Part, name?: string) => Part;
  readonly keys: WeakMap<object, string>;
} {
  const same = new Map<string, object>();
  const keys = new WeakMap<object, string>();
  const named = <Part extends object>(kind: string, part: Part, name?: string): Part => {
    const key = `${kind}${name ?? Object.values(part).map(wordOf).join(",")}`;
    const known = same.get(key);
    if (known !== undefined) return known as Part;
    same.set(key, part);
    keys.set(part, key);
    return part;
  };
  return { named, keys };
}

function wordOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** A moment as an age that stops at its horizon, told from now. */
function since(moment: number | null, at: number, horizonMs: number): number | null {
  return moment === null ? null : NOW - Math.min(at - moment, horizonMs);
}

function signalAt(
  signal: SignalState,
  at: number,
  { stale, grace, samples, quick, slow }: Horizons,
  value: number,
): SignalState {
  const { level } = signal;
  // Lost is left by the next good sample alone, and pressed levels by their exits alone.
  const isLost = level === "lost";
  const isPressed = level === "tight" || level === "exhausted";
  const isSeen = signal.sourceAt !== null && !isLost;
  return {
    level,
    value: isSeen ? value : null,
    sourceAt: isLost ? null : since(signal.sourceAt, at, stale),
    awaitedSince: isLost
      ? NOW
      : (since(signal.awaitedSince, at, isSeen ? quick : Math.max(stale, quick)) as number),
    beyondSince: isPressed ? null : since(signal.beyondSince, at, grace),
    beyondSamples: isPressed ? 0 : Math.min(signal.beyondSamples, samples),
    quickSince: since(signal.quickSince, at, quick),
    slowSince: since(signal.slowSince, at, slow),
  };
}

/** Outcomes that count no more are gone; a phase is as old as the wait that ends it. */
function windowsAt(windows: Windows, at: number, rule: TasksThreshold): Windows {
  const keepMs = rule.window_minutes * 60_000;
  return windows.map(({ window, ...model }): ModelWindow => {
    const outcomes = window.outcomes
      .filter((outcome) => at - outcome.at < keepMs)
      .map((outcome) => ({ ...outcome, at: outcome.at + NOW - at }));
    const waits = { healthy: 0, failing: window.openMs, probing: rule.probe_deadline_ms };
    const began = since(window.since, at, waits[window.phase]) as number;
    const phase = window.phase === "healthy" ? { openMs: 0 } : {};
    const probes = window.phase === "probing" ? {} : { probesGood: 0, probesBad: 0 };
    return { ...model, window: { ...window, ...phase, ...probes, outcomes, since: began } };
  });
}

/** Without buckets that are beyond the look-back, or hidden by a later one; heights by their class. */
function peaksAt({ current, past }: Peaks, at: number, { lookback, cuts }: Horizons): Peaks {
  const isIn = ({ start }: Bucket) => start + TICK_MS >= at - lookback;
  if (current === null || !isIn(current)) return NO_PEAKS;
  const seen = ({ start, peak }: Bucket): Bucket => ({
    start: start + NOW - at,
    peak: cuts.find((cut) => peak <= cut) ?? (cuts.at(-1) as number) + 1,
  });
  const top = seen(current);
  const kept: Bucket[] = [];
  for (const bucket of past.filter(isIn).map(seen).reverse()) {
    if (bucket.peak > (kept.at(-1)?.peak ?? top.peak)) kept.push(bucket);
  }
  return { current: top, past: kept.reverse() };
}

function ladderAt(ladder: LadderState, at: number, { clearMs, stepMs }: Waits): LadderState {
  const isOver = (moment: number | null) => moment === null || at - moment >= clearMs;
  const hasRested = isOver(ladder.lastStepAt);
  return {
    ...ladder,
    lastStepAt: hasRested ? null : since(ladder.lastStepAt, at, clearMs),
    leftDevice: hasRested ? "none" : ladder.leftDevice,
    resumedAt: isOver(ladder.resumedAt) ? null : since(ladder.resumedAt, at, clearMs),
    ...stepsAt(ladder, at, stepMs),
  };
}

/** The last steps down and up: both may be beyond the horizon, but which came first still counts. */
function stepsAt(
  { lastStepDownAt, lastStepUpAt }: LadderState,
  at: number,
  horizonMs: number,
): Pick<LadderState, "lastStepDownAt" | "lastStepUpAt"> {
  const down = since(lastStepDownAt, at, horizonMs);
  const up = since(lastStepUpAt, at, horizonMs);
  if (down === null || up === null || down !== up || lastStepDownAt === lastStepUpAt)
    return { lastStepDownAt: down, lastStepUpAt: up };
  const isUpFirst = (lastStepUpAt as number) < (lastStepDownAt as number);
  return {
    lastStepDownAt: isUpFirst ? down : down - TICK_MS,
    lastStepUpAt: isUpFirst ? up - TICK_MS : up,
  };
}
