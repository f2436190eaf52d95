/**
 * Our figures against the kernel's own, on this very host: memory, processors, a real control group with
 * a limit, a real process that eats memory, a real kill. What cannot be done here says why.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readOomKills } from "../src/detect/oom-kills.ts";
import { probeCpu } from "../src/detect/probe-cpu.ts";
import { readText } from "../src/detect/read-file.ts";
import { readMemory } from "../src/detect/read-memory.ts";
import { createCpuSensor } from "../src/detect/sensor-cpu.ts";
import { type RealGroup, realGroup } from "./support/real-cgroup.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const VIEW = { env: {}, root: "/", platform: "linux" } as const;
const LOOK = join(import.meta.dirname, "support/memory-look.ts");
const MIB = 1024 * 1024;
const isLinux = process.platform === "linux";

interface Look {
  readonly memory: {
    readonly total_mib: number;
    readonly available_mib: number;
    readonly limited_by: string;
  };
  readonly kills: object | null;
  readonly node: number;
}

function kib(name: string): number {
  const text = readFileSync("/proc/meminfo", "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]);
}

/** Our code in a program of its own inside the group. */
function lookInside(group: RealGroup, ...args: readonly string[]) {
  const command = [process.execPath, LOOK, ...args].join(" ");
  return JSON.parse(group.run(`exec ${command}`)) as {
    readonly before: Look;
    readonly after: Look;
  };
}

test.runIf(isLinux)("host: memory is what the kernel says, unless a group says less", async () => {
  const { total_mib, available_mib, limited_by } = await readMemory(VIEW, readText);
  const total = Math.floor(kib("MemTotal") / 1024);
  if (limited_by === "host") expect(total_mib).toBe(total);
  else expect(total_mib).toBeLessThan(total);
  // The kernel's own figure moves while it is read.
  expect(available_mib).toBeGreaterThan(0);
  expect(available_mib).toBeLessThanOrEqual(Math.floor(kib("MemAvailable") / 1024) + 512);
});

test.runIf(isLinux)("host: processors are those that the kernel lists", async () => {
  const { finding } = await probeCpu(VIEW);
  const listed = readFileSync("/proc/stat", "utf8").match(/^cpu\d+ /gm)?.length;
  expect(finding.threads).toBe(listed);
  expect(finding.threads).toBe(cpus().length);
  const folders = readdirSync("/sys/devices/system/cpu").filter((name) => /^cpu\d+$/.test(name));
  expect(finding.cores).toBeLessThanOrEqual(folders.length);
  const allowed = Number(execFileSync("nproc", { encoding: "utf8" }));
  expect(finding.quota ?? finding.threads).toBeLessThanOrEqual(allowed);
});

test.runIf(isLinux)("host: a process that turns one processor shows in the load", async () => {
  const sensor = createCpuSensor(VIEW);
  const signal = new AbortController().signal;
  await sensor.read(signal);
  spawnSync(process.execPath, ["-e", "const end = Date.now() + 700; while (Date.now() < end);"]);
  const { value } = await sensor.read(signal);
  // One busy processor of so many; others may be busy, too.
  expect(value?.used_percent).toBeGreaterThanOrEqual(70 / cpus().length);
  expect(value?.used_percent).toBeLessThanOrEqual(100);
  sensor.close?.();
});

test.runIf(isLinux)(
  "host: a process that eats 512 MiB takes them from what is available",
  async () => {
    // Other programs of the host come and go meanwhile, so that a look may be spoilt; not each of five.
    const seen: number[] = [];
    do seen.push(await takenByEater());
    while (!isAbout512(seen.at(-1)) && seen.length < 5);
    expect(seen.filter(isAbout512), `MiB taken: ${seen.join(", ")}`).toHaveLength(1);
  },
);

const isAbout512 = (mib: number | undefined): boolean =>
  mib !== undefined && mib > 256 && mib < 1024;

/** What is less available in MiB while a process holds 512. */
async function takenByEater(): Promise<number> {
  const before = await readMemory(VIEW, readText);
  const eater = spawn(process.execPath, [
    "-e",
    "const kept = Buffer.alloc(512 * 1024 * 1024, 1); console.log(kept.length); setInterval(() => {}, 1000);",
  ]);
  const isGone = new Promise((resolve) => eater.once("exit", resolve));
  onTestFinished(() => void eater.kill("SIGKILL"));
  await new Promise((resolve) => eater.stdout.once("data", resolve));
  const after = await readMemory(VIEW, readText);
  eater.kill("SIGKILL");
  await isGone;
  return (before.available_mib ?? 0) - (after.available_mib ?? 0);
}

test.runIf(isLinux)("host: a real group's limit counts, and its page cache does not", (context) => {
  const group = realGroup(512 * MIB);
  if (typeof group === "string") return context.skip(`SKIPPED: ${group}`);
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, Buffer.alloc(128 * MIB));
  spawnSync("sh", ["-c", `sync ${file}; dd of=${file} oflag=nocache conv=notrunc count=0 2>&1`]);
  const { before, after } = lookInside(group, "read", file);
  expect(before.memory).toMatchObject({ total_mib: 512, limited_by: "cgroup" });
  // The kernel's own count, from outside, once the program is gone: the file's pages are still there.
  expect(group.number("memory.limit_in_bytes")).toBe(512 * MIB);
  // The kernel charges in batches, one for each processor, so its count may lag a little.
  expect(group.number("memory.usage_in_bytes")).toBeGreaterThan(124 * MIB);
  const lost = before.memory.available_mib - after.memory.available_mib;
  // Reading took a buffer of its own size for a moment, and perhaps kept it; the cache is not counted.
  expect(lost).toBeLessThan(128 + 64);
  expect(after.memory.available_mib).toBeGreaterThan(after.node);
});

test.runIf(isLinux)("host: memory eaten inside a real group is missing there", (context) => {
  const group = realGroup(512 * MIB);
  if (typeof group === "string") return context.skip(`SKIPPED: ${group}`);
  const { before, after } = lookInside(group, "eat", "200");
  const taken = before.memory.available_mib - after.memory.available_mib;
  expect(taken).toBeGreaterThan(180);
  expect(taken).toBeLessThan(240);
});

test.runIf(isLinux)("host: a real kill of the kernel is counted", async (context) => {
  const group = realGroup(64 * MIB);
  if (typeof group === "string") return context.skip(`SKIPPED: ${group}`);
  const control = join(group.folder, "memory.oom_control");
  if (!/^oom_kill \d/m.test(readFileSync(control, "utf8")))
    return context.skip("SKIPPED: this kernel does not count kills of v1 groups");
  const path = group.folder.replace("/sys/fs/cgroup/memory", "");
  const root = temporaryFolder();
  // Our reader as a member of that group: only the line of /proc/self/cgroup is another.
  const kills = async () => {
    const seen = await readOomKills(VIEW, async (file) =>
      file === "/proc/self/cgroup" ? `4:memory:${path}\n` : readText(file.replace(root, "")),
    );
    return seen?.total ?? null;
  };
  const before = await kills();
  expect(() =>
    group.run(`exec ${process.execPath} -e 'Buffer.alloc(256 * 1024 * 1024, 1)'`),
  ).toThrow();
  expect(await kills()).toBeGreaterThan(before ?? Number.POSITIVE_INFINITY);
});
