/**
 * The open loop: a controller looks at a recorded or generated use that nothing it does can change (no
 * model of ours is in it, so the footprint is 0). It says when a controller is degraded, that is, not on
 * its best rung.
 *
 * Exhaustion episode: the first sample at or over the limit (95 % of the card; 93 % for the sawtooth;
 * 256 MiB available for earlyoom), armed again after five samples under 0.95 × the limit. In time:
 * degraded without a break since at least 2 s before it (one interval, where that is longer). Lead: that
 * time. Needless: degraded while use is under the enter level and stays there for the next 60 s (or five
 * intervals, where those are longer). Recovery lag: from the last needed sample to the best rung.
 */
import { quantileOf } from "../figures.ts";
import { type Controller, limitsOf, type Opinion } from "./controller.ts";
import { holdingMs, lengthOf, type Scenario } from "./scenario.ts";
import { type Switches, switchesOf } from "./switches.ts";

interface Look {
  readonly at: number;
  readonly ms: number;
  readonly share: number;
  readonly level: number;
}

/** What a controller made of a scenario. */
export interface OpenResult {
  readonly controller: string;
  readonly hours: number;
  readonly episodes: number;
  readonly inTime: number;
  /** Seconds, the middle one; `null` without an episode. */
  readonly leadS: number | null;
  readonly switches: Switches;
  readonly needlessShare: number;
  /** Seconds, the middle one; `null` when it never came back. */
  readonly recoveryLagS: number | null;
}

const IN_TIME_MS = 2_000;
const CALM_MS = 60_000;
const CALM_INTERVALS = 5;
const REARM_SAMPLES = 5;
const REARM_SHARE = 0.95;

/** The scenario without a model of ours. */
export function withoutModel(scenario: Scenario): Scenario {
  return { ...scenario, setting: { ...scenario.setting, footprintMib: 0 } };
}

/** The samples at which an episode begins, by their index. */
export function episodesOf({ samples, setting, exhausted }: Scenario): readonly number[] {
  const limitMib = exhausted * setting.totalMib;
  let calm = REARM_SAMPLES;
  return samples.flatMap(({ othersMib }, index) => {
    if (othersMib >= limitMib) {
      const isArmed = calm >= REARM_SAMPLES;
      calm = 0;
      return isArmed ? [index] : [];
    }
    calm = othersMib < REARM_SHARE * limitMib || calm >= REARM_SAMPLES ? calm + 1 : 0;
    return [];
  });
}

/** Runs and measures. */
export function measureOpen(given: Scenario, controller: Controller): OpenResult {
  const scenario = withoutModel(given);
  const { setting } = scenario;
  const looks = lookedAt(scenario, controller);
  const begins = episodesOf(scenario);
  const leads = begins.map((index) => leadMs(looks, index));
  const lags = recoveryLags(looks, limitsOf(setting).enter);
  const least = Math.max(IN_TIME_MS, setting.intervalMs);
  return {
    controller: controller.name,
    hours: lengthOf(scenario) / 3_600_000,
    episodes: begins.length,
    inTime: leads.filter((lead) => lead >= least).length,
    leadS: middle(leads),
    switches: switchesOf(looks, setting.intervalMs),
    needlessShare: needlessMs(looks, scenario) / lengthOf(scenario),
    recoveryLagS: middle(lags),
  };
}

function lookedAt(scenario: Scenario, controller: Controller): readonly Look[] {
  const { setting, samples } = scenario;
  let opinion: Opinion = controller.begin(setting);
  return samples.map(({ at, othersMib }, index) => {
    const usedMib = Math.round(othersMib);
    opinion = opinion.next({ at, usedMib, ownMib: 0, sourceAt: at, hasRunOut: false });
    const share = othersMib / setting.totalMib;
    return { at, ms: holdingMs(scenario, index), share, level: opinion.level };
  });
}

/** For how long it had been degraded when this sample came; the sample's own answer does not count. */
function leadMs(looks: readonly Look[], index: number): number {
  let first = index;
  while ((looks[first - 1]?.level ?? 0) > 0) first -= 1;
  return (looks[index]?.at ?? 0) - (looks[first]?.at ?? 0);
}

function needlessMs(looks: readonly Look[], { setting }: Scenario): number {
  const { enter } = limitsOf(setting);
  const calmMs = Math.max(CALM_MS, CALM_INTERVALS * setting.intervalMs);
  let nextNeededAt = Number.POSITIVE_INFINITY;
  let total = 0;
  for (const { at, ms, share, level } of looks.toReversed()) {
    if (share > enter) nextNeededAt = at;
    else if (level > 0 && nextNeededAt - at > calmMs) total += ms;
  }
  return total;
}

/** From the last sample over the enter level of each degraded time to its end. */
function recoveryLags(looks: readonly Look[], enter: number): readonly number[] {
  let neededAt: number | null = null;
  return looks.flatMap(({ at, share, level }, index) => {
    const was = looks[index - 1]?.level ?? 0;
    const lastNeededAt = neededAt;
    if (share > enter) neededAt = at;
    if (was === 0 || level > 0) return [];
    neededAt = null;
    return lastNeededAt === null ? [] : [at - lastNeededAt];
  });
}

function middle(times: readonly number[]): number | null {
  return times.length === 0 ? null : quantileOf(times, 0.5) / 1000;
}
