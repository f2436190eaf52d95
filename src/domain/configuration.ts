/**
 * The configuration: its shape (as in the file and in `config.changed`) and its defaults.
 *
 * Sizes are MiB integers here; the file may also say "2GB" or "512MB" (`setting.ts` reads them).
 * What decides (thresholds, sensors, policy, cloud, tier, editor) travels in the log; what only
 * serves (address, token, language) does not, so no secret is ever in the log.
 */
import type { Rung } from "./rung.ts";
import type { TierConfiguration } from "./tier.ts";

/** Hysteresis and timing of one threshold signal. Defaults: decision-model §2.2. */
export interface LevelThreshold {
  /** Soft threshold: pressure begins beyond it. */
  readonly enter: number;
  /** Hard threshold: one sample beyond it is enough. */
  readonly hard: number;
  /** Release value for the quick exit, held for `quick_exit_ms`. */
  readonly quick_exit: number;
  /** Release value for the slow exit, held for `slow_exit_ms`. */
  readonly slow_exit: number;
  readonly grace_ms: number;
  readonly min_samples: number;
  readonly quick_exit_ms: number;
  readonly slow_exit_ms: number;
  /** Time after a step down before a step up; doubled per re-entry up to `backoff_max_ms`. */
  readonly dwell_ms: number;
  readonly backoff_max_ms: number;
  /** A step down this soon after a step up is a re-entry. */
  readonly reentry_ms: number;
  /** Look-back of the return test. */
  readonly lookback_ms: number;
  /** After a step, samples beyond `enter` do not count for so long: models come and go meanwhile. */
  readonly blank_ms: number;
  /** `null`: max(3 × the sensor's interval, 5 s), at most 15 s. */
  readonly stale_ms: number | null;
}

export interface CpuThreshold {
  readonly enter: number;
  readonly quick_exit: number;
  readonly grace_ms: number;
  readonly quick_exit_ms: number;
}

export interface TasksThreshold {
  readonly enter: number;
  readonly window: number;
  readonly window_minutes: number;
  readonly min_samples: number;
  /** Time in `failing` before a probe is let through; doubled up to `open_max_ms`. */
  readonly open_ms: number;
  readonly open_max_ms: number;
  readonly probes: number;
  readonly probes_good: number;
  readonly probe_deadline_ms: number;
}

export interface Thresholds {
  readonly vram: LevelThreshold;
  readonly memory: LevelThreshold;
  readonly cpu: CpuThreshold;
  readonly tasks: TasksThreshold;
}

export interface SensorConfiguration {
  readonly beat_ms: number;
  readonly gpu_ms: number;
  readonly slow_ms: number;
}

/** MiB a rung needs: VRAM for `nominal` and `smallModel`, memory for `cpu`. `null` = infeasible. */
export interface Footprints {
  readonly nominal?: number | null;
  readonly smallModel?: number | null;
  readonly cpu?: number | null;
}

export interface PolicyConfiguration {
  /** What is given here wins over the policy table; the runtime fills in what is absent. */
  readonly footprints: Footprints;
  readonly vision: {
    readonly local: boolean | null;
    readonly model: string | null;
    readonly max_scenes: number | null;
  };
  readonly planning: { readonly local: boolean | null; readonly model: string | null };
}

export const CONSENTS = ["never", "allow"] as const;
export type Consent = (typeof CONSENTS)[number];

export interface CloudConfiguration {
  /** Nothing is sent to a cloud, not even a reachability probe, unless this is true. */
  readonly allowed: boolean;
  readonly vision: Consent;
  readonly planning: Consent;
  readonly vision_model: string;
  readonly planning_model: string;
  /** The provider configured for this program; reachability is probed there. */
  readonly base_url: string | null;
}

export interface EditorConfiguration {
  /** Leave the GPU to the editor while it runs. */
  readonly leave_gpu: boolean;
}

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Configuration {
  readonly thresholds: Thresholds;
  readonly sensors: SensorConfiguration;
  readonly policy: PolicyConfiguration;
  readonly cloud: CloudConfiguration;
  readonly tier: TierConfiguration;
  readonly editor: EditorConfiguration;
}

/** How long the log remembers. */
export interface Retention {
  readonly readings_days: number;
  /** `null`: until it is too large. */
  readonly days: number | null;
  /** `null`: no limit. */
  readonly limit_mib: number | null;
}

export const GPU_MODES = ["auto", "poll", "loop"] as const;
export type GpuMode = (typeof GPU_MODES)[number];

/** What detection looks at beyond what it finds by itself. */
export interface DetectConfiguration {
  /** The card to use: uuid, PCI address or index; `null` takes the largest. */
  readonly gpu: string | null;
  /** One process per look, one long process, or whichever is cheaper. */
  readonly gpu_mode: GpuMode;
  /** Further addresses of model servers. */
  readonly servers: readonly string[];
  /** Program names of further editors. */
  readonly editors: readonly string[];
}

