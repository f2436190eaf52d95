/** The times when a resource really ran out: how each side stood, and what the change would have meant. */
import type { Language } from "../domain/configuration.ts";
import { durationText, gigabyteText } from "../policy/wording.ts";
import type { Exhaustion, ExhaustionSide, Listed } from "../replay/what-if-view.ts";
import { timeText } from "./time.ts";
import { SIGNAL_WORDS, WHAT_IF_SENTENCES, whatIfText } from "./words-what-if.ts";

/** Exhaustions that are shown; all of them are in the JSON. */
const SHOWN_MAX = 10;

const MIB_PER_GIB = 1024;

/** A heading and one block of lines for each. */
export function exhaustionLines(
  { total, list }: Listed<Exhaustion>,
  language: Language,
): readonly string[] {
  if (total === 0) return [whatIfText("NO_EXHAUSTION", language)];
  const shown = list.slice(0, SHOWN_MAX);
  const more = total - shown.length;
  return [
    `${whatIfText("EXHAUSTIONS", language)}: ${total}`,
    inTimeText(list, language),
    ...shown.flatMap((one) => linesOf(one, language)),
    ...(more > 0 ? [`- ${WHAT_IF_SENTENCES.more[language](more)}`] : []),
  ];
}

/** What did not run out on a side was no danger there. */
function inTimeText(list: readonly Exhaustion[], language: Language): string {
  const inTime = (name: "actual" | "hypothetical"): number =>
    list.filter((one) => one[name]?.off !== false).length;
  const figures = { actual: inTime("actual"), changed: inTime("hypothetical"), total: list.length };
  return WHAT_IF_SENTENCES.inTime[language](figures);
}

function linesOf(one: Exhaustion, language: Language): readonly string[] {
  const { actual, hypothetical, at, seq, signal } = one;
  const free = Math.min(actual?.free_mib ?? Infinity, hypothetical?.free_mib ?? Infinity);
  const worst = WHAT_IF_SENTENCES.worst[language]({
    signal: SIGNAL_WORDS[signal][language](),
    free: free < MIB_PER_GIB ? `${Math.round(free)} MiB` : gigabyteText(free, language),
  });
  return [
    `- ${timeText(at)} [${seq}] ${worst}`,
    `  ${whatIfText("THEN", language)}: ${standText(actual, language)}`,
    `  ${whatIfText("CHANGED", language)}: ${standText(hypothetical, language)}`,
    `  → ${verdictText(one, language)}`,
  ];
}

function standText(side: ExhaustionSide | null, language: Language): string {
  if (side === null) return whatIfText("NOT_EXHAUSTED", language);
  const { lead_ms: lead } = side;
  if (lead === null) return whatIfText("NEVER_LEFT", language);
  if (lead === 0) return whatIfText("LEFT_WITH_IT", language);
  const words = lead > 0 ? WHAT_IF_SENTENCES.leftBefore : WHAT_IF_SENTENCES.leftAfter;
  return words[language](durationText(Math.abs(lead), language));
}

/** In time is who was off the resource before it ran out. */
function verdictText({ actual, hypothetical }: Exhaustion, language: Language): string {
  if (hypothetical === null) return whatIfText("NOT_EXHAUSTED", language);
  const [was, is] = [actual?.lead_ms ?? null, hypothetical.lead_ms];
  const [wasInTime, isInTime] = [actual === null || actual.off, hypothetical.off];
  if (!wasInTime && !isInTime) return whatIfText("BOTH_TOO_LATE", language);
  if (!isInTime) return whatIfText("NO_LONGER_IN_TIME", language);
  if (was === null || is === null) return whatIfText("NOW_IN_TIME", language);
  if (is === was) return whatIfText("BOTH_IN_TIME", language);
  const words = is > was ? WHAT_IF_SENTENCES.metSooner : WHAT_IF_SENTENCES.metLater;
  return words[language](durationText(Math.abs(is - was), language));
}
