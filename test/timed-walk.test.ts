/**
 * The decider with its sensing, walked on a clock of ticks; all of it is walked by `bench/explore.ts`.
 * Each rule is also asked about a decider that breaks it, so that none of them is true of everything.
 */
import { expect, test, vi } from "vitest";
import type { Configuration, LevelThreshold } from "../src/domain/configuration.ts";
import type { Input } from "../src/domain/input.ts";
import { step } from "../src/machines/decider.ts";
import { restoreChart } from "../src/machines/runtime-machine.ts";
import type { RuntimeState } from "../src/machines/runtime-state.ts";
import { randomOf } from "./support/seeded-random.ts";
import { NOW, normalForms } from "./support/timed-normal.ts";
import { mostReversals, waysBack } from "./support/timed-questions.ts";
import { FIRST_WITNESS, judged } from "./support/timed-rules.ts";
import { type Letter, lettersOf, startOf, TICK_MS, TICKS } from "./support/timed-scope.ts";
import {
  CARD_SCOPE,
  MEMORY_SCOPE,
  METERS_SCOPE,
  PERSON_SCOPE,
  SCOPES,
  TASKS_SCOPE,
} from "./support/timed-scopes.ts";
import { type Decide, walkTimed } from "./support/timed-walk.ts";

/** Thousands of states each: the limit is for a hang, on a computer that does other things as well. */
vi.setConfig({ testTimeout: 120_000 });

/** The span over which the decision model counts reversals. */
const REVERSAL_TICKS = 24;

test("timed walk: the normal form behaves as the state itself", () => {
  const random = randomOf(20_261_126);
  for (const scope of SCOPES) {
    const letters = lettersOf(scope);
    const forms = normalForms(startOf(scope));
    for (let run = 0; run < 12; run += 1) {
      let state = startOf(scope);
      let form = forms.of(state);
      let at = 0;
      let letter = random.one(letters);
      for (let count = 0; count < 150; count += 1) {
        // Inputs mostly stay as they are for a while, so that every wait is also waited for.
        if (random.chance(0.3)) letter = random.one(letters);
        const passed = letter.reading === null ? 0 : TICK_MS;
        at += passed;
        const own = step(state, letter.inputAt(at));
        const other = step(form, letter.inputAt(NOW + passed));
        state = own.state;
        form = forms.of(other.state);
        const codes = [own, other].map(({ outputs }) =>
          outputs.map((output) => ("reason" in output ? output.reason.code : output.type)),
        );
        expect(codes[1]).toEqual(codes[0]);
        expect(forms.keyOf(form)).toBe(forms.keyOf(forms.of(state)));
      }
    }
  }
});

test("timed walk: a card under any load keeps every rule, to the last state", () => {
  const walk = walkTimed({ scope: CARD_SCOPE, most: 10_000 });
  expect(walk.faults).toEqual([]);
  expect(walk.isWhole).toBe(true);
  expect(waysBack(walk)).toEqual({ longest: 7, stranded: 0, unseen: 0 });
  expect(mostReversals(walk, REVERSAL_TICKS)).toBe(4);
  expect(mostReversals(walk, REVERSAL_TICKS, true)).toBe(4);
});

test("timed walk: both meters, full or gone in any order, keep every rule to the last state", () => {
  const walk = walkTimed({ scope: METERS_SCOPE, most: 30_000 });
  expect(walk.faults).toEqual([]);
  expect(walk.isWhole).toBe(true);
  expect(waysBack(walk)).toEqual({ longest: 8, stranded: 0, unseen: 0 });
  expect(mostReversals(walk, REVERSAL_TICKS, true)).toBe(4);
});

test("timed walk: memory, the cloud, tasks and a person keep every rule to a bound", () => {
  for (const scope of [MEMORY_SCOPE, TASKS_SCOPE, PERSON_SCOPE]) {
    const walk = walkTimed({ scope, most: 1_500 });
    expect(walk.faults, scope.name).toEqual([]);
    expect(walk.states).toBe(1_500);
    expect(waysBack(walk).stranded).toBe(0);
  }
});

type Change = (threshold: LevelThreshold) => Partial<LevelThreshold>;

/** The decider, as if its configuration were another. */
function under(change: Change): Decide {
  const changed = (configuration: Configuration): Configuration => {
    const { thresholds } = configuration;
    const [vram, memory] = [thresholds.vram, thresholds.memory];
    return {
      ...configuration,
      thresholds: {
        ...thresholds,
        vram: { ...vram, ...change(vram) },
        memory: { ...memory, ...change(memory) },
      },
    };
  };
  return (state, input) => {
    const { configuration } = state;
    const decision = step({ ...state, configuration: changed(configuration) }, input);
    return { ...decision, state: { ...decision.state, configuration } };
  };
}

