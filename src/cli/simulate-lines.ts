/**
 * Lines as they come in, from a pipe or a file, with a bound on the length of each.
 *
 * Whoever drives the simulator waits for the answer to one line before writing the next, so every line
 * is handed on as soon as its end is there. A line that cannot be read is one mistake, and what follows
 * it is read all the same.
 */
import { type SimulateRefusal, unreadableLine } from "../replay/simulate.ts";

/** The longest line in bytes: a host with a thousand models has a fifth of it. */
export const LINE_BYTES_MAX = 1024 * 1024;

const LINE_END = 0x0a;

/** A line of text, or why it is none. */
export type InputLine = string | SimulateRefusal;

/** The lines of each chunk that comes in; the last line need not have an end. */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<readonly InputLine[]> {
  const splitter = new Splitter();
  for await (const chunk of input) yield splitter.add(chunk);
  yield splitter.end();
}

class Splitter {
  #begun: Buffer[] = [];
  #size = 0;
  /** The line that is being read was refused already; the rest of it is passed over. */
  #isPassingOver = false;

  add(chunk: Buffer): readonly InputLine[] {
    const lines: InputLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      this.#take(chunk.subarray(from, end), lines);
      this.#finish(lines);
      from = end + 1;
    }
    this.#take(chunk.subarray(from), lines);
    return lines;
  }

  end(): readonly InputLine[] {
    const lines: InputLine[] = [];
    this.#finish(lines);
    return lines;
  }

  #take(part: Buffer, lines: InputLine[]): void {
    if (this.#isPassingOver || part.length === 0) return;
    this.#size += part.length;
    if (this.#size > LINE_BYTES_MAX) {
      lines.push(unreadableLine(`more than ${LINE_BYTES_MAX} bytes`, "write shorter lines"));
      this.#isPassingOver = true;
      this.#begun = [];
      return;
    }
    this.#begun.push(part);
  }

  #finish(lines: InputLine[]): void {
    if (!this.#isPassingOver && this.#size > 0) lines.push(textOf(Buffer.concat(this.#begun)));
    else if (!this.#isPassingOver) lines.push("");
    this.#begun = [];
    this.#size = 0;
    this.#isPassingOver = false;
  }
}

/** Without a byte order mark; the decoder takes it away. */
function textOf(bytes: Buffer): InputLine {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return unreadableLine("bytes that are not UTF-8", "write UTF-8");
  }
}
