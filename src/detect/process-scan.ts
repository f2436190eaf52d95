/**
 * Which of the wanted programs run, and in how much memory: one pass over the processes for all of them.
 *
 * Linux tells it by the executables under /proc, by the short name only where the executable is hidden;
 * macOS by `ps`, Windows by `tasklist`. `null` = the list could not be read. On Linux a process that was
 * nobody wanted twice is not looked at again for a while, so that a sensor looks at new ones only.
 * Rejected: words of the command line (`systemd-resolved`, scripts and editors of text match).
 */
import { type HostView, ioOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import type { ProgramRunner } from "./run-program.ts";

/** A program to look for. */
export interface WantedProgram {
  readonly id: string;
  /** Matches the path of its executable. */
  readonly process: RegExp;
  /** Its short name on Linux. */
  readonly comm?: string | undefined;
}

/** What runs of one program: processes, and their resident memory in MiB (`null` = not told). */
export interface RunningProgram {
  readonly processes: number;
  readonly memory_mib: number | null;
}

/** By id; a program that does not run is not in it. */
export type Running = ReadonlyMap<string, RunningProgram>;

/** How to look. */
export interface ScanParts {
  readonly view: HostView;
  readonly runner: ProgramRunner;
  readonly wanted: readonly WantedProgram[];
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
const KIB_PER_MIB = 1024;

/** A scan that remembers which processes are nobody wanted. */
export function createProcessScan({ view, runner, wanted }: ScanParts) {
  const scanLinux = createLinuxScan(view, wanted);
  return async function scan(signal?: AbortSignal): Promise<Running | null> {
    switch (view.platform) {
      case "linux":
        return scanLinux();
      case "darwin":
        return list(["ps", "-axo", "rss=,comm="], parsePs, signal);
      case "win32":
        return list(["tasklist", "/FO", "CSV", "/NH"], parseTasklist, signal);
      default:
        return new Map();
    }
  };

  async function list(
    [file = "", ...args]: readonly string[],
    parse: (text: string) => readonly ListedProcess[],
    signal: AbortSignal | undefined,
  ): Promise<Running | null> {
    const run = { file, args, env: view.env, limit_ms: LIST_LIMIT_MS, signal };
    const { exit_code, stdout, problem } = await runner.run(run);
    return problem === null && exit_code === 0 ? runningOf(parse(stdout), wanted) : null;
  }
}

/** One line of a list. */
export interface ListedProcess {
  readonly path: string;
  readonly memory_kib: number | null;
}

/** `ps -axo rss=,comm=`: KiB and the path of the program, which may hold blanks. */
export function parsePs(text: string): readonly ListedProcess[] {
  return text.split("\n").flatMap((line) => {
    const [, kib, path] = /^\s*(\d{1,12})\s+(\S.*?)\s*$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, memory_kib: Number(kib) }];
  });
}

/** `tasklist /FO CSV /NH`: the name first, the memory last (`"123,456 K"` in any language's grouping). */
export function parseTasklist(text: string): readonly ListedProcess[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const cells = [...line.matchAll(/"([^"]*)"/g)].map(([, cell = ""]) => cell);
    const [path] = cells;
    if (path === undefined || path === "" || cells.length < 2) return [];
    const grouped = /^(\d{1,3}(?:[.,\s\u00A0\u202F']?\d{3})*) K$/.exec(cells.at(-1) ?? "")?.[1];
    const digits = grouped?.replace(/\D/g, "");
    return [{ path, memory_kib: digits === undefined ? null : Number(digits) }];
  });
}

function runningOf(processes: readonly ListedProcess[], wanted: readonly WantedProgram[]): Running {
  const running = new Map<string, RunningProgram>();
  for (const { path, memory_kib } of processes) {
    const found = wanted.find(({ process }) => process.test(path));
    if (found !== undefined) add(running, found.id, memory_kib);
  }
  return inMib(running);
}

/** Sums in KiB; one process whose memory is not told makes the sum unknown, never smaller. */
function add(running: Map<string, RunningProgram>, id: string, memory_kib: number | null): void {
  const before = running.get(id) ?? { processes: 0, memory_mib: 0 };
  const { processes, memory_mib } = before;
  const sum = memory_mib === null || memory_kib === null ? null : memory_mib + memory_kib;
  running.set(id, { processes: processes + 1, memory_mib: sum });
}

function inMib(running: ReadonlyMap<string, RunningProgram>): Running {
  return new Map(
    [...running].map(([id, { processes, memory_mib }]) => [
      id,
      {
        processes,
        memory_mib: memory_mib === null ? null : Math.round(memory_mib / KIB_PER_MIB),
      },
    ]),
  );
}

function createLinuxScan(view: HostView, wanted: readonly WantedProgram[]) {
  const io = ioOf(view);
  const pathOf = (path: string): string => rootedPath(view.root, path);
  let others = new Map<string, number>();
  let looks = 0;

  async function idOf(pid: string): Promise<string | null> {
    const link = await io.readLink(pathOf(`/proc/${pid}/exe`));
    if (link.target !== null) {
      const path = link.target.trim().replace(/ \(deleted\)$/, "");
      return wanted.find(({ process }) => process.test(path))?.id ?? null;
    }
    if (link.code === "absent") return null;
    const comm = (await io.readText(pathOf(`/proc/${pid}/comm`)))?.trim();
    return wanted.find((one) => one.comm !== undefined && one.comm === comm)?.id ?? null;
  }

  async function memoryKibOf(pid: string): Promise<number | null> {
    const status = await io.readText(pathOf(`/proc/${pid}/status`));
    const digits = /^VmRSS:\s+(\d{1,12}) kB\s*$/m.exec(status ?? "")?.[1];
    return digits === undefined ? null : Number(digits);
  }

  return async (): Promise<Running | null> => {
    const names = (await io.listFolder(pathOf("/proc"))) ?? [];
    const pids = names.filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
    if (pids.length === 0) return null;
    looks += 1;
    if (looks % LOOKS_UNTIL_AFRESH === 0) others = new Map();
    const unknown = pids.filter((pid) => (others.get(pid) ?? 0) < LOOKS_UNTIL_KNOWN);
    const running = new Map<string, RunningProgram>();
    const found = new Set<string>();
    for (let start = 0; start < unknown.length; start += LOOKS_AT_ONCE) {
      const batch = unknown.slice(start, start + LOOKS_AT_ONCE);
      const ids = await Promise.all(batch.map(idOf));
      for (const [place, id] of ids.entries()) {
        const pid = batch[place];
        if (id === null || pid === undefined) continue;
        found.add(pid);
        add(running, id, await memoryKibOf(pid));
      }
    }
    const rest = pids.filter((pid) => !found.has(pid));
    others = new Map(rest.map((pid) => [pid, (others.get(pid) ?? 0) + 1]));
    return inMib(running);
  };
}
