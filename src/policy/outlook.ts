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
import type { Room } from "../domain/return-test.ts";
import type { Rung } from "../domain/rung.ts";
import type { Tier } from "../domain/tier.ts";
import { type Present, refusalText } from "./present.ts";
import { roomTexts } from "./room.ts";
import { refusedText, sentenceOf } from "./sentence.ts";
import { durationText, gigabyteText, joinedText, namesText, percentText } from "./wording.ts";
import { interfaceText, SENTENCES } from "./words-interface.ts";
import { RETURN_WORDS, type ReturnFigures } from "./words-return.ts";
import { RUNG_WORDS } from "./words-states.ts";

/** A rung and what speaks against it. */
export interface RefusedRung {
  readonly rung: Rung;
  readonly code: RefusalCode;
}

/** A pressure that asks for less and does not get it, because no rung that would help can be used. */
export interface Unmet {
  readonly code: RefusalCode;
  /** The rungs that would help; none where the present one is the help. */
  readonly helpless: readonly RefusedRung[];
}

/** The present, as far as the way up is concerned. */
export interface Outlook {
  readonly tier: Tier;
  readonly rung: Rung;
  /** The rung at which a person holds it; `null` = free. */
  readonly held: Rung | null;
  /** What speaks against each better rung now, best first; NOT_PERMITTED_YET = nothing but the wait. */
  readonly refused: readonly RefusedRung[];
  readonly unmet: readonly Unmet[];
  readonly dwell: Dwell;
  /** Time since the last step, in ms; `null` = there was none. */
  readonly since_ms: number | null;
  readonly present: Present;
}

/** The language, and the thresholds whose release values are told. */
export interface Telling {
  readonly language: Language;
  readonly thresholds: Thresholds;
}

/** The reason of the last step, told as the past that it is. */
export function lastStepText(reason: Reason, outlook: Outlook | null, language: Language): string {
  const text = sentenceOf(reason, language);
  const since = outlook?.since_ms ?? null;
  if (since === null) return text;
  if (since < 1000) return SENTENCES.justNow[language](text);
  const time = durationText(Math.floor(since / 1000) * 1000, language);
  return SENTENCES.ago[language]({ time, text });
}

/** That a person holds it down, and how to clear that; `null` = nobody does. */
export function heldText(outlook: Outlook, telling: Telling): string | null {
  const { tier, held } = outlook;
  if (held === null) return null;
  const { language } = telling;
  const remedy = RETURN_WORDS.MANUAL_HOLD[language](returnFiguresOf(held, outlook, telling));
  return joinedText([SENTENCES.held[language](RUNG_WORDS[held][language](tier)), remedy], language);
}

/** Pressures that cannot be met, and why work stays where it is all the same. */
export function unmetTexts(outlook: Outlook, telling: Telling): readonly string[] {
  const { tier, rung } = outlook;
  const { language, thresholds } = telling;
  const place = RUNG_WORDS[rung][language](tier);
  return outlook.unmet.map(({ code, helpless }) => {
    const cause =
      code === "EDITOR_BUSY"
        ? interfaceText("EDITOR_RUNNING", language)
        : refusalText({ rung, code, isServed: true }, outlook.present, telling);
    if (helpless.length === 0) {
      const limit = percentText(thresholds.vram.hard * 100, language);
      return SENTENCES.unmetSmall[language]({ cause, place, limit });
    }
    const why = groupedTexts(helpless, outlook, telling);
    return SENTENCES.unmet[language]({ cause, place, why: joinedText(why, language) });
  });
}

/** Why each better rung cannot be had now. */
export function whyNotBetter(outlook: Outlook, telling: Telling): string {
  const { language } = telling;
  if (outlook.refused.length === 0) return interfaceText("NOTHING_BETTER", language);
  return joinedText(groupedTexts(outlook.refused, outlook, telling), language);
}

/** Rungs against which the same cause speaks share a sentence. */
function groupedTexts(
  refused: readonly RefusedRung[],
  { tier, dwell, present }: Outlook,
  telling: Telling,
): readonly string[] {
  const isServed = waitMs(dwell) === 0;
  const causes = Map.groupBy(refused, ({ rung, code }) =>
    refusalText({ rung, code, isServed }, present, telling),
  );
  const { language } = telling;
  return [...causes].map(([why, same]) =>
    refusedText(
      same.map(({ rung }) => RUNG_WORDS[rung][language](tier)),
      why,
      language,
    ),
  );
}

