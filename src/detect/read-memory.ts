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

const BYTES_PER_MIB = 1024 * 1024;

/** Total and available MiB, rounded down; `null` where the system does not tell. */
export async function readMemory(view: HostView, readText: ReadText): Promise<Host["memory"]> {
  if (view.platform !== "linux") return memoryFromNode(view);
  const read: ReadText = (path) => readText(rootedPath(view.root, path));
  const [meminfo, cgroup] = await Promise.all([read("/proc/meminfo"), read("/proc/self/cgroup")]);
  const levels = await readLevels(cgroup ?? "", read);
  const { total, available, limited_by } = effectiveMemoryOf(parseMeminfo(meminfo ?? ""), levels);
  return { total_mib: mibOf(total), available_mib: mibOf(available), limited_by };
}

/** A controller lives in one hierarchy only: where v1 has the memory one, v2 has none. */
async function readLevels(cgroup: string, read: ReadText): Promise<readonly CgroupLevel[]> {
  const { unified, memory } = parseCgroupPaths(cgroup);
  if (memory !== null) {
    return Promise.all(cgroupLevelsOf(memory).map((path) => readV1(path, read)));
  }
  return Promise.all(
    (unified === null ? [] : cgroupLevelsOf(unified)).map((path) => readV2(path, read)),
  );
}

async function readV2(path: string, read: ReadText): Promise<CgroupLevel> {
  const folder = `/sys/fs/cgroup${path}`;
  const limits = await Promise.all([read(`${folder}/memory.max`), read(`${folder}/memory.high`)]);
  // A `high` of 0 is a request to reclaim everything, no size of a box; it must not hide a real `max`.
  const limit = smallestOf(limits.map(parseCgroupBytes).map((bytes) => bytes || null));
  return readUse(limit, { usage: `${folder}/memory.current`, stat: `${folder}/memory.stat` }, read);
}

async function readV1(path: string, read: ReadText): Promise<CgroupLevel> {
  const folder = `/sys/fs/cgroup/memory${path}`;
  const limit = parseCgroupBytes(await read(`${folder}/memory.limit_in_bytes`));
  const files = { usage: `${folder}/memory.usage_in_bytes`, stat: `${folder}/memory.stat` };
  return readUse(limit, files, read);
}

/** Use is read only where a limit gives it a meaning; most levels have none. */
async function readUse(
  limit: number | null,
  files: { readonly usage: string; readonly stat: string },
  read: ReadText,
): Promise<CgroupLevel> {
  if (limit === null) return { limit, usage: null, inactive_file: null };
  const [usage, stat] = await Promise.all([read(files.usage), read(files.stat)]);
  return { limit, usage: parseCgroupBytes(usage), inactive_file: parseInactiveFile(stat) };
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
