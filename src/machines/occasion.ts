/**
 * What came in when a step was taken, for the record: who asked, which settings, why a sensor is silent.
 *
 * The code of a reason says which rule moved the work; people also ask who touched the rule. Nearly every
 * step follows from a reading, which needs no mention.
 */
import type { Input } from "../domain/input.ts";
import type { Occasion, Reason, ReasonCode } from "../domain/reason.ts";
import { heldRungOf, type State } from "../domain/state.ts";

/** The part of a reason about the input; nothing for an ordinary reading. */
export function occasionOf({
  input,
  code,
  state,
}: {
  readonly input: Input;
  readonly code: ReasonCode;
  readonly state: State;
}): Pick<Reason, "occasion"> {
  if (input.type === "reading") {
    const missing = missingOf(code, input.missing);
    return missing === undefined ? {} : { occasion: { input: input.type, missing } };
  }
  return { occasion: { input: input.type, ...askedFor(input, state) } };
}

function missingOf(
  code: ReasonCode,
  missing: Extract<Input, { type: "reading" }>["missing"],
): Occasion["missing"] {
  if (code === "VRAM_LOST") return missing?.vram;
  return code === "MEMORY_LOST" ? missing?.memory : undefined;
}

function askedFor(input: Input, { hold }: State): Pick<Occasion, "held" | "said"> {
  const held = heldRungOf(hold);
  if (input.type !== "degrade.requested" || held === null) return {};
  return input.reason == null ? { held } : { held, said: input.reason };
}
