import { expect, test } from "vitest";
import { LANGUAGES, type Language } from "../src/domain/configuration.ts";
import { NOTE_CODES, PROBES } from "../src/domain/note.ts";
import { REASON_CODES, REFUSAL_CODES } from "../src/domain/reason.ts";
import { RUNGS } from "../src/domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  REGIONS,
  TASKS_STATES,
  VRAM_STATES,
} from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { MISSING_CODES } from "../src/policy/policy.ts";
import { RECOMMENDATION_CODES } from "../src/policy/recommendation.ts";
import {
  durationText,
  gigabyteText,
  namesText,
  percentColumn,
  percentText,
} from "../src/policy/wording.ts";
import { WORDS } from "../src/policy/words.ts";
import { INTERFACE_CODES, SENTENCES } from "../src/policy/words-interface.ts";
import type { ReasonFigures } from "../src/policy/words-reasons.ts";
import { failedText } from "../src/policy/words-tasks.ts";

const LISTS: Readonly<Record<keyof typeof WORDS, readonly string[]>> = {
  reason: REASON_CODES,
  title: REASON_CODES,
  refusal: REFUSAL_CODES,
  comeback: REFUSAL_CODES,
  missing: MISSING_CODES,
  recommendation: RECOMMENDATION_CODES,
  note: NOTE_CODES,
  probe: PROBES,
  tier: TIERS,
  tierReason: TIERS,
  rung: RUNGS,
  region: REGIONS,
  vram: VRAM_STATES,
  memory: MEMORY_STATES,
  tasks: TASKS_STATES,
  cloud: CLOUD_STATES,
  editor: EDITOR_STATES,
  hold: HOLD_STATES,
  interface: INTERFACE_CODES,
};

/** Figures that serve every entry of the catalogue. */
const FIGURES = {
  ...{ value: "93%", threshold: "92%", isBeyond: true, sustained: "10 s", fit: "1 + 1 ≤ 3" },
  ...{ tasks: "5 of 5 failed", cause: "no answer", input: "settings", held: "CPU", said: "a film" },
  ...{
    from: "GPU",
    to: "CPU",
    isPlainTarget: false,
    target: '"CPU"',
    trial: "30 s",
    room: null,
  },
  ...{ model: "moondream", label: "Moondream", version: "0.1.0", max_scenes: 10 },
  ...{
    available_mib: 1024,
    threshold_mib: 2048,
    on_gpu_percent: 50,
    minutes: 4,
    dwell: "60 s",
    wait: "37 s",
  },
  vram: { quick: "78%", quickTime: "30 s", slow: "83%", slowTime: "10 min" },
  memory: { quick: "2.5 GB", quickTime: "30 s", slow: "2.1 GB", slowTime: "10 min" },
  probes: { count: 3, good: 2 },
};

type Entry = Readonly<Record<Language, (figures: unknown) => string>>;

function textOf(entry: Entry | undefined, kind: string, language: Language): string {
  if (kind === "missing") return entry?.[language]("moondream") ?? "";
  return entry?.[language](kind === "rung" ? null : FIGURES) ?? "";
}

