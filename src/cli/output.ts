/**
 * Where the commands write: answers to standard output, remarks to standard error.
 *
 * A reader that goes away (`| head`) is nothing bad: writing stops and `closed` says so. Anything
 * else that goes wrong while writing (a full disk) is kept and makes the command fail at its end.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { RuntimeProfileError } from "../domain/error.ts";
import { type Tone, toned } from "./style.ts";

/** The two streams of a command. */
export interface Output {
  /** Writes a line of the answer for people, without control characters that came from outside. */
  line(text?: string): void;
  /** Writes a line of the answer for programs. */
  json(value: unknown, isIndented?: boolean): void;
  /** Writes lines for programs, each with its end, as they are. */
  text(lines: string): void;
  /** Writes a remark beside the answer. */
  note(text: string): void;
  /** Colours a text that goes into an answer. */
  tone(tone: Tone, text: string): string;
  /** Aborted when nobody reads the answer any more. */
  readonly closed: AbortSignal;
  /** Lets the system take what was written; to be awaited now and then in long answers. */
  breathe(): Promise<void>;
  /** Throws RP_INTERNAL when something could not be written. */
  finish(): Promise<void>;
}

/** Control characters but for the line's end, and for the start of a colour (ESC is followed by "["). */
const CONTROL = /\p{Cc}/gu;
const COLOUR = /^\[[\d;]*m/;
const ESCAPE = String.fromCharCode(27);

/** Names of cards, models and files may hold anything; a terminal must not obey them. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character, at: number) => {
    if (character === "\n") return character;
    return character === ESCAPE && COLOUR.test(text.slice(at + 1, at + 12)) ? character : " ";
  });
}

/** Takes hold of the streams of this process. */
export function openOutput(): Output {
  const { stdout, stderr } = process;
  const gone = new AbortController();
  let failure: Error | null = null;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") failure ??= error;
    gone.abort();
  });
  stderr.on("error", () => {});
  const write = (text: string): void => {
    if (!gone.signal.aborted) stdout.write(text);
  };
  return {
    line: (text = "") => write(`${printable(text)}\n`),
    json: (value, isIndented = false) =>
      write(`${JSON.stringify(value, null, isIndented ? 2 : 0)}\n`),
    text: write,
    note: (text) => void stderr.write(`${printable(text)}\n`),
    tone: (tone, text) => toned(tone, text, stdout),
    closed: gone.signal,
    async breathe() {
      await nextTurn();
      while (stdout.writableNeedDrain && !gone.signal.aborted) await nextTurn();
    },
    async finish() {
      await this.breathe();
      if (failure === null) return;
      const message = `Expected to write to standard output, got ${failure.message}.`;
      throw new RuntimeProfileError("RP_INTERNAL", message, { cause: failure });
    },
  };
}
