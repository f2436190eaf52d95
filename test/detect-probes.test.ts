import { expect, test } from "vitest";
import { detectHost } from "../src/detect/detect.ts";
import type { HostView } from "../src/detect/host-io.ts";
import { probeCpu } from "../src/detect/probe-cpu.ts";
import { probeMemory } from "../src/detect/probe-memory.ts";
import { probeStatic } from "../src/detect/probe-static.ts";
import { fixture } from "./support/fixture.ts";
import { fakeRoot } from "./support/temporary-folder.ts";

const MIB = 1024 * 1024;
const MEMINFO = fixture("linux-memory", "meminfo.vm-24gb.txt");

function linux(root: string, env: HostView["env"] = {}): HostView {
  return { root, env, platform: "linux" };
}

const V2 = "sys/fs/cgroup";
const V1 = "sys/fs/cgroup/memory";
const GROUP = (folder: string) => ({
  [`${folder}/memory.max`]: fixture("linux-memory", "cgroup2.limited.memory.max.derived.txt"),
  [`${folder}/memory.high`]: fixture("linux-memory", "cgroup2.limited.memory.high.derived.txt"),
  [`${folder}/memory.current`]: fixture(
    "linux-memory",
    "cgroup2.limited.memory.current.derived.txt",
  ),
  [`${folder}/memory.stat`]: fixture("linux-memory", "cgroup2.limited.memory.stat.derived.txt"),
});

test.each([
  ["no group", {}, 24_105, 23_293, "host"],
  [
    "v2, limited in its own group",
    {
      "proc/self/cgroup": "0::/user.slice/app.service\n",
      ...GROUP(`${V2}/user.slice/app.service`),
    },
    512,
    500,
    "cgroup",
  ],
  [
    "v2, limited in a parent",
    { "proc/self/cgroup": "0::/user.slice/app.service\n", ...GROUP(`${V2}/user.slice`) },
    512,
    500,
    "cgroup",
  ],
  ["v2 in a container", { "proc/self/cgroup": "0::/\n", ...GROUP(V2) }, 512, 500, "cgroup"],
  [
    "v2, a path from outside the container",
    { "proc/self/cgroup": "0::/docker/0123abcd\n", ...GROUP(V2) },
    512,
    500,
    "cgroup",
  ],
  [
    "v2, memory.high below memory.max",
    { "proc/self/cgroup": "0::/\n", ...GROUP(V2), [`${V2}/memory.high`]: `${256 * MIB}\n` },
    256,
    244,
    "cgroup",
  ],
  [
    "hybrid, limited in v1",
    {
      "proc/self/cgroup": fixture("linux-memory", "proc-self-cgroup.v1-hybrid.txt"),
      [`${V1}/app.slice/demo/memory.limit_in_bytes`]: "536870912\n",
      [`${V1}/app.slice/demo/memory.usage_in_bytes`]: "527458304\n",
      [`${V1}/app.slice/demo/memory.stat`]: "total_inactive_file 515723264\n",
      [`${V1}/memory.limit_in_bytes`]: fixture(
        "linux-memory",
        "cgroup1.memory.limit_in_bytes.unlimited.txt",
      ),
    },
    512,
    500,
    "cgroup",
  ],
] as const)("probeMemory: %s", async (_, files, total_mib, available_mib, limited_by) => {
  const root = fakeRoot({ "proc/meminfo": MEMINFO, ...files });
  const { finding, notes } = await probeMemory(linux(root));
  expect(finding).toEqual({ total_mib, available_mib, limited_by });
  expect(notes).toEqual([]);
});

test("probeMemory: unreadable files are unknown and noted", async () => {
  const { finding, notes } = await probeMemory(linux(fakeRoot()));
  expect(finding).toEqual({ total_mib: null, available_mib: null, limited_by: "host" });
  expect(notes).toEqual([{ probe: "memory", code: "unreadable", detail: null }]);
});

test.each(["darwin", "win32"] as const)("probeMemory: %s gets Node's figures", async (platform) => {
  const { finding } = await probeMemory({ root: "/", env: {}, platform });
  expect(finding.total_mib).toBeGreaterThan(0);
  expect(finding.available_mib).toBeLessThanOrEqual(finding.total_mib ?? 0);
});

function processors(pairs: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {
    "proc/stat": `cpu  1 2 3 4\n${pairs.map((_, number) => `cpu${number} 1 2 3 4\n`).join("")}`,
  };
  pairs.forEach((pair, number) => {
    const folder = `sys/devices/system/cpu/cpu${number}/topology`;
    const [packageId = "", coreId = ""] = pair.split("/");
    files[`${folder}/physical_package_id`] = `${packageId}\n`;
    files[`${folder}/core_id`] = `${coreId}\n`;
  });
  return files;
}

