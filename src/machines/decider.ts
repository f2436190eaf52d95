/**
 * The decider: `step(state, input)` → the next state and what follows from it. One pure fold, used
 * unchanged by the live runtime, replay, what-if, the simulator and the tests.
 *
 * First sensing turns the input into facts; only when there are any does the statechart hear them, one
 * by one, and then one closing event `facts.settled`, which alone may move the profile, by one
 * transition. A reading that changes no fact never reaches the chart (62 ns against 1.25 µs and more).
 */
import { isCloudAllowedFor } from "../domain/cloud-consent.ts";
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../domain/configuration.ts";
import type { Fact } from "../domain/fact.ts";
import { type Feasibility, feasibilityOf } from "../domain/feasibility.ts";
import type { Host } from "../domain/host.ts";
import type { Input } from "../domain/input.ts";
import type { FactOutput, Output } from "../domain/output.ts";
import type { Permission } from "../domain/permission.ts";
import { sense } from "../domain/pressure.ts";
import type { Reason } from "../domain/reason.ts";
import { nextRungDown, type Place, tierAndRungOf } from "../domain/rung.ts";
import { NOTHING_SENSED, resumed, type Sensed, type Sensing } from "../domain/sensing.ts";
import { REGIONS, type Region, type State } from "../domain/state.ts";
import { largestUsableGpu, tierOf } from "../domain/tier.ts";
import { ladderAfter } from "./ladder-memory.ts";
import { type EvidenceByRegion, reasonOf, refusalOf } from "./reasoning.ts";
import {
  type Chart,
  type ChartEvent,
  initialChart,
  restoreChart,
  stepChart,
  type Taken,
} from "./runtime-machine.ts";
import { surroundingsOf } from "./surroundings.ts";

/** Changes whenever the same log may fold differently; part of the machine's hash. */
export const DECIDER_VERSION = 2;

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
}

export interface Decision {
  readonly state: RuntimeState;
  readonly outputs: readonly Output[];
}

/** A state in plain JSON, for checkpoints and hashes. */
export type Checkpoint = Omit<RuntimeState, "chart"> & { readonly chart: Omit<Chart, "snapshot"> };

const NO_OUTPUTS: readonly Output[] = [];

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
  };
}

/** Folds one input in. An earlier `at` than the last is judged as that last moment. */
export function step(before: RuntimeState, given: Input): Decision {
  const input = given.at < before.at ? { ...given, at: before.at } : given;
  if (input.type === "reading") {
    const sensed = sense(before.sensing, input, surroundingsOf(before));
    if (sensed.facts.length === 0 && isHopeless(before, sensed.permission)) {
      return { state: withSensing(before, input.at, sensed.sensing), outputs: NO_OUTPUTS };
    }
    return settle(before, { ...before, at: input.at }, { sensed, events: [] });
  }
  const known = withKnowledge(before, input);
  const events = chartEventsOf(before, known, input);
  const around = { ...surroundingsOf(known), ...feasibilityIn(events) };
  const sensed = withRenewal(before, known, sense(known.sensing, input, around));
  if (sensed.facts.length === 0 && events.length === 0) {
    return { state: { ...known, sensing: sensed.sensing }, outputs: NO_OUTPUTS };
  }
  return settle(before, known, { sensed, events });
}

/** Written out, not spread: it is made for each reading, and a spread costs five times as much. */
function withSensing(before: RuntimeState, at: number, sensing: Sensing): RuntimeState {
  return {
    at,
    configuration: before.configuration,
    host: before.host,
    areModelsKnown: before.areModelsKnown,
    sensing,
    chart: before.chart,
    hasVram: before.hasVram,
    evidence: before.evidence,
    lastTransition: before.lastTransition,
  };
}

