/** The summary of a simulation as a person reads it: figures, steps with their sentences, mistakes. */
import type { Language } from "../domain/configuration.ts";
import type { ReasonCode } from "../domain/reason.ts";
import { RUNGS } from "../domain/rung.ts";
import { profileText, sentenceOf } from "../policy/sentence.ts";
import { durationText, percentColumn, unknownWord } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import type { SummaryView } from "../replay/simulate-summary.ts";
import { columnsOf } from "./width.ts";
import { SIMULATE_SENTENCES, simulateText } from "./words-simulate.ts";

/** Steps and mistakes that are shown; the JSON has more. */
const SHOWN_MAX = 20;

/** All lines, ready to print. */
export function summaryLines(view: SummaryView, language: Language): readonly string[] {
  const duration = durationText(view.duration_ms, language);
  return [
    simulateText("TITLE", language),
    SIMULATE_SENTENCES.span[language]({ lines: view.lines, duration }),
    "",
    ...columnsOf(rowsOf(view, language).map(([name, value]) => [`  ${name}`, value])),
    ...stepLines(view, language),
    ...refusalLines(view, language),
  ];
}

type Row = readonly [name: string, value: string];

function rowsOf(view: SummaryView, language: Language): readonly Row[] {
  const say = (code: Parameters<typeof simulateText>[0]) => simulateText(code, language);
  const time = (ms: number | null): string =>
    ms === null ? say("NEVER") : durationText(ms, language);
  const share = view.local_share === null ? null : view.local_share * 100;
  return [
    [say("NOW"), profileText(view.profile, language)],
    [say("STEPS"), String(view.transitions)],
    [say("STEPS_PER_HOUR"), view.steps_per_hour?.toFixed(1) ?? unknownWord(language)],
    ...reasonRows(view, language),
    [say("QUICKEST_RETURN"), time(view.quickest_return_ms)],
    [say("QUICKEST_RELAPSE"), time(view.quickest_relapse_ms)],
    ...timeRows(view, language),
    [say("LOCAL_SHARE"), percentColumn(share, language)],
  ];
}

function reasonRows({ by_reason }: SummaryView, language: Language): readonly Row[] {
  const reasons = Object.entries(by_reason) as [ReasonCode, number][];
  return reasons.map(([code, count]) => [
    `${simulateText("REASONS", language)}: ${WORDS.title[code][language]()} (${code})`,
    String(count),
  ]);
}

function timeRows(view: SummaryView, language: Language): readonly Row[] {
  return [...RUNGS, "detecting" as const]
    .filter((rung) => view.time_per_rung_ms[rung] > 0)
    .map((rung): Row => {
      const ms = view.time_per_rung_ms[rung];
      const name =
        rung === "detecting"
          ? simulateText("DETECTING", language)
          : WORDS.rung[rung][language](null);
      const share = percentColumn((ms / view.duration_ms) * 100, language);
      return [
        `${simulateText("TIME", language)}: ${name}`,
        `${share} (${durationText(ms, language)})`,
      ];
    });
}

function stepLines(view: SummaryView, language: Language): readonly string[] {
  if (view.steps.length === 0) return [];
  const shown = view.steps.slice(0, SHOWN_MAX).map(({ at, reason }) => {
    const when = clockText(at - (view.first_at ?? at));
    return `- ${when} ${sentenceOf(reason, language)}`;
  });
  return ["", ...shown, ...moreLines(view.transitions - shown.length, language)];
}

function refusalLines(view: SummaryView, language: Language): readonly string[] {
  if (view.refused === 0) return [];
  const shown = view.refusals
    .slice(0, SHOWN_MAX)
    .map((one) => `- ${SIMULATE_SENTENCES.refusal[language](one)}`);
  return [
    "",
    `${simulateText("REFUSED", language)}: ${view.refused}`,
    ...shown,
    ...moreLines(view.refused - shown.length, language),
  ];
}

function moreLines(count: number, language: Language): readonly string[] {
  return count > 0 ? [`- ${SIMULATE_SENTENCES.more[language](count)}`] : [];
}

/** `1:02:03.500` since the first line. */
function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const rest = Math.round(ms % 1000);
  return rest === 0 ? clock : `${clock}.${String(rest).padStart(3, "0")}`;
}
