/**
 * What a monitoring system is told: the present as plain numbers, and what was counted since the start.
 *
 * The idea: the instruments of a dashboard. Gauges show now, and a needle that knows nothing is taken
 * away instead of resting at zero; counters only ever turn forward. How a format names all this is no
 * matter of this floor.
 */
import type { Thresholds } from "../domain/configuration.ts";
import { worstRateAt } from "../domain/failure-windows.ts";
import type { Failure, ReadingFields } from "../domain/input.ts";
import type { ReasonCode } from "../domain/reason.ts";
import type { directionOf, Rung } from "../domain/rung.ts";
import type { State } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";
import type { EntryKind } from "../log/entry.ts";
import { placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import { type Frame, monitorIn } from "./projection.ts";

/** Sensors whose values travel in readings. */
export const READING_SENSORS = ["vram", "memory", "cpu"] as const satisfies readonly (keyof Omit<
  ReadingFields,
  "missing"
>)[];
export type ReadingSensor = (typeof READING_SENSORS)[number];

/** How a task ended; `unnamed` is a failure without a kind. */
export type TaskEnding = "ok" | "unnamed" | Failure;

type Counts<Key extends string> = Partial<Record<Key, number>>;

/** What was counted since the runtime started; a key that is absent has not happened. */
export interface Tally {
  readonly transitions: Counts<ReasonCode>;
  readonly steps: Counts<ReturnType<typeof directionOf>>;
  readonly tasks: {
    readonly local: Counts<TaskEnding>;
    readonly cloud: Counts<TaskEnding>;
  };
  /** Readings in which a sensor had no value, and said why. */
  readonly sensor_failures: Counts<ReadingSensor>;
  /** Written to the log; readings stand beside the entries. */
  readonly written: Counts<EntryKind | "reading">;
  /** What our own models hold on the card, by the newest reading; `null` = nobody said. */
  own_mib: number | null;
}

/** How the log is; `null` = it cannot be read now. */
export interface LogFigures {
  readonly used_bytes: number | null;
  readonly is_writable: boolean;
  readonly notices: Counts<string>;
}

/** Helper programs that could not be ended and were let go. */
export interface HelperFigures {
  /** Still there now. */
  readonly living: number;
  /** Since the start of the process. */
  readonly ever: number;
}

export interface MetricsView {
  readonly running: boolean;
  /** `null` while detecting. */
  readonly tier: Tier | null;
  readonly rung: Rung | null;
  readonly pressures: Omit<State, "profile">;
  /** `null` on a host without a card of its own memory. */
  readonly vram: {
    readonly used_mib: number | null;
    readonly total_mib: number | null;
    readonly own_mib: number | null;
    readonly source_at: number | null;
  } | null;
  readonly memory: {
    readonly available_mib: number | null;
    readonly total_mib: number | null;
    readonly source_at: number | null;
  };
  readonly cpu: { readonly used_percent: number | null; readonly source_at: number | null };
  /** Of local models; the rate of the worst of them, 0..1. */
  readonly tasks: { readonly failure_rate: number | null; readonly outcomes: number };
  readonly thresholds: Thresholds;
  readonly dropped_beats: number;
  readonly abandoned: HelperFigures;
  readonly log: LogFigures & { readonly last_seq: number | null };
  readonly tally: Tally;
}

/** The metrics of a state, with what was counted on the way to it. */
export function metricsIn(
  state: RuntimeState,
  frame: Frame,
  counted: Pick<MetricsView, "tally" | "abandoned"> & { readonly log: LogFigures },
): MetricsView {
  const { running, metrics, pressures, dropped_beats } = monitorIn(state, frame);
  const { gpu, memory, cpu } = metrics;
  const { thresholds } = state.configuration;
  const { rate, outcomes } = worstRateAt(state.sensing.local, state.at, thresholds.tasks);
  const place = placeOf(state);
  return {
    running,
    tier: place?.tier ?? null,
    rung: place?.rung ?? null,
    pressures,
    vram: gpu === null ? null : vramFigures(gpu, counted.tally),
    memory,
    cpu: { used_percent: cpu.used_percent, source_at: cpu.at },
    tasks: { failure_rate: rate, outcomes },
    thresholds,
    dropped_beats,
    abandoned: counted.abandoned,
    log: { ...counted.log, last_seq: frame.seq },
    tally: counted.tally,
  };
}

/** Our own share is part of the use; without the one the other says nothing. */
function vramFigures(
  gpu: NonNullable<ReturnType<typeof monitorIn>["metrics"]["gpu"]>,
  { own_mib }: Tally,
): NonNullable<MetricsView["vram"]> {
  const { vram_used_mib: used_mib, vram_total_mib: total_mib, source_at } = gpu;
  return { used_mib, total_mib, own_mib: used_mib === null ? null : own_mib, source_at };
}
