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
import { readSteps, type Steps } from "./read-steps.ts";

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
export function readOomKills(view: HostView, readText: ReadText): Promise<OomKills | null> {
  return readSteps(oomSteps(view), readText);
}

/** The same as steps. */
export function* oomSteps(view: HostView): Steps<OomKills | null> {
  if (view.platform !== "linux") return null;
  const at = (path: string): string => rootedPath(view.root, path);
  const [cgroup = null] = yield [at("/proc/self/cgroup")];
  const { unified, memory } = parseCgroupPaths(cgroup ?? "");
  const second = unified === null ? null : yield* killsOfSecond(unified, at);
  return second ?? (memory === null ? null : yield* killsOfFirst(memory, at));
}

/** A path from outside the container has no folder here, so the first level that counts stands in. */
function* killsOfSecond(path: string, at: (path: string) => string): Steps<OomKills | null> {
  const groups = cgroupLevelsOf(path).map((level) => `/sys/fs/cgroup${level}`);
  const limits = groups.map((group) => at(`${group}/memory.max`));
  const events = groups.map((group) => at(`${group}/memory.events`));
  const texts = yield [...limits, ...events];
  const levels = groups.map((group, place) => ({
    group,
    isLimited: parseCgroupBytes(texts[place] ?? null) !== null,
    total: parseOomKills(texts[groups.length + place] ?? null),
  }));
  const counting = levels.filter(({ total }) => total !== null);
  // `memory.high` alone slows down and reclaims; it is `memory.max` that kills.
  const level = counting.findLast(({ isLimited }) => isLimited) ?? counting[0];
  return level === undefined ? null : { total: level.total ?? 0, group: level.group };
}

function* killsOfFirst(path: string, at: (path: string) => string): Steps<OomKills | null> {
  const groups = cgroupLevelsOf(path).map((level) => `/sys/fs/cgroup/memory${level}`);
  const texts = yield groups.map((group) => at(`${group}/memory.oom_control`));
  const levels = groups.map((group, place) => ({
    group,
    total: parseOomKills(texts[place] ?? null),
  }));
  const counting = levels.filter(({ total }) => total !== null);
  if (counting.length === 0) return null;
  return {
    total: counting.reduce((sum, { total }) => sum + (total ?? 0), 0),
    group: counting.map(({ group }) => group).join(" "),
  };
}
