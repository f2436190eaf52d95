/**
 * One cell of `bench/sampling.ts`: a process of its own that samples in one way and says what it cost.
 *
 * Two kinds of looks, because the second disturbs the first. `cost`: processor time (this process by
 * `getrusage`, which counts ns; its children, living and ended, by /proc in ticks of 10 ms) and bytes
 * allocated. V8 has no counter of those, so its growth between garbage collections is summed up: what the
 * heap holds before each one, less what the one before had left. `stall`: a tick each ms; the longest gap
 * by the clock (which also has what others did on this computer) and the most processor time that this
 * thread used between two ticks (which has only its own work, but no waiting in a call).
 */
import { ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, read, readdirSync, readFileSync, readSync, rmSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GCProfiler, getHeapStatistics } from "node:v8";
import type { Sensors } from "../src/streams/metrics.ts";

/** What a cell is told. */
export interface CellOrder {
  readonly kind: CellKind;
  readonly look: "cost" | "stall";
  readonly hertz: number;
  readonly seconds: number;
  readonly warmUpMs: number;
  /** Address of a server that answers like Ollama. */
  readonly ollama: string;
  /** A program that answers like nvidia-smi. */
  readonly nvidiaSmi: string;
}

/** The ways to sample. */
export type CellKind =
  | "idle"
  | "files"
  | "files-sync"
  | "beat"
  | "sensors"
  | "sensors-loop"
  | "editor"
  | "daemon"
  | "si"
  | "si-graphics"
  | "si-processes";

/** What it cost; shares are % of one core. */
export interface CellResult {
  readonly ownPercent: number;
  readonly childrenPercent: number;
  readonly bytesPerBeat: number;
  readonly startedPerSecond: number;
  readonly beats: number;
  readonly stallMs: number;
  readonly workMs: number;
}

interface Sampler {
  /** Beats so far. */
  readonly beats: () => number;
  readonly end: () => unknown;
}

const TICKS_PER_SECOND = 100;
const CPU_FIELDS = { user: 11, system: 12, childrenUser: 13, childrenSystem: 14 };

/** Counted before anything that might start a process is loaded. */
const started = countedStarts();

if (process.argv[1] === import.meta.filename) {
  process.once("disconnect", () => process.exit(0));
  process.once("message", async (order: CellOrder) => {
    const sampler = await samplerOf(order);
    await pause(order.warmUpMs);
    const result = order.look === "cost" ? await costOf(sampler, order) : await stallOf(order);
    await sampler.end();
    process.send?.(result, () => process.exit(0));
  });
}

/** Asynchronous starts at the one place they all pass; synchronous ones at each door. */
function countedStarts(): { count: number } {
  const counted = { count: 0 };
  const prototype = ChildProcess.prototype as unknown as Record<string, unknown>;
  const doors = createRequire(import.meta.url)("node:child_process") as Record<string, unknown>;
  const count = (owner: Record<string, unknown>, name: string): void => {
    const before = owner[name] as (...args: unknown[]) => unknown;
    owner[name] = function counting(this: unknown, ...args: unknown[]) {
      counted.count += 1;
      return before.apply(this, args);
    };
  };
  count(prototype, "spawn");
  for (const name of ["spawnSync", "execSync", "execFileSync"]) count(doors, name);
  syncBuiltinESMExports();
  return counted;
}

