/** The metrics stream in virtual time: cadence, dropped beats, hanging sensors, freshness, news only. */
import { map, Observable, timer, VirtualTimeScheduler } from "rxjs";
import { expect, test } from "vitest";
import type { Sample, Sensor } from "../src/detect/sensor.ts";
import type { NoteCode } from "../src/domain/note.ts";
import { type Metric, metricsOf, type Sensors } from "../src/streams/metrics.ts";
import { onBeat, poll } from "../src/streams/poll.ts";

type Settle<T> = (done: (value: T) => void, failed: (error: unknown) => void) => void;

/** A promise that settles in the same moment: virtual time does not run the microtasks of a real one. */
function instantly<T>(settle: Settle<T>): Promise<T> {
  // biome-ignore lint/suspicious/noThenProperty: being a thenable is the whole purpose here.
  return { then: settle } as unknown as Promise<T>;
}

/** A sensor that answers at once, out of a list; the last answer repeats. */
function listed<T>(
  name: string,
  values: readonly (T | NoteCode)[],
  now: () => number,
): Sensor<T> & { reads: number; aborted: number } {
  const sensor = {
    name,
    limit_ms: 500,
    reads: 0,
    aborted: 0,
    read(signal: AbortSignal): Promise<Sample<T>> {
      const value = values[Math.min(sensor.reads, values.length - 1)] as T | NoteCode;
      sensor.reads += 1;
      signal.addEventListener("abort", () => {
        sensor.aborted += 1;
      });
      const sample =
        typeof value === "string"
          ? { value: null, missing: value as NoteCode }
          : { value: value as T, missing: null };
      return instantly((done) => done({ ...sample, source_at: now() }));
    },
  };
  return sensor;
}

/** A sensor that never answers. */
function silent<T>(name: string): Sensor<T> & { aborted: number } {
  const sensor = {
    name,
    limit_ms: 500,
    aborted: 0,
    read(signal: AbortSignal): Promise<Sample<T>> {
      signal.addEventListener("abort", () => {
        sensor.aborted += 1;
      });
      return new Promise(() => {});
    },
  };
  return sensor;
}

const MEMORY = { available_mib: 8000, total_mib: 16_000 };
const CPU = { used_percent: 20 };
const BEATS = { beat_ms: 1000, gpu_ms: 2000, slow_ms: 5000 };

function run(
  sensors: Partial<Sensors>,
  ms: number,
): { metrics: { at: number; metric: Metric }[]; dropped: number } {
  const scheduler = new VirtualTimeScheduler(undefined, ms);
  const now = () => scheduler.now();
  const all: Sensors = {
    memory: listed("memory", [MEMORY], now),
    cpu: listed("cpu", [{ used_percent: 10 }], now),
    vram: null,
    ollama: null,
    editor: null,
    cloud: null,
    hardware: null,
    conditions: null,
    oom: null,
    ...sensors,
  };
  const metrics: { at: number; metric: Metric }[] = [];
  let dropped = 0;
  const paceOf = () => ({ beatMs: BEATS.beat_ms, gpuMs: BEATS.gpu_ms });
  const options = { sensors: all, beats: BEATS, paceOf, timeOf: (at: number) => at, scheduler };
  const subscription = metricsOf({
    ...options,
    onDroppedBeat: () => {
      dropped += 1;
    },
  }).subscribe((metric) => {
    metrics.push({ at: scheduler.now(), metric });
  });
  scheduler.flush();
  subscription.unsubscribe();
  return { metrics, dropped };
}

function schedulerOf(ms: number): VirtualTimeScheduler {
  return new VirtualTimeScheduler(undefined, ms);
}

test("metrics: one combined reading per beat, at once and then each second", () => {
  const { metrics, dropped } = run({}, 3500);
  expect(metrics.map(({ at, metric }) => [at, metric.type])).toEqual([
    [0, "reading"],
    [1000, "reading"],
    [2000, "reading"],
    [3000, "reading"],
  ]);
  expect(metrics[1]?.metric).toEqual({
    type: "reading",
    fields: {
      vram: null,
      memory: { ...MEMORY, source_at: 1000 },
      cpu: { used_percent: 10, source_at: 1000 },
    },
  });
  expect(dropped).toBe(0);
});

test("metrics: the slower VRAM sample is carried along with the time it was measured", () => {
  const scheduler = { now: 0 };
  const vram = listed("vram", [{ used_mib: 1000, total_mib: 8000 }], () => scheduler.now);
  const { metrics } = run({ vram }, 3500);
  const carried = metrics.map(({ metric }) =>
    metric.type === "reading" ? metric.fields.vram : null,
  );
  expect(vram.reads).toBe(2);
  expect(carried[1]).toEqual({ used_mib: 1000, total_mib: 8000, own_mib: null, source_at: 0 });
});

