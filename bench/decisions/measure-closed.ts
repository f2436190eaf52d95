/**
 * The figures of a closed loop: out-of-memory failures, switches and flaps, and for how much of the time
 * the model was wholly loaded and wanted, as the tier's model or as any model on the resource. Beside it
 * a clairvoyant: the share of time in which others' use and the model stay within 85 % (for memory: leave
 * 2 GiB); it needs no time to load. And one who waits: it sees no future, so that it comes back only
 * when the last minute was calm (the look-back of the return test), and loads in 6 s.
 */
import { DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import { type Frame, runClosed } from "./closed-loop.ts";
import { type Controller, limitsOf } from "./controller.ts";
import { LOAD_MS, needOf } from "./plant.ts";
import { holdingMs, lengthOf, type Scenario } from "./scenario.ts";
import { type Switches, switchesOf } from "./switches.ts";

/** What a controller made of a scenario. Shares are 0 to 1. */
export interface ClosedResult {
  readonly controller: string;
  readonly hours: number;
  readonly outOfMemory: number;
  readonly switches: Switches;
  readonly nominalShare: number;
  readonly localShare: number;
  /** Time on a rung that uses the resource, loading and unloading included. */
  readonly rungShare: number;
  /** Time in which we hold memory although the sum is over the limit. */
  readonly overLimitShare: number;
}

/** Runs and measures. */
export function measureClosed(scenario: Scenario, controller: Controller): ClosedResult {
  return closedResult(scenario, controller.name, runClosed(scenario, controller));
}

function closedResult(
  scenario: Scenario,
  controller: string,
  frames: readonly Frame[],
): ClosedResult {
  const { setting } = scenario;
  const wholeMs = lengthOf(scenario);
  const sum = (part: (frame: Frame) => number) =>
    frames.reduce((total, frame) => total + part(frame), 0);
  const limitMib = limitsOf(setting).enter * setting.totalMib;
  const isOver = ({ othersMib, ownMib }: Frame) => ownMib > 0 && othersMib + ownMib > limitMib;
  return {
    controller,
    hours: wholeMs / 3_600_000,
    outOfMemory: sum(({ outOfMemory }) => outOfMemory),
    switches: switchesOf(frames, setting.intervalMs),
    nominalShare: sum(({ place, usableMs }) => (place === "nominal" ? usableMs : 0)) / wholeMs,
    localShare: sum(({ usableMs }) => usableMs) / wholeMs,
    rungShare: sum(({ place, ms }) => (place === "off" ? 0 : ms)) / wholeMs,
    overLimitShare: sum((frame) => (isOver(frame) ? frame.ms : 0)) / wholeMs,
  };
}

/** The most that can be had, with the tier's model and with the better one that fits. */
export interface Reach {
  readonly nominal: number;
  readonly local: number;
}

const LOOKBACK_MS = DEFAULT_CONFIGURATION.thresholds.vram.lookback_ms;

/** What a clairvoyant who keeps to the limit reaches. */
export function oracleOf(scenario: Scenario): Reach {
  return reachOf(scenario, 0);
}

/** What the one who waits reaches. */
export function patientOf(scenario: Scenario): Reach {
  return reachOf(scenario, LOOKBACK_MS + LOAD_MS);
}

function reachOf(scenario: Scenario, waitMs: number): Reach {
  const { setting } = scenario;
  const smallest = setting.signal === "memory" ? "nominal" : "small";
  return {
    nominal: shareOfTime(scenario, { needMib: needOf("nominal", setting), waitMs }),
    local: shareOfTime(scenario, { needMib: needOf(smallest, setting), waitMs }),
  };
}

/** The time in which this need fits and has fitted for so long; at the beginning only loading is waited for. */
function shareOfTime(
  scenario: Scenario,
  { needMib, waitMs }: { readonly needMib: number; readonly waitMs: number },
): number {
  const { setting, samples } = scenario;
  const limitMib = limitsOf(setting).enter * setting.totalMib;
  let readyAt = waitMs === 0 ? 0 : LOAD_MS;
  let total = 0;
  samples.forEach(({ at, othersMib }, index) => {
    const ms = holdingMs(scenario, index);
    if (othersMib + needMib > limitMib) readyAt = at + ms + waitMs;
    else total += Math.max(0, at + ms - Math.max(at, readyAt));
  });
  return total / lengthOf(scenario);
}
