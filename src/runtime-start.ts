/**
 * Coming back: the state is what the log says. From the newest checkpoint of this very machine, else from
 * the first entry, every input is folded again; outputs are not trusted, only recomputed.
 */
import { createHash } from "node:crypto";
import { inputOf } from "./log/codec.ts";
import type { Entry } from "./log/entry.ts";
import type { LogStore } from "./log/store.ts";
import type { Checkpoint, RuntimeState } from "./machines/decider.ts";
import { DECIDER_VERSION, initialState, restoreState } from "./machines/decider.ts";
import { machineDefinition } from "./machines/runtime-machine.ts";
import { decide } from "./replay/fold.ts";

/** Names this statechart, its guards and this decider; a log segment belongs to one such hash. */
export function machineHashOf(): string {
  const { definition, guards, xstate } = machineDefinition();
  const text = JSON.stringify({ definition, guards, xstate, decider: DECIDER_VERSION });
  return createHash("sha256").update(text).digest("hex");
}

/** Folds the log up to its head. */
export function stateFromLog(log: LogStore, machineHash: string): RuntimeState {
  const checkpoint = log.lastCheckpoint();
  const restored = checkpoint === null ? null : restoredFrom(checkpoint, machineHash);
  let state = restored ?? initialState();
  const after = restored === null || checkpoint === null ? 0 : checkpoint.seq;
  for (const entry of log.inputsAfter(after)) state = decide(state, inputOf(entry)).state;
  return state;
}

/** A checkpoint is a cache: one of another machine, or one that does not restore, is not used. */
function restoredFrom(entry: Entry, machineHash: string): RuntimeState | null {
  const data = entry.data as { readonly machine_hash?: unknown; readonly state?: Checkpoint };
  if (data.machine_hash !== machineHash || data.state === undefined) return null;
  try {
    return restoreState(data.state);
  } catch {
    return null;
  }
}