/** The decider, as if another input had come. */
function told(change: (input: Input) => Input): Decide {
  return (state, input) => step(state, change(input));
}

const LOST_IS_CALM = told((input) =>
  input.type === "reading" && input.vram === null
    ? { ...input, vram: { used_mib: 3000, total_mib: 10_000, own_mib: 0 } }
    : input,
);

const BROKEN: readonly (readonly [string, string, typeof CARD_SCOPE, Decide])[] = [
  ["P1", "hard is not seen", CARD_SCOPE, under(({ hard }) => (hard < 1 ? { hard: 0.99 } : {}))],
  ["P2", "hard is not seen", METERS_SCOPE, under(({ hard }) => (hard < 1 ? {} : { hard: 100 }))],
  ["P3", "no dwell", CARD_SCOPE, under(() => ({ dwell_ms: 0, backoff_max_ms: 0 }))],
  ["P4", "missing reads as calm", CARD_SCOPE, LOST_IS_CALM],
  [
    "P5",
    "a reading clears the hold",
    { ...PERSON_SCOPE, happenings: ["hold at cpu", "hold cleared"] },
    (state, input) => {
      const { at, type } = input;
      if (type !== "reading") return step(state, input);
      return step(step(state, { type: "restore.requested", at }).state, input);
    },
  ],
  [
    "P6",
    "a silent cloud is not heard",
    MEMORY_SCOPE,
    told((input) => (input.type === "cloud.probed" ? { ...input, reachable: true } : input)),
  ],
  [
    "P7",
    "tight memory refuses work",
    MEMORY_SCOPE,
    (state, input) => {
      const decision = step(state, input);
      const { chart } = decision.state;
      if (chart.state.memory !== "tight") return decision;
      const shed = { ...chart.state, profile: "LOCAL_GPU_MID.degraded.shed" };
      return {
        ...decision,
        state: { ...decision.state, chart: restoreChart(shed, chart.context) },
      };
    },
  ],
  ["P8", "stale is ignored", CARD_SCOPE, under(() => ({ stale_ms: 1_000 * TICK_MS }))],
  [
    "P9",
    "steps leave no record",
    CARD_SCOPE,
    (state, input) => ({ ...step(state, input), outputs: [] }),
  ],
];

test.each(BROKEN)(
  "timed walk: a decider that breaks %s is found out (%s)",
  (rule, _, scope, decide) => {
    const { faults } = walkTimed({ scope, most: 1_500, decide });
    expect(faults.map((fault) => fault.split(":")[0])).toContain(rule);
  },
);

test("timed walk: a climb out of shed is a climb like any other", () => {
  // Right after the fall: the card is gone for one reading, memory calm again at once.
  const from = { chart: { state: { profile: "LOCAL_GPU_MID.degraded.shed" } } } as RuntimeState;
  const start = startOf(METERS_SCOPE);
  const regions = { ...start.chart.state, profile: "LOCAL_GPU_MID.degraded.cpu" };
  const chart = restoreChart(regions, start.chart.context);
  const letter = lettersOf(METERS_SCOPE).find(({ name }) => name === "vram missing, memory calm");
  const decision = { state: { ...start, chart }, outputs: [] };
  const witness = { ...FIRST_WITNESS, sinceDown: 0 };
  const { faults, move } = judged({ state: from, witness }, letter as Letter, decision);
  expect(move).toBe("climb");
  expect(faults.map((fault) => fault.split(":")[0]).sort()).toEqual(["P3", "P4", "P9"]);
});

test("timed walk: a decider that never climbs is stranded (P10)", () => {
  const decide: Decide = (state, input) => {
    const ladder = { ...state.sensing.ladder, lastStepDownAt: input.at };
    return step({ ...state, sensing: { ...state.sensing, ladder } }, input);
  };
  const walk = walkTimed({ scope: CARD_SCOPE, most: 10_000, decide });
  expect(waysBack(walk).stranded).toBeGreaterThan(0);
});

test("timed walk: without dwell and back-off there are more reversals (P11)", () => {
  const reversalsOf = (decide: Decide) =>
    mostReversals(walkTimed({ scope: CARD_SCOPE, most: 10_000, decide }), REVERSAL_TICKS);
  const once = { backoff_max_ms: TICKS.dwell * TICK_MS };
  expect(reversalsOf(under(() => once))).toBe(6);
  expect(reversalsOf(under(() => ({ dwell_ms: 0, backoff_max_ms: 0 })))).toBe(8);
});
