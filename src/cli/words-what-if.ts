/** Words of `what-if`: the fixed phrases, and the sentences that take figures, in both languages. */
import type { Language } from "../domain/configuration.ts";
import { type Phrases, phrase, type Words } from "../policy/wording.ts";
import type { InexactCode } from "../replay/inexact.ts";
import type { ExhaustedSignal, RemarkCode } from "../replay/what-if-view.ts";

/** Headings, labels and fixed lines. */
export const WHAT_IF_CODES = [
  "RUNNING",
  "TITLE",
  "HOST",
  "NOT_SET",
  "NO_CARD",
  "THEN",
  "CHANGED",
  "STEPS",
  "STEPS_PER_HOUR",
  "TIME",
  "DETECTING",
  "LOCAL_SHARE",
  "VRAM_AT_LIMIT",
  "MEMORY_AT_LIMIT",
  "FIRST_DIFFERENCE",
  "NO_DIFFERENCE",
  "BECAUSE",
  "VANISHES",
  "APPEARS",
  "EXHAUSTIONS",
  "NO_EXHAUSTION",
  "MEASUREMENTS_FIXED",
  "NOT_EXACT",
  "BOTH_TOO_LATE",
  "BOTH_IN_TIME",
  "NO_LONGER_IN_TIME",
  "NOW_IN_TIME",
  "NOT_EXHAUSTED",
  "NEVER_LEFT",
  "LEFT_WITH_IT",
] as const;
export type WhatIfCode = (typeof WHAT_IF_CODES)[number];

const WHAT_IF_WORDS: Phrases<WhatIfCode> = {
  RUNNING: phrase("正在重算历史", "Going through the log"),
  TITLE: phrase("🔮 如果当时是这样", "🔮 What if"),
  HOST: phrase("电脑", "host"),
  NOT_SET: phrase("未设置", "not set"),
  NO_CARD: phrase("没有独立显卡", "no card"),
  THEN: phrase("实际", "what happened"),
  CHANGED: phrase("假设", "with the change"),
  STEPS: phrase("升降级次数", "Steps"),
  STEPS_PER_HOUR: phrase("每小时次数", "Steps per hour"),
  TIME: phrase("时间", "Time"),
  DETECTING: phrase("检测中", "detecting"),
  LOCAL_SHARE: phrase("在本机运行", "Local"),
  VRAM_AT_LIMIT: phrase("使用显存时达到硬阈值", "GPU memory at the hard threshold while in use"),
  MEMORY_AT_LIMIT: phrase("使用内存时达到硬阈值", "Memory at the hard threshold while in use"),
  FIRST_DIFFERENCE: phrase("📍 第一处不同", "📍 First difference"),
  NO_DIFFERENCE: phrase("📍 没有任何不同。", "📍 Nothing differs."),
  BECAUSE: phrase("原因", "because"),
  VANISHES: phrase("消失", "vanishes"),
  APPEARS: phrase("新增", "appears"),
  EXHAUSTIONS: phrase("🧨 资源真正耗尽的时刻", "🧨 When a resource really ran out"),
  NO_EXHAUSTION: phrase("🧨 没有资源真正耗尽过。", "🧨 No resource ever really ran out."),
  MEASUREMENTS_FIXED: phrase(
    "ℹ️  测量值保持不变：如果当时策略不同，真实的曲线也会不同。",
    "ℹ️  The measurements are held fixed: with another policy the real curve would have been different.",
  ),
  NOT_EXACT: phrase("⚠️  结果不精确", "⚠️  Not exact"),
  BOTH_TOO_LATE: phrase("两边都太晚", "too late for both"),
  BOTH_IN_TIME: phrase("两边都及时，没有差别", "in time for both, no difference"),
  NO_LONGER_IN_TIME: phrase("假设下反而来不及", "no longer met in time"),
  NOW_IN_TIME: phrase("假设下来得及，实际没有避开", "met in time, which it was not"),
  NOT_EXHAUSTED: phrase("没有耗尽", "did not run out"),
  NEVER_LEFT: phrase("一直没有避开", "never left it"),
  LEFT_WITH_IT: phrase("在同一个读数才避开", "left it with this very reading"),
};

/** A fixed phrase by its code. */
export function whatIfText(code: WhatIfCode, language: Language): string {
  return WHAT_IF_WORDS[code][language]();
}

/** What ran out. */
export const SIGNAL_WORDS: Phrases<ExhaustedSignal> = {
  "vram.used": phrase("GPU 显存", "GPU memory"),
  "memory.available": phrase("内存", "memory"),
};

