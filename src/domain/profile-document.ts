/**
 * The object of `runtime_profile.json` and of `detect --json`, from a host and back.
 *
 * The first seven keys are the user's contract, to the letter; like the label on a jar they are
 * what people read. `details` holds what the label has no room for, so that a host can be rebuilt
 * without loss. Reading is tolerant: a document with the contract's keys alone is enough.
 * Rejected: storing the `Host` itself, because its keys are not the ones that the user named.
 */
import {
  CPU_SCORES,
  type Gpu,
  type Host,
  type LoadedModel,
  type OllamaModel,
  OPERATING_SYSTEMS,
  type OperatingSystem,
  UNKNOWN_HOST,
} from "./host.ts";
import { NOTE_CODES, type Note, PROBES } from "./note.ts";
import { extrasOf, type HostExtras, readExtras, readGpu } from "./profile-parts.ts";
import { largestUsableGpu, TIERS, type Tier } from "./tier.ts";
import { amount, at, isObject, listOf, oneOf, text, truth } from "./tolerant-json.ts";

/** Version of the document; a later one adds keys and keeps the meaning of these. */
const PROFILE_SCHEMA_VERSION = 1;

/** The card as the contract shows it. */
type ProfileGpu = Pick<Gpu, "name" | "uuid" | "vram_total_mib" | "driver" | "cuda" | "unified">;

/** The wire form of a detected host with its tier. Sizes in GB are GiB with one decimal. */
export interface ProfileDocument {
  readonly cpu: Pick<Host["cpu"], "cores" | "threads" | "score">;
  readonly memory: { readonly total_gb: number | null; readonly available_gb: number | null };
  /** The card that decides the tier, or the first one when none is usable; `null` without a card. */
  readonly gpu: ProfileGpu | null;
  readonly ai_runtime: {
    readonly ollama: boolean | null;
    readonly ollama_models: readonly string[];
    readonly cuda_available: boolean | null;
  };
  readonly editor: {
    readonly davinci: Pick<Host["davinci"], "installed" | "version" | "scriptable">;
  };
  readonly os: OperatingSystem;
  readonly profile_class: Tier | null;
  readonly schema_version: number;
  readonly gpus: readonly Gpu[];
  readonly notes: readonly Note[];
  readonly details: ProfileDetails;
}

/** What is needed to rebuild a host beyond the contract's keys. */
interface ProfileDetails extends HostExtras {
  readonly os_version: string | null;
  readonly cpu: Pick<Host["cpu"], "brand" | "quota">;
  readonly memory: Host["memory"];
  readonly ollama: {
    readonly address: string;
    readonly version: string | null;
    readonly models: readonly OllamaModel[];
    readonly loaded: readonly LoadedModel[];
  };
  readonly davinci_running: boolean | null;
}

const MIB_PER_GIB = 1024;
const MAX_NOTE_CHARACTERS = 300;

/** The document of a host; `tier` is `null` while none has been decided. */
export function profileDocumentOf(host: Host, tier: Tier | null): ProfileDocument {
  const { cpu, memory, ollama, davinci } = host;
  return {
    cpu: { cores: cpu.cores, threads: cpu.threads, score: cpu.score },
    memory: {
      total_gb: gbOf(memory.total_mib),
      available_gb: gbOf(memory.available_mib),
    },
    gpu: profileGpuOf(host),
    ai_runtime: {
      ollama: ollama.running,
      ollama_models: ollama.models.map((model) => model.name),
      cuda_available: host.cuda_available,
    },
    editor: {
      davinci: {
        installed: davinci.installed,
        version: davinci.version,
        scriptable: davinci.scriptable,
      },
    },
    os: host.os,
    profile_class: tier,
    schema_version: PROFILE_SCHEMA_VERSION,
    gpus: host.gpus,
    notes: host.notes,
    details: {
      os_version: host.os_version,
      cpu: { brand: cpu.brand, quota: cpu.quota },
      memory,
      ollama: {
        address: ollama.address,
        version: ollama.version,
        models: ollama.models,
        loaded: ollama.loaded,
      },
      davinci_running: davinci.running,
      ...extrasOf(host),
    },
  };
}

