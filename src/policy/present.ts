/**
 * What speaks against a rung now, with the numbers of now.
 *
 * A cause that is only named ("memory is almost used up") leaves a person with the question "how much
 * is there, then?". So each cause says what its meter shows at this moment; one that the meter has left
 * again, but not for long enough, says that too.
 */
import type { Language, Thresholds } from "../domain/configuration.ts";
import type { RefusalCode, TaskEvidence } from "../domain/reason.ts";
import type { Room } from "../domain/return-test.ts";
import type { Rung } from "../domain/rung.ts";
import { comparedTexts } from "./sentence.ts";
import { durationText, gigabyteText } from "./wording.ts";
import { interfaceText, SENTENCES } from "./words-interface.ts";
import { CARRY_WORDS, LEVEL_WORDS, type LevelFigures, SILENT_WORDS } from "./words-present.ts";
import { REFUSAL_WORDS } from "./words-reasons.ts";
import { failedText, ranOutText } from "./words-tasks.ts";

/** One meter as read last; a fraction for VRAM, MiB available for memory. */
export interface Meter {
  readonly value: number | null;
  /** Time without a value, ms. */
  readonly silent_ms: number | null;
  /** The task that ran out of it, where its error is what counts. */
  readonly ran_out: TaskEvidence | null;
}

/** What a rung would take of this host, were nothing else running. */
export interface Carry {
  readonly rung: Rung;
  readonly meter: "vram" | "memory";
  /** `null`: no model is planned for it here. */
  readonly need_mib: number | null;
  readonly limit_mib: number | null;
}

/** The present, in the numbers that causes are told with. */
export interface Present {
  readonly vram: Meter;
  readonly memory: Meter;
  /** Of the tasks that fail or are on trial; `null` = none. */
  readonly local: TaskEvidence | null;
  readonly cloud: TaskEvidence | null;
  /** Until trial tasks are let through, ms; `null` = they are now, or none are needed. */
  readonly trial_ms: number | null;
  /** False until a probe of the cloud was answered, one way or the other. */
  readonly isCloudKnown: boolean;
  readonly room: readonly Room[];
  readonly carry: readonly Carry[];
}

/** Nothing read and nothing counted. */
export const NOTHING_PRESENT: Present = {
  vram: { value: null, silent_ms: null, ran_out: null },
  memory: { value: null, silent_ms: null, ran_out: null },
  local: null,
  cloud: null,
  trial_ms: null,
  isCloudKnown: true,
  room: [],
  carry: [],
};

/** A refusal and what it is judged by. */
export interface Refused {
  readonly rung: Rung;
  readonly code: RefusalCode;
  /** The waiting time after the last step is over. */
  readonly isServed: boolean;
}

/** Why a rung cannot be had now: the end of "not X: …". */
export function refusalText(
  { rung, code, isServed }: Refused,
  present: Present,
  { language, thresholds }: { readonly language: Language; readonly thresholds: Thresholds },
): string {
  const plain = REFUSAL_WORDS[code][language]();
  switch (code) {
    case "VRAM_TIGHT":
    case "VRAM_EXHAUSTED":
      return levelText("vram", present.vram, { language, thresholds }) ?? plain;
    case "MEMORY_TIGHT":
    case "MEMORY_EXHAUSTED":
      return levelText("memory", present.memory, { language, thresholds }) ?? plain;
    case "VRAM_LOST":
      return silentText("vram", present.vram, language) ?? plain;
    case "MEMORY_LOST":
      return silentText("memory", present.memory, language) ?? plain;
    case "TASKS_FAILING":
      return present.local === null ? plain : failedText(present.local, "local", language);
    case "CLOUD_UNREACHABLE":
      if (present.cloud !== null) return failedText(present.cloud, "cloud", language);
      return present.isCloudKnown ? plain : interfaceText("CLOUD_UNKNOWN", language);
    case "WOULD_NOT_FIT":
      return (
        carryText(
          present.carry.find((each) => each.rung === rung),
          language,
        ) ?? plain
      );
    case "NOT_PERMITTED_YET":
      return waitingText(
        present.room.find((each) => each.rung === rung),
        isServed,
        language,
      );
    default:
      return plain;
  }
}

function waitingText(room: Room | undefined, isServed: boolean, language: Language): string {
  if (room?.fits_in_ms === null) return interfaceText("NO_ROOM", language);
  if (room !== undefined && room.fits_in_ms > 0)
    return SENTENCES.roomTooNew[language](durationText(room.lookback_ms, language));
  if (!isServed) return REFUSAL_WORDS.NOT_PERMITTED_YET[language]();
  return interfaceText(room === undefined ? "NOT_SHOWN_TO_FIT" : "SHORT_CALM", language);
}

/** What a meter shows, against the threshold that it is beyond or not yet back from. */
function levelText(
  meter: "vram" | "memory",
  { value, ran_out }: Meter,
  { language, thresholds }: { readonly language: Language; readonly thresholds: Thresholds },
): string | null {
  if (value === null) return ran_out === null ? null : ranOutText(ran_out, meter, language);
  const { enter, hard, slow_exit } = thresholds[meter];
  const isBeyond = (limit: number) => (meter === "vram" ? value > limit : value < limit);
  const unit = meter === "vram" ? "fraction" : "MiB";
  const figures = (limit: number): LevelFigures => {
    const texts = comparedTexts({ unit, value, threshold: limit }, language);
    return { value: texts.value ?? "", limit: texts.threshold ?? "" };
  };
  const words = LEVEL_WORDS[meter][language];
  if (isBeyond(hard)) return words.beyond(figures(hard));
  if (ran_out !== null) return ranOutText(ran_out, meter, language);
  if (isBeyond(enter)) return words.beyond(figures(enter));
  const isBack = meter === "vram" ? value < slow_exit : value > slow_exit;
  return isBack ? words.back(figures(slow_exit)) : words.near(figures(slow_exit));
}

function silentText(
  meter: "vram" | "memory",
  { silent_ms }: Meter,
  language: Language,
): string | null {
  if (silent_ms === null) return null;
  const time = durationText(Math.floor(silent_ms / 1000) * 1000, language);
  return SILENT_WORDS[meter][language](time);
}

function carryText(carry: Carry | undefined, language: Language): string | null {
  if (carry === undefined) return null;
  const { meter, need_mib, limit_mib } = carry;
  if (need_mib === null) return interfaceText("NO_MODEL_PLANNED", language);
  if (limit_mib === null) return null;
  const [need, limit] = [gigabyteText(need_mib, language), gigabyteText(limit_mib, language)];
  return CARRY_WORDS[meter][language]({ need, limit });
}
