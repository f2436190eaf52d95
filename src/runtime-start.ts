/**
 * Coming back: the state is what the log says. From the newest checkpoint of this very machine, else from
 * the first entry, every input is folded again; outputs are not trusted, only recomputed.
 */
import { createHash } from "node:crypto";
import type { LogStore } from "./log/store.ts";
import { DECIDER_VERSION, initialState, type RuntimeState } from "./machines/decider.ts";
import { machineDefinition } from "./machines/runtime-machine.ts";
import { CPU_ROW, GPU_ROWS, MODELS } from "./policy/model-table.ts";
import { stateAt } from "./replay/moment.ts";

/**
 * Names this statechart, its guards, the tables of models and this decider; a log segment belongs to one
 * such hash.
 */
export function machineHashOf(): string {
  const { definition, guards, xstate } = machineDefinition();
  const policy = policyHashOf();
  return hashOf({ definition, guards, xstate, decider: DECIDER_VERSION, policy });
}

/** Names the tables that the policy is made from. */
export function policyHashOf(): string {
  return hashOf({ models: MODELS, gpu: GPU_ROWS, cpu: CPU_ROW });
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** Folds the log up to its head. */
export function stateFromLog(log: LogStore, machineHash: string): RuntimeState {
  const head = log.head();
  return head === null ? initialState() : stateAt(log, machineHash, head.seq).state;
}
