import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { HostView } from "../src/detect/host-io.ts";
import { type Sensor, sensorOf } from "../src/detect/sensor.ts";
import { createCloudSensor } from "../src/detect/sensor-cloud.ts";
import { createCpuSensor } from "../src/detect/sensor-cpu.ts";
import { createDavinciSensor } from "../src/detect/sensor-davinci.ts";
import { createMemorySensor } from "../src/detect/sensor-memory.ts";
import { createNvidiaSensor } from "../src/detect/sensor-nvidia.ts";
import { createOllamaSensor } from "../src/detect/sensor-ollama.ts";
import {
  type FakeNvidiaSmi,
  fakeNvidiaSmi,
  nvidiaRow,
  SEVEN_COLUMNS,
} from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { fixture } from "./support/fixture.ts";
import { isProcessAlive } from "./support/processes.ts";
import { SOON_MS } from "./support/soon.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const AT = 1_700_000_000_000;
const now = () => AT;
const NEVER = new AbortController().signal;

function linux(root: string): HostView {
  return { root, env: {}, platform: "linux" };
}

function closing<T>(sensor: Sensor<T>): Sensor<T> {
  onTestFinished(() => sensor.close?.());
  return sensor;
}

const seen = (value: unknown) => ({ value, source_at: AT, missing: null });
const missing = (code: string) => ({ value: null, source_at: AT, missing: code });

test("sensor: a look that throws, hangs or is aborted is a missing sample", async () => {
  const sensor = (look: () => Promise<never>) =>
    sensorOf({ name: "x", limit_ms: 20, look, now }).read(NEVER);
  expect(await sensor(() => Promise.reject(new Error("no")))).toEqual(missing("failed"));
  expect(await sensor(() => new Promise(() => {}))).toEqual(missing("timeout"));
  const aborted = sensorOf({ name: "x", limit_ms: 20, look: async () => seen(1) as never, now });
  expect(await aborted.read(AbortSignal.abort())).toEqual(missing("timeout"));
});

test("sensor: looks that begin in the same moment have a turn of the loop each", async () => {
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns: number[] = [];
  const look = async () => {
    turns.push(turn);
    return seen(1) as never;
  };
  const sensors = ["a", "b", "c"].map((name) => sensorOf({ name, limit_ms: 1000, look, now }));
  await Promise.all(sensors.map((sensor) => sensor.read(NEVER)));
  isOver = true;
  expect(new Set(turns).size).toBe(3);
});

test("sensor-memory: reads afresh each time, through the control group", async () => {
  const root = fakeRoot({
    "proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n",
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.max": "max\n",
  });
  const sensor = closing(createMemorySensor(linux(root), now));
  expect(await sensor.read(NEVER)).toEqual(seen({ available_mib: 4096, total_mib: 8192 }));
  addFiles(root, { "proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 2097152 kB\n" });
  expect(await sensor.read(NEVER)).toEqual(seen({ available_mib: 2048, total_mib: 8192 }));
  addFiles(root, {
    "sys/fs/cgroup/memory.max": "1073741824\n",
    "sys/fs/cgroup/memory.current": "536870912\n",
    "sys/fs/cgroup/memory.stat": "inactive_file 268435456\n",
  });
  expect(await sensor.read(NEVER)).toEqual(seen({ available_mib: 768, total_mib: 1024 }));
});

test("sensor-memory: what cannot be read is missing, and comes back", async () => {
  const root = fakeRoot();
  const sensor = closing(createMemorySensor(linux(root), now));
  expect(await sensor.read(NEVER)).toEqual(missing("unreadable"));
  addFiles(root, { "proc/meminfo": "MemTotal: 2048 kB\nMemAvailable: 1024 kB\n" });
  let reads = 1;
  while ((await sensor.read(NEVER)).value === null && reads < 100) reads += 1;
  // A file that was not there is left alone for 30 reads.
  expect(reads).toBe(31);
  expect(await sensor.read(NEVER)).toEqual(seen({ available_mib: 1, total_mib: 2 }));
});

test("sensor-memory: works on after it was closed, and on the real system", async () => {
  const sensor = createMemorySensor({ root: "/", env: {}, platform: process.platform });
  const before = Date.now();
  const sample = await sensor.read(NEVER);
  expect(sample.value?.total_mib).toBeGreaterThan(0);
  expect(sample.source_at).toBeGreaterThanOrEqual(before);
  sensor.close?.();
  expect((await sensor.read(NEVER)).value?.total_mib).toBe(sample.value?.total_mib);
});

