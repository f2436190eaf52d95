/** Processor load against a quota, out of files under a root and a clock of the test. */
import { expect, test } from "vitest";
import { createCpuSensor } from "../src/detect/sensor-cpu.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const SIGNAL = new AbortController().signal;
const V2 = "sys/fs/cgroup/app";
const stat = (busy: number, idle: number) =>
  `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n`;
const use = (microseconds: number) => `usage_usec ${microseconds}\nuser_usec 1\nsystem_usec 2\n`;

function host(files: Readonly<Record<string, string>>) {
  const root = fakeRoot({ "proc/stat": stat(0, 0), ...files });
  let at = 0;
  const view = { env: {}, root, platform: "linux" as const };
  const sensor = createCpuSensor(view, undefined, () => at);
  return {
    async look(ms: number, change: Readonly<Record<string, string>> = {}) {
      at += ms;
      addFiles(root, change);
      return (await sensor.read(SIGNAL)).value?.used_percent ?? null;
    },
  };
}

test("cpu: a group that uses all of its quota is full on an idle host", async () => {
  const { look } = host({
    "proc/self/cgroup": "0::/app\n",
    [`${V2}/cpu.max`]: "150000 100000\n",
    [`${V2}/cpu.stat`]: use(1_000_000),
  });
  expect(await look(0)).toBeNull();
  const idle = { "proc/stat": stat(10, 190), [`${V2}/cpu.stat`]: use(2_500_000) };
  expect(await look(1000, idle)).toBe(100);
  const half = { "proc/stat": stat(20, 380), [`${V2}/cpu.stat`]: use(3_250_000) };
  expect(await look(1000, half)).toBe(50);
});

test("cpu: the host counts where it is busier than our group", async () => {
  const { look } = host({
    "proc/self/cgroup": "0::/app\n",
    [`${V2}/cpu.max`]: "150000 100000\n",
    [`${V2}/cpu.stat`]: use(0),
  });
  await look(0);
  expect(await look(1000, { "proc/stat": stat(180, 20), [`${V2}/cpu.stat`]: use(10) })).toBe(90);
});

test("cpu: a parent's tighter quota counts, with the parent's use", async () => {
  const { look } = host({
    "proc/self/cgroup": "0::/box/app\n",
    "sys/fs/cgroup/box/app/cpu.max": "200000 100000\n",
    "sys/fs/cgroup/box/app/cpu.stat": use(0),
    "sys/fs/cgroup/box/cpu.max": "50000 100000\n",
    "sys/fs/cgroup/box/cpu.stat": use(0),
  });
  await look(0);
  const after = { "proc/stat": stat(0, 200), "sys/fs/cgroup/box/cpu.stat": use(400_000) };
  expect(await look(1000, after)).toBe(80);
});

test("cpu: controllers that are mounted apart under other paths tell nothing of us", async () => {
  const { look } = host({
    "proc/self/cgroup": "2:cpuacct:/other\n1:cpu:/app\n0::/\n",
    "sys/fs/cgroup/cpu/app/cpu.cfs_quota_us": "100000\n",
    "sys/fs/cgroup/cpu/app/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpuacct/app/cpuacct.usage": "0\n",
  });
  await look(0);
  const usage = "sys/fs/cgroup/cpuacct/app/cpuacct.usage";
  expect(await look(1000, { "proc/stat": stat(0, 200), [usage]: "900000000\n" })).toBe(0);
});

test("cpu: a v1 group counts nanoseconds", async () => {
  const { look } = host({
    "proc/self/cgroup": "2:cpuacct:/app\n1:cpu:/app\n0::/\n",
    "sys/fs/cgroup/cpu/app/cpu.cfs_quota_us": "100000\n",
    "sys/fs/cgroup/cpu/app/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpuacct/app/cpuacct.usage": "5000000000\n",
  });
  await look(0);
  const usage = "sys/fs/cgroup/cpuacct/app/cpuacct.usage";
  expect(await look(1000, { "proc/stat": stat(0, 200), [usage]: "5250000000\n" })).toBe(25);
});

test("cpu: a count that falls and no time are new beginnings, a long interval is a mean", async () => {
  const { look } = host({
    "proc/self/cgroup": "0::/app\n",
    [`${V2}/cpu.max`]: "100000 100000\n",
    [`${V2}/cpu.stat`]: use(0),
  });
  await look(0);
  const far = { "proc/stat": stat(0, 100), [`${V2}/cpu.stat`]: use(30_000_000) };
  expect(await look(60_000, far)).toBe(50);
  expect(await look(1000, { "proc/stat": stat(0, 200), [`${V2}/cpu.stat`]: use(0) })).toBe(0);
  expect(await look(0, { "proc/stat": stat(0, 300), [`${V2}/cpu.stat`]: use(9) })).toBe(0);
});
