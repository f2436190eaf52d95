/**
 * What a reading may ask of the system, counted at the one door to it (`node:fs`, and the place that all
 * starts of processes pass); `bench/sampling.ts` measures what that costs. Time stands still here.
 */
import { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { knockAt } from "../src/detect/ask-http.ts";
import { keepFiles } from "../src/detect/read-file.ts";
import { createCpuSensor } from "../src/detect/sensor-cpu.ts";
import { createMemorySensor } from "../src/detect/sensor-memory.ts";
import { createOllamaSensor } from "../src/detect/sensor-ollama.ts";
import { createSpotTrust } from "../src/detect/spot-trust.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const NEVER = new AbortController().signal;
const GROUP = "/system.slice/one.service";

/** A host with control groups three deep, of which one has a limit. */
const HOST = {
  "proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n",
  "proc/stat": "cpu  1 0 1 8 0 0 0 0 0 0\ncpu0 1 0 1 8 0 0 0 0 0 0\n",
  "proc/self/cgroup": `0::${GROUP}\n`,
  [`sys/fs/cgroup${GROUP}/memory.max`]: "1073741824\n",
  [`sys/fs/cgroup${GROUP}/memory.high`]: "max\n",
  [`sys/fs/cgroup${GROUP}/memory.current`]: "536870912\n",
  [`sys/fs/cgroup${GROUP}/memory.stat`]: "anon 1\ninactive_file 268435456\n",
  "sys/fs/cgroup/system.slice/memory.max": "max\n",
  "sys/fs/cgroup/system.slice/memory.high": "max\n",
};

/** Counts what passes the doors from now on, and lets it through. */
function watchedDoors() {
  const doors = {
    opened: vi.spyOn(fs, "open"),
    onTheSpot: vi.spyOn(fs, "readSync"),
    throughThread: vi.spyOn(fs, "read"),
    listed: vi.spyOn(fs, "readdir"),
    started: vi.spyOn(ChildProcess.prototype as unknown as { spawn(): unknown }, "spawn"),
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    for (const door of Object.values(doors)) door.mockRestore();
    syncBuiltinESMExports();
  });
  return {
    counts: () =>
      Object.fromEntries(
        Object.entries(doors).map(([name, { mock }]) => [name, mock.calls.length]),
      ),
    forget: () => {
      for (const door of Object.values(doors)) door.mockClear();
    },
  };
}

test("beat: nine reads of kept files, none of a folder, and no program", async () => {
  const doors = watchedDoors();
  const view = { root: fakeRoot(HOST), env: {}, platform: "linux" } as const;
  const sensors = [createMemorySensor(view), createCpuSensor(view)];
  onTestFinished(() => {
    for (const sensor of sensors) sensor.close?.();
  });
  const beat = () => Promise.all(sensors.map((sensor) => sensor.read(NEVER)));
  // The first ones open the files, and find out that they are quick.
  for (let beats = 0; beats < 5; beats += 1) await beat();
  doors.forget();
  const BEATS = 20;
  for (let beats = 0; beats < BEATS; beats += 1) await beat();
  const { opened, onTheSpot = 0, throughThread = 0, listed, started } = doors.counts();
  expect({ opened, listed, started }).toEqual({ opened: 0, listed: 0, started: 0 });
  // meminfo, cgroup, stat, limits of our group and of the one above (max, high), and our use and its statistics.
  expect(onTheSpot + throughThread).toBe(BEATS * 9);
});

/** The same host without any limit of memory. */
const UNLIMITED = { ...HOST, [`sys/fs/cgroup${GROUP}/memory.max`]: "max\n" };

/** Sensors on these files after looks that found out which of them are quick. */
async function warmSensors(files: Record<string, string>) {
  // No file is slow by this clock, however busy the host is.
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => clock.mockRestore());
  const root = fakeRoot(files);
  const view = { root, env: {}, platform: "linux" } as const;
  const memory = createMemorySensor(view);
  const cpu = createCpuSensor(view);
  onTestFinished(() => {
    memory.close?.();
    cpu.close?.();
  });
  for (let looks = 0; looks < 5; looks += 1) {
    await memory.read(NEVER);
    await cpu.read(NEVER);
  }
  return { root, memory, cpu };
}

