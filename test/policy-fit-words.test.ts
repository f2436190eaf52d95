/** Will it fit, in words: every code in both languages, and every sentence as it stands. */
import { expect, test } from "vitest";
import { LANGUAGES, type Language } from "../src/domain/configuration.ts";
import { CERTAINTIES } from "../src/domain/origin.ts";
import {
  FIT_PLACES,
  FIT_REASONS,
  FIT_REMARKS,
  FIT_SOURCES,
  FIT_TERMS,
  FIT_VERDICTS,
} from "../src/policy/fit-shape.ts";
import { fitAlternativeText, fitRemarkText, placeText } from "../src/policy/fit-text.ts";
import * as words from "../src/policy/words-fit.ts";

const LISTS = [
  [words.FIT_PLACE_WORDS, FIT_PLACES],
  [words.FIT_VERDICT_WORDS, FIT_VERDICTS],
  [words.FIT_TERM_WORDS, FIT_TERMS],
  [words.FIT_SOURCE_WORDS, FIT_SOURCES],
  [words.FIT_CERTAINTY_WORDS, CERTAINTIES],
  [words.FIT_METER_WORDS, ["vram", "memory"]],
  [words.FIT_REASON_WORDS, FIT_REASONS],
  [words.FIT_REMARK_WORDS, FIT_REMARKS],
] as const;

/** Names that are the same everywhere. */
const NAMES = ["gpu", "split", "cpu", "ollama"];

type AnyWord = Readonly<Record<Language, (figures: never) => string>>;

test("fit words: every code has words in both languages, and the Chinese is Chinese", () => {
  for (const [entries, codes] of LISTS) {
    expect(Object.keys(entries).sort()).toEqual([...codes].sort());
    for (const [code, word] of Object.entries(entries as Readonly<Record<string, AnyWord>>)) {
      const said = LANGUAGES.map((language) =>
        word[language]({ meter: "X", amount: "1 GB" } as never).replace("[object Object]", ""),
      );
      expect(said.every((text) => text.trim() !== "")).toBe(true);
      if (!NAMES.includes(code)) expect(said[0], code).toMatch(/\p{Script=Han}/u);
      expect(said[1], code).not.toMatch(/\p{Script=Han}/u);
    }
  }
});

test.each(LANGUAGES)("fit words: the sentences as they stand, in %s", async (language) => {
  const place = { terms: [], needs: { vram_mib: null, memory_mib: null } };
  const none = { ...place, layers: null, gpu_share: null };
  const ofModel = { model: "qwen3.5:4b", label: "Qwen3.5 4B", context: 4096, need_mib: 4137 };
  const left = { code: "ROOM_AT_PEAK", meter: "memory", mib: 1024 } as const;
  const here = { ...ofModel, installed: true, command: null };
  const lines = [
    ...FIT_REASONS.flatMap((code) =>
      (["vram", "memory"] as const).map((meter) => {
        const reasons = [{ code, meter, mib: meter === "vram" ? 300 : 3000 }];
        return placeText({ ...none, place: "gpu", verdict: "too-large", reasons }, language);
      }),
    ),
    ...FIT_VERDICTS.map((verdict) =>
      placeText({ ...none, place: "cpu", verdict, reasons: [left] }, language),
    ),
    ...[{ on_gpu: 18, total: 42 }, null].map((layers) => {
      const needs = { vram_mib: 3600, memory_mib: 900 };
      const split = { ...place, needs, layers, gpu_share: 0.428, reasons: [left] };
      return placeText({ ...split, place: "split", verdict: "fits" }, language);
    }),
    ...FIT_REMARKS.map((code) => fitRemarkText({ code, value: 1612 }, language)),
    ...(["context", "model", "cpu"] as const).map((kind) =>
      fitAlternativeText({ ...here, kind, place: kind === "cpu" ? "cpu" : "gpu" }, language),
    ),
    fitAlternativeText(
      {
        ...ofModel,
        kind: "model",
        place: "cpu",
        installed: false,
        command: "ollama pull qwen3.5:4b",
      },
      language,
    ),
    fitAlternativeText(
      { ...here, kind: "cloud", place: "cloud", label: "gpt-4o", context: null, need_mib: null },
      language,
    ),
  ];
  const once = [...new Set(lines)].join("\n");
  await expect(`${once}\n`).toMatchFileSnapshot(`golden/fit-words.${language}.txt`);
});
