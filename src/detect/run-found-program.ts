/**
 * Finds a helper program of the system and runs it once, through the view's port.
 *
 * A program that is not there is one more way in which a run can go wrong, with a code of its own; a
 * probe that asks several programs then has one kind of answer to look at.
 */
import { findProgram } from "./find-program.ts";
import { type HostView, ioOf } from "./host-io.ts";
import type { ProgramOutcome } from "./run-program.ts";

/** Which program with which arguments; `places` are tried after PATH. */
export interface SystemProgram {
  readonly name: string;
  readonly places: readonly string[];
  readonly args: readonly string[];
  readonly limit_ms: number;
}

/** What a probe of the system is asked. */
export interface SystemQuestion {
  readonly view: HostView;
  readonly signal?: AbortSignal | undefined;
}

/** How the run went; never rejects. */
export async function runFoundProgram(
  { view, signal }: SystemQuestion,
  { name, places, args, limit_ms }: SystemProgram,
): Promise<ProgramOutcome> {
  const found = await findProgram(view, { name, configured: null, places });
  if (found.path === null) {
    return { exit_code: null, stdout: "", stderr: "", problem: found.code };
  }
  return ioOf(view).run({ file: found.path, args, env: view.env, limit_ms, signal });
}

/** The first line that a program said, errors first; for the detail of a note. */
export function firstWordsOf({ stdout, stderr }: ProgramOutcome): string | null {
  const lines = [...stderr.split("\n"), ...stdout.split("\n")];
  return lines.find((line) => line.trim() !== "") ?? null;
}
