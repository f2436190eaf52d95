/**
 * Memory of a card from texts: a strict doorman for numbers, and the test whether they can be.
 *
 * A number is taken only from a text that is nothing but digits, and only between 0 and 16 TiB. What is
 * absent or says "N/A" was not reported; what stands there but cannot be (negative, 2^64, used above
 * total) is impossible. Both are `null`, for different reasons. Rejected: `Number` and `parseInt`, for
 * which "" is 0 and "12abc" is 12.
 */
import type { NoteCode } from "../domain/note.ts";

/** Units that the helper programs print; all of them binary (a 192 GiB card is told as 196592 MB). */
export type MemoryUnit = "B" | "KB" | "MB" | "GB";

/** A figure in MiB, or why there is none. */
export type MemoryAmount =
  | { readonly mib: number; readonly code: null }
  | { readonly mib: null; readonly code: "memory-not-reported" | "impossible" };

/** Memory of one card; `code` = why a figure is missing, `null` when both are there. */
export interface MemoryFigures {
  readonly total_mib: number | null;
  readonly used_mib: number | null;
  readonly code: NoteCode | null;
}

/** 16 TiB: far above any card, far below a misread number. */
const MAX_BYTES = 16 * 2 ** 40;
const UNIT_BYTES: Readonly<Record<MemoryUnit, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
};
const NOT_REPORTED = { mib: null, code: "memory-not-reported" } as const;
const IMPOSSIBLE = { mib: null, code: "impossible" } as const;

/** The whole number from 0 to `max` that a text is; anything else is `null`. */
export function wholeOf(text: unknown, max: number): number | null {
  if (typeof text !== "string" || !/^\s*\d{1,16}\s*$/.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}

/** An amount of memory in whole MiB (rounded down). */
export function amountOf(text: unknown, unit: MemoryUnit = "B"): MemoryAmount {
  const value = wholeOf(text, MAX_BYTES / UNIT_BYTES[unit]);
  if (value !== null) return { mib: Math.floor((value * UNIT_BYTES[unit]) / 2 ** 20), code: null };
  const isNumber = typeof text === "string" && /^\s*[-+]?\d+\s*$/.test(text);
  return isNumber ? IMPOSSIBLE : NOT_REPORTED;
}

/** Total and used of one card without what cannot be: a total of 0 is none, used stays within total. */
export function figuresOf(total: MemoryAmount, used: MemoryAmount): MemoryFigures {
  const isNone = total.mib === 0;
  const total_mib = isNone ? null : total.mib;
  const isTooMuch = used.mib !== null && total_mib !== null && used.mib > total_mib;
  return {
    total_mib,
    used_mib: isTooMuch || isNone ? null : used.mib,
    code: isNone ? "memory-not-reported" : (total.code ?? (isTooMuch ? "impossible" : used.code)),
  };
}
