/** A streamed call as events that never throw, and whose `return()` closes the connection at once. */
import type { ChatChunk } from "../domain/chat.ts";
import type { ModelEvent, ModelFailure } from "./model-client.ts";
import type { ModelWatch } from "./model-watch.ts";

const LEFT: ModelFailure = {
  failure: "aborted",
  status: null,
  message: "The reader left before the answer was complete.",
  retry_after_ms: null,
};

/** What runs the call: a watch, and the pieces in its care. */
export interface StartedCall {
  readonly watch: ModelWatch;
  readonly chunks: AsyncIterator<ChatChunk, void>;
}

/**
 * Written by hand, because `return()` of an async generator waits for the `next()` before it: a server that
 * is silent would keep its connection until the time is over.
 */
export function eventsOf(start: () => StartedCall): AsyncIterable<ModelEvent> {
  return {
    [Symbol.asyncIterator]() {
      const { watch, chunks } = start();
      let isOver = false;
      const over = { done: true, value: undefined } as const;
      return {
        async next(): Promise<IteratorResult<ModelEvent, undefined>> {
          if (isOver) return over;
          try {
            const step = await chunks.next();
            if (isOver) return over;
            if (step.done !== true)
              return { done: false, value: { type: "chunk", chunk: step.value } };
            isOver = true;
            watch.end(null);
            return over;
          } catch (error) {
            if (isOver) return over;
            isOver = true;
            return { done: false, value: { type: "failed", failure: watch.failureOf(error) } };
          }
        },
        async return(): Promise<IteratorResult<ModelEvent, undefined>> {
          isOver = true;
          watch.end(LEFT);
          return over;
        },
      };
    },
  };
}
