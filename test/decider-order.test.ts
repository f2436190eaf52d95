/**
 * The order of what happens at one moment: which things may be swapped, and under which conditions. The
 * last test shows what lies beyond them.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Input } from "../src/domain/input.ts";
import { profileStateOf, type Rung, rungsOf } from "../src/domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  type State,
  TASKS_STATES,
  VRAM_STATES,
} from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { step } from "../src/machines/decider.ts";
import { type ChartEvent, restoreChart, stepChart } from "../src/machines/runtime-machine.ts";
import { initialState, placeOf, type RuntimeState } from "../src/machines/runtime-state.ts";
import { policyIn } from "../src/replay/fold.ts";
import type { Untimed } from "../src/runtime-actor-types.ts";
import { inputsOf, pieces } from "./support/random-histories.ts";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB, Story } from "./support/stories.ts";

const SEED = 20_260_102;

const place = fc
  .constantFrom(...TIERS)
  .chain((tier) => fc.constantFrom(...rungsOf(tier)).map((rung) => ({ tier, rung })));
const chart = fc
  .record({
    place,
    vram: fc.constantFrom(...VRAM_STATES),
    memory: fc.constantFrom(...MEMORY_STATES),
    tasks: fc.constantFrom(...TASKS_STATES),
    cloud: fc.constantFrom(...CLOUD_STATES),
    editor: fc.constantFrom(...EDITOR_STATES),
    hold: fc.constantFrom(...HOLD_STATES),
    can: fc.record({ nominal: fc.boolean(), smallModel: fc.boolean(), cpu: fc.boolean() }),
  })
  .map(({ place: { tier, rung }, can, ...regions }) =>
    restoreChart({ ...regions, profile: profileStateOf(tier, rung) }, { tier, can }),
  );
const rung = fc.constantFrom<Rung>("smallModel", "cpu", "cloud", "shed");
/** At most one event for each region, in any order; then the same in another. */
const events: fc.Arbitrary<readonly [readonly ChartEvent[], readonly ChartEvent[]]> = fc
  .tuple(
    fc.constantFrom("vram.relaxed", "vram.tightened", "vram.exhausted", "vram.lost"),
    fc.constantFrom("memory.relaxed", "memory.tightened", "memory.exhausted", "memory.lost"),
    fc.constantFrom("tasks.failed", "tasks.probing", "tasks.recovered"),
    fc.constantFrom("cloud.allowed", "cloud.forbidden", "cloud.lost", "cloud.returned"),
    fc.constantFrom("editor.started", "editor.stopped"),
    fc.oneof(rung, fc.constant("restore" as const)),
  )
  .chain((words) => {
    const all = words.map((word): ChartEvent => {
      if (word === "restore") return { type: "restore.requested" };
      return word.includes(".")
        ? ({ type: word } as ChartEvent)
        : { type: "degrade.requested", rung: word as Rung };
    });
    const some = fc.subarray(all, { minLength: 2 });
    return some.chain((each) =>
      fc.tuple(fc.constant(each), fc.shuffledSubarray(each, { minLength: each.length })),
    );
  });