/**
 * What would bring a better rung back now, the nearest first, and how much room there is for it.
 * `null` where nothing is refused, or only by the hold (`heldText` says how to clear it).
 */
export function whatBringsItBack(outlook: Outlook, telling: Telling): string | null {
  const { tier, present } = outlook;
  const { language } = telling;
  const isHopeless = (rung: Rung) =>
    present.carry.some((each) => each.rung === rung && each.need_mib === null);
  const nearestFirst = outlook.refused
    .filter(({ rung, code }) => code !== "MANUAL_HOLD" && !isHopeless(rung))
    .toReversed();
  const causes = Map.groupBy(nearestFirst, ({ code }) => code);
  const sentences = [...causes].flatMap(([code, same]) => {
    const [{ rung }, ...better] = same as [RefusedRung, ...RefusedRung[]];
    const text = RETURN_WORDS[code][language](returnFiguresOf(rung, outlook, telling));
    const best = better.at(-1);
    if (best === undefined || code === "WOULD_NOT_FIT") return [text];
    return [text, SENTENCES.stepwise[language](nameText(best.rung, tier, language))];
  });
  const texts = [
    ...sentences,
    ...roomTexts(worthTelling(nearestFirst, present), { tier, language }),
  ];
  return texts.length === 0 ? null : joinedText(texts, language);
}

/** The meter of the nearest rung, and any other on which something does not fit. */
function worthTelling(nearestFirst: readonly RefusedRung[], { room }: Present): readonly Room[] {
  const rooms = nearestFirst.flatMap(({ rung }) => room.filter((each) => each.rung === rung));
  const isTight = (meter: Room["meter"]) =>
    rooms.some((each) => each.meter === meter && each.fits_in_ms !== 0);
  return rooms.filter(({ meter }) => meter === rooms[0]?.meter || isTight(meter));
}

function waitMs({ served_ms, required_ms }: Dwell): number {
  return Math.max(0, required_ms - served_ms);
}

/** What the return test of now means for the way back. */
function roomFigure(
  room: Room | undefined,
  waitMs: number,
  language: Language,
): ReturnFigures["room"] {
  if (room === undefined || room.fits_in_ms === 0) return null;
  if (room.fits_in_ms === null) return { isFull: true, soon: null };
  const ms = Math.max(room.fits_in_ms, waitMs);
  return { isFull: false, soon: durationText(Math.ceil(ms / 1000) * 1000, language) };
}

function nameText(rung: Rung, tier: Tier, language: Language): string {
  return namesText([RUNG_WORDS[rung][language](tier)], language);
}

function returnFiguresOf(
  target: Rung,
  { tier, dwell, present }: Outlook,
  { language, thresholds: { vram, memory, tasks } }: Telling,
): ReturnFigures {
  const percent = (fraction: number) => percentText(fraction * 100, language);
  const times = (level: { quick_exit_ms: number; slow_exit_ms: number }) => ({
    quickTime: durationText(level.quick_exit_ms, language),
    slowTime: durationText(level.slow_exit_ms, language),
  });
  const wholeSeconds = (ms: number) => durationText(Math.ceil(ms / 1000) * 1000, language);
  const wait = waitMs(dwell);
  const room = present.room.find(({ rung }) => rung === target);
  return {
    target: nameText(target, tier, language),
    vram: { quick: percent(vram.quick_exit), slow: percent(vram.slow_exit), ...times(vram) },
    memory: {
      quick: gigabyteText(memory.quick_exit, language),
      slow: gigabyteText(memory.slow_exit, language),
      ...times(memory),
    },
    probes: { count: tasks.probes, good: tasks.probes_good },
    trial: present.trial_ms === null ? null : wholeSeconds(present.trial_ms),
    dwell: durationText(dwell.required_ms, language),
    wait: wait === 0 ? null : wholeSeconds(wait),
    room: roomFigure(room, wait, language),
  };
}
