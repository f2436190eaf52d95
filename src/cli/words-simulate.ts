/** Words of `simulate --summary`, in both languages. */
import type { Language } from "../domain/configuration.ts";
import { type Phrases, phrase, type Words } from "../policy/wording.ts";

const SIMULATE_CODES = [
  "TITLE",
  "NOW",
  "STEPS",
  "STEPS_PER_HOUR",
  "TIME",
  "DETECTING",
  "LOCAL_SHARE",
  "REASONS",
  "QUICKEST_RETURN",
  "QUICKEST_RELAPSE",
  "NEVER",
  "REFUSED",
] as const;
type SimulateCode = (typeof SIMULATE_CODES)[number];

const SIMULATE_WORDS: Phrases<SimulateCode> = {
  TITLE: phrase("🧪 模拟结果", "🧪 Simulation"),
  NOW: phrase("最后", "At the end"),
  STEPS: phrase("升降级次数", "Steps"),
  STEPS_PER_HOUR: phrase("每小时次数", "Steps per hour"),
  TIME: phrase("时间", "Time"),
  DETECTING: phrase("检测中", "detecting"),
  LOCAL_SHARE: phrase("在本机运行", "Local"),
  REASONS: phrase("原因", "Reasons"),
  QUICKEST_RETURN: phrase("降级后最快多久升级", "Quickest step up after a step down"),
  QUICKEST_RELAPSE: phrase("升级后最快多久降级", "Quickest step down after a step up"),
  NEVER: phrase("没有", "never"),
  REFUSED: phrase("❌ 无效的行", "❌ Lines that are not valid"),
};

/** A fixed phrase by its code. */
export function simulateText(code: SimulateCode, language: Language): string {
  return SIMULATE_WORDS[code][language]();
}

type Figures = {
  readonly span: { readonly lines: number; readonly duration: string };
  readonly refusal: { readonly line: number; readonly message: string };
  readonly more: number;
};

/** Sentences with figures that are formatted already. */
export const SIMULATE_SENTENCES: {
  readonly [Key in keyof Figures]: Words<Key, Figures[Key]>[Key];
} = {
  span: {
    zh: (s) => `${s.lines} 行，跨越 ${s.duration}。`,
    en: (s) => `${s.lines} ${s.lines === 1 ? "line" : "lines"} over ${s.duration}.`,
  },
  refusal: {
    zh: (r) => `第 ${r.line} 行: ${r.message}`,
    en: (r) => `line ${r.line}: ${r.message}`,
  },
  more: {
    zh: (count) => `还有 ${count} 项 (--json 列出)`,
    en: (count) => `and ${count} more (--json lists them)`,
  },
};
