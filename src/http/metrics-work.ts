/** Metrics of the jobs that models work on through this runtime. */
import { known, type Metric, type Sample, truth } from "./metric.ts";

const MIB = 1024 * 1024;
const MS_PER_SECOND = 1000;

/** Counters begin at 0 with each start of the runtime. */
export const WORK_METRICS: readonly Metric[] = [
  {
    name: "runtime_profile_jobs_total",
    type: "counter",
    help: "Jobs since the start, by how they ended.",
    labels: ["outcome"],
    read: ({ work }) =>
      (["done", "failed", "refused", "aborted"] as const).map(
        (outcome): Sample => [work.counts[outcome], { outcome }],
      ),
  },
  {
    name: "runtime_profile_jobs_moved_total",
    type: "counter",
    help: "Attempts since the start that went on to another rung.",
    labels: [],
    read: ({ work }) => known(work.counts.moved),
  },
  {
    name: "runtime_profile_jobs_running",
    type: "gauge",
    help: "Jobs that run now, by provider.",
    labels: ["provider"],
    read: ({ work }) =>
      (["local", "cloud"] as const).map((provider): Sample => {
        const running = work.running.filter(({ target }) => target?.provider === provider);
        return [running.length, { provider }];
      }),
  },
  {
    name: "runtime_profile_jobs_waiting",
    type: "gauge",
    help: "Jobs that wait for a place.",
    labels: [],
    read: ({ work }) => known(work.queue.length),
  },
  {
    name: "runtime_profile_job_wait_seconds",
    type: "gauge",
    help: "How long the job has waited that waits longest; 0 when none does.",
    labels: [],
    read: ({ work }) => known(work.queue.longest_wait_ms / MS_PER_SECOND),
  },
  {
    name: "runtime_profile_reserved_bytes",
    type: "gauge",
    help: "Memory promised to models with work under way.",
    labels: ["meter"],
    read: ({ work }) => [
      [work.reserved.vram_mib * MIB, { meter: "vram" }],
      [work.reserved.memory_mib * MIB, { meter: "memory" }],
    ],
  },
  {
    name: "runtime_profile_cloud_closed",
    type: "gauge",
    help: "1 while a quota or a refused key keeps the cloud closed.",
    labels: [],
    read: ({ work }) => truth(work.cloud_closed_until !== null),
  },
];