test("sensor-cpu: the first look has no value, the next ones the share since the last", async () => {
  const root = fakeRoot({ "proc/stat": "cpu  0 0 0 0\ncpu0 0 0 0 0\n" });
  const sensor = closing(createCpuSensor(linux(root), now));
  expect(await sensor.read(NEVER)).toEqual(missing("not-checked"));
  addFiles(root, { "proc/stat": "cpu  25 0 0 75\ncpu0 25 0 0 75\n" });
  expect(await sensor.read(NEVER)).toEqual(seen({ used_percent: 25 }));
  expect(await sensor.read(NEVER)).toEqual(missing("not-checked"));
  addFiles(root, { "proc/stat": "cpu  125 0 0 75\ncpu0 125 0 0 75\n" });
  expect(await sensor.read(NEVER)).toEqual(seen({ used_percent: 100 }));
});

test("sensor-cpu: a processor that comes, time that runs back and a gap start afresh", async () => {
  const root = fakeRoot({ "proc/stat": "cpu  0 0 0 100\ncpu0 0 0 0 100\n" });
  const sensor = closing(createCpuSensor(linux(root), now));
  const read = async (text: string) => {
    addFiles(root, { "proc/stat": text });
    return (await sensor.read(NEVER)).value?.used_percent ?? null;
  };
  expect(await read("cpu  0 0 0 100\ncpu0 0 0 0 100\n")).toBeNull();
  expect(await read("cpu  50 0 0 150\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n")).toBeNull();
  expect(await read("cpu  100 0 0 200\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n")).toBe(50);
  expect(await read("cpu  10 0 0 20\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n")).toBeNull();
  expect(await read("nonsense\n")).toBeNull();
  expect(await read("cpu  20 0 0 30\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n")).toBeNull();
  expect(await read("cpu  30 0 0 40\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n")).toBe(50);
});

test("sensor-cpu: two sensors do not share a baseline, and Node stands in elsewhere", async () => {
  const root = fakeRoot({ "proc/stat": "cpu  0 0 0 0\n" });
  const first = closing(createCpuSensor(linux(root), now));
  await first.read(NEVER);
  const second = closing(createCpuSensor(linux(root), now));
  expect(await second.read(NEVER)).toEqual(missing("not-checked"));
  const elsewhere = closing(createCpuSensor({ root: "/", env: {}, platform: "win32" }, now));
  expect(await elsewhere.read(NEVER)).toEqual(missing("not-checked"));
});

const A = "GPU-00000000-0000-0000-0000-00000000000a";
const B = "GPU-00000000-0000-0000-0000-00000000000b";

function nvidia(fake: FakeNvidiaSmi, uuid: string | null, limitMs?: number) {
  const view: HostView = { root: fakeRoot(), env: fake.env, platform: "linux" };
  const limits = limitMs === undefined ? {} : { limitMs };
  // A clock that stands still: the waiting after a hang never ends by itself.
  return createNvidiaSensor({ view, uuid, now, mono: () => 0, ...limits });
}

test("sensor-nvidia: one card by its uuid, wherever its index goes; used is total − free", async () => {
  const rows = fixture("nvidia-smi", "two-gpu-rtx3090.derived.csv.txt");
  const fake = fakeNvidiaSmi({ rows });
  const sensor = nvidia(fake, A);
  expect(await sensor.read(NEVER)).toEqual(seen({ used_mib: 1376, total_mib: 24_576 }));
  fake.say({
    rows: SEVEN_COLUMNS + fixture("nvidia-smi", "two-gpu-reordered.derived.nounits.txt"),
  });
  expect(await sensor.read(NEVER)).toEqual(seen({ used_mib: 1376, total_mib: 24_576 }));
  fake.say({ rows: SEVEN_COLUMNS + fixture("nvidia-smi", "two-gpu-one-left.derived.nounits.txt") });
  expect(await sensor.read(NEVER)).toEqual(missing("no-devices"));
  expect(fake.calls().at(-1)).toContain(`--id=${A}`);
});

