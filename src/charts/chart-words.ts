/**
 * The words that a picture or a table takes from outside, and the few that it brings along.
 *
 * The shape is that of the policy's word catalogue, which may be handed in as it is; this room may not
 * import it. Without words a picture speaks in the machine's own names and a table in the chart's
 * English descriptions, so that the simplest call needs no catalogue.
 */
import type { Language } from "../domain/configuration.ts";
import type { ReasonCode } from "../domain/reason.ts";
import type { Rung } from "../domain/rung.ts";
import type { Region } from "../domain/state.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import type { ModelState } from "./chart-model.ts";
import { regionOfPath } from "./paths.ts";

type Phrases<Code extends string> = Readonly<
  Record<Code, Readonly<Record<Language, () => string>>>
>;

/** A reason before anything was measured: its sentence must do without figures. */
export interface NoFigures {
  readonly value: null;
  readonly threshold: null;
  readonly isBeyond: false;
  readonly sustained: null;
  readonly fit: null;
  readonly tasks: null;
  readonly cause: null;
  readonly input: null;
  readonly held: null;
  readonly said: null;
  readonly from: null;
  readonly to: null;
  readonly isPlainTarget: false;
}

/** Words for the chart in both languages; `WORDS` of the policy room fits. */
export interface ChartWords {
  readonly reason: Readonly<
    Record<ReasonCode, Readonly<Record<Language, (figures: NoFigures) => string>>>
  >;
  readonly title: Phrases<ReasonCode>;
  readonly refusal: Phrases<ReasonCode>;
  readonly tier: Phrases<Tier>;
  readonly rung: Readonly<Record<Rung, Readonly<Record<Language, (tier: Tier | null) => string>>>>;
  readonly region: Phrases<Region>;
  readonly vram: Phrases<string>;
  readonly memory: Phrases<string>;
  readonly tasks: Phrases<string>;
  readonly cloud: Phrases<string>;
  readonly editor: Phrases<string>;
  readonly hold: Phrases<string>;
}

/** Words in one language; `words` is absent where names have to do. */
export interface Voice {
  readonly language: Language;
  readonly words: ChartWords | null;
}

const NO_FIGURES: NoFigures = {
  value: null,
  threshold: null,
  isBeyond: false,
  sustained: null,
  fit: null,
  tasks: null,
  cause: null,
  input: null,
  held: null,
  said: null,
  from: null,
  to: null,
  isPlainTarget: false,
};

/** What the pictures say besides the words of states and reasons. */
export const CAPTIONS = {
  overview: {
    en: "What the runtime can be, and what moves it",
    zh: "运行时有哪些状态，由什么推动",
  },
  signals: {
    en: "1 · six signals: each fact moves one",
    zh: "1 · 六个信号：每个事实推动其中一个",
  },
  profile: {
    en: "2 · profile, how work runs: then at most one step, straight to the first usable choice",
    zh: "2 · profile 运行方式：随后最多移动一步，直接到首选的可用一档",
  },
  otherTiers: { en: "the other tiers · later by", zh: "其他级别 · 以后转入：" },
  sameLadder: { en: "the same ladder", zh: "同样的阶梯" },
  lastResort: { en: "the last resort", zh: "最后手段" },
  anotherTier: { en: "any other tier", zh: "其他任意级别" },
  anyState: { en: "any state", zh: "任意状态" },
  anyStateBut: { en: "any state but", zh: "任意状态，除了" },
  tier: { en: "its ladder, best rung first", zh: "降级阶梯，从最好的开始" },
  region: { en: "its states, and the events that move it", zh: "状态，以及推动它的事件" },
  again: { en: "again, for another rung", zh: "再次请求，换一档" },
  betweenTiers: {
    en: "to another tier, when it is detected; same device or the next lower",
    zh: "检测到另一级别时转入，同一设备或更低一档",
  },
  description: {
    en: "A statechart with {states} states and {arrows} arrows; transitions.md has all of it in tables.",
    zh: "状态图，含 {states} 个状态和 {arrows} 条箭头；完整内容见 transitions.md 中的表格。",
  },
  profileRegion: { en: "five tiers and their ladders", zh: "五个级别及各自的阶梯" },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** What the colours of a picture mean. */
export const LEGEND = {
  good: { en: "well", zh: "良好" },
  worse: { en: "worse", zh: "较差" },
  bad: { en: "bad", zh: "差" },
  open: { en: "not known, or not chosen", zh: "未知，或未选中" },
  demanded: { en: "a reason demands this step", zh: "由原因要求的转换" },
  permitted: { en: "back up, once sensing permits it", zh: "条件允许后恢复" },
  active: { en: "now, and the last step", zh: "现在，以及最近一步" },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** How to read the overview, line by line. */
export const OVERVIEW_NOTE: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "All six hold at once. Sensors, tasks and people",
    "cause the facts that move them.",
    "Then facts.settled lets the profile move,",
    "by the one arrow whose reason holds.",
    "…+2 means further reasons: the tier's",
    "own picture has them all.",
  ],
  zh: [
    "六个信号同时存在；传感器、任务和人",
    "带来推动它们的事实。",
    "随后 facts.settled 让运行方式移动，",
    "走原因成立的那一条箭头。",
    "…+2 表示还有其他原因，",
    "完整内容见该级别自己的图。",
  ],
};

