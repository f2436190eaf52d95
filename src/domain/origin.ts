/**
 * Where each fact of the host comes from: its source, its time, and how far it can be trusted.
 *
 * The idea: a figure without a source is a rumour. The list stands beside the facts, keyed by their path
 * in the host, so that a figure stays a plain figure for everybody who only reads it. Rejected: wrapping
 * each value, which would make every reader unwrap it.
 */
import type { NoteCode } from "./note.ts";

/** Where a fact was read; a closed list, so that words and pages can be checked against it. */
export const FACT_SOURCES = [
  "nvidia-smi",
  "amd-sysfs",
  "amd-smi",
  "rocm-smi",
  "intel-sysfs",
  "xpu-smi",
  "sysctl",
  "system-profiler",
  "ioreg",
  "registry",
  "wmi",
  "performance-counters",
  "tegrastats",
  "proc",
  "cgroup",
  "sysfs",
  "node",
  "systeminformation",
  "http",
  "files",
  "processes",
  "environment",
  "configuration",
] as const;
export type FactSource = (typeof FACT_SOURCES)[number];

export const CERTAINTIES = ["measured", "estimated", "unknown"] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** Where one fact of the host comes from and how far it can be trusted. */
export interface FactOrigin {
  /** Path in the host; cards by uuid, else bus address: `memory.total_mib`, `gpus.GPU-….vram_total_mib`. */
  readonly fact: string;
  readonly source: FactSource;
  /** Wall clock in ms since 1970 when it was read. */
  readonly at: number;
  readonly certainty: Certainty;
  /** Why it is estimated or unknown; `null` when it was measured. */
  readonly reason: NoteCode | null;
}
