/**
 * The second peer of `bench/decide.ts`: everything that a quiet reading must do, written by hand for one
 * card and the default rules, flat and pure in one object. It has the levels with both exits and the
 * grace, lost and repeated samples, resumes, a believed zero, the peaks of the others' use and of memory,
 * the trend of memory, and the CPU's advice; the configuration, evidence, reasons, task windows and the
 * way up are left out. The bench compares its levels and peaks with ours at the end of each round.
 */
import type { ReadingInput } from "../src/domain/input.ts";

type Level = "unknown" | "relaxed" | "tight" | "exhausted" | "lost";

interface Bucket {
  readonly start: number;
  readonly peak: number;
}

interface Sample {
  readonly at: number;
  readonly availableMib: number;
}

/** The peer's state. */
export interface Whole {
  readonly at: number;
  readonly vram: Signal;
  readonly memory: Signal;
  readonly cpuPercent: number | null;
  readonly cpuBeyondSince: number | null;
  readonly cpuCalmSince: number | null;
  readonly isCpuBusy: boolean;
  readonly zeroSince: number | null;
  readonly vramPeak: number;
  readonly vramPeakStart: number;
  readonly vramPast: readonly Bucket[];
  readonly memoryPeak: number;
  readonly memoryPeakStart: number;
  readonly memoryPast: readonly Bucket[];
  readonly trend: readonly Sample[];
}

interface Signal {
  readonly level: Level;
  readonly value: number | null;
  readonly sourceAt: number;
  readonly beyondSince: number | null;
  readonly beyondSamples: number;
  readonly quickSince: number | null;
  readonly slowSince: number | null;
}

const UNKNOWN: Signal = {
  level: "unknown",
  value: null,
  sourceAt: 0,
  beyondSince: null,
  beyondSamples: 0,
  quickSince: null,
  slowSince: null,
};

/** Before the first reading. */
export const START_WHOLE: Whole = {
  at: 0,
  vram: UNKNOWN,
  memory: UNKNOWN,
  cpuPercent: null,
  cpuBeyondSince: null,
  cpuCalmSince: null,
  isCpuBusy: false,
  zeroSince: null,
  vramPeak: 0,
  vramPeakStart: 0,
  vramPast: [],
  memoryPeak: 0,
  memoryPeakStart: 0,
  memoryPast: [],
  trend: [],
};

/** Memory runs low where VRAM runs high: it is judged by its negative. */
const VRAM = { enter: 0.85, hard: 0.92, quick: 0.78, slow: 0.83, graceMs: 10_000, repeatMs: 3000 };
const MEMORY = {
  enter: -2048,
  hard: -1024,
  quick: -2560,
  slow: -2150,
  graceMs: 5000,
  repeatMs: 1500,
};
const STALE = { vram: 6000, memory: 5000 };
const BUCKET_MS = 5000;
const KEEP_MS = 1_800_000;

