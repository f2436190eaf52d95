/**
 * The chart as SCXML (W3C, https://www.w3.org/TR/scxml/): states, transitions, and guards by name.
 *
 * A guard's name stands in `cond`; what it means is in the list at the end, in a namespace of our own,
 * because SCXML has no place for guards that are put together from others. So any reader sees the whole
 * structure, and an interpreter needs these guards as its functions.
 */
import {
  type ChartModel,
  childrenOf,
  type ModelState,
  type ModelTransition,
  ROOT_PATH,
} from "./chart-model.ts";
import { guardText } from "./guard-text.ts";
import { escaped } from "./xml.ts";

const NAMESPACE = "http://www.w3.org/2005/07/scxml";
const OWN_NAMESPACE = "urn:runtime-profile:statechart";

/** The whole document, with a final newline; it has one transition for each of the machine. */
export function scxmlOf(model: ChartModel): string {
  const guards = Object.entries(model.guards).map(([name, expression]) =>
    element("rp:guard", { name, holds: guardText(expression, "en") }),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scxml xmlns="${NAMESPACE}" xmlns:rp="${OWN_NAMESPACE}" version="1.0" name="${ROOT_PATH}" initial="${ROOT_PATH}">`,
    `  <parallel id="${ROOT_PATH}">`,
    ...transitionsFrom(ROOT_PATH, model).map((line) => `    ${line}`),
    ...model.states
      .filter(({ parent }) => parent === null)
      .flatMap((state) => stateLines(state, model))
      .map((line) => `    ${line}`),
    "  </parallel>",
    "  <rp:guards>",
    ...guards.map((line) => `    ${line}`),
    "  </rp:guards>",
    "</scxml>",
    "",
  ].join("\n");
}

function stateLines(state: ModelState, model: ChartModel): readonly string[] {
  const inside = [
    ...transitionsFrom(state.path, model),
    ...childrenOf(model, state.path).flatMap((child) => stateLines(child, model)),
  ];
  const attributes = {
    id: state.path,
    ...(state.initial === null ? {} : { initial: state.initial }),
  };
  if (inside.length === 0) return [element("state", attributes)];
  const head = element("state", attributes).replace("/>", ">");
  return [head, ...inside.map((line) => `  ${line}`), "</state>"];
}

function transitionsFrom(path: string, model: ChartModel): readonly string[] {
  return model.transitions.filter(({ from }) => from === path).map(transitionLine);
}

function transitionLine({ event, guard, to, code, description }: ModelTransition): string {
  return element("transition", {
    event,
    ...(guard === null ? {} : { cond: guard }),
    ...(to === null ? {} : { target: to }),
    ...(code === null ? {} : { "rp:code": code }),
    "rp:description": description,
  });
}

function element(name: string, attributes: Readonly<Record<string, string>>): string {
  const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${name}${text.join("")}/>`;
}
