/**
 * The reason of a step in plain sentences: why, what was measured against what, from where to where.
 * A reason is about the moment of its step and stays as it was; what speaks against something better
 * now is said by `outlook.ts`.
 */
import type { Language } from "../domain/configuration.ts";
import { UNLOAD_SIGNAL } from "../domain/freed-nothing.ts";
import type { InputType } from "../domain/input.ts";
import { type AlertOutput, SHED_ALERT_MS } from "../domain/output.ts";
import type { Evidence, Reason, RefusalCode, ReturnTest } from "../domain/reason.ts";
import { deviceOf, isStepUp, type Rung, tierAndRungOf } from "../domain/rung.ts";
import type { Policy, VisionPolicy } from "./policy.ts";
import { durationText, gigabyteText, joinedText, namesText, percentText } from "./wording.ts";
import { kernelKillText } from "./words-conditions.ts";
import { interfaceText, SENTENCES } from "./words-interface.ts";
import { NOTE_WORDS } from "./words-notes.ts";
import { REASON_TITLES, REASON_WORDS, REFUSAL_WORDS, type ReasonFigures } from "./words-reasons.ts";
import { RUNG_WORDS } from "./words-states.ts";
import { failedText, freedNothingText, ranOutText } from "./words-tasks.ts";

/** The signal of an error that a task met, where no meter showed anything. */
export const RAN_OUT = "task.out_of_memory";

/** The signal of processes that the kernel ended. */
const KERNEL_KILLED = "memory.oom_kills";

/** The most letters that a sentence repeats of a reason that was given; the log has all of them. */
const SAID_MAX = 80;

/** Why a transition happened and what it changed: two or three sentences. */
export function sentenceOf(reason: Reason, language: Language): string {
  const figures = figuresOf(reason, language);
  const sentences = [
    REASON_WORDS[reason.code][language](figures),
    ...passedOverText(reason, language),
  ];
  const isOtherwiseUp = reason.code !== "RECOVERED" && figures.fit !== null;
  if (isOtherwiseUp && figures.to !== null)
    sentences.push(SENTENCES.fits[language]({ to: figures.to, fit: figures.fit ?? "" }));
  const moved = movedText(reason, language);
  if (moved !== null) sentences.push(moved);
  if (reason.estimated && figures.fit !== null) sentences.push(SENTENCES.estimated[language]());
  return joinedText(sentences, language);
}

/** The two lines printed at a step: the cause with its value, and what vision does now. */
export function stepLines(reason: Reason, policy: Policy, language: Language): string {
  const isUp = isStepUp(reason.from, reason.to);
  const value = isByRoom(reason) ? null : valueText(reason, reason.value, language);
  const title = `${titleOf(reason, language)}${value === null ? "" : ` (${value})`}`;
  const heading = interfaceText(isUp ? "RECOVERING" : "DEGRADING", language);
  const now = interfaceText(isUp ? "RECOVERED" : "DEGRADED", language);
  return `${heading}: ${title}\n  → ${now} Vision: ${visionText(policy.vision, language)}`;
}

/** What a person is asked to look at, and what stands in the way of the rungs. */
export function alertText({ refused }: AlertOutput, language: Language): string {
  const rungs = Object.entries(refused) as [Rung, RefusalCode][];
  const why = [...Map.groupBy(rungs, ([, code]) => code)].map(([code, same]) =>
    refusedText(
      same.map(([rung]) => RUNG_WORDS[rung][language](null)),
      REFUSAL_WORDS[code][language](),
      language,
    ),
  );
  const time = durationText(SHED_ALERT_MS, language);
  return joinedText([SENTENCES.shedTooLong[language](time), ...why], language);
}

