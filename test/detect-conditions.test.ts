/** Power, heat, stalls, stolen time and the kernel's kills, out of files under a root. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseOomKills, readOomKills } from "../src/detect/oom-kills.ts";
import { parsePmsetBattery, parsePmsetThermal } from "../src/detect/power-supply.ts";
import { parsePressureStall } from "../src/detect/pressure-stall.ts";
import { probePower } from "../src/detect/probe-power.ts";
import { readText } from "../src/detect/read-file.ts";
import { createConditionsSensor } from "../src/detect/sensor-conditions.ts";
import { createOomSensor } from "../src/detect/sensor-oom.ts";
import { rememberTrips } from "../src/detect/thermal-trips.ts";
import { thermalStateOf } from "../src/detect/thermal-zones.ts";
import { fixture } from "./support/fixture.ts";
import { fileHost, live, transitionOf } from "./support/live.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const viewOf = (root: string) => ({ env: {}, root, platform: "linux" as const });
const SIGNAL = new AbortController().signal;
const BATTERY = "sys/class/power_supply/BAT0";
const MAINS = "sys/class/power_supply/AC";
const ZONE = "sys/class/thermal/thermal_zone0";

const stat = (busy: number, idle: number, iowait = 0, steal = 0): string =>
  `cpu  ${busy} 0 0 ${idle} ${iowait} 0 0 ${steal} 0 0\ncpu0 ${busy} 0 0 ${idle} 0 0 0 0 0 0\n`;

test.each([
  ["proc-pressure-memory.txt", { some_percent: 0, full_percent: 0 }],
  ["proc-pressure-cpu.old-kernel-some-only.derived.txt", { full_percent: null }],
] as const)("parsePressureStall: %s", (name, expected) => {
  expect(parsePressureStall(fixture("linux-memory", name))).toMatchObject(expected);
});

test.each([null, "", "some avg10=x", "some avg10=101.00 avg60=0.00", "full avg10=-1.00 avg60"])(
  "parsePressureStall: %j is nothing",
  (text) => {
    expect(parsePressureStall(text)).toBeNull();
  },
);

test("probePower: a laptop on battery, on mains, a mouse's battery, a computer without one", async () => {
  const root = fakeRoot({
    [`${MAINS}/type`]: "Mains\n",
    [`${MAINS}/online`]: "0\n",
    [`${BATTERY}/type`]: "Battery\n",
    [`${BATTERY}/capacity`]: "43\n",
    [`${BATTERY}/status`]: "Discharging\n",
    "sys/class/power_supply/hidpp/type": "Battery\n",
    "sys/class/power_supply/hidpp/scope": "Device\n",
    "sys/class/power_supply/hidpp/capacity": "5\n",
  });
  const power = async () => (await probePower(viewOf(root))).finding;
  expect(await power()).toMatchObject({ power: "battery", battery_percent: 45 });
  addFiles(root, { [`${MAINS}/online`]: "1\n", [`${BATTERY}/status`]: "Charging\n" });
  expect(await power()).toMatchObject({ power: "mains", battery_percent: 45 });
  const second = "sys/class/power_supply/BAT1";
  addFiles(root, { [`${second}/type`]: "Battery\n", [`${second}/capacity`]: "3\n" });
  expect(await power()).toMatchObject({ battery_percent: 25 });
  rmSync(join(root, second), { recursive: true });
  addFiles(root, { [`${MAINS}/online`]: "0\n", [`${BATTERY}/status`]: "Unknown\n" });
  expect(await power()).toMatchObject({ power: null });
  for (const gone of [BATTERY, MAINS]) rmSync(join(root, gone), { recursive: true });
  expect(await power()).toMatchObject({ power: "mains", battery_percent: null });
  expect((await probePower(viewOf(fakeRoot()))).finding.power).toBeNull();
});

test("probePower: hot at the trip where the kernel slows down, and until it is 5 °C cooler", async () => {
  const zone = (temp: string | null) => [
    {
      temp,
      trips: [
        ["passive", "85000\n"],
        ["critical", "105000\n"],
      ] as const,
    },
  ];
  expect(thermalStateOf(zone("84999\n"), false)).toBe("normal");
  expect(thermalStateOf(zone("85000\n"), false)).toBe("hot");
  expect(thermalStateOf(zone("80000\n"), true)).toBe("hot");
  expect(thermalStateOf(zone("79999\n"), true)).toBe("normal");
  for (const odd of [null, "", "0\n", "-5000\n", "999999\n", "warm"])
    expect(thermalStateOf(zone(odd), false)).toBeNull();
  expect(thermalStateOf([{ temp: "50000\n", trips: [["active", "40000\n"]] }], false)).toBeNull();
  const root = fakeRoot({
    [`${ZONE}/temp`]: "102500\n",
    [`${ZONE}/trip_point_0_type`]: "critical\n",
    [`${ZONE}/trip_point_0_temp`]: "105000\n",
  });
  expect((await probePower(viewOf(root))).finding.thermal).toBe("hot");
});

test("conditions sensor: stolen and waiting time need two looks, and have a lower exit", async () => {
  const root = fakeRoot({ "proc/stat": stat(0, 0), "proc/self/cgroup": "0::/\n" });
  const sensor = createConditionsSensor(viewOf(root));
  const look = async () => (await sensor.read(SIGNAL)).value;
  expect(await look()).toMatchObject({ cpu_stolen: null, disk_waiting: null, memory_stall: null });
  addFiles(root, { "proc/stat": stat(50, 20, 20, 10) });
  expect(await look()).toMatchObject({ cpu_stolen: true, disk_waiting: true });
  addFiles(root, { "proc/stat": stat(110, 40, 32, 18) });
  expect(await look()).toMatchObject({ cpu_stolen: true, disk_waiting: true });
  addFiles(root, { "proc/stat": stat(200, 40, 35, 20) });
  expect(await look()).toMatchObject({ cpu_stolen: false, disk_waiting: false });
  addFiles(root, { "proc/stat": "cpu  1 2 3 4 5 6 7 8 0 0\ncpu0 1\ncpu1 1\n" });
  expect(await look()).toMatchObject({ cpu_stolen: null });
});

test("conditions sensor: trip points are remembered for ten looks, and until zones come or go", async () => {
  const root = fakeRoot({
    [`${ZONE}/temp`]: "90000\n",
    [`${ZONE}/trip_point_0_type`]: "passive\n",
    [`${ZONE}/trip_point_0_temp`]: "95000\n",
  });
  const sensor = createConditionsSensor(viewOf(root));
  onTestFinished(() => sensor.close?.());
  const thermal = async () => (await sensor.read(SIGNAL)).value?.thermal;
  const words: unknown[] = [await thermal()];
  addFiles(root, { [`${ZONE}/trip_point_0_temp`]: "85000\n" });
  for (let looks = 2; looks <= 11; looks += 1) words.push(await thermal());
  expect(words).toEqual([...Array(10).fill("normal"), "hot"]);
  addFiles(root, { [`${ZONE}/trip_point_0_temp`]: "100000\n" });
  expect(await thermal()).toBe("hot");
  addFiles(root, { "sys/class/thermal/thermal_zone1/temp": "20000\n" });
  expect(await thermal()).toBe("normal");
  // The temperature itself is read at each look.
  addFiles(root, { [`${ZONE}/temp`]: "100000\n" });
  expect(await thermal()).toBe("hot");
});

test("conditions sensor: our own group's stalls come before the host's, each word with its exit", async () => {
  const line = (full: string) => `some avg10=50.00 avg60=0.00\nfull avg10=${full} avg60=0.00\n`;
  const root = fakeRoot({
    "proc/self/cgroup": "0::/app\n",
    "proc/pressure/memory": line("12.00"),
  });
  const sensor = createConditionsSensor(viewOf(root));
  const stall = async () => (await sensor.read(SIGNAL)).value?.memory_stall;
  expect(await stall()).toBe("some");
  addFiles(root, { "sys/fs/cgroup/app/memory.pressure": line("40.00") });
  expect(await stall()).toBe("severe");
  const steps = [
    ["35.00", "severe"],
    ["29.99", "some"],
    ["5.00", "some"],
    ["4.99", "none"],
  ];
  for (const [full = "", word] of [...steps, ["9.99", "none"]]) {
    addFiles(root, { "sys/fs/cgroup/app/memory.pressure": line(full) });
    expect(await stall(), full).toBe(word);
  }
  // A path from outside the container: the root that we see is our own group.
  addFiles(root, {
    "proc/self/cgroup": "0::/elsewhere\n",
    "sys/fs/cgroup/memory.pressure": line("80.00"),
  });
  expect(await stall()).toBe("severe");
});

test.each([
  [
    "Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t85%; charging; 1:00 remaining",
    "mains",
    85,
  ],
  ["Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t41%; discharging", "battery", 41],
  ["Now drawing from 'AC Power'\n", "mains", null],
  ["", null, null],
  ["Now drawing from 'Coal'", null, null],
] as const)("parsePmsetBattery: %j", (text, power, battery_percent) => {
  expect(parsePmsetBattery(text)).toEqual({ power, battery_percent });
});

test.each([
  ["CPU_Scheduler_Limit \t= 100\nCPU_Speed_Limit \t= 100\n", "normal"],
  ["CPU_Speed_Limit = 62\n", "hot"],
  ["Note: No thermal warning level has been recorded\n", "normal"],
  ["", null],
] as const)("parsePmsetThermal: %j", (text, expected) => {
  expect(parsePmsetThermal(text)).toBe(expected);
});

const events = (count: number) => `low 0\nhigh 0\nmax 9\noom 3\noom_kill ${count}\n`;
const killsIn = async (root: string) => (await readOomKills(viewOf(root), readText))?.total ?? null;

test("oom kills: the outermost group with a limit tells; without a limit our own", async () => {
  const root = fakeRoot({
    "proc/self/cgroup": "0::/box/app\n",
    "sys/fs/cgroup/box/app/memory.events": events(1),
    "sys/fs/cgroup/box/memory.events": events(4),
    "sys/fs/cgroup/box/memory.max": "max\n",
  });
  expect(await killsIn(root)).toBe(1);
  addFiles(root, { "sys/fs/cgroup/box/memory.max": "1000000\n" });
  expect(await killsIn(root)).toBe(4);
  const first = fakeRoot({
    "proc/self/cgroup": "4:memory:/box/app\n0::/\n",
    "sys/fs/cgroup/memory/box/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "sys/fs/cgroup/memory/box/app/memory.oom_control": "oom_kill 1\n",
  });
  expect(await killsIn(first)).toBe(3);
  expect(await readOomKills({ ...viewOf(first), platform: "darwin" }, readText)).toBeNull();
  const none = createOomSensor(viewOf(fakeRoot()));
  expect(await none.read(SIGNAL)).toMatchObject({ value: null, missing: "not-checked" });
});

test("oom kills: a path from outside the container is counted at the root that we see", async () => {
  const files = { "proc/self/cgroup": "0::/docker/x\n", "sys/fs/cgroup/memory.events": events(3) };
  expect(await killsIn(fakeRoot(files))).toBe(3);
});

test.each([
  [fixture("linux-memory", "cgroup2.limited.memory.events.derived.txt"), 0],
  ["oom_kill 7\noom_group_kill 2\n", 7],
  ["oom_kill -1\n", null],
  ["", null],
] as const)("parseOomKills: %j", (text, expected) => {
  expect(parseOomKills(text)).toBe(expected);
});

test("runtime: a kill of the kernel is evidence, the count at the start is not", async () => {
  const host = fileHost();
  const file = "sys/fs/cgroup/memory.events";
  addFiles(host.root, { [file]: events(5) });
  const runtime = await live({ host });
  // Five beats: the count has been looked at once by then.
  await expect.poll(() => runtime.events({ type: "reading" }).events.length).toBeGreaterThan(5);
  expect(runtime.events({ type: "memory.oom_killed" }).events).toEqual([]);
  addFiles(host.root, { [file]: events(7) });
  const { data } = await transitionOf(runtime, "MEMORY_EXHAUSTED");
  expect(data).toMatchObject({ reason: { signal: "memory.oom_kills", value: 2 } });
  expect(runtime.monitor().conditions).toMatchObject({ power: null, memory_stall: null });
});

test("thermal-trips: what could not be read is read again at the next look, the rest is remembered", async () => {
  let asked = 0;
  let isBroken = true;
  const read = async (path: string) => {
    asked += 1;
    if (isBroken) return null;
    return path.includes("point_0_type") ? "hot" : path.includes("point_0_temp") ? "85000" : null;
  };
  const tripsOf = rememberTrips();
  const zone = { folder: "/zone", among: 1 };
  expect(await tripsOf(zone, read)).toEqual([]);
  isBroken = false;
  expect(await tripsOf(zone, read)).toEqual([["hot", "85000"]]);
  const before = asked;
  expect(await tripsOf(zone, read)).toEqual([["hot", "85000"]]);
  expect(asked).toBe(before);
});