async function costOf(sampler: Sampler, { seconds }: CellOrder): Promise<CellResult> {
  const profiler = new GCProfiler();
  // Looking at the children is dear, so it comes before and after what is measured.
  const childrenBefore = childrenTicks();
  globalThis.gc?.();
  profiler.start();
  const before = {
    at: performance.now(),
    own: process.cpuUsage(),
    heap: getHeapStatistics().used_heap_size,
    started: started.count,
    beats: sampler.beats(),
  };
  await pause(seconds * 1000);
  const own = process.cpuUsage(before.own);
  const heap = getHeapStatistics().used_heap_size;
  const passedMs = performance.now() - before.at;
  const childrenMs = ((childrenTicks() - childrenBefore) / TICKS_PER_SECOND) * 1000;
  let bytes = 0;
  let left = before.heap;
  for (const { beforeGC, afterGC } of profiler.stop()?.statistics ?? []) {
    bytes += beforeGC.heapStatistics.usedHeapSize - left;
    left = afterGC.heapStatistics.usedHeapSize;
  }
  const beats = sampler.beats() - before.beats;
  return {
    ownPercent: ((own.user + own.system) / 1000 / passedMs) * 100,
    childrenPercent: (childrenMs / passedMs) * 100,
    bytesPerBeat: (bytes + heap - left) / Math.max(1, beats),
    startedPerSecond: ((started.count - before.started) / passedMs) * 1000,
    beats,
    stallMs: 0,
    workMs: 0,
  };
}

async function stallOf({ seconds }: CellOrder): Promise<CellResult> {
  const usage = process.threadCpuUsage;
  let [at, work] = [performance.now(), usage()];
  let [stallMs, workMs] = [0, 0];
  const timer = setInterval(() => {
    const [now, used] = [performance.now(), usage()];
    stallMs = Math.max(stallMs, now - at - 1);
    workMs = Math.max(workMs, (used.user + used.system - work.user - work.system) / 1000);
    [at, work] = [now, used];
  }, 1);
  await pause(seconds * 1000);
  clearInterval(timer);
  const nothing = { ownPercent: 0, childrenPercent: 0, bytesPerBeat: 0, startedPerSecond: 0 };
  return { ...nothing, beats: 0, stallMs, workMs };
}

/** Of all that ended and of all that live. */
function childrenTicks(): number {
  const stats = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? statOf(name) : []));
  const parents = new Map(stats.map(({ pid, parent }) => [pid, parent]));
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === process.pid || isOurs(parents.get(pid)));
  let ticks = 0;
  for (const { pid, fields } of stats) {
    if (!isOurs(pid)) continue;
    ticks += (fields[CPU_FIELDS.childrenUser] ?? 0) + (fields[CPU_FIELDS.childrenSystem] ?? 0);
    if (pid === process.pid) continue;
    ticks += (fields[CPU_FIELDS.user] ?? 0) + (fields[CPU_FIELDS.system] ?? 0);
  }
  return ticks;
}

function statOf(pid: string) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may have blanks; the fields are counted from behind it.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    return [{ pid: Number(pid), parent: fields[1] ?? 0, fields }];
  } catch {
    return [];
  }
}

function samplerOf(order: CellOrder): Promise<Sampler> {
  switch (order.kind) {
    case "idle":
      return Promise.resolve(everyBeat(order, () => undefined, { isIdle: true }));
    case "files":
    case "files-sync":
      return bareFiles(order);
    case "beat":
    case "editor":
    case "sensors":
    case "sensors-loop":
      return metricsStream(order);
    case "daemon":
      return daemon(order);
    default:
      return systeminformation(order);
  }
}

function everyBeat(
  { hertz }: CellOrder,
  act: () => unknown,
  { isIdle = false }: { readonly isIdle?: boolean } = {},
): Sampler {
  let beats = 0;
  const once = (): void => {
    beats += 1;
    act();
  };
  const timer = isIdle ? setInterval(() => {}, 1e9) : setInterval(once, 1000 / hertz);
  // An idle process has no beats; its bytes are told for each second.
  const begin = performance.now();
  const seconds = (): number => Math.floor((performance.now() - begin) / 1000) * hertz;
  return { beats: isIdle ? seconds : () => beats, end: () => clearInterval(timer) };
}

/** The files that the sensors read, through descriptors and buffers that stay. */
async function bareFiles(order: CellOrder): Promise<Sampler> {
  const { readMemory } = await import("../src/detect/read-memory.ts");
  const { readText } = await import("../src/detect/read-file.ts");
  const paths = ["/proc/stat"];
  await readMemory({ root: "/", env: {}, platform: "linux" }, async (path) => {
    const text = await readText(path);
    if (text !== null) paths.push(path);
    return text;
  });
  const files = paths.map((path) => ({ fd: openSync(path, "r"), buffer: Buffer.alloc(16 * 1024) }));
  const done = (): void => {};
  return everyBeat(order, () => {
    for (const { fd, buffer } of files) {
      if (order.kind === "files") read(fd, buffer, 0, buffer.length, 0, done);
      else readSync(fd, buffer, 0, buffer.length, 0);
    }
  });
}

