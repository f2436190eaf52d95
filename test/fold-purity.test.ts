/**
 * The fold is pure, whatever it keeps between inputs: a state that is frozen, one that comes from its
 * plain form each time, and two folds that take turns all tell the same story.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import type { Input } from "../src/domain/input.ts";
import {
  checkpointOf,
  initialState,
  type RuntimeState,
  restoreState,
} from "../src/machines/runtime-state.ts";
import { decide } from "../src/replay/fold.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./support/stories.ts";

type Waiting = { readonly waitMs: number; readonly input: Input };

const figure = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: CARD_MIB }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 900, 4000, 17_500, 19_500, CARD_MIB) },
  { weight: 1, arbitrary: fc.constantFrom(null, Number.NaN, -1, 1e308) },
);
/** Readings ride on a beat; some are late, some come from a clock that went back. */
const waitMs = fc.oneof(
  { weight: 12, arbitrary: fc.constant(1000) },
  { weight: 1, arbitrary: fc.integer({ min: -3000, max: 90_000 }) },
);
const sourceAgeMs = fc.constantFrom(0, 12, 1000, 8000);

const reading: fc.Arbitrary<Input> = fc
  .record({ used: figure, available: figure, own: figure, cpu: figure, sourceAgeMs })
  .map(({ used, available, own, cpu, sourceAgeMs: age }) => ({
    type: "reading",
    at: 0,
    vram: { used_mib: used, total_mib: CARD_MIB, own_mib: own, source_at: -age },
    memory: { available_mib: available, total_mib: MEMORY_MIB },
    cpu: { used_percent: cpu === null ? null : cpu / 200 },
  }));
const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed: true };
const happening: fc.Arbitrary<Input> = fc.constantFrom<Input[]>(
  { type: "task.finished", at: 0, task: "vision", provider: "local", ok: false, failure: "oom" },
  { type: "task.finished", at: 0, task: "vision", provider: "cloud", ok: false },
  { type: "cloud.probed", at: 0, reachable: true },
  { type: "editor.changed", at: 0, running: true },
  { type: "degrade.requested", at: 0, rung: null },
  { type: "restore.requested", at: 0 },
  { type: "config.changed", at: 0, config: configurationWith({ cloud }) },
  { type: "config.changed", at: 0, config: configurationWith() },
  { type: "host.detected", at: 0, host: hostWith({ gpus: [] }) },
  { type: "host.detected", at: 0, host: hostWith({ gpus: [{ ...CARD, uuid: "GPU-2" }] }) },
);
/** A reading that goes on for a while: pressure, calm and dwell need time. */
const stretch = fc
  .tuple(reading, fc.integer({ min: 1, max: 40 }))
  .map(([input, times]) => Array.from({ length: times }, () => ({ waitMs: 1000, input })));
const history: fc.Arbitrary<readonly Waiting[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: stretch },
      { weight: 1, arbitrary: fc.record({ waitMs, input: reading }).map((each) => [each]) },
      { weight: 1, arbitrary: fc.record({ waitMs, input: happening }).map((each) => [each]) },
    ),
    { maxLength: 25 },
  )
  .map((stretches) => stretches.flat());

/** The same inputs with their times; a sample's own time is its age until here. */
function timed(waiting: readonly Waiting[], first: readonly Input[]): Input[] {
  let at = 1_790_000_000_000;
  const inputs = waiting.map(({ waitMs: ms, input }) => {
    at += ms;
    if (input.type !== "reading" || !input.vram) return { ...input, at };
    const source_at = at + (input.vram.source_at ?? 0);
    return { ...input, at, vram: { ...input.vram, source_at } };
  });
  return [...first.map((input) => ({ ...input, at: 1_790_000_000_000 })), ...inputs];
}

const START: readonly Input[] = [
  { type: "config.changed", at: 0, config: configurationWith() },
  { type: "host.detected", at: 0, host: hostWith() },
];

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  // The snapshot is XState's own.
  for (const [key, part] of Object.entries(value)) if (key !== "snapshot") frozen(part);
  return value;
}

function copied(state: RuntimeState): RuntimeState {
  return restoreState(structuredClone(checkpointOf(state)));
}

function storyOf(inputs: readonly Input[], prepared: (state: RuntimeState) => RuntimeState) {
  let state = initialState();
  const outputs = inputs.map((input) => {
    const decision = decide(prepared(state), input);
    state = decision.state;
    return decision.outputs;
  });
  return { outputs, end: checkpointOf(state) };
}

test("fold: frozen states, and states from their plain form, tell the same story", () => {
  fc.assert(
    fc.property(history, (waiting) => {
      const inputs = timed(waiting, START);
      const story = storyOf(inputs, (state) => state);
      expect(storyOf(inputs.map(frozen), frozen)).toEqual(story);
      expect(storyOf(inputs, copied)).toEqual(story);
    }),
    { numRuns: 60 },
  );
});

test("fold: two folds that take turns do not hear of each other", () => {
  const other = configurationWith({ cloud, sensors: { beat_ms: 500, gpu_ms: 500, slow_ms: 5000 } });
  fc.assert(
    fc.property(history, (waiting) => {
      const inputs = timed(waiting, START);
      const beside = timed(waiting, [
        { type: "config.changed", at: 0, config: other },
        { type: "host.detected", at: 0, host: hostWith({ gpus: [] }) },
      ]);
      let neighbour = initialState();
      let next = 0;
      const story = storyOf(inputs, (state) => {
        neighbour = decide(neighbour, beside[next] as Input).state;
        next += 1;
        return state;
      });
      expect(story).toEqual(storyOf(inputs, (state) => state));
    }),
    { numRuns: 60 },
  );
});
