/**
 * Inputs that nobody should send: numbers that are none, times that run backwards, rungs, tasks and
 * models that do not exist, hosts without anything, settings at the ends of what is allowed.
 *
 * Only the type of an input is always one of ours; an entry of an unknown type is no input, and reading
 * the log says so before anything is decided.
 */
import fc from "fast-check";
import type { Configuration } from "../../src/domain/configuration.ts";
import { decisionPartOf } from "../../src/domain/configuration.ts";
import { parseConfiguration } from "../../src/domain/configuration-parse.ts";
import { type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import { FAILURES, INPUT_TYPES, type Input } from "../../src/domain/input.ts";
import { RUNGS } from "../../src/domain/rung.ts";
import { TIERS } from "../../src/domain/tier.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./stories.ts";

const DAY_MS = 86_400_000;
const HUGE = [1e308, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, 2 ** 53 + 2] as const;
const NO_NUMBER = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

/** Any number, or none. */
const figure = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<(number | null | undefined)[]>(null, undefined, 0, -0) },
  { weight: 2, arbitrary: fc.constantFrom<(number | null | undefined)[]>(...NO_NUMBER, ...HUGE) },
  { weight: 3, arbitrary: fc.integer({ min: -10, max: MEMORY_MIB + 10 }) },
  { weight: 6, arbitrary: fc.constantFrom(900, 1900, 4000, 17_600, 18_900, CARD_MIB, MEMORY_MIB) },
  { weight: 2, arbitrary: fc.double() },
);

/** When a sample was measured, as a distance from its reading; or no time at all. */
const sourceAt = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<(number | null | undefined)[]>(undefined, null) },
  { weight: 3, arbitrary: fc.integer({ min: -DAY_MS, max: DAY_MS }) },
  { weight: 1, arbitrary: fc.constantFrom(...NO_NUMBER, ...HUGE, -1e308) },
);

const plausible = fc
  .record({
    used_mib: fc.constantFrom(0, 2000, 4000, 17_600, 18_900, CARD_MIB),
    own_mib: fc.constantFrom(null, 0, 2048),
    available_mib: fc.constantFrom(900, 1900, 2300, 40_000, 40_000),
  })
  .map(({ used_mib, own_mib, available_mib }) => ({
    vram: { used_mib, total_mib: CARD_MIB, own_mib },
    memory: { available_mib, total_mib: MEMORY_MIB },
  }));
const vram = fc.record({
  used_mib: figure,
  total_mib: figure,
  own_mib: figure,
  source_at: sourceAt,
});
const memory = fc.record({ available_mib: figure, total_mib: figure, source_at: sourceAt });
const cpu = fc.record({ used_percent: figure, source_at: sourceAt });
const absurd = fc.record(
  {
    vram: fc.option(vram),
    memory: fc.option(memory),
    cpu: fc.option(cpu),
    missing: fc.constantFrom({}, { vram: "no such cause" }, undefined),
  },
  { requiredKeys: [] },
);
const reading = fc.oneof(plausible, absurd);

const word = fc.oneof(fc.constantFrom("moon", "", "constructor", "__proto__"), fc.string());
const rung = fc.oneof(fc.constantFrom(...RUNGS, null, undefined), word);
const task = fc.record(
  {
    task: word,
    provider: fc.oneof(fc.constantFrom("local", "cloud"), word),
    ok: fc.boolean(),
    model: fc.option(word),
    failure: fc.oneof(fc.constantFrom(...FAILURES, null), word),
  },
  { requiredKeys: ["task", "provider", "ok"] },
);

/** Hosts of which each figure can be anything that JSON can say, or `NaN` where `isJson` is false. */
function hostsOf(isJson: boolean): fc.Arbitrary<Host> {
  const size = fc.constantFrom<(number | null)[]>(
    ...[null, 0, -1, 4096, 8188, CARD_MIB, MEMORY_MIB, 1e308],
    ...(isJson ? [] : NO_NUMBER),
  );
  const gpu = fc.record({
    vendor: fc.constantFrom("nvidia" as const, "unknown" as const),
    uuid: fc.constantFrom(null, "GPU-1", "GPU-2"),
    vram_total_mib: size,
    unified: fc.boolean(),
    is_integrated: fc.boolean(),
  });
  const running = fc.constantFrom(true, false, null);
  const odd = fc
    .record({ gpus: fc.array(gpu, { maxLength: 3 }), total: size, cores: size, running })
    .map(({ gpus, total, cores, running: isRunning }) =>
      hostWith({
        gpus: gpus.map((each) => ({ ...CARD, ...each })),
        memory: { total_mib: total, available_mib: null, limited_by: "cgroup" },
        cpu: { ...UNKNOWN_HOST.cpu, cores },
        davinci: { ...UNKNOWN_HOST.davinci, running: isRunning },
      }),
    );
  return fc.oneof(odd, fc.constantFrom(UNKNOWN_HOST, hostWith(), hostWith({ gpus: [] })));
}

