import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { type AmdSensorOptions, createAmdSensor } from "../src/detect/sensor-amd.ts";
import { paced } from "../src/detect/sensor-paced.ts";
import { UNKNOWN_GPU } from "../src/domain/host.ts";
import { amdFiles } from "./support/drm-files.ts";
import { fakeProgram } from "./support/fake-program.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const NEVER = new AbortController().signal;
const DEVICE = "sys/class/drm/card1/device";
const GPU = {
  ...UNKNOWN_GPU,
  vendor: "amd" as const,
  bus_id: "0000:03:00.0",
  vram_total_mib: 16_368,
};
const METRIC = fixture("gpu-other", "amd-smi.metric.mi300x.json");
const STATIC = JSON.stringify([
  { gpu: 0, bus: { bdf: "0000:83:00.0" } },
  { gpu: 1, bus: { bdf: "0000:84:00.0" } },
]);

/** A sensor with a clock of its own: each look is two seconds after the one before. */
function sensorOn(root: string, more: Partial<AmdSensorOptions> & { env?: HostView["env"] } = {}) {
  const { env = {}, ...options } = more;
  let at = 0;
  const view: HostView = { root, env, platform: "linux" };
  const clock = { now: () => at, monotonic: () => at };
  const sensor = createAmdSensor({ view, gpu: GPU, ...clock, ...options });
  onTestFinished(() => sensor.close?.());
  return async (waitMs = 2000) => {
    at += waitMs;
    const { value, missing, source_at } = await sensor.read(NEVER);
    return { value, missing, age: at - source_at };
  };
}

const seen = (used_mib: number, total_mib = 16_368) => ({
  value: { used_mib, total_mib },
  missing: null,
  age: 0,
});
const missing = (code: string) => ({ value: null, missing: code, age: 0 });
const mib = (value: number) => `${value * 2 ** 20}`;

test("sensor-amd: reads the files afresh at each look", async () => {
  const root = fakeRoot(amdFiles(mib(100)));
  const look = sensorOn(root);
  expect(await look()).toEqual(seen(100));
  addFiles(root, { [`${DEVICE}/mem_info_vram_used`]: mib(16_000) });
  expect(await look()).toEqual(seen(16_000));
  addFiles(root, { [`${DEVICE}/mem_info_vram_used`]: "0\n" });
  expect(await look()).toEqual(seen(0));
});

test.each([
  [mib(16_369), "impossible"],
  ["-1", "impossible"],
  ["18446744073709551615", "impossible"],
  ["99999999999999999999999", "impossible"],
  ["", "memory-not-reported"],
  ["N/A", "memory-not-reported"],
  ["\0\0", "memory-not-reported"],
  ["12 34", "memory-not-reported"],
] as const)(
  "sensor-amd: use of %j is missing: %s, and the next look is good",
  async (text, code) => {
    const root = fakeRoot(amdFiles(mib(5)));
    const look = sensorOn(root);
    expect(await look()).toEqual(seen(5));
    addFiles(root, { [`${DEVICE}/mem_info_vram_used`]: text });
    expect(await look()).toEqual(missing(code));
    addFiles(root, { [`${DEVICE}/mem_info_vram_used`]: `${mib(6)}\r\n` });
    expect(await look()).toEqual(seen(6));
  },
);

test("sensor-amd: a sleeping card keeps its last figures, at the time of the look", async () => {
  const root = fakeRoot(amdFiles(mib(700)));
  const look = sensorOn(root);
  expect(await look()).toEqual(seen(700));
  addFiles(root, {
    [`${DEVICE}/power/runtime_status`]: "suspended\n",
    [`${DEVICE}/mem_info_vram_used`]: mib(9999),
  });
  expect(await look()).toEqual(seen(700));
  addFiles(root, { [`${DEVICE}/power/runtime_status`]: "active\n" });
  expect(await look()).toEqual(seen(9999));
});

