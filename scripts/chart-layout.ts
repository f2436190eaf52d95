/**
 * Gives the boxes and arrows of a sketch their places, with ELK (elkjs). For making pictures only:
 * nothing under src imports this file.
 *
 * Boxes between which arrows run are laid out by ELK; a box whose children have no arrows is filled by
 * hand, in rows of one-line boxes or in one column, because ELK would scatter them. Model order is not
 * asked for: elkjs crashes on it in nested boxes. Options are not inherited, so each box has them all.
 */

import ElkConstructor from "elkjs/lib/elk.bundled.js";
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import { textWidth } from "../src/charts/palette.ts";
import {
  type Area,
  BOX,
  LABEL,
  type Placed,
  type PlacedBox,
  type PlacedEdge,
  type PlacedStart,
  type Point,
} from "../src/charts/placed.ts";
import type { Sketch, SketchEdge, SketchNode } from "../src/charts/sketch.ts";
import { titlePlace } from "../src/charts/title-place.ts";
import { type Block, blockOf, boxesOf, INSIDE, titleWidth } from "./chart-blocks.ts";

/** Room between what stands side by side. */
const GAP = 28;
const DOT = 12;
/** So often a part is laid out again at most. */
const AGAIN_MAX = 3;

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.layered.cycleBreaking.strategy": "DEPTH_FIRST",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.spacing.nodeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.spacing.nodeNode": "24",
  "elk.spacing.edgeNode": "16",
  "elk.spacing.edgeEdge": "12",
  "elk.spacing.edgeLabel": "4",
  // Of the orders that are equally good ELK takes one by chance; this one has the tiers best first.
  "elk.randomSeed": "7",
} as const;

/** A sketch, or a part of one. */
type Part = Omit<Sketch, "title">;

/** The places of everything in a sketch. */
export async function placeSketch({ nodes: all, edges, direction }: Sketch): Promise<Placed> {
  const notes = all.filter(({ tone }) => tone === "note");
  const nodes = all.filter((node) => !notes.includes(node));
  const drawn = await placeNodes({ nodes, edges, direction });
  return notes.length === 0 ? drawn : below(alone(blockOf(notes[0] as SketchNode)), drawn);
}

async function placeNodes({ nodes, edges, direction }: Part): Promise<Placed> {
  const isJoined = edges.some(({ from, to }) => topOf(from, nodes) !== topOf(to, nodes));
  if (isJoined || nodes.length === 1) {
    return placeByElk({ nodes, edges, direction });
  }
  const parts: Placed[] = [];
  for (const node of nodes) {
    const own = edges.filter(({ from }) => topOf(from, [node]) !== null);
    const inside = { nodes: [node], edges: own, direction: node.direction ?? "TB" };
    parts.push(own.length === 0 ? alone(blockOf(node)) : await placeByElk(inside));
  }
  return sideBySide(parts);
}

/** The outermost box in which a path is drawn. */
function topOf(path: string, nodes: readonly SketchNode[]): SketchNode | null {
  return nodes.find((node) => pathsIn(node).includes(path)) ?? null;
}

function pathsIn(node: SketchNode): readonly string[] {
  return [node.path, ...(node.children ?? []).flatMap(pathsIn)];
}

function alone(block: Block): Placed {
  const { width, height } = block;
  return { width, height, boxes: boxesOf(block, { x: 0, y: 0 }), edges: [], starts: [] };
}

function sideBySide(parts: readonly Placed[]): Placed {
  let x = 0;
  const moved = parts.map((part) => {
    const placed = shifted(part, { x, y: 0 });
    x += part.width + GAP;
    return placed;
  });
  return {
    width: x - GAP,
    height: Math.max(...parts.map(({ height }) => height)),
    boxes: moved.flatMap(({ boxes }) => boxes),
    edges: moved.flatMap(({ edges }) => edges),
    starts: moved.flatMap(({ starts }) => starts),
  };
}

function below(upper: Placed, lower: Placed): Placed {
  const moved = shifted(lower, { x: 0, y: upper.height + BOX.gap });
  return {
    ...moved,
    width: Math.max(upper.width, lower.width),
    height: upper.height + BOX.gap + lower.height,
    boxes: [...upper.boxes.map((box) => ({ ...box, x: box.x - BOX.padX })), ...moved.boxes],
  };
}

function shifted(placed: Placed, by: Point): Placed {
  const move = <Thing extends Point>(thing: Thing): Thing => ({
    ...thing,
    x: thing.x + by.x,
    y: thing.y + by.y,
  });
  return {
    ...placed,
    boxes: placed.boxes.map(move),
    edges: placed.edges.map(({ edge, points, label }) => ({
      edge,
      points: points.map(move),
      label: label === null ? null : move(label),
    })),
    starts: placed.starts.map(({ dot, points }) => ({ dot: move(dot), points: points.map(move) })),
  };
}

/** Again where a title needs more room than it got; wider frames may move the arrows. */
async function placeByElk(part: Part): Promise<Placed> {
  const more = new Map<string, number>();
  let placed = await askElk(part, more);
  for (let again = 0; again < AGAIN_MAX; again += 1) {
    const missing = shortagesOf(placed);
    if (missing.size === 0) break;
    for (const [path, px] of missing) more.set(path, (more.get(path) ?? 0) + px);
    placed = await askElk(part, more);
  }
  return placed;
}

