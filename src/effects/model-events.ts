/** A streamed call as events that never throw, and whose `return()` closes the connection at once. */
import type { ChatChunk } from "../domain/chat.ts";
import type { ModelEvent, ModelFailure, ModelPieces } from "./model-client.ts";
import type { ModelWatch } from "./model-watch.ts";

const LEFT: ModelFailure = {
  failure: "aborted",
  status: null,
  message: "The reader left before the answer was complete.",
  retry_after_ms: null,
};

const OVER = { done: true, value: undefined } as const;

/** What runs the call: a watch, and the chunks in its care, as JSON, those together that came together. */
export interface StartedCall {
  readonly watch: ModelWatch;
  readonly chunks: AsyncIterator<readonly string[], void>;
}

/**
 * Written by hand, because `return()` of an async generator waits for the `next()` before it: a server that
 * is silent would keep its connection until the time is over.
 */
export function piecesOf(start: () => StartedCall): AsyncIterable<ModelPieces> {
  return {
    [Symbol.asyncIterator]() {
      const { watch, chunks } = start();
      let isOver = false;
      return {
        async next(): Promise<IteratorResult<ModelPieces, undefined>> {
          if (isOver) return OVER;
          try {
            const step = await chunks.next();
            if (isOver) return OVER;
            if (step.done !== true)
              return { done: false, value: { type: "chunks", lines: step.value } };
            isOver = true;
            watch.end(null);
            return OVER;
          } catch (error) {
            if (isOver) return OVER;
            isOver = true;
            return { done: false, value: { type: "failed", failure: watch.failureOf(error) } };
          }
        },
        async return(): Promise<IteratorResult<ModelPieces, undefined>> {
          isOver = true;
          watch.end(LEFT);
          return OVER;
        },
      };
    },
  };
}

/** One event for each chunk; `return()` is passed on at once, and what was not read yet is dropped. */
export function oneByOne(pieces: AsyncIterable<ModelPieces>): AsyncIterable<ModelEvent> {
  return {
    [Symbol.asyncIterator]() {
      const source = pieces[Symbol.asyncIterator]();
      let kept: Iterator<string> = [].values();
      let isOver = false;
      const step = async (): Promise<IteratorResult<ModelEvent, undefined>> => {
        for (;;) {
          if (isOver) return OVER;
          const line = kept.next();
          if (line.done !== true) {
            const chunk = JSON.parse(line.value) as ChatChunk;
            return { done: false, value: { type: "chunk", chunk } };
          }
          const next = await source.next();
          if (next.done === true) return OVER;
          if (next.value.type === "failed") return { done: false, value: next.value };
          kept = next.value.lines.values();
        }
      };
      // Whoever asks twice at once gets the answers in the order of the chunks.
      let turn: Promise<unknown> = Promise.resolve();
      return {
        next() {
          const asked = turn.then(step);
          turn = asked;
          return asked;
        },
        async return(): Promise<IteratorResult<ModelEvent, undefined>> {
          isOver = true;
          await source.return?.();
          return OVER;
        },
      };
    },
  };
}
