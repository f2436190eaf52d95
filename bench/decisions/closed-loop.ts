/**
 * The closed loop: others' use from a scenario, our own model in the plant, and a controller that sees
 * the sum and says where the model belongs.
 *
 * At each sample: others' use changes and our model survives it or not; then the meter is read; then the
 * controller speaks; then the plant moves until the next sample. So a rise from one sample to the next
 * meets whatever is loaded: no controller can see it coming.
 */
import type { Controller, Opinion, Place } from "./controller.ts";
import { meet, NOTHING_LOADED, ownOf, type Plant, pass } from "./plant.ts";
import { holdingMs, type Scenario } from "./scenario.ts";

/** One interval of a run. */
export interface Frame {
  readonly at: number;
  readonly ms: number;
  readonly othersMib: number;
  /** Ours as the meter saw it, at the beginning of the interval. */
  readonly ownMib: number;
  readonly level: number;
  readonly rung: string;
  readonly place: Place;
  /** How often our model ran out of memory: when others' use changed, or while it was loading. */
  readonly outOfMemory: number;
  readonly usableMs: number;
}

/** Runs a controller through a scenario. */
export function runClosed(scenario: Scenario, controller: Controller): readonly Frame[] {
  const { setting } = scenario;
  let opinion: Opinion = controller.begin(setting);
  let plant: Plant = NOTHING_LOADED;
  let ranOutLoading = false;
  return scenario.samples.map(({ at, othersMib }, index) => {
    const met = meet(plant, othersMib, setting);
    const ownMib = ownOf(met.plant, setting);
    opinion = opinion.next({
      at,
      usedMib: Math.min(setting.totalMib, Math.round(othersMib + ownMib)),
      ownMib: Math.round(ownMib),
      sourceAt: at,
      hasRunOut: met.hasRunOut || ranOutLoading,
    });
    const ms = holdingMs(scenario, index);
    const passed = pass(met.plant, { wanted: opinion.place, othersMib, ms }, setting);
    plant = passed.plant;
    ranOutLoading = passed.hasRunOut;
    return {
      at,
      ms,
      othersMib,
      ownMib,
      level: opinion.level,
      rung: opinion.rung,
      place: opinion.place,
      outOfMemory: Number(met.hasRunOut) + Number(passed.hasRunOut),
      usableMs: passed.usableMs,
    };
  });
}
