/**
 * A helper program that runs on and on and prints a line now and then.
 *
 * Beside `run-program.ts`, which is for programs that end: here nothing is collected, each line is handed
 * over as it comes and forgotten. A line without an end is bounded; the end of the child is told once.
 * Whether it has been silent too long is for the caller to judge.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Environment } from "./environment.ts";

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
  let isOver = false;
  let child: ChildProcess | null = null;
  let grace: NodeJS.Timeout | undefined;
  const letGo = (): void => {
    isOver = true;
    clearTimeout(grace);
    if (child !== null && isRunning(child)) killGroup(child);
    child?.stdout?.destroy();
    child?.unref();
  };
  const finish = (): void => {
    if (isOver) return;
    // Node gives a child that never started a negative code.
    const code = child?.exitCode ?? null;
    const exit_code = code !== null && code >= 0 ? code : null;
    letGo();
    onEnd(exit_code);
  };
  const takeLines = linesInto((line) => {
    if (!isOver) onLine(line);
  }, finish);
  try {
    child = spawn(file, [...args], {
      env: { ...env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
      // Its own group, so that SIGKILL reaches what it started, too.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    child.stdout?.on("data", takeLines).on("error", finish);
    child.on("error", finish).on("close", finish);
    child.on("exit", () => {
      grace = setTimeout(finish, PIPE_GRACE_MS);
    });
  } catch {
    queueMicrotask(finish);
  }
  return { isAlive: () => child !== null && isRunning(child), kill: letGo };
}

/** Cuts chunks into lines; UTF-16 where its mark stands first. */
function linesInto(onLine: (line: string) => void, onOverflow: () => void) {
  let decoder: TextDecoder | null = null;
  let rest = "";
  return (chunk: Buffer): void => {
    decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? "utf-16le" : "utf-8");
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.replace(/\r$/, ""));
    if (rest.length > MAX_LINE_CHARACTERS) onOverflow();
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function killGroup(child: ChildProcess): void {
  try {
    if (process.platform !== "win32" && child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
      return;
    }
  } catch {
    // The group is gone or not ours; the child itself is tried below.
  }
  child.kill("SIGKILL");
}