test.each(Object.keys(LISTS) as (keyof typeof WORDS)[])(
  "words: every %s code has words in every language, and no others are there",
  (kind) => {
    const words = WORDS[kind] as Readonly<Record<string, Entry>>;
    expect(Object.keys(words).toSorted()).toEqual(LISTS[kind].toSorted());
    for (const code of LISTS[kind]) {
      expect(Object.keys(words[code] ?? {}).toSorted()).toEqual(LANGUAGES.toSorted());
      for (const language of LANGUAGES) {
        const text = textOf(words[code], kind, language);
        expect(text.trim(), `${kind} ${code} ${language}`).not.toBe("");
        expect(text, `${kind} ${code}`).not.toMatch(/undefined|null|NaN|\[object/);
      }
      expect(textOf(words[code], kind, "en"), `${kind} ${code}`).not.toMatch(/\p{Script=Han}/u);
    }
  },
);

test("words: a sentence without a measurement makes none up", () => {
  const none: ReasonFigures = {
    ...{ value: null, threshold: null, isBeyond: false, sustained: null, fit: null },
    ...{ tasks: null, cause: null, input: null, held: null, said: null, from: null, to: null },
    isPlainTarget: false,
  };
  for (const code of REASON_CODES) {
    for (const language of LANGUAGES) {
      const text = WORDS.reason[code][language](none);
      expect(text, code).not.toMatch(/null|undefined|\d/);
      const half = WORDS.reason[code][language]({ ...none, value: "93%" });
      expect(half, code).not.toMatch(/null|undefined/);
    }
  }
});

test.each([
  [45.2, "45.2%", "45.2%"],
  [87, "87%", "87.0%"],
  [0, "0%", "0.0%"],
  [99.96, "100%", "100.0%"],
  [null, "未知", "未知"],
])("words: %s percent is %s in a sentence and %s in a column", (value, sentence, column) => {
  expect(percentText(value, "zh")).toBe(sentence);
  expect(percentColumn(value, "zh")).toBe(column);
});

test.each([
  [8188, "8.0GB", "8.0 GB"],
  [32_563, "31.8GB", "31.8 GB"],
  [0, "0.0GB", "0.0 GB"],
  [null, "未知", "unknown"],
])("words: %s MiB is %s or %s", (mib, zh, en) => {
  expect(gigabyteText(mib, "zh")).toBe(zh);
  expect(gigabyteText(mib, "en")).toBe(en);
});

test.each([
  [500, "0.5 秒", "0.5 s"],
  [60_000, "60 秒", "60 s"],
  [119_999, "120 秒", "120 s"],
  [120_000, "2 分钟", "2 min"],
  [600_000, "10 分钟", "10 min"],
  [7_199_999, "120 分钟", "120 min"],
  [7_200_000, "2 小时", "2 h"],
  [172_799_999, "48 小时", "48 h"],
  [172_800_000, "2 天", "2 d"],
])("words: %i ms is %s or %s", (ms, zh, en) => {
  expect(durationText(ms, "zh")).toBe(zh);
  expect(durationText(ms, "en")).toBe(en);
});

test.each([
  [[], "", ""],
  [["CPU"], "「CPU」", '"CPU"'],
  [["CPU", "云端"], "「CPU」和「云端」", '"CPU" and "云端"'],
  [["a", "b", "c"], "「a」「b」和「c」", '"a", "b" and "c"'],
])("words: the names %j are %s or %s", (names, zh, en) => {
  expect(namesText(names, "zh")).toBe(zh);
  expect(namesText(names, "en")).toBe(en);
});

test("words: one task, one scene and one trial are no plurals", () => {
  const one = { task: null, model: null, failed: 1, counted: 1 };
  expect(failedText(one, "cloud", "en")).toBe("1 of the last 1 cloud task failed");
  expect(failedText({ ...one, counted: 5 }, "local", "en")).toBe(
    "1 of the last 5 local tasks failed",
  );
  expect(SENTENCES.scenes.en(1)).toBe("Only 1 scene is analysed at once");
  expect(SENTENCES.scenes.en(2)).toBe("At most 2 scenes are analysed at once");
  const trial = { ...FIGURES, wait: null, probes: { count: 1, good: 1 } };
  expect(WORDS.comeback.TASKS_FAILING.en(trial)).toBe(
    '1 trial task is let through in 30 s; work goes back to "CPU" when it succeeds.',
  );
  expect(WORDS.comeback.TASKS_FAILING.en({ ...trial, probes: FIGURES.probes })).toMatch(
    /^3 trial tasks are .* when 2 of them succeed\.$/,
  );
});

test("words: no sentence of the way back is longer than a breath", () => {
  for (const code of REFUSAL_CODES) {
    const text = WORDS.comeback[code].en(FIGURES);
    expect(text.split(" ").length, text).toBeLessThanOrEqual(36);
  }
});
