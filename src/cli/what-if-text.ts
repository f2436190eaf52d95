/** The answer of a what-if as a person sees it: what was changed, both tellings side by side, what follows. */
import type { Language } from "../domain/configuration.ts";
import { settingAt } from "../domain/configuration-parse.ts";
import { RUNGS } from "../domain/rung.ts";
import { profileText, sentenceOf } from "../policy/sentence.ts";
import {
  durationText,
  gigabyteText,
  percentColumn,
  percentText,
  unknownWord,
} from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import type { ChangedSetting, HostFacts, SideView, WhatIfView } from "../replay/what-if-view.ts";
import { timeText } from "./time.ts";
import { differenceLines } from "./what-if-differences.ts";
import { exhaustionLines } from "./what-if-exhaustions.ts";
import { columnsOf } from "./width.ts";
import { INEXACT_WORDS, REMARK_WORDS, WHAT_IF_SENTENCES, whatIfText } from "./words-what-if.ts";

const MIB_PER_GIB = 1024;

/** All lines, ready to print. */
export function whatIfLines(view: WhatIfView, language: Language): readonly string[] {
  const caveats = [
    whatIfText("MEASUREMENTS_FIXED", language),
    ...view.inexact.map(
      (code) => `${whatIfText("NOT_EXACT", language)}: ${INEXACT_WORDS[code][language]()}`,
    ),
    ...view.remarks.map((code) => `- ${REMARK_WORDS[code][language]()}`),
  ];
  if (view.first_at === null || view.last_at === null)
    return [whatIfText("TITLE", language), "", ...caveats];
  const span = WHAT_IF_SENTENCES.span[language]({
    from: timeText(view.first_at),
    to: timeText(view.last_at),
    readings: view.readings + view.pruned_readings,
    watched: durationText(view.watched_ms, language),
  });
  return [
    whatIfText("TITLE", language),
    ...changeLines(view, language),
    "",
    span,
    "",
    ...columnsOf(tableOf(view, language)),
    "",
    ...divergenceLines(view, language),
    ...differenceLines(view.differences, language),
    "",
    ...exhaustionLines(view.exhaustions, language),
    "",
    ...caveats,
  ];
}

function changeLines({ changes }: WhatIfView, language: Language): readonly string[] {
  const rows = changes.settings.map((one) => [
    `  ${one.path}`,
    `${valueText(one, one.from, language)} → ${valueText(one, one.to, language)}`,
  ]);
  if (changes.host !== null) {
    const { from, to } = changes.host;
    const then = from === null ? unknownWord(language) : hostText(from, language);
    rows.push([`  ${whatIfText("HOST", language)}`, `${then} → ${hostText(to, language)}`]);
  }
  return columnsOf(rows);
}

function hostText(host: HostFacts, language: Language): string {
  const { gpu, vram_total_mib: vram, memory_total_mib: memory } = host;
  const card =
    gpu === null && vram === null
      ? whatIfText("NO_CARD", language)
      : `${gpu ?? unknownWord(language)} (${gigabyteText(vram, language)})`;
  return `${card} · ${WORDS.region.memory[language]()} ${gigabyteText(memory, language)}`;
}

function valueText(
  { path }: ChangedSetting,
  value: ChangedSetting["from"],
  language: Language,
): string {
  if (value === null) return whatIfText("NOT_SET", language);
  if (typeof value !== "number") return String(value);
  switch (settingAt(path)?.kind) {
    case "fraction":
      return percentText(value * 100, language);
    case "duration_ms":
      return durationText(value, language);
    case "size_mib":
      return value % MIB_PER_GIB === 0 ? gigabyteText(value, language) : `${value} MiB`;
    default:
      return String(value);
  }
}

/** A row of the table: a name, and how to say it of one side. */
type Row = readonly [name: string, of: (side: SideView) => string];

function tableOf(view: WhatIfView, language: Language): readonly (readonly string[])[] {
  const { actual, hypothetical } = view;
  const heading = ["", whatIfText("THEN", language), whatIfText("CHANGED", language)];
  const say = (name: Parameters<typeof whatIfText>[0]) => whatIfText(name, language);
  const limit = ({ moments_at_or_over_limit: moments, episodes }: SideView["vram"]) =>
    moments === 0 ? "0" : WHAT_IF_SENTENCES.samples[language]({ moments, episodes });
  const rows: readonly Row[] = [
    [say("STEPS"), (side) => String(side.transitions)],
    [
      say("STEPS_PER_HOUR"),
      ({ steps_per_hour: rate }) => rate?.toFixed(1) ?? unknownWord(language),
    ],
    ...timeRows(view, language),
    [say("LOCAL_SHARE"), ({ local_share: share }) => shareText(share, language)],
    [say("VRAM_AT_LIMIT"), ({ vram }) => limit(vram)],
    [say("MEMORY_AT_LIMIT"), ({ memory }) => limit(memory)],
  ];
  return [heading, ...rows.map(([name, of]) => [`  ${name}`, of(actual), of(hypothetical)])];
}

/** The rungs that either side was on. */
function timeRows({ actual, hypothetical, watched_ms }: WhatIfView, language: Language): Row[] {
  const sides = [actual, hypothetical];
  return [...RUNGS, "detecting" as const]
    .filter((rung) => sides.some(({ time_per_rung_ms: times }) => times[rung] > 0))
    .map((rung): Row => {
      const name =
        rung === "detecting" ? whatIfText("DETECTING", language) : WORDS.rung[rung][language](null);
      const of = ({ time_per_rung_ms: times }: SideView): string =>
        times[rung] === 0
          ? "0"
          : `${shareText(times[rung] / watched_ms, language)} (${durationText(times[rung], language)})`;
      return [`${whatIfText("TIME", language)}: ${name}`, of];
    });
}

function shareText(share: number | null, language: Language): string {
  return percentColumn(share === null ? null : share * 100, language);
}

function divergenceLines({ first_divergence: parted }: WhatIfView, language: Language) {
  if (parted === null) return [whatIfText("NO_DIFFERENCE", language)];
  const lines = [
    `${whatIfText("FIRST_DIFFERENCE", language)}: ${timeText(parted.at)} [${parted.seq}]`,
    `  ${whatIfText("THEN", language)}: ${profileText(parted.actual.profile, language)}`,
    `  ${whatIfText("CHANGED", language)}: ${profileText(parted.hypothetical.profile, language)}`,
  ];
  if (parted.cause !== null) {
    const side = whatIfText(parted.moved === "actual" ? "THEN" : "CHANGED", language);
    const because = whatIfText("BECAUSE", language);
    lines.push(`  ${because} (${side}): ${sentenceOf(parted.cause, language)}`);
  }
  return lines;
}
