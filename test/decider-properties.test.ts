/**
 * What holds of the decider for every history: it never throws, keeps the promises of the decision model,
 * knows no other past than its inputs. fast-check prints seed and path of what it finds.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Input } from "../src/domain/input.ts";
import { profileStateOf, rungsOf } from "../src/domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  REGIONS,
  TASKS_STATES,
  VRAM_STATES,
} from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { step } from "../src/machines/decider.ts";
import { initialState } from "../src/machines/runtime-state.ts";
import { History } from "./support/history.ts";
import { violationOf } from "./support/invariants.ts";
import { inputsOf, pieces } from "./support/random-histories.ts";

const SEED = 20_260_101;

/** Every state of every region that a history can be in. */
const STATES = {
  profile: TIERS.flatMap((tier) => rungsOf(tier).map((rung) => profileStateOf(tier, rung))),
  vram: VRAM_STATES,
  memory: MEMORY_STATES,
  tasks: TASKS_STATES,
  cloud: CLOUD_STATES,
  editor: EDITOR_STATES,
  hold: HOLD_STATES,
} as const;

/** Folds a history and answers the first broken promise. */
function brokenPromise(inputs: readonly Input[], visited: Set<string>): string | null {
  const history = new History();
  let before = initialState();
  for (const [index, input] of inputs.entries()) {
    const decision = step(before, input);
    const violation = violationOf({ before, input, decision, history });
    if (violation !== null) return `input ${index} (${input.type} at ${input.at}): ${violation}`;
    history.take(before, input, decision);
    before = decision.state;
    for (const region of REGIONS) visited.add(`${region} ${before.chart.state[region]}`);
  }
  return null;
}

test("promises: P1 to P9 hold in every history, and the histories come to every rung and state", () => {
  const visited = new Set<string>();
  fc.assert(
    fc.property(pieces, (history) => {
      expect(brokenPromise(inputsOf(history), visited)).toBeNull();
    }),
    { seed: SEED, numRuns: 400 },
  );
  const all = REGIONS.flatMap((region) => STATES[region].map((state) => `${region} ${state}`));
  expect(all.filter((state) => !visited.has(state))).toEqual([]);
});