/** Why an answer is not exact. */
export const INEXACT_WORDS: Phrases<InexactCode> = {
  READINGS_PRUNED: phrase(
    "部分原始读数已被清理，假设的一边在那里由每段的最小值、最大值和最后值近似。",
    "some readings were removed by retention; there the hypothetical side follows the smallest, largest and last value of each block.",
  ),
  MACHINE_DIFFERS: phrase(
    "部分日志由另一个版本的状态机决定，差异也可能来自版本。",
    "another version of the machine decided a part of this log; a difference may come from the version.",
  ),
};

/** What else must be known. */
export const REMARK_WORDS: Phrases<RemarkCode> = {
  LOG_EMPTY: phrase("日志是空的。", "The log is empty."),
  NOTHING_CHANGED: phrase(
    "没有改变任何东西；例如 --set vram.enter=0.9。",
    "Nothing was changed; try for example --set vram.enter=0.9.",
  ),
  NO_VRAM_READINGS: phrase(
    "日志里没有显存读数，假设的显卡因此一直读不到显存。",
    "The log has no readings of GPU memory, so on the supposed card it is never known.",
  ),
  USE_BEYOND_HOST: phrase(
    "当时的用量超过假设的电脑所有，超出部分按用满计算。",
    "More was used than the supposed host has; it counts as full there.",
  ),
  MEMORY_TOTAL_UNKNOWN: phrase(
    "假设的电脑没有写明内存大小，按实际的内存计算。",
    "The supposed host does not say how much memory it has, so the real one counts.",
  ),
  GAP_IN_LOG: phrase(
    "日志有缺口，缺失的输入两边都没有。",
    "The log has a gap; neither side knows what was lost in it.",
  ),
  STARTS_LATE: phrase(
    "日志的开头已被清理，两边从那里的同一状态开始。",
    "The beginning of the log was removed by retention; both sides begin in the same state there.",
  ),
  LISTS_CUT: phrase(
    "列表只有前一部分，总数是完整的。",
    "The lists hold the first part only; the totals are complete.",
  ),
};

interface Span {
  readonly from: string;
  readonly to: string;
  readonly readings: number;
  readonly watched: string;
}

interface Counts {
  readonly vanished: number;
  readonly appeared: number;
  readonly moved: number;
}

type Figures = {
  readonly span: Span;
  readonly counts: Counts;
  readonly samples: { readonly moments: number; readonly episodes: number };
  readonly inTime: { readonly actual: number; readonly changed: number; readonly total: number };
  readonly more: number;
  readonly sooner: string;
  readonly later: string;
  readonly metSooner: string;
  readonly metLater: string;
  readonly leftBefore: string;
  readonly leftAfter: string;
  readonly worst: { readonly signal: string; readonly free: string };
};

/** Sentences with figures that are formatted already. */
export const WHAT_IF_SENTENCES: { readonly [Key in keyof Figures]: Words<Key, Figures[Key]>[Key] } =
  {
    span: {
      zh: (s) => `记录从 ${s.from} 到 ${s.to}：${s.readings} 个读数，观察了 ${s.watched}。`,
      en: (s) =>
        `Recorded from ${s.from} to ${s.to}: ${s.readings} readings, ${s.watched} watched.`,
    },
    counts: {
      zh: (c) => `🔀 升降级的差别：消失 ${c.vanished}，新增 ${c.appeared}，移动 ${c.moved}`,
      en: (c) => `🔀 Steps: ${c.vanished} vanish, ${c.appeared} appear, ${c.moved} move`,
    },
    samples: {
      zh: (s) => `${s.episodes} 次，${s.moments} 个读数`,
      en: (s) => `${counted(s.episodes, "time")}, ${counted(s.moments, "reading")}`,
    },
    inTime: {
      zh: (n) => `  及时避开：实际 ${n.actual} / ${n.total}，假设 ${n.changed} / ${n.total}`,
      en: (n) =>
        `  met in time: ${n.actual} of ${n.total} in what happened, ${n.changed} of ${n.total} with the change`,
    },
    more: {
      zh: (count) => `还有 ${count} 项 (--json 列出)`,
      en: (count) => `and ${count} more (--json lists them)`,
    },
    sooner: { zh: (time) => `提前 ${time}`, en: (time) => `moves ${time} earlier` },
    later: { zh: (time) => `推迟 ${time}`, en: (time) => `moves ${time} later` },
    metSooner: { zh: (time) => `比实际早 ${time}避开`, en: (time) => `met ${time} earlier` },
    metLater: { zh: (time) => `比实际晚 ${time}避开`, en: (time) => `met ${time} later` },
    leftBefore: { zh: (time) => `${time}之前就已避开`, en: (time) => `off it ${time} before` },
    leftAfter: { zh: (time) => `${time}之后才避开`, en: (time) => `left it ${time} after` },
    worst: {
      zh: ({ signal, free }) => `${signal}，最少只剩 ${free}`,
      en: ({ signal, free }) => `${signal}, ${free} free at the worst`,
    },
  };

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
