/**
 * A line of `tegrastats`: memory and load of a Jetson, whose GPU shares the system's memory.
 *
 * The program prints a line per interval and never ends, so the last whole line of a text counts. Two
 * forms were seen, with and without decimals in the temperatures. Memory is the whole host's.
 */
import { programLinesOf } from "./program-lines.ts";

/** `null` = not in the line, or not possible. */
export interface TegraLoad {
  readonly memory_used_mib: number | null;
  readonly memory_total_mib: number | null;
  readonly gpu_percent: number | null;
  readonly gpu_celsius: number | null;
}

/** 1 TiB: far above any Jetson. */
const MAX_MEMORY_MIB = 1024 * 1024;
const MAX_CELSIUS = 200;

/** Reads the last line that looks like one of tegrastats; `null` when there is none. Never throws. */
export function parseTegrastats(text: string): TegraLoad | null {
  const line = programLinesOf(text).findLast((one) => /(?:^|\s)RAM \d/.test(one));
  if (line === undefined) return null;
  const [, used, total] = /(?:^|\s)RAM (\d{1,8})\/(\d{1,8})MB(?=\s|$)/.exec(line) ?? [];
  const memory_total_mib = numberOf(total, MAX_MEMORY_MIB) || null;
  return {
    memory_used_mib: numberOf(used, memory_total_mib ?? MAX_MEMORY_MIB),
    memory_total_mib,
    gpu_percent: numberOf(/(?:^|\s)GR3D_FREQ (\d{1,3})%(?=[\s@]|$)/.exec(line)?.[1], 100),
    gpu_celsius: numberOf(
      /(?:^|\s)gpu@(\d{1,3}(?:\.\d{1,3})?)C(?=\s|$)/i.exec(line)?.[1],
      MAX_CELSIUS,
    ),
  };
}

function numberOf(digits: string | undefined, max: number): number | null {
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= max ? value : null;
}
