/** Real logs with a told history: an actor on a data folder, in virtual time, fed input by input. */
import { readFileSync } from "node:fs";
import type { Configuration } from "../../src/domain/configuration.ts";
import { type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import type { Input, ReadingInput } from "../../src/domain/input.ts";
import { openLog } from "../../src/log/sqlite-log.ts";
import type { LogStore } from "../../src/log/store.ts";
import { initialState } from "../../src/machines/runtime-state.ts";
import { resolveFootprints } from "../../src/policy/footprints.ts";
import { createActor } from "../../src/runtime-actor.ts";
import type { RuntimeActor, Untimed } from "../../src/runtime-actor-types.ts";
import { machineHashOf } from "../../src/runtime-start.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./stories.ts";

/** What a history is told with. */
export interface ToldOptions {
  readonly folder: string;
  readonly configuration?: Configuration;
  readonly host?: Host;
  readonly machineHash?: string;
  readonly startAt?: number;
}

/** A history that is being told. */
export interface Told {
  readonly log: LogStore;
  readonly actor: RuntimeActor;
  /** The virtual time, ms. */
  readonly at: () => number;
  /** Goes on in time and gives an input. */
  tell(input: Untimed<Input>, stepMs?: number): void;
  /** A reading of VRAM used and memory available, both in MiB, one second later. */
  beat(used?: number | null, available?: number, stepMs?: number): void;
  beats(count: number, used?: number | null, available?: number): void;
}

/** Opens a log for writing and begins with start, configuration and host. */
export function toldLog(options: ToldOptions): Told {
  const { folder, configuration = configurationWith(), host = hostWith() } = options;
  const { log } = openLog({ folder, mode: "write", boot: "told" });
  const { machineHash = machineHashOf() } = options;
  let at = options.startAt ?? 1_000_000;
  const fail = (error: unknown): never => {
    throw error;
  };
  const actor = createActor({
    log,
    clock: { now: () => at, mono: () => at, timeOf: (wall) => wall, takeJump: () => null },
    state: initialState(),
    machineHash,
    onLog: () => {},
    onListenerError: fail,
  });
  const tell = (input: Untimed<Input>, stepMs = 0): void => {
    at += stepMs;
    actor.submit(input, "told");
  };
  const beat = (used: number | null = 4000, available = 40_000, stepMs = 1000): void => {
    const vram = used === null ? null : { used_mib: used, total_mib: CARD_MIB, own_mib: 0 };
    const memory = { available_mib: available, total_mib: MEMORY_MIB };
    tell({ type: "reading", vram, memory }, stepMs);
  };
  const versions = { package_version: "0.0.0", xstate_version: "0.0.0", node: "v0.0.0" };
  tell({
    type: "runtime.started",
    ...versions,
    machine_hash: machineHash,
    policy_hash: null,
    resumed_from: log.head()?.seq ?? null,
  });
  tell({ type: "config.changed", config: configuration });
  tell({ type: "host.detected", host });
  return {
    log,
    actor,
    at: () => at,
    tell,
    beat,
    beats: (count, used, available) => {
      for (let index = 0; index < count; index += 1) beat(used, available);
    },
  };
}

const TRACE = new URL("../fixtures/traces/plato_20g_5s.csv", import.meta.url);

/** One row: time, gpu %, memory bus %, used MiB, free MiB, temperature, power. */
const ROW = /^(\d{4})\/(\d\d)\/(\d\d) ([\d:.]+), .*, (\d+) MiB, (\d+) MiB, \d+, [\d.]+ W$/;

/** The readings of the recorded 20 GB card; memory was not recorded and stands at ease. */
export function platoReadings(): readonly ReadingInput[] {
  const lines = readFileSync(TRACE, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [, year, month, day, clock, used, free] = ROW.exec(line) ?? [];
    if (free === undefined) throw new Error(`no row of the trace: ${line}`);
    const [used_mib, total_mib] = [Number(used), Number(used) + Number(free)];
    return {
      type: "reading",
      at: Date.parse(`${year}-${month}-${day}T${clock}Z`),
      vram: { used_mib, total_mib, own_mib: null },
      memory: { available_mib: 40_000, total_mib: MEMORY_MIB },
    };
  });
}

/** The host of the trace: a 20 GB card, and an Ollama with a small vision model. */
export const PLATO_HOST: Host = {
  ...UNKNOWN_HOST,
  cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
  memory: { total_mib: MEMORY_MIB, available_mib: 40_000, limited_by: "host" },
  gpus: [{ ...CARD, name: "20 GB card of the plato trace", vram_total_mib: 20_148 }],
};

/** Feeds the trace through an actor, at its own pace of five seconds, with the default thresholds. */
export function tellPlato(folder: string): void {
  const base = configurationWith({ sensors: { beat_ms: 5000, gpu_ms: 5000, slow_ms: 5000 } });
  const policy = { ...base.policy, footprints: {} };
  const footprints = resolveFootprints(PLATO_HOST, { ...base, policy });
  const readings = platoReadings();
  const configuration = { ...base, policy: { ...base.policy, footprints } };
  const startAt = readings[0]?.at ?? 0;
  const told = toldLog({ folder, configuration, host: PLATO_HOST, startAt });
  for (const { type, at, vram, memory } of readings)
    told.tell({ type, vram: vram ?? null, memory: memory ?? null }, at - told.at());
  told.tell({ type: "runtime.stopped", reason: "the trace ends" });
  told.log.close();
}
