import fc from "fast-check";
import { expect, test } from "vitest";
import {
  cgroupLevelsOf,
  effectiveMemoryOf,
  parseCfsQuota,
  parseCgroupBytes,
  parseCgroupPaths,
  parseCpuMax,
  parseInactiveFile,
} from "../src/detect/cgroup.ts";
import { parseAllowedProcessors, parseCpuInfo, parseMaxMhz } from "../src/detect/cpu-info.ts";
import { parseMeminfo } from "../src/detect/meminfo.ts";
import { cpuUsedPercent, parseProcStat } from "../src/detect/proc-stat.ts";
import { fixture } from "./support/fixture.ts";
import { SOON_MS } from "./support/soon.ts";

const KIB = 1024;
const MIB = 1024 * 1024;

test.each([
  ["meminfo.vm-24gb.txt", 24_684_084, 23_852_312],
  ["meminfo.no-memavailable.derived.txt", 24_684_084, 21_953_492 + 8456 + 1_929_872],
  ["meminfo.gb10.txt", 127_600_748, 118_566_368],
] as const)("parseMeminfo: reads %s", (name, total, available) => {
  const text = fixture("linux-memory", name);
  expect(parseMeminfo(text)).toEqual({ total: total * KIB, available: available * KIB });
});

test.each([
  ["empty", "", null, null],
  ["without a total", "MemAvailable: 100 kB\n", null, 100 * KIB],
  ["a total of 0", "MemTotal: 0 kB\nMemAvailable: 0 kB\n", null, 0],
  ["free alone", "MemTotal: 100 kB\nMemFree: 40 kB\n", 100 * KIB, 40 * KIB],
  ["cached without free", "MemTotal: 100 kB\nCached: 40 kB\n", 100 * KIB, null],
  ["available equal to total", "MemTotal: 100 kB\nMemAvailable: 100 kB\n", 100 * KIB, 100 * KIB],
  ["available above total", "MemTotal: 100 kB\nMemAvailable: 101 kB\n", 100 * KIB, null],
  ["a negative number", "MemTotal: -100 kB\n", null, null],
  ["another unit", "MemTotal: 100 MB\n", null, null],
] as const)("parseMeminfo: %s", (_, text, total, available) => {
  expect(parseMeminfo(text)).toEqual({ total, available });
});

test.each([
  [
    "proc-self-cgroup.v2.txt",
    { unified: "/user.slice/app.service", memory: null, cpu: null, cpuacct: null },
  ],
  [
    "proc-self-cgroup.v2-in-container.txt",
    { unified: "/", memory: null, cpu: null, cpuacct: null },
  ],
  [
    "proc-self-cgroup.v1-hybrid.txt",
    { unified: "/", memory: "/app.slice/demo", cpu: "/", cpuacct: "/" },
  ],
] as const)("parseCgroupPaths: reads %s", (name, paths) => {
  expect(parseCgroupPaths(fixture("linux-memory", name))).toEqual(paths);
});

test("parseCgroupPaths: controllers may share a tree, and a path may hold colons", () => {
  expect(parseCgroupPaths("3:cpu,cpuacct:/a\n2:memory:/b:c\r\nnonsense\n")).toEqual({
    unified: null,
    memory: "/b:c",
    cpu: "/a",
    cpuacct: "/a",
  });
});

test.each([
  ["/", [""]],
  ["/a/b", ["/a/b", "/a", ""]],
  ["/../../x", [""]],
])("cgroupLevelsOf: %s is judged at %o", (path, levels) => {
  expect(cgroupLevelsOf(path)).toEqual(levels);
});

test("cgroupLevelsOf: reads at most 32 levels and always the root", () => {
  const levels = cgroupLevelsOf("/x".repeat(100));
  expect(levels).toHaveLength(33);
  expect(levels.at(-1)).toBe("");
});

test.each([
  [fixture("linux-memory", "cgroup2.limited.memory.max.derived.txt"), 536_870_912],
  [fixture("linux-memory", "cgroup2.limited.memory.current.derived.txt"), 527_458_304],
  [fixture("linux-memory", "cgroup2.limited.memory.high.derived.txt"), null],
  [fixture("linux-memory", "cgroup2.memory.max.unlimited.txt"), null],
  [fixture("linux-memory", "cgroup2.memory.max.huge.derived.txt"), null],
  [fixture("linux-memory", "cgroup1.memory.limit_in_bytes.unlimited.txt"), null],
  ["0\n", 0],
  ["-1\n", null],
  ["", null],
  [null, null],
])("parseCgroupBytes: %j is %s", (text, bytes) => {
  expect(parseCgroupBytes(text)).toBe(bytes);
});

