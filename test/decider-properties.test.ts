/**
 * What holds of the decider for every history: it never throws, keeps the promises of the decision model,
 * knows no other past than its inputs. fast-check prints seed and path of what it finds.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Input } from "../src/domain/input.ts";
import { profileStateOf, RUNGS, rungsOf } from "../src/domain/rung.ts";
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
import {
  checkpointOf,
  initialState,
  type RuntimeState,
  restoreState,
} from "../src/machines/runtime-state.ts";
import { History } from "./support/history.ts";
import { hostileInputs, timedInputs, writableInputs } from "./support/hostile-inputs.ts";
import { violationOf } from "./support/invariants.ts";
import { inputsOf, pieces } from "./support/random-histories.ts";

const SEED = 20_260_101;

const NO_TIMES = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];

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

/** What was said to each input, and the state after it, as text. */
function folded(from: RuntimeState, inputs: readonly Input[]) {
  let state = from;
  const said = inputs.map((input) => {
    const decision = step(state, input);
    state = decision.state;
    return JSON.stringify([decision.outputs, checkpointOf(state)]);
  });
  return { state, said };
}

test("promises: P1 to P9 hold in every history, and the histories come to every rung and state", () => {
  const visited = new Set<string>();
  fc.assert(
    fc.property(pieces, (history) => {
      const broken = brokenPromise(inputsOf(history), visited);
      expect(broken, broken ?? "").toBeNull();
    }),
    { seed: SEED, numRuns: 400 },
  );
  const all = REGIONS.flatMap((region) => STATES[region].map((state) => `${region} ${state}`));
  expect(all.filter((state) => !visited.has(state))).toEqual([]);
});

test("hostile: no input of any kind makes the decider throw or break a promise, on whatever rung", () => {
  const visited = new Set<string>();
  fc.assert(
    fc.property(hostileInputs, fc.constantFrom(...NO_TIMES), (hostile, noTime) => {
      const inputs = timedInputs(hostile);
      const broken = brokenPromise(inputs, visited);
      expect(broken, broken ?? "").toBeNull();
      // A time that is none at all comes last: nothing after it could be compared with anything.
      let { state } = folded(initialState(), inputs);
      for (const input of inputs) state = step(state, { ...input, at: noTime }).state;
    }),
    { seed: SEED, numRuns: 350 },
  );
  const rungs = RUNGS.map((rung) => `profile ${profileStateOf("LOCAL_GPU_HIGH", rung)}`);
  expect(rungs.filter((rung) => !visited.has(rung))).toEqual([]);
});

test("hostile: whatever was decided survives its plain form, and the same is decided from it", () => {
  fc.assert(
    fc.property(writableInputs, fc.nat(), (hostile, cut) => {
      const inputs = timedInputs(hostile);
      const half = inputs.length === 0 ? 0 : cut % inputs.length;
      const middle = folded(initialState(), inputs.slice(0, half));
      const plain = JSON.stringify(checkpointOf(middle.state));
      const restored = restoreState(JSON.parse(plain));
      expect(JSON.stringify(checkpointOf(restored))).toBe(plain);
      const rest = inputs.slice(half);
      expect(folded(restored, rest).said).toEqual(folded(middle.state, rest).said);
    }),
    { seed: SEED, numRuns: 350 },
  );
});

test("fold: equal inputs give equal bytes, also in two halves with a checkpoint between them", () => {
  fc.assert(
    fc.property(pieces, fc.double({ min: 0, max: 1, noNaN: true }), (history, share) => {
      const inputs = inputsOf(history);
      const once = folded(initialState(), inputs).said;
      // Equal, not the same objects: nothing may hang on which object it is.
      const copies = JSON.parse(JSON.stringify(inputs)) as Input[];
      const cut = Math.floor(share * copies.length);
      const first = folded(initialState(), copies.slice(0, cut));
      const plain = JSON.stringify(checkpointOf(first.state));
      const second = folded(restoreState(JSON.parse(plain)), copies.slice(cut));
      expect([...first.said, ...second.said]).toEqual(once);
    }),
    { seed: SEED, numRuns: 120 },
  );
});
