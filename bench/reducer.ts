/**
 * The peer of `bench/decide.ts`: the threshold bookkeeping of a reading as one would write it by hand,
 * pure, in one function, with everything fixed. It has the levels and timers of VRAM, memory and CPU,
 * and the rung that follows; it has no configuration, peaks, evidence, reasons, resumes, task windows or
 * way up, so that it is a floor and not a rival.
 */
import type { ReadingInput } from "../src/domain/input.ts";

type Level = "unknown" | "relaxed" | "tight" | "exhausted" | "lost";

interface Signal {
  readonly level: Level;
  readonly value: number | null;
  readonly sourceAt: number;
  readonly beyondSince: number | null;
  readonly calmSince: number | null;
}

/** The peer's state. */
export interface Reduced {
  readonly at: number;
  readonly rung: "nominal" | "smallModel" | "cpu" | "cloud";
  readonly vram: Signal;
  readonly memory: Signal;
  readonly cpuPercent: number | null;
  readonly cpuBeyondSince: number | null;
  readonly isCpuBusy: boolean;
}

const UNKNOWN: Signal = {
  level: "unknown",
  value: null,
  sourceAt: 0,
  beyondSince: null,
  calmSince: null,
};

/** Before the first reading. */
export const START_REDUCED: Reduced = {
  at: 0,
  rung: "nominal",
  vram: UNKNOWN,
  memory: UNKNOWN,
  cpuPercent: null,
  cpuBeyondSince: null,
  isCpuBusy: false,
};

const VRAM = {
  enter: 0.85,
  hard: 0.92,
  exit: 0.78,
  graceMs: 10_000,
  exitMs: 30_000,
  staleMs: 6000,
};
/** Memory runs low where VRAM runs high: judged by its negative. */
const MEMORY = {
  enter: -2048,
  hard: -1024,
  exit: -2560,
  graceMs: 5000,
  exitMs: 30_000,
  staleMs: 5000,
};

/** One reading. */
export function reduce(before: Reduced, { at, vram, memory, cpu }: ReadingInput): Reduced {
  const share = shareOf(vram?.used_mib, vram?.total_mib);
  const available = memory?.available_mib ?? null;
  const nextVram = judged(before.vram, { at, value: share, sourceAt: vram?.source_at ?? at }, VRAM);
  const negative = available === null ? null : -available;
  const sourceAt = memory?.source_at ?? at;
  const nextMemory = judged(before.memory, { at, value: negative, sourceAt }, MEMORY);
  const percent = cpu?.used_percent ?? null;
  const beyondSince = percent !== null && percent > 95 ? (before.cpuBeyondSince ?? at) : null;
  return {
    at,
    rung: rungOf(before.rung, nextVram.level, nextMemory.level),
    vram: nextVram,
    memory: nextMemory,
    cpuPercent: percent,
    cpuBeyondSince: beyondSince,
    isCpuBusy: beyondSince !== null && at - beyondSince >= 60_000,
  };
}

function shareOf(used: number | null | undefined, total: number | null | undefined): number | null {
  if (used == null || total == null || !(used >= 0 && total > 0 && used <= total)) return null;
  return used / total;
}

function judged(
  before: Signal,
  sample: { readonly at: number; readonly value: number | null; readonly sourceAt: number },
  rule: typeof VRAM,
): Signal {
  const { at, value, sourceAt } = sample;
  if (value === null || sourceAt <= before.sourceAt) {
    const isLost = at - before.sourceAt >= rule.staleMs && before.level !== "lost";
    return isLost ? { ...before, level: "lost" } : before;
  }
  const beyondSince = value > rule.enter ? (before.beyondSince ?? at) : null;
  const calmSince = value < rule.exit ? (before.calmSince ?? at) : null;
  let { level } = before;
  if (value > rule.hard) level = "exhausted";
  else if (beyondSince !== null && at - beyondSince >= rule.graceMs) level = "tight";
  else if (level === "unknown" || level === "lost") level = "relaxed";
  else if (calmSince !== null && at - calmSince >= rule.exitMs) level = "relaxed";
  return { level, value, sourceAt, beyondSince, calmSince };
}

function rungOf(rung: Reduced["rung"], vram: Level, memory: Level): Reduced["rung"] {
  if (memory === "exhausted" || memory === "lost") return "cloud";
  if (vram === "exhausted" || vram === "lost") return "cpu";
  return vram === "tight" && rung === "nominal" ? "smallModel" : rung;
}
