/**
 * Opens a file with the system's own viewer. What was opened stays open: only the opener is waited for,
 * and some openers stay for as long as the viewer does, so not for longer than it takes to see it fail.
 */
import { spawn } from "node:child_process";
import { setTimeout as passed } from "node:timers/promises";
import { RuntimeProfileError } from "../domain/error.ts";

/** An opener that finds no viewer has said so by then, in ms. */
const OPENER_PATIENCE_MS = 2000;

/** Program and first arguments that open a file, by platform; other systems follow the desktop standard. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  // The empty word is the title of the window that `start` would make out of a quoted path.
  win32: ["cmd.exe", "/c", "start", ""],
};
const DESKTOP = ["xdg-open"] as const;

/** Resolves once the viewer was started; throws RP_NOT_FOUND where there is none. */
export async function openInViewer(path: string): Promise<void> {
  const [program, ...first] = OPENERS[process.platform] ?? DESKTOP;
  const child = spawn(program, [...first, path], { stdio: "ignore", detached: true });
  const waiting = new AbortController();
  const ended = new Promise<string | null>((resolve) => {
    child.on("error", ({ message }) => resolve(message));
    child.on("exit", (code) => resolve(code === 0 ? null : `exit code ${code} of ${program}`));
  });
  const patience = passed(OPENER_PATIENCE_MS, null, { signal: waiting.signal }).catch(() => null);
  const trouble = await Promise.race([ended, patience]);
  waiting.abort();
  child.unref();
  if (trouble !== null) throw noViewer(path, trouble);
}

function noViewer(path: string, trouble: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_NOT_FOUND",
    `Expected a program that opens pictures, got ${trouble}; the picture is there, so open it yourself: ${path}`,
    { path },
  );
}
