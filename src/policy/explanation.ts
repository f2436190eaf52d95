/**
 * The explanation of the whole: what this host is, how it runs, why, what that limits, and what
 * would improve it; in the look of the user's document.
 */
import type { Language } from "../domain/configuration.ts";
import type { Gpu, Host } from "../domain/host.ts";
import type { NoteCode } from "../domain/note.ts";
import type { Reason } from "../domain/reason.ts";
import { gpuMemoryMib, largestUsableGpu } from "../domain/tier.ts";
import {
  heldText,
  lastStepText,
  type Outlook,
  unmetTexts,
  whatBringsItBack,
  whyNotBetter,
} from "./outlook.ts";
import type { MissingCode, Policy } from "./policy.ts";
import type { Recommendation } from "./recommendation.ts";
import type { Situation } from "./situation.ts";
import { gigabyteText, listText, unknownWord } from "./wording.ts";
import { HOST_LINES, interfaceText, SENTENCES } from "./words-interface.ts";
import { MISSING_WORDS } from "./words-missing.ts";
import { NOTE_WORDS, PROBE_NAMES } from "./words-notes.ts";
import { RECOMMENDATION_WORDS } from "./words-recommendations.ts";
import { RUNG_WORDS, TIER_REASONS, TIER_WORDS } from "./words-states.ts";

/** What an explanation is made from. */
export interface View {
  readonly situation: Situation;
  readonly policy: Policy;
  /** The reason of the last transition of `profile`; `null` = there was none. */
  readonly reason: Reason | null;
  /** What stands in the way of a better rung now; absent for a host on which nothing runs yet. */
  readonly outlook?: Outlook | null;
  readonly recommendations: readonly Recommendation[];
  /** MiB available now, `null` = not readable; absent: as when the host was detected. */
  readonly memoryAvailableMib?: number | null;
}

/** The most remarks of probes that an explanation repeats. */
export const NOTES_MAX = 4;

/** Remarks that the hardware lines already say. */
const SAID_NOTES: readonly NoteCode[] = [
  "not-installed",
  "not-running",
  "not-checked",
  "no-devices",
];

