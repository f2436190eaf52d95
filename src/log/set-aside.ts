/**
 * What is told of a log that was not as it should be: where it is now, and what was saved of it.
 *
 * The idea: after a fire. The house is fenced off as it stands, what can be carried out is carried
 * out and counted, and what is seen through the windows further back (`later`) is written down too.
 */
import type { Entry } from "./entry.ts";
import type { ChainHead } from "./finding.ts";

/** Beyond what was saved, with its own hash intact: the newest checkpoint, and the inputs after it. */
export interface Later {
  readonly checkpoint: Entry | null;
  /** Without readings; oldest first. */
  readonly inputs: readonly Entry[];
}

/** What of a damaged log is in the new one. */
export interface Saved {
  readonly entries: number;
  readonly readings: number;
  /** Readings of blocks whose bytes could not be read; their place is kept. */
  readonly lostReadings: number;
  /** The last entry that was saved; `null` = none was. */
  readonly through: ChainHead | null;
  /** True when the old log had nothing beyond that. */
  readonly isWhole: boolean;
  readonly later: Later;
}

/** Nothing could be saved. */
export const NOTHING_SAVED: Saved = {
  entries: 0,
  readings: 0,
  lostReadings: 0,
  through: null,
  isWhole: false,
  later: { checkpoint: null, inputs: [] },
};

/** A file that was in the place of the log. */
export interface SetAside {
  /** Where it is now; `null` when there was none any more. */
  readonly path: string | null;
  /** `removed`: somebody took the file away, or put another one there, under the open log. */
  readonly reason: "damaged" | "foreign" | "removed";
  /** What SQLite, the header or the chain said. */
  readonly detail: string;
  /** `NOTHING_SAVED` for a foreign file. */
  readonly saved: Saved;
}
