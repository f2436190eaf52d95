/**
 * Everything the runtime is at one moment: plain data but for the chart's snapshot, so that it can stand
 * in a checkpoint, be hashed, and be compared.
 */
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Output } from "../domain/output.ts";
import type { Reason } from "../domain/reason.ts";
import { type Place, tierAndRungOf } from "../domain/rung.ts";
import { NOTHING_SENSED, type Sensing } from "../domain/sensing.ts";
import type { EvidenceByRegion } from "./reasoning.ts";
import { type Chart, initialChart, restoreChart } from "./runtime-machine.ts";

/** Since when new work is refused, and whether a person was told. */
export interface Shed {
  readonly since: number;
  readonly isAlerted: boolean;
}

/** Everything the runtime is at one moment. All of it is plain data but `chart.snapshot`. */
export interface RuntimeState {
  readonly at: number;
  readonly configuration: Configuration;
  readonly host: Host | null;
  readonly areModelsKnown: boolean;
  readonly sensing: Sensing;
  readonly chart: Chart;
  readonly hasVram: boolean;
  readonly evidence: EvidenceByRegion;
  readonly lastTransition: { readonly at: number; readonly reason: Reason } | null;
  /** Since when new work is refused; `null` while it is not. */
  readonly shed: Shed | null;
}

export interface Decision {
  readonly state: RuntimeState;
  readonly outputs: readonly Output[];
}

/** A state in plain JSON, for checkpoints and hashes. */
export type Checkpoint = Omit<RuntimeState, "chart"> & { readonly chart: Omit<Chart, "snapshot"> };

/** The state before the first input. */
export function initialState(): RuntimeState {
  return {
    at: 0,
    configuration: decisionPartOf(DEFAULT_CONFIGURATION),
    host: null,
    areModelsKnown: false,
    sensing: NOTHING_SENSED,
    chart: initialChart(),
    hasVram: false,
    evidence: {},
    lastTransition: null,
    shed: null,
  };
}

/** Tier and rung now; `null` while detecting. */
export function placeOf(state: RuntimeState): Place | null {
  return tierAndRungOf(state.chart.state.profile);
}

/** The plain form of a state; `restoreState` is its inverse. */
export function checkpointOf(state: RuntimeState): Checkpoint {
  const { state: regions, context } = state.chart;
  return { ...state, chart: { state: regions, context } };
}

/** A state from its plain form. Throws when it names a state that the chart does not have. */
export function restoreState(checkpoint: Checkpoint): RuntimeState {
  return { ...checkpoint, chart: restoreChart(checkpoint.chart.state, checkpoint.chart.context) };
}
