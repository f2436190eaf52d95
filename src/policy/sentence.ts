/**
 * The reason of a step in plain sentences: why, what was measured against what, from where to where.
 * A reason is about the moment of its step and stays as it was; what speaks against something better
 * now is said by `outlook.ts`.
 */
import type { Language } from "../domain/configuration.ts";
import { type AlertOutput, SHED_ALERT_MS } from "../domain/output.ts";
import type { Evidence, Reason, RefusalCode, ReturnTest } from "../domain/reason.ts";
import { isStepUp, type Rung, tierAndRungOf } from "../domain/rung.ts";
import type { Policy, VisionPolicy } from "./policy.ts";
import { durationText, gigabyteText, joinedText, percentText } from "./wording.ts";
import { interfaceText, SENTENCES } from "./words-interface.ts";
import { REASON_TITLES, REASON_WORDS, REFUSAL_WORDS, type ReasonFigures } from "./words-reasons.ts";
import { RUNG_WORDS } from "./words-states.ts";

/** Why a transition happened and what it changed: two or three sentences. */
export function sentenceOf(reason: Reason, language: Language): string {
  const cause = REASON_WORDS[reason.code][language](figuresOf(reason, language));
  const from = profileText(reason.from, language);
  const to = profileText(reason.to, language);
  const sentences = [cause];
  if (from !== to) sentences.push(SENTENCES.moved[language]({ from, to }));
  if (reason.estimated) sentences.push(SENTENCES.estimated[language]());
  return joinedText(sentences, language);
}

/** The two lines printed at a step: the cause with its value, and what vision does now. */
export function stepLines(reason: Reason, policy: Policy, language: Language): string {
  const isUp = isStepUp(reason.from, reason.to);
  const value = valueText(reason, reason.value, language);
  const title = `${REASON_TITLES[reason.code][language]()}${value === null ? "" : ` (${value})`}`;
  const heading = interfaceText(isUp ? "RECOVERING" : "DEGRADING", language);
  const now = interfaceText(isUp ? "RECOVERED" : "DEGRADED", language);
  return `${heading}: ${title}\n  → ${now} Vision: ${visionText(policy.vision, language)}`;
}

/** What a person is asked to look at, and what stands in the way of each rung. */
export function alertText({ refused }: AlertOutput, language: Language): string {
  const rungs = Object.entries(refused) as [Rung, RefusalCode][];
  const why = rungs.map(([rung, code]) =>
    SENTENCES.refused[language]({
      rung: RUNG_WORDS[rung][language](null),
      why: REFUSAL_WORDS[code][language](),
    }),
  );
  const time = durationText(SHED_ALERT_MS, language);
  return joinedText([SENTENCES.shedTooLong[language](time), ...why], language);
}

/** A profile state as people say it: `LOCAL_GPU_MID · CPU`. */
export function profileText(profile: string, language: Language): string {
  const place = tierAndRungOf(profile);
  if (place === null) return language === "zh" ? "检测中" : "detecting";
  return `${place.tier} · ${RUNG_WORDS[place.rung][language](place.tier)}`;
}

function visionText(vision: VisionPolicy, language: Language): string {
  if (vision.provider === "cloud") return "cloud";
  if (vision.provider === "none") return interfaceText("NO_WORK", language);
  return `local / ${vision.model ?? "?"}${vision.device === "cpu" ? " (CPU)" : ""}`;
}

function figuresOf(reason: Reason, language: Language): ReasonFigures {
  const { value, threshold } = comparedTexts(reason, language);
  return {
    value,
    threshold,
    sustained: reason.sustained_ms > 0 ? durationText(reason.sustained_ms, language) : null,
    age: reason.reading_age_ms === null ? null : durationText(reason.reading_age_ms, language),
    fit: fitFigure(reason, language),
  };
}

/** Without a card the way back may lead to the cloud, which the local model's arithmetic says nothing about. */
function fitFigure({ code, to, return_test }: Reason, language: Language): string | null {
  if (return_test === null) return null;
  if (code === "RECOVERED" && tierAndRungOf(to)?.tier === "LOCAL_CPU_ONLY") return null;
  return fitText(return_test, language);
}

/** Value and threshold; where rounding would make two different numbers look equal, with more digits. */
function comparedTexts(evidence: Evidence, language: Language) {
  const value = valueText(evidence, evidence.value, language);
  const threshold = valueText(evidence, evidence.threshold, language);
  const isBlurred = value === threshold && evidence.value !== evidence.threshold;
  if (!isBlurred || evidence.value === null || evidence.threshold === null)
    return { value, threshold };
  return {
    value: preciseText(evidence, evidence.value),
    threshold: preciseText(evidence, evidence.threshold),
  };
}

function valueText(evidence: Evidence, value: number | null, language: Language): string | null {
  if (value === null) return null;
  switch (evidence.unit) {
    case "fraction":
      return percentText(value * 100, language);
    case "percent":
      return percentText(value, language);
    case "MiB":
      return gigabyteText(value, language);
    case "count":
    case null:
      return String(value);
  }
}

function preciseText(evidence: Evidence, value: number): string {
  if (evidence.unit === "fraction") return `${(value * 100).toFixed(3)}%`;
  if (evidence.unit === "percent") return `${value.toFixed(3)}%`;
  return evidence.unit === "MiB" ? `${Math.round(value)} MiB` : String(value);
}

function fitText(test: ReturnTest, language: Language): string {
  const { others_peak_mib, footprint_mib, limit_mib } = test;
  const isWithin = others_peak_mib + footprint_mib <= limit_mib;
  return SENTENCES.fit[language]({
    others: gigabyteText(others_peak_mib, language),
    need: gigabyteText(footprint_mib, language),
    limit: gigabyteText(limit_mib, language),
    sign: isWithin ? "≤" : ">",
  });
}
