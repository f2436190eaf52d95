/**
 * Which model runs where: dated data, in order of preference. Read it like a price list: the date
 * stands on it, and nothing else in the house knows a model's name.
 *
 * Sizes: file sizes (weights and projector) of lemonade's server_models.json and Ollama's tags as of
 * the date; cache and buffers are our estimates from the models' layer counts, so every footprint
 * here is *estimated*; where Ollama reports an installed file's size, that wins.
 * Moondream is what is planned on MID, LOW and CPU where nothing is installed: it is the user's own
 * choice, fits every card from 4 GB on next to a desktop, and is one short download. A stronger
 * model of the same list that is already installed and fits goes first.
 * Rejected: fetching a list from a vendor at start (models would change without a log entry).
 */
import type { Tier } from "../domain/tier.ts";

/** Month in which names and sizes were last looked up. */
export const MODEL_TABLE_DATE = "2026-11";

/** One model of the table; sizes in MiB, estimated. */
export interface ModelEntry {
  /** Ollama tag; without a colon it means `:latest`. */
  readonly tag: string;
  /** The name as people say it. */
  readonly label: string;
  readonly vision: boolean;
  /** True when it can write a plan; Moondream describes pictures and does not. */
  readonly text: boolean;
  /** Weights and projector. */
  readonly weights_mib: number;
  /** Key-value cache per 1024 tokens of context. */
  readonly cache_mib: number;
  /** Compute buffers, image encoder included. */
  readonly buffers_mib: number;
  /** Longest context that the model was trained for, as far as this table uses it. */
  readonly num_ctx_max: number;
  /** Tokens of one picture; `null` for text models. Picture and answer must fit in `num_ctx`. */
  readonly frame_tokens: number | null;
}

/** How a place (a tier's GPU, or the CPU) is used. */
export interface PlaceRow {
  readonly vision: readonly string[];
  /** Downloads to recommend when nothing usable is installed: the first that fits. */
  readonly vision_plan: readonly string[];
  readonly planning: readonly string[];
  readonly planning_plan: string;
  /** Set explicitly: Ollama's own default depends on the card (4096 below 23 GiB). */
  readonly num_ctx: number;
  /** Scenes of one job, each its own request: a bound on work and waiting time, not on context. */
  readonly max_scenes: number;
}

/** A GPU tier's row, with its smaller model. */
export interface GpuRow extends PlaceRow {
  readonly small: readonly string[];
  readonly small_plan: readonly string[];
  readonly small_num_ctx: number;
  readonly small_max_scenes: number;
}

/** Memory that the model server's own process takes beside the model, MiB; estimated. */
export const RUNNER_MEMORY_MIB = 512;

/** Tokens kept for the answer about one picture. */
export const ANSWER_TOKENS = 512;

/** Scenes per job in the cloud: a bound on cost, since the host bounds nothing there. */
export const CLOUD_MAX_SCENES = 10;

/** Jobs at a time for one model of Ollama: its own default (OLLAMA_NUM_PARALLEL), and what footprints hold for. */
export const OLLAMA_AT_ONCE = 1;

/** Jobs at a time for one model of another server: vLLM works in batches, the others one by one. */
export const SERVER_AT_ONCE = { lmstudio: 1, llamacpp: 1, vllm: 8 } as const;

/** Jobs at a time in the cloud: a bound on cost and on quotas, our choice. */
export const CLOUD_AT_ONCE = 8;

type Numbers = readonly [weights: number, cache: number, buffers: number, context: number];

function seeing(tag: string, label: string, numbers: Numbers): ModelEntry {
  return { ...entry(tag, label, numbers), vision: true, text: true, frame_tokens: 1100 };
}

function reading(tag: string, label: string, numbers: Numbers): ModelEntry {
  return { ...entry(tag, label, numbers), vision: false, text: true, frame_tokens: null };
}

function entry(tag: string, label: string, numbers: Numbers) {
  const [weights_mib, cache_mib, buffers_mib, num_ctx_max] = numbers;
  return { tag, label, weights_mib, cache_mib, buffers_mib, num_ctx_max };
}

/** All models that the table knows. */
export const MODELS: readonly ModelEntry[] = [
  seeing("qwen3.5:27b", "Qwen3.5 27B", [17_643, 64, 512, 32_768]),
  seeing("gemma4:26b", "Gemma 4 26B", [17_262, 64, 512, 32_768]),
  seeing("gemma4:12b", "Gemma 4 12B", [6952, 64, 512, 32_768]),
  seeing("qwen3.5:9b", "Qwen3.5 9B", [6580, 64, 512, 32_768]),
  seeing("qwen3-vl:8b", "Qwen3-VL 8B", [5903, 144, 512, 32_768]),
  seeing("qwen2.5vl:7b", "Qwen2.5-VL 7B", [5760, 56, 512, 32_768]),
  seeing("gemma4:e4b", "Gemma 4 E4B", [5694, 32, 512, 32_768]),
  seeing("gemma4:e2b", "Gemma 4 E2B", [3901, 24, 512, 32_768]),
  seeing("qwen3.5:4b", "Qwen3.5 4B", [3433, 48, 512, 32_768]),
  seeing("qwen3-vl:4b", "Qwen3-VL 4B", [3176, 144, 512, 32_768]),
  seeing("gemma3:4b", "Gemma 3 4B", [3185, 68, 512, 32_768]),
  seeing("qwen2.5vl:3b", "Qwen2.5-VL 3B", [3119, 36, 512, 32_768]),
  seeing("qwen3.5:2b", "Qwen3.5 2B", [2575, 32, 512, 32_768]),
  {
    ...entry("moondream", "Moondream", [1657, 192, 256, 2048]),
    vision: true,
    text: false,
    frame_tokens: 729,
  },
  seeing("qwen3.5:0.8b", "Qwen3.5 0.8B", [954, 24, 256, 32_768]),
  reading("gpt-oss:20b", "gpt-oss 20B", [11_539, 48, 512, 32_768]),
  reading("qwen3:14b", "Qwen3 14B", [8144, 160, 512, 32_768]),
  reading("qwen3:8b", "Qwen3 8B", [5007, 144, 384, 32_768]),
  reading("qwen3:4b", "Qwen3 4B", [2384, 144, 384, 32_768]),
  reading("phi4-mini", "Phi-4 mini", [2375, 128, 384, 32_768]),
];

