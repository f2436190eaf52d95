/**
 * What all views share: how a state becomes a box, and codes become the label of an arrow.
 */
import { REASON_CODES, type ReasonCode } from "../domain/reason.ts";
import { REGIONS, type State } from "../domain/state.ts";
import {
  type ChartModel,
  childrenOf,
  codesOf,
  type MergedEdge,
  type ModelState,
  mergedEdges,
} from "./chart-model.ts";
import { CAPTIONS, keyOf, reasonLabel, regionWord, stateWord, type Voice } from "./chart-words.ts";
import type { Tone } from "./palette.ts";
import { isWithin } from "./paths.ts";
import type { SketchEdge, SketchNode } from "./sketch.ts";

/** Everything a view is made from; `active` is the state to light, if any. */
export interface ViewGrounds {
  readonly model: ChartModel;
  readonly voice: Voice;
  readonly active: State | null;
}

/** How well a state is, by its key; what is not here is still open. */
const TONE_OF: Readonly<Record<string, Tone>> = {
  nominal: "good",
  smallModel: "worse",
  cpu: "worse",
  cloud: "worse",
  shed: "bad",
  absent: "good",
  relaxed: "good",
  tight: "worse",
  exhausted: "bad",
  lost: "bad",
  healthy: "good",
  failing: "bad",
  probing: "worse",
  reachable: "good",
  unreachable: "worse",
  idle: "good",
  busy: "worse",
  free: "good",
};

/** The box of a state without what is inside it. */
export function leafNode(state: ModelState, { voice, active }: ViewGrounds): SketchNode {
  const tone = TONE_OF[keyOf(state.path)] ?? "open";
  return {
    path: state.path,
    label: labelOf(state, voice),
    tone: isActive(state.path, active) ? "active" : tone,
  };
}

/** The box of a state with everything inside it. No start dots: transitions lead to the innermost state. */
export function treeNode(state: ModelState, grounds: ViewGrounds): SketchNode {
  const children = childrenOf(grounds.model, state.path);
  if (children.length === 0) return leafNode(state, grounds);
  return {
    path: state.path,
    label: [titleOf(state, grounds.voice)],
    tone: null,
    children: children.map((child) => treeNode(child, grounds)),
  };
}

/** The state of a path. Throws on a path that the chart does not have. */
export function stateAt(model: ChartModel, path: string): ModelState {
  const state = model.states.find((each) => each.path === path);
  if (state === undefined) throw new Error(`the chart has no state ${path}`);
  return state;
}

/** A name on one line, its word behind it. */
export function titleOf(state: ModelState, voice: Voice): string {
  const word = state.name === "" ? regionWord(state.region, voice) : stateWord(state, voice);
  const name = keyOf(state.path);
  return word === null ? name : `${name} · ${word}`;
}

/** Lines for an arrow: words or codes in the order of the closed list, at most `limit`, then how many were left out. */
export function causeLines(
  codes: readonly ReasonCode[],
  { voice, limit }: { readonly voice: Voice; readonly limit: number | null },
): readonly string[] {
  const sorted = REASON_CODES.filter((code) => codes.includes(code));
  const lines = sorted.map((code) => reasonLabel(code, voice));
  if (limit === null || lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), `…+${lines.length - limit + 1}`];
}

/** Words beside the picture, in a box that is not seen. */
export function noteNode(path: string, lines: readonly string[]): SketchNode {
  return { path, label: lines, tone: "note" };
}

/** The transitions that are tried first for their cause, from states inside `around`, as arrows. */
export function firstChoiceEdges(
  around: string,
  { model, voice }: ViewGrounds,
  { limit, without }: { readonly limit: number | null; readonly without: readonly ReasonCode[] },
): readonly SketchEdge[] {
  const first = model.transitions.filter(
    ({ from, isFirstChoice }) => isFirstChoice && isWithin(from, around),
  );
  return inOrder(mergedEdges(first), model)
    .map(({ from, to, transitions }) => ({
      from,
      to,
      codes: codesOf(transitions).filter((code) => !without.includes(code)),
    }))
    .filter(({ codes }) => codes.length > 0)
    .map((edge) => ({ ...edge, label: causeLines(edge.codes, { voice, limit }) }));
}

/** By source, then target, in the order of the states: the layout then runs down the ladder. */
export function inOrder(edges: readonly MergedEdge[], model: ChartModel): readonly MergedEdge[] {
  const at = (path: string) => model.states.findIndex((state) => state.path === path);
  return edges.toSorted((a, b) => at(a.from) - at(b.from) || at(a.to) - at(b.to));
}

/** True when a snapshot is in this state or inside it. */
export function isActive(path: string, active: State | null): boolean {
  if (active === null) return false;
  return REGIONS.some((region) => isWithin(`${region}.${active[region]}`, path));
}

function labelOf(state: ModelState, voice: Voice): readonly string[] {
  const word = stateWord(state, voice);
  const last = keyOf(state.path) === "shed" ? [CAPTIONS.lastResort[voice.language]] : [];
  const isRung = state.region === "profile";
  return [keyOf(state.path), ...(word === null ? [] : [word]), ...(isRung ? last : [])];
}