/** `Not "CPU" and "cloud": …`: rungs that one cause speaks against. */
export function refusedText(names: readonly string[], why: string, language: Language): string {
  return SENTENCES.refused[language]({ rungs: namesText(names, language), why });
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

/** A step that leads past the rung that was asked for says why. */
function passedOverText({ occasion, refused, to }: Reason, language: Language): string[] {
  const held = occasion?.held;
  const code = held === undefined ? undefined : refused[held];
  if (held === undefined || code === undefined) return [];
  const name = RUNG_WORDS[held][language](tierAndRungOf(to)?.tier ?? null);
  return [refusedText([name], REFUSAL_WORDS[code][language](), language)];
}

/** Inside one tier only the rungs are named. */
function movedText({ from, to }: Reason, language: Language): string | null {
  if (from === to) return null;
  const [source, target] = [tierAndRungOf(from), tierAndRungOf(to)];
  if (source === null || target === null)
    return SENTENCES.starts[language](profileText(to, language));
  const isSameTier = source.tier === target.tier;
  const nameOf = (profile: string) =>
    isSameTier ? rungText(profile, language) : profileText(profile, language);
  return SENTENCES.moved[language]({ from: nameOf(from), to: nameOf(to) });
}

function rungText(profile: string, language: Language): string {
  const place = tierAndRungOf(profile);
  return place === null
    ? profileText(profile, language)
    : RUNG_WORDS[place.rung][language](place.tier);
}

function titleOf(reason: Reason, language: Language): string {
  if (reason.signal === RAN_OUT) return interfaceText("RAN_OUT", language);
  if (reason.signal === KERNEL_KILLED) return interfaceText("KERNEL_KILLED", language);
  if (reason.signal === UNLOAD_SIGNAL) return interfaceText("FREED_NOTHING", language);
  if (reason.code === "CLOUD_UNREACHABLE" && reason.tasks !== undefined)
    return interfaceText("CLOUD_FAILING", language);
  return REASON_TITLES[reason.code][language]();
}

/** Steps whose value is what is in use now, and no threshold that was crossed. */
function isByRoom({ code }: Reason): boolean {
  return code === "RECOVERED" || code === "ENTRY_WOULD_NOT_FIT";
}

function figuresOf(reason: Reason, language: Language): ReasonFigures {
  const { code, occasion, return_test } = reason;
  const { value, threshold } = comparedTexts(reason, language);
  const isEntry = code === "ENTRY_WOULD_NOT_FIT" && value !== null;
  return {
    value: isEntry ? meterText(reason, value, language) : value,
    threshold,
    isBeyond: isBeyond(reason),
    sustained: reason.sustained_ms > 0 ? durationText(reason.sustained_ms, language) : null,
    fit: return_test === null ? null : fitText(reason, return_test, language),
    tasks: tasksText(reason, language),
    cause: occasion?.missing === undefined ? null : NOTE_WORDS[occasion.missing][language](),
    input: changeOf(occasion?.input),
    held: occasion?.held === undefined ? null : rungNameOf(reason, occasion.held, language),
    said: occasion?.said === undefined ? null : saidText(occasion.said),
    from: rungText(reason.from, language),
    to: rungText(reason.to, language),
    isPlainTarget: tierAndRungOf(reason.to)?.tier === "LOCAL_CPU_ONLY",
  };
}

/** Words of others inside a sentence of ours: in one line, and not longer than the sentence. */
function saidText(said: string): string | null {
  const line = said.replaceAll(/\s+/gu, " ").trim();
  if (line === "") return null;
  const letters = [...line];
  return letters.length <= SAID_MAX ? line : `${letters.slice(0, SAID_MAX - 1).join("")}…`;
}

function rungNameOf({ to }: Reason, rung: Rung, language: Language): string {
  return RUNG_WORDS[rung][language](tierAndRungOf(to)?.tier ?? null);
}

function changeOf(input: InputType | undefined): ReasonFigures["input"] {
  if (input === "config.changed") return "settings";
  return input === "host.detected" ? "detection" : null;
}

/** Memory is short below its threshold, everything else above. */
function isBeyond({ value, threshold, unit }: Evidence): boolean {
  if (value === null || threshold === null) return false;
  return unit === "MiB" ? value < threshold : value > threshold;
}

function tasksText({ code, signal, tasks, value }: Reason, language: Language): string | null {
  if (signal === RAN_OUT)
    return ranOutText(tasks ?? null, code === "VRAM_EXHAUSTED" ? "vram" : "memory", language);
  if (signal === KERNEL_KILLED) return kernelKillText(value ?? 1, language);
  if (signal === UNLOAD_SIGNAL) return freedNothingText(value, language);
  if (tasks === undefined) return null;
  return failedText(tasks, code === "CLOUD_UNREACHABLE" ? "cloud" : "local", language);
}

/** What the value of an entry is the value of. */
function meterText({ unit }: Evidence, value: string, language: Language): string {
  return SENTENCES[unit === "MiB" ? "memoryLeft" : "vramUsed"][language](value);
}

/** What a value is held against. */
type Compared = Pick<Evidence, "unit" | "value" | "threshold">;

/** Value and threshold; where rounding would make two different numbers look equal, with more digits. */
export function comparedTexts(evidence: Compared, language: Language) {
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

function valueText(
  evidence: Pick<Evidence, "unit">,
  value: number | null,
  language: Language,
): string | null {
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

function preciseText(evidence: Pick<Evidence, "unit">, value: number): string {
  if (evidence.unit === "fraction") return `${(value * 100).toFixed(3)}%`;
  if (evidence.unit === "percent") return `${value.toFixed(3)}%`;
  return evidence.unit === "MiB" ? `${Math.round(value)} MiB` : String(value);
}

function fitText(reason: Reason, test: ReturnTest, language: Language): string {
  const { others_peak_mib, footprint_mib, limit_mib } = test;
  const target = tierAndRungOf(reason.to);
  const isOnCpu = target !== null && deviceOf(target.tier, target.rung) === "cpu";
  const isWithin = others_peak_mib + footprint_mib <= limit_mib;
  return SENTENCES.fit[language]({
    others: gigabyteText(others_peak_mib, language),
    need: gigabyteText(footprint_mib, language),
    limit: gigabyteText(limit_mib, language),
    sign: isWithin ? "≤" : ">",
    isOwn: isOnCpu || reason.region === "memory",
  });
}
