/**
 * Proof of a checkpoint, before what it sums up is thrown away.
 *
 * A log that was pruned begins with a checkpoint, and nothing before it is left to check it with. So
 * it is folded once more while that is still possible; one that is not what follows from the inputs
 * keeps them from being pruned.
 */
import { isSameData } from "../domain/same-data.ts";
import { checkpointOf } from "../machines/runtime-state.ts";
import { type CheckpointData, firstState, newestState, restoredFrom } from "./checkpoint.ts";
import { foldSteps, type PastLog } from "./moment.ts";

/** How sure a checkpoint is; closed. `sealed` = unaltered, but of a machine that cannot be run here. */
export const PROOFS = ["recomputed", "sealed", "differs"] as const;
export type Proof = (typeof PROOFS)[number];

/** Judges the checkpoint with this number; yields between runs of readings. */
export function* proveCheckpoint(
  log: PastLog,
  machineHash: string,
  seq: number,
): Generator<undefined, Proof> {
  const entry = log.lastCheckpoint(seq);
  // One whose hash is wrong is passed over, so another number means that this one was altered.
  if (entry === null || entry.seq !== seq) return "differs";
  const data = entry.data as Partial<CheckpointData> | null;
  if (data?.machine_hash !== machineHash) return "sealed";
  if (restoredFrom(entry, machineHash) === null) return "differs";
  const from = newestState(log, machineHash, seq - 1) ?? firstState(log, machineHash);
  const range = { after: from.seq, through: seq - 1, machineHash };
  const state = yield* foldSteps(log, from.state, range);
  // The first checkpoint of a new version, behind readings that the old one's checkpoint stood for, or
  // one behind readings that were lost to a damage.
  if (state === null) return "sealed";
  return isSameData(checkpointOf(state), data.state) ? "recomputed" : "differs";
}
