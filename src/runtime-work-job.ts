/** A job under way: what is remembered of it from its coming to its end. */
import type { Attempt, Target } from "./domain/job.ts";
import type { ModelFailure } from "./effects/model-client.ts";
import type { WorkClock } from "./runtime-work-parts.ts";
import type { Job } from "./runtime-work-types.ts";

/** A job that waits or runs. */
export interface Running {
  readonly id: number;
  readonly job: Job;
  readonly since: number;
  /** Ends the call or the waiting; follows the caller's own signal. */
  readonly end: AbortController;
  readonly attempts: Attempt[];
  readonly tried: Target[];
  waitedMs: number;
  /** `null` while it waits. */
  target: Target | null;
  targetSince: number;
}

/** Why a job's signal is aborted at its end; without a reason each abort makes an error with its stack. */
export const OVER = "The job is over.";

/** A job that has just come. */
export function begunJob(job: Job, id: number, now: number): Running {
  const end = new AbortController();
  if (job.signal?.aborted === true) end.abort();
  // Its own abort takes the listener off a caller's signal that may live long.
  else job.signal?.addEventListener("abort", () => end.abort(), { once: true, signal: end.signal });
  return {
    id,
    job,
    since: now,
    end,
    attempts: [],
    tried: [],
    waitedMs: 0,
    target: null,
    targetSince: now,
  };
}

/** A client does not throw; should one all the same, the place of its job must not be lost. */
export function unforeseen(error: unknown): { readonly failure: ModelFailure } {
  const message = error instanceof Error ? error.message : String(error);
  return { failure: { failure: "server_error", status: null, message, retry_after_ms: null } };
}

/** Settles after `ms`, or as soon as the job ends; no timer is left behind. */
export function pauseFor({ end }: Running, ms: number, clock: WorkClock): Promise<void> {
  const { signal } = end;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stop = (): void => {
      cancel();
      resolve();
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    signal.addEventListener("abort", stop, { once: true });
  });
}
