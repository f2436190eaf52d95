/**
 * The lines of a streamed answer, as they come: NDJSON and server-sent events are both made of lines.
 *
 * What came in one packet stays together on its whole way to whoever reads it, so that the hops between
 * here and there are made once for many pieces.
 */
import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { BROKEN_OFF, MAX_ANSWER_BYTES, TOO_LONG } from "./model-fetch.ts";
import type { ModelWatch } from "./model-watch.ts";

const MAX_LINE_CHARACTERS = 4 * 1024 * 1024;

/** Makes chunks of the lines of one answer. */
export interface LineReader {
  /** Adds the JSON of the line's chunks; true: the answer is whole. Throws where a line is none of an answer. */
  take(line: string, chunks: string[]): boolean;
  /** The answer may end without a last word. */
  readonly isFinished: boolean;
}

/** The chunks that came together, as JSON; what came before a bad line was said, and is told before it fails. */
export async function* chunksFrom(
  message: IncomingMessage,
  { watch, reader }: { readonly watch: ModelWatch; readonly reader: LineReader },
): AsyncGenerator<readonly string[], void> {
  for await (const lines of linesOf(message, watch)) {
    const { chunks, end } = taken(lines, reader);
    if (chunks.length > 0) {
      watch.began();
      yield chunks;
    }
    if (end === "whole") return;
    if (end !== null) throw end.error;
  }
  if (!reader.isFinished) throw watch.finding("The answer ended before it was finished.");
}

function taken(lines: readonly string[], reader: LineReader) {
  const chunks: string[] = [];
  try {
    for (const line of lines)
      if (reader.take(line, chunks)) return { chunks, end: "whole" } as const;
    return { chunks, end: null };
  } catch (error) {
    return { chunks, end: { error } };
  }
}

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
