/**
 * `/proc/stat`: how busy the processors were between two looks.
 *
 * Busy = 1 − Δidle / Δtotal, where idle includes waiting for the disk and the two guest columns are
 * left out (they are already inside user and nice). A difference that cannot be, such as time that
 * went backwards or a processor that came or went, is `null` and the next look starts afresh.
 * Rejected: the load average (a queue length, and always 0 on Windows).
 */
/** Ticks since boot, all processors together. */
export interface CpuTimes {
  readonly idle: number;
  /** Waiting for disks; part of `idle`. */
  readonly iowait: number;
  /** Given to others by the hypervisor; part of `total`, and busy for us. */
  readonly steal: number;
  readonly total: number;
  readonly processors: number;
  /** Present when Node told them: in ms and of fewer columns, so not to be compared with ticks. */
  readonly source?: "node";
}

/** user, nice, system, idle, iowait, irq, softirq, steal. */
const COLUMNS = 8;
const IDLE_COLUMN = 3;
const IOWAIT_COLUMN = 4;
const STEAL_COLUMN = 7;
/** Old kernels print user, nice, system and idle only. */
const MIN_COLUMNS = 4;

/** Reads the text of `/proc/stat`; `null` when its first line is not there. */
export function parseProcStat(text: string): CpuTimes | null {
  // Split, not matched as a whole: a pattern of repeated numbers takes for ever on hostile digits.
  const words =
    /^cpu .*$/m
      .exec(text)?.[0]
      .trim()
      .split(/ +/)
      .slice(1, COLUMNS + 1) ?? [];
  if (words.length < MIN_COLUMNS || !words.every((word) => /^\d{1,18}$/.test(word))) return null;
  const ticks = words.map(Number);
  return {
    idle: (ticks[IDLE_COLUMN] ?? 0) + (ticks[IOWAIT_COLUMN] ?? 0),
    iowait: ticks[IOWAIT_COLUMN] ?? 0,
    steal: ticks[STEAL_COLUMN] ?? 0,
    total: ticks.reduce((sum, tick) => sum + tick, 0),
    processors: text.match(/^cpu\d+ /gm)?.length ?? 0,
  };
}

/** Busy share between two looks, 0..100 with one decimal; `null` when they cannot be compared. */
export function cpuUsedPercent(before: CpuTimes, after: CpuTimes): number | null {
  const total = after.total - before.total;
  const idle = after.idle - before.idle;
  if (before.source !== after.source) return null;
  if (before.processors !== after.processors || !(total > 0) || !(idle >= 0)) return null;
  return Math.max(0, Math.round((1 - idle / total) * 1000) / 10);
}