/** One reading. */
export function reduceWhole(given: Whole, { at, vram, memory, cpu }: ReadingInput): Whole {
  const before =
    given.at !== 0 && at - given.at > 15_000 ? { ...given, vram: UNKNOWN, memory: UNKNOWN } : given;
  const used = vram?.used_mib ?? null;
  const total = vram?.total_mib ?? null;
  const isShare = used !== null && total !== null && used >= 0 && total > 0 && used <= total;
  const wasUsed = before.zeroSince !== null || (before.vram.value ?? 0) > 0.05;
  const zeroSince = isShare && used === 0 && wasUsed ? (before.zeroSince ?? at) : null;
  const isSeen = isShare && (zeroSince === null || at - zeroSince >= 600_000);
  const share = isSeen ? used / total : null;
  const others = isSeen ? used - Math.min(vram?.own_mib ?? 0, used) : null;
  const available = memory?.available_mib ?? null;
  const memoryTotal = memory?.total_mib ?? null;
  const taken = available === null || memoryTotal === null ? null : memoryTotal - available;
  const percent = cpu?.used_percent ?? null;
  const beyondSince = percent !== null && percent > 95 ? (before.cpuBeyondSince ?? at) : null;
  const calmSince = percent !== null && percent < 80 ? (before.cpuCalmSince ?? at) : null;
  const isVramBucket = at < before.vramPeakStart + BUCKET_MS;
  const isMemoryBucket = at < before.memoryPeakStart + BUCKET_MS;
  const [vramAt, memoryAt] = [vram?.source_at ?? at, memory?.source_at ?? at];
  return {
    at,
    vram: judged(before.vram, share, at, vramAt, VRAM, STALE.vram),
    memory: judged(
      before.memory,
      available === null ? null : -available,
      at,
      memoryAt,
      MEMORY,
      STALE.memory,
    ),
    cpuPercent: percent,
    cpuBeyondSince: beyondSince,
    cpuCalmSince: calmSince,
    isCpuBusy: before.isCpuBusy
      ? calmSince === null || at - calmSince < 60_000
      : beyondSince !== null && at - beyondSince >= 60_000,
    zeroSince,
    vramPeak: isVramBucket ? Math.max(before.vramPeak, others ?? 0) : (others ?? 0),
    vramPeakStart: isVramBucket ? before.vramPeakStart : at - (at % BUCKET_MS),
    vramPast: isVramBucket
      ? before.vramPast
      : withPast(before.vramPast, before.vramPeakStart, before.vramPeak, at),
    memoryPeak: isMemoryBucket ? Math.max(before.memoryPeak, taken ?? 0) : (taken ?? 0),
    memoryPeakStart: isMemoryBucket ? before.memoryPeakStart : at - (at % BUCKET_MS),
    memoryPast: isMemoryBucket
      ? before.memoryPast
      : withPast(before.memoryPast, before.memoryPeakStart, before.memoryPeak, at),
    trend: available === null ? before.trend : trended(before.trend, at, available),
  };
}

function judged(
  before: Signal,
  value: number | null,
  at: number,
  sourceAt: number,
  rule: typeof VRAM,
  staleMs: number,
): Signal {
  const age = at - sourceAt;
  const isNew = sourceAt > before.sourceAt;
  if (value === null || age >= staleMs || (!isNew && age > rule.repeatMs)) {
    if (before.level !== "lost" && at - before.sourceAt >= staleMs)
      return { ...before, level: "lost", beyondSince: null, quickSince: null, slowSince: null };
    return before.quickSince === null && before.slowSince === null
      ? before
      : { ...before, quickSince: null, slowSince: null };
  }
  if (!isNew) return before;
  let { level, beyondSince, beyondSamples, quickSince, slowSince } = before;
  if (value > rule.enter) {
    beyondSince ??= at;
    beyondSamples += 1;
    quickSince = null;
    slowSince = null;
    if (value > rule.hard) level = "exhausted";
    else if (level === "lost") level = "tight";
    else if (level !== "exhausted" && at - beyondSince >= rule.graceMs && beyondSamples >= 2)
      level = "tight";
  } else {
    beyondSince = null;
    beyondSamples = 0;
    if (level === "tight" || level === "exhausted") {
      quickSince = value < rule.quick ? (quickSince ?? at) : null;
      slowSince = value < rule.slow ? (slowSince ?? at) : null;
      const isOver =
        (quickSince !== null && at - quickSince >= 30_000) ||
        (slowSince !== null && at - slowSince >= 600_000);
      if (isOver) level = "relaxed";
    } else level = "relaxed";
    if (level === "relaxed") quickSince = slowSince = null;
  }
  return { level, value, sourceAt, beyondSince, beyondSamples, quickSince, slowSince };
}

function withPast(
  past: readonly Bucket[],
  start: number,
  peak: number,
  at: number,
): readonly Bucket[] {
  if (start === 0) return past;
  const oldest = at - KEEP_MS - BUCKET_MS;
  let from = 0;
  while (from < past.length && (past[from] as Bucket).start < oldest) from += 1;
  let to = past.length;
  while (to > from && (past[to - 1] as Bucket).peak <= peak) to -= 1;
  const kept = past.slice(from, to);
  kept.push({ start, peak });
  return kept;
}

function trended(trend: readonly Sample[], at: number, availableMib: number): readonly Sample[] {
  const last = trend[trend.length - 1];
  if (last !== undefined && at - last.at < 30_000) return trend;
  const next = trend.slice(-9);
  next.push({ at, availableMib });
  return next;
}