test("probeCpu: physical cores are distinct pairs of package and core", async () => {
  const pairs = ["0/0", "0/1", "1/0", "1/1", "0/0", "0/1", "1/0", "1/1"];
  const root = fakeRoot({
    ...processors(pairs),
    "proc/cpuinfo": "model name : AMD Ryzen 9\nflags : fpu avx2\n",
    "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "4200000\n",
    "sys/devices/system/cpu/cpufreq/boost": "1\n",
  });
  const { finding, notes } = await probeCpu(linux(root));
  expect(finding).toEqual({
    brand: "AMD Ryzen 9",
    cores: 4,
    threads: 8,
    quota: null,
    max_mhz: 4200,
    has_avx2: true,
  });
  expect(notes).toEqual([]);
});

const FOUR = processors(["0/0", "0/1", "0/2", "0/3"]);
test.each([
  [
    "cpu.max of the own group",
    { "proc/self/cgroup": "0::/a\n", [`${V2}/a/cpu.max`]: "150000 100000\n" },
    1.5,
  ],
  [
    "cpu.max of a parent",
    { "proc/self/cgroup": "0::/a/b\n", [`${V2}/a/cpu.max`]: "200000 100000\n" },
    2,
  ],
  ["no limit", { "proc/self/cgroup": "0::/\n", [`${V2}/cpu.max`]: "max 100000\n" }, null],
  [
    "as many as there are",
    { "proc/self/cgroup": "0::/\n", [`${V2}/cpu.max`]: "400000 100000\n" },
    null,
  ],
  [
    "v1",
    {
      "proc/self/cgroup": "1:cpu,cpuacct:/x\n",
      "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "300000\n",
      "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n",
    },
    3,
  ],
  ["affinity", { "proc/self/status": "Cpus_allowed_list:\t0-1\n" }, 2],
] as const)("probeCpu: quota by %s", async (_, files, quota) => {
  const { finding } = await probeCpu(linux(fakeRoot({ ...FOUR, ...files })));
  expect(finding).toMatchObject({ cores: 4, threads: 4, quota });
});

test("probeCpu: nothing to read is unknown and noted", async () => {
  const { finding, notes } = await probeCpu(linux(fakeRoot()));
  expect(finding).toMatchObject({ cores: null, threads: null, quota: null });
  expect(notes).toMatchObject([{ probe: "cpu", code: "unreadable" }]);
});

test("probeCpu: macOS and Windows get Node's threads and leave the cores to others", async () => {
  const { finding } = await probeCpu({ root: "/", env: {}, platform: "win32" });
  expect(finding.threads).toBeGreaterThan(0);
  expect(finding.cores).toBeNull();
});

test("probeStatic: the child tells what systeminformation knows", async () => {
  const { finding, notes } = await probeStatic({
    root: "/",
    env: process.env,
    platform: process.platform,
  });
  expect(notes).toEqual([]);
  expect(finding.os_version).toBeTypeOf("string");
  expect(finding.cores).toBeGreaterThan(0);
});

test("probeStatic: a tree of files is not asked, an abort is noted", async () => {
  expect((await probeStatic(linux(fakeRoot()))).notes).toMatchObject([{ code: "not-checked" }]);
  const view = linux("/", process.env);
  const aborted = await probeStatic(view, AbortSignal.abort());
  expect(aborted.notes).toMatchObject([{ probe: "static", code: "timeout" }]);
  expect(aborted.finding.brand).toBeNull();
});

test("origins: each figure says where and when it was read, and why it is unknown", async () => {
  const root = fakeRoot({
    "proc/meminfo": "MemTotal: 1024000 kB\n",
    "proc/self/cgroup": "0::/\n",
    "proc/stat": "cpu  1 2 3 4\ncpu0 1 2 3 4\n",
  });
  const before = Date.now();
  const { host } = await detectHost({
    env: { PATH: "/nonexistent" },
    root,
    ollamaHost: "http://127.0.0.1:9",
  });
  const origins = new Map((host.origins ?? []).map((origin) => [origin.fact, origin]));
  expect(origins.get("memory.total_mib")).toMatchObject({ source: "proc", certainty: "measured" });
  expect(origins.get("memory.available_mib")).toMatchObject({
    certainty: "unknown",
    reason: "unreadable",
  });
  expect(origins.get("cpu.threads")).toMatchObject({ source: "proc", reason: null });
  for (const { at } of origins.values()) {
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  }
});