/** Four values that rise, squeezed together or at the ends. */
function risingOf(
  values: readonly number[],
): fc.Arbitrary<readonly [number, number, number, number]> {
  return fc
    .shuffledSubarray([...values], { minLength: 4, maxLength: 4 })
    .map((four) => four.toSorted((one, other) => one - other) as [number, number, number, number]);
}

const time = fc.constantFrom(0, 0, 1, 1000, 60_000, DAY_MS);
const times = fc
  .record({
    grace_ms: time,
    min_samples: fc.constantFrom(1, 2, 1000),
    quick_exit_ms: time,
    slow_exit_ms: time,
    dwell_ms: time,
    reentry_ms: time,
    lookback_ms: fc.constantFrom(0, 1, 60_000, 1_800_000),
    blank_ms: time,
    stale_ms: fc.constantFrom(null, null, 30, 3000, DAY_MS),
  })
  .map((all) => ({ ...all, backoff_max_ms: Math.max(all.dwell_ms, 60_000) }));
const footprint = fc.constantFrom(null, undefined, 0, 1024, 16 * 1024 * 1024);

/** Settings that a file may hold, at the ends of their ranges. The reader of files vouches for them. */
export const extremeConfiguration: fc.Arbitrary<Configuration> = fc
  .record({
    vram: risingOf([0, Number.MIN_VALUE, 0.1, 0.5, 0.85, 0.85 + Number.EPSILON, 0.92, 1]),
    memory: risingOf([0, 1, 2, 1024, 2048, 2560, 16 * 1024 * 1024]),
    vramTimes: times,
    memoryTimes: times,
    tasks: fc.record({
      enter: fc.constantFrom(0, 0.3, 1),
      window: fc.constantFrom(1, 20, 1000),
      window_minutes: fc.constantFrom(1, 1440),
      open_ms: fc.constantFrom(0, 1, DAY_MS),
      probe_deadline_ms: fc.constantFrom(1, DAY_MS),
      probes: fc.constantFrom(1, 100),
    }),
    footprints: fc.record({ nominal: footprint, smallModel: footprint, cpu: footprint }),
    beat_ms: fc.constantFrom(10, 1000),
    isCloudAllowed: fc.boolean(),
    choice: fc.constantFrom("auto", "auto", ...TIERS),
    leave_gpu: fc.boolean(),
  })
  .map((given) => decisionPartOf(parseConfiguration(fileOf(given))));

interface Given {
  readonly vram: readonly [number, number, number, number];
  readonly memory: readonly [number, number, number, number];
  readonly vramTimes: { readonly stale_ms: number | null };
  readonly memoryTimes: { readonly stale_ms: number | null };
  readonly tasks: { readonly window: number; readonly probes: number; readonly open_ms: number };
  readonly footprints: Readonly<Record<string, number | null | undefined>>;
  readonly beat_ms: number;
  readonly isCloudAllowed: boolean;
  readonly choice: string;
  readonly leave_gpu: boolean;
}

function fileOf(given: Given): unknown {
  const { beat_ms, tasks } = given;
  const staleOf = ({ stale_ms }: { readonly stale_ms: number | null }) =>
    stale_ms === null ? null : Math.max(stale_ms, 3 * beat_ms);
  const [quick_exit, slow_exit, enter, hard] = given.vram;
  const [memoryHard, memoryEnter, memorySlow, memoryQuick] = given.memory;
  const exits = { quick_exit: memoryQuick, slow_exit: memorySlow };
  return {
    thresholds: {
      vram: {
        ...given.vramTimes,
        ...{ quick_exit, slow_exit, enter, hard },
        stale_ms: staleOf(given.vramTimes),
      },
      memory: {
        ...given.memoryTimes,
        ...{ enter: memoryEnter, hard: memoryHard, ...exits },
        stale_ms: staleOf(given.memoryTimes),
      },
      tasks: {
        ...tasks,
        min_samples: Math.min(5, tasks.window),
        open_max_ms: Math.max(tasks.open_ms, 600_000),
        probes_good: Math.min(2, tasks.probes),
      },
    },
    sensors: { beat_ms, gpu_ms: beat_ms, slow_ms: beat_ms },
    policy: {
      footprints: Object.fromEntries(
        Object.entries(given.footprints).filter(([, value]) => value !== undefined),
      ),
    },
    cloud: { allowed: given.isCloudAllowed },
    tier: { choice: given.choice },
    editor: { leave_gpu: given.leave_gpu },
  };
}