test.each([
  ["cgroup2.limited.memory.stat.derived.txt", 515_723_264],
  ["cgroup1.rp_test.start.txt", 96_288_768],
  ["cgroup1.rp_test.after-reading-400MiB-file.txt", 515_723_264],
] as const)("parseInactiveFile: reads %s", (name, bytes) => {
  expect(parseInactiveFile(fixture("linux-memory", name))).toBe(bytes);
});

test("parseInactiveFile: v1's total wins over its own, absence is unknown", () => {
  expect(parseInactiveFile("inactive_file 1\ntotal_inactive_file 2\n")).toBe(2);
  expect(parseInactiveFile(null)).toBeNull();
});

test.each([
  [fixture("linux-memory", "cgroup2.cpu.max.1.5cpu.txt"), 1.5],
  [fixture("linux-memory", "cgroup2.cpu.max.unlimited.txt"), null],
  ["100000 0", null],
  ["0 100000", null],
  ["x", null],
  [null, null],
])("parseCpuMax: %j is %s processors", (text, processors) => {
  expect(parseCpuMax(text)).toBe(processors);
});

test.each([
  ["200000\n", "100000\n", 2],
  ["-1\n", "100000\n", null],
  ["", "100000\n", null],
  [null, null, null],
])("parseCfsQuota: %j of %j is %s processors", (quota, period, processors) => {
  expect(parseCfsQuota(quota, period)).toBe(processors);
});

const HOST = { total: 8192 * MIB, available: 6000 * MIB };
const level = (limit: number | null, usage: number | null, inactive: number | null) => ({
  limit: limit === null ? null : limit * MIB,
  usage: usage === null ? null : usage * MIB,
  inactive_file: inactive === null ? null : inactive * MIB,
});

test.each([
  ["no group limits", [level(null, null, null)], 8192, 6000, "host"],
  ["a limit of the host's size is none", [level(8192, 8000, 0)], 8192, 6000, "host"],
  ["a limit just below counts", [level(8191, 3191, 0)], 8191, 5000, "cgroup"],
  ["cache does not count as used", [level(512, 503, 492)], 512, 501, "cgroup"],
  ["more cache than use is no use", [level(512, 100, 200)], 512, 512, "cgroup"],
  ["use above the limit leaves nothing", [level(512, 600, 0)], 512, 0, "cgroup"],
  ["a missing stat counts all as used", [level(512, 400, null)], 512, 112, "cgroup"],
  ["a missing usage is bounded by the limit", [level(512, null, null)], 512, 512, "cgroup"],
  ["the tightest level counts", [level(1024, 100, 0), level(2048, 2000, 0)], 1024, 48, "cgroup"],
  ["the host's own lack counts, too", [level(7000, 0, 0)], 7000, 6000, "cgroup"],
] as const)("effectiveMemoryOf: %s", (_, levels, total, available, limited_by) => {
  const memory = effectiveMemoryOf(HOST, levels);
  expect(memory).toEqual({ total: total * MIB, available: available * MIB, limited_by });
});

test("effectiveMemoryOf: the measured container has 525 MB, not 9 MB", () => {
  const after = { limit: 536_870_912, usage: 527_458_304, inactive_file: 515_723_264 };
  expect(effectiveMemoryOf(HOST, [after]).available).toBe(525_135_872);
});

test("parseProcStat: idle includes waiting, guest columns are not counted twice", () => {
  expect(parseProcStat(fixture("linux-memory", "proc-stat.head.txt"))).toEqual({
    idle: 216_244 + 4422,
    iowait: 4422,
    steal: 5801,
    total: 95_154 + 157 + 28_172 + 216_244 + 4422 + 0 + 1136 + 5801,
    processors: 2,
  });
  expect(parseProcStat("cpu  1 2 3 4 5 6 7 8 100 100\n")?.total).toBe(36);
  expect(parseProcStat("cpu  1 2 3 4\n")).toEqual({
    idle: 4,
    iowait: 0,
    steal: 0,
    total: 10,
    processors: 0,
  });
});

