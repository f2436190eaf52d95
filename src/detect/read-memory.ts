/**
 * The memory that this process can use, in MiB: the host's, seen through its control groups.
 *
 * Probe and sensor share it. On Linux it is files only; macOS gets `process.availableMemory()`,
 * because the free memory there is a fraction of the usable one (23 MB against 12 GB seen), and
 * Windows the available physical memory. Rejected: `process.availableMemory()` on Linux (§4.2).
 */
import type { Host } from "../domain/host.ts";
import {
  type CgroupLevel,
  cgroupLevelsOf,
  effectiveMemoryOf,
  parseCgroupBytes,
  parseCgroupPaths,
  parseInactiveFile,
  smallestOf,
} from "./cgroup.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { parseMeminfo } from "./meminfo.ts";
import { rootedPath } from "./probe.ts";
import type { ReadText } from "./read-file.ts";
import { readSteps, type Steps } from "./read-steps.ts";

const BYTES_PER_MIB = 1024 * 1024;

/** Total and available MiB, rounded down; `null` where the system does not tell. */
export function readMemory(view: HostView, readText: ReadText): Promise<Host["memory"]> {
  return readSteps(createMemorySteps(view)(), readText);
}

/** The same as steps, again and again; each begins with the own group, which may be another by now. */
export function createMemorySteps(view: HostView): () => Steps<Host["memory"]> {
  if (view.platform !== "linux") {
    // biome-ignore lint/correctness/useYield: there is no file to ask for.
    return function* fromNode() {
      return memoryFromNode(view);
    };
  }
  const at = (path: string): string => rootedPath(view.root, path);
  const begin = [at("/proc/meminfo"), at("/proc/self/cgroup")];
  const filesOf = rememberedFiles(at);
  return function* fromFiles() {
    const [meminfo = null, cgroup = null] = yield begin;
    const levels = yield* levelSteps(filesOf(cgroup ?? ""));
    const { total, available, limited_by } = effectiveMemoryOf(parseMeminfo(meminfo ?? ""), levels);
    return { total_mib: mibOf(total), available_mib: mibOf(available), limited_by };
  };
}

/** The files of our group and its parents. */
interface GroupFiles {
  /** All files with limits, so many a level. */
  readonly limits: readonly string[];
  readonly limitsPerLevel: number;
  /** Use and statistics of each level. */
  readonly uses: readonly (readonly [usage: string, stat: string])[];
}

/** Our group hardly ever changes, and its paths cost more to work out than its files to read. */
function rememberedFiles(at: (path: string) => string): (cgroup: string) => GroupFiles {
  let last = { cgroup: "", files: groupFilesOf("", at) };
  return (cgroup) => {
    if (cgroup !== last.cgroup) last = { cgroup, files: groupFilesOf(cgroup, at) };
    return last.files;
  };
}

/** A controller lives in one hierarchy only: where v1 has the memory one, v2 has none. */
function groupFilesOf(cgroup: string, at: (path: string) => string): GroupFiles {
  const { unified, memory } = parseCgroupPaths(cgroup);
  const isFirst = memory !== null;
  const own = memory ?? unified;
  const base = isFirst ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
  const folders = (own === null ? [] : cgroupLevelsOf(own)).map((level) => at(`${base}${level}`));
  const limits = isFirst ? ["memory.limit_in_bytes"] : ["memory.max", "memory.high"];
  const usage = isFirst ? "memory.usage_in_bytes" : "memory.current";
  return {
    limits: folders.flatMap((folder) => limits.map((name) => `${folder}/${name}`)),
    limitsPerLevel: limits.length,
    uses: folders.map((folder) => [`${folder}/${usage}`, `${folder}/memory.stat`]),
  };
}

/** Use is read only where a limit gives it a meaning; most levels have none. */
function* levelSteps({ limits, limitsPerLevel, uses }: GroupFiles): Steps<readonly CgroupLevel[]> {
  if (limits.length === 0) return [];
  const bytes = (yield limits).map(parseCgroupBytes);
  const limitsOfLevels = uses.map((_, level) =>
    // A `high` of 0 is a request to reclaim everything, no size of a box; it must not hide a real `max`.
    smallestOf(
      bytes
        .slice(level * limitsPerLevel, (level + 1) * limitsPerLevel)
        .map((limit) => limit || null),
    ),
  );
  const limited = uses.filter((_, level) => limitsOfLevels[level] !== null);
  const texts = limited.length === 0 ? [] : yield limited.flat();
  let place = 0;
  return limitsOfLevels.map((limit) => {
    if (limit === null) return { limit, usage: null, inactive_file: null };
    const [usage = null, stat = null] = [texts[place], texts[place + 1]];
    place += 2;
    return { limit, usage: parseCgroupBytes(usage), inactive_file: parseInactiveFile(stat) };
  });
}

function memoryFromNode(view: HostView): Host["memory"] {
  const { total_bytes: total, free_bytes, available_bytes } = ioOf(view).figures();
  const available = view.platform === "darwin" ? available_bytes : free_bytes;
  const isPossible = available > 0 && available <= total;
  return {
    total_mib: total > 0 ? mibOf(total) : null,
    available_mib: isPossible ? mibOf(available) : null,
    limited_by: "host",
  };
}

function mibOf(bytes: number | null): number | null {
  return bytes === null ? null : Math.floor(bytes / BYTES_PER_MIB);
}
