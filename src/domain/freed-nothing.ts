/**
 * An unload that freed nothing: what it proves about the card.
 *
 * The smaller model was the answer to a card that is tight; its gain was to be the bigger model's memory.
 * When that does not come back, the step has gained nothing, whatever the meter says a little later: the
 * card is as if it were full, and work goes on to the next rung. Only what was tried and seen counts: an
 * unload that was called back, or one that no sample followed, proves nothing.
 */
import type { EffectReported } from "./input.ts";
import { type Evidence, plainEvidence } from "./reason.ts";
import { amount, at, oneOf } from "./tolerant-json.ts";

/** The signal of an unload, in reasons. */
export const UNLOAD_SIGNAL = "unload.freed";

/** The name under which unloads are reported. */
export const UNLOAD_EFFECT = "unload";

/** Why nothing was unloaded: what is not used any more stood on the card before our work, and stays. */
export const NOT_OURS = "not_ours";

/** Less than this is nothing; chosen, not measured: the smallest vision model has 1.7 GB. */
export const FREED_LEAST_MIB = 256;

/** Ends after which the model is still on the card, without anybody having called the unload back. */
const TRIED = ["unreachable", "refused", "still_loaded"] as const;

/** The evidence of an unload that freed nothing; `null` for every other report. */
export function freedNothing({ type, effect, detail }: EffectReported): Evidence | null {
  if (effect !== UNLOAD_EFFECT) return null;
  const freedMib = amount(at(detail, "freed_mib"));
  if (freedMib !== null && freedMib >= FREED_LEAST_MIB) return null;
  const hasTried = oneOf(TRIED, at(detail, "reason")) !== null;
  if (type === "effect.failed" ? !hasTried : freedMib === null) return null;
  const plain = plainEvidence(UNLOAD_SIGNAL, "hard");
  // It was not unloaded at all; that is no unload which freed 0.
  const value = at(detail, "reason") === NOT_OURS ? null : freedMib;
  return { ...plain, value, unit: "MiB", threshold: FREED_LEAST_MIB };
}
