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

/** A count and whose it is: counts of two groups cannot be compared. */
export interface OomKills {
  readonly total: number;
  readonly group: string;
}

/** The count that speaks of us; `null` where no group tells. */
export async function readOomKills(view: HostView, readText: ReadText): Promise<OomKills | null> {
  if (view.platform !== "linux") return null;
  const read: ReadText = (path) => readText(rootedPath(view.root, path));
  const { unified, memory } = parseCgroupPaths((await read("/proc/self/cgroup")) ?? "");
  const second = unified === null ? null : await killsOfSecond(unified, read);
  return second ?? (memory === null ? null : killsOfFirst(memory, read));
}

/** A path from outside the container has no folder here, so the first level that counts stands in. */
async function killsOfSecond(path: string, read: ReadText): Promise<OomKills | null> {
  const levels = await Promise.all(
    cgroupLevelsOf(path).map(async (level) => {
      const group = `/sys/fs/cgroup${level}`;
      const [max, events] = await Promise.all([
        read(`${group}/memory.max`),
        read(`${group}/memory.events`),
      ]);
      return { group, isLimited: parseCgroupBytes(max) !== null, total: parseOomKills(events) };
    }),
  );
  const counting = levels.filter(({ total }) => total !== null);
  // `memory.high` alone slows down and reclaims; it is `memory.max` that kills.
  const level = counting.findLast(({ isLimited }) => isLimited) ?? counting[0];
  return level === undefined ? null : { total: level.total ?? 0, group: level.group };
}

async function killsOfFirst(path: string, read: ReadText): Promise<OomKills | null> {
  const levels = await Promise.all(
    cgroupLevelsOf(path).map(async (level) => {
      const group = `/sys/fs/cgroup/memory${level}`;
      return { group, total: parseOomKills(await read(`${group}/memory.oom_control`)) };
    }),
  );
  const counting = levels.filter(({ total }) => total !== null);
  if (counting.length === 0) return null;
  return {
    total: counting.reduce((sum, { total }) => sum + (total ?? 0), 0),
    group: counting.map(({ group }) => group).join(" "),
  };
}
