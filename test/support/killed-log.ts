/** Writes a log as a runtime of many hours would have: seals, steps, tasks, a hold; in virtual time. */
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HEAD_NAME } from "../../src/log/head-file.ts";
import { openLog } from "../../src/log/sqlite-log.ts";
import { LOG_NAME } from "../../src/log/sqlite-open.ts";
import { initialState } from "../../src/machines/runtime-state.ts";
import { createActor } from "../../src/runtime-actor.ts";
import type { RuntimeActor } from "../../src/runtime-actor-types.ts";
import { machineHashOf } from "../../src/runtime-start.ts";
import { configurationWith, hostWith } from "./stories.ts";

/** Where the virtual time begins: long ago, so that the runtime that follows is later. */
const BEGIN = Date.UTC(2026, 0, 1);

/** Every file of a log that is open, so that a copy of them is what a killed runtime leaves. */
const PARTS = [LOG_NAME, `${LOG_NAME}-wal`, HEAD_NAME];

/** A clock that a test moves. */
export function handClock(begin: number) {
  let at = begin;
  const clock = {
    now: () => at,
    mono: () => at - begin,
    timeOf: (wall: number) => wall,
    takeJump: () => null,
  };
  const pass = (ms: number): void => {
    at += ms;
  };
  return { clock, pass };
}

/**
 * A log with this many readings, one a second, and about one entry for five of them; the folder gets
 * the files of a runtime that was killed, in `closed` those of one that was stopped without a word. A
 * hold is asked for at two thirds. Answers the last seq.
 */
export function writeKilledLog(folder: string, readings: number, closed?: string): number {
  const work = join(folder, "work");
  mkdirSync(work, { recursive: true });
  const { log } = openLog({ folder: work, mode: "write", boot: "boot-1" });
  const { clock, pass } = handClock(BEGIN);
  const fail = (error: unknown): never => {
    throw error;
  };
  const actor = createActor({
    log,
    clock,
    state: initialState(),
    machineHash: machineHashOf(),
    onLog: fail,
    onListenerError: fail,
  });
  begin(actor);
  for (let beat = 0; beat < readings; beat += 1) {
    pass(1000);
    const isTight = beat % 600 > 500;
    const available_mib = (isTight ? 900 : 12_000) + (beat % 97);
    const memory = { available_mib, total_mib: 16_000 };
    actor.submit({ type: "reading", memory, cpu: { used_percent: beat % 90 } }, "sensor");
    if (beat % 5 === 2) addTask(actor, beat);
    if (beat === Math.floor((readings * 2) / 3)) hold(actor);
  }
  const seq = actor.seq() ?? 0;
  copyParts(work, folder);
  log.close();
  if (closed !== undefined) copyParts(work, closed);
  rmSync(work, { recursive: true });
  return seq;
}

function copyParts(from: string, to: string): void {
  for (const part of PARTS) {
    if (existsSync(join(from, part))) copyFileSync(join(from, part), join(to, part));
  }
}

function begin(actor: RuntimeActor): void {
  const versions = {
    package_version: "0.1.0",
    xstate_version: "5",
    node: "v24",
    policy_hash: null,
  };
  const machine_hash = machineHashOf();
  actor.submit(
    { type: "runtime.started", ...versions, machine_hash, resumed_from: null },
    "runtime",
  );
  actor.submit({ type: "config.changed", config: configurationWith() }, "runtime");
  actor.submit({ type: "host.detected", host: hostWith({ gpus: [] }) }, "probe");
}

function addTask(actor: RuntimeActor, beat: number): void {
  const ok = beat % 140 !== 2;
  actor.submit(
    {
      type: "task.finished",
      task: "vision",
      provider: "local",
      ok,
      failure: ok ? null : "timeout",
    },
    "api",
  );
  if (beat % 400 === 2)
    actor.submit({ type: "cloud.probed", reachable: beat % 800 === 2 }, "probe");
}

function hold(actor: RuntimeActor): void {
  actor.submit({ type: "degrade.requested", rung: "shed", reason: "rendering" }, "user");
}

/** The files of a host with memory and a processor, and nothing else, for a runtime to be started on. */
export function writeHostFiles(root: string, availableMib = 12_000): void {
  mkdirSync(join(root, "proc", "self"), { recursive: true });
  writeFileSync(join(root, "proc/self/cgroup"), "0::/\n");
  writeFileSync(
    join(root, "proc/stat"),
    "cpu  100 0 100 1000 0 0 0 0 0 0\ncpu0 100 0 100 1000 0 0 0 0 0 0\n",
  );
  const kib = (mib: number): string => `${mib * 1024} kB`;
  writeFileSync(
    join(root, "proc/meminfo"),
    `MemTotal: ${kib(16_000)}\nMemFree: ${kib(availableMib)}\nMemAvailable: ${kib(availableMib)}\n`,
  );
}
