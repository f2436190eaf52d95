/**
 * Looks on the slow beat: what they list and read on the spot, and when they have to be waited for. As in
 * `sampling-cost.test.ts`, all is counted at the one door to the system, and time stands still.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { detectHost } from "../src/detect/detect.ts";
import { type HostView, ioOf } from "../src/detect/host-io.ts";
import { createLinuxScan } from "../src/detect/process-scan-linux.ts";
import { watchFolders } from "../src/detect/read-folder.ts";
import { createDavinciSensor } from "../src/detect/sensor-davinci.ts";
import { createHardwareSensor } from "../src/detect/sensor-hardware.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const NEVER = new AbortController().signal;
const RESOLVE = "-> /opt/resolve/bin/resolve";
const BASH = "-> /usr/bin/bash";

/** Counts what passes the doors from now on, and lets it through. */
function watchedDoors() {
  const doors = {
    listed: vi.spyOn(fs, "readdir"),
    listedNow: vi.spyOn(fs, "readdirSync"),
    linked: vi.spyOn(fs, "readlink"),
    linkedNow: vi.spyOn(fs, "readlinkSync"),
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    for (const door of Object.values(doors)) door.mockRestore();
    syncBuiltinESMExports();
  });
  return () => {
    const counts = Object.entries(doors).map(([name, { mock }]) => [name, mock.calls.length]);
    for (const door of Object.values(doors)) door.mockClear();
    return Object.fromEntries(counts);
  };
}

/** No look is slow by this clock, however busy the host is. */
function stillClock(): void {
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => clock.mockRestore());
}

function linux(root: string): HostView {
  return { env: {}, root, platform: "linux" };
}

/** Processes with these programs, numbered from `first`. */
function processes(first: number, programs: readonly string[]): Record<string, string> {
  return Object.fromEntries(programs.map((link, place) => [`proc/${first + place}/exe`, link]));
}

test("watchFolders: a folder is listed on the spot once it was quick, and not at once after it was not", async () => {
  const counts = watchedDoors();
  let [at, step] = [0, 1];
  const path = join(fakeRoot({ "folder/one": "" }), "folder");
  const folders = watchFolders(ioOf(linux("/")).listFolder, () => {
    at += step;
    return at;
  });
  expect(folders.namesNow(path)).toBeUndefined();
  expect(await folders.listFolder(path)).toEqual(["one"]);
  expect(folders.namesNow(path)).toBeUndefined();
  step = 0.8;
  await folders.listFolder(path);
  expect(counts()).toMatchObject({ listed: 2, listedNow: 0 });
  expect([folders.namesNow(path), folders.namesNow(path)]).toEqual([["one"], ["one"]]);
  step = 0.9;
  expect(folders.namesNow(path)).toEqual(["one"]);
  expect(counts()).toMatchObject({ listed: 0, listedNow: 3 });
  expect(folders.namesNow(path)).toBeUndefined();
  await folders.listFolder(path);
  expect(folders.namesNow(path)).toEqual(["one"]);
});

test("watchFolders: a folder that is not there is no error, and one that comes is seen", async () => {
  stillClock();
  const root = fakeRoot();
  const path = join(root, "folder");
  const folders = watchFolders(ioOf(linux("/")).listFolder);
  expect(await folders.listFolder(path)).toBeNull();
  expect(folders.namesNow(path)).toBeNull();
  addFiles(root, { folder: "a file" });
  expect(folders.namesNow(path)).toBeNull();
  fs.rmSync(path);
  addFiles(root, { "folder/one": "" });
  expect(folders.namesNow(path)).toEqual(["one"]);
});

test("sensor-hardware: from the second look on the spot, and a new device is seen there", async () => {
  stillClock();
  const root = fakeRoot({ "sys/bus/pci/devices/0000:01:00.0/vendor": "", "dev/nvidia0": "" });
  const sensor = createHardwareSensor(linux(root));
  expect(sensor.readNow?.()).toBeNull();
  const waited = (await sensor.read(NEVER)).value?.signature;
  const counts = watchedDoors();
  expect(sensor.readNow?.()?.value?.signature).toBe(waited);
  expect(counts()).toMatchObject({ listed: 0, listedNow: 2 });
  addFiles(root, { "dev/null": "" });
  expect(sensor.readNow?.()?.value?.signature).toBe(waited);
  addFiles(root, { "dev/nvidia1": "" });
  const other = sensor.readNow?.()?.value?.signature;
  expect(other).not.toBe(waited);
  addFiles(root, { "dev/dri/card0": "" });
  const third = sensor.readNow?.()?.value?.signature;
  expect([waited, other]).not.toContain(third);
  expect((await sensor.read(NEVER)).value?.signature).toBe(third);
});

test("sensor-hardware: neither another's answers nor other systems are asked on the spot", () => {
  const view = linux(fakeRoot());
  expect(createHardwareSensor({ ...view, io: ioOf(view) }).readNow).toBeUndefined();
  expect(createHardwareSensor({ ...view, platform: "darwin" }).readNow).toBeUndefined();
});