/** The explanation as lines of one text, without a newline at its end. */
export function explanationOf(view: View, language: Language): string {
  const { situation } = view;
  const { tier, rung, host } = situation;
  const hardware = hardwareLines(withMemoryNow(host, view), language);
  if (tier === null || rung === null || host === null) return hardware.join("\n");
  const level = `${interfaceText("LEVEL", language)}: ${tier} (${TIER_WORDS[tier][language]()})`;
  const isElsewhere = view.policy.vision.provider === "cloud";
  const place = RUNG_WORDS[isElsewhere ? "cloud" : rung][language](tier);
  const remark =
    view.policy.vision.ready || rung === "shed" ? "" : ` (${interfaceText("NOT_READY", language)})`;
  const now = `- ${interfaceText("NOW", language)}: ${place}${remark}`;
  const sections = [
    hardware,
    [level, now, ...policyLines(view.policy, language).map((line) => `- ${line}`)],
    section(interfaceText("WHY", language), whyOf(view, language)),
    section(interfaceText("LIMITS", language), limitsOf(view, language)),
    section(
      interfaceText("IMPROVE", language),
      view.recommendations.map((one) => recommendationText(one, language)),
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** One number for what is available, wherever the explanation speaks of it. */
function withMemoryNow(host: Host | null, { memoryAvailableMib }: View): Host | null {
  if (host === null || memoryAvailableMib === undefined) return host;
  return { ...host, memory: { ...host.memory, available_mib: memoryAvailableMib } };
}

/** A recommendation as a sentence. */
export function recommendationText(one: Recommendation, language: Language): string {
  return RECOMMENDATION_WORDS[one.code][language](one.params);
}

/** Heading and hardware lines: card, processor, memory, model server. `null` = still detecting. */
export function hardwareLines(host: Host | null, language: Language): readonly string[] {
  const heading = interfaceText("MODE", language);
  if (host === null) return [heading, interfaceText("STILL_DETECTING", language)];
  const { cpu, memory } = host;
  return [
    heading,
    gpuLine(host, language),
    HOST_LINES.cpu[language]({ threads: cpu.threads, score: cpu.score }),
    HOST_LINES.memory[language]({
      total: gigabyteText(memory.total_mib, language),
      available: gigabyteText(memory.available_mib, language),
    }),
    serverLine(host, language),
  ];
}

/** `Vision: local / moondream` and so on, with what is missing where a role is not ready. */
export function policyLines(policy: Policy, language: Language): readonly string[] {
  const { vision, planning, editing } = policy;
  return [
    `Vision: ${placeText(vision, language)}${notReadyText(vision, vision.model, language)}`,
    `Planning: ${placeText(planning, language)}${notReadyText(planning, planning.model, language)}`,
    `Editing: ${editing.editor}${notReadyText(editing, null, language)}`,
  ];
}

function placeText(
  role: { readonly provider: string; readonly model: string | null },
  language: Language,
): string {
  if (role.provider === "none") return interfaceText("NO_WORK", language);
  return `${role.provider} / ${role.model ?? unknownWord(language)}`;
}

function notReadyText(
  role: { readonly ready: boolean; readonly missing: readonly MissingCode[] },
  model: string | null,
  language: Language,
): string {
  // That new work is refused stands there already, in place of a model.
  if (role.ready || role.missing.includes("WORK_REFUSED")) return "";
  const missing = role.missing.map((code) => MISSING_WORDS[code][language](model));
  return ` (${interfaceText("NOT_READY", language)}: ${listText(missing, language)})`;
}

function whyOf(view: View, language: Language): readonly string[] {
  const { situation, policy, reason, outlook = null } = view;
  const { thresholds } = situation.configuration;
  const telling = { language, thresholds };
  const held = outlook === null ? null : heldText(outlook, telling);
  const lines = held === null ? [] : [held];
  if (outlook !== null) lines.push(...unmetTexts(outlook, telling));
  if (situation.tier !== null) lines.push(TIER_REASONS[situation.tier][language]());
  if (reason !== null && reason.code !== "HOST_DETECTED") {
    lines.push(lastStepText(reason, outlook, language));
  }
  if (situation.tier === "LOCAL_CPU_ONLY" && policy.vision.provider === "cloud") {
    const isRefused = situation.configuration.policy.vision.local === false;
    if (isRefused) lines.push(interfaceText("LOCAL_REFUSED", language));
    else if (situation.rung === "nominal") lines.push(interfaceText("NO_LOCAL_VISION", language));
  }
  if (policy.vision.missing.includes("CLOUD_NOT_ALLOWED")) {
    lines.push(interfaceText("NO_CLOUD_UPLOAD", language));
  }
  return lines;
}

function limitsOf(
  { situation, policy, outlook = null }: View,
  language: Language,
): readonly string[] {
  const lines: string[] = [];
  const { max_scenes } = policy.vision;
  if (max_scenes > 0) lines.push(SENTENCES.scenes[language](max_scenes));
  if (outlook !== null && outlook.refused.length > 0) {
    const telling = { language, thresholds: situation.configuration.thresholds };
    lines.push(whyNotBetter(outlook, telling));
    const remedy = whatBringsItBack(outlook, telling);
    if (remedy !== null) lines.push(remedy);
  }
  return [...lines, ...noteTexts(situation.host, language)];
}

function noteTexts(host: Host | null, language: Language): readonly string[] {
  const texts = (host?.notes ?? [])
    .filter((note) => !SAID_NOTES.includes(note.code))
    .map((note) => `${PROBE_NAMES[note.probe][language]()}: ${NOTE_WORDS[note.code][language]()}`);
  return [...new Set(texts)].slice(0, NOTES_MAX);
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map((line) => `- ${line}`)];
}

function gpuLine(host: Host, language: Language): string {
  const gpu = largestUsableGpu(host) ?? host.gpus.find((one) => !one.is_integrated) ?? null;
  if (gpu === null) return interfaceText("NO_GPU", language);
  const name = gpuNameOf(gpu, language);
  if (gpu.unified) return SENTENCES.gpuShared[language](name);
  const memoryMib = gpuMemoryMib(gpu, host);
  if (memoryMib === null) return SENTENCES.gpuUnreadable[language](name);
  return HOST_LINES.gpu[language]({ name, memory: gigabyteText(memoryMib, language) });
}

const VENDOR_NAMES = { nvidia: "NVIDIA", amd: "AMD", intel: "Intel", apple: "Apple", unknown: "" };

/** The card's name, with its maker in front unless it says so itself. */
function gpuNameOf(gpu: Gpu, language: Language): string {
  const vendor = VENDOR_NAMES[gpu.vendor];
  if (gpu.name === null) return `${vendor} GPU (${unknownWord(language)})`.trim();
  return gpu.name.toLowerCase().includes(vendor.toLowerCase()) ? gpu.name : `${vendor} ${gpu.name}`;
}

function serverLine({ ollama }: Host, language: Language): string {
  if (ollama.running === true) return HOST_LINES.server[language]({ models: ollama.models.length });
  return interfaceText(ollama.running === null ? "SERVER_UNKNOWN" : "NO_SERVER", language);
}
