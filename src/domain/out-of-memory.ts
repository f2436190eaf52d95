/**
 * What an out-of-memory error leaves behind: the return test looks back further for a while.
 *
 * The idea: who has burnt a finger looks at the stove for longer. The error is remembered until a return
 * after it has held for one whole look-back; else bursts that come every few minutes would find the
 * runtime back each time (one error in each burst on a generated trace). Rejected: a fixed time after the
 * error; when it is over, nothing has been shown.
 */

/** What is remembered. */
export interface OutOfMemory {
  readonly oomAt: number | null;
  readonly oomLookbackMs: number;
  /** The last step up out of pressure. */
  readonly lastStepUpAt: number | null;
}

/** At least a quarter of an hour, doubled per further error up to half an hour (decision-model §2.2). */
const LOOKBACK_MS = 900_000;
const LOOKBACK_MAX_MS = 1_800_000;

/** The memory after an error; one that comes before a return has held (or half an hour later) doubles it. */
export function outOfMemoryAfter(
  before: OutOfMemory,
  at: number,
): Pick<OutOfMemory, "oomAt" | "oomLookbackMs"> {
  const oomLookbackMs = isRemembered(before, at - LOOKBACK_MAX_MS)
    ? Math.min(before.oomLookbackMs * 2, LOOKBACK_MAX_MS)
    : LOOKBACK_MS;
  return { oomAt: at, oomLookbackMs };
}

/** How far the return test looks back now. */
export function lookbackMsAt(memory: OutOfMemory, at: number, ordinaryMs: number): number {
  return isRemembered(memory, at) ? Math.max(ordinaryMs, memory.oomLookbackMs) : ordinaryMs;
}

function isRemembered({ oomAt, oomLookbackMs, lastStepUpAt }: OutOfMemory, at: number): boolean {
  if (oomAt === null) return false;
  return lastStepUpAt === null || lastStepUpAt <= oomAt || at - lastStepUpAt <= oomLookbackMs;
}
