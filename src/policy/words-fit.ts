/** Words of "will it fit": places, verdicts, items, and why; each takes its figures already formatted. */
import type { Certainty } from "../domain/origin.ts";
import type {
  FitMeter,
  FitPlace,
  FitReasonCode,
  FitRemarkCode,
  FitSource,
  FitTermCode,
  FitVerdict,
} from "./fit-shape.ts";
import { type Phrases, phrase, type Words } from "./wording.ts";

export const FIT_PLACE_WORDS: Phrases<FitPlace> = {
  gpu: phrase("GPU", "GPU"),
  split: phrase("GPU + CPU", "GPU + CPU"),
  cpu: phrase("CPU", "CPU"),
};

export const FIT_VERDICT_WORDS: Phrases<FitVerdict> = {
  fits: phrase("放得下", "fits"),
  "fits-now-not-at-peak": phrase("现在放得下，高峰时不行", "fits now, not at the peak"),
  "too-large": phrase("放不下", "does not fit"),
  unknown: phrase("未知", "unknown"),
};

export const FIT_TERM_WORDS: Phrases<FitTermCode> = {
  WEIGHTS: phrase("权重 (含图像投影)", "weights (with projector)"),
  CACHE: phrase("键值缓存", "key-value cache"),
  BUFFERS: phrase("计算缓冲", "compute buffers"),
  RUNNER: phrase("模型服务进程", "the server's own process"),
};

export const FIT_SOURCE_WORDS: Phrases<FitSource> = {
  ollama: phrase("Ollama", "Ollama"),
  table: phrase("模型表", "table"),
  "size-only": phrase("按文件大小", "file size"),
};

export const FIT_CERTAINTY_WORDS: Phrases<Certainty> = {
  measured: phrase("实测", "measured"),
  estimated: phrase("估算", "estimated"),
  unknown: phrase("未知", "unknown"),
};

export const FIT_METER_WORDS: Phrases<FitMeter> = {
  vram: phrase("GPU 显存", "GPU memory"),
  memory: phrase("内存", "memory"),
};

/** The meter and the amount that a reason speaks of. */
interface ReasonFigures {
  readonly meter: string;
  readonly amount: string;
}

export const FIT_REASON_WORDS: Words<FitReasonCode, ReasonFigures> = {
  ROOM_AT_PEAK: {
    zh: ({ meter, amount }) => `其他程序高峰时，${meter}还剩 ${amount}`,
    en: ({ meter, amount }) => `${amount} of ${meter} left even at the others' peak`,
  },
  PEAK_TOO_HIGH: {
    zh: ({ meter, amount }) => `其他程序高峰时，${meter}缺 ${amount}`,
    en: ({ meter, amount }) => `${amount} of ${meter} missing at the others' peak`,
  },
  OTHERS_IN_THE_WAY: {
    zh: ({ meter, amount }) => `${meter}要先腾出 ${amount}`,
    en: ({ meter, amount }) => `${amount} of ${meter} must be freed first`,
  },
  LARGER_THAN_DEVICE: {
    zh: ({ meter, amount }) => `没有别的程序也放不下：${meter}上限还差 ${amount}`,
    en: ({ meter, amount }) =>
      `${amount} over the limit of ${meter}, even with nothing else running`,
  },
  NO_LAYER_FITS: phrase("GPU 上连一层也放不下", "not even one layer fits on the GPU"),
  NO_GPU: phrase("没有检测到可用的显卡", "no usable GPU was found"),
  GPU_UNREADABLE: phrase("读不到显卡的显存", "the memory of the GPU cannot be read"),
  USE_UNKNOWN: {
    zh: ({ meter }) => `${meter}用了多少还不知道`,
    en: ({ meter }) => `how much ${meter} is in use is not known`,
  },
  MEMORY_UNKNOWN: phrase("不知道内存有多大", "the size of memory is not known"),
  SIZE_UNKNOWN: phrase("不知道模型有多大", "the size of the model is not known"),
};

/** A remark takes its number as text: tokens or pictures. */
export const FIT_REMARK_WORDS: Words<FitRemarkCode, string> = {
  RUNS_IN_CLOUD: phrase(
    "这个模型在云端运行，不占本机内存。",
    "This model runs in a cloud and needs no memory of this host.",
  ),
  CLOUD_ALLOWED: phrase("你允许了使用云端。", "You allow the cloud."),
  CLOUD_REFUSED: phrase(
    "你没有允许使用云端 (cloud.allowed)，所以不会用它。",
    "You do not allow the cloud (cloud.allowed), so it is not used.",
  ),
  IMAGES_NEED_CONTEXT: {
    zh: (tokens) => `上下文装不下这些图片和回答；至少要 ${tokens} 个 token。`,
    en: (tokens) =>
      `The context is too short for these pictures and an answer; it takes at least ${tokens} tokens.`,
  },
  TOO_MANY_IMAGES: {
    zh: (count) => `这个模型一次最多能看 ${count} 张图片。`,
    en: (count) => `This model can take at most ${count} of such pictures at once.`,
  },
  CANNOT_SEE: phrase("这个模型不能看图片。", "This model cannot see pictures."),
  PICTURE_TOKENS_UNKNOWN: phrase(
    "不知道这个模型的一张图片占多少 token，所以没有算图片。",
    "How many tokens a picture takes with this model is not known, so pictures are not counted.",
  ),
  CONTEXT_BEYOND_MODEL: {
    zh: (tokens) => `已知这个模型最多支持 ${tokens} 个 token 的上下文。`,
    en: (tokens) => `This model is known for contexts of up to ${tokens} tokens.`,
  },
  NOT_INSTALLED: phrase("还没有下载。", "It is not installed yet."),
  SERVER_SILENT: phrase(
    "Ollama 没有应答，所以不知道装了哪些模型。",
    "Ollama does not answer, so which models are installed is not known.",
  ),
  SERVER_ELSEWHERE: phrase(
    "Ollama 在另一个地址上；这里比较的是本机的内存。",
    "Ollama answers from another address; the memory compared here is that of this host.",
  ),
  CACHE_UPPER_BOUND: phrase(
    "键值缓存是上限：这种模型有些层只看一个窗口，实际更少。",
    "The key-value cache is an upper bound: some layers of this model look at a window only and need less.",
  ),
  SIZE_ONLY: phrase(
    "除文件大小外都按大小估算：Ollama 没有给出这个模型的结构，模型表里也没有它。",
    "All but the file's size is estimated from it: Ollama does not tell this model's shape, and the table lacks it.",
  ),
  GPU_SHARES_MEMORY: phrase(
    "GPU 与 CPU 共用内存，所以两处是同一块内存。",
    "GPU and CPU share one memory, so both places take from the same.",
  ),
  GPU_BELOW_TIERS: phrase(
    "这块显卡太小，runtime-profile 不会在上面安排任务。",
    "This card is too small for runtime-profile to plan work on it.",
  ),
  OWN_SHARE_UNKNOWN: phrase(
    "不知道自己的模型占了多少显存，其他程序的占用是估算值。",
    "What our own models hold of the card is not known, so the others' use is an estimate.",
  ),
  SEEN_ONCE: phrase(
    "只看了这一刻；运行 runtime-profile 一段时间后才知道高峰。",
    "Only this moment was seen; a running runtime-profile knows the peak.",
  ),
};
