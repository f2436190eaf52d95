/**
 * Runs a helper program so that nothing it does can hold us up.
 *
 * A child that hangs gets SIGKILL for its whole group at the deadline, and we do not wait for it: the
 * deadline is a race of our own, because a process in uninterruptible sleep ends by no signal at all.
 * Such a child is dropped (pipes destroyed, unreferenced) and no other is started while it lives;
 * after a timeout the next attempts wait longer and longer. Rejected: `execFile` with `timeout`,
 * which came back 6 s late and without an error (detection facts §2.7).
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { NoteCode } from "../domain/note.ts";
import type { Environment } from "./environment.ts";

/** What to run: no shell, arguments as they are, the environment plus `LC_ALL=C`. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
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
  /** Never rejects. While a dropped child lives, or in back-off: `timeout` at once. */
  run(program: Program): Promise<ProgramOutcome>;
}

/** Output beyond this ends the child; a page of rows is a few KiB. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** After its end a child's grandchildren may still hold the pipes; we wait this long for the rest. */
const PIPE_GRACE_MS = 200;
const BACKOFF_FIRST_MS = 5000;
const BACKOFF_MAX_MS = 60_000;
const SPAWN_PROBLEMS: ReadonlyMap<string, NoteCode> = new Map([
  ["ENOENT", "not-installed"],
  ["ENOTDIR", "not-installed"],
  ["EACCES", "not-executable"],
  ["EPERM", "not-executable"],
  ["ENOEXEC", "not-executable"],
]);

/** A runner with its own memory of hung children; `now` is a monotonic clock in ms. */
export function createProgramRunner(now: () => number = () => performance.now()): ProgramRunner {
  let isRunning = false;
  let dropped: ChildProcess | null = null;
  let timeouts = 0;
  let waitUntil = Number.NEGATIVE_INFINITY;
  return {
    async run(program) {
      if (isRunning || (dropped !== null && isAlive(dropped)) || now() < waitUntil) {
        return outcomeOf("timeout");
      }
      isRunning = true;
      const { outcome, child } = await runOnce(program);
      isRunning = false;
      dropped = child;
      timeouts = outcome.problem === "timeout" && !program.signal?.aborted ? timeouts + 1 : 0;
      if (timeouts > 0) {
        waitUntil = now() + Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (timeouts - 1));
      }
      return outcome;
    },
  };
}

interface Run {
  readonly outcome: ProgramOutcome;
  /** `null` when nothing was started. */
  readonly child: ChildProcess | null;
}

function runOnce(program: Program): Promise<Run> {
  if (program.signal?.aborted) {
    return Promise.resolve({ outcome: outcomeOf("timeout"), child: null });
  }
  const started = start(program);
  if ("problem" in started) {
    return Promise.resolve({ outcome: outcomeOf(started.problem), child: null });
  }
  return watch(started, program);
}

function start({ file, args, env }: Program): ChildProcess | { readonly problem: NoteCode } {
  try {
    return spawn(file, [...args], {
      env: { ...env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
      // Its own group, so that SIGKILL reaches what it started, too.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function watch(child: ChildProcess, { limit_ms, signal }: Program): Promise<Run> {
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
      drop(child, problem !== null && isAlive(child));
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
    child.on("error", (error) => settle(problemOf(error)));
    const end = (): void => settle(child.exitCode === null ? "failed" : null);
    child.on("close", end);
    child.on("exit", () => {
      grace = setTimeout(end, PIPE_GRACE_MS);
    });
  });
}

function drop(child: ChildProcess, isToBeKilled: boolean): void {
  if (isToBeKilled) kill(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function kill(child: ChildProcess): void {
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

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function outcomeOf(problem: NoteCode): ProgramOutcome {
  return { exit_code: null, stdout: "", stderr: "", problem };
}

function problemOf(error: unknown): NoteCode {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return SPAWN_PROBLEMS.get(code) ?? "failed";
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