test("beat: without limits all is read on the spot, and what changes is seen there", async () => {
  const { root, memory, cpu } = await warmSensors(UNLIMITED);
  const doors = watchedDoors();
  expect(memory.readNow?.()?.value).toEqual({ available_mib: 4096, total_mib: 8192 });
  expect(cpu.readNow?.()).toMatchObject({ value: null, missing: "not-checked" });
  addFiles(root, { "proc/stat": "cpu  2 0 2 8 0 0 0 0 0 0\ncpu0 2 0 2 8 0 0 0 0 0 0\n" });
  expect(cpu.readNow?.()?.value).toEqual({ used_percent: 100 });
  // meminfo, cgroup and four limits; then stat, twice.
  expect(doors.counts()).toMatchObject({ onTheSpot: 8, throughThread: 0, opened: 0 });
  addFiles(root, { [`sys/fs/cgroup/system.slice/memory.high`]: "2147483648\n" });
  // A limit that is new at this level: its use was never read before, so the look has to wait.
  expect(memory.readNow?.()).toBeNull();
  expect((await memory.read(NEVER)).value).toEqual({ available_mib: 2048, total_mib: 2048 });
});

test("beat: another group is looked at with the same look that tells of it", async () => {
  const { root, memory } = await warmSensors({
    ...UNLIMITED,
    "sys/fs/cgroup/other/memory.max": "1073741824\n",
    "sys/fs/cgroup/other/memory.current": "536870912\n",
    "sys/fs/cgroup/other/memory.stat": "inactive_file 0\n",
  });
  expect(memory.readNow?.()?.value).toEqual({ available_mib: 4096, total_mib: 8192 });
  addFiles(root, { "proc/self/cgroup": "0::/other\n" });
  expect(memory.readNow?.()).toBeNull();
  expect((await memory.read(NEVER)).value).toEqual({ available_mib: 512, total_mib: 1024 });
});

test("beat: where the statistics of a group are wanted, looks on the spot are tried ever more rarely", async () => {
  const { memory } = await warmSensors(HOST);
  const doors = watchedDoors();
  let tries = 0;
  for (let looks = 0; looks < 200; looks += 1) {
    doors.forget();
    expect(memory.readNow?.()).toBeNull();
    if ((doors.counts()["onTheSpot"] ?? 0) > 0) tries += 1;
  }
  // After 1, 3, 7, 15, 31 and then 64 looks of waiting each.
  expect(tries).toBe(8);
});

/** Each look at the clock is `step` ms after the last. */
function clockOf(time: { step: number }): () => number {
  let at = 0;
  return () => {
    at += time.step;
    return at;
  };
}

/** How the next read of the file goes. */
async function wayOf(read: () => Promise<unknown>, doors: ReturnType<typeof watchedDoors>) {
  doors.forget();
  await read();
  const { onTheSpot, throughThread } = doors.counts();
  return `${onTheSpot} on the spot, ${throughThread} through a thread`;
}

const ON_THE_SPOT = "1 on the spot, 0 through a thread";
const THROUGH_THREAD = "0 on the spot, 1 through a thread";

