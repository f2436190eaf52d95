/**
 * What the kernel prints, damaged ten thousand times for each parser: nothing throws, nothing is out of
 * its bounds, and no number is there that does not stand in the text.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  cgroupLevelsOf,
  parseCfsQuota,
  parseCgroupBytes,
  parseCgroupPaths,
  parseCpuMax,
  parseInactiveFile,
} from "../src/detect/cgroup.ts";
import { parseAllowedProcessors, parseCpuInfo, parseMaxMhz } from "../src/detect/cpu-info.ts";
import { parseMeminfo } from "../src/detect/meminfo.ts";
import { parseOomKills } from "../src/detect/oom-kills.ts";
import { parsePmsetBattery, parsePmsetThermal, powerOf } from "../src/detect/power-supply.ts";
import { parsePressureStall } from "../src/detect/pressure-stall.ts";
import { parseProcStat } from "../src/detect/proc-stat.ts";
import { thermalStateOf } from "../src/detect/thermal-zones.ts";
import { fixture } from "./support/fixture.ts";
import { mutatedText, numbersIn } from "./support/mutated-text.ts";

const RUNS = { numRuns: 10_000, seed: 20_261_126 };
const KIB = 1024;
const text = (name: string): string => fixture("linux-memory", name);

function holds(bases: readonly string[], judge: (damaged: string) => void): void {
  fc.assert(fc.property(mutatedText(bases), judge), RUNS);
}

/** The number, or the whole that it is `unit` times of, stands in the text. */
function expectTold(value: number | null, damaged: string, unit = 1): void {
  if (value === null) return;
  expect(Number.isFinite(value) && value >= 0).toBe(true);
  expect([...numbersIn(damaged)].map(Number)).toContain(value / unit);
}

test("meminfo: total and available are told, and possible", () => {
  holds(
    ["meminfo.vm-24gb.txt", "meminfo.gb10.txt", "meminfo.no-memavailable.derived.txt"].map(text),
    (damaged) => {
      const { total, available } = parseMeminfo(damaged);
      expectTold(total, damaged, KIB);
      if (available === null) return;
      expect(total === null || available <= total).toBe(true);
      // The kernel's own figure, or the sum of free memory and what stands for the caches.
      const numbers = [...numbersIn(damaged)].map(Number);
      const isSum = numbers.some((free) =>
        [0, ...numbers].some(
          (buffers) =>
            free + buffers === available / KIB ||
            numbers.includes(available / KIB - free - buffers),
        ),
      );
      expect(numbers.includes(available / KIB) || isSum).toBe(true);
    },
  );
});

test("control groups: paths, limits, counts and quotas are told", () => {
  const paths = ["proc-self-cgroup.v2.txt", "proc-self-cgroup.v1-hybrid.txt"].map(text);
  holds(paths, (damaged) => {
    for (const path of Object.values(parseCgroupPaths(damaged))) {
      if (path === null) continue;
      expect(damaged).toContain(path);
      expect(cgroupLevelsOf(path).every((level) => !level.split("/").includes(".."))).toBe(true);
    }
  });
  const sizes = [
    "cgroup2.memory.max.huge.derived.txt",
    "cgroup1.memory.limit_in_bytes.unlimited.txt",
    "cgroup2.limited.memory.max.derived.txt",
  ];
  holds(sizes.map(text), (damaged) => {
    const bytes = parseCgroupBytes(damaged);
    expectTold(bytes, damaged);
    if (bytes !== null) expect(bytes).toBeLessThan(2 ** 60);
  });
  holds([text("cgroup2.limited.memory.stat.derived.txt")], (damaged) =>
    expectTold(parseInactiveFile(damaged), damaged),
  );
  holds([text("cgroup2.limited.memory.events.derived.txt"), "oom_kill 7\n"], (damaged) =>
    expectTold(parseOomKills(damaged), damaged),
  );
  holds([text("cgroup2.cpu.max.1.5cpu.txt"), "200000 100000\n"], (damaged) => {
    for (const processors of [parseCpuMax(damaged), parseCfsQuota(damaged, "100000\n")]) {
      if (processors !== null) expect(processors > 0 && processors <= 65_536).toBe(true);
    }
  });
});

test("pressure: shares are told, and at most all of the time", () => {
  const bases = [
    "proc-pressure-memory.txt",
    "proc-pressure-io.txt",
    "proc-pressure-cpu.old-kernel-some-only.derived.txt",
  ];
  holds(
    [
      ...bases.map(text),
      "some avg10=0.79 avg60=4.95 avg300=5.34 total=4\nfull avg10=12.19 avg60=1.00\n",
    ],
    (damaged) => {
      for (const share of Object.values(parsePressureStall(damaged) ?? {})) {
        if (share === null) continue;
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(100);
        expect(damaged).toMatch(new RegExp(`avg10=0*${share.toFixed(2)} `));
      }
    },
  );
});

test("proc/stat: ticks are told, and parts are not larger than their whole", () => {
  holds([text("proc-stat.head.txt"), "cpu  1 2 3 4\ncpu0 1 2 3 4\n"], (damaged) => {
    const times = parseProcStat(damaged);
    if (times === null) return;
    expect(Object.values(times).every((ticks) => Number.isFinite(ticks) && ticks >= 0)).toBe(true);
    expect(times.idle).toBeLessThanOrEqual(times.total);
    expect(times.iowait).toBeLessThanOrEqual(times.idle);
    expectTold(times.steal === 0 ? null : times.steal, damaged);
  });
});

test("processors: brand, list and clock are told", () => {
  const info = "processor : 0\nmodel name\t: AMD EPYC 7763\nflags\t\t: fpu avx avx2\n";
  holds([info], (damaged) => {
    const { brand } = parseCpuInfo(damaged);
    if (brand !== null) expect(damaged).toContain(brand);
  });
  holds(["Name:\tnode\nCpus_allowed_list:\t0-3,8\n"], (damaged) => {
    const count = parseAllowedProcessors(damaged);
    if (count !== null) expect(count > 0 && count <= 65_536).toBe(true);
  });
  holds(["4200000\n"], (damaged) => {
    const mhz = parseMaxMhz(damaged);
    if (mhz === null) return;
    expect([...numbersIn(damaged)].map((khz) => Math.round(Number(khz) / 1000))).toContain(mhz);
  });
});

test("power and heat: charges are told, and words are of their lists", () => {
  holds(["43\n", "100\n"], (damaged) => {
    const supply = { type: "Battery\n", online: null, scope: null };
    const { power, battery_percent } = powerOf([
      { ...supply, capacity: damaged, status: "Discharging\n" },
    ]);
    expect(power).toBe("battery");
    expectTold(battery_percent, damaged);
    if (battery_percent !== null) expect(battery_percent).toBeLessThanOrEqual(100);
    const zone = { temp: damaged, trips: [["passive", "85000\n"]] as const };
    expect(["normal", "hot", null]).toContain(thermalStateOf([zone], false));
  });
  const battery =
    "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t41%; discharging; 2:10 remaining\n";
  holds([battery, battery.replace("Battery Power", "AC Power")], (damaged) => {
    const { power, battery_percent } = parsePmsetBattery(damaged);
    expect(["mains", "battery", null]).toContain(power);
    expectTold(battery_percent, damaged);
  });
  holds(["CPU_Scheduler_Limit \t= 100\nCPU_Speed_Limit \t= 62\n"], (damaged) => {
    expect(["normal", "hot", null]).toContain(parsePmsetThermal(damaged));
  });
});
