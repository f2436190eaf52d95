/**
 * One region: its states, and the events that lead from one to the next.
 *
 * Where an event leads to one state out of nearly all others, the picture draws one arrow, out of a box
 * "any state": six arrows instead of twenty-six. The profile is drawn as its ladders side by side; what
 * moves along a ladder is in the tier's own picture.
 */
import type { Region } from "../domain/state.ts";
import {
  childrenOf,
  codesOf,
  leavesOf,
  type ModelState,
  type ModelTransition,
  mergedEdges,
} from "./chart-model.ts";
import { CAPTIONS, keyOf } from "./chart-words.ts";
import {
  causeLines,
  inOrder,
  noteNode,
  stateAt,
  titleOf,
  treeNode,
  type ViewGrounds,
} from "./mermaid-parts.ts";
import { isWithin } from "./paths.ts";
import type { Sketch, SketchEdge, SketchNode } from "./sketch.ts";

/** With so many sources or more, an event is drawn once, out of the box "any state". */
const HUB_SOURCES = 4;
const HUB = "any_state";

type Picture = Pick<Sketch, "nodes" | "edges">;

/** The sketch of a region. */
export function regionSketch(region: Region, grounds: ViewGrounds): Sketch {
  const { model, voice } = grounds;
  const state = stateAt(model, region);
  const isProfile = region === "profile";
  const picture = isProfile ? ladders(state, grounds) : moves(state, grounds);
  const caption = isProfile ? CAPTIONS.profileRegion : CAPTIONS.region;
  return {
    title: `${titleOf(state, voice)}: ${caption[voice.language]}`,
    direction: isProfile ? "TB" : "LR",
    ...picture,
  };
}

/** Boxes directly inside the region, and every event between them. */
function moves(region: ModelState, grounds: ViewGrounds): Picture {
  const { model } = grounds;
  const own = model.transitions.filter(
    ({ from, to }) => to !== null && isWithin(from, region.path),
  );
  const isShared = (each: ModelTransition) => sourcesLike(each, own).length >= HUB_SOURCES;
  const boxOf = boxesIn(region, grounds);
  const drawn = own.map((each) => (isShared(each) ? { ...each, from: HUB } : each));
  const edges = mergedEdges(drawn, boxOf).map((edge) => ({
    from: edge.from,
    to: edge.to,
    label: eventLines(edge.transitions),
    codes: [],
  }));
  const hubSources = new Set(own.filter(isShared).map(({ from }) => from));
  const hub = hubSources.size === 0 ? [] : [hubNode(hubSources, region, grounds)];
  const boxes = childrenOf(model, region.path).map((state) => boxNode(state, own, grounds));
  const around = { ...treeNode(region, grounds), initial: region.initial };
  return { nodes: [{ ...around, children: [...hub, ...boxes] }], edges };
}

/** The box that stands for all sources of the shared arrows, and names the states it leaves out. */
function hubNode(
  sources: ReadonlySet<string>,
  region: ModelState,
  { model, voice }: ViewGrounds,
): SketchNode {
  const others = leavesOf(model, region.path).filter(({ path }) => !sources.has(path));
  const text =
    others.length === 0
      ? CAPTIONS.anyState[voice.language]
      : `${CAPTIONS.anyStateBut[voice.language]} ${others.map(({ path }) => keyOf(path)).join(", ")}`;
  return { path: HUB, label: [text], tone: "open" };
}

/** A state's box; an event that leads from it to a state inside it is named in its title. */
function boxNode(
  state: ModelState,
  own: readonly ModelTransition[],
  grounds: ViewGrounds,
): SketchNode {
  const node = treeNode(state, grounds);
  const inner = own.filter(({ from, to }) => from === state.path && isWithin(to ?? "", state.path));
  if (inner.length === 0) return node;
  const again = CAPTIONS.again[grounds.voice.language];
  return {
    ...node,
    label: [`${node.label.join(" ")} (${eventLines(inner).join(", ")}: ${again})`],
  };
}

/** The source states from which the same event leads to the same target. */
function sourcesLike(one: ModelTransition, all: readonly ModelTransition[]): readonly string[] {
  return all
    .filter(({ event, guard, to }) => event === one.event && guard === one.guard && to === one.to)
    .map(({ from }) => from);
}

function boxesIn(region: ModelState, { model }: ViewGrounds): (path: string) => string {
  const boxes = childrenOf(model, region.path);
  return (path) => boxes.find((box) => isWithin(path, box.path))?.path ?? path;
}

/** Event names, with the guard where one alone is meant. */
function eventLines(transitions: readonly ModelTransition[]): readonly string[] {
  const guards = new Map<string, Set<string | null>>();
  for (const { event, guard } of transitions) {
    guards.set(event, (guards.get(event) ?? new Set()).add(guard));
  }
  return [...guards].map(([event, names]) => {
    const [only] = names;
    return names.size > 1 || only === null ? event : `${event} [${only}]`;
  });
}

/** The tiers side by side, each with its rungs from best to worst. */
function ladders(region: ModelState, grounds: ViewGrounds): Picture {
  const { model, voice } = grounds;
  const boxOf = boxesIn(region, grounds);
  const detected = model.transitions.filter(
    ({ from }) => boxOf(from) === from && from !== region.path,
  );
  const entries = mergedEdges(detected, boxOf)
    .filter(({ from }) => isWithin(from, region.path))
    .map((edge) => {
      const codes = codesOf(edge.transitions);
      return {
        from: edge.from,
        to: edge.to,
        codes,
        label: causeLines(codes, { voice, limit: null }),
      };
    });
  const between = codesOf(model.transitions.filter(({ from }) => from === region.path));
  const note = causeLines(between, { voice, limit: null }).join(", ");
  const around = { ...treeNode(region, grounds), initial: region.initial };
  const text = [`${note}: ${CAPTIONS.betweenTiers[voice.language]}`];
  // A box is as wide as what is in it, not as its title; longer titles would run into each other.
  const boxes = (around.children ?? []).map(withPlainTitles);
  return {
    nodes: [{ ...around, children: [...boxes, noteNode("between_tiers", text)] }],
    edges: [...entries, ...neighbourEdges(grounds)],
  };
}

function withPlainTitles(node: SketchNode): SketchNode {
  if (node.children === undefined) return node;
  return { ...node, label: [keyOf(node.path)], children: node.children.map(withPlainTitles) };
}

/** Down and up between rungs that follow each other. */
function neighbourEdges({ model }: ViewGrounds): readonly SketchEdge[] {
  const leaves = leavesOf(model, "profile").map(({ path }) => path);
  const isNeighbour = (from: string, to: string) =>
    Math.abs(leaves.indexOf(from) - leaves.indexOf(to)) === 1;
  return inOrder(mergedEdges(model.transitions), model)
    .filter(({ from, to }) => from !== "profile.detecting" && isNeighbour(from, to))
    .filter(({ from, to }) => leaves.includes(from) && leaves.includes(to))
    .map(({ from, to, transitions }) => ({ from, to, label: [], codes: codesOf(transitions) }));
}
