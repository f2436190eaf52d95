import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { probeIntel, probeIntelDetails } from "../src/detect/probe-intel.ts";
import { createIntelSensor } from "../src/detect/sensor-intel.ts";
import { drmFiles } from "./support/drm-files.ts";
import { fakeProgram } from "./support/fake-program.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const NEVER = new AbortController().signal;
const CARD = "sys/class/drm/card0";
const TOTAL = "17079205888\n";
const DISCOVERY = fixture("gpu-other", "xpu-smi.discovery.arc-pro.json");
const TABLE = fixture("gpu-other", "xpu-smi.v2-table.arc-a770.txt");

const mib = (value: number) => `${value * 2 ** 20}\n`;
const seen = (used_mib: number) => ({
  value: { used_mib, total_mib: 16_288 },
  missing: null,
  age: 0,
});
const missing = (code: string) => ({ value: null, missing: code, age: 0 });
const stats = (used: number | string) => [
  { when: "discovery -j", text: DISCOVERY },
  {
    when: "stats -d 0 -j",
    text: `{"device_level": [{"metrics_type": "XPUM_STATS_MEMORY_USED", "value": ${used}}]}`,
  },
];

function arc(given: Partial<Parameters<typeof drmFiles>[0]>) {
  const identity = { vendor: "0x8086", device: "0x56a0", driver: "xe" };
  return drmFiles({ position: 0, ...identity, bus_id: "0000:03:00.0", ...given });
}

const XE = arc({ files: { "tile0/physical_vram_size_bytes": TOTAL } });
const I915 = arc({ own: { lmem_total_bytes: TOTAL, lmem_avail_bytes: mib(16_000) } });

/** The sensor of the first card as it was probed; each look is two seconds after the one before. */
async function sensorOn(root: string, env: HostView["env"] = {}) {
  const view: HostView = { root, env, platform: "linux" };
  const probed = await probeIntelDetails({ view }, await probeIntel({ view }));
  const [gpu] = probed.finding.gpus;
  if (gpu === undefined) throw new Error("Expected a card.");
  let at = 0;
  const clock = { now: () => at, monotonic: () => at };
  const origins = probed.origins ?? [];
  const sensor = createIntelSensor({ view, gpu, origins, ...clock, limitMs: 1000 });
  if (sensor === null) return null;
  onTestFinished(() => sensor.close?.());
  return async (waitMs = 2000) => {
    at += waitMs;
    const { value, missing: code, source_at } = await sensor.read(NEVER);
    return { value, missing: code, age: at - source_at };
  };
}

test("sensor-intel: the use is the size without what is free", async () => {
  const root = fakeRoot(I915);
  const look = await sensorOn(root);
  expect(await look?.()).toEqual(seen(288));
  addFiles(root, { [`${CARD}/lmem_avail_bytes`]: mib(0) });
  expect(await look?.()).toEqual(seen(16_288));
  addFiles(root, { [`${CARD}/lmem_avail_bytes`]: TOTAL });
  expect(await look?.()).toEqual(seen(0));
});

test.each([
  [mib(16_289), "impossible"],
  ["-1", "impossible"],
  ["18446744073709551615", "impossible"],
  ["", "memory-not-reported"],
  ["N/A", "memory-not-reported"],
] as const)("sensor-intel: free memory of %j is missing: %s", async (text, code) => {
  const root = fakeRoot(I915);
  const look = await sensorOn(root);
  addFiles(root, { [`${CARD}/lmem_avail_bytes`]: text });
  expect(await look?.()).toEqual(missing(code));
  addFiles(root, { [`${CARD}/lmem_avail_bytes`]: mib(16_000) });
  expect(await look?.()).toEqual(seen(288));
});

test("sensor-intel: no sensor where nobody tells the use, or memory is the system's", async () => {
  expect(await sensorOn(fakeRoot(XE))).toBeNull();
  expect(await sensorOn(fakeRoot(arc({})))).toBeNull();
  const broken = fakeProgram("xpu-smi", stats('"N/A"'));
  expect(await sensorOn(fakeRoot(XE), broken.env)).toBeNull();
});

test("sensor-intel: xpu-smi is asked at its pace, which card it is only once", async () => {
  const program = fakeProgram("xpu-smi", stats("3642.75"));
  const look = await sensorOn(fakeRoot(XE), program.env);
  const before = program.calls().length;
  expect(await look?.()).toEqual(seen(3642));
  expect(await look?.(500)).toEqual({ ...seen(3642), age: 500 });
  program.say(stats(16_288));
  expect(await look?.(1500)).toEqual(seen(16_288));
  expect(program.calls().slice(before)).toEqual(["discovery -j", "stats -d 0 -j", "stats -d 0 -j"]);
  program.say(stats(16_289));
  expect(await look?.()).toEqual(missing("impossible"));
  program.say(stats(1));
  expect(await look?.()).toEqual(seen(1));
});

test("sensor-intel: the table of version 2 serves as well", async () => {
  const program = fakeProgram("xpu-smi", [
    { when: "", text: TABLE },
    { when: "*", exit_code: 1 },
  ]);
  const look = await sensorOn(fakeRoot(XE), program.env);
  expect(await look?.()).toEqual(seen(3642));
  program.say([{ when: "*", text: TABLE.replace("3642MiB", "N/A") }]);
  expect(await look?.()).toEqual(missing("memory-not-reported"));
});

test("sensor-intel: a sleeping card is not asked for and keeps its figures", async () => {
  const root = fakeRoot(XE);
  const program = fakeProgram("xpu-smi", stats(700));
  const look = await sensorOn(root, program.env);
  expect(await look?.()).toEqual(seen(700));
  addFiles(root, { [`${CARD}/device/power/runtime_status`]: "suspended\n" });
  program.say(stats(800));
  const calls = program.calls().length;
  expect(await look?.()).toEqual(seen(700));
  expect(program.calls()).toHaveLength(calls);
});

test("sensor-intel: a card that goes is lost, and a program that goes is missed", async () => {
  const root = fakeRoot(XE);
  const program = fakeProgram("xpu-smi", stats(700));
  const look = await sensorOn(root, program.env);
  expect(await look?.()).toEqual(seen(700));
  rmSync(join(root, CARD), { recursive: true });
  expect(await look?.()).toEqual(missing("gpu-lost"));
  addFiles(root, XE);
  rmSync(program.path);
  expect(await look?.()).toEqual(missing("not-installed"));
});

test("sensor-intel: a program that hangs is ended, and not started again at once", async () => {
  const program = fakeProgram("xpu-smi", stats(700));
  const look = await sensorOn(fakeRoot(XE), program.env);
  program.say([{ when: "*", mode: "hang" }]);
  expect((await look?.())?.missing).toBe("timeout");
  for (const pid of program.pids()) await expect.poll(() => isProcessAlive(pid)).toBe(false);
  const calls = program.calls().length;
  expect((await look?.())?.missing).toBe("timeout");
  expect(program.calls()).toHaveLength(calls);
});