/** How to read a ladder, line by line. */
export const LADDER_NOTE: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "An arrow down leads to the first choice of its causes.",
    "Where that rung is not usable, the next lower one is taken.",
    "RECOVERED climbs to the next usable rung.",
    "A rung that became impossible may be left upwards too.",
  ],
  zh: [
    "向下的箭头指向该原因的首选。",
    "首选不可用时，取再下面一档。",
    "恢复时，升到上面最近的可用一档。",
    "某一档变得不可能时，也可以向上离开。",
  ],
};

/** The word for a state, or `null` where the catalogue is absent or says no more than the name. */
export function stateWord(state: ModelState, { language, words }: Voice): string | null {
  if (words === null || state.name === "") return null;
  if (state.region === "profile") return profileWord(state, { language, words });
  const word = words[state.region][state.name]?.[language]() ?? null;
  return word === keyOf(state.path) ? null : word;
}

/** What a table says of a state: its word in full, or its own key. */
export function stateText(state: ModelState, { language, words }: Voice): string {
  if (words === null) return keyOf(state.path);
  if (state.region !== "profile") {
    const word = words[state.region][state.name]?.[language]();
    return word ?? AROUND[keyOf(state.path)]?.[language] ?? keyOf(state.path);
  }
  const tier = tierOfPath(state.path);
  const key = keyOf(state.path);
  if (tier === null) return DETECTING[language];
  if (key === tier) return words.tier[tier][language]();
  return AROUND[key]?.[language] ?? words.rung[key as Rung][language](tier);
}

/** States that only hold others. */
const AROUND: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  degraded: { en: "degraded", zh: "已降级" },
  held: { en: "held", zh: "保持中" },
};
const DETECTING: Readonly<Record<Language, string>> = { en: "detecting", zh: "检测中" };

/** The word for a region, or `null`. */
export function regionWord(region: Region, { language, words }: Voice): string | null {
  const word = words?.region[region][language]() ?? null;
  return word === region ? null : word;
}

/** A reason on an arrow: in English the code, which says it; in Chinese a few words, where there are any. */
export function reasonLabel(code: ReasonCode, voice: Voice): string {
  return voice.language === "en" ? code : reasonWord(code, voice);
}

/**
 * A few words for a reason. The title, unless two codes share it (tight and exhausted memory are both
 * "too low"); then the longer form that tells them apart. Without words the code itself.
 */
export function reasonWord(code: ReasonCode, { language, words }: Voice): string {
  if (words === null) return code;
  const title = words.title[code][language]();
  const sharing = Object.values(words.title).filter((each) => each[language]() === title);
  return sharing.length === 1 ? title : words.refusal[code][language]();
}

/** The sentence for a reason before anything was measured, or the chart's own description. */
export function reasonSentence(code: ReasonCode, voice: Voice, description: string): string {
  return voice.words?.reason[code][voice.language](NO_FIGURES) ?? description;
}

/** The last word of a path: the state's own key. */
export function keyOf(path: string): string {
  return path.split(".").at(-1) as string;
}

/** The tier in which a state of the profile lies; `null` outside the tiers. */
export function tierOfPath(path: string): Tier | null {
  const [, second] = path.split(".");
  return regionOfPath(path) === "profile" ? (TIERS.find((tier) => tier === second) ?? null) : null;
}

function profileWord(
  state: ModelState,
  { language, words }: { readonly language: Language; readonly words: ChartWords },
): string | null {
  const tier = tierOfPath(state.path);
  if (tier === null) return language === "zh" ? "检测中" : null;
  const key = keyOf(state.path);
  if (key === tier) return words.tier[tier][language]();
  if (key === "degraded") return language === "zh" ? "已降级" : null;
  const word = words.rung[key as Rung][language](tier).replace(/\s*\([^()]*\)$/, "");
  return word.toLowerCase() === key ? null : word;
}
