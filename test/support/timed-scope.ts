/**
 * What a timed walk is about: a host, a configuration whose waits are a few ticks long, and the inputs
 * that may come. A tick is five seconds, because peaks are kept in buckets of that length: each reading
 * is then a bucket of its own, and no phase of a bucket has to be told apart.
 */
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Input, MemoryReading, ReadingInput, VramReading } from "../../src/domain/input.ts";
import type { Rung } from "../../src/domain/rung.ts";
import type { Tier } from "../../src/domain/tier.ts";
import { step } from "../../src/machines/decider.ts";
import { initialState, type RuntimeState } from "../../src/machines/runtime-state.ts";
import { CARD, configurationWith, hostWith } from "./stories.ts";

/** One reading each. */
export const TICK_MS = 5_000;

const CARD_MIB = 10_000;
const HOST_MIB = 16_000;

/** Waits of the walk, in ticks. */
export const TICKS = {
  grace: 1,
  quickExit: 1,
  slowExit: 2,
  dwell: 3,
  mostDwell: 6,
  reentry: 4,
  lookback: 1,
  blank: 2,
  stale: 3,
  taskWindow: 3,
  open: 2,
  mostOpen: 4,
  probeDeadline: 2,
} as const;

/** What VRAM can be: in use, and how much of it is ours; the rest are others'. */
const VRAM = {
  calm: { used_mib: 3000, own_mib: 0 },
  /** Leaves pressure slowly; the small model fits beside the others, the large one does not. */
  between: { used_mib: 8100, own_mib: 2100 },
  tight: { used_mib: 8800, own_mib: 0 },
  hard: { used_mib: 9500, own_mib: 0 },
  /** Hard, but nearly all of it ours: as soon as we leave, everything fits again. */
  ours: { used_mib: 9500, own_mib: 6500 },
  missing: null,
} as const;
export type VramWord = keyof typeof VRAM;

const MEMORY = {
  calm: 12_000,
  /** Leaves pressure slowly; no model fits beside the others. */
  between: 2300,
  tight: 1500,
  hard: 500,
  missing: null,
} as const;
export type MemoryWord = keyof typeof MEMORY;

/** Inputs that take no time, by name. */
const HAPPENINGS = {
  "cloud answers": { type: "cloud.probed", reachable: true },
  "cloud is silent": { type: "cloud.probed", reachable: false },
  "hold at smallModel": { type: "degrade.requested", rung: "smallModel" },
  "hold at cpu": { type: "degrade.requested", rung: "cpu" },
  "hold at shed": { type: "degrade.requested", rung: "shed" },
  "hold cleared": { type: "restore.requested" },
  "beat resumed": { type: "clock.resumed", gap_ms: 60_000 },
  restarted: {
    type: "runtime.started",
    package_version: "0.0.0",
    xstate_version: "0.0.0",
    machine_hash: "",
    policy_hash: null,
    node: "0.0.0",
    resumed_from: 1,
  },
  "task succeeds": { type: "task.finished", task: "vision", provider: "local", ok: true },
  "task times out": {
    type: "task.finished",
    task: "vision",
    provider: "local",
    ok: false,
    failure: "timeout",
  },
} as const;
export type HappeningWord = keyof typeof HAPPENINGS;

/** The scope of a walk. */
export interface TimedScope {
  readonly name: string;
  readonly tier: Tier;
  readonly isCloudAllowed: boolean;
  readonly vram: readonly VramWord[];
  readonly memory: readonly MemoryWord[];
  readonly happenings: readonly HappeningWord[];
}

/** One input of the alphabet, and what it means for the rules. */
export interface Letter {
  readonly name: string;
  /** `null`: it takes no time. */
  readonly reading: { readonly vram: VramWord; readonly memory: MemoryWord } | null;
  readonly happening: HappeningWord | null;
  readonly inputAt: (at: number) => Input;
}

/** The alphabet of a scope. */
export function lettersOf({ vram, memory, happenings }: TimedScope): readonly Letter[] {
  const readings = vram.flatMap((card) =>
    memory.map(
      (host): Letter => ({
        name: `vram ${card}, memory ${host}`,
        reading: { vram: card, memory: host },
        happening: null,
        inputAt: (at) => readingOf(at, card, host),
      }),
    ),
  );
  const others = happenings.map(
    (name): Letter => ({
      name,
      reading: null,
      happening: name,
      inputAt: (at) => ({ ...HAPPENINGS[name], at }),
    }),
  );
  return [...readings, ...others];
}

/** The hold that an input asks for; `null` = none is meant. */
export function heldBy(word: HappeningWord | null): Rung | null {
  return word?.startsWith("hold at ") === true ? (word.slice("hold at ".length) as Rung) : null;
}

/** The state from which a walk begins: configured, and the host found. */
export function startOf({ tier, isCloudAllowed }: TimedScope): RuntimeState {
  const host = hostWith({
    memory: { total_mib: HOST_MIB, available_mib: 12_000, limited_by: "host" },
    gpus: tier.startsWith("LOCAL_GPU") ? [{ ...CARD, vram_total_mib: CARD_MIB }] : [],
  });
  const config = configurationOf(tier, isCloudAllowed);
  const configured = step(initialState(), { type: "config.changed", at: 0, config }).state;
  return step(configured, { type: "host.detected", at: 0, host }).state;
}

function readingOf(at: number, vram: VramWord, memory: MemoryWord): ReadingInput {
  const card = VRAM[vram];
  const available = MEMORY[memory];
  const ofCard: VramReading | null =
    card === null ? null : { ...card, total_mib: CARD_MIB, source_at: at };
  const ofHost: MemoryReading | null =
    available === null ? null : { available_mib: available, total_mib: HOST_MIB, source_at: at };
  return { type: "reading", at, vram: ofCard, memory: ofHost };
}

function configurationOf(choice: Tier, isCloudAllowed: boolean): Configuration {
  const base = configurationWith();
  const times = {
    grace_ms: TICKS.grace * TICK_MS,
    min_samples: 2,
    quick_exit_ms: TICKS.quickExit * TICK_MS,
    slow_exit_ms: TICKS.slowExit * TICK_MS,
    dwell_ms: TICKS.dwell * TICK_MS,
    backoff_max_ms: TICKS.mostDwell * TICK_MS,
    reentry_ms: TICKS.reentry * TICK_MS,
    lookback_ms: TICKS.lookback * TICK_MS,
    blank_ms: TICKS.blank * TICK_MS,
    stale_ms: TICKS.stale * TICK_MS,
  };
  return {
    ...base,
    thresholds: {
      ...base.thresholds,
      vram: { ...base.thresholds.vram, ...times },
      memory: { ...base.thresholds.memory, ...times },
      tasks: {
        enter: 0.3,
        window: 2,
        min_samples: 2,
        window_minutes: (TICKS.taskWindow * TICK_MS) / 60_000,
        open_ms: TICKS.open * TICK_MS,
        open_max_ms: TICKS.mostOpen * TICK_MS,
        probes: 2,
        probes_good: 1,
        probe_deadline_ms: TICKS.probeDeadline * TICK_MS,
      },
    },
    sensors: { beat_ms: TICK_MS, gpu_ms: TICK_MS, slow_ms: TICK_MS },
    policy: { ...base.policy, footprints: { nominal: 4000, smallModel: 2000, cpu: 3000 } },
    cloud: { ...base.cloud, allowed: isCloudAllowed, base_url: "https://cloud.example/v1" },
    tier: { ...base.tier, choice },
  };
}
