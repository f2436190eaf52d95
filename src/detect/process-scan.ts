/**
 * Which of the wanted programs run, and in how much memory: one pass over the processes for all of them.
 *
 * Linux tells it by /proc (`process-scan-linux.ts`), macOS by `ps`, Windows by `tasklist`. `null` = the
 * list could not be read. Rejected: words of the command line (`systemd-resolved`, scripts and editors of
 * text match).
 */
import type { HostView } from "./host-io.ts";
import { createLinuxScan, type WantedProcess, type WantedSight } from "./process-scan-linux.ts";
import type { ProgramRunner } from "./run-program.ts";

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
  readonly wanted: readonly WantedProcess[];
}

/** Limit of `ps` and `tasklist`. */
const LIST_LIMIT_MS = 2000;
const KIB_PER_MIB = 1024;

/** Looks again and again; on Linux it remembers which processes are nobody wanted. */
export interface ProcessScan {
  scan(signal?: AbortSignal): Promise<Running | null>;
  /** The same on the spot; `undefined` = it has to be waited for. */
  scanNow(): Running | null | undefined;
}

/** A scan of the view's processes. */
export function createProcessScan({ view, runner, wanted }: ScanParts): ProcessScan {
  const linux = createLinuxScan(view, wanted);
  return {
    async scan(signal) {
      switch (view.platform) {
        case "linux": {
          const sights = await linux.scan();
          return sights && summed(sights);
        }
        case "darwin":
          return list(["ps", "-axo", "rss=,comm="], parsePs, signal);
        case "win32":
          return list(["tasklist", "/FO", "CSV", "/NH"], parseTasklist, signal);
        default:
          return new Map();
      }
    },
    scanNow() {
      const sights = view.platform === "linux" ? linux.scanNow() : undefined;
      return sights && summed(sights);
    },
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

function runningOf(processes: readonly ListedProcess[], wanted: readonly WantedProcess[]): Running {
  return summed(
    processes.flatMap(({ path, memory_kib }) => {
      const found = wanted.find(({ process }) => process.test(path));
      return found === undefined ? [] : [{ id: found.id, memory_kib }];
    }),
  );
}

/** What was seen, by program. */
function summed(sights: readonly WantedSight[]): Running {
  const running = new Map<string, RunningProgram>();
  for (const { id, memory_kib } of sights) add(running, id, memory_kib);
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
