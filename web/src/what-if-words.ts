/** Sentences of the what-if that take values: what contradicts, what must be known, how a value reads. */
import type { Language } from "../../src/domain/configuration.ts";
import { settingAt } from "../../src/domain/configuration-parse.ts";
import type { SettingValue } from "../../src/domain/setting-value.ts";
import type { InexactCode } from "../../src/replay/inexact.ts";
import type { HostFacts, RemarkCode } from "../../src/replay/what-if-view.ts";
import { duration, gigabytes } from "./format.ts";
import type { Both } from "./settings.ts";
import type { DraftProblem } from "./what-if-changes.ts";
import { SLIDER_GROUPS, shownOf, UNIT_WORDS } from "./what-if-sliders.ts";

const MIB_PER_GB = 1024;

const ON: Both = { zh: "是", en: "yes" };
const OFF: Both = { zh: "否", en: "no" };
const NOT_SET: Both = { zh: "未设置", en: "not set" };
const UNKNOWN: Both = { zh: "未知", en: "unknown" };
const NO_CARD: Both = { zh: "没有独立显卡", en: "no card" };
const MEMORY: Both = { zh: "内存", en: "memory" };

const CONTROL_NAMES: Readonly<Record<string, Both>> = {
  "cloud.allowed": { zh: "允许使用云端", en: "Cloud allowed" },
  "host.vram_gb": { zh: "显卡显存", en: "GPU memory of the card" },
  "host.memory_gb": { zh: "内存大小", en: "Memory of the host" },
};

/** Why an answer is not exact. */
export const INEXACT_WORDS: Readonly<Record<InexactCode, Both>> = {
  READINGS_PRUNED: {
    zh: "部分原始读数已被清理；在那里，假设的一边由每段的最小值、最大值和最后值近似。",
    en: "Some readings were removed by retention; there the supposed side follows the smallest, largest and last value of each block.",
  },
  MACHINE_DIFFERS: {
    zh: "部分日志由另一个版本的状态机决定，差异也可能来自版本。",
    en: "Another version of the machine decided a part of this log; a difference may come from the version.",
  },
};

/** What else must be known; what the view says in a place of its own is `null`. */
export const REMARK_WORDS: Readonly<Record<RemarkCode, Both | null>> = {
  LOG_EMPTY: null,
  NOTHING_CHANGED: null,
  NO_VRAM_READINGS: {
    zh: "日志里没有显存读数，假设的显卡因此一直读不到显存。",
    en: "The log has no readings of GPU memory, so on the supposed card it is never known.",
  },
  USE_BEYOND_HOST: {
    zh: "当时的用量超过假设的电脑所有，超出部分按用满计算。",
    en: "More was used than the supposed host has; it counts as full there.",
  },
  MEMORY_TOTAL_UNKNOWN: {
    zh: "不知道假设的电脑有多少内存，按实际的内存计算。",
    en: "How much memory the supposed host has is not known, so the real one counts.",
  },
  GAP_IN_LOG: {
    zh: "日志有缺口，缺失的输入两边都没有。",
    en: "The log has a gap; neither side knows what was lost in it.",
  },
  STARTS_LATE: {
    zh: "日志的开头已被清理，两边从那里的同一状态开始。",
    en: "The beginning of the log was removed by retention; both sides begin in the same state there.",
  },
  LISTS_CUT: {
    zh: "列表只有前一部分，总数是完整的。",
    en: "The lists hold the first part only; the totals are complete.",
  },
};

/** A setting as people call it, with its path: `GPU memory: Tight (vram.enter)`. */
export function settingName(key: string, language: Language): string {
  const path = key.replace(/^thresholds\./, "");
  const colon = language === "zh" ? "：" : ": ";
  for (const { title, sliders } of SLIDER_GROUPS) {
    const slider = sliders.find((each) => each.key === path);
    if (slider !== undefined) return `${title[language]}${colon}${slider.name[language]}`;
  }
  return CONTROL_NAMES[path]?.[language] ?? path;
}