/** No rung is permitted, or one that the chart refuses as things stand: it need not be asked. */
function isHopeless(before: RuntimeState, permission: Permission | null): boolean {
  if (permission === null) return true;
  const { chart } = before;
  const place = placeOf(before);
  if (place === null) return true;
  return (
    refusalOf(place.tier, permission.rung, { state: chart.state, can: chart.context.can }) !== null
  );
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

function withKnowledge(before: RuntimeState, input: Input): RuntimeState {
  const state = { ...before, at: input.at };
  switch (input.type) {
    case "config.changed":
      return { ...state, configuration: input.config };
    case "host.detected": {
      const card = largestUsableGpu(input.host);
      const areModelsKnown = input.host.ollama.running !== null || state.areModelsKnown;
      return {
        ...state,
        host: input.host,
        areModelsKnown,
        hasVram: card !== null && !card.unified,
      };
    }
    case "models.changed": {
      // A server that did not answer took no model away.
      if (input.running === null) return state;
      if (state.host === null) return { ...state, areModelsKnown: true };
      const ollama = { ...state.host.ollama, running: input.running, models: input.models };
      return { ...state, host: { ...state.host, ollama }, areModelsKnown: true };
    }
    default:
      return state;
  }
}

/** The events that go to the chart besides the facts: the host's, and a person's. */
function chartEventsOf(before: RuntimeState, known: RuntimeState, input: Input): ChartEvent[] {
  if (input.type === "degrade.requested") {
    const place = placeOf(before);
    const rung = input.rung ?? (place === null ? "cpu" : nextRungDown(place.tier, place.rung));
    return rung === null || rung === "nominal" ? [] : [{ type: "degrade.requested", rung }];
  }
  if (input.type === "restore.requested") return [{ type: "restore.requested" }];
  if (input.type !== "host.detected" && input.type !== "config.changed") return [];
  if (known.host === null) return [];
  const tier = tierOf(
    known.host,
    known.configuration.tier,
    isCloudAllowedFor(known.configuration.cloud, "vision"),
  );
  const can = feasibilityOf(known.host, tier, known.configuration);
  return [{ type: "host.detected", tier, can, hasVram: known.hasVram }];
}

/** What the host can carry from this input on, before the chart has heard of it. */
function feasibilityIn(events: readonly ChartEvent[]): { readonly can?: Feasibility } {
  const [event] = events;
  return event?.type === "host.detected" ? { can: event.can } : {};
}

/** Another card is another meter: what was known about the old one is forgotten. */
function withRenewal(before: RuntimeState, known: RuntimeState, sensed: Sensed): Sensed {
  if (before.host === known.host || known.host === null) return sensed;
  const old = before.host === null ? null : largestUsableGpu(before.host);
  const card = largestUsableGpu(known.host);
  if (
    old?.uuid === card?.uuid &&
    old?.vram_total_mib === card?.vram_total_mib &&
    before.host !== null
  )
    return sensed;
  const sensing = { ...resumed(sensed.sensing, known.at), vramPeaks: [], vramTotalMib: null };
  const facts: readonly Fact[] = [{ type: "host.resumed", evidence: null }, ...sensed.facts];
  return { ...sensed, sensing, facts };
}

interface Happening {
  readonly sensed: Sensed;
  readonly events: readonly ChartEvent[];
}

/** Sends events and facts to the chart, closes them, and writes down what moved and why. */
function settle(
  before: RuntimeState,
  known: RuntimeState,
  { sensed, events }: Happening,
): Decision {
  let chart = before.chart;
  const evidence: Partial<Record<Region, EvidenceByRegion[Region]>> = { ...before.evidence };
  for (const event of events) chart = stepChart(chart, event).chart;
  for (const fact of sensed.facts) {
    const next = stepChart(chart, { type: fact.type }).chart;
    const region = regionOf(fact);
    if (region === null)
      for (const forgotten of ["vram", "memory"] as const) delete evidence[forgotten];
    else if (fact.evidence === null) delete evidence[region];
    else evidence[region] = { at: known.at, evidence: fact.evidence };
    chart = next;
  }
  const closing = stepChart(chart, {
    type: "facts.settled",
    permitted: sensed.permission?.rung ?? null,
  });
  const state: RuntimeState = {
    ...known,
    sensing: sensed.sensing,
    chart: closing.chart,
    evidence: evidence as EvidenceByRegion,
  };
  const facts = factOutputs(before.chart.state, closing.chart.state, evidence as EvidenceByRegion);
  const moved =
    closing.taken === null
      ? null
      : transition(before, state, { taken: closing.taken, permission: sensed.permission });
  return moved === null
    ? { state, outputs: facts }
    : { state: moved.state, outputs: [...facts, moved.output] };
}

function transition(
  before: RuntimeState,
  state: RuntimeState,
  { taken, permission }: { readonly taken: Taken; readonly permission: Permission | null },
): { readonly state: RuntimeState; readonly output: Output } {
  const from = before.chart.state.profile;
  const to = state.chart.state.profile;
  const { at, configuration, chart, evidence } = state;
  const ladder = ladderAfter({ from, to, code: taken.code }, state.sensing.ladder, state);
  const sensing = { ...state.sensing, ladder };
  const grounds = { at, code: taken.code, from, to, state: chart.state, can: chart.context.can };
  const reason = reasonOf({ ...grounds, evidence, sensing, permission, configuration });
  return {
    state: { ...state, sensing, lastTransition: { at, reason } },
    output: { type: "transition", from, to, reason },
  };
}

function regionOf(fact: Fact): Exclude<Region, "profile"> | null {
  const word = fact.type.split(".")[0] as string;
  return word === "host" ? null : (word as Exclude<Region, "profile">);
}

function factOutputs(before: State, after: State, evidence: EvidenceByRegion): FactOutput[] {
  const outputs: FactOutput[] = [];
  for (const region of REGIONS) {
    if (region === "profile" || before[region] === after[region]) continue;
    outputs.push({
      type: "fact",
      region,
      from: before[region],
      to: after[region],
      evidence: evidence[region]?.evidence ?? null,
    });
  }
  return outputs;
}
