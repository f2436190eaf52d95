/**
 * The queue of a hook: one event at a time, in order, and never more than fit.
 *
 * When it is full the oldest that waits is dropped: the newest says how things stand. At the stop what
 * waits is still worked through, without pauses, until the time for that is over; then all is cut off.
 */
import { setImmediate } from "node:timers/promises";
import type { HookEvent } from "./hook-event.ts";

/** One event's turn, and what it has to heed. */
export interface HookTurn {
  readonly event: HookEvent;
  /** When it came, by `performance.now()`. */
  readonly since: number;
  /** Wait for nothing any more. */
  readonly hurry: AbortSignal;
  /** End now. */
  readonly end: AbortSignal;
}

/** Who works, and who is told what was dropped. */
export interface HookWork {
  /** Never rejects. */
  readonly work: (turn: HookTurn) => Promise<void>;
  readonly onDropped: (event: HookEvent, why: "overflow" | "stopped") => void;
}

/** A queue that works by itself. */
export interface HookQueue {
  put(event: HookEvent): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** Most events that wait; steps are minutes apart. */
export const QUEUE_LIMIT = 64;

/** What is left at the stop has so long, in ms. */
export const STOP_MS = 2000;

/** An empty queue. */
export function createHookQueue({ work, onDropped }: HookWork): HookQueue {
  const waiting: Pick<HookTurn, "event" | "since">[] = [];
  const hurry = new AbortController();
  const end = new AbortController();
  const signals = { hurry: hurry.signal, end: end.signal };
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    // Whoever puts something in is the runtime itself, and must not wait for a start.
    await setImmediate();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (end.signal.aborted) onDropped(next.event, "stopped");
      else await work({ ...next, ...signals });
    }
    running = null;
  };
  return {
    put(event) {
      if (hurry.signal.aborted) return;
      waiting.push({ event, since: performance.now() });
      const oldest = waiting.length > QUEUE_LIMIT ? waiting.shift() : undefined;
      if (oldest !== undefined) onDropped(oldest.event, "overflow");
      running ??= run();
    },
    async stop() {
      hurry.abort();
      if (running === null) return;
      const timer = setTimeout(() => end.abort(), STOP_MS);
      await running;
      clearTimeout(timer);
    },
  };
}