test("sensor-nvidia: a card without uuid is the first, used stands in where free is not told", async () => {
  const fake = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8188, used: 442, free: "[N/A]" }) });
  expect(await nvidia(fake, null).read(NEVER)).toEqual(seen({ used_mib: 442, total_mib: 8188 }));
  expect(fake.calls().at(-1)).not.toContain("--id");
});

test.each([
  ["bad-lost-cells.derived.nounits.txt", B, "gpu-lost"],
  ["bad-not-supported-on-discrete.derived.nounits.txt", A, "memory-not-reported"],
  ["bad-used-greater-than-total.derived.nounits.txt", A, "unparsable"],
  ["bad-zero-total.derived.nounits.txt", A, "memory-not-reported"],
  ["bad-insufficient-permissions.derived.nounits.txt", A, "permission"],
  ["bad-partial-last-line.derived.nounits.txt", B, "no-devices"],
  ["bad-html.derived.txt", A, "unparsable"],
  ["bad-empty.derived.txt", A, "unparsable"],
  ["error-gpu-is-lost.stdout.txt", A, "gpu-lost"],
  ["error-rc255-nvml-unknown-error.stdout.txt", A, "nvml-unknown"],
] as const)("sensor-nvidia: %s is missing for %s: %s", async (name, uuid, code) => {
  const fake = fakeNvidiaSmi({ rows: SEVEN_COLUMNS + fixture("nvidia-smi", name) });
  expect(await nvidia(fake, uuid).read(NEVER)).toEqual(missing(code));
});

test("sensor-nvidia: a lost card comes back by itself", async () => {
  const fake = fakeNvidiaSmi({
    rows: fixture("nvidia-smi", "error-rc9-driver-not-loaded.stdout.txt"),
    exit_code: 9,
  });
  const sensor = nvidia(fake, null);
  expect(await sensor.read(NEVER)).toEqual(missing("driver-not-loaded"));
  fake.say({ rows: nvidiaRow({ total: 8188, used: 1, free: 8000 }) });
  expect(await sensor.read(NEVER)).toEqual(seen({ used_mib: 188, total_mib: 8188 }));
  rmSync(fake.path);
  expect(await sensor.read(NEVER)).toEqual(missing("not-installed"));
});

test.each(["stubborn", "endless"] as const)(
  "sensor-nvidia: a program that is %s is over at the limit, gone, and asked less often",
  async (mode) => {
    const fake = fakeNvidiaSmi({ mode });
    const sensor = nvidia(fake, null, 500);
    const before = performance.now();
    const { missing: code } = await sensor.read(NEVER);
    expect(performance.now() - before).toBeLessThan(SOON_MS);
    expect(code).toBe(mode === "endless" ? "unparsable" : "timeout");
    expect(fake.pids()).toHaveLength(1);
    await expect.poll(() => fake.pids().some(isProcessAlive)).toBe(false);
    if (mode === "endless") return;
    expect(await sensor.read(NEVER)).toEqual(missing("timeout"));
    expect(fake.pids()).toHaveLength(1);
  },
);

test("sensor-nvidia: an abort ends the program", async () => {
  const fake = fakeNvidiaSmi({ mode: "stubborn" });
  const controller = new AbortController();
  const sample = nvidia(fake, null).read(controller.signal);
  await expect.poll(() => fake.pids().length).toBe(1);
  controller.abort();
  expect(await sample).toEqual(missing("timeout"));
  await expect.poll(() => fake.pids().some(isProcessAlive)).toBe(false);
});

test.each([
  ["ps.full-gpu.json", 4899],
  ["ps.partial-gpu.json", 5086],
  ["ps.cpu-only.json", 0],
  ["ps.empty.json", 0],
] as const)("sensor-ollama: %s holds %i MiB on the GPU", async (name, own_vram_mib) => {
  const ollama = await fakeOllama({ ps: fixture("ollama", name) });
  const { value } = await createOllamaSensor(ollama.address, now).read(NEVER);
  expect(value).toMatchObject({ running: true, own_vram_mib });
  expect(value?.models).toHaveLength(2);
});

test("sensor-ollama: one share that is not told makes the sum unknown", async () => {
  const ps = '{"models":[{"name":"a","size":9,"size_vram":9},{"name":"b","size":9}]}';
  const ollama = await fakeOllama({ ps });
  const sensor = createOllamaSensor(ollama.address, now);
  expect((await sensor.read(NEVER)).value).toMatchObject({ running: true, own_vram_mib: null });
  ollama.say({ ps: "broken" });
  expect((await sensor.read(NEVER)).value).toMatchObject({ loaded: null, own_vram_mib: null });
});