test("sensor-amd: a card that sleeps from the start is read once, and then left alone", async () => {
  const files = { files: { "power/runtime_status": "suspended\n" } };
  const root = fakeRoot(amdFiles(mib(1), files));
  const look = sensorOn(root);
  expect(await look()).toEqual(seen(1));
  addFiles(root, { [`${DEVICE}/mem_info_vram_used`]: mib(9999) });
  expect(await look()).toEqual(seen(1));
});

/** The card goes; what a kept descriptor of a removed device gives is nothing. */
function removeCard(root: string): void {
  const names = ["mem_info_vram_total", "mem_info_vram_used", "power/runtime_status"];
  addFiles(root, Object.fromEntries(names.map((name) => [`${DEVICE}/${name}`, ""])));
  rmSync(join(root, "sys/class/drm/card1"), { recursive: true });
}

test("sensor-amd: a card that comes back under its number is read through new files", async () => {
  const root = fakeRoot(amdFiles(mib(1)));
  const look = sensorOn(root);
  expect(await look()).toEqual(seen(1));
  removeCard(root);
  expect(await look()).toEqual(missing("gpu-lost"));
  addFiles(root, amdFiles(mib(4)));
  expect(await look()).toEqual(seen(4));
});

test("sensor-amd: another card that took its number at once is not taken for it", async () => {
  const root = fakeRoot(amdFiles(mib(1)));
  const look = sensorOn(root);
  expect(await look()).toEqual(seen(1));
  removeCard(root);
  addFiles(root, amdFiles(mib(9), { position: 1, bus_id: "0000:44:00.0" }));
  addFiles(root, amdFiles(mib(2), { position: 0 }));
  expect(await look()).toEqual(missing("gpu-lost"));
  expect(await look()).toEqual(seen(2));
});

test("sensor-amd: a card that goes is lost, and is found again under another number", async () => {
  const root = fakeRoot(amdFiles(mib(1)));
  const look = sensorOn(root);
  expect(await look()).toEqual(seen(1));
  removeCard(root);
  expect(await look()).toEqual(missing("gpu-lost"));
  expect(await look()).toEqual(missing("gpu-lost"));
  addFiles(root, amdFiles(mib(2), { position: 1, bus_id: "0000:44:00.0" }));
  expect(await look()).toEqual(missing("gpu-lost"));
  addFiles(root, amdFiles(mib(3), { position: 0 }));
  expect(await look()).toEqual(seen(3));
});

test("sensor-amd: of two cards its own is read", async () => {
  const root = fakeRoot({
    ...amdFiles(mib(11), { position: 0, bus_id: "0000:44:00.0" }),
    ...amdFiles(mib(22), { position: 1 }),
  });
  expect(await sensorOn(root)()).toEqual(seen(22));
  expect(await sensorOn(root, { gpu: { ...GPU, bus_id: "0000:44:00.0" } })()).toEqual(seen(11));
});

const MI300X = { ...GPU, bus_id: "0000:84:00.0", vram_total_mib: 196_592 };
const replies = (metric: string) => [
  { when: "metric --json", text: metric },
  { when: "static --json", text: STATIC },
];

test("sensor-amd: a card that only a program knows is asked for at its pace", async () => {
  const program = fakeProgram("amd-smi", replies(METRIC));
  const look = sensorOn(fakeRoot(), { env: program.env, gpu: MI300X });
  expect(await look()).toEqual(seen(284, 196_592));
  expect(program.calls()).toHaveLength(2);
  expect(await look(500)).toEqual({ ...seen(284, 196_592), age: 500 });
  expect(program.calls()).toHaveLength(2);
  program.say(replies(METRIC.replace("284", "190000")));
  expect(await look(1500)).toEqual(seen(190_000, 196_592));
  // The address is known now; the figures alone are one process.
  expect(program.calls()).toEqual([...program.calls().slice(0, 2), "metric --json"]);
});

