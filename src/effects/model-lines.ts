/** The lines of a streamed answer, as they come: NDJSON and server-sent events are both made of lines. */
import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { BROKEN_OFF, MAX_ANSWER_BYTES, TOO_LONG } from "./model-fetch.ts";
import type { ModelWatch } from "./model-watch.ts";

const MAX_LINE_CHARACTERS = 4 * 1024 * 1024;

/** The lines that came together, without their ends and without empty ones; the last may lack its end. */
export async function* linesOf(
  message: IncomingMessage,
  watch: ModelWatch,
): AsyncGenerator<readonly string[], void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let bytes = 0;
  try {
    watch.waits();
    // Not destroyed when the reader leaves: after the last line the connection is used again.
    const pieces = message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const piece of pieces) {
      watch.got();
      bytes += piece.length;
      if (bytes > MAX_ANSWER_BYTES) throw watch.finding(TOO_LONG);
      const parts = (rest + decoder.write(piece)).split("\n");
      rest = parts.pop() ?? "";
      if (rest.length > MAX_LINE_CHARACTERS || parts.some(isTooLong))
        throw watch.finding(LINE_TOO_LONG);
      const lines = parts.filter(isFull);
      if (lines.length > 0) yield lines;
      watch.waits();
    }
  } catch (error) {
    throw watch.isOver ? error : watch.finding(BROKEN_OFF);
  }
  rest += decoder.end();
  if (isFull(rest)) yield [rest];
}

const LINE_TOO_LONG = `A line of the answer was to be at most ${MAX_LINE_CHARACTERS} characters long and is longer.`;

function isTooLong(line: string): boolean {
  return line.length > MAX_LINE_CHARACTERS;
}

function isFull(line: string): boolean {
  return line !== "" && line !== "\r";
}
