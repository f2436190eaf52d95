/**
 * The log of a simulation: the same actor and the same file as a live runtime's, on the lines' clock.
 *
 * The file gets its name when the simulation ends, so that a log that was cut short is never taken for
 * a whole one; until then it is a data folder beside it. Rejected: writing the answers into a file of
 * another form (verify, replay and what-if read this one).
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RuntimeProfileError } from "./domain/error.ts";
import type { Output } from "./domain/output.ts";
import { makeStandAlone } from "./log/sqlite-alone.ts";
import { openLog } from "./log/sqlite-log.ts";
import { LOG_NAME } from "./log/sqlite-open.ts";
import { initialState } from "./machines/runtime-state.ts";
import type { Fold } from "./replay/simulate.ts";
import { createActor } from "./runtime-actor.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import { machineHashOf, policyHashOf } from "./runtime-start.ts";

/** A log that is being written. */
export interface SimulatedLog {
  /** Decides and writes down; told what the log could not take by `onTrouble`. */
  readonly fold: Fold;
  /** Ends the log and gives the file its name. Throws RP_DATA_FOLDER. */
  keep(): void;
  /** Takes away what was written; does nothing after `keep`. */
  drop(): void;
}

/** Who writes the entries. */
const NAME = "simulate";

/** Begins a log that becomes this file; throws RP_INPUT when it is there already, RP_DATA_FOLDER. */
export function openSimulatedLog(path: string, onTrouble: (message: string) => void): SimulatedLog {
  const target = resolve(path);
  refuseExisting(target);
  const folder = join(dirname(target), `.${basename(target)}.${process.pid}.new`);
  const { log } = openLog({ folder, mode: "write" });
  let at = 0;
  let actor: RuntimeActor | null = null;
  let outputs: readonly Output[] = [];
  const begun = (firstAt: number): RuntimeActor => {
    const one = createActor({
      log,
      clock: {
        now: () => at,
        mono: () => at - firstAt,
        timeOf: (wallMs) => wallMs,
        takeJump: () => null,
      },
      state: { ...initialState(), at: firstAt },
      machineHash: machineHashOf(),
      onLog: ({ message }) => onTrouble(message),
      onListenerError: (error) => {
        throw error;
      },
    });
    one.watch((happening) => {
      outputs = [...outputs, ...happening.outputs];
    });
    return one;
  };
  return {
    fold: (_state, input) => {
      at = input.at;
      outputs = [];
      actor ??= begun(at);
      const { at: _at, ...untimed } = input;
      const isStart = untimed.type === "runtime.started";
      const versions = { machine_hash: machineHashOf(), policy_hash: policyHashOf() };
      actor.submit(isStart ? { ...untimed, ...versions, node: process.version } : untimed, NAME);
      return { state: actor.state(), outputs };
    },
    keep() {
      log.close();
      refuseExisting(target);
      try {
        makeStandAlone(join(folder, LOG_NAME));
        renameSync(join(folder, LOG_NAME), target);
      } catch (cause) {
        throw notKept(target, cause);
      }
      rmSync(folder, { recursive: true, force: true });
    },
    drop() {
      log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function refuseExisting(path: string): void {
  if (!existsSync(path)) return;
  throw new RuntimeProfileError(
    "RP_INPUT",
    `Expected a name that is free at --log, got ${path}; remove that file or choose another name.`,
    { path: "--log" },
  );
}

function notKept(path: string, cause: unknown): RuntimeProfileError {
  const got = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeProfileError(
    "RP_DATA_FOLDER",
    `Expected to give the log its name at ${path}, got ${got}; choose another place.`,
    { path, cause },
  );
}
