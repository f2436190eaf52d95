/**
 * One row of the picture: what is in use over time in areas, the strip of rungs under it, and marks where
 * our model ran out of memory and where the controller flapped. Many samples share a column of pixels:
 * it shows their highest use, so that no peak is lost.
 */
import type { Frame } from "./closed-loop.ts";
import type { Place } from "./controller.ts";
import { flapsIn } from "./switches.ts";

/** Where a row stands and how large it is. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Column {
  readonly x: number;
  readonly othersShare: number;
  readonly sumShare: number;
  readonly place: Place;
}

const STRIP_GAP = 3;
export const STRIP_HEIGHT = 8;
const LIMIT = 0.85;

/** The row as SVG. */
export function laneOf(frames: readonly Frame[], totalMib: number, box: Box): string {
  const columns = columnsOf(frames, totalMib, box);
  const yOf = (share: number) => box.y + box.height * (1 - Math.min(1, share));
  const others = ({ othersShare }: Column) => yOf(othersShare);
  const sum = (isWanted: (column: Column) => boolean) => (column: Column) =>
    yOf(isWanted(column) ? column.sumShare : column.othersShare);
  const end = box.x + box.width;
  const area = (top: (column: Column) => number, bottom: (column: Column) => number) =>
    areaOf(columns, { top, bottom, end });
  const limitY = yOf(LIMIT).toFixed(1);
  return [
    `<rect class="back" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}"/>`,
    `<path class="others" d="${area(others, () => box.y + box.height)}"/>`,
    `<path class="ours" d="${area(
      sum(({ place }) => place !== "small"),
      others,
    )}"/>`,
    `<path class="small" d="${area(
      sum(({ place }) => place === "small"),
      others,
    )}"/>`,
    `<path class="limit" d="M${box.x} ${limitY}H${end}"/>`,
    stripOf(frames, box),
    marksOf(frames, box),
  ].join("\n");
}

function columnsOf(frames: readonly Frame[], totalMib: number, box: Box): readonly Column[] {
  const count = Math.min(frames.length, Math.round(box.width));
  return Array.from({ length: count }, (_, index) => {
    const first = Math.floor((index * frames.length) / count);
    const group = frames.slice(first, Math.floor(((index + 1) * frames.length) / count));
    return {
      x: box.x + (index * box.width) / count,
      othersShare: Math.max(...group.map(({ othersMib }) => othersMib)) / totalMib,
      sumShare: Math.max(...group.map(({ othersMib, ownMib }) => othersMib + ownMib)) / totalMib,
      place: group.at(-1)?.place ?? "off",
    };
  });
}

/** Between two lines of steps: along the top, back along the bottom. */
function areaOf(
  columns: readonly Column[],
  line: { top: (column: Column) => number; bottom: (column: Column) => number; end: number },
): string {
  const { top, bottom, end } = line;
  const points = columns.map((column, index) => ({
    from: column.x.toFixed(1),
    to: (columns[index + 1]?.x ?? end).toFixed(1),
    top: top(column).toFixed(1),
    bottom: bottom(column).toFixed(1),
  }));
  const merged = points.filter(
    (point, index) =>
      index === 0 ||
      point.top !== points[index - 1]?.top ||
      point.bottom !== points[index - 1]?.bottom,
  );
  const forth = merged.map(({ top: y }, index) => `V${y}H${merged[index + 1]?.from ?? end}`);
  const back = merged.map(({ from, bottom: y }) => `V${y}H${from}`).toReversed();
  return `M${merged[0]?.from} ${merged[0]?.bottom}${forth.join("")}${back.join("")}Z`;
}

/** Pieces of equal place, left to right. */
function stripOf(frames: readonly Frame[], box: Box): string {
  const y = box.y + box.height + STRIP_GAP;
  const xOf = scaleOf(frames, box);
  const starts = frames.filter(({ place }, index) => place !== frames[index - 1]?.place);
  return starts
    .map(({ at, place }, index) => {
      const x = xOf(at);
      const next = starts[index + 1];
      const width = (next === undefined ? box.x + box.width : xOf(next.at)) - x;
      const size = `width="${width.toFixed(1)}" height="${STRIP_HEIGHT}"`;
      return `<rect class="at-${place}" x="${x.toFixed(1)}" y="${y}" ${size}/>`;
    })
    .join("");
}

function scaleOf(frames: readonly Frame[], box: Box): (at: number) => number {
  const start = frames[0]?.at ?? 0;
  const last = frames.at(-1);
  const length = last === undefined ? 1 : last.at + last.ms - start;
  return (at) => box.x + ((at - start) / length) * box.width;
}

function marksOf(frames: readonly Frame[], box: Box): string {
  const xOf = scaleOf(frames, box);
  const ends = frames.filter(({ outOfMemory }) => outOfMemory > 0).map(({ at }) => xOf(at));
  const crosses = ends.map((x) => `M${(x - 3).toFixed(1)} ${box.y + 2}l6 6m0-6l-6 6`).join("");
  const tickY = box.y + box.height + STRIP_GAP + STRIP_HEIGHT + 1;
  const ticks = flapsIn(frames, frames[0]?.ms ?? 0).map(
    ({ at }) => `M${xOf(at).toFixed(1)} ${tickY}v4`,
  );
  return [
    crosses === "" ? "" : `<path class="cross" d="${crosses}"/>`,
    ticks.length === 0 ? "" : `<path class="tick" d="${ticks.join("")}"/>`,
  ].join("");
}
