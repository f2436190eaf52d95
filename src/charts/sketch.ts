/**
 * A picture before it is drawn: boxes in boxes, and arrows between them; and its Mermaid text.
 *
 * The views decide what is in a picture, this file how Mermaid must be told. Mermaid puts a state into
 * the last composite that names it (mermaid-js/mermaid#5290) and breaks on arrows from a box into
 * itself, so every arrow is written in the innermost box that holds both of its ends, before the boxes
 * inside are opened. Parallel regions (`--`) are not used: composites inside them crash (#4052).
 */

import type { ReasonCode } from "../domain/reason.ts";
import { PALETTES, TONES, type Tone } from "./palette.ts";

export type Direction = "LR" | "TB";

/** One box; with `children` it is drawn around them. */
export interface SketchNode {
  readonly path: string;
  /** Lines of text, first one first. */
  readonly label: readonly string[];
  readonly tone: Tone | null;
  readonly direction?: Direction;
  /** Path of the child that a start dot points to. */
  readonly initial?: string | null;
  readonly children?: readonly SketchNode[];
}

/** One arrow between two boxes, its label as lines. */
export interface SketchEdge {
  readonly from: string;
  readonly to: string;
  readonly label: readonly string[];
  /** All reason codes that the arrow stands for, also those that its label leaves out. */
  readonly codes: readonly ReasonCode[];
}

export interface Sketch {
  readonly title: string;
  readonly direction: Direction;
  readonly nodes: readonly SketchNode[];
  readonly edges: readonly SketchEdge[];
}

/** Fill, border and text of each tone, readable on light and dark pages, and what Mermaid adds. */
function styleOf(tone: Tone): string {
  const { fill, stroke, text } = PALETTES.light.tone[tone];
  return `fill:${fill},stroke:${stroke},color:${text}${EXTRA_STYLES[tone] ?? ""}`.replaceAll(
    ":none",
    ":transparent",
  );
}

const EXTRA_STYLES: Readonly<Partial<Record<Tone, string>>> = {
  note: ",font-style:italic",
  active: ",stroke-width:3px,font-weight:bold",
};

/** The Mermaid text (`stateDiagram-v2`) of a sketch, with a final newline. */
export function mermaidTextOf(sketch: Sketch): string {
  const { title, direction, nodes, edges } = sketch;
  const flat = nodes.flatMap(withDescendants);
  const parents = new Map(
    flat.flatMap((node) => (node.children ?? []).map((child) => [child.path, node.path] as const)),
  );
  const body = scopeLines({ path: null, direction, initial: null, nodes }, { edges, parents });
  return [
    "---",
    `title: ${JSON.stringify(title)}`,
    "---",
    "stateDiagram-v2",
    ...body.map((line) => `  ${line}`),
    ...toneLines(flat).map((line) => `  ${line}`),
    "",
  ].join("\n");
}

interface Scope {
  readonly path: string | null;
  readonly direction: Direction | undefined;
  readonly initial: string | null;
  readonly nodes: readonly SketchNode[];
}

interface Wiring {
  readonly edges: readonly SketchEdge[];
  readonly parents: ReadonlyMap<string, string>;
}

function scopeLines(scope: Scope, wiring: Wiring): string[] {
  const own = wiring.edges.filter((edge) => commonParent(edge, wiring.parents) === scope.path);
  return [
    ...(scope.direction === undefined ? [] : [`direction ${scope.direction}`]),
    ...(scope.initial === null ? [] : [`[*] --> ${idOf(scope.initial)}`]),
    ...own.map(edgeLine),
    ...scope.nodes.flatMap((node) => nodeLines(node, wiring)),
  ];
}

function nodeLines(node: SketchNode, wiring: Wiring): string[] {
  const head = `state ${textOf(node.label)} as ${idOf(node.path)}`;
  const { children, direction, initial } = node;
  if (children === undefined) return [head];
  const inside = { path: node.path, direction, initial: initial ?? null, nodes: children };
  return [`${head} {`, ...scopeLines(inside, wiring).map((line) => `  ${line}`), "}"];
}

function edgeLine({ from, to, label }: SketchEdge): string {
  const arrow = `${idOf(from)} --> ${idOf(to)}`;
  const text = label.map((line) => escaped(line).replaceAll(":", "："));
  return text.length === 0 ? arrow : `${arrow} : ${text.join("<br/>")}`;
}

/** The innermost box around both ends; `null` is the whole picture. */
function commonParent(
  { from, to }: SketchEdge,
  parents: ReadonlyMap<string, string>,
): string | null {
  const around = ancestorsOf(from, parents);
  return ancestorsOf(to, parents).find((path) => around.includes(path)) ?? null;
}

function ancestorsOf(path: string, parents: ReadonlyMap<string, string>): string[] {
  const parent = parents.get(path);
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, parents)];
}

function toneLines(nodes: readonly SketchNode[]): string[] {
  return TONES.flatMap((tone) => {
    const ids = nodes.filter((node) => node.tone === tone && node.children === undefined);
    if (ids.length === 0) return [];
    const names = ids.map(({ path }) => idOf(path)).join(",");
    return [`classDef ${tone} ${styleOf(tone)}`, `class ${names} ${tone}`];
  });
}

function withDescendants(node: SketchNode): SketchNode[] {
  return [node, ...(node.children ?? []).flatMap(withDescendants)];
}

function textOf(label: readonly string[]): string {
  return `"${label.map(escaped).join("<br/>")}"`;
}

/** A name that Mermaid takes for a state; dots would be read as syntax. */
function idOf(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]/g, "_");
}

/** Text without the characters that end a label, begin a comment or open a tag. */
function escaped(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll(/[;#]/g, ",")
    .replaceAll("%%", "%")
    .replaceAll("<", "‹");
}
