/**
 * What the stairwell offers to those who want a model to work: the door, the analyzer, the planner.
 */
import type { ChatCompletion, ChatRequest } from "./domain/chat.ts";
import type { Receipt, Target, WorkRefusal, WorkRole } from "./domain/job.ts";
import type { ModelEvent, ModelPieces } from "./effects/model-client.ts";

/** A job as it is given in. */
export interface Job {
  readonly role: WorkRole;
  readonly request: ChatRequest;
  /** Its abort takes the job out of the queue or ends the call; the outcome is then `aborted`. */
  readonly signal?: AbortSignal;
  /** False: what the tier's best rung uses, without ladder and queue; consent counts all the same. */
  readonly usesPolicy?: boolean;
  /** True: never the cloud, whatever the configuration allows. */
  readonly isLocalOnly?: boolean;
  /** Longest time in the queue, in ms; default `work.wait_ms`. */
  readonly waitMs?: number;
}

/** How a job that is not streamed ended. */
export type WorkAnswer =
  | { readonly ok: true; readonly receipt: Receipt; readonly completion: ChatCompletion }
  | WorkFailed;

/** How a streamed job began. The first event has come; nothing is tried elsewhere after it. */
export type WorkStream =
  | {
      readonly ok: true;
      readonly receipt: Receipt;
      /**
       * To be read to its end, or ended by `return()`; until then the job holds its place. One that is not
       * read for `work.idle_ms` is ended, with a `failed` event that says so.
       */
      readonly events: AsyncIterable<ModelEvent>;
      /** The same as it came, many chunks at a time and still JSON: instead of `events`, for who passes it on. */
      readonly pieces: AsyncIterable<ModelPieces>;
    }
  | WorkFailed;

export type WorkFailed =
  | { readonly ok: false; readonly isAborted: false; readonly refusal: WorkRefusal }
  | { readonly ok: false; readonly isAborted: true };

/** A job that runs, or waits. */
export interface JobView {
  readonly id: number;
  readonly role: WorkRole;
  /** `null` while it waits. */
  readonly target: Pick<Target, "rung" | "provider" | "model" | "device"> | null;
  /** When it began to run, or to wait; ms since 1970. */
  readonly since: number;
}

/** What is under way; sizes in MiB, counts since the start of the runtime. */
export interface WorkView {
  readonly running: readonly JobView[];
  readonly waiting: readonly JobView[];
  readonly queue: {
    readonly length: number;
    readonly limit: number;
    /** Of the job that has waited longest, ms; 0 when nobody waits. */
    readonly longest_wait_ms: number;
  };
  /** Memory promised to models with work under way. */
  readonly reserved: { readonly vram_mib: number; readonly memory_mib: number };
  readonly counts: {
    readonly done: number;
    readonly failed: number;
    readonly refused: number;
    readonly aborted: number;
    /** Attempts that went on to another rung. */
    readonly moved: number;
  };
  /** Set while a quota answer of the cloud keeps it closed. */
  readonly cloud_closed_until: number | null;
}

/** Gives jobs to models. */
export interface Work {
  /** Never rejects. */
  complete(job: Job): Promise<WorkAnswer>;
  /** Never rejects. */
  stream(job: Job): Promise<WorkStream>;
  view(): WorkView;
}
