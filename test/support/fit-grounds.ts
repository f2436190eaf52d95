/** Hosts, meters and models to ask "will it fit" about. */
import type { Host, OllamaModel } from "../../src/domain/host.ts";
import type { ShownModel } from "../../src/domain/served-model.ts";
import { tierOf } from "../../src/domain/tier.ts";
import type { FitGrounds, MeterUse } from "../../src/policy/fit-room.ts";
import { configured, hostWithCard } from "./policy-situations.ts";

const MIB = 1024 * 1024;

/** What others use now and used at their peak, in MiB. */
export interface Others {
  readonly now: number | null;
  readonly peak: number | null;
}

/** A meter of a runtime that has watched for a minute. */
export function meter(total_mib: number | null, { now, peak }: Others): MeterUse {
  return {
    total_mib,
    used_now_mib: now,
    others_now_mib: now,
    others_peak_mib: peak,
    lookback_ms: 60_000,
    estimated: false,
  };
}

/** A host with a card of this size and 32 GB, on which Ollama runs with these models. */
export function groundsOf(
  options: {
    readonly vram?: number;
    readonly onCard?: Others;
    readonly memory?: number;
    readonly inMemory?: Others;
    readonly models?: readonly OllamaModel[];
    readonly host?: Partial<Host>;
    readonly configuration?: FitGrounds["configuration"];
  } = {},
): FitGrounds {
  const { vram = 8192, memory = 32_768, models = [], configuration = configured({}) } = options;
  const card = hostWithCard(vram);
  const host: Host = {
    ...card,
    memory: { ...card.memory, total_mib: memory },
    ollama: { ...card.ollama, running: true, models },
    ...options.host,
  };
  return {
    host,
    configuration,
    tier: tierOf(host, configuration.tier),
    vram: meter(vram, options.onCard ?? { now: 1000, peak: 1500 }),
    memory: meter(memory, options.inMemory ?? { now: 8000, peak: 9000 }),
  };
}

/** An installed model of this size in MiB. */
export function model(
  name: string,
  mib: number | null,
  vision: boolean | null = null,
): OllamaModel {
  const size_bytes = mib === null ? null : mib * MIB;
  return { name, size_bytes, vision, cloud: name.endsWith("cloud") };
}

/** A model as Ollama shows it: 32 layers of 8 heads with keys and values of 128; 128 KiB a token. */
export function shownModel(change: Partial<ShownModel> = {}): ShownModel {
  return {
    vision: null,
    families: ["llama"],
    parameter_size: "8.0B",
    quantization: "Q4_K_M",
    context_length: 131_072,
    block_count: 32,
    head_count: 32,
    head_count_kv: 8,
    key_length: 128,
    value_length: 128,
    embedding_length: 4096,
    remote: false,
    ...change,
  };
}
