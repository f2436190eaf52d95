/**
 * The tally: counts what happens from the first input of a runtime on, also what is lost to the log.
 *
 * Counted here and not where metrics are asked for, because the first question may come after the first
 * step. It costs a few additions for each input and keeps nothing else.
 */
import type { Input, TaskOutcome } from "./domain/input.ts";
import type { Output } from "./domain/output.ts";
import { directionOf } from "./domain/rung.ts";
import type { Entry } from "./log/entry.ts";
import type { LogStore } from "./log/store.ts";
import {
  type LogFigures,
  READING_SENSORS,
  type Tally,
  type TaskEnding,
} from "./replay/metrics-view.ts";
import type { Happening } from "./runtime-actor-types.ts";
import type { Notices } from "./runtime-notices.ts";

/** Nothing has happened yet. */
export function newTally(): Tally {
  return {
    transitions: {},
    steps: {},
    tasks: { local: {}, cloud: {} },
    sensor_failures: {},
    written: {},
    own_mib: null,
  };
}

/** Takes one step of the actor into the tally. */
export function count(tally: Tally, { input, outputs, entries }: Happening): void {
  if (input !== undefined) countInput(tally, input);
  for (const output of outputs) countOutput(tally, output);
  for (const entry of entries) add(tally.written, shelfOf(entry));
}

/** How the log is now; a log that is damaged or closed has no size. */
export function logFiguresOf(log: LogStore, { counts }: Notices): LogFigures {
  // Each of the two is noticed only when it changes, and a log begins writable.
  const isWritable = (counts.LOG_UNWRITABLE ?? 0) === (counts.LOG_WRITABLE_AGAIN ?? 0);
  return { used_bytes: usedBytesOf(log), is_writable: isWritable, notices: { ...counts } };
}

function usedBytesOf(log: LogStore): number | null {
  try {
    return log.usedBytes();
  } catch {
    return null;
  }
}

function countInput(tally: Tally, input: Input): void {
  if (input.type === "task.finished") {
    add(tally.tasks[input.provider], endingOf(input));
  } else if (input.type === "reading") {
    tally.own_mib = input.vram?.own_mib ?? null;
    const { missing } = input;
    if (missing === undefined) return;
    for (const sensor of READING_SENSORS)
      if (missing[sensor] !== undefined) add(tally.sensor_failures, sensor);
  }
}

function countOutput({ transitions, steps }: Tally, output: Output): void {
  if (output.type !== "transition") return;
  add(transitions, output.reason.code);
  add(steps, directionOf(output.from, output.to));
}

function endingOf({ ok, failure }: TaskOutcome): TaskEnding {
  return ok ? "ok" : (failure ?? "unnamed");
}

function shelfOf({ kind, type }: Entry): Entry["kind"] | "reading" {
  return type === "reading" ? "reading" : kind;
}

function add<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
