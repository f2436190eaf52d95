/**
 * The processor's share of time in use, as advice: whether it has been busy for long enough to say so.
 * It moves nothing; a busy processor is no exhausted one.
 */
import type { Configuration } from "./configuration.ts";
import type { ReadingInput } from "./input.ts";
import { type CpuAdvice, QUIET_CPU } from "./sensing.ts";

/** A CPU share older than this is ignored (decision-model §2.2). */
const CPU_STALE_MS = 30_000;

/** The advice after a reading. */
export function judgeCpu(
  cpu: CpuAdvice,
  input: ReadingInput,
  { thresholds }: Configuration,
): CpuAdvice {
  const percent = input.cpu?.used_percent ?? null;
  const { at } = input;
  const sourceAt = Math.min(input.cpu?.source_at ?? at, at);
  // Asked for what must be, not for what must not: a time that is no number is missing too.
  const isMeasured = at - sourceAt < CPU_STALE_MS;
  if (percent === null || !(percent >= 0 && percent <= 100) || !isMeasured) {
    if (cpu.sourceAt !== null && at - cpu.sourceAt >= CPU_STALE_MS) return QUIET_CPU;
    return cpu.calmSince === null && cpu.beyondSince === null
      ? cpu
      : { ...cpu, calmSince: null, beyondSince: null };
  }
  const share = percent / 100;
  const beyondSince = share > thresholds.cpu.enter ? (cpu.beyondSince ?? at) : null;
  const calmSince = share < thresholds.cpu.quick_exit ? (cpu.calmSince ?? at) : null;
  const hasRisen = beyondSince !== null && at - beyondSince >= thresholds.cpu.grace_ms;
  const hasCalmed = calmSince !== null && at - calmSince >= thresholds.cpu.quick_exit_ms;
  const isBusy = cpu.isBusy ? !hasCalmed : hasRisen;
  return {
    isBusy,
    usedPercent: percent,
    sourceAt,
    beyondSince,
    calmSince,
  };
}
