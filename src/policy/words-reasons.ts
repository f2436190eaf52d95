/** Words for why a transition happened: the cause with its numbers, and a short title. */
import type { ReasonCode, RefusalCode } from "../domain/reason.ts";
import { capital, type Phrases, phrase, type Words } from "./wording.ts";

/** The figures of a reason, formatted; `null` where nothing was measured or told. */
export interface ReasonFigures {
  readonly value: string | null;
  readonly threshold: string | null;
  /** The value lies beyond the threshold; else it did when the pressure began, and is not calm yet. */
  readonly isBeyond: boolean;
  /** How long the pressure had lasted, or the sensor been silent. */
  readonly sustained: string | null;
  /** The arithmetic of the return test. */
  readonly fit: string | null;
  /** "6 of the last 6 local tasks failed", or "a vision task ran out of GPU memory". */
  readonly tasks: string | null;
  /** Why the sensor is silent. */
  readonly cause: string | null;
  /** What came in: other settings, a new detection, or neither. */
  readonly input: "settings" | "detection" | null;
  /** The rung that a person asked for, and what was given as the reason. */
  readonly held: string | null;
  readonly said: string | null;
  /** The rungs that are left and entered. */
  readonly from: string | null;
  readonly to: string | null;
  /** The better rung is the local one of a host without a card: its name says nothing about a model. */
  readonly isPlainTarget: boolean;
}

/** `X is V, over T`; once the value is back behind the threshold, that it is not calm yet. */
function pressed(
  { value, threshold, isBeyond }: ReasonFigures,
  texts: Readonly<Record<"subject" | "beyond" | "back" | "none", string>>,
): string {
  if (value === null) return texts.none;
  if (threshold === null) return `${texts.subject}${value}`;
  return isBeyond ? `${texts.subject}${value}${texts.beyond}` : texts.back;
}

function lasted({ sustained }: ReasonFigures, language: "zh" | "en"): string {
  if (sustained === null) return "";
  return language === "zh" ? `，压力已持续 ${sustained}` : `; the pressure has lasted ${sustained}`;
}

function vramZh(f: ReasonFigures, limit: string): string {
  return pressed(f, {
    subject: "GPU 显存使用率 ",
    beyond: `，超过${limit} ${f.threshold}`,
    back: `GPU 显存使用率曾超过${limit} ${f.threshold}，现在 ${f.value}，还没有平稳下来`,
    none: limit === "阈值" ? "GPU 显存偏紧" : "GPU 显存即将耗尽",
  });
}
function vramEn(f: ReasonFigures, limit: string): string {
  return pressed(f, {
    subject: "GPU memory use is ",
    beyond: `, over the ${limit} of ${f.threshold}`,
    back: `GPU memory use passed the ${limit} of ${f.threshold} and at ${f.value} is not calm yet`,
    none: `GPU memory is ${limit === "threshold" ? "short" : "almost used up"}`,
  });
}
function memoryZh(f: ReasonFigures, limit: string): string {
  return pressed(f, {
    subject: "可用内存 ",
    beyond: `，低于${limit} ${f.threshold}`,
    back: `可用内存曾低于${limit} ${f.threshold}，现在 ${f.value}，还没有平稳下来`,
    none: limit === "阈值" ? "可用内存偏少" : "内存即将耗尽",
  });
}
function memoryEn(f: ReasonFigures, limit: string): string {
  return pressed(f, {
    subject: "Available memory is ",
    beyond: `, under the ${limit} of ${f.threshold}`,
    back: `Available memory fell under the ${limit} of ${f.threshold} and at ${f.value} is not calm yet`,
    none: limit === "threshold" ? "Available memory is short" : "Memory is almost used up",
  });
}

function silentZh({ sustained, cause }: ReasonFigures, meter: string): string {
  const time = sustained === null ? "没有给出数值" : `已有 ${sustained}没有给出数值`;
  return `${meter}传感器${time}${cause === null ? "" : ` (${cause})`}`;
}
function silentEn({ sustained, cause }: ReasonFigures, meter: string): string {
  const time = sustained === null ? "gives no value" : `has given no value for ${sustained}`;
  return `The ${meter} sensor ${time}${cause === null ? "" : ` (${cause})`}`;
}

function rateZh({ tasks, value, threshold, isBeyond }: ReasonFigures): string {
  if (tasks === null) return value === null ? "本地任务频繁失败" : `本地任务失败率 ${value}，偏高`;
  if (value === null) return tasks;
  return isBeyond
    ? `${tasks} (${value}，超过阈值 ${threshold})`
    : `${tasks} (${value})，试探任务还没有成功`;
}
function rateEn({ tasks, value, threshold, isBeyond }: ReasonFigures): string {
  if (tasks === null)
    return value === null ? "Local tasks keep failing" : `${value} of the local tasks failed`;
  if (value === null) return capital(tasks);
  return isBeyond
    ? `${capital(tasks)} (${value}, over the threshold of ${threshold})`
    : `${capital(tasks)} (${value}), and trial tasks have not succeeded yet`;
}

function askedZh({ held, said }: ReasonFigures): string {
  if (held === null) return "手动降级仍然有效。";
  return `收到手动降级请求，保持在「${held}」或更低${said === null ? "" : ` (理由: ${said})`}。`;
}
function askedEn({ held, said }: ReasonFigures): string {
  if (held === null) return "A manual hold is in force.";
  return `A manual request holds work at "${held}" or lower${said === null ? "" : ` (reason given: ${said})`}.`;
}

