/**
 * How many processes of our control groups the kernel has ended because memory ran out.
 *
 * A later group's count holds those of the groups inside it (v2), so the outermost group with a limit
 * tells of everybody who shares our limit; without a limit our own group is asked. A v1 group counts
 * only its own, so there the levels are added. Rejected: `/proc/vmstat`, which counts the kills of
 * every other container on the host, too.
 */
import { cgroupLevelsOf, parseCgroupBytes, parseCgroupPaths } from "./cgroup.ts";
import type { HostView } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import type { ReadText } from "./read-file.ts";

/** The count in `memory.events` or `memory.oom_control`; `null` when it is not there. */
export function parseOomKills(text: string | null): number | null {
  const digits = /^oom_kill (\d{1,15})\s*$/m.exec(text ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The count that speaks of us; `null` where no group tells. */
export async function readOomKills(view: HostView, readText: ReadText): Promise<number | null> {
  if (view.platform !== "linux") return null;
  const read: ReadText = (path) => readText(rootedPath(view.root, path));
  const { unified, memory } = parseCgroupPaths((await read("/proc/self/cgroup")) ?? "");
  const second = unified === null ? null : await killsOfSecond(unified, read);
  return second ?? (memory === null ? null : killsOfFirst(memory, read));
}

async function killsOfSecond(path: string, read: ReadText): Promise<number | null> {
  const levels = cgroupLevelsOf(path).map((level) => `/sys/fs/cgroup${level}`);
  const limits = await Promise.all(
    levels.map(async (folder) => parseCgroupBytes(await read(`${folder}/memory.max`))),
  );
  const outermost = limits.findLastIndex((limit) => limit !== null);
  const folder = levels[outermost === -1 ? 0 : outermost] ?? "";
  return parseOomKills(await read(`${folder}/memory.events`));
}

async function killsOfFirst(path: string, read: ReadText): Promise<number | null> {
  const counts = await Promise.all(
    cgroupLevelsOf(path).map(async (level) =>
      parseOomKills(await read(`/sys/fs/cgroup/memory${level}/memory.oom_control`)),
    ),
  );
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}