/** How work is done through the runtime; times in ms. */
export interface WorkConfiguration {
  /** Of the provider at `cloud.base_url`. */
  readonly cloud_key: string | null;
  readonly queue_limit: number;
  readonly wait_ms: number;
  readonly first_token_ms: number;
  readonly idle_ms: number;
  readonly keep_alive_ms: number;
  /** Jobs at a time for each local model, and for the cloud; `null` takes the table's. */
  readonly local_at_once: number | null;
  readonly cloud_at_once: number | null;
  readonly unload: boolean;
  readonly unload_wait_ms: number;
}

/** Who is told of each step down and up, besides those who ask. */
export interface HooksConfiguration {
  /** Where each change is posted; `null` = nowhere. */
  readonly webhook: string | null;
  /** Signs what is posted; `null` = unsigned. */
  readonly webhook_secret: string | null;
  /** A program and its arguments, run for each change; empty = none. */
  readonly command: readonly string[];
  /** For one attempt of either. */
  readonly deadline_ms: number;
}

/** What serves but does not decide; never in the log. */
export interface ServiceConfiguration {
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Needed beyond loopback; at least 16 characters. */
    readonly token: string | null;
    /** Further names accepted in the Host header. */
    readonly allowed_hosts: readonly string[];
  };
  readonly ollama: { readonly host: string | null };
  readonly work: WorkConfiguration;
  readonly detect: DetectConfiguration;
  readonly hooks: HooksConfiguration;
  readonly log: Retention;
  readonly language: "auto" | Language;
}

export type FullConfiguration = Configuration & ServiceConfiguration;

const LEVEL_TIMES = {
  min_samples: 2,
  quick_exit_ms: 30_000,
  slow_exit_ms: 600_000,
  dwell_ms: 60_000,
  backoff_max_ms: 600_000,
  reentry_ms: 900_000,
  lookback_ms: 60_000,
  blank_ms: 5_000,
  stale_ms: null,
} as const;

/** Sources: user-contract (85 %, 2 GB, 30 %), decision-model §2.2 (the rest), detection §9 (tiers). */
export const DEFAULT_CONFIGURATION: FullConfiguration = {
  thresholds: {
    vram: {
      enter: 0.85,
      hard: 0.92,
      quick_exit: 0.78,
      slow_exit: 0.83,
      grace_ms: 10_000,
      ...LEVEL_TIMES,
    },
    memory: {
      enter: 2048,
      hard: 1024,
      quick_exit: 2560,
      slow_exit: 2150,
      grace_ms: 5_000,
      ...LEVEL_TIMES,
    },
    cpu: { enter: 0.95, quick_exit: 0.8, grace_ms: 60_000, quick_exit_ms: 60_000 },
    tasks: {
      enter: 0.3,
      window: 20,
      window_minutes: 30,
      min_samples: 5,
      open_ms: 60_000,
      open_max_ms: 600_000,
      probes: 3,
      probes_good: 2,
      probe_deadline_ms: 120_000,
    },
  },
  sensors: { beat_ms: 1000, gpu_ms: 2000, slow_ms: 5000 },
  policy: {
    footprints: {},
    vision: { local: null, model: null, max_scenes: null },
    planning: { local: null, model: null },
  },
  cloud: {
    allowed: false,
    vision: "allow",
    planning: "allow",
    vision_model: "gpt-4o",
    planning_model: "deepseek-chat",
    base_url: null,
  },
  tier: {
    choice: "auto",
    high_mib: 14_746,
    mid_mib: 7373,
    low_mib: 3687,
    cloud_below_memory_mib: 6144,
    cloud_below_cores: 2,
  },
  editor: { leave_gpu: true },
  server: { host: "127.0.0.1", port: 8000, token: null, allowed_hosts: [] },
  ollama: { host: null },
  // A load may take as long as Ollama lets it (OLLAMA_LOAD_TIMEOUT, 5 min); it keeps a model for as long, too.
  work: {
    cloud_key: null,
    queue_limit: 64,
    wait_ms: 60_000,
    first_token_ms: 300_000,
    idle_ms: 60_000,
    keep_alive_ms: 300_000,
    local_at_once: null,
    cloud_at_once: null,
    unload: true,
    unload_wait_ms: 5000,
  },
  detect: { gpu: null, gpu_mode: "auto", servers: [], editors: [] },
  // Standard Webhooks gives a receiver 15 to 30 s; ours are on the same host or network.
  hooks: { webhook: null, webhook_secret: null, command: [], deadline_ms: 10_000 },
  // A year of steps is a few MB; the limit is for a host that steps every minute.
  log: { readings_days: 7, days: 365, limit_mib: 1024 },
  language: "auto",
};

/** The part that decides, as it travels in `config.changed`. */
export function decisionPartOf(full: FullConfiguration): Configuration {
  const { thresholds, sensors, policy, cloud, tier, editor } = full;
  return { thresholds, sensors, policy, cloud, tier, editor };
}

/** A footprint as configured: a number, `null` (infeasible) or `undefined` (not said). */
export function footprintOf(footprints: Footprints, rung: Rung): number | null | undefined {
  return rung === "nominal" || rung === "smallModel" || rung === "cpu"
    ? footprints[rung]
    : undefined;
}
