/** Words for why a transition happened: the cause with its numbers, and a short title. */
import type { ReasonCode, RefusalCode } from "../domain/reason.ts";
import { type Phrases, phrase, type Words } from "./wording.ts";

/** The figures of a reason, formatted; `null` where nothing was measured. */
export interface ReasonFigures {
  readonly value: string | null;
  readonly threshold: string | null;
  /** How long it had lasted, when that mattered. */
  readonly sustained: string | null;
  /** Age of the last reading. */
  readonly age: string | null;
  /** The arithmetic of the return test. */
  readonly fit: string | null;
}

function lasted(figures: ReasonFigures, language: "zh" | "en"): string {
  if (figures.sustained === null) return "";
  return language === "zh" ? `，已持续 ${figures.sustained}` : ` for ${figures.sustained}`;
}

function since(figures: ReasonFigures, language: "zh" | "en"): string {
  if (figures.age === null) return "";
  return language === "zh"
    ? ` (上次读数在 ${figures.age}前)`
    : ` (last reading ${figures.age} ago)`;
}

function fitted(figures: ReasonFigures, language: "zh" | "en"): string {
  if (figures.fit === null) return "";
  return language === "zh" ? ` (${figures.fit})` : ` (${figures.fit})`;
}

/** Measured against threshold, in the catalogue's own order of words. */
function measured(
  figures: ReasonFigures,
  texts: { both: string; valueOnly: string; none: string },
) {
  if (figures.value === null) return texts.none;
  return figures.threshold === null ? texts.valueOnly : texts.both;
}

/** The cause of a transition: one sentence, with the measured value against its threshold. */
export const REASON_WORDS: Words<ReasonCode, ReasonFigures> = {
  HOST_DETECTED: phrase("硬件检测完成。", "The host has been detected."),
  TIER_CHANGED: phrase(
    "重新检测后，运行级别变了。",
    "A new detection has put this host in another tier.",
  ),
  VRAM_TIGHT: {
    zh: (f) =>
      `${measured(f, {
        both: `GPU 显存使用率 ${f.value}，达到阈值 ${f.threshold}`,
        valueOnly: `GPU 显存使用率 ${f.value}，偏高`,
        none: "GPU 显存偏紧",
      })}${lasted(f, "zh")}。`,
    en: (f) =>
      `${measured(f, {
        both: `GPU memory use is ${f.value}, at or over the threshold of ${f.threshold}`,
        valueOnly: `GPU memory use is high at ${f.value}`,
        none: "GPU memory is tight",
      })}${lasted(f, "en")}.`,
  },
  VRAM_EXHAUSTED: {
    zh: (f) =>
      `${measured(f, {
        both: `GPU 显存使用率 ${f.value}，达到硬上限 ${f.threshold}`,
        valueOnly: `GPU 显存使用率 ${f.value}，即将耗尽`,
        none: "GPU 显存已耗尽",
      })}，马上离开 GPU。`,
    en: (f) =>
      `${measured(f, {
        both: `GPU memory use is ${f.value}, at or over the hard limit of ${f.threshold}`,
        valueOnly: `GPU memory is almost used up at ${f.value}`,
        none: "GPU memory is used up",
      })}; work leaves the GPU at once.`,
  },
  VRAM_LOST: {
    zh: (f) => `GPU 显存读数中断${since(f, "zh")}，看不到显存就不冒险占用 GPU。`,
    en: (f) => `GPU memory readings have stopped${since(f, "en")}; unseen memory is not risked.`,
  },
  MEMORY_TIGHT: {
    zh: (f) =>
      `${measured(f, {
        both: `可用内存 ${f.value}，低于阈值 ${f.threshold}`,
        valueOnly: `可用内存只剩 ${f.value}`,
        none: "可用内存偏少",
      })}${lasted(f, "zh")}。`,
    en: (f) =>
      `${measured(f, {
        both: `Available memory is ${f.value}, under the threshold of ${f.threshold}`,
        valueOnly: `Available memory is down to ${f.value}`,
        none: "Available memory is low",
      })}${lasted(f, "en")}.`,
  },
  MEMORY_EXHAUSTED: {
    zh: (f) =>
      `${measured(f, {
        both: `可用内存 ${f.value}，低于硬下限 ${f.threshold}`,
        valueOnly: `可用内存只剩 ${f.value}`,
        none: "内存已耗尽",
      })}，马上停止本地模型。`,
    en: (f) =>
      `${measured(f, {
        both: `Available memory is ${f.value}, under the hard limit of ${f.threshold}`,
        valueOnly: `Available memory is down to ${f.value}`,
        none: "Memory is used up",
      })}; local models stop at once.`,
  },
  MEMORY_LOST: {
    zh: (f) => `内存读数中断${since(f, "zh")}，看不到内存就不冒险运行本地模型。`,
    en: (f) => `Memory readings have stopped${since(f, "en")}; no local model is risked unseen.`,
  },
  TASKS_FAILING: {
    zh: (f) =>
      `${measured(f, {
        both: `任务失败率 ${f.value}，超过阈值 ${f.threshold}`,
        valueOnly: `任务失败率 ${f.value}，偏高`,
        none: "本地任务频繁失败",
      })}。`,
    en: (f) =>
      `${measured(f, {
        both: `The task failure rate is ${f.value}, over the threshold of ${f.threshold}`,
        valueOnly: `The task failure rate is high at ${f.value}`,
        none: "Local tasks keep failing",
      })}.`,
  },
  EDITOR_BUSY: phrase(
    "DaVinci Resolve 正在运行，GPU 让给剪辑软件。",
    "DaVinci Resolve is running, and the GPU is left to it.",
  ),
  MANUAL_HOLD: phrase("按你的要求手动降级。", "You asked for a step down."),
  CLOUD_NOT_ALLOWED: phrase(
    "你没有允许使用云端，不会上传任何数据。",
    "You have not allowed a cloud; nothing is sent anywhere.",
  ),
  CLOUD_UNREACHABLE: phrase("云端现在连接不上。", "The cloud cannot be reached now."),
  WOULD_NOT_FIT: {
    zh: (f) => `现在放不下所需的模型${fitted(f, "zh")}。`,
    en: (f) => `The model would not fit now${fitted(f, "en")}.`,
  },
  ENTRY_WOULD_NOT_FIT: {
    zh: (f) => `第一次读数显示放不下更好的模型${fitted(f, "zh")}。`,
    en: (f) => `The first reading shows that a better model would not fit${fitted(f, "en")}.`,
  },
  RECOVERED: {
    zh: (f) => `压力已经解除，放得下更好的模型${fitted(f, "zh")}。`,
    en: (f) => `The pressure is over, and the better choice fits${fitted(f, "en")}.`,
  },
};

