/** What a probe remarks: a closed list of codes, and who remarked it. */

/** Why a probe has no finding, or what is odd about the one it has. Sources: facts/detection.md §2.5. */
export const NOTE_CODES = [
  "not-installed",
  "not-executable",
  "driver-not-loaded",
  "library-missing",
  "version-mismatch",
  "no-devices",
  "gpu-lost",
  "nvml-unknown",
  "blocked-by-os",
  "permission",
  "timeout",
  "unparsable",
  "unsupported-field",
  "memory-not-reported",
  "unified-memory",
  "mig",
  "failed",
  "not-running",
  "refused",
  "invalid-answer",
  "unreadable",
  "not-checked",
  "asleep",
  "estimated",
  "hidden-by-choice",
  "no-such-card",
  "seen-by-server",
  "off-the-gpu",
  "impossible",
  "abandoned-child",
] as const;
export type NoteCode = (typeof NOTE_CODES)[number];

export const PROBES = [
  "cpu",
  "memory",
  "nvidia",
  "amd",
  "intel",
  "apple",
  "windows",
  "jetson",
  "ollama",
  "servers",
  "davinci",
  "editors",
  "power",
  "static",
  "profile",
] as const;
export type ProbeName = (typeof PROBES)[number];

/** One remark of a probe; `detail` is what the system said, for people, at most 300 characters. */
export interface Note {
  readonly probe: ProbeName;
  readonly code: NoteCode;
  readonly detail: string | null;
}
