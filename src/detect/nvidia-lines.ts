/**
 * The text of a running nvidia-smi, cut into lines, and its lines told apart into cycles.
 *
 * Pieces come as the pipe gives them: a last line without an end is kept until its rest comes, and one
 * that grows too long is thrown away up to its end. Nothing separates the cycles of the loop mode; a row
 * whose index is not greater than the one before begins a new one. Asked for one card, each row is one.
 */
import type { NvidiaRow } from "./nvidia-smi.ts";

/** Whole lines of a piece of text, and how many lines were too long. */
export interface CutLines {
  readonly lines: readonly string[];
  readonly overlong: number;
}

/** What a row means for the one card that is looked at; `absent` = a whole cycle went by without it. */
export type RowMeaning = "ours" | "other" | "absent";

/** A row has about 130 characters. */
const MAX_LINE_CHARACTERS = 4096;

/** Gives whole lines; keeps the rest for the next piece. */
export function createLineCutter(): (piece: string) => CutLines {
  let rest = "";
  let isSkipping = false;
  return (piece) => {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    let overlong = 0;
    const lines: string[] = [];
    for (const part of parts) {
      if (isSkipping) isSkipping = false;
      else if (part.length > MAX_LINE_CHARACTERS) overlong += 1;
      else lines.push(part);
    }
    if (rest.length > MAX_LINE_CHARACTERS) {
      if (!isSkipping) overlong += 1;
      isSkipping = true;
      rest = "";
    }
    return { lines, overlong };
  };
}

/** Tells what each row means; `uuid: null` takes the first card of each cycle. */
export function createCycleReader(uuid: string | null): (row: NvidiaRow) => RowMeaning {
  let lastIndex: number | null = null;
  let wasOursSeen = false;
  return (row) => {
    const isFirst = lastIndex === null;
    const isNewCycle = isFirst || row.index === null || row.index <= (lastIndex ?? -1);
    lastIndex = row.index ?? -1;
    const isAbsent = isNewCycle && !isFirst && !wasOursSeen;
    if (isNewCycle) wasOursSeen = false;
    const isOurs = uuid === null ? isNewCycle : row.uuid === uuid;
    if (isOurs) wasOursSeen = true;
    if (isOurs) return "ours";
    return isAbsent ? "absent" : "other";
  };
}
