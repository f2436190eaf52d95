/**
 * One curve over time: the values, the thresholds as lines, the rungs as coloured bands behind them.
 *
 * uPlot draws; bands and lines are painted in its hooks, so that a thousand bands cost one pass. The
 * picture is for eyes only: the caption says the same in words, and takes the place of the picture
 * where there is nothing to draw.
 */
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import type { Band } from "../../src/replay/bands.ts";
import { clockTime, localeOf } from "./format.ts";
import { colourOf, lookOf } from "./rung-look.ts";
import { useSettings } from "./settings.ts";

/** A threshold or a release value. */
export interface Line {
  readonly value: number;
  readonly kind: "enter" | "hard" | "exit";
  readonly label: string;
}

export interface CurveProps {
  /** Moments in ms, ascending. */
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  /** The other edge of an envelope, where a place stands for many readings. */
  readonly floor?: readonly (number | null)[];
  readonly lines: readonly Line[];
  readonly bands: readonly Band[];
  /** Bottom and top of the scale; a top of `null` follows the values. */
  readonly range: readonly [number, number | null];
  readonly unit: string;
  /** The shown time in ms; absent: from the first to the last value. */
  readonly span?: readonly [number, number];
  /** A moment to mark, in ms. */
  readonly mark?: number | null;
  /** Called with a moment in ms when a person clicks into the curve. */
  readonly onPick?: (at: number) => void;
}

const HEIGHT = 150;
const LABEL_HEIGHT = 12;

/** Seconds between two times on the axis; nothing below one, for readings come once a second. */
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
].concat([1, 2, 7, 14, 30, 60, 180, 365].map((days) => days * 86_400));
const LINE_DASH: Readonly<Record<Line["kind"], number[]>> = {
  hard: [],
  enter: [6, 4],
  exit: [2, 4],
};

/** The picture. It is made anew when theme, language or kind of curve change, else only fed. */
export function Curve(props: CurveProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { shade, language } = useSettings();
  const hasFloor = props.floor !== undefined;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = new UPlot(
      optionsOf(latest, element.clientWidth, language),
      dataOf(props),
      element,
    );
    plot.current = drawn;
    const watch = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [shade, language, hasFloor]);
  useEffect(() => {
    plot.current?.setData(dataOf(props));
  }, [props.at, props.values, props.floor, props.bands, props.lines, props.span, props.mark]);
  return <div class="curve" ref={place} aria-hidden="true" />;
}

type Latest = { readonly current: CurveProps };

function dataOf({ at, values, floor }: CurveProps): UPlot.AlignedData {
  const seconds = at.map((each) => each / 1000);
  const top = values as (number | null)[];
  return floor === undefined ? [seconds, top] : [seconds, top, floor as (number | null)[]];
}

function optionsOf(latest: Latest, width: number, language: "zh" | "en"): UPlot.Options {
  const ink = colourOf("muted");
  const grid = { stroke: colourOf("grid"), width: 1 };
  const font = "11px system-ui, sans-serif";
  const line = { stroke: colourOf("line"), width: 1.6, points: { show: false }, spanGaps: false };
  const hasFloor = latest.current.floor !== undefined;
  return {
    width: Math.max(120, width),
    height: HEIGHT,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: (_plot, min, max) => spanOf(latest.current, min, max) },
      y: { range: (_plot, min, max) => heightOf(latest.current, min, max) },
    },
    axes: [
      {
        stroke: ink,
        grid: { show: false },
        ticks: grid,
        font,
        space: 70,
        incrs: [...STEPS],
        values: timesIn(language),
      },
      { stroke: ink, grid, ticks: { show: false }, font, size: 44, space: 28 },
    ],
    series: [{}, line, ...(hasFloor ? [{ ...line, width: 0.8 }] : [])],
    ...(hasFloor ? { bands: [{ series: [1, 2], fill: `${colourOf("line")}33` }] } : {}),
    hooks: {
      drawClear: [(plot) => paintBands(plot, latest.current.bands)],
      draw: [(plot) => paintLines(plot, latest.current)],
      ready: [(plot) => pickFrom(plot, latest)],
    },
  };
}

function timesIn(language: "zh" | "en") {
  return (
    _plot: UPlot,
    seconds: number[],
    _axis: number,
    _space: number,
    step: number,
  ): string[] => {
    const day = { month: "2-digit", day: "2-digit" } as const;
    const clock = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
    const fine = { ...clock, second: "2-digit" } as const;
    const wanted = step >= 86_400 ? day : step >= 60 ? clock : fine;
    return seconds.map((each) => new Date(each * 1000).toLocaleString(localeOf(language), wanted));
  };
}

function spanOf({ span }: CurveProps, min: number, max: number): [number, number] {
  if (span !== undefined) return [span[0] / 1000, span[1] / 1000];
  if (min === null || max === null) return [0, 1];
  return min === max ? [min - 30, max + 30] : [min, max];
}

/** Lines must be seen even where the values are far from them. */
function heightOf({ range, lines }: CurveProps, _min: number, max: number): [number, number] {
  const [bottom, top] = range;
  if (top !== null) return [bottom, top];
  const highest = Math.max(max ?? 0, ...lines.map(({ value }) => value));
  return [bottom, highest === 0 ? 1 : highest * 1.1];
}

function paintBands(plot: UPlot, bands: readonly Band[]): void {
  const { ctx, bbox } = plot;
  const edge = bbox.left + bbox.width;
  ctx.save();
  for (const [index, band] of bands.entries()) {
    const next = bands[index + 1];
    const from = Math.max(bbox.left, plot.valToPos(band.at / 1000, "x", true));
    const to = next === undefined ? edge : Math.min(edge, plot.valToPos(next.at / 1000, "x", true));
    if (to <= from) continue;
    ctx.fillStyle = `${colourOf(lookOf(band))}2e`;
    ctx.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height);
  }
  ctx.restore();
}

function paintLines(plot: UPlot, { lines, mark }: CurveProps): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "left";
  let labelled = Number.NEGATIVE_INFINITY;
  for (const { value, kind, label } of lines) {
    const y = Math.round(plot.valToPos(value, "y", true));
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = colourOf(kind);
    ctx.fillStyle = colourOf(kind);
    ctx.lineWidth = ratio;
    ctx.setLineDash(LINE_DASH[kind].map((each) => each * ratio));
    stroke(ctx, bbox.left, y, bbox.left + bbox.width, y);
    // Lines that lie close together would write over each other; the caption names them all.
    if (Math.abs(y - labelled) < LABEL_HEIGHT * ratio) continue;
    ctx.fillText(label, bbox.left + 4 * ratio, y - ratio);
    labelled = y;
  }
  if (mark !== null && mark !== undefined) {
    const x = plot.valToPos(mark / 1000, "x", true);
    ctx.setLineDash([]);
    ctx.strokeStyle = colourOf("ink");
    ctx.lineWidth = 2 * ratio;
    stroke(ctx, x, bbox.top, x, bbox.top + bbox.height);
  }
  ctx.restore();
}

function stroke(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  toX: number,
  toY: number,
): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

function pickFrom(plot: UPlot, latest: Latest): void {
  plot.over.addEventListener("click", (event) => {
    const at = plot.posToVal(event.offsetX, "x") * 1000;
    latest.current.onPick?.(Math.round(at));
  });
}

/** The span of a curve in words, for its caption. */
export function spanWords(at: readonly number[], language: "zh" | "en", now: number): string {
  const [first, last] = [at[0], at.at(-1)];
  if (first === undefined || last === undefined) return "";
  return `${clockTime(first, language, now)} – ${clockTime(last, language, now)}`;
}
