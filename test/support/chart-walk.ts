/**
 * A breadth-first walk over the chart: from where it begins, every event, then every event from wherever
 * that led, until nothing new is found.
 *
 * The closing event is an event like the others, so facts may come in any number and order before it, as
 * they do in one input. Only a host of another tier is followed by it at once: the decider never leaves a
 * profile of one tier beside a host of another. A state is restored from its plain parts at each visit, so
 * the walk holds names and no snapshots.
 */
import { FACT_TYPES, type FactType } from "../../src/domain/fact.ts";
import type { Feasibility } from "../../src/domain/feasibility.ts";
import { ladderKindOf, RUNGS, type Rung, rungsOf, tierAndRungOf } from "../../src/domain/rung.ts";
import { REGIONS, type State } from "../../src/domain/state.ts";
import type { Tier } from "../../src/domain/tier.ts";
import {
  type Chart,
  type ChartContext,
  type ChartEvent,
  type ChartStep,
  initialChart,
  restoreChart,
  stepChart,
} from "../../src/machines/runtime-machine.ts";
import { faultsOf } from "./chart-rules.ts";

/** Facts that tell of nothing bad: with permission and a cleared hold they must lead back. */
const CALM: readonly FactType[] = [
  "vram.relaxed",
  "memory.relaxed",
  "tasks.recovered",
  "editor.stopped",
  "cloud.allowed",
  "cloud.returned",
];
const FAULTS_MAX = 20;

/** What is walked. */
export interface ChartWalkOptions {
  /** The tiers that a detection may find, and what it may say of a card for each. */
  readonly tiers: readonly Tier[];
  readonly hasVram: readonly boolean[];
  /** What the host can carry; each tier has its own reading of it. */
  readonly can: Feasibility;
  /** Default: all. */
  readonly facts?: readonly FactType[];
  /** What a person may ask for. Default: every rung. */
  readonly asked?: readonly Rung[];
  /** Where the walk begins: states that another walk has reached. Default: the start of the chart. */
  readonly from?: Iterable<State>;
}

/** What was found. */
export interface ChartWalk {
  readonly states: ReadonlyMap<string, State>;
  readonly transitions: number;
  /** Guards of the edges with a reason code that were taken. */
  readonly taken: ReadonlySet<string>;
  /** Sentences on what broke a rule, at most twenty. */
  readonly faults: readonly string[];
  /** Events of the longest of the shortest calm ways back to the tier's best rung. */
  readonly longestWayBack: number;
  /** States with a tier from which no calm way leads back. */
  readonly stranded: readonly string[];
}

interface Walker {
  readonly states: Map<string, State>;
  readonly keys: string[];
  readonly index: Map<string, number>;
  /** For each state, the states from which one calm move leads to it. */
  readonly calmInto: number[][];
  readonly taken: Set<string>;
  readonly faults: string[];
  transitions: number;
}

/** What a host can carry as each kind of ladder reads it: as `feasibilityOf` answers. */
export function canOn(tier: Tier, { nominal, smallModel, cpu }: Feasibility): Feasibility {
  const kind = ladderKindOf(tier);
  if (kind === "gpu") return { nominal, smallModel, cpu };
  return { nominal: kind === "cloud" || cpu, smallModel: false, cpu };
}

/** Walks the chart. */
export function walkChart(options: ChartWalkOptions): ChartWalk {
  const start = initialChart();
  const walker: Walker = {
    states: new Map(),
    keys: [],
    index: new Map(),
    calmInto: [],
    taken: new Set(),
    faults: [],
    transitions: 0,
  };
  for (const state of options.from ?? [start.state]) indexOf(walker, state);
  const events = eventsOf(options);
  for (let at = 0; at < walker.keys.length; at += 1) {
    const state = walker.states.get(walker.keys[at] as string) as State;
    const chart = restoreChart(state, contextOf(state, options.can, start.context));
    for (const event of events) {
      const end = moved(walker, chart, event);
      const to = indexOf(walker, end.state);
      if (isCalm(event) && to !== at) (walker.calmInto[to] as number[]).push(at);
    }
  }
  const { states, taken, faults, transitions } = walker;
  return { states, taken, faults, transitions, ...waysBack(walker, options) };
}

