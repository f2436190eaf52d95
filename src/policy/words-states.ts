/** Words for tiers, rungs and the states of every region. */
import type { Rung } from "../domain/rung.ts";
import type {
  CloudState,
  EditorState,
  HoldState,
  MemoryState,
  Region,
  TasksState,
  VramState,
} from "../domain/state.ts";
import { isGpuTier, type Tier } from "../domain/tier.ts";
import { type Phrases, phrase, type Words } from "./wording.ts";

/** What a tier means. */
export const TIER_WORDS: Phrases<Tier> = {
  LOCAL_GPU_HIGH: phrase("高端显卡，16GB 级及以上", "large GPU, 16 GB class and up"),
  LOCAL_GPU_MID: phrase("主流显卡，8GB 级", "medium GPU, 8 GB class"),
  LOCAL_GPU_LOW: phrase("入门显卡，4 到 6GB 级", "small GPU, 4 to 6 GB class"),
  LOCAL_CPU_ONLY: phrase("没有可用的独立显卡", "no usable discrete GPU"),
  CLOUD_HYBRID: phrase("混合模式，以云端为主", "mixed mode, mostly cloud"),
};

/** Why a host is in its tier: one sentence. */
export const TIER_REASONS: Phrases<Tier> = {
  LOCAL_GPU_HIGH: phrase(
    "显卡显存达到 16GB 级，可以在 GPU 上运行较大的视觉模型。",
    "The card is of the 16 GB class or larger and can carry a large vision model.",
  ),
  LOCAL_GPU_MID: phrase(
    "显卡显存属于 8GB 级，可以在 GPU 上运行中等大小的视觉模型。",
    "The card is of the 8 GB class and can carry a medium vision model.",
  ),
  LOCAL_GPU_LOW: phrase(
    "显卡显存属于 4 到 6GB 级，可以在 GPU 上运行小型视觉模型。",
    "The card is of the 4 to 6 GB class and can carry a small vision model.",
  ),
  LOCAL_CPU_ONLY: phrase(
    "没有可用的独立显卡，本地模型只能用 CPU 运行。",
    "There is no usable discrete GPU, so local models run on the CPU.",
  ),
  CLOUD_HYBRID: phrase(
    "这台电脑带不动本地模型，或者你选择了混合模式，所以以云端为主。",
    "This host cannot carry a local model, or you chose the mixed mode, so most work is planned in the cloud.",
  ),
};

/** The name of a rung on its tier; `null` = the tier does not matter. */
export const RUNG_WORDS: Words<Rung, Tier | null> = {
  nominal: {
    zh: (tier) =>
      nominalText(tier, { any: "通常方式", cloud: "云端", word: "正常", plain: "正常方式" }),
    en: (tier) =>
      nominalText(tier, { any: "as planned", cloud: "cloud", word: "nominal", plain: "nominal" }),
  },
  smallModel: phrase("GPU 上的小模型", "small model on the GPU"),
  cpu: phrase("CPU", "CPU"),
  cloud: phrase("云端", "cloud"),
  shed: phrase("暂停接收新任务", "new work refused"),
};

/** Without a card nominal is the CPU or the cloud, whichever is planned: its name says neither. */
function nominalText(
  tier: Tier | null,
  words: Readonly<Record<"any" | "cloud" | "word" | "plain", string>>,
): string {
  if (tier === null) return words.any;
  if (tier === "LOCAL_CPU_ONLY") return words.plain;
  return `${isGpuTier(tier) ? "GPU" : words.cloud} (${words.word})`;
}

/** The names of the regions. */
export const REGION_NAMES: Phrases<Region> = {
  profile: phrase("运行方式", "profile"),
  vram: phrase("GPU 显存", "GPU memory"),
  memory: phrase("内存", "memory"),
  tasks: phrase("任务", "tasks"),
  cloud: phrase("云端", "cloud"),
  editor: phrase("剪辑软件", "editor"),
  hold: phrase("手动降级", "manual hold"),
};

const LOST = phrase("读数中断", "readings have stopped");
const UNKNOWN = phrase("未知", "unknown");
const RELAXED = phrase("充足", "relaxed");
const TIGHT = phrase("偏紧", "tight");
const EXHAUSTED = phrase("即将耗尽", "exhausted");

/** The states of `vram`. */
export const VRAM_WORDS: Phrases<VramState> = {
  absent: phrase("没有独立显存", "no memory of its own"),
  unknown: UNKNOWN,
  relaxed: RELAXED,
  tight: TIGHT,
  exhausted: EXHAUSTED,
  lost: LOST,
};

/** The states of `memory`. */
export const MEMORY_WORDS: Phrases<MemoryState> = {
  unknown: UNKNOWN,
  relaxed: RELAXED,
  tight: TIGHT,
  exhausted: EXHAUSTED,
  lost: LOST,
};

/** The states of `tasks`. */
export const TASKS_WORDS: Phrases<TasksState> = {
  healthy: phrase("正常", "healthy"),
  failing: phrase("频繁失败", "failing"),
  probing: phrase("正在试探恢复", "probing"),
};

/** The states of `cloud`. */
export const CLOUD_WORDS: Phrases<CloudState> = {
  off: phrase("未允许", "not allowed"),
  unknown: phrase("尚未确认", "not yet known"),
  reachable: phrase("可以连接", "reachable"),
  unreachable: phrase("连接不上", "not reachable"),
};

/** The states of `editor`. */
export const EDITOR_WORDS: Phrases<EditorState> = {
  unknown: UNKNOWN,
  idle: phrase("没有运行", "not running"),
  busy: phrase("正在运行", "running"),
};

/** The states of `hold`. */
export const HOLD_WORDS: Phrases<HoldState> = {
  free: phrase("没有", "none"),
  "held.smallModel": phrase("保持在小模型", "held at the small model"),
  "held.cpu": phrase("保持在 CPU", "held at the CPU"),
  "held.cloud": phrase("保持在云端", "held at the cloud"),
  "held.shed": phrase("保持暂停接收新任务", "held at refusing new work"),
};