const TEXT_LARGE = ["qwen3.5:9b", "gemma4:12b", "gpt-oss:20b", "qwen3:14b"] as const;
const TEXT_MIDDLE = ["qwen3.5:4b", "qwen3:8b", "qwen3-vl:4b", "gemma4:e4b", "qwen3:4b"] as const;
const TEXT_SMALL = ["qwen3:4b", "phi4-mini", "qwen3.5:2b", "gemma3:4b", "qwen3.5:0.8b"] as const;

/** The GPU tiers. Below 24 GB one model serves vision and planning: a swap costs a load each time. */
export const GPU_ROWS: Readonly<
  Record<Extract<Tier, "LOCAL_GPU_HIGH" | "LOCAL_GPU_MID" | "LOCAL_GPU_LOW">, GpuRow>
> = {
  // 16 GB carries one 9B model with room for the editor; 24 GB cards find the large ones first.
  LOCAL_GPU_HIGH: {
    vision: [
      ...["qwen3.5:27b", "gemma4:26b", "qwen3.5:9b", "gemma4:12b", "qwen3-vl:8b", "gemma4:e4b"],
      ...["qwen2.5vl:7b", "qwen3.5:4b", "qwen3-vl:4b", "gemma3:4b", "qwen3.5:2b", "moondream"],
    ],
    vision_plan: ["qwen3.5:9b", "moondream"],
    small: ["qwen3.5:4b", "qwen3-vl:4b", "gemma4:e2b", "qwen3.5:2b", "moondream", "qwen3.5:0.8b"],
    small_plan: ["qwen3.5:4b", "qwen3.5:0.8b"],
    planning: [...TEXT_LARGE, ...TEXT_MIDDLE, ...TEXT_SMALL],
    planning_plan: "qwen3.5:9b",
    num_ctx: 16_384,
    small_num_ctx: 8192,
    max_scenes: 20,
    small_max_scenes: 12,
  },
  // 12 GB cards are MID too: the 9B models stand first and are passed over where they do not fit.
  LOCAL_GPU_MID: {
    vision: [
      ...["qwen3.5:9b", "qwen3-vl:8b", "qwen3.5:4b", "qwen3-vl:4b", "gemma4:e4b", "gemma4:e2b"],
      ...["qwen2.5vl:7b", "gemma3:4b", "qwen2.5vl:3b", "qwen3.5:2b", "moondream", "qwen3.5:0.8b"],
    ],
    vision_plan: ["moondream", "qwen3.5:0.8b"],
    small: ["qwen3.5:2b", "moondream", "qwen3.5:0.8b"],
    small_plan: ["qwen3.5:0.8b"],
    planning: [...TEXT_MIDDLE, ...TEXT_SMALL],
    planning_plan: "qwen3.5:4b",
    num_ctx: 8192,
    small_num_ctx: 4096,
    max_scenes: 10,
    small_max_scenes: 6,
  },
  LOCAL_GPU_LOW: {
    vision: [
      ...["qwen3-vl:4b", "qwen3.5:4b", "gemma4:e2b", "gemma3:4b", "qwen2.5vl:3b"],
      ...["qwen3.5:2b", "moondream", "qwen3.5:0.8b"],
    ],
    vision_plan: ["moondream", "qwen3.5:0.8b"],
    small: ["moondream", "qwen3.5:0.8b"],
    small_plan: ["qwen3.5:0.8b"],
    planning: ["qwen3.5:4b", ...TEXT_SMALL],
    planning_plan: "qwen3.5:2b",
    num_ctx: 4096,
    small_num_ctx: 2048,
    max_scenes: 8,
    small_max_scenes: 5,
  },
};

/** Work on the processor, on any tier: bound by memory bandwidth, so small models go first. */
export const CPU_ROW: PlaceRow = {
  vision: [
    ...["qwen3.5:2b", "moondream", "qwen3.5:0.8b", "qwen2.5vl:3b", "qwen3.5:4b", "qwen3-vl:4b"],
    ...["gemma3:4b", "gemma4:e2b", "gemma4:e4b", "qwen2.5vl:7b", "qwen3-vl:8b", "qwen3.5:9b"],
  ],
  vision_plan: ["moondream", "qwen3.5:0.8b"],
  planning: [...TEXT_SMALL, ...TEXT_MIDDLE, "qwen3.5:9b"],
  planning_plan: "qwen3:4b",
  num_ctx: 4096,
  max_scenes: 4,
};
