/** A real log that a real actor writes in virtual time, with a host, a card and readings. */
import type { Configuration } from "../../src/domain/configuration.ts";
import type { LogStore } from "../../src/log/store.ts";
import { checkpointOf, initialState } from "../../src/machines/runtime-state.ts";
import { type VerifyView, verifyLog } from "../../src/replay/verify.ts";
import { createActor } from "../../src/runtime-actor.ts";
import type { RuntimeActor } from "../../src/runtime-actor-types.ts";
import { machineHashOf, stateFromLog } from "../../src/runtime-start.ts";
import { folderOfTest, logOfTest } from "../log-helper.ts";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "./stories.ts";

/** The hash of this machine. */
export const MACHINE_HASH = machineHashOf();

/** A log that grows as the test says. */
export interface WrittenLog {
  readonly folder: string;
  readonly log: LogStore;
  readonly actor: RuntimeActor;
  /** The state after each reading, by the number of the newest entry then. */
  readonly states: Map<number, string>;
  now(): number;
  /** Lets time pass without a word, as in a suspend. */
  wait(ms: number): void;
  /** So many readings, `stepMs` apart; `used` gives the VRAM in use (MiB) of each. */
  beats(count: number, used?: (index: number) => number | null, stepMs?: number): void;
}

/** Begins a log in a folder of the test. */
export function writtenLog(
  configuration: Configuration = configurationWith(),
  log: LogStore | null = null,
): WrittenLog {
  const folder = folderOfTest();
  const store = log ?? logOfTest(folder);
  let at = 1_790_000_000_000;
  const clock = {
    now: () => at,
    mono: () => at,
    timeOf: (wall: number) => wall,
    takeJump: () => null,
  };
  const fail = (error: unknown): never => {
    throw new Error(JSON.stringify(error));
  };
  const state = store.head() === null ? initialState() : stateFromLog(store, MACHINE_HASH);
  const parts = { log: store, clock, state, machineHash: MACHINE_HASH };
  const actor = createActor({ ...parts, onLog: fail, onListenerError: fail });
  actor.submit({ type: "config.changed", config: configuration }, "runtime");
  actor.submit({ type: "host.detected", host: hostWith() }, "probe");
  const states = new Map<number, string>();
  return {
    folder,
    log: store,
    actor,
    states,
    now: () => at,
    wait: (ms) => {
      at += ms;
    },
    beats: (count, used = () => 4000, stepMs = 1000) => {
      for (let index = 0; index < count; index += 1) {
        at += stepMs;
        const used_mib = used(index);
        const vram = used_mib === null ? null : { used_mib, total_mib: CARD_MIB, own_mib: 0 };
        const memory = { available_mib: 40_000, total_mib: MEMORY_MIB };
        actor.submit({ type: "reading", vram, memory }, "sensor");
        states.set(actor.seq() ?? 0, JSON.stringify(checkpointOf(actor.state())));
      }
    },
  };
}

/** Verifies a log to its end. */
export function verified(log: LogStore): VerifyView {
  const run = verifyLog({ log, machineHash: MACHINE_HASH });
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}
