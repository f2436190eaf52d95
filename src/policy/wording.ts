/**
 * The shape of the word catalogue and the look of its numbers.
 *
 * One entry per code and language, so that a code without words, or words in one language only, do
 * not compile. Words are functions: a sentence takes its numbers already formatted, and word order
 * stays the translator's business. Rejected: template strings with placeholders in JSON files, whose
 * missing keys and misspelt placeholders are found by users.
 */
import type { Language } from "../domain/configuration.ts";

/** Words for every code of a list, in every language. */
export type Words<Code extends string, Params> = Readonly<
  Record<Code, Readonly<Record<Language, (params: Params) => string>>>
>;

/** Words that take no figures. */
export type Phrases<Code extends string> = Readonly<
  Record<Code, Readonly<Record<Language, () => string>>>
>;

/** A fixed phrase in both languages. */
export function phrase(zh: string, en: string): Readonly<Record<Language, () => string>> {
  return { zh: () => zh, en: () => en };
}

/** What stands for a value nobody knows. */
export function unknownWord(language: Language): string {
  return language === "zh" ? "未知" : "unknown";
}

/** A percentage (0..100) with at most one decimal, for sentences: `87%`, `45.2%`. */
export function percentText(percent: number | null, language: Language): string {
  return percent === null ? unknownWord(language) : `${trimZero(percent.toFixed(1))}%`;
}

/** A percentage with exactly one decimal, for columns: `0.0%`. */
export function percentColumn(percent: number | null, language: Language): string {
  return percent === null ? unknownWord(language) : `${percent.toFixed(1)}%`;
}

/** MiB as GB (1024 MiB) with one decimal: `8.0GB` in Chinese, `8.0 GB` in English. */
export function gigabyteText(mib: number | null, language: Language): string {
  if (mib === null) return unknownWord(language);
  return `${(mib / MIB_PER_GB).toFixed(1)}${language === "zh" ? "GB" : " GB"}`;
}

/** A span of time as people say it: seconds below two minutes, then minutes, hours, days. */
export function durationText(ms: number, language: Language): string {
  const unit = DURATIONS.find((each) => ms >= 2 * each.ms) ?? SECONDS;
  return `${trimZero((ms / unit.ms).toFixed(1))} ${unit[language]}`;
}

/** Items of an enumeration, joined the way the language does it. */
export function listText(items: readonly string[], language: Language): string {
  return items.join(language === "zh" ? "、" : ", ");
}

/** With a capital letter, for the beginning of an English sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Names in quotation marks, joined: `「CPU」和「云端」`, `"CPU" and "cloud"`. */
export function namesText(names: readonly string[], language: Language): string {
  const [open, close] = language === "zh" ? ["「", "」"] : ['"', '"'];
  const quoted = names.map((name) => `${open}${name}${close}`);
  const last = quoted.at(-1) ?? "";
  if (quoted.length < 2) return last;
  const rest = quoted.slice(0, -1).join(language === "zh" ? "" : ", ");
  return language === "zh" ? `${rest}和${last}` : `${rest} and ${last}`;
}

/** Whole sentences one after the other, joined the way the language does it. */
export function joinedText(sentences: readonly string[], language: Language): string {
  return sentences.join(language === "zh" ? "" : " ");
}

const MIB_PER_GB = 1024;
const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;

/** The largest unit of which there are two or more is taken; seconds otherwise. */
const DURATIONS = [
  { ms: 24 * MS_PER_HOUR, zh: "天", en: "d" },
  { ms: MS_PER_HOUR, zh: "小时", en: "h" },
  { ms: MS_PER_MINUTE, zh: "分钟", en: "min" },
] as const;
const SECONDS = { ms: 1000, zh: "秒", en: "s" } as const;

function trimZero(number: string): string {
  return number.endsWith(".0") ? number.slice(0, -2) : number;
}
