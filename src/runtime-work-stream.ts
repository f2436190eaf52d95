/**
 * The beginning of a streamed answer: everything up to its first token is read before anybody is told.
 *
 * Some servers send an empty piece (the role alone) and fail then. Until something that a reader would see
 * has come, the job can still go elsewhere; after it, never.
 */
import type { ChatChunk } from "./domain/chat.ts";
import type { ModelEvent, ModelFailure } from "./effects/model-client.ts";

/** A stream that has begun, with the pieces that were read of it. */
export type Opened =
  | {
      readonly ok: true;
      readonly head: readonly ModelEvent[];
      readonly rest: AsyncIterator<ModelEvent>;
    }
  | { readonly ok: false; readonly failure: ModelFailure };

/** Most pieces without a token that are kept back. */
const EMPTY_PIECES_MAX = 16;

/** Reads up to the first token. */
export async function firstToken(events: AsyncIterable<ModelEvent>): Promise<Opened> {
  const rest = events[Symbol.asyncIterator]();
  const head: ModelEvent[] = [];
  for (;;) {
    const next = await rest.next();
    if (next.done === true) {
      if (head.length > 0) return { ok: true, head, rest };
      return { ok: false, failure: NOTHING_SAID };
    }
    if (next.value.type === "failed") {
      void rest.return?.();
      return { ok: false, failure: next.value.failure };
    }
    head.push(next.value);
    if (hasToken(next.value.chunk) || head.length >= EMPTY_PIECES_MAX) {
      return { ok: true, head, rest };
    }
  }
}

function hasToken({ choices }: ChatChunk): boolean {
  // A server may leave out what the shape promises; a piece without a delta says nothing.
  return choices.some((choice) => {
    if (choice?.finish_reason != null) return true;
    return Object.entries(choice?.delta ?? {}).some(
      ([key, value]) => key !== "role" && value !== "" && value !== null && value !== undefined,
    );
  });
}

const NOTHING_SAID: ModelFailure = {
  failure: "server_error",
  status: null,
  message: "The stream ended before anything was said.",
  retry_after_ms: null,
};

/**
 * The whole stream again; `onEnd` is told once how it ended: `null` = well, `aborted` = nobody reads on.
 * Written out, because a generator that nobody has begun to read does not notice that it was dropped.
 */
export function wholeOf(
  { head, rest }: Extract<Opened, { readonly ok: true }>,
  signal: AbortSignal,
  onEnd: (failure: ModelFailure | null) => void,
): AsyncIterable<ModelEvent> {
  const kept = [...head];
  let isOver = false;
  const end = (failure: ModelFailure | null): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", drop);
    // A client that has told of its failure may still hold what it would give back at its end.
    if (failure !== null) void rest.return?.();
    onEnd(failure);
  };
  /** The runtime ended it, and its reader does not know yet: a stream that is cut must not look whole. */
  let isCut = false;
  const drop = (): void => {
    isCut = true;
    end(LEFT);
  };
  signal.addEventListener("abort", drop, { once: true });
  const iterator: AsyncIterator<ModelEvent> = {
    async next() {
      const next = isOver ? OVER : (piece(kept.shift()) ?? (await rest.next()));
      if (next.done !== true) {
        if (next.value.type === "failed") {
          isCut = false;
          end(next.value.failure);
        }
        return next;
      }
      if (isCut) {
        isCut = false;
        return { done: false, value: CUT };
      }
      end(null);
      return OVER;
    },
    async return() {
      end(LEFT);
      return OVER;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

const OVER = { done: true, value: undefined } as const;

const LEFT: ModelFailure = {
  failure: "aborted",
  status: null,
  message: "The work was ended before the answer was complete.",
  retry_after_ms: null,
};

const CUT: ModelEvent = { type: "failed", failure: LEFT };

function piece(value: ModelEvent | undefined): IteratorYieldResult<ModelEvent> | null {
  return value === undefined ? null : { done: false, value };
}
