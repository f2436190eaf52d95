/**
 * What a detection found: facts about the host in wire form (they travel in the log as
 * `host.detected`). Unknown is `null`, never zero; a probe that found nothing leaves a note.
 */
export const CPU_SCORES = ["low", "medium", "high", "ultra"] as const;
export type CpuScore = (typeof CPU_SCORES)[number];

export const OPERATING_SYSTEMS = ["Windows", "Linux", "macOS"] as const;
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];

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
] as const;
export type NoteCode = (typeof NOTE_CODES)[number];

export const PROBES = [
  "cpu",
  "memory",
  "nvidia",
  "ollama",
  "davinci",
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

export interface Gpu {
  readonly vendor: "nvidia" | "amd" | "intel" | "apple" | "unknown";
  readonly name: string | null;
  readonly uuid: string | null;
  readonly vram_total_mib: number | null;
  readonly driver: string | null;
  /** Highest CUDA version that the driver supports, as nvidia-smi prints it. */
  readonly cuda: string | null;
  /** True when GPU and processor share one memory; VRAM % is then undefined. */
  readonly unified: boolean;
  readonly is_integrated: boolean;
}

export interface OllamaModel {
  readonly name: string;
  readonly size_bytes: number | null;
  /** `null` when an old server does not tell. */
  readonly vision: boolean | null;
  /** A cloud model is cloud wherever its server runs. */
  readonly cloud: boolean;
}

export interface LoadedModel {
  readonly name: string;
  readonly size_bytes: number | null;
  readonly size_vram_bytes: number | null;
}

export interface Ollama {
  /** `null` when it could not be told. */
  readonly running: boolean | null;
  readonly address: string;
  readonly version: string | null;
  readonly models: readonly OllamaModel[];
  readonly loaded: readonly LoadedModel[];
}

export interface DaVinci {
  readonly installed: boolean | null;
  readonly version: string | null;
  readonly running: boolean | null;
  /** True only as a hint from the scripting port or licence; `null` = cannot tell from outside. */
  readonly scriptable: boolean | null;
}

export interface Host {
  readonly os: OperatingSystem;
  readonly os_version: string | null;
  readonly cpu: {
    readonly brand: string | null;
    /** Physical cores. */
    readonly cores: number | null;
    readonly threads: number | null;
    readonly score: CpuScore | null;
    /** Processors allowed by the cgroup quota or affinity, when fewer than `threads`. */
    readonly quota: number | null;
  };
  readonly memory: {
    readonly total_mib: number | null;
    readonly available_mib: number | null;
    readonly limited_by: "host" | "cgroup";
  };
  readonly gpus: readonly Gpu[];
  readonly cuda_available: boolean | null;
  readonly ollama: Ollama;
  readonly davinci: DaVinci;
  readonly notes: readonly Note[];
}

/** A host about which nothing is known; the base for partial descriptions (tests, `simulate`). */
export const UNKNOWN_HOST: Host = {
  os: "Linux",
  os_version: null,
  cpu: { brand: null, cores: null, threads: null, score: null, quota: null },
  memory: { total_mib: null, available_mib: null, limited_by: "host" },
  gpus: [],
  cuda_available: null,
  ollama: {
    running: null,
    address: "http://127.0.0.1:11434",
    version: null,
    models: [],
    loaded: [],
  },
  davinci: { installed: null, version: null, running: null, scriptable: null },
  notes: [],
};
