/**
 * The decider: `step(state, input)` → the next state and what follows from it. One pure fold, used
 * unchanged by the live runtime, replay, what-if, the simulator and the tests.
 *
 * First sensing turns the input into facts; only when there are any does the statechart hear them, one
 * by one, and then one closing event `facts.settled`, which alone may move the profile, by one
 * transition. A reading that changes no fact never reaches the chart (62 ns against 1.25 µs and more).
 */
import type { Fact } from "../domain/fact.ts";
import type { Input } from "../domain/input.ts";
import type { FactOutput, Output } from "../domain/output.ts";
import type { Permission } from "../domain/permission.ts";
import { sense } from "../domain/pressure.ts";
import type { Sensed, Sensing } from "../domain/sensing.ts";
import { REGIONS, type Region, type State } from "../domain/state.ts";
import { chartEventsOf, feasibilityIn, withKnowledge, withRenewal } from "./knowledge.ts";
import { ladderAfter } from "./ladder-memory.ts";
import { type EvidenceByRegion, reasonOf, refusalOf } from "./reasoning.ts";
import { type ChartEvent, stepChart, type Taken } from "./runtime-machine.ts";
import { type Decision, placeOf, type RuntimeState } from "./runtime-state.ts";
import { shedAfter, withAlert } from "./shed-alert.ts";
import { surroundingsOf } from "./surroundings.ts";

/** Changes whenever the same log may fold differently; part of the machine's hash. */
export const DECIDER_VERSION = 7;

const NO_OUTPUTS: readonly Output[] = [];

/** Folds one input in. An earlier `at` than the last is judged as that last moment. */
export function step(before: RuntimeState, given: Input): Decision {
  const decision = judged(before, given);
  // Readings come at every beat, and what follows from one is always written down.
  const isWatched = given.type === "reading" && decision.state.shed !== null;
  return isWatched ? withAlert(decision) : decision;
}

function judged(before: RuntimeState, given: Input): Decision {
  const input = given.at < before.at ? { ...given, at: before.at } : given;
  if (input.type === "reading") {
    const sensed = sense(before.sensing, input, surroundingsOf(before));
    if (sensed.facts.length === 0 && isHopeless(before, sensed.permission)) {
      return { state: withSensing(before, input.at, sensed.sensing), outputs: NO_OUTPUTS };
    }
    return settle(before, { ...before, at: input.at }, { sensed, events: [], input });
  }
  const known = withKnowledge(before, input);
  const events = chartEventsOf(before, known, input);
  const around = { ...surroundingsOf(known), ...feasibilityIn(events) };
  const sensed = withRenewal(before, known, sense(known.sensing, input, around));
  if (sensed.facts.length === 0 && events.length === 0) {
    return { state: { ...known, sensing: sensed.sensing }, outputs: NO_OUTPUTS };
  }
  return settle(before, known, { sensed, events, input });
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
    shed: before.shed,
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

interface Happening {
  readonly sensed: Sensed;
  readonly events: readonly ChartEvent[];
  readonly input: Input;
}

/** Sends events and facts to the chart, closes them, and writes down what moved and why. */
function settle(
  before: RuntimeState,
  known: RuntimeState,
  { sensed, events, input }: Happening,
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
      : transition(before, state, {
          taken: closing.taken,
          permission: sensed.permission,
          input,
        });
  return moved === null
    ? { state, outputs: facts }
    : { state: moved.state, outputs: [...facts, moved.output] };
}

function transition(
  before: RuntimeState,
  state: RuntimeState,
  {
    taken,
    permission,
    input,
  }: {
    readonly taken: Taken;
    readonly permission: Permission | null;
    readonly input: Input;
  },
): { readonly state: RuntimeState; readonly output: Output } {
  const from = before.chart.state.profile;
  const to = state.chart.state.profile;
  const { at, configuration, chart, evidence } = state;
  const ladder = ladderAfter({ from, to, code: taken.code }, state.sensing.ladder, state);
  const sensing = { ...state.sensing, ladder };
  const grounds = { at, code: taken.code, from, to, state: chart.state, can: chart.context.can };
  const reason = reasonOf({ ...grounds, input, evidence, sensing, permission, configuration });
  const shed = shedAfter(before.shed, to, at);
  return {
    state: { ...state, sensing, shed, lastTransition: { at, reason } },
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
