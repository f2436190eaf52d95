/** Hosts and situations for the policy tests: the user's own host, and one of each tier. */
import { type Configuration, DEFAULT_CONFIGURATION } from "../../src/domain/configuration.ts";
import { type Host, type OllamaModel, UNKNOWN_HOST } from "../../src/domain/host.ts";
import type { Reason } from "../../src/domain/reason.ts";
import type { Tier } from "../../src/domain/tier.ts";
import type { Situation } from "../../src/policy/situation.ts";

/** The host of the user's document: Windows, 16 cores, 31.8 GB, no card, no Ollama. */
export const USERS_HOST: Host = {
  ...UNKNOWN_HOST,
  os: "Windows",
  cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
  memory: { total_mib: 32_563, available_mib: 17_408, limited_by: "host" },
  cuda_available: false,
  ollama: { ...UNKNOWN_HOST.ollama, running: false },
  davinci: { installed: false, version: null, running: false, scriptable: false },
  notes: [
    { probe: "nvidia", code: "not-installed", detail: null },
    { probe: "ollama", code: "not-installed", detail: null },
  ],
};

/** An installed model; vision as the server tells it. */
export function installed(name: string, vision: boolean | null = true): OllamaModel {
  return { name, size_bytes: null, vision, cloud: name.endsWith("cloud") };
}

/** A running Ollama with these models. */
export function withModels(host: Host, ...names: readonly string[]): Host {
  const models = names.map((name) => installed(name));
  return { ...host, ollama: { ...host.ollama, running: true, version: "0.33.3", models } };
}

/** A host with one NVIDIA card of this size; the one of the document's banner is 8188 MiB. */
export function hostWithCard(vramMib: number | null, name = "NVIDIA RTX 4060"): Host {
  return {
    ...UNKNOWN_HOST,
    cpu: { brand: null, cores: 12, threads: 24, score: "high", quota: null },
    memory: { total_mib: 32_768, available_mib: 18_944, limited_by: "host" },
    gpus: [
      {
        vendor: "nvidia",
        name,
        uuid: "GPU-1",
        vram_total_mib: vramMib,
        driver: "580.95",
        cuda: "13.0",
        unified: false,
        is_integrated: false,
      },
    ],
    cuda_available: true,
    ollama: { ...UNKNOWN_HOST.ollama, running: false },
    davinci: { installed: true, version: "21.0", running: true, scriptable: true },
  };
}

/** The default configuration with some of its parts replaced. */
export function configured(change: {
  readonly cloud?: Partial<Configuration["cloud"]>;
  readonly vision?: Partial<Configuration["policy"]["vision"]>;
  readonly planning?: Partial<Configuration["policy"]["planning"]>;
  readonly footprints?: Configuration["policy"]["footprints"];
}): Configuration {
  const { policy, cloud, ...rest } = DEFAULT_CONFIGURATION;
  return {
    ...rest,
    cloud: { ...cloud, ...change.cloud },
    policy: {
      footprints: change.footprints ?? policy.footprints,
      vision: { ...policy.vision, ...change.vision },
      planning: { ...policy.planning, ...change.planning },
    },
  };
}

/** A configuration that allows a cloud with a provider. */
export const CLOUD_ALLOWED = configured({
  cloud: { allowed: true, base_url: "https://cloud.example/v1" },
});

/** A settled situation at `nominal` after the first reading, without any consent. */
export function situationOf(
  host: Host,
  tier: Tier,
  change: Partial<Situation> = {},
): Situation & { readonly tier: Tier; readonly host: Host } {
  return {
    rung: "nominal",
    configuration: configured({}),
    cloud: "off",
    hasFirstReading: true,
    areModelsKnown: true,
    ...change,
    tier,
    host,
  };
}

/** A step off the GPU, as the decider reports it. */
export const STEP_DOWN: Reason = {
  code: "VRAM_EXHAUSTED",
  region: "vram",
  signal: "vram.used",
  value: 0.93,
  unit: "fraction",
  threshold: 0.92,
  level: "hard",
  sustained_ms: 0,
  required_ms: 0,
  reading_age_ms: 12,
  estimated: false,
  from: "LOCAL_GPU_MID.nominal",
  to: "LOCAL_GPU_MID.degraded.cpu",
  demanded_by: ["vram"],
  refused: { nominal: "VRAM_EXHAUSTED", smallModel: "WOULD_NOT_FIT" },
  dwell: { served_ms: 0, required_ms: 60_000, factor: 1 },
  return_test: null,
};
