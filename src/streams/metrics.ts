/**
 * The metrics stream: sensors on their beats → what the runtime is told.
 *
 * Memory and CPU beat together and carry the newest VRAM sample along, so that each beat is one combined
 * reading; slow things (models, editor, cloud) speak only when they changed, and a server that did not
 * answer has not said that it has no models. RxJS ends where the log begins: no operator here smooths,
 * delays or decides, because that would not be in the log.
 */
import {
  asyncScheduler,
  distinctUntilChanged,
  forkJoin,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  pairwise,
  type SchedulerLike,
  share,
  tap,
} from "rxjs";
import type { OomKills } from "../detect/oom-kills.ts";
import type { Sample, Sensor } from "../detect/sensor.ts";
import type { CloudReading } from "../detect/sensor-cloud.ts";
import type { DavinciReading } from "../detect/sensor-davinci.ts";
import type { HardwareReading } from "../detect/sensor-hardware.ts";
import type { OllamaReading } from "../detect/sensor-ollama.ts";
import type { Conditions } from "../domain/conditions.ts";
import type { SensorConfiguration } from "../domain/configuration.ts";
import type { OllamaModel } from "../domain/host.ts";
import type { CpuReading, MemoryReading, ReadingFields, VramReading } from "../domain/input.ts";
import type { NoteCode } from "../domain/note.ts";
import type { Pace } from "../domain/pace.ts";
import { onBeat, poll, readWaiting } from "./poll.ts";

/** What the stream emits; the runtime turns each into one input. */
export type Metric =
  | { readonly type: "reading"; readonly fields: ReadingFields }
  | {
      readonly type: "models";
      readonly running: boolean;
      readonly models: readonly OllamaModel[];
    }
  | { readonly type: "editor"; readonly running: boolean | null }
  | { readonly type: "cloud"; readonly reachable: boolean }
  | { readonly type: "conditions"; readonly conditions: Conditions }
  | { readonly type: "oom"; readonly killed: number; readonly total: number }
  | { readonly type: "hardware"; readonly signature: string | null };

/** The sensors of this host; `null` where there is nothing to ask. */
export interface Sensors {
  readonly memory: Sensor<MemoryReading>;
  readonly cpu: Sensor<CpuReading>;
  readonly vram: Sensor<VramReading> | null;
  readonly ollama: Sensor<OllamaReading> | null;
  readonly editor: Sensor<DavinciReading> | null;
  readonly cloud: Sensor<CloudReading> | null;
  readonly hardware: Sensor<HardwareReading> | null;
  readonly conditions: Sensor<Conditions> | null;
  readonly oom: Sensor<OomKills> | null;
}

export interface MetricsOptions {
  readonly sensors: Sensors;
  readonly beats: SensorConfiguration;
  /** How soon to look again, asked before each look. */
  readonly paceOf: () => Pace;
  /** Turns the moment of a sample (wall clock of the sensor, ms) into the runtime's time. */
  readonly timeOf: (sourceAt: number) => number;
  readonly onDroppedBeat: () => void;
  readonly scheduler?: SchedulerLike;
}

/** The cloud is asked less often than local things: it is another's computer. Charge and heat are slow. */
const RARE_BEATS = 6;

/** Starts on subscription and stops with it. */
export function metricsOf(options: MetricsOptions): Observable<Metric> {
  const latest: Latest = { vram: null, ownMib: null };
  return merge(
    vramSamples(options, latest),
    slowMetrics(options, latest),
    readings(options, latest),
  ).pipe(share());
}

/** The newest samples of the slower sensors, carried along by each beat. */
interface Latest {
  vram: Sample<VramReading> | null;
  ownMib: number | null;
}

function readings(options: MetricsOptions, latest: Latest): Observable<Metric> {
  const { sensors, paceOf, scheduler = asyncScheduler, onDroppedBeat } = options;
  const beat = { period: () => paceOf().beatMs, scheduler, onDropped: onDroppedBeat };
  return onBeat(beat, () => beatOnce(sensors, scheduler)).pipe(
    map(
      ({ memory, cpu }) =>
        ({ type: "reading", fields: fieldsOf({ memory, cpu, latest, options }) }) as const,
    ),
  );
}

/** Both at once; on the spot there is nothing to join. */
function beatOnce({ memory, cpu }: Sensors, scheduler: SchedulerLike): Observable<Beat> {
  const now = { memory: memory.readNow?.() ?? null, cpu: cpu.readNow?.() ?? null };
  if (now.memory !== null && now.cpu !== null) return of({ memory: now.memory, cpu: now.cpu });
  return forkJoin({
    memory: now.memory === null ? readWaiting(memory, scheduler) : of(now.memory),
    cpu: now.cpu === null ? readWaiting(cpu, scheduler) : of(now.cpu),
  });
}

