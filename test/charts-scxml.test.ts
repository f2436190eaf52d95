/** The chart for other tools: SCXML for any of them, XState's own JSON for Stately's editors. */
import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { chartModel } from "../src/charts/chart-model.ts";
import { scxmlOf } from "../src/charts/scxml.ts";
import { statelyMachine } from "../src/charts/stately.ts";
import { machineDefinition } from "../src/machines/runtime-machine.ts";
import { type ReadElement, readXml } from "./support/xml-text.ts";

const model = chartModel();
const { root, elements } = readXml(scxmlOf(model));
const named = (name: string) => elements.filter((each) => each.name === name);
const idOf = (element: ReadElement | null) => element?.attributes.get("id") ?? null;

test("scxml: the root is W3C SCXML and holds one parallel state with the seven regions", () => {
  expect(root.name).toBe("scxml");
  expect(root.attributes.get("xmlns")).toBe("http://www.w3.org/2005/07/scxml");
  expect(root.attributes.get("version")).toBe("1.0");
  const [parallel, ...others] = named("parallel");
  expect(others).toEqual([]);
  expect(root.attributes.get("initial")).toBe(idOf(parallel ?? null));
  const regions = named("state").filter(({ parent }) => parent === parallel);
  expect(regions.map(idOf)).toEqual([...model.regions]);
});

test("scxml: every state is there once, in its place, with the state that is entered first", () => {
  const states = named("state").map((element) => ({
    path: idOf(element),
    parent: element.parent?.name === "parallel" ? null : idOf(element.parent),
    initial: element.attributes.get("initial") ?? null,
  }));
  expect(states).toEqual(
    model.states.map(({ path, parent, initial }) => ({ path, parent, initial })),
  );
});

test("scxml: it has the transitions of the machine, in the order in which they are tried", () => {
  const transitions = named("transition").map(({ parent, attributes }) => ({
    from: idOf(parent),
    event: attributes.get("event"),
    guard: attributes.get("cond") ?? null,
    to: attributes.get("target") ?? null,
    code: attributes.get("rp:code") ?? null,
    description: attributes.get("rp:description"),
  }));
  const own = (from: string) => model.transitions.filter((each) => each.from === from);
  const expected = ["runtime", ...model.states.map(({ path }) => path)].flatMap(own);
  expect(expected).toHaveLength(model.transitions.length);
  const whole = expected.map(({ isFirstChoice: _first, ...rest }) => rest);
  expect(transitions).toEqual(expect.arrayContaining(whole));
  expect(transitions).toHaveLength(whole.length);
  for (const { path } of model.states) {
    const of = (all: readonly { from: string | null }[]) => all.filter(({ from }) => from === path);
    expect(of(transitions)).toEqual(of(whole));
  }
});

test("scxml: every guard that a transition names is spelled out", () => {
  const spelled = named("rp:guard").map(({ attributes }) => attributes.get("name"));
  expect(spelled).toEqual(Object.keys(model.guards));
  for (const { attributes } of named("transition")) {
    const cond = attributes.get("cond");
    if (cond !== undefined) expect(spelled).toContain(cond);
  }
  for (const { attributes } of named("rp:guard")) expect(attributes.get("holds")).toMatch(/\w/);
});

test("stately: what is written is plain JSON, and makes the machine that runs", () => {
  const json = statelyMachine();
  const copy = JSON.parse(JSON.stringify(json));
  expect(copy).toEqual(json);
  const { definition } = machineDefinition();
  const plain = (value: unknown): Defined => JSON.parse(JSON.stringify(value));
  expect(statesOf(plain(createMachine(copy).definition))).toEqual(statesOf(plain(definition)));
});

interface Defined {
  readonly key: string;
  readonly id: string;
  readonly initial?: { readonly target: readonly string[] };
  readonly states: Readonly<Record<string, Defined>>;
  readonly transitions: readonly Record<string, unknown>[];
}

/** Names, starts and transitions of every state, which is what an editor shows. */
function statesOf(state: Defined): readonly unknown[] {
  const transitions = state.transitions.map(
    ({ source, target, eventType, guard, meta, description }) => {
      const name = typeof guard === "object" ? (guard as { type?: string } | null)?.type : guard;
      return { source, target, eventType, guard: name, meta, description };
    },
  );
  const own = { id: state.id, initial: state.initial?.target, transitions };
  return [own, ...Object.values(state.states).flatMap(statesOf)];
}
