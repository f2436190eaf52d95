/**
 * The outbox: tells listeners what happened, one thing after the other, the same order for all.
 *
 * A listener may cause the next thing while it is being told of this one; that is put behind, so that
 * nobody hears of the second before the first. A listener that fails harms neither the others nor the
 * runtime: it is reported once, and told the next time again.
 */
import { RuntimeProfileError } from "./domain/error.ts";

/** What waits to be told, and to whom. */
export interface Outbox<Item> {
  /** Answers the function that ends it. */
  add(listener: (item: Item) => unknown): () => void;
  put(item: Item): void;
  /** Tells all that was put; inside a listener it does nothing, the delivery under way goes on. */
  deliver(): void;
  /** Throws RP_INTERNAL when listeners have caused too much already in the delivery under way. */
  expectRoom(): void;
}

/** Most things that listeners may cause in one delivery; beyond that they answer each other for ever. */
const MAX_CAUSED = 100;

/** An empty outbox; `onFailure` is told of the first failure of each listener. */
export function createOutbox<Item>(onFailure: (error: unknown) => void): Outbox<Item> {
  return new Letters(onFailure);
}

type Listener<Item> = (item: Item) => unknown;

class Letters<Item> implements Outbox<Item> {
  readonly #onFailure: (error: unknown) => void;
  readonly #listeners = new Set<Listener<Item>>();
  readonly #failed = new WeakSet<Listener<Item>>();
  readonly #waiting: Item[] = [];
  #isDelivering = false;
  #caused = 0;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  add(listener: Listener<Item>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  put(item: Item): void {
    this.#waiting.push(item);
  }

  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      for (const listener of [...this.#listeners]) this.#tell(listener, item);
    }
    this.#isDelivering = false;
    this.#caused = 0;
  }

  expectRoom(): void {
    if (!this.#isDelivering) return;
    this.#caused += 1;
    if (this.#caused <= MAX_CAUSED) return;
    throw new RuntimeProfileError(
      "RP_INTERNAL",
      `Expected listeners to cause at most ${MAX_CAUSED} inputs while they are told of one, got more; do not answer every change with another.`,
    );
  }

  /** One that was ended meanwhile is not told; one that fails later, as a promise, has failed too. */
  #tell(listener: Listener<Item>, item: Item): void {
    if (!this.#listeners.has(listener)) return;
    try {
      const answer = listener(item);
      if (answer instanceof Promise) answer.catch((error) => this.#report(listener, error));
    } catch (error) {
      this.#report(listener, error);
    }
  }

  #report(listener: Listener<Item>, error: unknown): void {
    if (this.#failed.has(listener)) return;
    this.#failed.add(listener);
    this.#onFailure(error);
  }
}
