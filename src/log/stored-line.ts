/**
 * A line of the log as it is stored: data as text, the boot by name, readings as lines of their own.
 *
 * An entry is how today's program sees a line; this is what was written, and what the hashes cover.
 * Exports are made of these, so that a chain can be verified from a file alone.
 */
import { READING_TYPE } from "./codec.ts";
import type { EntryKind } from "./entry.ts";

/** One line; the fields are those of an entry. */
export interface StoredLine {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly type: string;
  readonly v: number;
  readonly at: number;
  readonly mono: number;
  /** Name of the run of the runtime. */
  readonly boot: string;
  readonly cause: number | null;
  readonly actor: string;
  /** JSON text. */
  readonly data: string;
  /** Digest of the readings since the entry before; `null` when there are none. */
  readonly readings: string | null;
  /** `null` on readings. */
  readonly prev: string | null;
  readonly hash: string | null;
}

/** Which lines. */
export interface LineRange {
  readonly after: number;
  /** Absent = readings too. */
  readonly isWithoutReadings?: boolean;
}

/** True for a line that carries no hash of its own. */
export function isReading({ type, hash }: Pick<StoredLine, "type" | "hash">): boolean {
  return type === READING_TYPE && hash === null;
}
