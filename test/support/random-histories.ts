/**
 * Random histories that get somewhere: stretches of readings long enough for graces, exits and dwells,
 * with detections, settings, tasks, people, naps and restarts between them. They shrink by stretches.
 */

import fc from "fast-check";
import { UNKNOWN_CONDITIONS } from "../../src/domain/conditions.ts";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import type { Gpu, Host } from "../../src/domain/host.ts";
import { FAILURES, type Input, TASKS } from "../../src/domain/input.ts";
import { RUNGS } from "../../src/domain/rung.ts";
import { largestUsableGpu, TIERS } from "../../src/domain/tier.ts";
import type { Untimed } from "../../src/runtime-actor-types.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./stories.ts";

/** How a stretch of readings is spoilt. */
const FAULTS = ["no card", "no memory", "nothing", "frozen", "absurd", "late", "zero"] as const;

interface Stretch {
  readonly kind: "stretch";
  readonly beats: number;
  readonly beatMs: number;
  readonly usedShare: number;
  readonly availableMib: number;
  readonly ownMib: number | null;
  readonly cpu: number | null;
  readonly fault: (typeof FAULTS)[number] | null;
}

interface Happening {
  readonly kind: "inputs";
  readonly waitMs: number;
  readonly inputs: readonly Untimed<Input>[];
}

/** A part of a history. */
export type Piece = Stretch | Happening;

const SMALL: Gpu = { ...CARD, uuid: "GPU-2", vram_total_mib: 8188 };

/** One host of each kind: all five tiers can be had. */
export const HOSTS: readonly Host[] = [
  hostWith(),
  hostWith({ gpus: [SMALL] }),
  hostWith({ gpus: [{ ...SMALL, uuid: "GPU-3", vram_total_mib: 4096 }] }),
  hostWith({ gpus: [] }),
  hostWith({ gpus: [{ ...CARD, vram_total_mib: null, unified: true }] }),
  hostWith({ gpus: [], memory: { total_mib: 4096, available_mib: 2000, limited_by: "host" } }),
  hostWith({ gpus: [CARD, { ...CARD, uuid: "GPU-4", vram_total_mib: 6144 }] }),
];

const { vram, memory, tasks } = DEFAULT_CONFIGURATION.thresholds;
const QUICK_LEVEL = { grace_ms: 2000, quick_exit_ms: 3000, slow_exit_ms: 9000, dwell_ms: 5000 };
const QUICK = {
  ...DEFAULT_CONFIGURATION.thresholds,
  vram: { ...vram, ...QUICK_LEVEL, backoff_max_ms: 20_000, lookback_ms: 5000 },
  memory: { ...memory, ...QUICK_LEVEL, dwell_ms: 8000, backoff_max_ms: 30_000, lookback_ms: 5000 },
  tasks: { ...tasks, open_ms: 4000, open_max_ms: 16_000, probe_deadline_ms: 8000, window: 8 },
};

/** Settings as a person might write them. */
export const configuration: fc.Arbitrary<Configuration> = fc
  .record({
    thresholds: fc.constantFrom(QUICK, DEFAULT_CONFIGURATION.thresholds),
    consent: fc.constantFrom("yes", "yes", "yes", "no", "not for vision"),
    footprints: fc.constantFrom(
      ...[
        { nominal: 2048, smallModel: 1024, cpu: 3000 },
        { nominal: 900, smallModel: 300, cpu: 100 },
      ],
      ...[
        { nominal: 12_000, smallModel: null, cpu: 3000 },
        { nominal: 2048, smallModel: 1024, cpu: null },
      ],
      ...[{ nominal: null, smallModel: 1024, cpu: 30_000 }, {}],
    ),
    leave_gpu: fc.boolean(),
    choice: fc.oneof(
      { weight: 8, arbitrary: fc.constant("auto" as const) },
      fc.constantFrom(...TIERS),
    ),
    sensors: fc.constantFrom(DEFAULT_CONFIGURATION.sensors, {
      beat_ms: 1000,
      gpu_ms: 1000,
      slow_ms: 5000,
    }),
  })
  .map(({ thresholds, consent, footprints, leave_gpu, choice, sensors }) => {
    const base = configurationWith();
    return {
      thresholds,
      sensors,
      policy: { ...base.policy, footprints },
      cloud: {
        ...base.cloud,
        allowed: consent !== "no",
        vision: consent === "not for vision" ? "never" : "allow",
      },
      tier: { ...base.tier, choice },
      editor: { leave_gpu },
    };
  });

const stretch: fc.Arbitrary<Piece> = fc.record({
  kind: fc.constant("stretch" as const),
  beats: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 90 })),
  beatMs: fc.constantFrom(1000, 1000, 1000, 500, 2000),
  usedShare: fc.constantFrom(0.1, 0.1, 0.1, 0.3, 0.6, 0.79, 0.82, 0.86, 0.86, 0.9, 0.93, 0.97),
  availableMib: fc.constantFrom(
    ...[40_000, 40_000, 40_000, 20_000, 2300],
    ...[2100, 1900, 1900, 900],
  ),
  ownMib: fc.constantFrom(null, 0, 0, 500, 2048),
  cpu: fc.constantFrom(null, 10, 97.5),
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constantFrom(...FAULTS) },
  ),
});

