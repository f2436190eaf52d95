/** Odd times: a clock set back and forward, a sleep, years between two runs; state, replay and verify hold. */
import { expect, test } from "vitest";
import { openLog } from "../src/log/sqlite-log.ts";
import type { LogStore } from "../src/log/store.ts";
import { checkpointOf, type RuntimeState } from "../src/machines/runtime-state.ts";
import { stateAt } from "../src/replay/moment.ts";
import { verifyLog } from "../src/replay/verify.ts";
import { createActor } from "../src/runtime-actor.ts";
import { startClock } from "../src/runtime-clock.ts";
import { machineHashOf, resumedFrom } from "../src/runtime-start.ts";
import { folderOfTest } from "./log-helper.ts";
import { configurationWith, hostWith } from "./support/stories.ts";

const HASH = machineHashOf();
const HOUR_MS = 3_600_000;
const YEARS_MS = 2 * 365 * 24 * HOUR_MS;

/** One run after the other on one folder, on two hands that the test moves. */
function runs() {
  const folder = folderOfTest();
  let [wall, mono] = [Date.UTC(2026, 0, 1), 0];
  const states = new Map<number, string>();
  const fail = (error: unknown): never => {
    throw error;
  };
  const run = (live: (beat: (count: number, available?: number) => void) => void) => {
    const opened = openLog({ folder, mode: "write" });
    const { log } = opened;
    const { state, gap, setAside } = resumedFrom(opened, HASH);
    expect([gap, setAside]).toEqual([null, null]);
    const clock = startClock(
      state.at,
      () => wall,
      () => mono,
    );
    const parts = { log, clock, state, machineHash: HASH };
    const actor = createActor({ ...parts, onLog: fail, onListenerError: fail });
    const versions = { package_version: "0", xstate_version: "5", node: "v24", policy_hash: null };
    actor.submit(
      { type: "runtime.started", ...versions, machine_hash: HASH, resumed_from: actor.seq() },
      "runtime",
    );
    actor.submit({ type: "config.changed", config: configurationWith() }, "runtime");
    actor.submit({ type: "host.detected", host: hostWith({ gpus: [] }) }, "probe");
    live((count, available = 12_000) => {
      for (let beat = 0; beat < count; beat += 1) {
        wall += 1000;
        mono += 1000;
        const memory = { available_mib: available, total_mib: 16_000, source_at: clock.now() };
        actor.submit({ type: "reading", memory }, "sensor");
        states.set(actor.seq() ?? 0, textOf(actor.state()));
      }
    });
    expectSame(log, actor.state());
    for (const [seq, text] of [...states].filter((_, place) => place % 53 === 0))
      expect(textOf(stateAt(log, HASH, seq).state), `seq ${seq}`).toBe(text);
    log.close();
  };
  const set = (byMs: number): void => {
    wall += byMs;
  };
  return { run, set };
}

const textOf = (state: RuntimeState): string => JSON.stringify(checkpointOf(state));

function expectSame(log: LogStore, live: RuntimeState): void {
  const head = log.head();
  expect(textOf(stateAt(log, HASH, head?.seq ?? 0).state)).toBe(textOf(live));
  const verify = verifyLog({ log, machineHash: HASH });
  let step = verify.next();
  while (!step.done) step = verify.next();
  expect(step.value.findings).toEqual([]);
  let last = 0;
  for (const { at } of log.inputsAfter(0)) {
    expect(at).toBeGreaterThanOrEqual(last);
    last = at;
  }
}

test("time: a clock that is set back or forward an hour changes nothing that was decided", () => {
  const { run, set } = runs();
  run((beat) => {
    beat(100);
    set(-HOUR_MS);
    beat(200);
    beat(30, 900);
    set(HOUR_MS);
    beat(200);
    set(HOUR_MS);
    beat(300);
    set(-2 * HOUR_MS);
    beat(800);
  });
  set(-HOUR_MS);
  run((beat) => beat(700));
});

test("time: two years between two runs, and within one, are bridged like a night", () => {
  const { run, set } = runs();
  run((beat) => {
    beat(700);
    beat(20, 900);
  });
  set(YEARS_MS);
  run((beat) => {
    beat(700);
    set(YEARS_MS);
    beat(700);
  });
  set(YEARS_MS);
  run((beat) => beat(100, 900));
});
