/** Questions about the past on a data folder: a frozen view of the log, driven in slices. */

import type { ChainHead } from "./log/finding.ts";
import { keptHeadIn } from "./log/head-file.ts";
import { openLog } from "./log/sqlite-log.ts";
import { type Progress, type VerifyView, verifyLog } from "./replay/verify.ts";
import { whatIf } from "./replay/what-if.ts";
import { changesOf, type WhatIfRequest } from "./replay/what-if-changes.ts";
import type { WhatIfView } from "./replay/what-if-view.ts";
import { inSlices, type SliceOptions } from "./runtime-slices.ts";
import { machineHashOf } from "./runtime-start.ts";

/**
 * Asks what would have been, beside a live runtime or alone; what is written or pruned meanwhile does
 * not disturb it. Throws RP_CONFIGURATION and RP_INPUT for impossible changes, RP_NOT_FOUND,
 * RP_LOG_DAMAGED, and RP_STOPPED when it was cancelled.
 */
export async function whatIfOn(
  folder: string,
  request: WhatIfRequest,
  slices: SliceOptions<Progress> = {},
): Promise<WhatIfView> {
  const changes = changesOf(request);
  const { log } = openLog({ folder, mode: "frozen" });
  try {
    return await inSlices(whatIf({ log, machineHash: machineHashOf(), changes }), slices);
  } finally {
    log.close();
  }
}

/** What verify compares with besides the log itself. */
export interface VerifyRequest extends SliceOptions<Progress> {
  /** A link of the chain that was kept elsewhere; absent = the one that lies beside the log. */
  readonly known?: ChainHead | undefined;
}

/**
 * Verifies the log of a folder, beside a live runtime or alone; what is written or pruned meanwhile
 * does not disturb it. Throws RP_NOT_FOUND, RP_LOG_DAMAGED, RP_STOPPED when it was cancelled.
 */
export async function verifyOn(folder: string, request: VerifyRequest = {}): Promise<VerifyView> {
  // Read before the log is: a live runtime writes it after the log, so it is never ahead.
  const kept = keptHeadIn(folder);
  const { log } = openLog({ folder, mode: "frozen" });
  const known = request.known ?? (kept?.host_id === log.hostId ? kept : undefined);
  try {
    return await inSlices(verifyLog({ log, machineHash: machineHashOf(), known }), request);
  } finally {
    log.close();
  }
}
