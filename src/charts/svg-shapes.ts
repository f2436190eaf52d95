/** Lines, heads and words of the pictures, as text of SVG. */
import type { Area, Point } from "./placed.ts";

const CORNER = 6;
const HEAD = 7;

/** The corners rounded; the line ends where the head begins. */
export function lineOf(points: readonly Point[]): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  const parts = rest.map((point, index) => {
    const before = points[index] as Point;
    const after = rest[index + 1];
    if (after === undefined) return `L${textOf(towards(point, before, HEAD))}`;
    return `L${textOf(towards(point, before, CORNER))}Q${textOf(point)} ${textOf(towards(point, after, CORNER))}`;
  });
  return `<path d="M${textOf(first)}${parts.join("")}" fill="none"/>`;
}

/** The head as a shape of its own: a marker would need an id. */
export function headOf(points: readonly Point[]): string {
  const tip = points.at(-1) as Point;
  const base = towards(tip, points.at(-2) as Point, HEAD + 1);
  const [dx, dy] = base.x === tip.x ? [4, 0] : [0, 4];
  const corners = [tip, { x: base.x + dx, y: base.y + dy }, { x: base.x - dx, y: base.y - dy }];
  return `<polygon points="${corners.map(textOf).join(" ")}" stroke="none"/>`;
}

/** A point beside `from`, at most half of the way to `to`; whole px. */
function towards(from: Point, to: Point, most: number): Point {
  const step = (a: number, b: number) =>
    a + Math.sign(b - a) * Math.min(most, Math.floor(Math.abs(b - a) / 2));
  return { x: step(from.x, to.x), y: step(from.y, to.y) };
}

function textOf({ x, y }: Point): string {
  return `${x},${y}`;
}

/** True when one of the straight lines through the corners touches the area. */
export function crosses(points: readonly Point[], { x, y, width, height }: Area): boolean {
  return points.slice(1).some((to, index) => {
    const from = points[index] as Point;
    const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    return left <= x + width && right >= x && top <= y + height && bottom >= y;
  });
}