/** An input without its time, and how far its time lies from the last. */
export interface HostileInput {
  readonly waitMs: number;
  readonly input: Input;
}

const waitMs = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1000, 1000, 1000, 500, 2000) },
  { weight: 3, arbitrary: fc.constantFrom(0, 0, -1, -DAY_MS, -1e15, 0.1) },
  { weight: 1, arbitrary: fc.constantFrom(DAY_MS, 366 * DAY_MS, 1e15, 60_000) },
);

function inputsWith(hosts: fc.Arbitrary<Host>): fc.Arbitrary<Input> {
  const truth = fc.constantFrom(true, false, null);
  const bodies = {
    reading,
    task,
    rung: fc.record({ rung }, { requiredKeys: [] }),
    probe: fc.record({ reachable: fc.boolean() }),
    running: fc.record({ running: truth, models: fc.constant([]) }),
    config: fc.record({ config: extremeConfiguration }),
    host: fc.record({ host: hosts }),
    nothing: fc.constant({}),
  };
  const bodyOf: Partial<Record<Input["type"], keyof typeof bodies>> = {
    reading: "reading",
    "task.finished": "task",
    "degrade.requested": "rung",
    "cloud.probed": "probe",
    "editor.changed": "running",
    "models.changed": "running",
    "config.changed": "config",
    "host.detected": "host",
  };
  const each = INPUT_TYPES.map((type) => ({
    weight: type === "reading" ? 20 : type === "task.finished" ? 6 : 1,
    arbitrary: (bodies[bodyOf[type] ?? "nothing"] as fc.Arbitrary<object>).map(
      (body) => ({ type, at: 0, ...body }) as Input,
    ),
  }));
  return fc.oneof(...each);
}

/** One hostile input, or the same one over and over. */
function stretchesOf(hosts: fc.Arbitrary<Host>): fc.Arbitrary<readonly HostileInput[]> {
  const one = fc.record({ waitMs, input: inputsWith(hosts) });
  const again = fc
    .tuple(one, fc.integer({ min: 2, max: 25 }))
    .map(([each, count]) => Array.from({ length: count }, () => each));
  const stretch = fc.oneof(
    { weight: 2, arbitrary: one.map((each) => [each]) },
    { weight: 1, arbitrary: again },
  );
  const start: readonly HostileInput[] = [
    { waitMs: 0, input: { type: "config.changed", at: 0, config: configurationWith() } },
    { waitMs: 0, input: { type: "host.detected", at: 0, host: hostWith() } },
  ];
  return fc
    .tuple(fc.constantFrom([], start, start), fc.array(stretch, { maxLength: 40, size: "max" }))
    .map(([first, stretches]) => [...first, ...stretches.flat()]);
}

/** Anything at all. */
export const hostileInputs = stretchesOf(hostsOf(false));

/** Anything that can be written down: hosts and settings are JSON, readings are not yet. */
export const writableInputs = stretchesOf(hostsOf(true));

/** The inputs with their times; what was measured is as far from its reading as it was said to be. */
export function timedInputs(hostile: readonly HostileInput[]): Input[] {
  let at = 1_000_000;
  return hostile.map(({ waitMs: ms, input }) => {
    at += ms;
    if (input.type !== "reading") return { ...input, at };
    const measured = <Field extends { readonly source_at?: number | null } | null | undefined>(
      field: Field,
    ): Field =>
      typeof field?.source_at === "number" ? { ...field, source_at: field.source_at + at } : field;
    const { vram: card, memory: pool, cpu: share } = input;
    return {
      ...input,
      at,
      vram: measured(card),
      memory: measured(pool),
      cpu: measured(share),
    } as Input;
  });
}
