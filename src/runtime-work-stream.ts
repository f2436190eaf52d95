/**
 * The beginning of a streamed answer: everything up to its first token is read before anybody is told.
 *
 * Some servers send an empty piece (the role alone) and fail then. Until something that a reader would see
 * has come, the job can still go elsewhere; after it, never. Only so far is a chunk looked into.
 */
import type { ChatChunk } from "./domain/chat.ts";
import type { ModelEvent, ModelFailure, ModelPieces } from "./effects/model-client.ts";
import { oneByOne } from "./effects/model-events.ts";

/** A stream that has begun, with the chunks that were read of it. */
export type Opened =
  | {
      readonly ok: true;
      readonly head: readonly string[];
      readonly rest: AsyncIterator<ModelPieces>;
    }
  | { readonly ok: false; readonly failure: ModelFailure };

/** Most pieces without a token that are kept back. */
const EMPTY_PIECES_MAX = 16;

/** Reads up to the first token, and what came together with it. */
export async function firstToken(pieces: AsyncIterable<ModelPieces>): Promise<Opened> {
  const rest = pieces[Symbol.asyncIterator]();
  const head: string[] = [];
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
    const { lines } = next.value;
    const isBegun = head.length + lines.length >= EMPTY_PIECES_MAX || lines.some(hasToken);
    head.push(...lines);
    if (isBegun) return { ok: true, head, rest };
  }
}

function hasToken(line: string): boolean {
  const { choices } = JSON.parse(line) as ChatChunk;
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

/** The whole stream again, in both its forms; one of them is read. */
export interface WholeStream {
  readonly pieces: AsyncIterable<ModelPieces>;
  readonly events: AsyncIterable<ModelEvent>;
}

/**
 * The whole stream again; `onEnd` is told once how it ended: `null` = well, `aborted` = nobody reads on.
 * Written out, because a generator that nobody has begun to read does not notice that it was dropped.
 */
export function wholeOf(
  { head, rest }: Extract<Opened, { readonly ok: true }>,
  signal: AbortSignal,
  onEnd: (failure: ModelFailure | null) => void,
): WholeStream {
  let isHeadTold = false;
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
  if (signal.aborted) drop();
  else signal.addEventListener("abort", drop, { once: true });
  const following = (): Promise<IteratorResult<ModelPieces>> | IteratorResult<ModelPieces> => {
    if (isHeadTold) return rest.next();
    isHeadTold = true;
    return { done: false, value: { type: "chunks", lines: head } };
  };
  const iterator: AsyncIterator<ModelPieces> = {
    async next() {
      const next = isOver ? OVER : await following();
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
  const pieces = { [Symbol.asyncIterator]: () => iterator };
  return { pieces, events: oneByOne(pieces) };
}

const OVER = { done: true, value: undefined } as const;

const LEFT: ModelFailure = {
  failure: "aborted",
  status: null,
  message: "The work was ended before the answer was complete.",
  retry_after_ms: null,
};

const CUT: ModelPieces = { type: "failed", failure: LEFT };
