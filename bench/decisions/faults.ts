/**
 * A sensor that fails 60 s before an exhaustion. The use is real or generated, nothing that a controller
 * does changes it; the question is whether it has left the resource when the exhaustion comes.
 *
 * Lost: the sensor gives no number (NaN). Zero: its raw field reads 0 (VRAM used; memory available).
 * Frozen: the last value again and again, and its source time stands still. An episode counts for a
 * controller only when it was on the resource as the sensor failed.
 */

import type { Controller, Glimpse, Opinion } from "./controller.ts";
import { ramps, renderBursts, sawtoothRounds, scaled, scenarioOf, steps } from "./generated.ts";
import { episodesOf, withoutModel } from "./open-loop.ts";
import type { Scenario } from "./scenario.ts";
import { EARLYOOM_NAMES, earlyoom, plato } from "./traces.ts";

export const FAULTS = ["lost", "zero", "frozen"] as const;
export type Fault = (typeof FAULTS)[number];

/** Use that ends in an exhaustion, cut off there. */
interface Episode {
  readonly id: string;
  readonly scenario: Scenario;
}

export interface FaultResult {
  readonly controller: string;
  readonly fault: Fault;
  /** Episodes in which it was on the resource when the sensor failed. */
  readonly usable: number;
  readonly answered: number;
  /** Those that were not. */
  readonly unanswered: readonly string[];
}

const BEFORE_MS = 60_000;
const LEAD_MS = 180_000;
const HOURS = 1;

/** All episodes; the recorded ones are plato's and earlyoom's. */
export function faultEpisodes(): readonly Episode[] {
  const generated = [
    ...[1, 2].map((seed) => ({ id: `step ${seed}`, shares: scaled(steps(seed, HOURS), 1.5) })),
    ...[1, 2].map((seed) => ({ id: `ramp ${seed}`, shares: scaled(ramps(seed, HOURS), 1.3) })),
    { id: "render burst", shares: scaled(renderBursts(1, HOURS), 1.4).map(atMostFull) },
    { id: "sawtooth", shares: sawtoothRounds(1, HOURS).slice(172) },
  ].map(({ id, shares }) => ({
    id,
    scenario: scenarioOf(id, shares, { footprint: 0, title: id, exhausted: 0.93 }),
  }));
  const recorded = [
    plato(1, 0),
    ...EARLYOOM_NAMES.map((name) => earlyoom(name, { leadMs: LEAD_MS, footprint: 0 })),
  ].map((scenario) => ({ id: scenario.id, scenario }));
  return [...recorded, ...generated].map(({ id, scenario }) => ({ id, scenario: cut(scenario) }));
}

function atMostFull(share: number): number {
  return Math.min(share, 1);
}

/** Up to and with the first exhaustion that leaves two minutes before it. */
function cut(given: Scenario): Scenario {
  const scenario = withoutModel(given);
  const index = episodesOf(scenario).find(
    (each) => (scenario.samples[each]?.at ?? 0) >= 2 * BEFORE_MS,
  );
  return { ...scenario, samples: scenario.samples.slice(0, (index ?? 0) + 1) };
}

/** How a controller answers a fault in all episodes. */
export function measureFault(controller: Controller, fault: Fault): FaultResult {
  const ends = faultEpisodes().map(({ id, scenario }) => ({
    id,
    ...endOf(scenario, { controller, fault }),
  }));
  const usable = ends.filter(({ wasOn }) => wasOn);
  const unanswered = usable.filter(({ isOn }) => isOn).map(({ id }) => id);
  return {
    controller: controller.name,
    fault,
    usable: usable.length,
    answered: usable.length - unanswered.length,
    unanswered,
  };
}

function endOf(
  { samples, setting }: Scenario,
  { controller, fault }: { readonly controller: Controller; readonly fault: Fault },
): { readonly wasOn: boolean; readonly isOn: boolean } {
  const failsAt = (samples.at(-1)?.at ?? 0) - BEFORE_MS;
  let opinion: Opinion = controller.begin(setting);
  let wasOn = false;
  let last: Glimpse | null = null;
  for (const { at, othersMib } of samples) {
    const usedMib = Math.round(othersMib);
    const good: Glimpse = { at, usedMib, ownMib: 0, sourceAt: at, hasRunOut: false };
    if (at < failsAt) {
      last = good;
      opinion = opinion.next(good);
      wasOn = opinion.place !== "off";
    } else {
      const zeroMib = setting.signal === "memory" ? setting.totalMib : 0;
      opinion = opinion.next(faulty({ ...(last ?? good), at }, { fault, zeroMib }));
    }
  }
  return { wasOn, isOn: opinion.place !== "off" };
}

/** What a failed sensor gives instead of its last good glimpse. */
function faulty(
  last: Glimpse,
  { fault, zeroMib }: { readonly fault: Fault; readonly zeroMib: number },
): Glimpse {
  switch (fault) {
    case "lost":
      return { ...last, usedMib: Number.NaN, sourceAt: last.at };
    case "zero":
      return { ...last, usedMib: zeroMib, sourceAt: last.at };
    case "frozen":
      return last;
  }
}
