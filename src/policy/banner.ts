/**
 * What a person sees at the start and while it runs: the start-up banner in four pieces, printed as
 * each step is done, and the monitor's lines. The look is the user's document, line for line.
 */
import type { Language } from "../domain/configuration.ts";
import { hardwareLines, policyLines } from "./explanation.ts";
import type { Policy } from "./policy.ts";
import type { Situation } from "./situation.ts";
import { percentColumn } from "./wording.ts";
import { interfaceText, SENTENCES } from "./words-interface.ts";

const RULE = "=".repeat(60);

/** Printed before the detection. */
export function openingLines(language: Language): readonly string[] {
  return [
    RULE,
    interfaceText("STARTING", language),
    RULE,
    "",
    interfaceText("DETECTING", language),
  ];
}

/** Printed after the detection; `savedAs` is the profile's file, `null` = it was not saved. */
export function detectedLines(
  situation: Situation,
  savedAs: string | null,
  language: Language,
): readonly string[] {
  const lines = savedAs === null ? [] : [SENTENCES.saved[language](savedAs)];
  const level = interfaceText("LEVEL", language);
  return [
    ...lines,
    "",
    ...hardwareLines(situation.host, language),
    ...(situation.tier === null ? [] : ["", `${level}: ${situation.tier}`]),
  ];
}

/** Printed when the policy is made, before the monitor starts. */
export function plannedLines(policy: Policy, language: Language): readonly string[] {
  return [
    "",
    interfaceText("PLANNING", language),
    ...policyLines(policy, language).map((line) => `✓ ${line}`),
    "",
    interfaceText("MONITORING", language),
  ];
}

/** Printed when everything runs. */
export function startedLines(language: Language): readonly string[] {
  return ["", RULE, interfaceText("STARTED", language), RULE];
}

/** Figures of one beat, 0..100; `null` = unknown. `total` is `null` when the monitor has no end. */
export interface MonitorFigures {
  readonly index: number;
  readonly total: number | null;
  /** False on hosts without a card of their own: the line is left out. */
  readonly has_gpu: boolean;
  readonly vram_used_percent: number | null;
  readonly memory_used_percent: number | null;
  readonly cpu_used_percent: number | null;
  readonly failure_rate_percent: number | null;
}

/** The monitor's lines of one beat. */
export function monitorLines(figures: MonitorFigures, language: Language): readonly string[] {
  const { index, total } = figures;
  const line = (code: "VRAM" | "MEMORY" | "CPU" | "FAILURE_RATE", percent: number | null) =>
    `  ${interfaceText(code, language)}: ${percentColumn(percent, language)}`;
  return [
    `[${total === null ? index : `${index}/${total}`}] ${interfaceText("METRICS", language)}:`,
    ...(figures.has_gpu ? [line("VRAM", figures.vram_used_percent)] : []),
    line("MEMORY", figures.memory_used_percent),
    line("CPU", figures.cpu_used_percent),
    line("FAILURE_RATE", figures.failure_rate_percent),
  ];
}