/** The samples of one beat. */
interface Beat {
  readonly memory: Sample<MemoryReading>;
  readonly cpu: Sample<CpuReading>;
}

function vramSamples(options: MetricsOptions, latest: Latest): Observable<never> {
  const { sensors, paceOf, scheduler = asyncScheduler, onDroppedBeat } = options;
  if (sensors.vram === null) return merge();
  const beat = { period: () => paceOf().gpuMs, scheduler, onDropped: onDroppedBeat };
  return poll(sensors.vram, beat).pipe(
    tap((sample) => {
      latest.vram = sample;
    }),
    ignoreElements(),
  );
}

function slowMetrics(options: MetricsOptions, latest: Latest): Observable<Metric> {
  const { sensors, beats, scheduler = asyncScheduler } = options;
  const beat = { period: () => beats.slow_ms, scheduler };
  const rareBeat = { period: () => beats.slow_ms * RARE_BEATS, scheduler };
  const models =
    sensors.ollama === null
      ? []
      : [poll(sensors.ollama, beat).pipe(mergeMap((sample) => modelsOf(sample, latest)))];
  const editor = sensors.editor === null ? [] : [poll(sensors.editor, beat).pipe(map(editorOf))];
  const cloud = sensors.cloud === null ? [] : [poll(sensors.cloud, rareBeat).pipe(map(cloudOf))];
  const hardware =
    sensors.hardware === null ? [] : [poll(sensors.hardware, beat).pipe(map(hardwareOf))];
  const conditions =
    sensors.conditions === null
      ? []
      : [poll(sensors.conditions, rareBeat).pipe(mergeMap(conditionsOf))];
  const kills = sensors.oom === null ? [] : [killsOf(poll(sensors.oom, beat))];
  const told = [...models, ...editor, ...cloud, ...hardware, ...conditions];
  return merge(...told.map(whenChanged), ...kills);
}

/** Lets a metric through only when it says something new. */
function whenChanged(metrics: Observable<Metric>): Observable<Metric> {
  return metrics.pipe(
    distinctUntilChanged((one, other) => JSON.stringify(one) === JSON.stringify(other)),
  );
}

/** What the server told of its models: one metric, or none when it did not tell. */
function modelsOf({ value }: Sample<OllamaReading>, latest: Latest): readonly Metric[] {
  latest.ownMib = value?.own_vram_mib ?? null;
  if (value === null) return [];
  if (!value.running) return [{ type: "models", running: false, models: [] }];
  return value.models === null ? [] : [{ type: "models", running: true, models: value.models }];
}

function editorOf({ value }: Sample<DavinciReading>): Metric {
  return { type: "editor", running: value?.running ?? null };
}

function cloudOf({ value }: Sample<CloudReading>): Metric {
  return { type: "cloud", reachable: value?.reachable ?? false };
}

function hardwareOf({ value }: Sample<HardwareReading>): Metric {
  return { type: "hardware", signature: value?.signature ?? null };
}

function conditionsOf({ value }: Sample<Conditions>): readonly Metric[] {
  return value === null ? [] : [{ type: "conditions", conditions: value }];
}

/** The first count is where we begin; one of another group, or one that falls, is a new beginning. */
function killsOf(samples: Observable<Sample<OomKills>>): Observable<Metric> {
  return samples.pipe(
    mergeMap(({ value }) => (value === null ? [] : [value])),
    pairwise(),
    mergeMap(([before, { total, group }]) =>
      total > before.total && group === before.group
        ? [{ type: "oom", killed: total - before.total, total } as const]
        : [],
    ),
  );
}

interface Beaten extends Beat {
  readonly latest: Latest;
  readonly options: MetricsOptions;
}

function fieldsOf({ memory, cpu, latest, options }: Beaten): ReadingFields {
  const { timeOf, sensors } = options;
  const vram = sensors.vram === null ? null : latest.vram;
  const missing: Partial<Record<"vram" | "memory" | "cpu", NoteCode>> = {};
  if (vram !== null && vram.missing !== null) missing.vram = vram.missing;
  if (memory.missing !== null) missing.memory = memory.missing;
  if (cpu.missing !== null) missing.cpu = cpu.missing;
  return {
    vram:
      vram === null || vram.value === null
        ? null
        : { ...vram.value, own_mib: latest.ownMib, source_at: timeOf(vram.source_at) },
    memory: memory.value === null ? null : { ...memory.value, source_at: timeOf(memory.source_at) },
    cpu: cpu.value === null ? null : { ...cpu.value, source_at: timeOf(cpu.source_at) },
    ...(Object.keys(missing).length === 0 ? {} : { missing }),
  };
}
