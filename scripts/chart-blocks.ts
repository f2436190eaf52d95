/** Boxes without arrows: how large they are, and how they stand in a frame, in rows or in a column. */
import { boldWidth, textWidth } from "../src/charts/palette.ts";
import { BOX, type PlacedBox, type Point } from "../src/charts/placed.ts";
import type { SketchNode } from "../src/charts/sketch.ts";

/** Room around what is in a frame. */
export const INSIDE = 16;
/** A row of one-line boxes is at most so wide. */
const ROW_MAX = 300;

/** A box with its measured size; `inner` holds what was placed in it by hand. */
export interface Block {
  readonly node: SketchNode;
  readonly width: number;
  readonly height: number;
  readonly inner: readonly PlacedBox[];
}

/** The size of a box and of what is in it, without arrows; it is at least as wide as it is told. */
export function blockOf(node: SketchNode, least = 0): Block {
  const { children } = node;
  if (children === undefined) {
    const { width, height } = leafSize(node);
    return { node, width: Math.max(width, least), height, inner: [] };
  }
  const isFlat = children.every(
    (child) => child.children === undefined && child.label.length === 1,
  );
  const sizes = children.map((child) => blockOf(child));
  const rows = isFlat ? rowsOf(sizes) : sizes.map((size) => [size]);
  const wide = Math.max(
    least - 2 * INSIDE,
    titleWidth(node) - 2 * INSIDE,
    ...rows.map((row) => row.reduce((sum, { width }) => sum + width + BOX.gap, -BOX.gap)),
  );
  const inner: PlacedBox[] = [];
  let y: number = BOX.title;
  for (const row of rows) {
    let x = INSIDE;
    // One below the other, all are as wide as the frame allows.
    const blocks = isFlat ? row : row.map((block) => blockOf(block.node, wide));
    for (const block of blocks) {
      inner.push(...boxesOf(block, { x, y }));
      x += block.width + BOX.gap;
    }
    y += Math.max(...blocks.map(({ height }) => height)) + BOX.gap;
  }
  return { node, width: wide + 2 * INSIDE, height: y - BOX.gap + INSIDE, inner };
}

function rowsOf(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const rows: Block[][] = [[]];
  let width = 0;
  for (const block of blocks) {
    const isFull = width > 0 && width + block.width > ROW_MAX;
    if (isFull) {
      rows.push([]);
      width = 0;
    }
    rows.at(-1)?.push(block);
    width += block.width + BOX.gap;
  }
  return rows;
}

/** A block and everything in it, at a place. */
export function boxesOf({ node, width, height, inner }: Block, at: Point): readonly PlacedBox[] {
  const own = { node, isFrame: node.children !== undefined, width, height, x: at.x, y: at.y };
  return [own, ...inner.map((box) => ({ ...box, x: box.x + at.x, y: box.y + at.y }))];
}

function leafSize({ label, tone }: SketchNode): {
  readonly width: number;
  readonly height: number;
} {
  const measure = tone === "note" ? textWidth : boldWidth;
  const [first = "", ...others] = label;
  const width = Math.max(
    measure(first, BOX.font),
    ...others.map((line) => textWidth(line, BOX.font)),
  );
  return { width: width + 2 * BOX.padX, height: label.length * BOX.line + 2 * BOX.padY - 4 };
}

/** Width that a frame needs for its title. */
export function titleWidth({ label }: SketchNode): number {
  return boldWidth(label.join(" "), BOX.font) + 2 * BOX.padX;
}