function changeZh({ input }: ReasonFigures): string {
  if (input === null) return "";
  return input === "settings" ? "设置改动后，" : "重新检测后，";
}
function changeEn({ input }: ReasonFigures, text: string): string {
  if (input === null) return capital(text);
  return input === "settings"
    ? `After a change of settings, ${text}`
    : `After a new detection, ${text}`;
}

/** The cause of a transition: one sentence, with the measured value against its threshold. */
export const REASON_WORDS: Words<ReasonCode, ReasonFigures> = {
  HOST_DETECTED: phrase("硬件检测完成。", "The host has been detected."),
  TIER_CHANGED: {
    zh: (f) => `${changeZh(f)}运行级别变了。`,
    en: (f) => `${changeEn(f, "this host is in another tier")}.`,
  },
  VRAM_TIGHT: {
    zh: (f) => `${vramZh(f, "阈值")}${lasted(f, "zh")}。`,
    en: (f) => `${vramEn(f, "threshold")}${lasted(f, "en")}.`,
  },
  VRAM_EXHAUSTED: {
    zh: (f) => `${f.tasks ?? vramZh(f, "硬上限")}，马上离开 GPU。`,
    en: (f) => `${capital(f.tasks ?? vramEn(f, "hard limit"))}; work leaves the GPU at once.`,
  },
  VRAM_LOST: {
    zh: (f) => `${silentZh(f, "GPU 显存")}，看不到显存就不冒险占用 GPU。`,
    en: (f) => `${silentEn(f, "GPU memory")}; unseen memory is not risked.`,
  },
  MEMORY_TIGHT: {
    zh: (f) => `${memoryZh(f, "阈值")}${lasted(f, "zh")}。`,
    en: (f) => `${memoryEn(f, "threshold")}${lasted(f, "en")}.`,
  },
  MEMORY_EXHAUSTED: {
    zh: (f) => `${f.tasks ?? memoryZh(f, "硬下限")}，马上停止本地模型。`,
    en: (f) => `${capital(f.tasks ?? memoryEn(f, "hard limit"))}; local models stop at once.`,
  },
  MEMORY_LOST: {
    zh: (f) => `${silentZh(f, "内存")}，看不到内存就不冒险运行本地模型。`,
    en: (f) => `${silentEn(f, "memory")}; no local model is risked unseen.`,
  },
  TASKS_FAILING: { zh: (f) => `${rateZh(f)}。`, en: (f) => `${rateEn(f)}.` },
  EDITOR_BUSY: phrase(
    "DaVinci Resolve 正在运行，GPU 让给剪辑软件。",
    "DaVinci Resolve is running, and the GPU is left to it.",
  ),
  MANUAL_HOLD: { zh: askedZh, en: askedEn },
  CLOUD_NOT_ALLOWED: phrase(
    "设置不再允许视觉分析使用云端，不会再上传任何数据。",
    "The settings no longer allow the cloud for vision; nothing more is sent.",
  ),
  CLOUD_UNREACHABLE: {
    zh: (f) => (f.tasks === null ? "云端连接不上。" : `${f.tasks}，所以暂时不再使用云端。`),
    en: (f) =>
      f.tasks === null
        ? "The cloud cannot be reached."
        : `${capital(f.tasks)}, so the cloud is not used for now.`,
  },
  WOULD_NOT_FIT: {
    zh: (f) => `${changeZh(f)}这台电脑装不下${f.from === null ? "所需" : `「${f.from}」`}的模型。`,
    en: (f) =>
      `${changeEn(f, `this host cannot carry the model${f.from === null ? "" : ` for "${f.from}"`}`)}.`,
  },
  ENTRY_WOULD_NOT_FIT: {
    zh: (f) =>
      `第一次读数时${f.value === null ? "" : ` ${f.value}，`}其他程序的最高占用加上${f.from === null ? "更好的" : `「${f.from}」的`}模型会超过上限${f.threshold === null ? "" : ` ${f.threshold}`}。`,
    en: (f) =>
      `At the first reading${f.value === null ? "" : ` (${f.value})`}, others' peak and ${f.from === null ? "the better model" : `the model for "${f.from}"`} together would pass the limit${f.threshold === null ? "" : ` of ${f.threshold}`}.`,
  },
  RECOVERED: {
    zh: (f) => recoveredZh(f),
    en: (f) => recoveredEn(f),
  },
};

function recoveredZh(figures: ReasonFigures): string {
  const { fit, to, isPlainTarget } = figures;
  const name = to === null ? "更好的方式" : `「${to}」`;
  if (fit === null) return `${changeZh(figures)}${name}可以使用了。`;
  return `${isPlainTarget ? "本地模型" : `${name}的模型`}放得下: ${fit}。`;
}
function recoveredEn(figures: ReasonFigures): string {
  const { fit, to, isPlainTarget } = figures;
  const name = to === null ? "a better way" : `"${to}"`;
  if (fit === null) return `${changeEn(figures, `${name} has become usable`)}.`;
  return `Room for ${isPlainTarget ? "a local model" : `the model of ${name}`}: ${fit}.`;
}

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
  RECOVERED: phrase("条件已满足", "the conditions are met"),
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
  RECOVERED: phrase("恢复时每次只升一档", "the way back is one rung at a time"),
  NOT_PERMITTED_YET: phrase(
    "恢复前的等待时间还没到",
    "the waiting time before a return is not over",
  ),
};
