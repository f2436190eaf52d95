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
import type { Steps, Texts } from "./read-steps.ts";

/** What the share is read with; `mono` in ms. */
export interface QuotaUseParts {
  readonly view: HostView;
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

/** Steps to the share since the last time, 0..100; `null` without a quota or a last time. */
export function createQuotaUse({ view, mono }: QuotaUseParts): () => Steps<number | null> {
  const at = (path: string): string => rootedPath(view.root, path);
  let looks = 0;
  let limit: Limit | null = null;
  let before: Count | null = null;
  return function* quotaUse() {
    const found = looks % LOOKS_PER_SEARCH === 0 ? yield* limitSteps(at) : limit;
    const [text = null] = found === null ? [] : yield [found.file];
    looks += 1;
    const last = found?.file === limit?.file ? before : null;
    limit = found;
    const microseconds = found === null ? null : parseCount(text, found);
    before = microseconds === null ? null : { microseconds, at: mono() };
    return last === null || before === null || found === null
      ? null
      : shareOf(last, before, found.processors);
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

/** A level, and the files that tell how many processors it allows. */
interface Level extends Omit<Limit, "processors"> {
  readonly paths: readonly string[];
  readonly processorsOf: (texts: Texts) => number | null;
}

function* limitSteps(at: (path: string) => string): Steps<Limit | null> {
  const [cgroup = null] = yield [at("/proc/self/cgroup")];
  const levels = levelsOf(cgroup ?? "", at);
  const texts = yield levels.flatMap(({ paths }) => paths);
  let place = 0;
  let tightest: Limit | null = null;
  for (const { paths, processorsOf, file, microseconds } of levels) {
    const processors = processorsOf(texts.slice(place, place + paths.length));
    place += paths.length;
    if (processors === null) continue;
    if (tightest === null || processors < tightest.processors)
      tightest = { processors, file, microseconds };
  }
  return tightest;
}

function levelsOf(cgroup: string, at: (path: string) => string): readonly Level[] {
  const { unified, cpu, cpuacct } = parseCgroupPaths(cgroup);
  const second = unified === null || cpu !== null ? [] : cgroupLevelsOf(unified);
  // Mounted apart, both controllers may have other paths: the use there is another group's.
  const first = cpu === null || cpuacct !== cpu ? [] : cgroupLevelsOf(cpu);
  return [
    ...second.map((path) => {
      const folder = at(`/sys/fs/cgroup${path}`);
      const processorsOf = ([max = null]: Texts) => parseCpuMax(max);
      const paths = [`${folder}/cpu.max`];
      return { paths, processorsOf, file: `${folder}/cpu.stat`, microseconds: 1 };
    }),
    ...first.map((path) => {
      const folder = at(`/sys/fs/cgroup/cpu${path}`);
      const processorsOf = ([quota = null, period = null]: Texts) => parseCfsQuota(quota, period);
      const paths = [`${folder}/cpu.cfs_quota_us`, `${folder}/cpu.cfs_period_us`];
      const file = at(`/sys/fs/cgroup/cpuacct${path}/cpuacct.usage`);
      return { paths, processorsOf, file, microseconds: 0.001 };
    }),
  ];
}
