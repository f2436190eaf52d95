/**
 * Coming back: the state is what the log says. From the newest checkpoint of this very machine, else from
 * the first entry, every input is folded again; outputs are not trusted, only recomputed. What is folded
 * is compared with the chain first; where it is not as it was written the log is begun anew with what can
 * be saved, and what is missing then is told as a gap.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { RuntimeProfileError } from "./domain/error.ts";
import type { ChainHead } from "./log/finding.ts";
import type { SetAside } from "./log/set-aside.ts";
import type { OpenedLog } from "./log/sqlite-log.ts";
import type { LogStore } from "./log/store.ts";
import { DECIDER_VERSION } from "./machines/decider.ts";
import { machineDefinition } from "./machines/runtime-machine.ts";
import { initialState, type RuntimeState } from "./machines/runtime-state.ts";
import { CPU_ROW, GPU_ROWS, MODELS } from "./policy/model-table.ts";
import type { Gap } from "./replay/carry.ts";
import { newestState } from "./replay/checkpoint.ts";
import { withLater } from "./replay/later.ts";
import { stateAt } from "./replay/moment.ts";

/**
 * Names this statechart, its guards, the tables of models and this decider; a log segment belongs to one
 * such hash.
 */
export function machineHashOf(): string {
  machineHash ??= computedHash();
  return machineHash;
}

/** It takes 4 ms (measured) and is the same as long as the program runs; each look back asks for it. */
let machineHash: string | null = null;

function computedHash(): string {
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

/** How a runtime comes back, and what has to be said about the log. */
export interface Resumed {
  readonly state: RuntimeState;
  /** What the log does not tell; `null` = it tells everything. */
  readonly gap: Gap | null;
  readonly setAside: SetAside | null;
}

/** Brings the state back from a log that was just opened. Throws RP_LOG_DAMAGED, RP_DATA_FOLDER. */
export function resumedFrom(opened: OpenedLog, machineHash: string): Resumed {
  const { log, lost } = opened;
  const damage = damageIn(log, machineHash);
  const setAside = damage === null ? opened.setAside : log.recover(damage);
  const before = stateFromLog(log, machineHash);
  if (setAside !== null && setAside.reason !== "foreign" && !setAside.saved.isWhole) {
    const state = withLater(before, setAside.saved.later, machineHash);
    return { state, gap: { before, lost: null, reason: damageReason(setAside) }, setAside };
  }
  const gap = lost === null ? null : { before, lost: null, reason: lostReason(lost) };
  return { state: before, gap, setAside };
}

/** The reason of the gap where a damaged log could not be read; without the folder, which names a person. */
export function damageReason({ saved, path }: SetAside): string {
  const after = saved.through === null ? "from its start" : `after seq ${saved.through.seq}`;
  const where = path === null ? "its file is gone" : `it was put aside as ${basename(path)}`;
  return `the log was damaged ${after}; ${where}`;
}

function lostReason({ seq }: ChainHead): string {
  return `the end of the log is missing; it had been written up to seq ${seq}`;
}

/** What is wrong with the part that the state is folded from; `null` = nothing. */
function damageIn(log: LogStore, machineHash: string): string | null {
  try {
    const head = log.head();
    if (head === null) return null;
    const from = newestState(log, machineHash, head.seq);
    const hash = from === null ? null : (log.entry(from.seq)?.hash ?? null);
    const broken = log.brokenAfter(from === null || hash === null ? null : { seq: from.seq, hash });
    if (broken !== null) return `${broken.code} at seq ${broken.seq}`;
    stateFromLog(log, machineHash);
    return null;
  } catch (error) {
    // Without a cause it is a line of a later version: that one can read it.
    const isDamage = error instanceof RuntimeProfileError && error.code === "RP_LOG_DAMAGED";
    if (!isDamage || error.cause === undefined) throw error;
    return error.message;
  }
}
