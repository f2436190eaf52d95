/**
 * A sketch with positions, in whole px: what a layout gives and the writer of SVG takes. The layout
 * itself is not here, nor anywhere in what users install: pictures are laid out when they are made.
 */
import type { SketchEdge, SketchNode } from "./sketch.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** One box; a frame has other boxes in it. */
export interface PlacedBox extends Area {
  readonly node: SketchNode;
  readonly isFrame: boolean;
}

/** One arrow: its corners from tail to head, and where its label stands. */
export interface PlacedEdge {
  readonly edge: SketchEdge;
  readonly points: readonly Point[];
  readonly label: Area | null;
}

/** The dot from which a region starts, and its arrow. */
export interface PlacedStart {
  readonly dot: Area;
  readonly points: readonly Point[];
}

/** Everything of a picture but its title and its legend. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  /** Frames before what is in them. */
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly starts: readonly PlacedStart[];
}

/** Sizes of text and boxes that layout and writer share, in px. */
export const BOX = { font: 13, line: 17, padX: 12, padY: 9, title: 34, gap: 10 } as const;
export const LABEL = { font: 11, line: 14, pad: 4 } as const;
