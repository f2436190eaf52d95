/**
 * How much of its processor quota our control group used since the last look.
 *
 * Which level limits is looked up seldom, because it takes two reads a level; its use is one read.
 * v2 counts microseconds in `cpu.stat`, v1 nanoseconds in `cpuacct.usage`. Intervals are of a monotonic
 * clock, which stands still like the count while the computer sleeps. A count that falls is a new beginning.
 */
import { cgroupLevelsOf, parseCfsQuota, parseCgroupPaths, parseCpuMax } from "./cgroup.ts";
import type { HostView } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import type { ReadText } from "./read-file.ts";

/** What the share is read with; `mono` in ms. */
export interface QuotaUseParts {
  readonly view: HostView;
  readonly readText: ReadText;
  readonly mono: () => number;
}

/** The level that limits most. */
interface Limit {
  readonly processors: number;
  /** The file that counts its use, and microseconds of one count. */
  readonly file: string;
  readonly microseconds: number;
}

interface Count {
  readonly microseconds: number;
  readonly at: number;
}

/** Looks between two searches for the level: a minute at the usual beat. */
const LOOKS_PER_SEARCH = 60;

/** A function that gives the share since its last call, 0..100; `null` without a quota or a last call. */
export function createQuotaUse({
  view,
  readText,
  mono,
}: QuotaUseParts): () => Promise<number | null> {
  const read: ReadText = (path) => readText(rootedPath(view.root, path));
  let looks = 0;
  let limit: Limit | null = null;
  let before: Count | null = null;
  return async () => {
    if (looks % LOOKS_PER_SEARCH === 0) {
      const found = await limitOf(read);
      if (found?.file !== limit?.file) before = null;
      limit = found;
    }
    looks += 1;
    if (limit === null) return null;
    const microseconds = parseCount(await read(limit.file), limit);
    const last = before;
    before = microseconds === null ? null : { microseconds, at: mono() };
    return last === null || before === null ? null : shareOf(last, before, limit.processors);
  };
}

/** `usage_usec` of `cpu.stat`, or the only number of `cpuacct.usage`, in microseconds. */
function parseCount(text: string | null, { microseconds }: Limit): number | null {
  const digits = /^(?:usage_usec )?(\d{1,19})\s*$/m.exec(text ?? "")?.[1];
  return digits === undefined ? null : Number(digits) * microseconds;
}

function shareOf(last: Count, now: Count, processors: number): number | null {
  const ms = now.at - last.at;
  const used = now.microseconds - last.microseconds;
  if (!(ms > 0) || used < 0) return null;
  return Math.min(100, Math.round((used / (ms * 1000 * processors)) * 1000) / 10);
}

async function limitOf(read: ReadText): Promise<Limit | null> {
  const { unified, cpu, cpuacct } = parseCgroupPaths((await read("/proc/self/cgroup")) ?? "");
  const isFirst = cpu !== null;
  const second = (unified === null || isFirst ? [] : cgroupLevelsOf(unified)).map(async (path) => {
    const folder = `/sys/fs/cgroup${path}`;
    const processors = parseCpuMax(await read(`${folder}/cpu.max`));
    return { processors, file: `${folder}/cpu.stat`, microseconds: 1 };
  });
  // Mounted apart, both controllers may have other paths: the use there is another group's.
  const first = (cpu === null || cpuacct !== cpu ? [] : cgroupLevelsOf(cpu)).map(async (path) => {
    const folder = `/sys/fs/cgroup/cpu${path}`;
    const processors = parseCfsQuota(
      await read(`${folder}/cpu.cfs_quota_us`),
      await read(`${folder}/cpu.cfs_period_us`),
    );
    return { processors, file: `/sys/fs/cgroup/cpuacct${path}/cpuacct.usage`, microseconds: 0.001 };
  });
  const levels = await Promise.all([...second, ...first]);
  return levels.reduce<Limit | null>((tightest, { processors, ...level }) => {
    if (processors === null) return tightest;
    return tightest === null || processors < tightest.processors
      ? { ...level, processors }
      : tightest;
  }, null);
}
