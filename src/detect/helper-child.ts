/**
 * The children that helper programs are: how one is started, ended, and left when it does not end.
 *
 * Like a keeper of keys: whoever lets a child go without having seen its end writes it down here, for the
 * whole process. A child in uninterruptible sleep ends by no signal, so it can only be left; but it is
 * counted, and its program is not started again while it lives, whichever runner asks. Rejected: a count
 * per runner alone, because probes make a runner for each question and would stack hung children.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { NoteCode } from "../domain/note.ts";
import type { Environment } from "./environment.ts";

/** What to start: no shell, arguments as they are, the environment plus `LC_ALL=C`. */
export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

/** Children that were let go before their end. */
export interface AbandonedChildren {
  /** Still alive now. */
  readonly living: number;
  /** Since the start of this process. */
  readonly ever: number;
}

/** A killed child needs a moment to be gone; this long a new one waits for it. */
const KILL_GRACE_MS = 100;
const SPAWN_PROBLEMS: ReadonlyMap<string, NoteCode> = new Map([
  ["ENOENT", "not-installed"],
  ["ENOTDIR", "not-installed"],
  ["EACCES", "not-executable"],
  ["EPERM", "not-executable"],
  ["ENOEXEC", "not-executable"],
]);

/** Living children by program; an empty set is removed, so the map has at most one entry per program. */
const abandoned = new Map<string, Set<ChildProcess>>();
let ever = 0;

/** Starts a child in a group of its own; `problem` when the system refuses at once. */
export function startChild({
  file,
  args,
  env,
}: ChildCommand): ChildProcess | { readonly problem: NoteCode } {
  try {
    return spawn(file, [...args], {
      env: { ...env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
      // Its own group, so that SIGKILL reaches what it started, too.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    return { problem: spawnProblemOf(error) };
  }
}

/** The code of an error that a start ended with. */
export function spawnProblemOf(error: unknown): NoteCode {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return SPAWN_PROBLEMS.get(code) ?? "failed";
}

/** SIGKILL for the whole group; never throws. */
export function endChild(child: ChildProcess): void {
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

/** False when it has ended or never started. */
export function isChildAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Lets a child go: nothing of it holds this process any more; while it lives it is counted. */
export function letGo(child: ChildProcess, file: string): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
  if (!isChildAlive(child)) return;
  ever += 1;
  const ofFile = abandoned.get(file) ?? new Set();
  abandoned.set(file, ofFile.add(child));
  child.once("exit", () => {
    ofFile.delete(child);
    if (ofFile.size === 0 && abandoned.get(file) === ofFile) abandoned.delete(file);
  });
}

/** False while a child of this program that was let go lives on; waits a moment for a killed one. */
export async function isFreeOfAbandoned(file: string): Promise<boolean> {
  const living = [...(abandoned.get(file) ?? [])];
  if (living.length === 0) return true;
  await Promise.race([Promise.all(living.map(endOf)), moment()]);
  return !abandoned.has(file);
}

/** Children that this process has let go, for doctor and metrics. */
export function abandonedChildren(): AbandonedChildren {
  let living = 0;
  for (const ofFile of abandoned.values()) living += ofFile.size;
  return { living, ever };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (isChildAlive(child)) child.once("exit", () => resolve());
    else resolve();
  });
}

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, KILL_GRACE_MS));
}
