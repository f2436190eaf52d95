/**
 * What a detection found: facts about the host in wire form (they travel in the log as
 * `host.detected`). Unknown is `null`, never zero; a probe that found nothing leaves a note.
 */
import type { Conditions } from "./conditions.ts";
import type { Note } from "./note.ts";
import type { FactOrigin } from "./origin.ts";
import type { Editor, ModelServer, Surrounding } from "./served.ts";

export const CPU_SCORES = ["low", "medium", "high", "ultra"] as const;
export type CpuScore = (typeof CPU_SCORES)[number];

export const OPERATING_SYSTEMS = ["Windows", "Linux", "macOS"] as const;
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];

export const GPU_VENDORS = ["nvidia", "amd", "intel", "apple", "unknown"] as const;

/** A part of a card in MIG mode; compute instances of one GPU instance share its memory. */
export interface MigInstance {
  readonly uuid: string | null;
  /** For example `3g.40gb`. */
  readonly profile: string | null;
  readonly vram_total_mib: number | null;
}

export interface Gpu {
  readonly vendor: (typeof GPU_VENDORS)[number];
  readonly name: string | null;
  readonly uuid: string | null;
  readonly vram_total_mib: number | null;
  readonly driver: string | null;
  /** Highest CUDA version that the driver supports, as nvidia-smi prints it. */
  readonly cuda: string | null;
  /** True when GPU and processor share one memory; VRAM % is then undefined. */
  readonly unified: boolean;
  readonly is_integrated: boolean;
  /** PCI address in the form of the kernel, `0000:01:00.0`. Absent in logs of before it was told. */
  readonly bus_id?: string | null;
  /** Memory in MiB that one program can use, where that is not `vram_total_mib`; estimated or a MIG part. */
  readonly usable_mib?: number | null;
  /** CUDA compute capability, for example `8.9`. */
  readonly compute_capability?: string | null;
  /** `WDDM`, `TCC` or `MCDM` on Windows. */
  readonly driver_model?: string | null;
  readonly mig?: readonly MigInstance[];
  /** Under which number Windows counts it, `0x…_0x…`; another one after each start of Windows. */
  readonly luid?: string | null;
  /** Who said that this card is not to be used. */
  readonly excluded_by?: "environment" | "configuration" | null;
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
  /** Absent in logs of before they were told, as what follows. */
  readonly servers?: readonly ModelServer[];
  readonly editors?: readonly Editor[];
  readonly surrounding?: Surrounding;
  readonly conditions?: Conditions;
  readonly origins?: readonly FactOrigin[];
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

/** A card about which nothing is known; the base for partial descriptions. */
export const UNKNOWN_GPU: Gpu = {
  vendor: "unknown",
  name: null,
  uuid: null,
  vram_total_mib: null,
  driver: null,
  cuda: null,
  unified: false,
  is_integrated: false,
};
