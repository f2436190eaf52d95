/** Metrics of the present: state, readings, and the thresholds that they are judged by. */
import type { Thresholds } from "../domain/configuration.ts";
import { RUNGS } from "../domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  TASKS_STATES,
  VRAM_STATES,
} from "../domain/state.ts";
import { TIERS } from "../domain/tier.ts";
import { PACKAGE_VERSION } from "../domain/version.ts";
import { known, type Metric, type Sample, stateSet, truth } from "./metric.ts";

const BYTES_PER_MIB = 1024 * 1024;
const MS_PER_SECOND = 1000;

const REGION_STATES = {
  vram: VRAM_STATES,
  memory: MEMORY_STATES,
  tasks: TASKS_STATES,
  cloud: CLOUD_STATES,
  editor: EDITOR_STATES,
  hold: HOLD_STATES,
} as const;

/** What the runtime is, and in which state. */
export const STATE_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_info",
    type: "gauge",
    help: "Always 1; the version of the program and of Node.",
    labels: ["version", "node"],
    read: () => [[1, { version: PACKAGE_VERSION, node: process.version }]],
  },
  {
    name: "runtime_profile_running",
    type: "gauge",
    help: "1 while the runtime runs, 0 once it has stopped.",
    labels: [],
    read: ({ view }) => truth(view.running),
  },
  {
    name: "runtime_profile_detecting",
    type: "gauge",
    help: "1 until the host is detected; tier and rung are then all 0.",
    labels: [],
    read: ({ view }) => truth(view.tier === null),
  },
  {
    name: "runtime_profile_tier",
    type: "gauge",
    help: "1 for the tier of this host, 0 for the others.",
    labels: ["tier"],
    read: ({ view }) => stateSet("tier", TIERS, view.tier),
  },
  {
    name: "runtime_profile_rung",
    type: "gauge",
    help: "1 for the rung at which work runs now, 0 for the others.",
    labels: ["rung"],
    read: ({ view }) => stateSet("rung", RUNGS, view.rung),
  },
  {
    name: "runtime_profile_degraded",
    type: "gauge",
    help: "1 while work runs below the best rung of the tier.",
    labels: [],
    read: ({ view }) => truth(view.rung !== null && view.rung !== "nominal"),
  },
  {
    name: "runtime_profile_state",
    type: "gauge",
    help: "1 for the state of each region of the statechart, 0 for its others.",
    labels: ["region", "state"],
    read: ({ view }) =>
      Object.entries(REGION_STATES).flatMap(([region, states]) =>
        stateSet<string>("state", states, view.pressures[region as keyof typeof REGION_STATES]).map(
          ([value, labels]): Sample => [value, { region, ...labels }],
        ),
      ),
  },
];

/** What was measured; what is unknown or too old has no sample. */
export const READING_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_vram_used_bytes",
    type: "gauge",
    help: "Memory of the card in use by everybody; absent without a card and while unknown.",
    labels: [],
    read: ({ view }) => known(bytes(view.vram?.used_mib)),
  },
  {
    name: "runtime_profile_vram_total_bytes",
    type: "gauge",
    help: "Memory of the card.",
    labels: [],
    read: ({ view }) => known(bytes(view.vram?.total_mib)),
  },
  {
    name: "runtime_profile_vram_own_bytes",
    type: "gauge",
    help: "What our own models hold on the card; absent where the model server does not say.",
    labels: [],
    read: ({ view }) => known(bytes(view.vram?.own_mib)),
  },
  {
    name: "runtime_profile_memory_available_bytes",
    type: "gauge",
    help: "Memory that is available to programs, within the limit of a container.",
    labels: [],
    read: ({ view }) => known(bytes(view.memory.available_mib)),
  },
  {
    name: "runtime_profile_memory_total_bytes",
    type: "gauge",
    help: "Memory of the host, or of its container.",
    labels: [],
    read: ({ view }) => known(bytes(view.memory.total_mib)),
  },
  {
    name: "runtime_profile_cpu_used_ratio",
    type: "gauge",
    help: "Share of the processor in use, 0 to 1.",
    labels: [],
    read: ({ view }) => known(share(view.cpu.used_percent)),
  },
  {
    name: "runtime_profile_task_failure_ratio",
    type: "gauge",
    help: "Share of failed tasks of the worst local model in its window, 0 to 1.",
    labels: [],
    read: ({ view }) => known(view.tasks.failure_rate),
  },
  {
    name: "runtime_profile_task_outcomes",
    type: "gauge",
    help: "Outcomes of local tasks that count in the windows now.",
    labels: [],
    read: ({ view }) => known(view.tasks.outcomes),
  },
  {
    name: "runtime_profile_source_timestamp_seconds",
    type: "gauge",
    help: "When the last good value of a sensor was measured, since 1970.",
    labels: ["sensor"],
    read: ({ view: { vram, memory, cpu } }) => [
      ...known(seconds(vram?.source_at), { sensor: "vram" }),
      ...known(seconds(memory.source_at), { sensor: "memory" }),
      ...known(seconds(cpu.source_at), { sensor: "cpu" }),
    ],
  },
];

/** The values at which pressures begin and end. */
export const THRESHOLD_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_vram_threshold_ratio",
    type: "gauge",
    help: "Thresholds of the card, as shares of its memory.",
    labels: ["level"],
    read: ({ view }) => levels(view.thresholds.vram, 1),
  },
  {
    name: "runtime_profile_memory_threshold_bytes",
    type: "gauge",
    help: "Thresholds of available memory.",
    labels: ["level"],
    read: ({ view }) => levels(view.thresholds.memory, BYTES_PER_MIB),
  },
  {
    name: "runtime_profile_cpu_threshold_ratio",
    type: "gauge",
    help: "Thresholds of the processor; they only advise.",
    labels: ["level"],
    read: ({ view: { thresholds } }) => [
      [thresholds.cpu.enter, { level: "enter" }],
      [thresholds.cpu.quick_exit, { level: "quick_exit" }],
    ],
  },
  {
    name: "runtime_profile_task_failure_threshold_ratio",
    type: "gauge",
    help: "Threshold of failed tasks; the lower 90 % bound of the ratio must pass it.",
    labels: ["level"],
    read: ({ view }) => [[view.thresholds.tasks.enter, { level: "enter" }]],
  },
];

function levels(threshold: Thresholds["vram"], unit: number): readonly Sample[] {
  const { enter, hard, quick_exit, slow_exit } = threshold;
  return Object.entries({ enter, hard, quick_exit, slow_exit }).map(([level, value]) => [
    value * unit,
    { level },
  ]);
}

function bytes(mib: number | null | undefined): number | null {
  return mib === null || mib === undefined ? null : mib * BYTES_PER_MIB;
}

function share(percent: number | null): number | null {
  return percent === null ? null : percent / 100;
}

function seconds(at: number | null | undefined): number | null {
  return at === null || at === undefined ? null : at / MS_PER_SECOND;
}