test.each([["", "cpu  1 2\n", "cpu  a b c d\n", "intr 1 2 3 4 5\n", "cpu0 1 2 3 4\n"]])(
  "parseProcStat: %j is nothing",
  (text) => {
    expect(parseProcStat(text)).toBeNull();
  },
);

test("parseProcStat: hostile digits take no time", () => {
  const before = performance.now();
  expect(parseProcStat(`cpu ${"1".repeat(100_000)}x\n`)).toBeNull();
  expect(parseProcStat(`cpu ${"1 ".repeat(50_000)}x\n`)?.total).toBe(8);
  expect(performance.now() - before).toBeLessThan(SOON_MS);
});

const times = (idle: number, total: number, processors = 2) => ({
  idle,
  iowait: 0,
  steal: 0,
  total,
  processors,
});
test.each([
  ["half busy", times(0, 0), times(50, 100), 50],
  ["idle", times(0, 0), times(100, 100), 0],
  ["all busy", times(0, 0), times(0, 100), 100],
  ["one decimal", times(0, 0), times(2, 3), 33.3],
  ["no time passed", times(5, 10), times(5, 10), null],
  ["time went backwards", times(5, 10), times(4, 9), null],
  ["idle went backwards", times(5, 10), times(4, 20), null],
  ["idle grew more than time", times(0, 0), times(20, 10), 0],
  ["a processor came", times(0, 0, 2), times(50, 100, 3), null],
  ["Node stood in once", times(0, 0), { ...times(50, 100), source: "node" }, null],
  ["both of Node", { ...times(0, 0), source: "node" }, { ...times(50, 100), source: "node" }, 50],
] as const)("cpuUsedPercent: %s", (_, before, after, percent) => {
  expect(cpuUsedPercent(before, after)).toBe(percent);
});

test("parseCpuInfo: brand and AVX2 of x86, neither opinion nor error elsewhere", () => {
  const x86 = "processor : 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx avx2\n";
  expect(parseCpuInfo(x86)).toEqual({ brand: "AMD EPYC", has_avx2: true });
  expect(parseCpuInfo("flags : fpu avx\n")).toEqual({ brand: null, has_avx2: false });
  expect(parseCpuInfo("Features : fp asimd\n")).toEqual({ brand: null, has_avx2: null });
});

test.each([
  ["0-3,8", 5],
  ["0", 1],
  ["0-1", 2],
  ["3-1", null],
  ["0-x", null],
  ["0-999999", null],
])("parseAllowedProcessors: %s are %s", (list, count) => {
  expect(parseAllowedProcessors(`Name:\tnode\nCpus_allowed_list:\t${list}\n`)).toBe(count);
});

test.each([
  ["4200000\n", 4200],
  ["0\n", null],
  ["", null],
  [null, null],
])("parseMaxMhz: %j is %s MHz", (text, mhz) => {
  expect(parseMaxMhz(text)).toBe(mhz);
});

test("Linux parsers: never throw and give only finite numbers from 0 up", () => {
  const fragment = fc.constantFrom("MemTotal: ", "MemAvailable: ", "cpu  ", "0::/", " kB\n", "\n");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.oneof(fragment, fc.nat().map(String), fc.constant(" ")), { maxLength: 30 })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      const host = parseMeminfo(one);
      const limit = parseCgroupBytes(other);
      const memory = effectiveMemoryOf(host, [
        { limit, usage: parseCgroupBytes(one), inactive_file: parseInactiveFile(other) },
      ]);
      const before = parseProcStat(one);
      const after = parseProcStat(other);
      const percent = before && after && cpuUsedPercent(before, after);
      cgroupLevelsOf(parseCgroupPaths(one).unified ?? one);
      parseCpuInfo(one);
      const numbers = [memory.total, memory.available, percent, parseCpuMax(one), parseMaxMhz(one)];
      for (const value of [...numbers, parseAllowedProcessors(one), parseCfsQuota(one, other)]) {
        if (value !== null) expect(Number.isFinite(value) && value >= 0).toBe(true);
      }
    }),
  );
});