async function askElk(
  { nodes, edges, direction }: Part,
  more: ReadonlyMap<string, number>,
): Promise<Placed> {
  const options = { ...OPTIONS, "elk.direction": direction === "LR" ? "RIGHT" : "DOWN" };
  const blocks = new Map<string, Block>();
  const starts: ElkExtendedEdge[] = [];
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const childOf = (node: SketchNode): ElkNode => {
    const isWired = (node.children ?? []).some((child) =>
      pathsIn(child).some((path) => ends.has(path)),
    );
    if (!isWired) {
      const block = blockOf(node);
      blocks.set(node.path, block);
      return { id: node.path, width: block.width, height: block.height };
    }
    blocks.set(node.path, { node, width: 0, height: 0, inner: [] });
    return {
      id: node.path,
      layoutOptions: { ...options, ...frameOptions(more.get(node.path) ?? 0) },
      children: [...startNodes(node, starts), ...(node.children ?? []).map(childOf)],
    };
  };
  const children = nodes.map(childOf);
  const graph: ElkNode = {
    id: "picture",
    layoutOptions: {
      ...options,
      "elk.json.edgeCoords": "ROOT",
      "elk.json.shapeCoords": "ROOT",
      "elk.padding": "[top=0,left=0,bottom=0,right=0]",
    },
    children,
    edges: [...starts, ...edges.map(elkEdge)],
  };
  return readElk(await elk().layout(graph), { blocks, edges });
}

/** The types of elkjs describe another way of being imported than Node's. */
function elk(): ELK {
  const Elk = ElkConstructor as unknown as new () => ELK;
  return new Elk();
}

/** ELK does not look at a frame's title; `more` is what the frame was too narrow for it. */
function frameOptions(more: number): Readonly<Record<string, string>> {
  const sides = `left=${INSIDE + Math.floor(more / 2)},right=${INSIDE + Math.ceil(more / 2)}`;
  return { "elk.padding": `[top=${BOX.title + 6},bottom=${INSIDE},${sides}]` };
}

/** By how much each frame is too narrow for its title; frames that are wide enough are not named. */
function shortagesOf({ boxes, edges }: Placed): ReadonlyMap<string, number> {
  const frames = boxes.filter(({ isFrame }) => isFrame);
  const missing = frames.map((box) => [box.node.path, shortageOf(box, edges)] as const);
  return new Map(missing.filter(([, px]) => px > 0));
}

/** Wider on both sides until the title fits, beside the arrows where that can be had. */
function shortageOf(box: PlacedBox, edges: readonly PlacedEdge[]): number {
  const needed = titleWidth(box.node);
  const least = Math.max(0, needed - box.width);
  for (let more = least; more <= 2 * needed; more += 2) {
    const wider = { ...box, x: box.x - Math.floor(more / 2), width: box.width + more };
    if (titlePlace(wider, edges) !== null) return more;
  }
  return least;
}

function startNodes({ path, initial }: SketchNode, arrows: ElkExtendedEdge[]): readonly ElkNode[] {
  if (initial == null) return [];
  const id = `start ${path}`;
  arrows.push({ id: `${id} arrow`, sources: [id], targets: [initial] });
  return [{ id, width: DOT, height: DOT }];
}

function elkEdge({ from, to, label }: SketchEdge, index: number): ElkExtendedEdge {
  const width = Math.max(0, ...label.map((line) => textWidth(line, LABEL.font)));
  const text = {
    text: String(index),
    width: width + 2 * LABEL.pad,
    height: label.length * LABEL.line + LABEL.pad,
    layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
  };
  return { id: `edge ${index}`, sources: [from], targets: [to], labels: width === 0 ? [] : [text] };
}

function readElk(
  graph: ElkNode,
  { blocks, edges }: { blocks: ReadonlyMap<string, Block>; edges: readonly SketchEdge[] },
): Placed {
  const boxes: PlacedBox[] = [];
  const dots = new Map<string, Area>();
  const walk = (node: ElkNode): void => {
    const block = blocks.get(node.id);
    const area = areaOf(node);
    if (block === undefined) dots.set(node.id, area);
    else boxes.push(...boxesOf({ ...block, width: area.width, height: area.height }, area));
    for (const child of node.children ?? []) walk(child);
  };
  for (const node of graph.children ?? []) walk(node);
  const arrows = new Map((graph.edges ?? []).map((edge) => [edge.id, edge] as const));
  return {
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    boxes,
    edges: edges.map((edge, index): PlacedEdge => {
      const arrow = arrows.get(`edge ${index}`);
      const [label] = arrow?.labels ?? [];
      return { edge, points: pointsOf(arrow), label: label === undefined ? null : areaOf(label) };
    }),
    starts: [...dots].map(
      ([id, dot]): PlacedStart => ({ dot, points: pointsOf(arrows.get(`${id} arrow`)) }),
    ),
  };
}

function areaOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Area>): Area {
  return {
    x: Math.round(x),
    y: Math.round(y),
    width: Math.round(width),
    height: Math.round(height),
  };
}

function pointsOf(arrow: ElkExtendedEdge | undefined): readonly Point[] {
  const [section] = arrow?.sections ?? [];
  if (section === undefined) throw new Error(`ELK gave no way for the arrow ${arrow?.id}`);
  const { startPoint, bendPoints = [], endPoint } = section;
  return [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({
    x: Math.round(x),
    y: Math.round(y),
  }));
}
