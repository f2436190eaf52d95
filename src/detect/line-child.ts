/**
 * A helper program that runs on and on and prints a line now and then.
 *
 * Beside `run-program.ts`, which is for programs that end: here nothing is collected, each line is handed
 * over as it comes and forgotten. A line without an end is bounded; the end of the child is told once.
 * Whether it has been silent too long is for the caller to judge.
 */
import { StringDecoder } from "node:string_decoder";
import type { Environment } from "./environment.ts";
import { endChild, isChildAlive, letGo, startChild } from "./helper-child.ts";

/** What to start and whom to tell. */
export interface LineProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly onLine: (line: string) => void;
  /** Once, when it ended by itself, could not be started, or printed a line without an end. */
  readonly onEnd: (exit_code: number | null) => void;
}

/** The running child. */
export interface LineChild {
  isAlive(): boolean;
  /** SIGKILL to its whole group; nothing is told after that. */
  kill(): void;
}

/** Longer than any line of a counter table with 64 cards. */
const MAX_LINE_CHARACTERS = 64 * 1024;
/** After its end the pipe may still hold lines, or be held by others; we wait this long. */
const PIPE_GRACE_MS = 200;

/** Starts it; never throws. */
export function startLineChild({ file, args, env, onLine, onEnd }: LineProgram): LineChild {
  const started = startChild({ file, args, env });
  if ("problem" in started) {
    let isWanted = true;
    queueMicrotask(() => isWanted && onEnd(null));
    return {
      isAlive: () => false,
      kill: () => {
        isWanted = false;
      },
    };
  }
  let isOver = false;
  let grace: NodeJS.Timeout | undefined;
  const end = (): void => {
    // Once only: a child that was let go and lives on is counted once.
    if (isOver) return;
    isOver = true;
    clearTimeout(grace);
    if (isChildAlive(started)) endChild(started);
    letGo(started, file);
  };
  const finish = (): void => {
    if (isOver) return;
    // Node gives a child that never started a negative code.
    const code = started.exitCode;
    const exit_code = code !== null && code >= 0 ? code : null;
    end();
    onEnd(exit_code);
  };
  const takeLines = linesInto((line) => {
    if (!isOver) onLine(line);
  }, finish);
  started.stdout?.on("data", takeLines).on("error", finish);
  // What it complains about is not asked for, but a full pipe would stop it.
  started.stderr?.resume().on("error", finish);
  started.on("error", finish).on("close", finish);
  started.on("exit", () => {
    grace = setTimeout(finish, PIPE_GRACE_MS);
  });
  return { isAlive: () => isChildAlive(started), kill: end };
}

/** Cuts chunks into lines; UTF-16 where its mark stands first. */
function linesInto(onLine: (line: string) => void, onOverflow: () => void) {
  let decoder: StringDecoder | null = null;
  let rest = "";
  return (chunk: Buffer): void => {
    const isUtf16 = chunk[0] === 0xff && chunk[1] === 0xfe;
    decoder ??= new StringDecoder(isUtf16 ? "utf16le" : "utf8");
    // Unlike other decoders this one leaves the mark in the text.
    const lines = (rest + decoder.write(chunk).replace(/^\uFEFF/, "")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
    if (rest.length > MAX_LINE_CHARACTERS) onOverflow();
  };
}
