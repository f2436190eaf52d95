/**
 * Control groups: the smaller box inside the host that the kernel may have put us in.
 *
 * Like nested boxes, each level from our own group up to the root has its own limit and its own use,
 * and the tightest one counts. What a group can still take is limit − working set, where the working
 * set is usage − inactive file pages: those are cache that the kernel gives back. (Counting them as
 * used, as `process.availableMemory()` does, trips the memory rule in every container that has read a
 * model file: 9 MB instead of 525 MB measured.) The kubelet computes it the same way.
 */
import type { MemoryBytes } from "./meminfo.ts";

/** Where this process stands in the trees of `/proc/self/cgroup`; `null` = not in that tree. */
export interface CgroupPaths {
  readonly unified: string | null;
  readonly memory: string | null;
  readonly cpu: string | null;
  readonly cpuacct: string | null;
}

/** One level's figures in bytes; `limit` is min(max, high), `null` = none. */
export interface CgroupLevel {
  readonly limit: number | null;
  readonly usage: number | null;
  readonly inactive_file: number | null;
}

/** The memory that counts for us, in bytes, and whose limit it is. */
export interface EffectiveMemory extends MemoryBytes {
  readonly limited_by: "host" | "cgroup";
}

/** 2^60: every "unlimited" that kernels print (2^63 − 4096, 2^64 − 1) lies above it. */
const UNLIMITED_FROM = 2 ** 60;
/** Deeper nesting than any system builds; further levels are not read. */
const MAX_LEVELS = 32;
const MAX_PROCESSORS = 65_536;

/** Reads `/proc/self/cgroup` (v1, v2 and hybrid); never throws. */
export function parseCgroupPaths(text: string): CgroupPaths {
  const paths = {
    unified: null as string | null,
    memory: null as string | null,
    cpu: null as string | null,
    cpuacct: null as string | null,
  };
  for (const line of text.split("\n")) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*?)\r?$/.exec(line) ?? [];
    if (path === undefined || controllers === undefined) continue;
    if (id === "0" && controllers === "") paths.unified = path;
    const names = controllers.split(",");
    if (names.includes("memory")) paths.memory = path;
    if (names.includes("cpu")) paths.cpu = path;
    if (names.includes("cpuacct")) paths.cpuacct = path;
  }
  return paths;
}

/** The group and its parents, own first, root (`""`) last; a path from outside is only the root. */
export function cgroupLevelsOf(path: string): readonly string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (names.includes("..")) return [""];
  const levels = names.map((_, depth) => `/${names.slice(0, names.length - depth).join("/")}`);
  return [...levels.slice(0, MAX_LEVELS), ""];
}

/** A limit file's bytes; `null` for `max`, the unlimited numbers, and anything unreadable. */
export function parseCgroupBytes(text: string | null): number | null {
  const digits = /^(\d{1,20})\s*$/.exec(text ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value < UNLIMITED_FROM ? value : null;
}

/** `inactive_file` (v2) or `total_inactive_file` (v1) of `memory.stat`, in bytes. */
export function parseInactiveFile(text: string | null): number | null {
  const stat = text ?? "";
  const digits =
    /^total_inactive_file (\d{1,20})\s*$/m.exec(stat)?.[1] ??
    /^inactive_file (\d{1,20})\s*$/m.exec(stat)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Processors allowed by `cpu.max` (`150000 100000` = 1.5); `null` = no quota. */
export function parseCpuMax(text: string | null): number | null {
  const [, quota, period] = /^(\d{1,15}) (\d{1,15})\s*$/.exec(text ?? "") ?? [];
  return processorsOf(Number(quota), Number(period));
}

/** Processors allowed by v1's `cpu.cfs_quota_us` and `cpu.cfs_period_us`; −1 = no quota. */
export function parseCfsQuota(quota: string | null, period: string | null): number | null {
  return processorsOf(Number(quota?.trim() || Number.NaN), Number(period?.trim() || Number.NaN));
}

/** The smaller of several limits; `null` when none of them limits. */
export function smallestOf(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Host memory seen through the tightest group. A limit from MemTotal up counts as none. */
export function effectiveMemoryOf(
  host: MemoryBytes,
  levels: readonly CgroupLevel[],
): EffectiveMemory {
  const isLimit = (limit: number | null): limit is number =>
    limit !== null && limit > 0 && (host.total === null || limit < host.total);
  const limits = levels.map((level) => level.limit).filter(isLimit);
  if (limits.length === 0) return { ...host, limited_by: "host" };
  const rooms = levels.map((level) => (isLimit(level.limit) ? roomOf(level, level.limit) : null));
  const limit = Math.min(...limits);
  return {
    total: limit,
    available: smallestOf([host.available, ...rooms]),
    limited_by: "cgroup",
  };
}

/** What a limited level can still take; the whole limit bounds it when its usage is unreadable. */
function roomOf(level: CgroupLevel, limit: number): number {
  if (level.usage === null) return limit;
  const workingSet = Math.max(0, level.usage - (level.inactive_file ?? 0));
  return Math.max(0, limit - workingSet);
}

function processorsOf(quota: number, period: number): number | null {
  const processors = quota / period;
  return processors > 0 && processors <= MAX_PROCESSORS ? processors : null;
}
