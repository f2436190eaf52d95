/**
 * The chart as a configuration of XState v5 in JSON, as Stately's editors import it: guards and actions
 * as objects with a `type`, codes in `meta`. It is the very chart that the machine is made from; only
 * the shape of names differs.
 */
import { type ChartState, type ChartTransition, chartDefinition } from "../machines/chart.ts";

/** What `createMachine` takes; plain data. */
export interface StatelyState {
  readonly id?: string;
  readonly type?: "parallel";
  readonly initial?: string;
  readonly on?: Readonly<Record<string, readonly StatelyTransition[]>>;
  readonly states?: Readonly<Record<string, StatelyState>>;
}

interface StatelyTransition {
  readonly target?: string;
  readonly guard?: { readonly type: string };
  readonly actions?: readonly { readonly type: string }[];
  readonly description: string;
  readonly meta?: { readonly code: string };
}

/** The configuration; pure, the same at every call. */
export function statelyMachine(): StatelyState {
  const { id, type, states } = chartDefinition();
  return { id, type, states: mapped(states, stateOf) };
}

function stateOf({ id, initial, on, states }: ChartState): StatelyState {
  return {
    ...(id === undefined ? {} : { id }),
    ...(initial === undefined ? {} : { initial }),
    ...(on === undefined ? {} : { on: mapped(on, (each) => each.map(transitionOf)) }),
    ...(states === undefined ? {} : { states: mapped(states, stateOf) }),
  };
}

function transitionOf({
  target,
  guard,
  actions,
  description,
  meta,
}: ChartTransition): StatelyTransition {
  return {
    ...(target === undefined ? {} : { target }),
    ...(guard === undefined ? {} : { guard: { type: guard } }),
    ...(actions === undefined ? {} : { actions: [{ type: actions }] }),
    description,
    ...(meta === undefined ? {} : { meta }),
  };
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
