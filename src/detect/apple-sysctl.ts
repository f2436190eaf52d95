/**
 * `sysctl name name …` of macOS: memory of the host, and how much of it graphics may keep wired.
 *
 * Asked with names (not `-n`): a name that an older system lacks costs its own line only, where bare
 * values would silently move up one place. A wired limit of 0 means that none was set.
 */
import { programLinesOf } from "./program-lines.ts";

/** What was asked; `null` = not told, or (limit) not set. */
export interface AppleMemory {
  readonly memory_bytes: number | null;
  /** `iogpu.wired_limit_mb`, in MiB; set by the user or the system. */
  readonly wired_limit_mib: number | null;
}

const MEMORY = "hw.memsize";
const WIRED_LIMIT = "iogpu.wired_limit_mb";
/** The names to ask for. */
export const APPLE_SYSCTL_NAMES: readonly string[] = [MEMORY, WIRED_LIMIT];

/** 16 TiB: far above any Mac, far below a misread number. */
const MAX_BYTES = 2 ** 44;
const BYTES_PER_MIB = 2 ** 20;

/** Reads `name: value` lines; never throws. */
export function parseAppleSysctl(text: string): AppleMemory {
  const memory_bytes = figureOf(text, MEMORY);
  const wired_limit_mib = figureOf(text, WIRED_LIMIT);
  return {
    memory_bytes: isWithin(memory_bytes, MAX_BYTES) ? memory_bytes : null,
    wired_limit_mib: isWithin(wired_limit_mib, MAX_BYTES / BYTES_PER_MIB) ? wired_limit_mib : null,
  };
}

function figureOf(text: string, name: string): number | null {
  const line = programLinesOf(text).find((one) => one.startsWith(`${name}: `));
  const digits = /^(\d{1,15})$/.exec(line?.slice(name.length + 2) ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

function isWithin(value: number | null, max: number): boolean {
  return value !== null && value > 0 && value <= max;
}
