/**
 * What a step leaves behind for the way up: dwell and back-off by its cause, and the entry of a tier.
 */
import type { Configuration } from "../domain/configuration.ts";
import { type LadderState, withStep } from "../domain/permission.ts";
import type { ReasonCode } from "../domain/reason.ts";
import { deviceOf, isStepUp, tierAndRungOf } from "../domain/rung.ts";

/** Codes that speak of a resource under pressure: only these count for the back-off. */
const PRESSURE_CODES: readonly ReasonCode[] = [
  "VRAM_TIGHT",
  "VRAM_EXHAUSTED",
  "VRAM_LOST",
  "MEMORY_TIGHT",
  "MEMORY_EXHAUSTED",
  "MEMORY_LOST",
  "TASKS_FAILING",
];

/** The step that was taken. */
export interface TakenStep {
  readonly from: string;
  readonly to: string;
  readonly code: ReasonCode;
}

/** The ladder's memory after a step. */
export function ladderAfter(
  { from, to, code }: TakenStep,
  ladder: LadderState,
  { at, configuration }: { readonly at: number; readonly configuration: Configuration },
): LadderState {
  const left = tierAndRungOf(from);
  const isEntry = code === "HOST_DETECTED" || code === "TIER_CHANGED";
  const entry = isEntry ? { isEntryPending: true, isFitAwaited: true } : {};
  if (left === null) return { ...ladder, ...entry };
  const signal = code.startsWith("MEMORY") ? ("memory" as const) : ("vram" as const);
  const device = deviceOf(left.tier, left.rung);
  const isPressure = PRESSURE_CODES.includes(code);
  const stepped = withStep(
    ladder,
    { at, isDown: !isStepUp(from, to), isPressure, signal, device },
    configuration,
  );
  const done = code === "ENTRY_WOULD_NOT_FIT" ? { isEntryPending: false, isFitAwaited: false } : {};
  return { ...stepped, ...entry, ...done };
}