test("keepFiles: a file is read on the spot once it was quick, and not at once after it was not", async () => {
  const doors = watchedDoors();
  const time = { step: 1 };
  const files = keepFiles(clockOf(time));
  onTestFinished(files.close);
  const path = join(fakeRoot({ file: "x" }), "file");
  const way = () => wayOf(() => files.readText(path), doors);
  expect([await way(), await way()]).toEqual([THROUGH_THREAD, THROUGH_THREAD]);
  time.step = 0.9;
  expect(await way()).toBe(THROUGH_THREAD);
  time.step = 0.5;
  expect([await way(), await way()]).toEqual([ON_THE_SPOT, ON_THE_SPOT]);
  time.step = 0.6;
  // Slow each time that it is tried: the trials become rare.
  for (const pause of [1, 3, 7, 15, 31, 60, 60]) {
    expect(await way()).toBe(ON_THE_SPOT);
    for (let reads = 0; reads < pause; reads += 1) expect(await way()).toBe(THROUGH_THREAD);
  }
  time.step = 0.5;
  for (let reads = 0; reads < 9; reads += 1) expect(await way()).toBe(ON_THE_SPOT);
  time.step = 0.6;
  expect([await way(), await way()]).toEqual([ON_THE_SPOT, THROUGH_THREAD]);
});

test("spot trust: a slow read among ten quick ones costs one read through a thread", () => {
  const trust = createSpotTrust(0.5);
  const readsUntilTrial = (): number => {
    let reads = 0;
    for (; !trust.isEarned(); reads += 1) trust.waited(0.9);
    return reads;
  };
  const quick = (reads: number) => {
    for (let read = 0; read < reads; read += 1) trust.heldUp(0.5);
  };
  expect(readsUntilTrial()).toBe(1);
  for (let times = 0; times < 5; times += 1) {
    trust.heldUp(0.6);
    expect(readsUntilTrial()).toBe(1);
    quick(10);
  }
  trust.heldUp(0.6);
  trust.waited(1);
  expect(trust.isEarned()).toBe(false);
  expect(readsUntilTrial()).toBe(1);
  // Nine are too few to forget.
  quick(9);
  trust.heldUp(0.6);
  expect(readsUntilTrial()).toBe(3);
});

test("keepFiles: the statistics of a group are never read on the spot", async () => {
  const doors = watchedDoors();
  const files = keepFiles(clockOf({ step: 0 }));
  onTestFinished(files.close);
  const path = join(fakeRoot({ "memory.stat": "inactive_file 1\n" }), "memory.stat");
  for (let reads = 0; reads < 4; reads += 1) {
    expect(await wayOf(() => files.readText(path), doors)).toBe(THROUGH_THREAD);
  }
});

test("sensor-ollama: three questions while it runs, only a knock while nobody listens", async () => {
  const asked = vi.spyOn(http, "request");
  syncBuiltinESMExports();
  onTestFinished(() => {
    asked.mockRestore();
    syncBuiltinESMExports();
  });
  const ollama = await fakeOllama();
  const sensor = createOllamaSensor(ollama.address);
  const questions = async (): Promise<[number, boolean | undefined]> => {
    asked.mockClear();
    const { value } = await sensor.read(NEVER);
    return [asked.mock.calls.length, value?.running];
  };
  expect([await questions(), await questions()]).toEqual([
    [3, true],
    [3, true],
  ]);
  const { port } = new URL(ollama.address);
  await ollama.stop();
  // The first look after it went still expects it.
  expect([await questions(), await questions(), await questions()]).toEqual([
    [4, false],
    [0, false],
    [0, false],
  ]);
  const other = http.createServer((_request, response) => void response.writeHead(404).end());
  await new Promise<void>((resolve) => other.listen(Number(port), "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  expect([await questions(), await questions()]).toEqual([
    [4, false],
    [4, false],
  ]);
});

test("knockAt: says who listens, who does not, and when it was told to stop", async () => {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const signal = new AbortController().signal;
  expect(await knockAt(`http://127.0.0.1:${port}`, signal)).toBeNull();
  expect(await knockAt(`http://127.0.0.1:${port}`, AbortSignal.abort())).toBe("timeout");
  await new Promise((resolve) => server.close(resolve));
  expect(await knockAt(`http://127.0.0.1:${port}`, signal)).toBe("not-running");
  expect(await knockAt(`http://localhost:${port}`, signal)).toBe("not-running");
  // Where there is no such address, it is not running there either.
  expect(await knockAt(`http://[::1]:${port}`, signal)).toBe("not-running");
  expect(await knockAt("nonsense", signal)).toBe("invalid-answer");
});
