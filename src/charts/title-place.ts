/** Where the title of a frame stands: as far left as the arrows into the frame leave room. */
import { boldWidth } from "./palette.ts";
import { type Area, BOX, type PlacedBox, type PlacedEdge } from "./placed.ts";
import { crosses } from "./svg-shapes.ts";

/** A title is moved by so much until no arrow crosses it, in px. */
const STEP = 4;
/** Room between a title and an arrow beside it, in px. */
const ROOM = 6;

/** The left end of the title, or `null` where an arrow crosses every place. */
export function titlePlace(
  { node, x, y, width }: PlacedBox,
  edges: readonly PlacedEdge[],
): number | null {
  const long = boldWidth(node.label.join(" "), BOX.font);
  const areaAt = (left: number): Area => ({
    x: left - ROOM,
    y: y + 8,
    width: long + 2 * ROOM,
    height: 20,
  });
  const isFree = (left: number) => edges.every(({ points }) => !crosses(points, areaAt(left)));
  const first = x + BOX.padX;
  const places = 1 + Math.max(0, Math.floor((width - 2 * BOX.padX - long) / STEP));
  return Array.from({ length: places }, (_, index) => first + index * STEP).find(isFree) ?? null;
}