function contextOf(state: State, can: Feasibility, none: ChartContext): ChartContext {
  const tier = tierAndRungOf(state.profile)?.tier ?? null;
  return tier === null ? none : { tier, can: canOn(tier, can) };
}

/** Takes an event, and closes it where a host of another tier was found. */
function moved(walker: Walker, chart: Chart, event: ChartEvent): Chart {
  const after = taken(walker, chart, event);
  if (event.type !== "host.detected" || event.tier === chart.context.tier) return after;
  return taken(walker, after, { type: "facts.settled", permitted: null });
}

function taken(walker: Walker, chart: Chart, event: ChartEvent): Chart {
  const step: ChartStep = stepChart(chart, event);
  walker.transitions += 1;
  if (step.taken !== null) walker.taken.add(step.guard as string);
  for (const fault of faultsOf(chart, event, step)) {
    if (walker.faults.length < FAULTS_MAX) walker.faults.push(fault);
  }
  return step.chart;
}

function indexOf(walker: Walker, state: State): number {
  const key = keyOf(state);
  const known = walker.index.get(key);
  if (known !== undefined) return known;
  const index = walker.keys.length;
  walker.index.set(key, index);
  walker.keys.push(key);
  walker.states.set(key, state);
  walker.calmInto.push([]);
  return index;
}

/** The name of a state: its regions in their order. */
export function keyOf(state: State): string {
  return REGIONS.map((region) => state[region]).join(" ");
}

function eventsOf(options: ChartWalkOptions): ChartEvent[] {
  const { tiers, hasVram, can, facts = FACT_TYPES, asked = RUNGS } = options;
  return [
    ...facts.map((type) => ({ type })),
    ...tiers.flatMap((tier) =>
      hasVram.map((has) => ({
        type: "host.detected" as const,
        tier,
        can: canOn(tier, can),
        hasVram: has,
      })),
    ),
    ...asked.map((rung) => ({ type: "degrade.requested" as const, rung })),
    { type: "restore.requested" },
    ...[null, ...RUNGS].map((permitted) => ({ type: "facts.settled" as const, permitted })),
  ];
}

function isCalm({ type }: ChartEvent): boolean {
  return (
    type === "restore.requested" || type === "facts.settled" || CALM.includes(type as FactType)
  );
}

/** Backwards from the best rung with everything calm, along calm moves. */
function waysBack(
  { states, keys, calmInto }: Walker,
  { can }: ChartWalkOptions,
): Pick<ChartWalk, "longestWayBack" | "stranded"> {
  const distance: number[] = keys.map((key) => (isHome(states.get(key) as State, can) ? 0 : -1));
  const queue = distance.flatMap((steps, index) => (steps === 0 ? [index] : []));
  for (const to of queue) {
    for (const from of calmInto[to] as number[]) {
      if ((distance[from] as number) >= 0) continue;
      distance[from] = (distance[to] as number) + 1;
      queue.push(from);
    }
  }
  const stranded = keys.filter(
    (key, index) => distance[index] === -1 && !key.startsWith("detecting"),
  );
  return { longestWayBack: Math.max(...distance), stranded };
}

/** The best rung that this host can carry at all, with nothing left that speaks against it. */
function isHome(state: State, can: Feasibility): boolean {
  const place = tierAndRungOf(state.profile);
  if (place === null || place.rung !== bestRungOf(place.tier, canOn(place.tier, can))) return false;
  const isQuiet = state.memory === "relaxed" && state.tasks === "healthy" && state.hold === "free";
  const isCardQuiet = state.vram === "relaxed" || state.vram === "absent";
  return isQuiet && isCardQuiet && state.editor !== "busy" && state.cloud === "reachable";
}

/** The best rung of a tier that a host can carry; the cloud where no local one. */
export function bestRungOf(tier: Tier, can: Feasibility): Rung {
  const rungs = rungsOf(tier);
  return rungs.find((rung) => rung === "cloud" || can[rung as keyof Feasibility]) ?? "shed";
}
