/**
 * Whoever was given a stream has to read it: one that nobody reads is ended, and its place given back.
 *
 * The idea: a table in a full café is kept for a guest who went to the phone, but not all evening. Time
 * counts only while the next piece is the reader's turn; a server that is silent is its client's matter. One
 * timer for the whole stream looks now and then when the reader was last here. Rejected: a timer for each
 * piece, and reading ahead into a buffer (without a bound it grows, with one it stands as well).
 */
import type { ModelFailure } from "./effects/model-client.ts";
import type { WorkClock } from "./runtime-work-parts.ts";

/** What a reading is watched with. */
export interface ReadingParts {
  readonly clock: Pick<WorkClock, "now" | "after">;
  /** Longest time without a read, ms. */
  readonly idleMs: number;
  /** Ends the job; aborted by it, or by whoever else, the watch is over. */
  readonly end: AbortController;
}

/** How the last event of a stream says that it broke off. */
interface Failed {
  readonly type: "failed";
  readonly failure: ModelFailure;
}

/** Gives the same events, watched from now on: who stays away finds out why when it comes back. */
export type ReadInTime = <Event extends { readonly type: string }>(
  events: AsyncIterable<Event | Failed>,
) => AsyncIterable<Event | Failed>;

/** Watches over one stream, in whichever form it is read. */
export function readingInTime(parts: ReadingParts): ReadInTime {
  const watch = new ReadingWatch(parts);
  const rests = (): void => watch.rests();
  return <Event extends { readonly type: string }>(events: AsyncIterable<Event | Failed>) => {
    const inner = events[Symbol.asyncIterator]();
    const iterator: AsyncIterator<Event | Failed> = {
      next() {
        watch.reads();
        const step = inner.next();
        if (watch.unread !== null) return step.then((each) => withCause(each, watch.unread));
        void step.then(rests, rests);
        return step;
      },
      async return() {
        return (await inner.return?.()) ?? { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  };
}

class ReadingWatch {
  readonly #parts: ReadingParts;
  /** Since when the reader has what it asked for; counts while it waits for nothing. */
  #restsSince: number;
  #waits = 0;
  #cancel: () => void;
  #unread: ModelFailure | null = null;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    const { clock, idleMs, end } = parts;
    this.#restsSince = clock.now();
    this.#cancel = clock.after(idleMs, () => this.#look());
    if (end.signal.aborted) this.#cancel();
    else end.signal.addEventListener("abort", () => this.#cancel(), { once: true });
  }

  /** Why the stream was ended; `null` = not for want of a reader. */
  get unread(): ModelFailure | null {
    return this.#unread;
  }

  reads(): void {
    this.#waits += 1;
  }

  rests(): void {
    this.#waits -= 1;
    this.#restsSince = this.#parts.clock.now();
  }

  #look(): void {
    const { clock, idleMs, end } = this.#parts;
    const restedMs = this.#waits > 0 ? 0 : clock.now() - this.#restsSince;
    if (restedMs < idleMs) {
      this.#cancel = clock.after(idleMs - restedMs, () => this.#look());
      return;
    }
    this.#unread = unreadFor(idleMs);
    end.abort(this.#unread.message);
  }
}

function withCause<Event extends { readonly type: string }>(
  step: IteratorResult<Event | Failed>,
  failure: ModelFailure | null,
): IteratorResult<Event | Failed> {
  if (step.done === true || step.value.type !== "failed" || failure === null) return step;
  return { done: false, value: { type: "failed", failure } };
}

function unreadFor(idleMs: number): ModelFailure {
  return {
    failure: "aborted",
    status: null,
    message: `The answer was to be read on within ${idleMs} ms and was not, so that it was ended and its place given back; read a stream to its end, end it with return(), or allow more with work.idle_ms.`,
    retry_after_ms: null,
  };
}
