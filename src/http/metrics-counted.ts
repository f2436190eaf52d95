/** Metrics of what was counted since the runtime started, of the log, and of the process. */
import { FAILURES } from "../domain/input.ts";
import { REASON_CODES } from "../domain/reason.ts";
import { ENTRY_KINDS } from "../log/entry.ts";
import { READING_SENSORS, type TaskEnding } from "../replay/metrics-view.ts";
import { NOTICE_CODES } from "../runtime-types.ts";
import { countsOf, known, type Metric, type Sample, truth } from "./metric.ts";

const ENDINGS: readonly TaskEnding[] = ["ok", "unnamed", ...FAILURES];

/** Counters; they begin at 0 with each start of the runtime. */
export const COUNTED_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_transitions_total",
    type: "counter",
    help: "Changes of tier or rung since the start, by reason.",
    labels: ["code"],
    read: ({ view }) => countsOf("code", REASON_CODES, view.tally.transitions),
  },
  {
    name: "runtime_profile_steps_total",
    type: "counter",
    help: "The same changes by where they led: down, up, or level (same device, or first tier).",
    labels: ["direction"],
    read: ({ view }) => countsOf("direction", ["down", "up", "level"], view.tally.steps),
  },
  {
    name: "runtime_profile_tasks_total",
    type: "counter",
    help: "Tasks that were reported since the start, by provider and how they ended.",
    labels: ["provider", "outcome"],
    read: ({ view }) =>
      (["local", "cloud"] as const).flatMap((provider) =>
        countsOf("outcome", ENDINGS, view.tally.tasks[provider]).map(
          ([value, labels]): Sample => [value, { provider, ...labels }],
        ),
      ),
  },
  {
    name: "runtime_profile_sensor_failures_total",
    type: "counter",
    help: "Readings since the start in which this sensor gave no value and a reason for it.",
    labels: ["sensor"],
    read: ({ view }) => countsOf("sensor", READING_SENSORS, view.tally.sensor_failures),
  },
  {
    name: "runtime_profile_dropped_beats_total",
    type: "counter",
    help: "Beats since the start that were left out because the one before was still under way.",
    labels: [],
    read: ({ view }) => known(view.dropped_beats),
  },
  {
    name: "runtime_profile_abandoned_helpers_total",
    type: "counter",
    help: "Helper programs since the start of the process that could not be ended and were let go.",
    labels: [],
    read: ({ view }) => known(view.abandoned.ever),
  },
  {
    name: "runtime_profile_notices_total",
    type: "counter",
    help: "Notices since the start, by what they are about.",
    labels: ["code"],
    read: ({ view }) => countsOf("code", NOTICE_CODES, view.log.notices),
  },
];

/** The log. */
export const LOG_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_log_writable",
    type: "gauge",
    help: "1 while the log takes writes; decisions go on without it.",
    labels: [],
    read: ({ view }) => truth(view.log.is_writable),
  },
  {
    name: "runtime_profile_log_used_bytes",
    type: "gauge",
    help: "Bytes of the log that hold something; absent while it cannot be read.",
    labels: [],
    read: ({ view }) => known(view.log.used_bytes),
  },
  {
    name: "runtime_profile_log_last_seq",
    type: "gauge",
    help: "Number of the newest line of the log.",
    labels: [],
    read: ({ view }) => known(view.log.last_seq),
  },
  {
    name: "runtime_profile_log_entries_written_total",
    type: "counter",
    help: "Entries written to the log since the start, by kind; readings are counted apart.",
    labels: ["kind"],
    read: ({ view }) => countsOf("kind", ENTRY_KINDS, view.tally.written),
  },
  {
    name: "runtime_profile_log_readings_written_total",
    type: "counter",
    help: "Readings written to the log since the start.",
    labels: [],
    read: ({ view }) => known(view.tally.written.reading ?? 0),
  },
];

/** The process, by the names that all client libraries give them. */
export const PROCESS_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_unended_helpers",
    type: "gauge",
    help: "Helper programs that were let go and are still there, such as one that waits for a dead driver.",
    labels: [],
    read: ({ view }) => known(view.abandoned.living),
  },
  {
    name: "runtime_profile_live_clients",
    type: "gauge",
    help: "Clients that listen to live events now.",
    labels: [],
    read: ({ liveClients }) => known(liveClients),
  },
  {
    name: "process_cpu_seconds_total",
    type: "counter",
    help: "Processor time of this process, user and system.",
    labels: [],
    read: ({ process }) => known(process.cpuSeconds),
  },
  {
    name: "process_resident_memory_bytes",
    type: "gauge",
    help: "Memory of this process that is resident.",
    labels: [],
    read: ({ process }) => known(process.residentBytes),
  },
  {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "When this process started, since 1970.",
    labels: [],
    read: ({ process }) => known(process.startedAtSeconds),
  },
  {
    name: "nodejs_eventloop_lag_seconds",
    type: "gauge",
    help: "How late the event loop came to one task, tried at this scrape.",
    labels: [],
    read: ({ process }) => known(process.lagSeconds),
  },
  {
    name: "nodejs_eventloop_busy_seconds_total",
    type: "counter",
    help: "Time in which the event loop of this process was not waiting.",
    labels: [],
    read: ({ process }) => known(process.busySeconds),
  },
];
