/**
 * One run of a program with text on its standard input, and how it ended.
 *
 * No shell: arguments are what stands in the configuration. Its own process group, and SIGKILL for all of
 * it at the deadline, because a program that ignores SIGTERM is the one that hangs. Of what it prints
 * only the end is kept; a chatty one is not ended for it. What it leaves behind in the background after a
 * good end is its own affair.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { HookFailure } from "./hook.ts";

/** What to run. */
export interface CommandRun {
  /** Program and arguments; at least the program. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: string;
  readonly deadlineMs: number;
  readonly end: AbortSignal;
}

/** `null` in `reason` = it ended with code 0. */
export interface CommandEnd {
  readonly reason: HookFailure | null;
  readonly exitCode: number | null;
  /** The end of what it printed. */
  readonly said: string;
  /** The child, if it lives on in spite of SIGKILL. */
  readonly survivor: ChildProcess | null;
}

/** Characters of output that are kept. */
const SAID_CHARACTERS = 500;
/** A killed child needs a moment to be gone; then it is left. */
const KILL_GRACE_MS = 500;
/** After its end others may hold its pipes; the rest of its output is waited for so long. */
const PIPE_GRACE_MS = 200;

const START_PROBLEMS: ReadonlyMap<string, HookFailure> = new Map([
  ["ENOENT", "not_found"],
  ["ENOTDIR", "not_found"],
]);

/** Runs it once; never rejects. `kill` ends a child and its group. */
export function runCommand(run: CommandRun, kill = killGroup): Promise<CommandEnd> {
  const [file = "", ...args] = run.command;
  const none = { exitCode: null, said: "", survivor: null };
  if (run.end.aborted) return Promise.resolve({ ...none, reason: "stopped" });
  try {
    const child = spawn(file, args, {
      env: run.env,
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    return endOf(child, run, kill);
  } catch (error) {
    return Promise.resolve({ ...none, reason: startProblemOf(error) });
  }
}

/** False when it has ended or never started. */
export function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function endOf(
  child: ChildProcess,
  { input, deadlineMs, end }: CommandRun,
  kill: (child: ChildProcess) => void,
): Promise<CommandEnd> {
  const said = tailOf(child);
  return new Promise((resolve) => {
    let cause: HookFailure | null = null;
    let grace: NodeJS.Timeout | undefined;
    const finish = (reason: HookFailure | null): void => {
      clearTimeout(deadline);
      clearTimeout(grace);
      end.removeEventListener("abort", onEnd);
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
      child.unref();
      const survivor = isAlive(child) ? child : null;
      // Node gives a child that never started a negative code.
      const exitCode = child.pid === undefined ? null : child.exitCode;
      resolve({ reason, exitCode, said: said(), survivor });
    };
    const endItself = (): void => finish(cause ?? reasonOf(child));
    const cutOff = (why: HookFailure): void => {
      cause = why;
      kill(child);
      clearTimeout(grace);
      grace = setTimeout(() => finish(why), KILL_GRACE_MS);
    };
    const onEnd = (): void => cutOff("stopped");
    const deadline = setTimeout(() => cutOff("timeout"), deadlineMs);
    end.addEventListener("abort", onEnd, { once: true });
    child.on("error", (error) => finish(startProblemOf(error)));
    child.on("close", endItself);
    child.on("exit", () => {
      clearTimeout(deadline);
      clearTimeout(grace);
      grace = setTimeout(endItself, PIPE_GRACE_MS);
    });
    // It need not read what it is told.
    child.stdin?.on("error", () => {}).end(input);
  });
}

function reasonOf({ exitCode, signalCode }: ChildProcess): HookFailure | null {
  if (signalCode !== null) return "killed";
  return exitCode === 0 ? null : "exit_code";
}

/** Both outputs together, the end of it. */
function tailOf(child: ChildProcess): () => string {
  let tail = "";
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.setEncoding("utf8").on("error", () => {});
    pipe?.on("data", (text: string) => {
      tail = (tail + text).slice(-SAID_CHARACTERS);
    });
  }
  return () => tail.trim();
}

function startProblemOf(error: unknown): HookFailure {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return START_PROBLEMS.get(code) ?? "not_executable";
}

/** SIGKILL for the whole group; never throws. */
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