test("sensor-ollama: notices that it hangs, stops and is somebody else", async () => {
  const ollama = await fakeOllama();
  const sensor = createOllamaSensor(ollama.address, now);
  ollama.say({ mode: "hang" });
  expect(await sensor.read(NEVER)).toEqual(missing("timeout"));
  ollama.say({ mode: "html" });
  expect((await sensor.read(NEVER)).value).toMatchObject({ running: false, own_vram_mib: 0 });
  await ollama.stop();
  expect((await sensor.read(NEVER)).value).toMatchObject({ running: false, models: null });
});

test("sensor-ollama: without a version it greets, and a server that comes late is found", async () => {
  const ollama = await fakeOllama({ mode: "html" });
  const sensor = createOllamaSensor(ollama.address, now);
  expect((await sensor.read(NEVER)).value).toMatchObject({ running: false });
  ollama.say({ mode: "ok", version: '{"version":""}' });
  const { value } = await sensor.read(NEVER);
  expect(value).toMatchObject({ running: true, version: null });
  expect(value?.models).toHaveLength(2);
});

test("sensor-davinci: a process that becomes the editor late is seen within 12 looks", async () => {
  const root = fakeRoot({ "proc/100/exe": "-> /usr/bin/bash", "proc/7/exe": "-> /usr/bin/bash" });
  const sensor = createDavinciSensor(linux(root), now);
  const isRunning = async () => (await sensor.read(NEVER)).value?.running;
  expect(await isRunning()).toBe(false);
  const become = (program: string) => {
    rmSync(join(root, "proc/7"), { recursive: true });
    addFiles(root, { "proc/7/exe": `-> ${program}` });
  };
  become("/opt/resolve/bin/resolve");
  expect(await isRunning()).toBe(true);
  become("/usr/bin/bash");
  for (let looks = 2; looks < 6; looks += 1) expect(await isRunning()).toBe(false);
  become("/opt/resolve/bin/resolve");
  let looks = 1;
  while ((await isRunning()) === false && looks < 100) looks += 1;
  expect(looks).toBeLessThanOrEqual(12);
});

test("sensor-davinci: sees it start and stop, and says when it cannot tell", async () => {
  const root = fakeRoot({ "proc/100/exe": "-> /usr/bin/bash" });
  const sensor = createDavinciSensor(linux(root), now);
  expect(await sensor.read(NEVER)).toEqual(seen({ running: false }));
  addFiles(root, { "proc/4242/exe": "-> /opt/resolve/bin/resolve" });
  expect(await sensor.read(NEVER)).toEqual(seen({ running: true }));
  expect(await sensor.read(NEVER)).toEqual(seen({ running: true }));
  rmSync(join(root, "proc/4242"), { recursive: true });
  expect(await sensor.read(NEVER)).toEqual(seen({ running: false }));
  rmSync(join(root, "proc"), { recursive: true });
  expect(await sensor.read(NEVER)).toEqual(missing("unreadable"));
});

async function listen() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(() => void server.close());
  return { base_url: `http://127.0.0.1:${port}/v1`, stop, count: () => connections };
}

test("sensor-cloud: reachable while somebody accepts, else not", async () => {
  const cloud = await listen();
  const sensor = createCloudSensor({ base_url: cloud.base_url, allowed: true, now });
  expect(await sensor.read(NEVER)).toEqual(seen({ reachable: true }));
  await cloud.stop();
  expect(await sensor.read(NEVER)).toEqual(seen({ reachable: false }));
});

test("sensor-cloud: without permission or address nobody is contacted", async () => {
  const cloud = await listen();
  const forbidden = createCloudSensor({ base_url: cloud.base_url, allowed: false, now });
  expect(await forbidden.read(NEVER)).toEqual(missing("not-checked"));
  for (const base_url of [null, "", "no url", "file:///etc", "ftp://127.0.0.1"]) {
    const sensor = createCloudSensor({ base_url, allowed: true, now });
    expect(await sensor.read(NEVER)).toEqual(missing("not-checked"));
  }
  expect(cloud.count()).toBe(0);
});
