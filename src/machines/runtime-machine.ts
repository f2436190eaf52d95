/**
 * The one file that knows XState: the chart as a machine, moved by pure function calls.
 *
 * It keeps one actor scope for `machine.transition` because the public `transition()` builds an actor on
 * every call (1.25 µs against 8 to 12 µs). Nothing is executed here: the chart has no actions but one
 * assignment, no timers, no invocations. Everything else in the house sees the plain functions below,
 * so that a new major version of XState is a change of this file.
 */
import {
  type ActorScope,
  type AnyEventObject,
  and,
  assign,
  createActor,
  not,
  or,
  type SnapshotFrom,
  setup,
  stateIn,
} from "xstate";
import type { FactType } from "../domain/fact.ts";
import type { Feasibility } from "../domain/feasibility.ts";
import type { ReasonCode } from "../domain/reason.ts";
import type { Rung } from "../domain/rung.ts";
import type { State } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";
import { chartDefinition } from "./chart.ts";
import { allGuards } from "./edges.ts";
import type { GuardExpression } from "./guards.ts";

/** The pinned version; a test holds it equal to package.json. Behaviour can change in a patch. */
export const XSTATE_VERSION = "5.33.3";

/** What the guards read besides the regions; comes with `host.detected`. */
export interface ChartContext {
  readonly tier: Tier | null;
  readonly can: Feasibility;
}

export type ChartEvent =
  | { readonly type: FactType }
  | {
      readonly type: "host.detected";
      readonly tier: Tier;
      readonly can: Feasibility;
      readonly hasVram: boolean;
    }
  | { readonly type: "degrade.requested"; readonly rung: Rung }
  | { readonly type: "restore.requested" }
  | { readonly type: "facts.settled"; readonly permitted: Rung | null };

/** A chart at one moment. `snapshot` is XState's and stays inside this file's functions. */
export interface Chart {
  readonly state: State;
  readonly context: ChartContext;
  readonly snapshot: unknown;
}

/** The profile transition that an event took. */
export interface Taken {
  readonly code: ReasonCode;
  readonly description: string;
}

const NO_HOST: ChartContext = {
  tier: null,
  can: { nominal: false, smallModel: false, cpu: false },
};

const types = {} as {
  context: ChartContext;
  events: ChartEvent;
  transitionMeta: { code: ReasonCode };
};

type Guard = Parameters<typeof not>[0];

/** Guards are made once from the table; XState resolves the names inside them. */
function guardsOf(table: Readonly<Record<string, GuardExpression>>): Record<string, Guard> {
  return Object.fromEntries(
    Object.entries(table).map(([name, expression]) => [name, guardOf(expression)]),
  );
}

function guardOf(expression: GuardExpression): Guard {
  if ("stateIn" in expression) return stateIn(expression.stateIn as never) as Guard;
  if ("and" in expression) return and(expression.and as never) as Guard;
  if ("or" in expression) return or(expression.or as never) as Guard;
  if ("not" in expression) return not(expression.not as never) as Guard;
  if ("context" in expression) {
    const wanted = expression.context;
    const holds = ({ context }: { context: ChartContext }) =>
      "tier" in wanted ? context.tier === wanted.tier : context.can[wanted.can];
    return holds as unknown as Guard;
  }
  const [[key, value]] = Object.entries(expression.event) as [[string, unknown]];
  return ({ event }: { event: AnyEventObject }) => event[key] === value;
}

const definition = chartDefinition();

/** XState's own machine, for its tools (paths through the chart); the house asks the functions below. */
export const machine = setup({
  types,
  guards: guardsOf(allGuards()) as never,
  actions: {
    rememberHost: assign(({ context, event }) =>
      event.type === "host.detected" ? { tier: event.tier, can: event.can } : context,
    ),
  },
}).createMachine({
  ...definition,
  context: NO_HOST,
} as never);

type Snapshot = SnapshotFrom<typeof machine>;

const idle = createActor(machine);
const scope = {
  self: idle,
  system: idle.system,
  id: idle.id,
  sessionId: idle.sessionId,
  logger: () => {},
  defer: () => {},
  emit: () => {},
  stopChild: () => {},
  actionExecutor: () => {},
} as unknown as ActorScope<Snapshot, AnyEventObject>;

/** The chart before anything is known: detecting, everything unknown. */
export function initialChart(): Chart {
  return chartOf(idle.getSnapshot());
}

/** What one event did. */
export interface ChartStep {
  readonly chart: Chart;
  readonly taken: Taken | null;
  /** The guard of the profile transition that was taken. */
  readonly guard: string | null;
}

/** Sends one event. The same chart comes back when no transition took it. */
export function stepChart(chart: Chart, event: ChartEvent): ChartStep {
  const before = chart.snapshot as Snapshot;
  const transitions = machine.getTransitionData(before, event as never);
  if (transitions === undefined || transitions.length === 0)
    return { chart, taken: null, guard: null };
  const after = machine.transition(before, event as never, scope as never) as Snapshot;
  const first = transitions[0];
  const meta = first?.meta as { code: ReasonCode } | undefined;
  const taken =
    meta === undefined ? null : { code: meta.code, description: first?.description ?? "" };
  const guard = typeof first?.guard === "string" ? first.guard : null;
  return { chart: chartOf(after), taken, guard };
}

/** A chart from its plain parts (a checkpoint). Throws on a state that does not exist. */
export function restoreChart(state: State, context: ChartContext): Chart {
  return chartOf(
    machine.resolveState({ value: valueOfState(state), context } as never) as Snapshot,
  );
}

/** The machine's definition as plain JSON: pictures are drawn from it and the hash covers it. */
export function machineDefinition(): {
  readonly definition: unknown;
  readonly guards: unknown;
  readonly xstate: string;
} {
  return {
    definition: JSON.parse(JSON.stringify(machine.definition)),
    guards: allGuards(),
    xstate: XSTATE_VERSION,
  };
}

function chartOf(snapshot: Snapshot): Chart {
  const value = snapshot.value as Readonly<Record<keyof State, StateValue>>;
  const state = {
    profile: dotted(value.profile),
    vram: dotted(value.vram),
    memory: dotted(value.memory),
    tasks: dotted(value.tasks),
    cloud: dotted(value.cloud),
    hold: dotted(value.hold),
    editor: dotted(value.editor),
  };
  return { state: state as State, context: snapshot.context as ChartContext, snapshot };
}

type StateValue = string | { readonly [name: string]: StateValue };

function dotted(value: StateValue): string {
  if (typeof value === "string") return value;
  const [[name, inner]] = Object.entries(value) as [[string, StateValue]];
  return `${name}.${dotted(inner)}`;
}

function valueOfState(state: State): Record<string, StateValue> {
  return Object.fromEntries(
    Object.entries(state).map(([region, name]) => [region, nested(name.split("."))]),
  );
}

function nested([first, ...rest]: string[]): StateValue {
  return rest.length === 0 ? (first as string) : { [first as string]: nested(rest) };
}
