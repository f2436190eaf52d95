/**
 * Processors: physical cores, threads, and how many of them we may use.
 *
 * On Linux the kernel's files tell it at once; a physical core is a distinct pair of package and core
 * id. Elsewhere Node tells the threads and the slower static probe the rest. The quota is the smaller
 * of the control group's (may be a fraction) and the affinity, and only given when it limits.
 */
import {
  cgroupLevelsOf,
  parseCfsQuota,
  parseCgroupPaths,
  parseCpuMax,
  smallestOf,
} from "./cgroup.ts";
import { parseAllowedProcessors, parseCpuInfo, parseMaxMhz } from "./cpu-info.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { noteOf, originOf, originsOf, type Probed, REAL_ROOT, rootedPath } from "./probe.ts";
import type { ReadText } from "./read-file.ts";

/** What this probe can tell; the score is made when the static probe has spoken, too. */
export interface CpuFinding {
  readonly brand: string | null;
  readonly cores: number | null;
  readonly threads: number | null;
  readonly quota: number | null;
  readonly max_mhz: number | null;
  readonly has_avx2: boolean | null;
}

/** More processors than any host has. */
const MAX_PROCESSORS = 4096;
const CPU_FOLDER = "/sys/devices/system/cpu";

/** The processors of the view; unknown parts are `null`. */
export async function probeCpu(view: HostView): Promise<Probed<CpuFinding>> {
  const at = Date.now();
  const isLinux = view.platform === "linux";
  const finding = isLinux ? await probeLinux(view) : probeNode(view);
  const { brand, cores, threads } = finding;
  const source = isLinux ? "proc" : "node";
  const read = originsOf({ brand, cores, threads }, "cpu", { source, at, reason: "unreadable" });
  // Without a quota there is nothing that is unknown.
  const quota = finding.quota === null ? [] : [originOf("cpu.quota", "cgroup", { at })];
  const notes = threads === null ? [noteOf("cpu", "unreadable")] : [];
  return { finding, notes, origins: [...read, ...quota] };
}

async function probeLinux(view: HostView): Promise<CpuFinding> {
  const read: ReadText = (path) => ioOf(view).readText(rootedPath(view.root, path));
  const [info, stat, status, clock, topology, groupQuota] = await Promise.all([
    read("/proc/cpuinfo"),
    read("/proc/stat"),
    read("/proc/self/status"),
    read(`${CPU_FOLDER}/cpu0/cpufreq/cpuinfo_max_freq`),
    readTopology(view, read),
    readQuota(read),
  ]);
  const counted = stat?.match(/^cpu\d+ /gm)?.length ?? 0;
  const threads =
    counted ||
    topology.threads ||
    (view.root === REAL_ROOT ? ioOf(view).figures().processors.length : 0);
  const quota = smallestOf([groupQuota, parseAllowedProcessors(status ?? "")]);
  return {
    ...parseCpuInfo(info ?? ""),
    cores: topology.cores || null,
    threads: threads || null,
    quota: quota !== null && threads > 0 && quota < threads ? quota : null,
    max_mhz: parseMaxMhz(clock),
  };
}

/** Offline processors have no topology and do not count. */
async function readTopology(
  view: HostView,
  read: ReadText,
): Promise<{ readonly cores: number; readonly threads: number }> {
  const entries = (await ioOf(view).listFolder(rootedPath(view.root, CPU_FOLDER))) ?? [];
  const names = entries.filter((name) => /^cpu\d+$/.test(name)).slice(0, MAX_PROCESSORS);
  const pairs = await Promise.all(
    names.map(async (name) => {
      const folder = `${CPU_FOLDER}/${name}/topology`;
      const [packageId, coreId] = await Promise.all([
        read(`${folder}/physical_package_id`),
        read(`${folder}/core_id`),
      ]);
      return packageId === null || coreId === null ? null : `${packageId.trim()}/${coreId.trim()}`;
    }),
  );
  const known = pairs.filter((pair) => pair !== null);
  return { cores: new Set(known).size, threads: known.length };
}

async function readQuota(read: ReadText): Promise<number | null> {
  const { unified, cpu } = parseCgroupPaths((await read("/proc/self/cgroup")) ?? "");
  const second = (unified === null ? [] : cgroupLevelsOf(unified)).map(async (path) =>
    parseCpuMax(await read(`/sys/fs/cgroup${path}/cpu.max`)),
  );
  const first = (cpu === null ? [] : cgroupLevelsOf(cpu)).map(async (path) =>
    parseCfsQuota(
      await read(`/sys/fs/cgroup/cpu${path}/cpu.cfs_quota_us`),
      await read(`/sys/fs/cgroup/cpu${path}/cpu.cfs_period_us`),
    ),
  );
  return smallestOf(await Promise.all([...second, ...first]));
}

function probeNode(view: HostView): CpuFinding {
  const { processors, parallelism } = ioOf(view).figures();
  const threads = processors.length || null;
  return {
    brand: processors[0]?.trim() || null,
    cores: null,
    threads,
    quota: threads !== null && parallelism < threads ? parallelism : null,
    max_mhz: null,
    has_avx2: null,
  };
}