/** A value of a setting with its unit. */
export function settingText(key: string, value: SettingValue, language: Language): string {
  if (value === null) return NOT_SET[language];
  if (typeof value === "boolean") return (value ? ON : OFF)[language];
  if (typeof value !== "number") return String(value);
  const path = key.replace(/^thresholds\./, "");
  const setting = settingAt(path) ?? settingAt(`thresholds.${path}`);
  switch (setting?.kind) {
    case "fraction":
      return `${shownOf("percent", value)} ${UNIT_WORDS.percent[language]}`;
    case "size_mib":
      return value < MIB_PER_GB
        ? `${value} MiB`
        : `${shownOf("gigabytes", value)} ${UNIT_WORDS.gigabytes[language]}`;
    case "duration_ms":
      return value % 1000 === 0 && value < 600_000
        ? `${value / 1000} ${UNIT_WORDS.seconds[language]}`
        : duration(value);
    default:
      return String(value);
  }
}

/** A host in a few words. */
export function hostText(host: HostFacts | null, language: Language): string {
  if (host === null) return UNKNOWN[language];
  const { gpu, vram_total_mib: vram, memory_total_mib: memory } = host;
  const card =
    gpu === null && vram === null
      ? NO_CARD[language]
      : `${gpu ?? UNKNOWN[language]} (${gigabytes(vram)})`;
  return `${card} · ${MEMORY[language]} ${gigabytes(memory)}`;
}

/** What is wrong and what to do, in one or two sentences. */
export function problemText(problem: DraftProblem, language: Language): string {
  return PROBLEM_TEXTS[language](problem);
}

const PROBLEM_TEXTS: Readonly<Record<Language, (problem: DraftProblem) => string>> = {
  zh: (problem) => {
    switch (problem.kind) {
      case "order": {
        const { low, high } = namesIn(problem, "zh");
        const relation = problem.mayBeEqual ? "不能大于" : "必须小于";
        return `${low} ${relation} ${high}。请调低前者，或调高后者。`;
      }
      case "value":
        return `“${writtenText(problem, "zh")}”不能用作${settingName(problem.path, "zh")}的值。请写${rangeText(problem.path, "zh")}的值，或复位。`;
      case "unknown":
        return `没有名为 ${problem.path} 的设置。${problem.nearest === null ? "请检查拼写。" : `是不是想写 ${problem.nearest}？`}`;
      case "idle":
        return `${problem.path} 不参与决定，改变不了过去，请删除这一行。`;
      case "line":
        return `看不懂“${problem.text}”。每行写一个 路径=值，例如 vram.min_samples=3。`;
    }
  },
  en: (problem) => {
    switch (problem.kind) {
      case "order": {
        const { low, high } = namesIn(problem, "en");
        const relation = problem.mayBeEqual ? "must not be above" : "must be below";
        return `${low} ${relation} ${high}. Lower the first, or raise the second.`;
      }
      case "value":
        return `“${writtenText(problem, "en")}” cannot be the value of ${settingName(problem.path, "en")}. Write ${rangeText(problem.path, "en")}, or reset it.`;
      case "unknown":
        return `There is no setting ${problem.path}. ${problem.nearest === null ? "Check its spelling." : `Did you mean ${problem.nearest}?`}`;
      case "idle":
        return `${problem.path} decides nothing, so it changes nothing in the past. Remove this line.`;
      case "line":
        return `“${problem.text}” cannot be read. Write one path=value a line, for example vram.min_samples=3.`;
    }
  },
};

/** What was written, in the unit in which it was written. */
function writtenText({ path, text }: { path: string; text: string }, language: Language): string {
  const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
  return isNumber ? settingText(path, Number(text), language) : text;
}

function rangeText(path: string, language: Language): string {
  const setting = settingAt(path) ?? settingAt(`thresholds.${path}`);
  const isNumber = setting !== undefined && /fraction|size|duration|count/.test(setting.kind);
  if (!isNumber || !("min" in setting)) return language === "zh" ? "合适" : "another one";
  const [least, most] = [setting.min, setting.max].map((each) => settingText(path, each, language));
  return language === "zh" ? `${least} 到 ${most} 之间` : `one from ${least} to ${most}`;
}

function namesIn(problem: DraftProblem & { readonly kind: "order" }, language: Language) {
  const { lower, upper, lowerValue, upperValue } = problem;
  const [open, close] = language === "zh" ? ["（", "）"] : [" (", ")"];
  const named = (key: string, value: number) =>
    `${settingName(key, language)}${open}${settingText(key, value, language)}${close}`;
  return { low: named(lower, lowerValue), high: named(upper, upperValue) };
}
