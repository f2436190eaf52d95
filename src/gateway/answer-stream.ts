/**
 * A streamed answer as server-sent events, in OpenAI's form: one `data:` line for each piece, `[DONE]` at
 * the end.
 *
 * Nothing is sent before the first token has come, so that every failure until then is an ordinary answer
 * with its status. What fails later can only be said inside the stream, which then ends without `[DONE]`.
 * A client that reads slowly slows the model's stream down; one that goes away ends it at once.
 */
import type { ServerResponse } from "node:http";
import type { ModelPieces } from "../effects/model-client.ts";
import { openAiErrorOf } from "./door-error.ts";
import { brokenOffOf } from "./work-refusal.ts";

const DONE = "data: [DONE]\n\n";

/** What is written, and how what is private is kept out of an error. */
export interface StreamedAnswer {
  readonly pieces: AsyncIterable<ModelPieces>;
  readonly redact: (value: unknown) => string;
}

/** Writes all pieces and ends the answer; the headers are set already. Settles when nothing is open. */
export async function writeEvents(
  raw: ServerResponse,
  { pieces, redact }: StreamedAnswer,
): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  const line = createLine(raw);
  // A source that does not hear its signal is told so here as well, also while it is being waited for.
  const leave = (): void => void iterator.return?.();
  raw.once("close", leave);
  try {
    while (!raw.destroyed) {
      const next = await iterator.next();
      if (raw.destroyed) return;
      if (next.done === true) {
        raw.end(line.rest() + DONE);
        return;
      }
      const { value } = next;
      if (value.type === "failed") {
        const { failure, message } = value.failure;
        const said = redact(openAiErrorOf(brokenOffOf(failure, message)));
        raw.end(`${line.rest()}data: ${said}\n\n`);
        return;
      }
      await line.add(framed(value.lines));
    }
  } finally {
    line.end();
    raw.removeListener("close", leave);
    await iterator.return?.();
  }
}

function framed(lines: readonly string[]): string {
  let text = "";
  for (const line of lines) text += `data: ${line}\n\n`;
  return text;
}

/** Longest time in which a client may read nothing, ms; our choice, as long as a model may be silent. */
const UNREAD_MOST_MS = 60_000;

/** Waiting text is written at the latest when there is so much of it, in characters. */
const WAITING_MOST = 16_384;

/**
 * Pieces that come in one turn of the event loop are one write: a server that sends many at once costs a
 * write for each otherwise. The first is on its way before the next is looked at, because Node would keep
 * it back as long as pieces come.
 */
function createLine(raw: ServerResponse) {
  let waiting = "";
  let turn: NodeJS.Immediate | null = null;
  let isBegun = false;
  const rest = (): string => {
    const text = waiting;
    waiting = "";
    return text;
  };
  const flush = (): void => {
    turn = null;
    if (waiting !== "" && !raw.destroyed) raw.write(rest());
  };
  return {
    /** Settles at once, or when the client has read enough. */
    add(text: string): Promise<void> | undefined {
      if (!isBegun) {
        isBegun = true;
        raw.write(text);
        return new Promise((resolve) => setImmediate(resolve));
      }
      waiting += text;
      turn ??= setImmediate(flush);
      if (waiting.length < WAITING_MOST) return raw.writableNeedDrain ? drained(raw) : undefined;
      return raw.write(rest()) ? undefined : drained(raw);
    },
    /** What is not written yet. */
    rest,
    end(): void {
      if (turn !== null) clearImmediate(turn);
    },
  };
}

/** Until the client has read enough, or is gone. */
function drained(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    // A client that reads nothing for so long would keep the model from all others.
    const limit = setTimeout(() => raw.destroy(), UNREAD_MOST_MS);
    const end = (): void => {
      clearTimeout(limit);
      raw.removeListener("drain", end);
      raw.removeListener("close", end);
      resolve();
    };
    if (raw.destroyed) return end();
    raw.once("drain", end);
    raw.once("close", end);
  });
}
