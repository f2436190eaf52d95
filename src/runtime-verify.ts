/** Verify on a data folder: a frozen view of the log, driven in slices. */
import type { ChainHead } from "./log/finding.ts";
import { openLog } from "./log/sqlite-log.ts";
import { type Progress, type VerifyView, verifyLog } from "./replay/verify.ts";
import { inSlices, type SliceOptions } from "./runtime-slices.ts";

/** What to compare with besides the log itself. */
export interface VerifyRequest extends SliceOptions<Progress> {
  /** A link of the chain that was kept elsewhere. */
  readonly known?: ChainHead | undefined;
}

/**
 * Verifies the log of a folder, beside a live runtime or alone; what is written or pruned meanwhile
 * does not disturb it. Throws RP_NOT_FOUND, RP_LOG_DAMAGED, RP_STOPPED when it was cancelled.
 */
export async function verifyFolder(
  folder: string,
  machineHash: string,
  request: VerifyRequest = {},
): Promise<VerifyView> {
  const { log } = openLog({ folder, mode: "frozen" });
  try {
    return await inSlices(verifyLog({ log, machineHash, known: request.known }), request);
  } finally {
    log.close();
  }
}
