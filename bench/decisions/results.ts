/** Runs the parts of the bench and gathers their figures; nothing is rounded here. */
import { quantileOf } from "../figures.ts";
import type { Controller } from "./controller.ts";
import { NAIVE_RULE, OUR_RULE } from "./failure-rules.ts";
import {
  type FailureResult,
  type FailureRule,
  measureFailures,
  outageStream,
  recordedStream,
} from "./failures.ts";
import { FAULTS, type FaultResult, measureFault } from "./faults.ts";
import {
  type ClosedResult,
  measureClosed,
  oracleOf,
  patientOf,
  type Reach,
} from "./measure-closed.ts";
import { measureOpen, type OpenResult } from "./open-loop.ts";
import type { Scenario } from "./scenario.ts";
import { controllersFor, OPEN_CONTROLLERS } from "./suite.ts";

export interface ClosedGroup {
  readonly id: string;
  readonly title: string;
  readonly origin: Scenario["origin"];
  readonly oracle: Reach;
  /** The same for one who sees no future. */
  readonly patient: Reach;
  readonly results: readonly ClosedResult[];
}

export interface OpenGroup {
  readonly id: string;
  readonly title: string;
  readonly origin: Scenario["origin"];
  readonly results: readonly OpenResult[];
}

/** Several seeds of one kind of stream under one rule. */
export interface FailureGroup {
  readonly rule: string;
  /** Share of tasks that fail in an outage; `null` = the recorded arrivals, without an outage. */
  readonly rate: number | null;
  readonly runs: readonly FailureResult[];
}

/** How long the streams of tasks are, and how many of them. */
export interface StreamSize {
  readonly count: number;
  readonly outages: number;
  readonly seeds: number;
}

export const WHOLE_STREAMS: StreamSize = { count: 25_000, outages: 40, seeds: 5 };
const RATES = [0.9, 0.5] as const;
const RULES: readonly FailureRule[] = [OUR_RULE, NAIVE_RULE];

export function closedGroup(scenario: Scenario): ClosedGroup {
  const { id, title, origin } = scenario;
  const results = controllersFor(scenario).map((each) => measureClosed(scenario, each));
  const reach = { oracle: oracleOf(scenario), patient: patientOf(scenario) };
  return { id, title, origin, ...reach, results };
}

export function openGroup(scenario: Scenario): OpenGroup {
  const { id, title, origin } = scenario;
  const results = OPEN_CONTROLLERS.map((each) => measureOpen(scenario, each));
  return { id, title, origin, results };
}

export function faultResults(controllers: readonly Controller[]): readonly FaultResult[] {
  return controllers.flatMap((each) => FAULTS.map((fault) => measureFault(each, fault)));
}

function seedsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function failureGroups({ count, outages, seeds }: StreamSize): readonly FailureGroup[] {
  const outageGroups = RATES.flatMap((rate) => {
    const streams = seedsOf(seeds).map((seed) => outageStream(seed, { count, outages, rate }));
    return RULES.map((rule) => ({
      rule: rule.name,
      rate,
      runs: streams.map((stream) => measureFailures(stream, rule)),
    }));
  });
  const recorded = seedsOf(seeds).map(recordedStream);
  const recordedGroups = RULES.map((rule) => ({
    rule: rule.name,
    rate: null,
    runs: recorded.map((stream) => measureFailures(stream, rule)),
  }));
  return [...outageGroups, ...recordedGroups];
}

/** The middle one and the worst one of a figure over the seeds. */
export function overSeeds(
  { runs }: FailureGroup,
  figureOf: (run: FailureResult) => number,
  worst: "most" | "least",
): { readonly middle: number; readonly worst: number } {
  const figures = runs.map(figureOf);
  const extreme = worst === "most" ? Math.max(...figures) : Math.min(...figures);
  return { middle: quantileOf(figures, 0.5), worst: extreme };
}
