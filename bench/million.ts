/** A real log of a million readings and some five thousand transitions, written in virtual time. */
import { openLog } from "../src/log/sqlite-log.ts";
import type { LogStore } from "../src/log/store.ts";
import { initialState, type RuntimeState } from "../src/machines/decider.ts";
import { createActor } from "../src/runtime-actor.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB } from "../test/support/stories.ts";

/** One spell of pressure in so many readings: it costs about three steps. */
const SPELL = 600;
const SPELL_READINGS = 20;
const CALM_MIB = 6000;
const HARD_MIB = 19_300;
const START = 1_790_000_000_000;

/** What drives a log in virtual time. */
export interface Written {
  readonly log: LogStore;
  readonly state: () => RuntimeState;
  readonly now: () => number;
  /** One reading, `stepMs` after the one before. */
  beat(index: number, stepMs?: number): void;
}

/** An actor on the log of a folder, with a host and a card. */
export function writer(folder: string): Written {
  const { log } = openLog({ folder, mode: "write", boot: "bench" });
  let at = START;
  const clock = {
    now: () => at,
    mono: () => at - START,
    timeOf: (wall: number) => wall,
    takeJump: () => null,
  };
  const fail = (error: unknown): never => {
    throw new Error(JSON.stringify(error));
  };
  const parts = { log, clock, state: initialState(), machineHash: machineHashOf() };
  const actor = createActor({ ...parts, onLog: fail, onListenerError: fail });
  actor.submit({ type: "config.changed", config: configurationWith() }, "runtime");
  actor.submit({ type: "host.detected", host: hostWith() }, "probe");
  return {
    log,
    state: () => actor.state(),
    now: () => at,
    beat(index, stepMs = 1000) {
      at += stepMs + (index % 7) - 3;
      const isPressed = index % SPELL >= SPELL - SPELL_READINGS;
      const used_mib = (isPressed ? HARD_MIB : CALM_MIB) + ((index * 37) % 101);
      const source_at = at - ((index * 53) % 1900);
      const vram = { used_mib, total_mib: CARD_MIB, own_mib: 2048, source_at };
      const available_mib = 30_000 + ((index * 61) % 997);
      const memory = { available_mib, total_mib: MEMORY_MIB, source_at: at };
      const cpu = { used_percent: ((index * 29) % 600) / 10, source_at: at };
      actor.submit({ type: "reading", vram, memory, cpu }, "sensor");
    },
  };
}
