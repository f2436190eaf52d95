/**
 * Inputs as a bad week brings them: readings in stretches (calm, tight, exhausted, absurd, frozen,
 * missing), tasks that all fail, hosts and settings that change, people who ask for things.
 */
import { UNKNOWN_CONDITIONS } from "../../src/domain/conditions.ts";
import { type Configuration, DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import { type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import { FAILURES, type Input, TASKS } from "../../src/domain/input.ts";
import { NOTE_CODES } from "../../src/domain/note.ts";
import { RUNGS } from "../../src/domain/rung.ts";
import { TIERS } from "../../src/domain/tier.ts";
import type { Untimed } from "../../src/runtime-actor-types.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./stories.ts";

/** How a stretch of readings looks. */
const MOODS = [
  "calm",
  "tight",
  "exhausted",
  "climbing",
  "noisy",
  "absurd",
  "frozen",
  "missing",
  "partly missing",
  "short of memory",
  "busy",
] as const;
type Mood = (typeof MOODS)[number];

const ABSURD = [Number.NaN, Number.POSITIVE_INFINITY, -1, -0, 1e308, 2 ** 53, 0.5, null];

/** Inputs one after the other; `now` is the moment at which the next one is taken in. */
export interface RandomInputs {
  next(now: number): Untimed<Input>;
}

/** The inputs of a seed. */
export function inputsOf(random: SeededRandom): RandomInputs {
  const waiting: Untimed<Input>[] = [];
  let mood: Mood = "calm";
  let left = 0;
  let began = 0;
  return {
    next: (now) => {
      const next = waiting.shift();
      if (next !== undefined) return next;
      if (left > 0) {
        left -= 1;
        return readingOf(mood, { random, now, began });
      }
      mood = random.one(MOODS);
      left = random.integer(0, 40);
      began = now;
      waiting.push(...happeningsOf(random));
      return waiting.shift() ?? readingOf(mood, { random, now, began });
    },
  };
}

interface Around {
  readonly random: SeededRandom;
  readonly now: number;
  /** When this stretch began. */
  readonly began: number;
}

function usedMib(mood: Mood, { random, now, began }: Around): number {
  const seconds = (now - began) / 1000;
  if (mood === "tight") return random.integer(17_500, 18_700);
  if (mood === "exhausted") return random.integer(18_900, CARD_MIB);
  if (mood === "climbing") return Math.min(CARD_MIB, 4000 + Math.round(seconds * 700));
  if (mood === "noisy") return random.integer(0, CARD_MIB);
  return random.integer(3900, 4100);
}

function readingOf(mood: Mood, around: Around): Untimed<Input> {
  const { random, now, began } = around;
  const at = mood === "frozen" ? began : now - random.one([0, 0, 12, 990, 8000]);
  if (mood === "absurd") {
    const odd = (): number | null => random.one(ABSURD);
    return {
      type: "reading",
      vram: { used_mib: odd(), total_mib: random.one([CARD_MIB, 0, odd()]), own_mib: odd() },
      memory: { available_mib: odd(), total_mib: odd(), source_at: odd() },
      cpu: { used_percent: odd(), source_at: odd() },
    };
  }
  const lacks = (): boolean =>
    mood === "missing" || (mood === "partly missing" && random.chance(0.5));
  const isShort = mood === "short of memory";
  const vram = {
    used_mib: usedMib(mood, around),
    total_mib: CARD_MIB,
    own_mib: random.one([null, 0, 1500, 2048]),
    source_at: at,
  };
  const available_mib = isShort ? random.integer(300, 2300) : random.integer(20_000, 40_000);
  const used_percent = mood === "busy" ? 97.5 : random.integer(0, 600) / 10;
  const reading = {
    type: "reading" as const,
    vram: lacks() ? null : vram,
    memory: lacks() ? null : { available_mib, total_mib: MEMORY_MIB, source_at: at },
    cpu: lacks() ? null : { used_percent, ...(random.chance(0.5) ? { source_at: at } : {}) },
  };
  return reading.vram === null
    ? { ...reading, missing: { vram: random.one(NOTE_CODES) } }
    : reading;
}

/** What comes between two stretches of readings; often nothing, sometimes a storm. */
function happeningsOf(random: SeededRandom): Untimed<Input>[] {
  if (random.chance(0.35)) return [];
  if (random.chance(0.2)) return stormOf(random);
  return Array.from({ length: random.integer(1, 3) }, () => happeningOf(random));
}

/** Tasks that all fail, so that the window fills and the circuit opens. */
function stormOf(random: SeededRandom): Untimed<Input>[] {
  const provider = random.one(["local", "cloud"] as const);
  const failure = random.one(FAILURES);
  return Array.from({ length: random.integer(5, 22) }, () => ({
    type: "task.finished" as const,
    task: random.one(TASKS),
    provider,
    ok: false,
    failure,
  }));
}

function happeningOf(random: SeededRandom): Untimed<Input> {
  const truth = random.one([true, false, null]);
  const isTrue = random.chance(0.5);
  const makers: readonly (() => Untimed<Input>)[] = [
    () => taskOf(random),
    () => taskOf(random),
    () => ({ type: "cloud.probed", reachable: isTrue }),
    () => ({ type: "editor.changed", running: truth }),
    () => ({ type: "models.changed", running: truth, models: modelsOf(random) }),
    () => ({ type: "config.changed", config: configurationOf(random) }),
    () => ({ type: "host.detected", host: hostOf(random) }),
    () => ({ type: "degrade.requested", rung: random.one([...RUNGS, null]), reason: "asked" }),
    () => ({ type: "degrade.requested" }),
    () => ({ type: "memory.oom_killed", killed: 1, total: 3 }),
    () => ({ type: "conditions.changed", conditions: { ...UNKNOWN_CONDITIONS, thermal: "hot" } }),
    () => ({ type: "restore.requested", reason: random.one([null, "够了"]) }),
    () => ({ type: "effect.finished", effect: "unload", detail: { freed_mib: isTrue ? 0 : 4000 } }),
    () => ({ type: "effect.failed", effect: "unload", detail: { reason: "refused" } }),
  ];
  return random.one(makers)();
}

function taskOf(random: SeededRandom): Untimed<Input> {
  const ok = random.chance(0.6);
  const failure = ok ? null : random.one(FAILURES);
  const provider = random.one(["local", "cloud"] as const);
  return { type: "task.finished", task: random.one(TASKS), provider, ok, failure };
}

function modelsOf(random: SeededRandom): Host["ollama"]["models"] {
  const names = ["moondream:latest", "qwen2.5vl:7b", "llama3.2:3b", "gpt-oss:120b-cloud"];
  return names
    .filter(() => random.chance(0.5))
    .map((name) => ({
      name,
      size_bytes: random.one([null, 2_000_000_000]),
      vision: random.one([true, false, null]),
      cloud: name.endsWith("cloud"),
    }));
}

/** A configuration as the file could say it. */
export function configurationOf(random: SeededRandom): Configuration {
  const base = configurationWith();
  const { vram, memory, tasks } = base.thresholds;
  const quick = { grace_ms: random.one([0, 2000]), dwell_ms: random.one([0, 5000]) };
  const isQuick = random.chance(0.4);
  const footprints = random.one([
    base.policy.footprints,
    {},
    { nominal: 12_000, smallModel: null, cpu: 30_000 },
  ]);
  return {
    ...base,
    thresholds: {
      ...base.thresholds,
      vram: isQuick ? { ...vram, ...quick, quick_exit_ms: 2000, slow_exit_ms: 5000 } : vram,
      memory: isQuick ? { ...memory, ...quick } : memory,
      tasks: isQuick ? { ...tasks, open_ms: 3000, window: 8 } : tasks,
    },
    policy: { ...base.policy, footprints },
    cloud: { ...base.cloud, allowed: random.chance(0.5), base_url: "https://cloud.example/v1" },
    tier: { ...base.tier, choice: random.chance(0.15) ? random.one(TIERS) : "auto" },
    editor: { leave_gpu: random.chance(0.5) },
    sensors: random.chance(0.3)
      ? { beat_ms: 500, gpu_ms: 500, slow_ms: 5000 }
      : DEFAULT_CONFIGURATION.sensors,
  };
}

/** A host as a detection could find it. */
export function hostOf(random: SeededRandom): Host {
  const models = modelsOf(random);
  const running = random.one([true, false, null]);
  const changes: readonly (() => Host)[] = [
    () => hostWith(),
    () => hostWith({ gpus: [] }),
    () => hostWith({ gpus: [{ ...CARD, uuid: "GPU-2", vram_total_mib: 8188 }] }),
    () => hostWith({ gpus: [{ ...CARD, vram_total_mib: null }] }),
    () => hostWith({ gpus: [{ ...CARD, vendor: "apple", unified: true }] }),
    () => hostWith({ ollama: { ...UNKNOWN_HOST.ollama, running, models } }),
    () => hostWith({ davinci: { ...UNKNOWN_HOST.davinci, installed: true, running } }),
    () => UNKNOWN_HOST,
  ];
  return random.one(changes)();
}
