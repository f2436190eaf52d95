/**
 * The queue: jobs that wait for their place, and the places that are taken.
 *
 * The idea: one door, one list. A job that comes stands at the end; whenever something changes, the list is
 * gone through from the front and whoever can go goes. So nobody is overtaken on the way to the same
 * target, and a job for another target need not wait behind it. Bounded in length and in time.
 */
import { modelKeyOf, type Reservation } from "./domain/admission.ts";
import type { RefusalKind, Target } from "./domain/job.ts";
import type { Choice, Choosing, PassedOver } from "./runtime-work-choice.ts";
import { createModels, type OurModels } from "./runtime-work-models.ts";
import type { WorkClock, WorkParts } from "./runtime-work-parts.ts";

export interface QueueParts {
  readonly clock: WorkClock;
  readonly limit: number;
  readonly listModels: WorkParts["listModels"];
  readonly workedBefore: WorkParts["workedBefore"];
  readonly choose: (job: Choosing) => Choice;
  /** How long a model that worked is taken for loaded, ms: the server's keep-alive. */
  readonly keepAliveMs: number;
}

/** One who waits. */
export interface Waiter {
  readonly id: number;
  readonly choosing: Choosing;
  readonly since: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** How waiting ended. */
export type Entered =
  | { readonly target: Target; readonly passedOver: PassedOver | null; readonly release: Release }
  | { readonly refusal: RefusalKind; readonly why: string; readonly retryAfterMs: number | null }
  | { readonly isAborted: true };

/** Gives the place back; `hasWorked` when the model has answered and stays in memory. */
export type Release = (hasWorked: boolean) => void;

export interface WorkQueue {
  /** Settles when the job has a place, is refused, or went away. */
  enter(waiter: Waiter): Promise<Entered>;
  /** Something changed: looks through the list. */
  look(): void;
  running(): readonly Reservation[];
  waiting(): readonly Waiter[];
  /** What our jobs brought into memory. */
  readonly models: OurModels;
  /** Settles when no job runs with this model any more. */
  idle(target: Target): Promise<void>;
  /** Refuses all who wait, and all who come. */
  close(): void;
}

interface Standing extends Waiter {
  readonly settle: (entered: Entered) => void;
}

/** An empty queue. */
export function createQueue(parts: QueueParts): WorkQueue {
  return new Queue(parts);
}

class Queue implements WorkQueue {
  readonly models: OurModels;
  readonly #parts: QueueParts;
  readonly #running = new Map<number, Reservation>();
  readonly #standing = new Map<number, Standing>();
  readonly #idle = new Map<string, (() => void)[]>();
  #reservation = 0;
  #isLooking = false;
  #isClosed = false;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const { clock, keepAliveMs, listModels: list, workedBefore } = parts;
    const isBusy = (key: string) => this.#isBusy(key);
    this.models = createModels({ clock, keepAliveMs, list, workedBefore, isBusy });
  }

  enter(waiter: Waiter): Promise<Entered> {
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve(STOPPED);
      if (waiter.signal.aborted) return resolve({ isAborted: true });
      const { clock, limit } = this.#parts;
      const forgetTimer = clock.after(waiter.waitMs, () => this.#expire(waiter));
      const onAbort = (): void => this.#settle(waiter.id, { isAborted: true });
      waiter.signal.addEventListener("abort", onAbort, { once: true });
      const settle = (entered: Entered): void => {
        forgetTimer();
        waiter.signal.removeEventListener("abort", onAbort);
        resolve(entered);
      };
      this.#standing.set(waiter.id, { ...waiter, settle });
      this.look();
      if (this.#standing.size <= limit || !this.#standing.has(waiter.id)) return;
      const why = `At most ${limit} jobs may wait, and so many do; ask again later, or raise work.queue_limit.`;
      this.#settle(waiter.id, { refusal: "queue_full", why, retryAfterMs: null });
    });
  }

  look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const waiter of [...this.#standing.values()]) this.#consider(waiter);
    } finally {
      this.#isLooking = false;
    }
  }

  running(): readonly Reservation[] {
    return [...this.#running.values()];
  }

  waiting(): readonly Waiter[] {
    return [...this.#standing.values()];
  }

  idle(target: Target): Promise<void> {
    const key = modelKeyOf(target);
    if (!this.#isBusy(key)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.set(key, [...(this.#idle.get(key) ?? []), resolve]);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#standing.keys()]) this.#settle(id, STOPPED);
  }

  #consider({ id, choosing }: Standing): void {
    if (!this.#standing.has(id)) return;
    const choice = this.#parts.choose(choosing);
    if ("wait" in choice) return;
    if ("refuse" in choice) {
      const { refuse: refusal, why, retryAfterMs } = choice;
      this.#settle(id, { refusal, why, retryAfterMs });
      return;
    }
    const { go: target, passedOver } = choice;
    this.#settle(id, { target, passedOver, release: this.#reserve(target) });
  }

  #reserve(target: Target): Release {
    this.#reservation += 1;
    const id = this.#reservation;
    this.#running.set(id, { id, target });
    return (hasWorked) => {
      if (!this.#running.delete(id)) return;
      this.models.rested(target, hasWorked);
      this.#settleModel(modelKeyOf(target));
      this.look();
    };
  }

  #settleModel(key: string): void {
    if (this.#isBusy(key)) return;
    const waiting = this.#idle.get(key) ?? [];
    this.#idle.delete(key);
    for (const resolve of waiting) resolve();
  }

  #isBusy(key: string): boolean {
    for (const { target } of this.#running.values()) if (modelKeyOf(target) === key) return true;
    return false;
  }

  #expire({ id, since, choosing }: Waiter): void {
    const waited = Math.round(this.#parts.clock.now() - since);
    const why = `The job for ${choosing.role} waited ${waited} ms, as long as it may, and no place became free; ask again, or allow more with work.wait_ms.`;
    this.#settle(id, { refusal: "deadline", why, retryAfterMs: null });
  }

  #settle(id: number, entered: Entered): void {
    const waiter = this.#standing.get(id);
    this.#standing.delete(id);
    waiter?.settle(entered);
  }
}

const STOPPED: Entered = {
  refusal: "stopped",
  why: "The runtime stops and takes no more work; start it again.",
  retryAfterMs: null,
};
