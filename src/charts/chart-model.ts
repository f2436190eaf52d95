/**
 * The chart as a plain model for pictures and tables: states, transitions and guards as flat lists.
 *
 * It is read out of the machine's own definition, so a picture shows what runs and nothing else; a
 * second, hand-drawn chart would be wrong by the second week. States are named by their path
 * (`profile.LOCAL_GPU_MID.degraded.cpu`); the first word is the region. Rejected: a tree of nested
 * objects, because every reader of it only flattens it again.
 */

import type { ReasonCode } from "../domain/reason.ts";
import { REGIONS, type Region } from "../domain/state.ts";
import type { ChartEventType } from "../machines/chart.ts";
import type { GuardTable } from "../machines/guards.ts";
import { machineDefinition } from "../machines/runtime-machine.ts";
import { isWithin, regionOfPath } from "./paths.ts";

/** One state of the chart. */
export interface ModelState {
  /** Full dotted path, region first: `profile.LOCAL_GPU_MID.degraded.cpu`. */
  readonly path: string;
  /** The name in a snapshot: the path without its region; empty for the region itself. */
  readonly name: string;
  readonly region: Region;
  /** Path of the state around it; `null` for a region. */
  readonly parent: string | null;
  /** Path of the state that is entered first; `null` where nothing is inside. */
  readonly initial: string | null;
}

/** One transition, in the order in which the machine tries them. */
export interface ModelTransition {
  readonly from: string;
  /** `null`: the transition only remembers what the event says and moves nothing. */
  readonly to: string | null;
  readonly event: ChartEventType;
  readonly guard: string | null;
  /** The reason code; only transitions of the profile that move have one. */
  readonly code: ReasonCode | null;
  readonly description: string;
  /** True for the target that is tried first among those of the same state, event and code. */
  readonly isFirstChoice: boolean;
}

/** The whole chart. */
export interface ChartModel {
  readonly regions: readonly Region[];
  /** Parents before their children, in the machine's order. */
  readonly states: readonly ModelState[];
  readonly transitions: readonly ModelTransition[];
  readonly guards: GuardTable;
}

/** All transitions between two states as one, as a picture draws them. */
export interface MergedEdge {
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly ModelTransition[];
}

/** The source of transitions that stand on the whole machine. */
export const ROOT_PATH = "runtime";

interface DefinitionTransition {
  readonly target?: readonly string[];
  readonly guard?: string;
  readonly description?: string;
  readonly meta?: { readonly code: ReasonCode };
  readonly source: string;
  readonly eventType: ChartEventType;
}

interface DefinitionState {
  readonly id: string;
  readonly initial: { readonly target: readonly string[] };
  readonly states: Readonly<Record<string, DefinitionState>>;
  readonly transitions: readonly DefinitionTransition[];
}

/** The model of the running machine; pure, the same at every call. */
export function chartModel(): ChartModel {
  const { definition, guards } = machineDefinition();
  const root = definition as DefinitionState;
  const present = Object.keys(root.states);
  return {
    regions: REGIONS.filter((region) => present.includes(region)),
    states: Object.values(root.states).flatMap((state) => statesOf(state, null)),
    transitions: withFirstChoices(transitionsOf(root)),
    guards: guards as GuardTable,
  };
}

/** The states directly inside a state, in the machine's order. */
export function childrenOf(model: ChartModel, path: string): readonly ModelState[] {
  return model.states.filter(({ parent }) => parent === path);
}

/** The states within a state at any depth that have nothing inside them. */
export function leavesOf(model: ChartModel, path: string): readonly ModelState[] {
  return model.states.filter((state) => state.initial === null && isWithin(state.path, path));
}

/**
 * Transitions that move, joined per pair of states. `visible` maps a state to the one that stands for
 * it in the picture (itself, or the box into which it is folded); edges within one box disappear.
 */
export function mergedEdges(
  transitions: readonly ModelTransition[],
  visible: (path: string) => string = (path) => path,
): readonly MergedEdge[] {
  const edges = new Map<string, { from: string; to: string; transitions: ModelTransition[] }>();
  for (const transition of transitions) {
    if (transition.to === null) continue;
    const from = visible(transition.from);
    const to = visible(transition.to);
    if (from === to) continue;
    const key = `${from} ${to}`;
    const edge = edges.get(key) ?? { from, to, transitions: [] };
    edge.transitions.push(transition);
    edges.set(key, edge);
  }
  return [...edges.values()];
}

/** The different reason codes of transitions, in the order in which the machine tries them. */
export function codesOf(transitions: readonly ModelTransition[]): readonly ReasonCode[] {
  return [...new Set(transitions.flatMap(({ code }) => (code === null ? [] : [code])))];
}

function statesOf(state: DefinitionState, parent: string | null): ModelState[] {
  const path = pathOf(state.id);
  const [first] = state.initial.target;
  const region = regionOfPath(path) as Region;
  const own: ModelState = {
    path,
    name: path.slice(region.length + 1),
    region,
    parent,
    initial: first === undefined ? null : pathOf(first),
  };
  return [own, ...Object.values(state.states).flatMap((child) => statesOf(child, path))];
}

type Unranked = Omit<ModelTransition, "isFirstChoice">;

function transitionsOf(state: DefinitionState): Unranked[] {
  const own = state.transitions.map(({ source, target, eventType, guard, description, meta }) => ({
    from: pathOf(source),
    to: target?.[0] === undefined ? null : pathOf(target[0]),
    event: eventType,
    guard: guard ?? null,
    code: meta?.code ?? null,
    description: description ?? "",
  }));
  return [...own, ...Object.values(state.states).flatMap(transitionsOf)];
}

function withFirstChoices(transitions: readonly Unranked[]): ModelTransition[] {
  const seen = new Set<string>();
  return transitions.map((transition) => {
    const key = `${transition.from} ${transition.event} ${transition.code}`;
    const isFirstChoice = transition.code === null || !seen.has(key);
    seen.add(key);
    return { ...transition, isFirstChoice };
  });
}

/** `#runtime.profile.detecting` and `runtime.profile.detecting` → `profile.detecting`. */
function pathOf(id: string): string {
  const bare = id.replace(/^#/, "");
  return bare === ROOT_PATH ? ROOT_PATH : bare.slice(ROOT_PATH.length + 1);
}
