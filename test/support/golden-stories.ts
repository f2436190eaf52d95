/** The stories of the golden logs: what happens, in virtual time; `scripts/golden-logs.ts` writes them. */
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Input, ReadingFields } from "../../src/domain/input.ts";
import type { LogStore } from "../../src/log/store.ts";
import { initialState } from "../../src/machines/runtime-state.ts";
import { createActor } from "../../src/runtime-actor.ts";
import type { Untimed } from "../../src/runtime-actor-types.ts";
import { machineHashOf, policyHashOf, stateFromLog } from "../../src/runtime-start.ts";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./stories.ts";

/** What a story can do. */
export interface Teller {
  say(input: Untimed<Input>): void;
  /** So many readings, five seconds apart. */
  beats(count: number, fields?: (index: number) => ReadingFields): void;
  /** The computer sleeps; the clock says so. */
  sleep(ms: number): void;
  /** Stops and starts again on the same log. */
  restart(): void;
}

const BEAT_MS = 5000;
const BEGIN = 1_790_000_000_000;

/** Slow beats keep the files small. */
export function slowConfiguration(change: Partial<Configuration> = {}): Configuration {
  return configurationWith({
    sensors: { beat_ms: BEAT_MS, gpu_ms: BEAT_MS, slow_ms: BEAT_MS },
    ...change,
  });
}

/** Readings with so much VRAM in use and memory available (MiB); `null` = missing. */
export function fieldsOf(used: number | null, available: number | null = 40_000): ReadingFields {
  return {
    vram: used === null ? null : { used_mib: used, total_mib: CARD_MIB, own_mib: 0 },
    memory: available === null ? null : { available_mib: available, total_mib: MEMORY_MIB },
    cpu: { used_percent: 12.5 },
  };
}

/** Tells a story into an empty log. */
export function tell(log: LogStore, story: (teller: Teller) => void): void {
  let at = BEGIN;
  let jump: number | null = null;
  const clock = {
    now: () => at,
    mono: () => at - BEGIN,
    timeOf: (wall: number) => wall,
    takeJump: () => {
      const taken = jump;
      jump = null;
      return taken;
    },
  };
  const fail = (error: unknown): never => {
    throw new Error(JSON.stringify(error));
  };
  const machineHash = machineHashOf();
  const begun = () => {
    const resumed_from = log.head()?.seq ?? null;
    const state = resumed_from === null ? initialState() : stateFromLog(log, machineHash);
    const actor = createActor({
      log,
      clock,
      state,
      machineHash,
      onLog: fail,
      onListenerError: fail,
    });
    const versions = { package_version: "0.1.0", xstate_version: "5.33.3", node: "v24.21.0" };
    const hashes = { machine_hash: machineHash, policy_hash: policyHashOf() };
    actor.submit({ type: "runtime.started", ...versions, ...hashes, resumed_from }, "runtime");
    return actor;
  };
  let actor = begun();
  story({
    say: (input) => void actor.submit(input, "test"),
    beats(count, fields = () => fieldsOf(4000)) {
      for (let index = 0; index < count; index += 1) {
        at += BEAT_MS;
        actor.submit({ type: "reading", ...fields(index) }, "sensor");
      }
    },
    sleep(ms) {
      at += ms;
      jump = ms;
    },
    restart() {
      actor.submit({ type: "runtime.stopped", reason: "asked" }, "runtime");
      actor.checkpoint();
      at += 60_000;
      actor = begun();
    },
  });
}

const LOCAL_FAILURE = {
  type: "task.finished",
  task: "vision",
  provider: "local",
  ok: false,
} as const;

/** Every golden log by name. */
export const GOLDEN_STORIES: Readonly<Record<string, (teller: Teller) => void>> = {
  gpu: ({ say, beats, sleep, restart }) => {
    say({ type: "config.changed", config: slowConfiguration() });
    say({ type: "host.detected", host: hostWith() });
    beats(20);
    beats(3, () => fieldsOf(19_400));
    beats(60);
    beats(8, () => fieldsOf(17_700));
    beats(40);
    say({ ...LOCAL_FAILURE, failure: "oom" });
    beats(30, () => fieldsOf(null));
    beats(200);
    say({ type: "editor.changed", running: true });
    beats(10);
    say({ type: "editor.changed", running: false });
    sleep(3_600_000);
    beats(30);
    say({ type: "degrade.requested", rung: "cpu", reason: "rendering the final cut" });
    restart();
    say({ type: "host.detected", host: hostWith() });
    beats(30);
    say({ type: "restore.requested", reason: "done" });
    beats(40);
  },
  cloud: ({ say, beats }) => {
    const cloud = { ...slowConfiguration().cloud, allowed: true };
    say({ type: "config.changed", config: slowConfiguration({ cloud }) });
    say({ type: "host.detected", host: hostWith({ gpus: [] }) });
    say({ type: "cloud.probed", reachable: true });
    beats(15, () => fieldsOf(null));
    beats(15, () => fieldsOf(null, 1700));
    say({ type: "cloud.probed", reachable: false });
    beats(15, () => fieldsOf(null, 900));
    say({ type: "cloud.probed", reachable: true });
    beats(60, () => fieldsOf(null));
    for (let task = 0; task < 8; task += 1) say({ ...LOCAL_FAILURE, failure: "timeout" });
    beats(40, () => fieldsOf(null));
    for (let task = 0; task < 3; task += 1) say({ ...LOCAL_FAILURE, ok: true });
    beats(40, () => fieldsOf(null));
    say({ type: "config.changed", config: slowConfiguration() });
    say({ type: "host.detected", host: hostWith() });
    beats(60);
  },
};
