/**
 * Is DaVinci Resolve running? `null` means that the list of processes could not be read.
 *
 * Linux tells it by the executables under /proc, and by the short name only for processes of others,
 * whose executable is hidden; macOS by `ps`, Windows by `tasklist`. On Linux a process that was
 * somebody else twice is not looked at again for a while, so that a sensor looks at new ones only.
 */
import { isResolveInPs, isResolveInTasklist, isResolveProgram } from "./davinci-paths.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
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

/** A process may become another program after its start, but hardly after two looks. */
const LOOKS_UNTIL_KNOWN = 2;
/** Process ids are used again, so all are looked at afresh this often. */
const LOOKS_UNTIL_AFRESH = 12;

/** A search that remembers which processes are not the editor. */
export function createResolveSearch({ view, runner, signal }: ProcessSearch) {
  const findInProc = createProcSearch(view);
  return async function isResolveRunning(inner = signal): Promise<boolean | null> {
    switch (view.platform) {
      case "linux":
        return findInProc();
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
  const names = (await ioOf(view).listFolder(rootedPath(view.root, "/proc"))) ?? [];
  const pids = names.filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
  return pids.length === 0 ? null : pids;
}

function createProcSearch(view: HostView): () => Promise<boolean | null> {
  let others = new Map<string, number>();
  let looks = 0;
  return async () => {
    const pids = await processIdsOf(view);
    if (pids === null) return null;
    looks += 1;
    if (looks % LOOKS_UNTIL_AFRESH === 0) others = new Map();
    const isKnown = (pid: string): boolean => (others.get(pid) ?? 0) >= LOOKS_UNTIL_KNOWN;
    const isFound = await isResolveAmong(
      view,
      pids.filter((pid) => !isKnown(pid)),
    );
    // After a find the rest was not looked at, so nothing is learned about it.
    if (!isFound) others = new Map(pids.map((pid) => [pid, (others.get(pid) ?? 0) + 1]));
    return isFound;
  };
}

async function isResolveAmong(view: HostView, pids: readonly string[]): Promise<boolean> {
  for (let start = 0; start < pids.length; start += LOOKS_AT_ONCE) {
    const batch = pids.slice(start, start + LOOKS_AT_ONCE);
    const found = await Promise.all(batch.map((pid) => isResolve(view, pid)));
    if (found.includes(true)) return true;
  }
  return false;
}

async function isResolve(view: HostView, pid: string): Promise<boolean> {
  const folder = rootedPath(view.root, `/proc/${pid}`);
  const link = await ioOf(view).readLink(`${folder}/exe`);
  if (link.target !== null) return isResolveProgram(link.target);
  if (link.code === "absent") return false;
  return (await ioOf(view).readText(`${folder}/comm`))?.trim() === "resolve";
}
