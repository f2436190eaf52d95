/** The history of a data folder: a frozen view of the log, driven in slices. */
import { RuntimeProfileError } from "./domain/error.ts";
import { openLog } from "./log/sqlite-log.ts";
import { type HistoryView, history } from "./replay/history.ts";
import type { Progress } from "./replay/verify.ts";
import { type TimeRange, timesOf } from "./runtime-range.ts";
import { inSlices, type SliceOptions } from "./runtime-slices.ts";

/** Buckets of an answer: when nothing is said, and between which bounds. */
export const POINTS = { default: 600, least: 10, most: 2000 } as const;

/** Which stretch of the log, and how fine; absent = all of it, 600 buckets. */
export interface HistoryRequest extends TimeRange {
  /** 10 to 2000. */
  readonly points?: number | undefined;
}

/**
 * Curves, task counts and bands of a stretch of time. Throws RP_REQUEST for times that are none,
 * RP_NOT_FOUND for an empty log, RP_LOG_DAMAGED, and RP_STOPPED when it was cancelled.
 */
export async function historyOn(
  folder: string,
  request: HistoryRequest = {},
  slices: SliceOptions<Progress> = {},
): Promise<HistoryView> {
  const { points = POINTS.default } = request;
  if (!Number.isInteger(points) || points < POINTS.least || points > POINTS.most) {
    throw new RuntimeProfileError(
      "RP_REQUEST",
      `Expected points to be a whole number from ${POINTS.least} to ${POINTS.most}, got ${points}.`,
      { path: "points" },
    );
  }
  const { log } = openLog({ folder, mode: "frozen" });
  try {
    const head = log.head();
    if (head === null) {
      throw new RuntimeProfileError(
        "RP_NOT_FOUND",
        "Expected a log with at least one entry, got an empty one; start the runtime once.",
      );
    }
    return await inSlices(history(log, { ...timesOf(request, head.at), points }), slices);
  } finally {
    log.close();
  }
}
