/**
 * The log in pieces: entries one by one, readings by the armful.
 *
 * The idea: whoever folds the log wants the order of `seq`, not a million small objects. Between two
 * entries the readings come as a range of a block's columns; where they were pruned, the seal that
 * sums them up stands in their place.
 */
import type { ReadingsSealed } from "../domain/input.ts";
import type { Entry } from "./entry.ts";
import type { ChainFinding } from "./finding.ts";
import type { ReadingColumns } from "./reading-columns.ts";

/** The label of a block of sealed readings. */
export interface BlockLabel {
  readonly last_seq: number;
  readonly first_seq: number;
  readonly count: number;
  readonly first_at: number;
  readonly last_at: number;
}

/** Readings from place `from` up to, not including, `to`. */
export interface ReadingRun {
  readonly columns: ReadingColumns;
  readonly from: number;
  readonly to: number;
}

/** The next part of the log in the order of `seq`. */
export type LogPiece =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "readings"; readonly run: ReadingRun }
  /** Readings of this seal are gone; they were before the piece that follows. */
  | { readonly kind: "pruned"; readonly seal: ReadingsSealed };

/** A piece as the walk along the chain saw it. */
export interface CheckedPiece {
  /** `null` when it cannot be read at all. */
  readonly piece: LogPiece | null;
  /** What was found wrong up to here and not told before. */
  readonly findings: readonly ChainFinding[];
  /** The piece is not as it was written, or what came before it is missing. */
  readonly isBroken: boolean;
}