test("metrics: a sensor without an answer is a null with its cause, never a zero", () => {
  const memory = listed<typeof MEMORY>("memory", ["unreadable"], () => 0);
  const { metrics } = run({ memory }, 100);
  expect(metrics[0]?.metric).toMatchObject({
    fields: { memory: null, missing: { memory: "unreadable" } },
  });
});

test("metrics: a hanging memory sensor is aborted at its limit and the beat goes on", () => {
  const memory = silent<typeof MEMORY>("memory");
  const { metrics } = run({ memory }, 2700);
  expect(metrics.map(({ at }) => at)).toEqual([500, 1500, 2500]);
  expect(metrics[0]?.metric).toMatchObject({
    fields: { memory: null, missing: { memory: "timeout" } },
  });
  expect(memory.aborted).toBe(3);
});

/** A sensor that answers on the spot, except at these looks. */
function onTheSpot<T>(sensor: Sensor<T>, value: T, waits: readonly number[]): Sensor<T> {
  let looks = 0;
  const readNow = (): Sample<T> | null => {
    looks += 1;
    return waits.includes(looks) ? null : { value, source_at: 7, missing: null };
  };
  return { ...sensor, readNow };
}

test("metrics: who can answer on the spot is waited for only where it cannot", () => {
  const memory = silent<typeof MEMORY>("memory");
  const cpu = listed("cpu", [{ used_percent: 10 }], () => 5);
  const quick = { memory: onTheSpot(memory, MEMORY, [2]), cpu: onTheSpot(cpu, CPU, [3]) };
  const { metrics } = run(quick, 2100);
  const told = metrics.map(({ at, metric }) => {
    if (metric.type !== "reading") return at;
    return [at, metric.fields.memory?.source_at ?? null, metric.fields.cpu?.source_at ?? null];
  });
  expect(told).toEqual([
    [0, 7, 7],
    [1500, null, 7],
    [2000, 7, 5],
  ]);
  expect([memory.aborted, cpu.reads, cpu.aborted]).toEqual([1, 1, 0]);
});

test("metrics: models and editor speak only when something changed", () => {
  const model = { name: "moondream:latest", size_bytes: 1, vision: true, cloud: false };
  const off = { running: false, version: null, models: [], loaded: [], own_vram_mib: 0 };
  const on = { running: true, version: "0.33.3", models: [model], loaded: [], own_vram_mib: 0 };
  const ollama = listed("ollama", [off, off, on, on], () => 0);
  const editor = listed(
    "editor",
    [{ running: false }, { running: true }, { running: true }],
    () => 0,
  );
  const { metrics } = run({ ollama, editor }, 21_000);
  const news = metrics
    .filter(({ metric }) => metric.type !== "reading")
    .map(({ at, metric }) => [at, metric.type]);
  expect(news).toEqual([
    [0, "models"],
    [0, "editor"],
    [5000, "editor"],
    [10_000, "models"],
  ]);
});

test("metrics: models that were not told leave those in force, and are news again afterwards", () => {
  const model = { name: "moondream:latest", size_bytes: 1, vision: true, cloud: false };
  const on = { running: true, version: null, models: [model], loaded: [], own_vram_mib: 0 };
  const off = { running: false, version: null, models: null, loaded: null, own_vram_mib: 0 };
  const unlisted = { ...on, models: null };
  const ollama = listed("ollama", [on, "timeout" as const, unlisted, on, off], () => 0);
  const { metrics } = run({ ollama }, 21_000);
  const news = metrics.filter(({ metric }) => metric.type === "models");
  expect(news).toEqual([
    { at: 0, metric: { type: "models", running: true, models: [model] } },
    { at: 20_000, metric: { type: "models", running: false, models: [] } },
  ]);
});

test("metrics: a server that is silent from the start says nothing, not that it has no models", () => {
  const { metrics } = run({ ollama: silent("ollama") }, 21_000);
  expect(metrics.filter(({ metric }) => metric.type === "models")).toEqual([]);
});

test("metrics: what the server holds on the card is unknown while it does not answer", () => {
  const on = { running: true, version: null, models: [], loaded: [], own_vram_mib: 1700 };
  const vram = listed("vram", [{ used_mib: 4000, total_mib: 8000 }], () => 0);
  const ollama = listed("ollama", [on, "timeout" as const], () => 0);
  const { metrics } = run({ ollama, vram }, 6100);
  expect(metrics.at(-1)?.metric).toMatchObject({ fields: { vram: { own_mib: null } } });
});

