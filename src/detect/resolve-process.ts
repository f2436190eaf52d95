/**
 * Is DaVinci Resolve running? `null` means that the list of processes could not be read.
 *
 * Linux tells it by the executables under /proc, and by the short name only for processes of others,
 * whose executable is hidden; macOS by `ps`, Windows by `tasklist`. The process that was found last
 * time is looked at first, so that a sensor usually needs one look.
 */
import { readdir, readlink } from "node:fs/promises";
import { isResolveInPs, isResolveInTasklist, isResolveProgram } from "./davinci-paths.ts";
import { type HostView, rootedPath } from "./probe.ts";
import { readText } from "./read-file.ts";
import type { ProgramRunner } from "./run-program.ts";

/** How to look. */
export interface ProcessSearch {
  readonly view: HostView;
  readonly runner: ProgramRunner;
  readonly signal?: AbortSignal | undefined;
}

/** Limit of `ps` and `tasklist`. */
const LIST_LIMIT_MS = 2000;
/** Linux allows more, but no desktop has them; the rest is not looked at. */
const MAX_PROCESSES = 32_768;
/** Looks at a time, so that a large host does not fill the thread pool's queue. */
const LOOKS_AT_ONCE = 64;

/** A search that remembers where it found the editor. */
export function createResolveSearch({ view, runner, signal }: ProcessSearch) {
  let lastFound: string | null = null;
  return async function isResolveRunning(inner = signal): Promise<boolean | null> {
    switch (view.platform) {
      case "linux": {
        const pids = await processIdsOf(view);
        if (pids === null) return null;
        const ordered = lastFound === null ? pids : [lastFound, ...pids];
        lastFound = await findInProc(view, ordered);
        return lastFound !== null;
      }
      case "darwin":
        return inList(["ps", "-axo", "comm"], isResolveInPs, inner);
      case "win32": {
        const filter = ["/FI", "IMAGENAME eq Resolve.exe", "/FO", "CSV", "/NH"];
        return inList(["tasklist", ...filter], isResolveInTasklist, inner);
      }
      default:
        return false;
    }
  };

  async function inList(
    [file = "", ...args]: readonly string[],
    isIn: (text: string) => boolean,
    inner: AbortSignal | undefined,
  ): Promise<boolean | null> {
    const run = { file, args, env: view.env, limit_ms: LIST_LIMIT_MS, signal: inner };
    const { exit_code, stdout, problem } = await runner.run(run);
    return problem === null && exit_code === 0 ? isIn(stdout) : null;
  }
}

async function processIdsOf(view: HostView): Promise<readonly string[] | null> {
  try {
    const names = await readdir(rootedPath(view.root, "/proc"));
    const pids = names.filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
    return pids.length === 0 ? null : pids;
  } catch {
    return null;
  }
}

async function findInProc(view: HostView, pids: readonly string[]): Promise<string | null> {
  for (let start = 0; start < pids.length; start += LOOKS_AT_ONCE) {
    const batch = pids.slice(start, start + LOOKS_AT_ONCE);
    const found = await Promise.all(batch.map((pid) => isResolve(view, pid)));
    const position = found.indexOf(true);
    if (position >= 0) return batch[position] ?? null;
  }
  return null;
}

async function isResolve(view: HostView, pid: string): Promise<boolean> {
  const folder = rootedPath(view.root, `/proc/${pid}`);
  try {
    return isResolveProgram(await readlink(`${folder}/exe`));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") return false;
    return (await readText(`${folder}/comm`))?.trim() === "resolve";
  }
}
