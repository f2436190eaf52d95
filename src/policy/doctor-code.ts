/**
 * What `doctor` can find, as one closed list: how each stands, and how sure one can be of it.
 *
 * The verdict belongs to the code, so that the same finding is never once a fault and once a remark.
 */
import type { Certainty } from "../domain/origin.ts";
import type { CardProgram } from "./doctor-facts.ts";

/** How a check ended: as it should be, worth a look, in the way, or not to be told. */
export const VERDICTS = ["ok", "look", "broken", "unknown"] as const;
export type Verdict = (typeof VERDICTS)[number];

interface Kind {
  readonly verdict: Verdict;
  readonly certainty: Certainty;
}

const OK: Kind = { verdict: "ok", certainty: "measured" };
const LOOK: Kind = { verdict: "look", certainty: "measured" };
const BROKEN: Kind = { verdict: "broken", certainty: "measured" };
const UNKNOWN: Kind = { verdict: "unknown", certainty: "unknown" };
/** It can be so and cannot be seen from here. */
const PERHAPS: Kind = { verdict: "look", certainty: "unknown" };

/** Every finding, in the order in which they are said. */
export const DOCTOR_KINDS = {
  NODE_FINE: OK,
  NODE_OLD: BROKEN,
  CLOCK_FINE: OK,
  CLOCK_WRONG: BROKEN,
  DATA_FOLDER_FINE: OK,
  DATA_FOLDER_REFUSED: BROKEN,
  DISK_FINE: OK,
  DISK_SHORT: LOOK,
  DISK_UNKNOWN: UNKNOWN,
  RUNTIME_LIVE: OK,
  RUNTIME_SILENT: LOOK,
  PORT_FREE: OK,
  PORT_TAKEN: BROKEN,
  PORT_REFUSED: BROKEN,
  GPU_FOUND: OK,
  GPU_ABSENT: LOOK,
  GPU_INTEGRATED: LOOK,
  GPU_SMALL: LOOK,
  GPU_LEFT_OUT: LOOK,
  GPU_MEMORY_UNKNOWN: UNKNOWN,
  GPU_SEEN_BY_SERVER: LOOK,
  GPU_SILENT: UNKNOWN,
  GPU_LOST: BROKEN,
  GPU_FORBIDDEN: BROKEN,
  GPU_BLOCKED: BROKEN,
  DRIVER_NOT_LOADED: BROKEN,
  DRIVER_INCOMPLETE: BROKEN,
  DRIVER_MISMATCH: BROKEN,
  CONTAINER_LOST_GPU: BROKEN,
  GPU_USE_FINE: OK,
  GPU_USE_HIGH: LOOK,
  CUDA_WORKS: OK,
  CUDA_DRIVER_OLD: BROKEN,
  CUDA_CARD_OLD: BROKEN,
  CUDA_UNKNOWN: UNKNOWN,
  WINDOWS_SPILL: PERHAPS,
  MEMORY_FINE: OK,
  MEMORY_TIGHT: LOOK,
  MEMORY_UNKNOWN: UNKNOWN,
  CONTAINER_MEMORY_SMALL: LOOK,
  CONTAINER_MEMORY_FAR: LOOK,
  CPU_QUOTA: LOOK,
  WSL_MEMORY: PERHAPS,
  OLLAMA_WORKS: OK,
  OLLAMA_OLD: LOOK,
  OLLAMA_NOT_INSTALLED: LOOK,
  OLLAMA_NOT_RUNNING: BROKEN,
  OLLAMA_OTHER: BROKEN,
  OLLAMA_SILENT: UNKNOWN,
  MODEL_READY: { verdict: "ok", certainty: "estimated" },
  MODEL_MISSING: LOOK,
  MODEL_TOO_LARGE: { verdict: "look", certainty: "estimated" },
  MODEL_OFF_GPU: LOOK,
  CLOUD_OFF: OK,
  CLOUD_NO_ADDRESS: LOOK,
  CLOUD_REACHED: OK,
  CLOUD_UNREACHABLE: BROKEN,
  CLOUD_UNKNOWN: UNKNOWN,
  EDITOR_ABSENT: OK,
  EDITOR_READY: { verdict: "ok", certainty: "estimated" },
  EDITOR_CLOSED_TO_SCRIPTS: LOOK,
  EDITOR_SCRIPTS_UNKNOWN: UNKNOWN,
  EDITOR_UNKNOWN: UNKNOWN,
} as const satisfies Readonly<Record<string, Kind>>;
export type DoctorCode = keyof typeof DOCTOR_KINDS;

/** The codes in their order. */
export const DOCTOR_CODES = Object.keys(DOCTOR_KINDS) as readonly DoctorCode[];

/** The figures of a finding; each code uses the ones it needs. */
export interface DoctorParams {
  readonly name?: string | null;
  /** A version that was found. */
  readonly version?: string | null;
  /** A version that is needed. */
  readonly wanted?: string;
  readonly found_mib?: number | null;
  /** The whole, or what is needed. */
  readonly of_mib?: number | null;
  readonly percent?: number;
  readonly processors?: number;
  readonly threads?: number | null;
  readonly address?: string;
  readonly path?: string;
  /** What lies on a card. */
  readonly programs?: readonly CardProgram[];
  /** What the system said. */
  readonly said?: string | null;
}

/** One finding; `command` is what to type, where one line does it. */
export interface DoctorFinding {
  readonly code: DoctorCode;
  readonly verdict: Verdict;
  readonly certainty: Certainty;
  readonly params: DoctorParams;
  readonly command: string | null;
}

/** A finding of that code. */
export function findingOf(
  code: DoctorCode,
  params: DoctorParams = {},
  command: string | null = null,
): DoctorFinding {
  return { code, ...DOCTOR_KINDS[code], params, command };
}
