/**
 * Runs a helper program so that nothing it does can hold us up.
 *
 * A child that hangs gets SIGKILL for its whole group at the deadline, and we do not wait for it: the
 * deadline is a race of our own, because a process in uninterruptible sleep ends by no signal at all.
 * Such a child is let go and counted (`helper-child.ts`), and its program is not started again while it
 * lives; after a timeout the next attempts wait longer and longer. Rejected: `execFile` with `timeout`,
 * which came back 6 s late and without an error (detection facts §2.7).
 */
import type { ChildProcess } from "node:child_process";
import type { NoteCode } from "../domain/note.ts";
import {
  type ChildCommand,
  endChild,
  isChildAlive,
  isFreeOfAbandoned,
  letGo,
  spawnProblemOf,
  startChild,
} from "./helper-child.ts";

/** What to run, and for how long at most. */
export interface Program extends ChildCommand {
  readonly limit_ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** How it went; `problem` is `null` when the program ended by itself, whatever its exit code. */
export interface ProgramOutcome {
  readonly exit_code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly problem: NoteCode | null;
}

/** One child at a time. */
export interface ProgramRunner {
  /** Never rejects. While a child of this program that was let go lives, or in back-off: `timeout`. */
  run(program: Program): Promise<ProgramOutcome>;
}

/** A runner that knows how many of its children are still there although it has let them go. */
export interface CountedRunner extends ProgramRunner {
  readonly abandoned: () => number;
}

/** Output beyond this ends the child; a page of rows is a few KiB. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** After its end a child's grandchildren may still hold the pipes; we wait this long for the rest. */
const PIPE_GRACE_MS = 200;
const BACKOFF_FIRST_MS = 5000;
const BACKOFF_MAX_MS = 60_000;

/**
 * A runner with its own memory of hangs; `now` is a monotonic clock in ms, `end` what ends a child
 * (tests give one that ends nothing, as SIGKILL does to a process in uninterruptible sleep).
 */
export function createProgramRunner(
  now: () => number = () => performance.now(),
  end: (child: ChildProcess) => void = endChild,
): CountedRunner {
  const left = new Set<ChildProcess>();
  let isRunning = false;
  let timeouts = 0;
  let waitUntil = Number.NEGATIVE_INFINITY;
  const runFree = async (program: Program): Promise<ProgramOutcome> => {
    if (!(await isFreeOfAbandoned(program.file))) return outcomeOf("timeout");
    const { outcome, child } = await runOnce(program, end);
    if (child !== null && isChildAlive(child)) {
      left.add(child);
      child.once("exit", () => left.delete(child));
    }
    // An abort says nothing about the program: neither that it hangs nor that it does well.
    if (program.signal?.aborted) return outcome;
    timeouts = outcome.problem === "timeout" ? timeouts + 1 : 0;
    if (timeouts > 0) waitUntil = now() + backoffMs(timeouts);
    return outcome;
  };
  return {
    abandoned: () => left.size,
    async run(program) {
      if (isRunning || now() < waitUntil) return outcomeOf("timeout");
      isRunning = true;
      const outcome = await runFree(program);
      isRunning = false;
      return outcome;
    },
  };
}

/** How long to wait after so many failures in a row: 5 s, doubled each time, at most 60 s. */
export function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1));
}

interface Run {
  readonly outcome: ProgramOutcome;
  /** `null` when nothing was started. */
  readonly child: ChildProcess | null;
}

type End = (child: ChildProcess) => void;

function runOnce(program: Program, end: End): Promise<Run> {
  if (program.signal?.aborted) {
    return Promise.resolve({ outcome: outcomeOf("timeout"), child: null });
  }
  const started = startChild(program);
  if ("problem" in started) {
    return Promise.resolve({ outcome: outcomeOf(started.problem), child: null });
  }
  return watch(started, program, end);
}

function watch(child: ChildProcess, { file, limit_ms, signal }: Program, end: End): Promise<Run> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    let isSettled = false;
    let grace: NodeJS.Timeout | undefined;
    const settle = (problem: NoteCode | null): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(deadline);
      clearTimeout(grace);
      signal?.removeEventListener("abort", expire);
      // A natural end needs no kill, and its group id may already belong to somebody else.
      if (problem !== null && isChildAlive(child)) end(child);
      letGo(child, file);
      // Node gives a child that never started a negative code.
      const exit_code = problem === null ? child.exitCode : null;
      const texts = { stdout: textOf(stdout), stderr: textOf(stderr) };
      resolve({ outcome: { exit_code, ...texts, problem }, child });
    };
    const expire = (): void => settle("timeout");
    const deadline = setTimeout(expire, limit_ms);
    signal?.addEventListener("abort", expire, { once: true });
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) settle("unparsable");
      else into.push(chunk);
    };
    child.stdout?.on("data", collect(stdout)).on("error", ignore);
    child.stderr?.on("data", collect(stderr)).on("error", ignore);
    child.on("error", (error) => settle(spawnProblemOf(error)));
    const finish = (): void => settle(child.exitCode === null ? "failed" : null);
    child.on("close", finish);
    child.on("exit", () => {
      grace = setTimeout(finish, PIPE_GRACE_MS);
    });
  });
}

function outcomeOf(problem: NoteCode): ProgramOutcome {
  return { exit_code: null, stdout: "", stderr: "", problem };
}

/** UTF-8, or UTF-16 where its mark stands first (PowerShell redirection). */
function textOf(chunks: readonly Buffer[]): string {
  const bytes = Buffer.concat(chunks);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? "utf16le" : "utf8");
}

function ignore(): void {
  // A destroyed pipe may report an error that nobody needs.
}
