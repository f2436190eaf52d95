/**
 * Long runs in small slices: verify and what-if beside a runtime that must decide every second.
 *
 * The idea: work a few milliseconds, then let everybody else through. A run is a generator that stops
 * at each small step; here it is driven, told how far it is, and ended when nobody wants it any more.
 * Rejected: a worker thread (30 MB and a second copy of every room for a question asked once a day).
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { RuntimeProfileError } from "./domain/error.ts";

/** Longest time in ms that a slice keeps the event loop, but for the step that is under way. */
const SLICE_MS = 2;

/** Shortest time in ms between two reports of progress. */
const PROGRESS_MS = 100;

/** Who wants the run, and who watches it. */
export interface SliceOptions<Step> {
  /** Ends the run; the promise then rejects with RP_STOPPED. */
  readonly signal?: AbortSignal | undefined;
  /** Told at most ten times a second. */
  readonly onProgress?: ((step: Step) => void) | undefined;
}

/** Drives a run to its end and answers what it answers. */
export async function inSlices<Step, Answer>(
  run: Generator<Step, Answer>,
  { signal, onProgress }: SliceOptions<Step> = {},
): Promise<Answer> {
  let toldAt = 0;
  for (;;) {
    const end = performance.now() + SLICE_MS;
    let step = run.next();
    while (!step.done && performance.now() < end) step = run.next();
    if (step.done) return step.value;
    const now = performance.now();
    if (onProgress !== undefined && now - toldAt >= PROGRESS_MS) {
      toldAt = now;
      onProgress(step.value);
    }
    await nextTurn();
    if (signal?.aborted === true) throw ended(run);
  }
}

function ended(run: Generator<unknown, unknown>): RuntimeProfileError {
  run.return(undefined);
  return new RuntimeProfileError("RP_STOPPED", "The run was cancelled before its end.");
}