test("metrics: an editor that cannot be seen is called unknown once", () => {
  const editor = listed("editor", [{ running: true }, "unreadable" as const], () => 0);
  const { metrics } = run({ editor }, 16_000);
  const news = metrics.filter(({ metric }) => metric.type === "editor");
  expect(news.map(({ metric }) => metric)).toEqual([
    { type: "editor", running: true },
    { type: "editor", running: null },
  ]);
});

test("metrics: own VRAM comes from the model server", () => {
  const on = { running: true, version: null, models: [], loaded: [], own_vram_mib: 1700 };
  const vram = listed("vram", [{ used_mib: 4000, total_mib: 8000 }], () => 0);
  const { metrics } = run({ ollama: listed("ollama", [on], () => 0), vram }, 1200);
  const last = metrics.at(-1)?.metric;
  expect(last).toMatchObject({ fields: { vram: { own_mib: 1700 } } });
});

test("metrics: the cloud is asked every thirty seconds, and silence is unreachable", () => {
  const cloud = listed("cloud", [{ reachable: true }, "timeout" as const], () => 0);
  const { metrics } = run({ cloud }, 31_000);
  const probes = metrics
    .filter(({ metric }) => metric.type === "cloud")
    .map(({ at, metric }) => [at, metric]);
  expect(probes).toEqual([
    [0, { type: "cloud", reachable: true }],
    [30_000, { type: "cloud", reachable: false }],
  ]);
});

test("poll: a sensor that rejects is a missing sample and the stream goes on", () => {
  const scheduler = schedulerOf(2500);
  const rejecting: Sensor<number> = {
    name: "bad",
    limit_ms: 500,
    read: () => instantly((_done, failed) => failed(new Error("no"))),
  };
  const codes: (NoteCode | null)[] = [];
  poll(rejecting, { period: () => 1000, scheduler }).subscribe(({ missing }) =>
    codes.push(missing),
  );
  scheduler.flush();
  expect(codes).toEqual(["failed", "failed", "failed"]);
});

test("beat: ticks during slow work are dropped and counted, never queued", () => {
  const scheduler = schedulerOf(9500);
  let dropped = 0;
  const starts: number[] = [];
  const work = (): Observable<number> => {
    starts.push(scheduler.now());
    return timer(2500, scheduler).pipe(map(() => 1));
  };
  onBeat(
    {
      period: () => 1000,
      scheduler,
      onDropped: () => {
        dropped += 1;
      },
    },
    work,
  ).subscribe();
  scheduler.flush();
  expect(starts).toEqual([0, 3000, 6000, 9000]);
  expect(dropped).toBe(6);
});

test("beat: the next tick comes after the period that is asked for then", () => {
  const scheduler = schedulerOf(3000);
  const starts: number[] = [];
  const periods = [1000, 250, 250, 1000];
  const period = () => periods.shift() ?? 1000;
  onBeat({ period, scheduler }, () => {
    starts.push(scheduler.now());
    return timer(0, scheduler);
  }).subscribe();
  scheduler.flush();
  expect(starts).toEqual([0, 1000, 1250, 1500, 2500]);
});

test("beat: who leaves during a tick ends the work that it has begun, and work that throws is an error", () => {
  const scheduler = schedulerOf(5000);
  let ended = 0;
  const subscription = onBeat({ period: () => 1000, scheduler }, () => {
    subscription.unsubscribe();
    return new Observable(() => () => {
      ended += 1;
    });
  }).subscribe();
  let failure: unknown;
  const failing = () => {
    throw new Error("no");
  };
  onBeat({ period: () => 1000, scheduler }, failing).subscribe({
    error: (error) => {
      failure = error;
    },
  });
  scheduler.flush();
  expect([ended, `${failure}`]).toEqual([1, "Error: no"]);
});

test("oom kills: the first count is the beginning, and so is one of another group or a smaller one", () => {
  const counts = [
    { total: 5, group: "app" },
    { total: 7, group: "app" },
    { total: 9, group: "box" },
    { total: 10, group: "box" },
    { total: 2, group: "box" },
  ];
  const { metrics } = run({ oom: listed("oom", counts, () => 0) }, 26_000);
  const kills = metrics.map(({ metric }) => metric).filter(({ type }) => type === "oom");
  expect(kills).toEqual([
    { type: "oom", killed: 2, total: 7 },
    { type: "oom", killed: 1, total: 10 },
  ]);
});