test("order: the facts of one input, at most one of each region, may come in any order before the closing event", () => {
  const permitted = fc.option(fc.constantFrom<Rung>("nominal", "smallModel", "cpu", "cloud"));
  fc.assert(
    fc.property(chart, events, permitted, (from, [one, other], rungUp) => {
      const settled = (order: readonly ChartEvent[]) =>
        [...order, { type: "facts.settled", permitted: rungUp } as const].reduce(
          (each, event) => stepChart(each, event).chart,
          from,
        ).state;
      expect(settled(other)).toEqual(settled(one));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

type Words = Readonly<Record<keyof typeof RANKS, string>>;

/** How much a region demands. */
const RANKS = {
  vram: { absent: 0, unknown: 0, relaxed: 0, tight: 1, exhausted: 2, lost: 2 },
  memory: { unknown: 0, relaxed: 0, tight: 1, exhausted: 2, lost: 2 },
  tasks: { healthy: 0, failing: 1, probing: 1 },
  editor: { unknown: 0, idle: 0, busy: 1 },
} as const;

/** Nothing was lifted: each region demands as much as before or more, and the cloud is as it was. */
function hasOnlyDemanded(before: RuntimeState, after: RuntimeState): boolean {
  const [was, is] = [before.chart.state, after.chart.state];
  const rankOf = (region: keyof typeof RANKS, state: State) =>
    (RANKS[region] as Readonly<Record<string, number>>)[(state as Words)[region]] ?? 0;
  const rungs: readonly string[] = rungsOf(placeOf(before)?.tier ?? "LOCAL_GPU_HIGH");
  const depthOf = ({ hold }: State) => rungs.indexOf(hold.replace("held.", ""));
  const regions = ["vram", "memory", "tasks", "editor"] as const;
  return (
    was.cloud === is.cloud &&
    depthOf(is) >= depthOf(was) &&
    regions.every((region) => rankOf(region, is) >= rankOf(region, was))
  );
}

const outcomes: readonly Untimed<Input>[] = Array.from({ length: 7 }, () => ({
  type: "task.finished",
  ...({ task: "vision", provider: "local", model: "m", ok: false, failure: "timeout" } as const),
}));
const reading = fc
  .record({
    used: fc.constantFrom(0.1, 0.86, 0.97),
    available_mib: fc.constantFrom(40_000, 1900, 900),
    missing: fc.constantFrom(null, null, "vram", "memory"),
  })
  .map(({ used, available_mib, missing }) => (state: RuntimeState): Untimed<Input> => {
    const total_mib = state.sensing.vramTotalMib ?? CARD_MIB;
    const used_mib = Math.round(used * total_mib);
    return {
      type: "reading",
      vram: missing === "vram" ? null : { used_mib, total_mib, own_mib: 0 },
      memory: missing === "memory" ? null : { available_mib, total_mib: MEMORY_MIB },
    };
  });
/** What happens at one moment: at most one matter for each region; and an order of the four. */
const moment = fc.record({
  reading: fc.option(reading),
  isEditorBusy: fc.option(fc.boolean()),
  areTasksFailing: fc.boolean(),
  hold: fc.option(rung),
  hasCloud: fc.option(fc.boolean()),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
});
type Moment = typeof moment extends fc.Arbitrary<infer Each> ? Each : never;

function withoutBlankTime(input: Input): Input {
  if (input.type !== "config.changed") return input;
  const { vram, memory } = input.config.thresholds;
  const levels = { vram: { ...vram, blank_ms: 0 }, memory: { ...memory, blank_ms: 0 } };
  return {
    ...input,
    config: { ...input.config, thresholds: { ...input.config.thresholds, ...levels } },
  };
}

function inOrders(from: RuntimeState, given: Moment): readonly [RuntimeState, RuntimeState] {
  const { hold, hasCloud, isEditorBusy } = given;
  const matters: readonly (readonly Untimed<Input>[])[] = [
    given.reading === null ? [] : [given.reading(from)],
    isEditorBusy === null ? [] : [{ type: "editor.changed", running: isEditorBusy }],
    given.areTasksFailing ? outcomes : [],
    hold === null ? [] : [{ type: "degrade.requested", rung: hold }],
    hasCloud === null ? [] : [{ type: "cloud.probed", reachable: hasCloud }],
  ];
  const at = from.at + 1000;
  const folded = (order: readonly number[]) =>
    order
      .flatMap((index) => matters[index] ?? [])
      .reduce((state, input) => step(state, { ...input, at } as Input).state, from);
  return [folded([0, 1, 2, 3, 4]), folded(given.order)];
}

function after(inputs: readonly Input[]): RuntimeState {
  return inputs.reduce((state, input) => step(state, input).state, initialState());
}

test("order: simultaneous inputs of different regions leave the six regions the same, without blank time", () => {
  fc.assert(
    fc.property(pieces, moment, (history, given) => {
      const [one, other] = inOrders(after(inputsOf(history).map(withoutBlankTime)), given);
      const { profile: _one, ...regions } = one.chart.state;
      expect({ ...other.chart.state, profile: undefined }).toEqual({
        ...regions,
        profile: undefined,
      });
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("order: where they only demand, and the tier is entered, profile and policy are the same too", () => {
  let compared = 0;
  let moved = 0;
  fc.assert(
    fc.property(pieces, moment, (history, given) => {
      const from = after(inputsOf(history).map(withoutBlankTime));
      const [one, other] = inOrders(from, given);
      if (from.sensing.ladder.isEntryPending || !hasOnlyDemanded(from, one)) return;
      compared += 1;
      if (one.chart.state.profile !== from.chart.state.profile) moved += 1;
      expect(other.chart.state).toEqual(one.chart.state);
      // How long a refused caller waits follows from the steps between, of which there may be more.
      const policy = { ...policyIn(one), retry_after_ms: null };
      expect({ ...policyIn(other), retry_after_ms: null }).toEqual(policy);
    }),
    { seed: SEED, numRuns: 600 },
  );
  expect(compared).toBeGreaterThan(150);
  expect(moved).toBeGreaterThan(30);
});

test("order: relief that comes after the step waits for a reading, relief that comes before spares it", () => {
  const cloud = { ...configurationWith().cloud, allowed: true };
  const story = new Story(hostWith(), configurationWith({ cloud }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: false })
    .beat();
  const told = (...inputs: readonly Untimed<Input>[]) =>
    inputs.reduce(
      (state, input) => step(state, { ...input, at: story.at + 1000 } as Input).state,
      story.state,
    );
  const hard: Untimed<Input> = {
    type: "reading",
    vram: { used_mib: 4000, total_mib: CARD_MIB, own_mib: 0 },
    memory: { available_mib: 900, total_mib: MEMORY_MIB },
  };
  const relief: Untimed<Input> = { type: "cloud.probed", reachable: true };
  const [late, early] = [told(hard, relief), told(relief, hard)];
  expect(late.chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
  expect(early.chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.cloud");
  story.state = late;
  expect(story.beats(70, { available: 900 }).profile).toBe("LOCAL_GPU_HIGH.degraded.cloud");
});