/** The host that a document describes; `null` when it is not a profile document at all. */
export function hostOfProfileDocument(json: unknown): Host | null {
  const os = osOf(at(json, "os"));
  if (os === null || !isObject(at(json, "cpu")) || !isObject(at(json, "memory"))) return null;
  const details = at(json, "details");
  return {
    os,
    os_version: text(at(details, "os_version")),
    cpu: {
      brand: text(at(details, "cpu", "brand")),
      cores: amount(at(json, "cpu", "cores")),
      threads: amount(at(json, "cpu", "threads")),
      score: oneOf(CPU_SCORES, at(json, "cpu", "score")),
      quota: amount(at(details, "cpu", "quota")),
    },
    memory: memoryOf(at(json, "memory"), at(details, "memory")),
    gpus: gpusOf(json),
    cuda_available: truth(at(json, "ai_runtime", "cuda_available")),
    ollama: {
      running: truth(at(json, "ai_runtime", "ollama")),
      address: text(at(details, "ollama", "address")) ?? UNKNOWN_HOST.ollama.address,
      version: text(at(details, "ollama", "version")),
      models: modelsOf(at(details, "ollama", "models"), at(json, "ai_runtime", "ollama_models")),
      loaded: listOf(at(details, "ollama", "loaded"), loadedModelOf),
    },
    davinci: {
      installed: truth(at(json, "editor", "davinci", "installed")),
      version: text(at(json, "editor", "davinci", "version")),
      running: truth(at(details, "davinci_running")),
      scriptable: truth(at(json, "editor", "davinci", "scriptable")),
    },
    notes: listOf(at(json, "notes"), noteOf),
    ...readExtras(details),
  };
}

/** The tier that a document names; `null` when it names none that we know. */
export function tierOfProfileDocument(json: unknown): Tier | null {
  return oneOf(TIERS, at(json, "profile_class"));
}

function profileGpuOf(host: Host): ProfileGpu | null {
  const gpu = largestUsableGpu(host) ?? host.gpus[0];
  if (gpu === undefined) return null;
  const { name, uuid, vram_total_mib, driver, cuda, unified } = gpu;
  return { name, uuid, vram_total_mib, driver, cuda, unified };
}

function gbOf(mib: number | null): number | null {
  return mib === null ? null : Math.round((mib / MIB_PER_GIB) * 10) / 10;
}

/** The exact MiB of the details, unless somebody has edited the figure that people see. */
function memoryOf(shown: unknown, details: unknown): Host["memory"] {
  const mibOf = (shownKey: string, detailKey: string): number | null => {
    const exact = amount(at(details, detailKey));
    const gb = amount(at(shown, shownKey));
    if (exact !== null && gbOf(exact) === gb) return exact;
    return gb === null ? null : Math.round(gb * MIB_PER_GIB);
  };
  return {
    total_mib: mibOf("total_gb", "total_mib"),
    available_mib: mibOf("available_gb", "available_mib"),
    limited_by: at(details, "limited_by") === "cgroup" ? "cgroup" : "host",
  };
}

function gpusOf(json: unknown): readonly Gpu[] {
  const gpus = at(json, "gpus");
  if (Array.isArray(gpus)) return listOf(gpus, readGpu);
  const gpu = readGpu(at(json, "gpu"));
  return gpu === null ? [] : [gpu];
}

function modelsOf(details: unknown, names: unknown): readonly OllamaModel[] {
  const toModel = (json: unknown): OllamaModel | null => {
    const name = text(isObject(json) ? at(json, "name") : json);
    if (name === null) return null;
    return {
      name,
      size_bytes: amount(at(json, "size_bytes")),
      vision: truth(at(json, "vision")),
      cloud: at(json, "cloud") === true,
    };
  };
  return listOf(Array.isArray(details) ? details : names, toModel);
}

function loadedModelOf(json: unknown): LoadedModel | null {
  const name = text(at(json, "name"));
  if (name === null) return null;
  return {
    name,
    size_bytes: amount(at(json, "size_bytes")),
    size_vram_bytes: amount(at(json, "size_vram_bytes")),
  };
}

function noteOf(json: unknown): Note | null {
  const probe = oneOf(PROBES, at(json, "probe"));
  const code = oneOf(NOTE_CODES, at(json, "code"));
  if (probe === null || code === null) return null;
  return { probe, code, detail: text(at(json, "detail"))?.slice(0, MAX_NOTE_CHARACTERS) ?? null };
}

function osOf(value: unknown): OperatingSystem | null {
  return value === "Darwin" ? "macOS" : oneOf(OPERATING_SYSTEMS, value);
}
