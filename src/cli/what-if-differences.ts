/** The steps that vanish, appear or move, as lines in the order of time. */
import type { Language } from "../domain/configuration.ts";
import { tierAndRungOf } from "../domain/rung.ts";
import { profileText } from "../policy/sentence.ts";
import { durationText } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import type { MovedStep, StepView, WhatIfView } from "../replay/what-if-view.ts";
import { timeText } from "./time.ts";
import { WHAT_IF_SENTENCES, whatIfText } from "./words-what-if.ts";

/** Steps that are shown; all of them are in the JSON. */
const SHOWN_MAX = 10;

/** A heading with the counts, and the first steps; nothing when no step differs. */
export function differenceLines(
  { vanished, appeared, moved }: WhatIfView["differences"],
  language: Language,
): readonly string[] {
  const totals = { vanished: vanished.total, appeared: appeared.total, moved: moved.total };
  const total = totals.vanished + totals.appeared + totals.moved;
  if (total === 0) return [];
  const steps = [
    ...vanished.list.map((step) => ({ step, word: whatIfText("VANISHES", language) })),
    ...appeared.list.map((step) => ({ step, word: whatIfText("APPEARS", language) })),
    ...moved.list.map((step) => ({ step, word: movedText(step, language) })),
  ].sort((one, other) => one.step.at - other.step.at);
  const shown = steps.slice(0, SHOWN_MAX).map(({ step, word }) => lineOf(step, word, language));
  const more = total - shown.length;
  return [
    "",
    WHAT_IF_SENTENCES.counts[language](totals),
    ...shown,
    ...(more > 0 ? [`- ${WHAT_IF_SENTENCES.more[language](more)}`] : []),
  ];
}

function lineOf({ seq, at, from, to, code }: StepView, word: string, language: Language): string {
  const way = wayText(from, to, language);
  return `- ${timeText(at)} [${seq}] ${word}: ${way} (${WORDS.title[code][language]()})`;
}

/** Within a tier the rungs say enough. */
function wayText(from: string, to: string, language: Language): string {
  const [source, target] = [tierAndRungOf(from), tierAndRungOf(to)];
  if (source === null || target === null || source.tier !== target.tier)
    return `${profileText(from, language)} → ${profileText(to, language)}`;
  const [before, after] = [source, target].map(({ tier, rung }) =>
    WORDS.rung[rung][language](tier),
  );
  return `${before} → ${after}`;
}

function movedText({ delta_ms }: MovedStep, language: Language): string {
  const words = delta_ms < 0 ? WHAT_IF_SENTENCES.sooner : WHAT_IF_SENTENCES.later;
  return words[language](durationText(Math.abs(delta_ms), language));
}
