/**
 * A streamed answer as server-sent events, in OpenAI's form: one `data:` line for each piece, `[DONE]` at
 * the end.
 *
 * Nothing is sent before the first token has come, so that every failure until then is an ordinary answer
 * with its status. What fails later can only be said inside the stream, which then ends without `[DONE]`.
 * A client that reads slowly slows the model's stream down; one that goes away ends it at once.
 */
import type { ServerResponse } from "node:http";
import type { ModelEvent } from "../effects/model-client.ts";
import { openAiErrorOf } from "./door-error.ts";
import { brokenOffOf } from "./work-refusal.ts";

const DONE = "data: [DONE]\n\n";

/** What is written, and how what is private is kept out of an error. */
export interface StreamedAnswer {
  readonly events: AsyncIterable<ModelEvent>;
  readonly redact: (value: unknown) => string;
}

/** Writes all pieces and ends the answer; the headers are set already. Settles when nothing is open. */
export async function writeEvents(
  raw: ServerResponse,
  { events, redact }: StreamedAnswer,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  // A source that does not hear its signal is told so here as well, also while it is being waited for.
  const leave = (): void => void iterator.return?.();
  raw.once("close", leave);
  try {
    while (!raw.destroyed) {
      const next = await iterator.next();
      if (raw.destroyed) return;
      if (next.done === true) {
        raw.end(DONE);
        return;
      }
      const event = next.value;
      if (event.type === "failed") {
        const { failure, message } = event.failure;
        raw.end(`data: ${redact(openAiErrorOf(brokenOffOf(failure, message)))}\n\n`);
        return;
      }
      if (!raw.write(`data: ${JSON.stringify(event.chunk)}\n\n`)) await drained(raw);
    }
  } finally {
    raw.removeListener("close", leave);
    await iterator.return?.();
  }
}

/** Until the client has read enough, or is gone. */
function drained(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      raw.removeListener("drain", end);
      raw.removeListener("close", end);
      resolve();
    };
    if (raw.destroyed) return resolve();
    raw.once("drain", end);
    raw.once("close", end);
  });
}
