/**
 * The inputs of the decider: everything that can move the runtime, in past tense, in wire form.
 * The log stores them as they stand here, so that a fold over the log is the runtime itself.
 * Time (`at`, ms) is a field of each input; there is no clock below the stairwell.
 */
import type { Conditions } from "./conditions.ts";
import type { Configuration } from "./configuration.ts";
import type { Host, OllamaModel } from "./host.ts";
import type { NoteCode } from "./note.ts";
import type { Rung } from "./rung.ts";

export const INPUT_TYPES = [
  "runtime.started",
  "config.changed",
  "host.detected",
  "reading",
  "task.finished",
  "cloud.probed",
  "models.changed",
  "editor.changed",
  "conditions.changed",
  "memory.oom_killed",
  "degrade.requested",
  "restore.requested",
  "effect.finished",
  "effect.failed",
  "readings.sealed",
  "clock.resumed",
  "log.gap",
  "runtime.stopped",
] as const;
export type InputType = (typeof INPUT_TYPES)[number];

export const FAILURES = [
  "oom",
  "timeout",
  "refused",
  "server_error",
  "loading",
  "not_pulled",
  "context",
  "quota",
  "auth",
  "bad_request",
] as const;
export type Failure = (typeof FAILURES)[number];

export const TASKS = ["vision", "planning", "editing"] as const;
export type Task = (typeof TASKS)[number];

/** MiB are integers. `used_mib` is total − free where the driver tells free, else used. */
export interface VramReading {
  readonly used_mib: number | null;
  readonly total_mib: number | null;
  /** What this runtime's own models hold on the card; `null` = unknown. */
  readonly own_mib?: number | null;
  /** When the value was measured; absent = `at` of the reading. */
  readonly source_at?: number | null;
}

export interface MemoryReading {
  readonly available_mib: number | null;
  readonly total_mib: number | null;
  readonly source_at?: number | null;
}

export interface CpuReading {
  /** 0..100, one decimal. */
  readonly used_percent: number | null;
  readonly source_at?: number | null;
}

/** What of a reading may be missing; `own` with `estimated`: `own_mib` was reckoned, not told. */
export type MissingPart = "vram" | "memory" | "cpu" | "own";

/** Fields of a reading. Absent or `null`: no sample this time; `missing` says why. */
export interface ReadingFields {
  readonly vram?: VramReading | null;
  readonly memory?: MemoryReading | null;
  readonly cpu?: CpuReading | null;
  readonly missing?: Readonly<Partial<Record<MissingPart, NoteCode>>>;
}

export interface TaskOutcome {
  readonly task: Task;
  readonly provider: "local" | "cloud";
  readonly model?: string | null;
  readonly ok: boolean;
  readonly failure?: Failure | null;
}

interface At {
  readonly at: number;
}

export type RuntimeStarted = At & {
  readonly type: "runtime.started";
  readonly package_version: string;
  readonly xstate_version: string;
  readonly machine_hash: string;
  /** Hex SHA-256 of the tables of models; `null` in logs of before it was written down. */
  readonly policy_hash: string | null;
  readonly node: string;
  /** `null` on a fresh log, else the last `seq` before this start. */
  readonly resumed_from: number | null;
};
export type ConfigChanged = At & {
  readonly type: "config.changed";
  readonly config: Configuration;
};
export type HostDetected = At & { readonly type: "host.detected"; readonly host: Host };
export type ReadingInput = At & ReadingFields & { readonly type: "reading" };
export type TaskFinished = At & TaskOutcome & { readonly type: "task.finished" };
export type CloudProbed = At & { readonly type: "cloud.probed"; readonly reachable: boolean };
export type ModelsChanged = At & {
  readonly type: "models.changed";
  readonly running: boolean | null;
  readonly models: readonly OllamaModel[];
};
export type EditorChanged = At & {
  readonly type: "editor.changed";
  readonly running: boolean | null;
};
/** Power, heat, stalls: coarse words that seldom change. */
export type ConditionsChanged = At & {
  readonly type: "conditions.changed";
  readonly conditions: Conditions;
};
/** The kernel ended processes of our control groups because memory ran out. */
export type MemoryOomKilled = At & {
  readonly type: "memory.oom_killed";
  /** Since the last look. */
  readonly killed: number;
  /** Since the group was made, as the kernel counts. */
  readonly total: number;
};
export type DegradeRequested = At & {
  readonly type: "degrade.requested";
  /** `null` or absent = the next rung down. */
  readonly rung?: Rung | null;
  readonly reason?: string | null;
};
export type RestoreRequested = At & {
  readonly type: "restore.requested";
  readonly reason?: string | null;
};
export type EffectReported = At & {
  readonly type: "effect.finished" | "effect.failed";
  readonly effect: string;
  readonly detail?: Readonly<Record<string, unknown>>;
};
/** Fields that a seal sums up, in the units of their columns. */
export const ROLL_UP_FIELDS = [
  "vram_used_mib",
  "vram_total_mib",
  "vram_own_mib",
  "memory_available_mib",
  "memory_total_mib",
  "cpu_permille",
] as const;
export type RollUpField = (typeof ROLL_UP_FIELDS)[number];

/** What stays known of a field when the readings themselves are pruned. */
export interface RollUp {
  readonly min: number;
  readonly max: number;
  /** The last value that was measured in the block. */
  readonly last: number;
}

/** Readings became one block; the digest is over its uncompressed columns. */
export type ReadingsSealed = At & {
  readonly type: "readings.sealed";
  readonly first_seq: number;
  readonly last_seq: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly count: number;
  /** Hex SHA-256. */
  readonly digest: string;
  /** `null` where the block has no value of that field. */
  readonly roll_up: Readonly<Record<RollUpField, RollUp | null>>;
};
export type ClockResumed = At & { readonly type: "clock.resumed"; readonly gap_ms: number };
export type LogGap = At & {
  readonly type: "log.gap";
  /** Inputs that the log does not hold; `null` when nobody could count them. */
  readonly lost: number | null;
  readonly reason: string;
};
export type RuntimeStopped = At & { readonly type: "runtime.stopped"; readonly reason: string };

export type Input =
  | RuntimeStarted
  | ConfigChanged
  | HostDetected
  | ReadingInput
  | TaskFinished
  | CloudProbed
  | ModelsChanged
  | EditorChanged
  | ConditionsChanged
  | MemoryOomKilled
  | DegradeRequested
  | RestoreRequested
  | EffectReported
  | ReadingsSealed
  | ClockResumed
  | LogGap
  | RuntimeStopped;
