/**
 * Why a transition happened: a code from a closed list, with the measurement behind it.
 *
 * Each code is also a key of the word catalogue (`policy/words.ts`) in Chinese and English; adding one
 * here does not compile until both sentences stand there.
 */

import type { InputType, Task } from "./input.ts";
import type { NoteCode } from "./note.ts";
import type { Rung } from "./rung.ts";
import type { Region } from "./state.ts";

export const REASON_CODES = [
  "HOST_DETECTED",
  "TIER_CHANGED",
  "VRAM_TIGHT",
  "VRAM_EXHAUSTED",
  "VRAM_LOST",
  "MEMORY_TIGHT",
  "MEMORY_EXHAUSTED",
  "MEMORY_LOST",
  "TASKS_FAILING",
  "EDITOR_BUSY",
  "MANUAL_HOLD",
  "CLOUD_NOT_ALLOWED",
  "CLOUD_UNREACHABLE",
  "WOULD_NOT_FIT",
  "ENTRY_WOULD_NOT_FIT",
  "RECOVERED",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** Why a better rung was not taken: a reason code, or one of the two that only refuse. */
export const REFUSAL_CODES = [...REASON_CODES, "NOT_PERMITTED_YET"] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type Unit = "fraction" | "MiB" | "percent" | "count";
export type Level = "soft" | "hard" | "exit";

/** The tasks behind an evidence: how many failed, and whose they were. */
export interface TaskEvidence {
  /** `null`: of several kinds. */
  readonly task: Task | null;
  /** `null`: they named none. */
  readonly model: string | null;
  readonly failed: number;
  /** Outcomes that were counted, the failed ones among them. */
  readonly counted: number;
}

/** What a threshold comparison saw; the part of a reason that sensing knows. */
export interface Evidence {
  readonly signal: string;
  readonly value: number | null;
  readonly unit: Unit | null;
  readonly threshold: number | null;
  readonly level: Level;
  readonly sustained_ms: number;
  readonly required_ms: number;
  /** Age of the reading behind the value, in ms; `null` when no reading is behind it. */
  readonly reading_age_ms: number | null;
  /** True when a figure was derived rather than measured (own VRAM share unknown, unified memory). */
  readonly estimated: boolean;
  /** Only where tasks are the evidence: a failure rate, an out-of-memory error. */
  readonly tasks?: TaskEvidence;
}

/** What came in and brought a step about, where it was no reading, or the reading said why it was empty. */
export interface Occasion {
  readonly input: InputType;
  /** The rung that a person asked for. */
  readonly held?: Rung;
  /** What the person gave as the reason. */
  readonly said?: string;
  /** Why the sensor gave no value. */
  readonly missing?: NoteCode;
}

export interface Dwell {
  readonly served_ms: number;
  readonly required_ms: number;
  readonly factor: number;
}

export interface ReturnTest {
  readonly others_peak_mib: number;
  readonly footprint_mib: number;
  readonly limit_mib: number;
}

/** The wire record of `design/wire.md`; one per transition of `profile`. */
export interface Reason extends Evidence {
  readonly code: ReasonCode;
  readonly region: Region;
  readonly from: string;
  readonly to: string;
  readonly demanded_by: readonly Region[];
  readonly refused: Readonly<Partial<Record<Rung, RefusalCode>>>;
  readonly dwell: Dwell;
  /** `null` on steps down. */
  readonly return_test: ReturnTest | null;
  /** Absent: a reading, as nearly always. */
  readonly occasion?: Occasion;
}

/** Evidence for facts without a measurement (the editor, the cloud, a hold). */
export function plainEvidence(signal: string, level: Evidence["level"] = "soft"): Evidence {
  return {
    signal,
    value: null,
    unit: null,
    threshold: null,
    level,
    sustained_ms: 0,
    required_ms: 0,
    reading_age_ms: null,
    estimated: false,
  };
}
