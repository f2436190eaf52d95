/** What the engine of work is made of: settings, time, clients, and whom it reports to. */
import type { WorkConfiguration } from "./domain/configuration.ts";
import type { TaskOutcome } from "./domain/input.ts";
import type { Protocol, Target, WorkRole } from "./domain/job.ts";
import type { ListedModel } from "./effects/loaded-models.ts";
import type { ModelClient, ModelFailure } from "./effects/model-client.ts";
import type { RuntimeState } from "./machines/runtime-state.ts";

/** Time and timers; a test brings its own. */
export interface WorkClock {
  /** ms from some moment; it never goes back. */
  now(): number;
  /** A moment of `now` in ms since 1970. */
  timeOf(moment: number): number;
  /** Calls `act` once after `ms`; answers the function that prevents it. */
  after(ms: number, act: () => void): () => void;
}

/** How the engine works; times in ms. */
export type WorkSettings = Omit<WorkConfiguration, "cloud_key" | "unload" | "unload_wait_ms">;

/** What the engine works with. */
export interface WorkParts {
  readonly settings: WorkSettings;
  readonly clock: WorkClock;
  readonly state: () => RuntimeState;
  readonly clients: Readonly<Record<Protocol, ModelClient>>;
  /** What a server has in memory now; `null` when it does not say. Never rejects. */
  readonly listModels: (address: string) => Promise<readonly ListedModel[] | null>;
  /** Whether an earlier process of this runtime worked with a model, which its server may still have. */
  readonly workedBefore: (model: string) => boolean;
  /** Takes an outcome in; answers the number of its entry, `null` when the log could not be written. */
  readonly record: (outcome: TaskOutcome) => number | null;
  /** The same soon, after what is due now: an answer need not wait until its outcome is on disk. */
  readonly recordSoon: (outcome: TaskOutcome) => void;
  /** Number of the newest transition in the log. */
  readonly transitionSeq: () => number | null;
  /** Told before anything is sent to a cloud. */
  readonly announceCloud: (role: WorkRole, target: Target) => void;
  /** Told when a quota or a refused key closes the cloud, for `ms`. */
  readonly closeCloud: (ms: number, failure: ModelFailure) => void;
}
