/**
 * The processor's score: low, medium, high or ultra, from facts alone.
 *
 * The idea: a physical core counts 1, its second thread a quarter (the usual gain of SMT in
 * throughput-bound work). The clock may only lower a level, because virtual machines report 0 or
 * nonsense; so may missing AVX2, because local models crawl without it. Rejected: benchmark tables
 * of brands, which are out of date on the day they are written.
 */
import type { CpuScore } from "./host.ts";

/** What the score is made of; `null` = unknown. */
export interface CpuFacts {
  /** Physical cores; unknown = half the threads. */
  readonly cores: number | null;
  readonly threads: number | null;
  /** Processors allowed by the cgroup quota or affinity; may be a fraction. */
  readonly quota: number | null;
  /** Highest clock in MHz; `null` and 0 lower nothing. */
  readonly max_mhz: number | null;
  /** False only on x86-64 without AVX2; `null` elsewhere. */
  readonly has_avx2: boolean | null;
}

const SECOND_THREAD_WORTH = 0.25;
const SLOW_BELOW_MHZ = 2000;
const SLOW_FACTOR = 0.8;
const ULTRA_FROM = 16;
const HIGH_FROM = 9;
const MEDIUM_FROM = 4.5;

/** The score by the rule of detection facts §8; `null` when neither cores nor threads are known. */
export function cpuScoreOf(cpu: CpuFacts): CpuScore | null {
  const points = pointsOf(cpu);
  if (points === null) return null;
  if (points < MEDIUM_FROM) return "low";
  if (points < HIGH_FROM || cpu.has_avx2 === false) return "medium";
  return points < ULTRA_FROM ? "high" : "ultra";
}

function pointsOf(cpu: CpuFacts): number | null {
  const knownThreads = positive(cpu.threads);
  const knownCores = positive(cpu.cores);
  const threads = knownThreads ?? knownCores;
  if (threads === null) return null;
  const limit = positive(cpu.quota) ?? Number.POSITIVE_INFINITY;
  const usableThreads = Math.min(threads, limit);
  const usableCores = Math.min(knownCores ?? threads / 2, limit);
  const points = usableCores + SECOND_THREAD_WORTH * Math.max(0, usableThreads - usableCores);
  const maxMhz = positive(cpu.max_mhz);
  return maxMhz !== null && maxMhz < SLOW_BELOW_MHZ ? points * SLOW_FACTOR : points;
}

function positive(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value > 0 ? value : null;
}
