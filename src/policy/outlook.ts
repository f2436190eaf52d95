/**
 * Where work stands now, in sentences: whether a person holds it there, what speaks against each better
 * rung at this moment, and what would bring it back.
 *
 * The idea: a doctor's answer to "how is the leg?" is not the report of the accident. The reason of the
 * last step is that report, and is told with its age; the present is looked at anew each time.
 * Rejected: repeating the refusals that were written down at the last step, which may be long over.
 */
import type { Language, Thresholds } from "../domain/configuration.ts";
import type { Dwell, Reason, RefusalCode } from "../domain/reason.ts";
import type { Rung } from "../domain/rung.ts";
import type { Tier } from "../domain/tier.ts";
import { sentenceOf } from "./sentence.ts";
import { durationText, gigabyteText, joinedText, listText, percentText } from "./wording.ts";
import { interfaceText, SENTENCES } from "./words-interface.ts";
import { REFUSAL_WORDS } from "./words-reasons.ts";
import { RETURN_WORDS, type ReturnFigures } from "./words-return.ts";
import { RUNG_WORDS } from "./words-states.ts";

/** The present, as far as the way up is concerned. */
export interface Outlook {
  readonly tier: Tier;
  /** The rung at which a person holds it; `null` = free. */
  readonly held: Rung | null;
  /** What speaks against each better rung now, best first; NOT_PERMITTED_YET = nothing but the wait. */
  readonly refused: readonly { readonly rung: Rung; readonly code: RefusalCode }[];
  readonly dwell: Dwell;
  /** Time since the last step, in ms; `null` = there was none. */
  readonly since_ms: number | null;
}

/** The reason of the last step, told as the past that it is. */
export function lastStepText(reason: Reason, outlook: Outlook | null, language: Language): string {
  const text = sentenceOf(reason, language);
  const since = outlook?.since_ms ?? null;
  if (since === null) return text;
  const time = durationText(Math.floor(since / 1000) * 1000, language);
  return SENTENCES.ago[language]({ time, text });
}

/** That a person holds it down, and how to clear that; `null` = nobody does. */
export function heldText(
  { tier, held, ...outlook }: Outlook,
  language: Language,
  thresholds: Thresholds,
): string | null {
  if (held === null) return null;
  const remedy = RETURN_WORDS.MANUAL_HOLD[language](
    returnFiguresOf(outlook.dwell, language, thresholds),
  );
  return joinedText([SENTENCES.held[language](RUNG_WORDS[held][language](tier)), remedy], language);
}

/** Why each better rung cannot be had now. */
export function whyNotBetter({ tier, refused, dwell }: Outlook, language: Language): string {
  if (refused.length === 0) return interfaceText("NOTHING_BETTER", language);
  const isServed = waitMs(dwell) === 0;
  const sentences = refused.map(({ rung, code }) => {
    const why =
      code === "NOT_PERMITTED_YET" && isServed
        ? interfaceText("NOT_SHOWN_TO_FIT", language)
        : REFUSAL_WORDS[code][language]();
    return SENTENCES.refused[language]({ rung: RUNG_WORDS[rung][language](tier), why });
  });
  return joinedText(sentences, language);
}

/**
 * What would bring a better rung back now, the nearest first; the release values are those of
 * `thresholds`. `null` where nothing is refused, or only by the hold (`heldText` says how to clear it).
 */
export function whatBringsItBack(
  { tier, refused, dwell }: Outlook,
  language: Language,
  thresholds: Thresholds,
): string | null {
  const rungsByCode = new Map<RefusalCode, string[]>();
  for (const { rung, code } of refused.toReversed()) {
    if (code === "MANUAL_HOLD") continue;
    const rungs = rungsByCode.get(code) ?? [];
    rungsByCode.set(code, [...rungs, RUNG_WORDS[rung][language](tier)]);
  }
  const figures = returnFiguresOf(dwell, language, thresholds);
  const sentences = [...rungsByCode].map(([code, rungs]) => {
    const text = RETURN_WORDS[code][language](figures);
    if (rungsByCode.size === 1) return text;
    return SENTENCES.each[language]({ rungs: listText(rungs, language), text });
  });
  return sentences.length === 0 ? null : joinedText(sentences, language);
}

function waitMs({ served_ms, required_ms }: Dwell): number {
  return Math.max(0, required_ms - served_ms);
}

function returnFiguresOf(
  dwell: Dwell,
  language: Language,
  { vram, memory, tasks }: Thresholds,
): ReturnFigures {
  const percent = (fraction: number) => percentText(fraction * 100, language);
  const times = (level: { quick_exit_ms: number; slow_exit_ms: number }) => ({
    quickTime: durationText(level.quick_exit_ms, language),
    slowTime: durationText(level.slow_exit_ms, language),
  });
  const wait = waitMs(dwell);
  return {
    vram: { quick: percent(vram.quick_exit), slow: percent(vram.slow_exit), ...times(vram) },
    memory: {
      quick: gigabyteText(memory.quick_exit, language),
      slow: gigabyteText(memory.slow_exit, language),
      ...times(memory),
    },
    probes: { count: tasks.probes, good: tasks.probes_good },
    dwell: durationText(dwell.required_ms, language),
    wait: wait === 0 ? null : durationText(Math.ceil(wait / 1000) * 1000, language),
  };
}