async function metricsStream(order: CellOrder): Promise<Sampler> {
  const { metricsOf } = await import("../src/streams/metrics.ts");
  const sensors = await sensorsOf(order);
  let beats = 0;
  const beatMs = 1000 / order.hertz;
  const stream = metricsOf({
    sensors,
    beats: { beat_ms: beatMs, gpu_ms: 2000, slow_ms: 5000 },
    paceOf: () => ({ beatMs, gpuMs: 2000 }),
    timeOf: (at: number) => at,
    onDroppedBeat: () => {},
  } as Parameters<typeof metricsOf>[0]);
  const subscription = stream.subscribe((metric) => {
    if (metric.type === "reading") beats += 1;
  });
  const end = (): void => {
    subscription.unsubscribe();
    for (const sensor of Object.values(sensors)) sensor?.close?.();
  };
  return { beats: () => beats, end };
}

async function sensorsOf({ kind, ollama, nvidiaSmi }: CellOrder): Promise<Sensors> {
  const { createMemorySensor } = await import("../src/detect/sensor-memory.ts");
  const { createCpuSensor } = await import("../src/detect/sensor-cpu.ts");
  const { createDavinciSensor } = await import("../src/detect/sensor-davinci.ts");
  const { createHardwareSensor } = await import("../src/detect/sensor-hardware.ts");
  const { createNvidiaSensor } = await import("../src/detect/sensor-nvidia.ts");
  const { createOllamaSensor } = await import("../src/detect/sensor-ollama.ts");
  const view = { root: "/", env: process.env, platform: process.platform };
  const isAll = kind === "sensors" || kind === "sensors-loop";
  const mode = kind === "sensors" ? "poll" : "loop";
  const card = { view, uuid: null, nvidiaSmiPath: nvidiaSmi, mode } as const;
  return {
    memory: createMemorySensor(view),
    cpu: createCpuSensor(view),
    vram: isAll ? createNvidiaSensor(card) : null,
    ollama: isAll ? createOllamaSensor(ollama) : null,
    editor: isAll || kind === "editor" ? createDavinciSensor(view) : null,
    hardware: isAll ? createHardwareSensor(view) : null,
    cloud: null,
    conditions: null,
    oom: null,
  };
}

async function daemon({ hertz }: CellOrder): Promise<Sampler> {
  const { DEFAULT_CONFIGURATION } = await import("../src/domain/configuration.ts");
  const { createServer } = await import("../src/http/server.ts");
  const { createRuntime } = await import("../src/runtime.ts");
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-bench-"));
  const sensors = { ...DEFAULT_CONFIGURATION.sensors, beat_ms: 1000 / hertz };
  const configuration = { ...DEFAULT_CONFIGURATION, sensors };
  const runtime = await createRuntime({ dataFolder: folder, configuration, language: "en" });
  const server = await createServer(runtime, { port: 0 });
  await server.listen();
  const end = async (): Promise<void> => {
    await runtime.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { beats: () => runtime.seq() ?? 0, end };
}

/** Calls that are still running are not begun once more: the library would be measured by its queue. */
async function systeminformation(order: CellOrder): Promise<Sampler> {
  const library = await import("systeminformation");
  const calls: (() => Promise<unknown>)[] = [() => library.mem(), () => library.currentLoad()];
  if (order.kind !== "si") calls.push(() => library.graphics());
  if (order.kind === "si-processes") calls.push(() => library.processes());
  let isBusy = false;
  return everyBeat(order, async () => {
    if (isBusy) return;
    isBusy = true;
    await Promise.all(calls.map((call) => call()));
    isBusy = false;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
