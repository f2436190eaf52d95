/**
 * What sensing is told about the rest of the runtime, derived from a state.
 *
 * It changes with a transition, a detection or another configuration, and is asked for by each reading;
 * so the last answer is kept and given again to the same question. That is no memory of the runtime: an
 * answer made anew is equal (decision 0013). Rejected: keeping it in the state, where each checkpoint
 * would hold what follows from its neighbours.
 */
import type { Configuration } from "../domain/configuration.ts";
import type { Feasibility } from "../domain/feasibility.ts";
import { deviceOf, tierAndRungOf } from "../domain/rung.ts";
import type { Surroundings } from "../domain/sensing.ts";
import { rulesOf } from "../domain/signal-rule.ts";
import type { Chart } from "./runtime-machine.ts";

/** The parts of a state that its surroundings follow from. */
interface Known {
  readonly chart: Chart;
  readonly configuration: Configuration;
  readonly hasVram: boolean;
}

interface Answer {
  readonly chart: Chart;
  readonly around: Surroundings;
}

const CANNOT: Feasibility = { nominal: false, smallModel: false, cpu: false };

let last: Answer | null = null;

/** The surroundings of a state. */
export function surroundingsOf(state: Known): Surroundings {
  if (last !== null && last.chart === state.chart && isSame(last.around, state)) return last.around;
  const around = derived(state);
  last = { chart: state.chart, around };
  return around;
}

function isSame(around: Surroundings, { configuration, hasVram }: Known): boolean {
  return around.configuration === configuration && around.hasVram === hasVram;
}

function derived({ chart, configuration, hasVram }: Known): Surroundings {
  const place = tierAndRungOf(chart.state.profile);
  return {
    configuration,
    rules: rulesOf(configuration),
    tier: place?.tier ?? null,
    rung: place?.rung ?? null,
    device: place === null ? "none" : deviceOf(place.tier, place.rung),
    can: place === null ? CANNOT : chart.context.can,
    hasVram,
  };
}