const taskBurst: fc.Arbitrary<readonly Untimed<Input>[]> = fc
  .record({
    task: fc.constantFrom(...TASKS, "vision" as const),
    provider: fc.constantFrom("local" as const, "local" as const, "cloud" as const),
    model: fc.constantFrom(undefined, null, "moondream", "moondream:latest", "gpt-4o"),
    ok: fc.constantFrom(true, false, false),
    failure: fc.constantFrom(null, "timeout" as const, ...FAILURES),
    count: fc.integer({ min: 1, max: 7 }),
  })
  .map(({ count, model, ok, failure, ...outcome }) =>
    Array.from({ length: count }, () => ({
      type: "task.finished" as const,
      ...outcome,
      ...(model === undefined ? {} : { model }),
      ok,
      failure: ok ? null : failure,
    })),
  );

const STARTED: Untimed<Input> = {
  type: "runtime.started",
  package_version: "0",
  xstate_version: "0",
  machine_hash: "",
  policy_hash: null,
  node: "",
  resumed_from: 1,
};

const alone: fc.Arbitrary<Untimed<Input>> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(true, true, false).map(probed) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(true, false, null)
      .map((running) => ({ type: "editor.changed", running }) as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...RUNGS, null)
      .map((rung) => ({ type: "degrade.requested", rung }) as const),
  },
  { weight: 3, arbitrary: fc.constant({ type: "restore.requested" } as const) },
  {
    weight: 2,
    arbitrary: configuration.map((config) => ({ type: "config.changed", config }) as const),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...HOSTS).map((host) => ({ type: "host.detected", host }) as const),
  },
  fc.constantFrom<Untimed<Input>>(
    { type: "degrade.requested" },
    STARTED,
    { type: "clock.resumed", gap_ms: 60_000 },
    { type: "effect.finished", effect: "unload", detail: { freed_mib: 0, reason: null } },
    { type: "effect.failed", effect: "unload", detail: { freed_mib: null, reason: "refused" } },
    { type: "memory.oom_killed", killed: 1, total: 1 },
    { type: "conditions.changed", conditions: UNKNOWN_CONDITIONS },
    { type: "models.changed", running: null, models: [] },
    { type: "log.gap", lost: 1, reason: "full" },
    { type: "runtime.stopped", reason: "asked" },
  ),
);

function probed(reachable: boolean): Untimed<Input> {
  return { type: "cloud.probed", reachable };
}

const happening: fc.Arbitrary<Piece> = fc.record({
  kind: fc.constant("inputs" as const),
  waitMs: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(0, 1, 200) },
    fc.constantFrom(6000, 61_000, 3_600_000, -5000),
  ),
  inputs: fc.oneof(
    { weight: 4, arbitrary: alone.map((input) => [input]) },
    { weight: 2, arbitrary: taskBurst },
  ),
});

/** A history without times; it begins with settings and a host. */
export const pieces: fc.Arbitrary<readonly Piece[]> = fc
  .tuple(
    configuration,
    fc.constantFrom(...HOSTS),
    fc.array(fc.oneof(stretch, happening), { maxLength: 40, size: "max" }),
  )
  .map(([config, host, rest]) => [
    {
      kind: "inputs",
      waitMs: 0,
      inputs: [{ type: "config.changed", config }, { type: "host.detected", host }, probed(true)],
    },
    ...rest,
  ]);

/** The inputs of a history, each with its time. */
export function inputsOf(history: readonly Piece[]): Input[] {
  const inputs: Input[] = [];
  let at = 1_000_000;
  let cardMib = CARD_MIB;
  for (const piece of history) {
    if (piece.kind === "stretch") {
      const began = at;
      for (let beat = 0; beat < piece.beats; beat += 1) {
        at += piece.beatMs;
        inputs.push(readingOf(piece, { at, began, cardMib }));
      }
      continue;
    }
    at += piece.waitMs;
    for (const input of piece.inputs) {
      if (input.type === "host.detected")
        cardMib = largestUsableGpu(input.host)?.vram_total_mib ?? CARD_MIB;
      inputs.push({ ...input, at } as Input);
    }
  }
  return inputs;
}

function readingOf(
  { usedShare, availableMib, ownMib, cpu, fault }: Stretch,
  { at, began, cardMib }: { readonly at: number; readonly began: number; readonly cardMib: number },
): Input {
  const source_at = fault === "frozen" ? began : fault === "late" ? at - 4000 : at;
  const used_mib = fault === "zero" ? 0 : Math.round(usedShare * cardMib);
  const isCardGone = fault === "no card" || fault === "nothing";
  const isMemoryGone = fault === "no memory" || fault === "nothing";
  const isAbsurd = fault === "absurd";
  return {
    type: "reading",
    at,
    vram: isCardGone
      ? null
      : {
          used_mib: isAbsurd ? Number.NaN : used_mib,
          total_mib: cardMib,
          own_mib: ownMib,
          source_at,
        },
    memory: isMemoryGone
      ? null
      : { available_mib: isAbsurd ? -1 : availableMib, total_mib: MEMORY_MIB, source_at },
    cpu: cpu === null ? null : { used_percent: cpu },
  };
}