test("sensor-amd: when the program's cards change, the card is looked up by its address again", async () => {
  const program = fakeProgram("amd-smi", replies(METRIC));
  const look = sensorOn(fakeRoot(), { env: program.env, gpu: MI300X });
  expect(await look()).toEqual(seen(284, 196_592));
  const [, second] = (JSON.parse(METRIC) as { gpu_data: { gpu: number }[] }).gpu_data;
  program.say([
    { when: "metric --json", text: JSON.stringify([{ ...second, gpu: 0 }]) },
    { when: "static --json", text: JSON.stringify([{ gpu: 0, bus: { bdf: MI300X.bus_id } }]) },
  ]);
  expect(await look()).toEqual(missing("gpu-lost"));
  expect(await look()).toEqual(seen(284, 196_592));
});

test("sensor-amd: when two cards change numbers, the other one is not taken for it", async () => {
  const { gpu_data } = JSON.parse(METRIC.replace("196592", "65520")) as { gpu_data: object[] };
  const swapped = gpu_data.toReversed().map((card, gpu) => ({ ...card, gpu }));
  const program = fakeProgram("amd-smi", replies(JSON.stringify(gpu_data)));
  const look = sensorOn(fakeRoot(), { env: program.env, gpu: MI300X });
  expect(await look()).toEqual(seen(284, 196_592));
  program.say([
    { when: "metric --json", text: JSON.stringify(swapped) },
    { when: "static --json", text: JSON.stringify([{ gpu: 0, bus: { bdf: MI300X.bus_id } }]) },
  ]);
  expect(await look()).toEqual(missing("gpu-lost"));
  expect(await look()).toEqual(seen(284, 196_592));
});

test("sensor-amd: of twins without addresses none is guessed", async () => {
  const program = fakeProgram("amd-smi", [{ when: "metric --json", text: METRIC }]);
  const gpu = { ...MI300X, bus_id: null };
  expect(await sensorOn(fakeRoot(), { env: program.env, gpu })()).toEqual(missing("not-checked"));
});

test("sensor-amd: rocm-smi's only card is the card", async () => {
  const text = fixture("gpu-other", "rocm-smi.rx7900xtx.text.txt");
  const program = fakeProgram("rocm-smi", [{ when: "*", text }]);
  const gpu = { ...GPU, bus_id: null, vram_total_mib: 24_576 };
  const look = sensorOn(fakeRoot(), { env: program.env, gpu });
  expect(await look()).toEqual(seen(1, 24_576));
  program.say([{ when: "*", text: "no", exit_code: 3 }]);
  expect(await look()).toEqual(missing("unparsable"));
  program.say([{ when: "*", text: text.replace("1048576", mib(20)) }]);
  expect(await look()).toEqual(seen(20, 24_576));
});

test("sensor-amd: without files and program it says so, and sees files that come", async () => {
  const root = fakeRoot();
  const look = sensorOn(root, { env: { PATH: root } });
  expect(await look()).toEqual(missing("not-installed"));
  addFiles(root, amdFiles(mib(9)));
  expect(await look()).toEqual(seen(9));
});

test("sensor-amd: a program that hangs is ended, and not started again at once", async () => {
  const program = fakeProgram("amd-smi", [{ when: "*", mode: "hang" }]);
  const look = sensorOn(fakeRoot(), { env: program.env, gpu: MI300X, limitMs: 300 });
  expect((await look()).missing).toBe("timeout");
  for (const pid of program.pids()) await expect.poll(() => isProcessAlive(pid)).toBe(false);
  const calls = program.calls().length;
  expect((await look()).missing).toBe("timeout");
  expect(program.calls()).toHaveLength(calls);
});

test("sensor-paced: between two looks the last sample stands, a failure too", async () => {
  let at = 0;
  let looks = 0;
  const read = async () => {
    looks += 1;
    return { value: looks === 1 ? null : looks, source_at: at, missing: null };
  };
  const sensor = paced({ name: "x", limit_ms: 1, read }, 1000, () => at);
  expect((await sensor.read(NEVER)).value).toBeNull();
  at = 999;
  expect(await sensor.read(NEVER)).toMatchObject({ value: null, source_at: 0 });
  at = 1000;
  expect(await sensor.read(NEVER)).toMatchObject({ value: 2, source_at: 1000 });
});
