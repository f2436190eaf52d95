/**
 * States in the log: how a checkpoint becomes a state again, and when it may.
 *
 * A checkpoint is a cache. One of another machine, or one that does not restore, is not used; what a
 * person asked for in it (configuration, host, hold) can still be carried over as inputs.
 */
import type { Entry } from "../log/entry.ts";
import type { LogStore } from "../log/store.ts";
import {
  type Checkpoint,
  checkpointOf,
  initialState,
  type RuntimeState,
  restoreState,
} from "../machines/runtime-state.ts";
import { inputsOverGap } from "./carry.ts";
import { decide } from "./fold.ts";

/** The data of a checkpoint entry. */
export interface CheckpointData {
  /** Hex SHA-256 of statechart, guards, policy tables and decider. */
  readonly machine_hash: string;
  readonly state: Checkpoint;
}

/** Most checkpoints of other machines that are passed over in search of one of ours. */
const MAX_PASSED = 1000;

/** What is written down of a state. */
export function checkpointDataOf(state: RuntimeState, machineHash: string): CheckpointData {
  return { machine_hash: machineHash, state: checkpointOf(state) };
}

/** The state of a checkpoint of this machine; `null` for one of another, or one that does not restore. */
export function restoredFrom(entry: Entry, machineHash: string): RuntimeState | null {
  const data = entry.data as Partial<CheckpointData> | null;
  if (data?.machine_hash !== machineHash || data.state === undefined) return null;
  return restored(data.state);
}

/** The newest state of this machine that is written down at or before `seq`, and where. */
export function newestState(
  log: Pick<LogStore, "lastCheckpoint">,
  machineHash: string,
  seq: number,
): { readonly state: RuntimeState; readonly seq: number } | null {
  let bound = seq;
  for (let passed = 0; passed < MAX_PASSED; passed += 1) {
    const entry = log.lastCheckpoint(bound);
    if (entry === null) return null;
    const state = restoredFrom(entry, machineHash);
    if (state !== null) return { state, seq: entry.seq };
    bound = entry.seq - 1;
  }
  return null;
}

/**
 * The state before the first entry that is kept. Where the log was pruned it begins with a checkpoint;
 * one of another machine gives only what can be said again as inputs.
 */
export function firstState(
  log: Pick<LogStore, "start" | "read">,
  machineHash: string,
): { readonly state: RuntimeState; readonly seq: number } {
  const { floor } = log.start();
  const fresh = { state: initialState(), seq: floor?.seq ?? 0 };
  if (floor === null) return fresh;
  const [entry] = log.read({ after: floor.seq, limit: 1, type: "checkpoint" });
  if (entry === undefined) return fresh;
  const own = restoredFrom(entry, machineHash);
  if (own !== null) return { state: own, seq: entry.seq };
  const foreign = restored((entry.data as Partial<CheckpointData> | null)?.state);
  if (foreign === null) return { ...fresh, seq: entry.seq };
  const state = inputsOverGap(initialState(), foreign).reduce(
    (before, input) => decide(before, input).state,
    initialState(),
  );
  return { state, seq: entry.seq };
}

function restored(checkpoint: Checkpoint | undefined): RuntimeState | null {
  if (checkpoint === undefined) return null;
  try {
    return restoreState(checkpoint);
  } catch {
    return null;
  }
}