test("sensor-davinci: sees it start and stop on the spot", async () => {
  stillClock();
  const root = fakeRoot(processes(100, [BASH, BASH]));
  const sensor = createDavinciSensor(linux(root));
  expect(sensor.readNow?.()).toBeNull();
  await sensor.read(NEVER);
  const isRunning = () => sensor.readNow?.()?.value?.running;
  expect(isRunning()).toBe(false);
  addFiles(root, processes(200, [RESOLVE]));
  const counts = watchedDoors();
  expect([isRunning(), isRunning()]).toEqual([true, true]);
  expect(counts()).toMatchObject({ listed: 0, linked: 0, listedNow: 2 });
  fs.rmSync(join(root, "proc/200"), { recursive: true });
  expect(isRunning()).toBe(false);
  fs.rmSync(join(root, "proc"), { recursive: true });
  expect(sensor.readNow?.()).toMatchObject({ value: null, missing: "unreadable" });
  expect(createDavinciSensor({ ...linux(root), platform: "darwin" }).readNow?.()).toBeNull();
});

test("process scan: many new processes are waited for, few are looked at on the spot", async () => {
  stillClock();
  const root = fakeRoot(processes(1, Array(25).fill(BASH)));
  const { scan, scanNow } = createLinuxScan(linux(root), [{ id: "x", process: /\/x$/ }]);
  const counts = watchedDoors();
  await scan();
  expect(scanNow()).toBeUndefined();
  expect(counts()).toEqual({ listed: 1, listedNow: 1, linked: 25, linkedNow: 0 });
  await scan();
  expect(counts()).toMatchObject({ linked: 25, linkedNow: 0 });
  addFiles(root, processes(100, ["-> /bin/x", ...Array(20).fill(BASH)]));
  expect(scanNow()).toEqual([{ id: "x", memory_kib: null }]);
  const { linked, linkedNow } = counts();
  // The new ones, and those of the others whose turn it is.
  expect(linked).toBe(0);
  expect(linkedNow).toBeGreaterThanOrEqual(21);
  expect(linkedNow).toBeLessThanOrEqual(24);
});

test("process scan: each known process is looked at once in 12 looks, one without a program once in 120", async () => {
  stillClock();
  const root = fakeRoot({
    ...processes(1, Array(24).fill(BASH)),
    ...Object.fromEntries(Array.from({ length: 24 }, (_, at) => [`proc/${500 + at}/comm`, "k\n"])),
  });
  const { scan, scanNow } = createLinuxScan(linux(root), [{ id: "x", process: /\/x$/, comm: "k" }]);
  await scan();
  await scan();
  const looked = vi.spyOn(fs, "readlinkSync");
  syncBuiltinESMExports();
  onTestFinished(() => {
    looked.mockRestore();
    syncBuiltinESMExports();
  });
  let most = 0;
  for (let looks = 0; looks < 120; looks += 1) {
    const before = looked.mock.calls.length;
    expect(scanNow()).toEqual([]);
    most = Math.max(most, looked.mock.calls.length - before);
  }
  const times = (pid: number) =>
    looked.mock.calls.filter(([path]) => String(path).includes(`/proc/${pid}/`)).length;
  expect([1, 7, 24].map(times)).toEqual([10, 10, 10]);
  expect([500, 511, 523].map(times)).toEqual([1, 1, 1]);
  expect(most).toBeLessThanOrEqual(3);
});

test("detection: both probes that want the processes share one list, and see the editor in it", async () => {
  const root = fakeRoot(processes(100, [BASH, RESOLVE]));
  const counts = watchedDoors();
  const listed = vi.spyOn(fs, "readdir");
  syncBuiltinESMExports();
  onTestFinished(() => {
    listed.mockRestore();
    syncBuiltinESMExports();
  });
  const { host, late } = await detectHost({ env: {}, root, platform: "linux" });
  const { davinci, editors } = (await late) ?? host;
  expect(davinci).toMatchObject({ installed: true, running: true });
  expect(editors).toMatchObject([{ id: "davinci", running: true }]);
  const lists = listed.mock.calls.filter(([path]) => path === join(root, "proc"));
  expect(lists).toHaveLength(1);
  expect(counts()).toMatchObject({ linked: 0, linkedNow: 2 });
});

test("process scan: a hidden executable is known by its short name, on the spot as well", async () => {
  stillClock();
  const root = fakeRoot({
    "proc/5/exe": BASH,
    "proc/6/comm": "resolve\n",
    "proc/6/locked/exe": "",
  });
  const wanted = [{ id: "x", process: /\/x$/, comm: "resolve" }];
  const { scan, scanNow } = createLinuxScan(linux(root), wanted);
  const hidden = Object.assign(new Error("EACCES"), { code: "EACCES" });
  const link = vi.spyOn(fs, "readlinkSync").mockImplementation(() => {
    throw hidden;
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    link.mockRestore();
    syncBuiltinESMExports();
  });
  await scan();
  expect(scanNow()).toEqual([{ id: "x", memory_kib: null }]);
});
