/** A long log for benches: what a runtime at one reading a second writes in weeks, in virtual time. */
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../src/domain/configuration.ts";
import { type Host, UNKNOWN_HOST } from "../src/domain/host.ts";
import type { LogStore } from "../src/log/store.ts";
import { initialState } from "../src/machines/runtime-state.ts";
import { createActor } from "../src/runtime-actor.ts";
import type { RuntimeActor } from "../src/runtime-actor-types.ts";
import { machineHashOf } from "../src/runtime-start.ts";

/** When the log begins. */
const START = 1_790_000_000_000;

const CARD_MIB = 20_480;
const MEMORY_MIB = 65_536;

/** Every so many readings the card runs full for a while, and the runtime steps down and comes back. */
const EPISODE_EVERY = 600;
const EPISODE_READINGS = 15;

const HOST: Host = {
  ...UNKNOWN_HOST,
  cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
  memory: { total_mib: MEMORY_MIB, available_mib: 40_000, limited_by: "host" },
  gpus: [
    {
      vendor: "nvidia",
      name: "bench",
      uuid: "GPU-1",
      vram_total_mib: CARD_MIB,
      driver: null,
      cuda: null,
      unified: false,
      is_integrated: false,
    },
  ],
};

/** The default rules, with stays that an episode ends within. */
function configuration(): Configuration {
  const base = decisionPartOf(DEFAULT_CONFIGURATION);
  const { vram } = base.thresholds;
  const quick = { dwell_ms: 20_000, reentry_ms: 1000, backoff_max_ms: 20_000 };
  const footprints = { nominal: 2048, smallModel: 1024, cpu: 3000 };
  return {
    ...base,
    thresholds: { ...base.thresholds, vram: { ...vram, ...quick } },
    policy: { ...base.policy, footprints },
  };
}

/** A runtime in virtual time. */
export interface LongRun {
  readonly actor: RuntimeActor;
  readonly machineHash: string;
  now(): number;
  /** So many more readings. */
  beats(count: number): void;
  /** Lets time pass without a word. */
  wait(ms: number): void;
}

/** How a long log comes about. */
export interface Pace {
  /** Time between two readings, in ms. */
  readonly beatMs?: number;
  /** False: nothing ever happens. */
  readonly hasEpisodes?: boolean;
}

/** Begins a runtime on an empty log. */
export function longRun(log: LogStore, pace: Pace = {}): LongRun {
  const { beatMs = 1000, hasEpisodes = true } = pace;
  let at = START;
  let index = 0;
  // A walk by a fixed rule: the values of two runs are the same.
  let noise = 12_345;
  const machineHash = machineHashOf();
  const clock = {
    now: () => at,
    mono: () => at - START,
    timeOf: (wall: number) => wall,
    takeJump: () => null,
  };
  const fail = (trouble: unknown): never => {
    throw new Error(`Expected a log that takes everything, got ${JSON.stringify(trouble)}.`);
  };
  const parts = { log, clock, state: initialState(), machineHash };
  const actor = createActor({ ...parts, onLog: fail, onListenerError: fail });
  actor.submit({ type: "config.changed", config: configuration() }, "runtime");
  actor.submit({ type: "host.detected", host: HOST }, "probe");
  const chance = (span: number): number => {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
    return (noise >>> 8) % span;
  };
  let used = 4000;
  let available = 38_000;
  const beat = (): void => {
    // Timers are a little late, and sensors answer a little later still.
    at += beatMs + chance(3) - 1;
    index += 1;
    if (chance(4) === 0) used = Math.max(2500, Math.min(6000, used + chance(65) - 32));
    available = Math.max(30_000, Math.min(45_000, available + chance(41) - 20));
    const isFull = hasEpisodes && index % EPISODE_EVERY >= EPISODE_EVERY - EPISODE_READINGS;
    actor.submit(
      {
        type: "reading",
        vram: {
          used_mib: isFull ? 19_500 + chance(300) : used,
          total_mib: CARD_MIB,
          own_mib: 2048,
          source_at: at - 8 - chance(6),
        },
        memory: { available_mib: available, total_mib: MEMORY_MIB, source_at: at },
        cpu: { used_percent: (80 + chance(300)) / 10, source_at: at },
      },
      "sensor",
    );
  };
  return {
    actor,
    machineHash,
    now: () => at,
    beats: (count) => {
      for (let done = 0; done < count; done += 1) beat();
    },
    wait: (ms) => {
      at += ms;
    },
  };
}
