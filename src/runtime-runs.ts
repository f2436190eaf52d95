/**
 * The runs over the past that are under way: they end with the runtime, and none begins after it.
 *
 * A run holds a view of the log open. Who stops the runtime gives the folder back, so every view is
 * closed before that.
 */
import { RuntimeProfileError } from "./domain/error.ts";

/** The runs of one runtime. */
export interface Runs {
  /** Begins a run that ends with the runtime, or with `signal`. Rejects with RP_STOPPED after the stop. */
  begin<Answer>(
    run: (signal: AbortSignal) => Promise<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer>;
  /** Resolves when none is under way. */
  ended(): Promise<void>;
}

/** Runs that end when `stopping` is aborted. */
export function createRuns(stopping: AbortSignal): Runs {
  const running = new Set<Promise<unknown>>();
  return {
    async begin(run, signal) {
      if (stopping.aborted) {
        const message = "This runtime was stopped; start a new one with createRuntime().";
        throw new RuntimeProfileError("RP_STOPPED", message);
      }
      const answer = run(signal === undefined ? stopping : AbortSignal.any([stopping, signal]));
      running.add(answer);
      try {
        return await answer;
      } finally {
        running.delete(answer);
      }
    },
    async ended() {
      await Promise.allSettled(running);
    },
  };
}