/** A few words that name the cause, for headlines: `GPU 显存使用率过高`. */
export const REASON_TITLES: Phrases<ReasonCode> = {
  HOST_DETECTED: phrase("硬件检测完成", "host detected"),
  TIER_CHANGED: phrase("运行级别改变", "tier changed"),
  VRAM_TIGHT: phrase("GPU 显存使用率过高", "GPU memory use is too high"),
  VRAM_EXHAUSTED: phrase("GPU 显存使用率过高", "GPU memory use is too high"),
  VRAM_LOST: phrase("GPU 显存读数中断", "GPU memory readings have stopped"),
  MEMORY_TIGHT: phrase("可用内存不足", "available memory is too low"),
  MEMORY_EXHAUSTED: phrase("可用内存不足", "available memory is too low"),
  MEMORY_LOST: phrase("内存读数中断", "memory readings have stopped"),
  TASKS_FAILING: phrase("任务失败率过高", "too many tasks fail"),
  EDITOR_BUSY: phrase("剪辑软件正在使用 GPU", "the editor uses the GPU"),
  MANUAL_HOLD: phrase("手动降级", "stepped down by hand"),
  CLOUD_NOT_ALLOWED: phrase("未允许使用云端", "cloud not allowed"),
  CLOUD_UNREACHABLE: phrase("云端无法连接", "cloud not reachable"),
  WOULD_NOT_FIT: phrase("放不下模型", "the model would not fit"),
  ENTRY_WOULD_NOT_FIT: phrase("放不下更好的模型", "a better model would not fit"),
  RECOVERED: phrase("压力已解除", "the pressure is over"),
};

/** Why a better rung was not taken: the end of "not X, because …". */
export const REFUSAL_WORDS: Phrases<RefusalCode> = {
  HOST_DETECTED: phrase("刚完成硬件检测", "the host was only just detected"),
  TIER_CHANGED: phrase("运行级别刚改变", "the tier has only just changed"),
  VRAM_TIGHT: phrase("GPU 显存偏紧", "GPU memory is tight"),
  VRAM_EXHAUSTED: phrase("GPU 显存即将耗尽", "GPU memory is almost used up"),
  VRAM_LOST: phrase("读不到 GPU 显存", "GPU memory cannot be read"),
  MEMORY_TIGHT: phrase("可用内存偏少", "available memory is low"),
  MEMORY_EXHAUSTED: phrase("内存即将耗尽", "memory is almost used up"),
  MEMORY_LOST: phrase("读不到内存", "memory cannot be read"),
  TASKS_FAILING: phrase("本地任务频繁失败", "local tasks keep failing"),
  EDITOR_BUSY: phrase("GPU 让给了剪辑软件", "the GPU is left to the editor"),
  MANUAL_HOLD: phrase("手动降级尚未取消", "the step down by hand still holds"),
  CLOUD_NOT_ALLOWED: phrase("你没有允许使用云端", "you have not allowed a cloud"),
  CLOUD_UNREACHABLE: phrase("云端现在连接不上", "the cloud cannot be reached now"),
  WOULD_NOT_FIT: phrase("放不下模型", "the model would not fit"),
  ENTRY_WOULD_NOT_FIT: phrase(
    "第一次读数时放不下模型",
    "the model would not fit at the first reading",
  ),
  RECOVERED: phrase("恢复时每次只升一级", "the way back is one step at a time"),
  NOT_PERMITTED_YET: phrase(
    "恢复前的等待时间还没到",
    "the waiting time before a return is not over",
  ),
};
