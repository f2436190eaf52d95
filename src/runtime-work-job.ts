/** A job under way: what is remembered of it from its coming to its end. */
import type { Attempt, Target } from "./domain/job.ts";
import { treatmentOf } from "./domain/treatment.ts";
import type { ModelFailure } from "./effects/model-client.ts";
import type { WorkClock, WorkParts } from "./runtime-work-parts.ts";
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

/** How one attempt ended. */
export type Ended<Answer> = { readonly answer: Answer } | { readonly failure: ModelFailure };

/** The caller went away before anything was sent. */
export const GONE: ModelFailure = {
  failure: "aborted",
  status: null,
  message: "The caller went away before the request was sent.",
  retry_after_ms: null,
};

/** Shortest and longest pause before a target that is loading is asked again, ms. */
const AGAIN_FIRST_MS = 250;
const AGAIN_MOST_MS = 5000;

/** A cold load is a state: the place is kept and asked again, as long as a first token may take. */
export async function untilLoaded<Answer>(
  running: Running,
  attempt: () => Promise<Ended<Answer>>,
  { clock, settings }: Pick<WorkParts, "clock" | "settings">,
): Promise<Ended<Answer>> {
  const until = running.targetSince + settings.first_token_ms;
  for (let pauseMs = AGAIN_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, AGAIN_MOST_MS)) {
    const ended = await attempt().catch(unforeseen);
    if ("answer" in ended || ended.failure.failure === "aborted") return ended;
    const { failure, retry_after_ms } = ended.failure;
    const isOver = clock.now() + pauseMs >= until || running.end.signal.aborted;
    if (treatmentOf(failure).next !== "again" || isOver) return ended;
    const ms = Math.min(Math.max(retry_after_ms ?? 0, pauseMs), AGAIN_MOST_MS);
    await pauseFor(running, ms, clock);
  }
}

/** A client does not throw; should one all the same, the place of its job must not be lost. */
function unforeseen(error: unknown): { readonly failure: ModelFailure } {
  const message = error instanceof Error ? error.message : String(error);
  return { failure: { failure: "server_error", status: null, message, retry_after_ms: null } };
}

/** Settles after `ms`, or as soon as the job ends; no timer is left behind. */
function pauseFor({ end }: Running, ms: number, clock: WorkClock): Promise<void> {
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
