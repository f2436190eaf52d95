/**
 * The lines of a file, one by one, with a bound on the length of each.
 *
 * A file from elsewhere may be one endless line, or no text at all; neither may fill the memory.
 */
import { closeSync, openSync, readSync } from "node:fs";

/** A line as it was read. */
export interface FileLine {
  /** 1 and up. */
  readonly number: number;
  /** `null` when it is longer than the bound, or not UTF-8. */
  readonly text: string | null;
  /** What is wrong with a line without text. */
  readonly trouble: "too long" | "not UTF-8" | null;
}

const CHUNK_BYTES = 256 * 1024;
const LINE_END = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Lines until the end of the file, or until one that cannot be read; throws as `readSync` does. */
export function* linesOfFile(path: string, maxBytes: number): Generator<FileLine> {
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let [number, begun, size] = [0, [] as Buffer[], 0];
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const bytes = chunk.subarray(0, read);
      let from = 0;
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
        const line = lineOf([...begun, bytes.subarray(from, end)], ++number, maxBytes);
        yield line;
        if (line.text === null) return;
        [from, begun, size] = [end + 1, [], 0];
      }
      begun.push(Buffer.from(bytes.subarray(from)));
      size += read - from;
      if (size > maxBytes) break;
    }
    if (size > 0) yield lineOf(begun, number + 1, maxBytes);
  } finally {
    closeSync(file);
  }
}

function lineOf(parts: readonly Buffer[], number: number, maxBytes: number): FileLine {
  const bytes = Buffer.concat(parts);
  if (bytes.length > maxBytes) return { number, text: null, trouble: "too long" };
  // Mail programs and editors of Windows change the ends of lines, and nothing else.
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { number, text: decoder.decode(bytes.subarray(0, end)), trouble: null };
  } catch {
    return { number, text: null, trouble: "not UTF-8" };
  }
}
