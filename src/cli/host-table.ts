/** A detected host as a table for people: one line for each thing that was looked for. */

import type { Conditions } from "../domain/conditions.ts";
import type { Language } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Note, NoteCode } from "../domain/note.ts";
import type { Editor, ModelServer, ServerKind } from "../domain/served.ts";
import type { Tier } from "../domain/tier.ts";
import { gigabyteText } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import { conditionsText } from "../policy/words-conditions.ts";
import { gpuText, joined } from "./gpu-text.ts";
import { columnsOf } from "./width.ts";
import { type CliCode, cliText, modelsText } from "./words.ts";

/** The most model names in a line. */
const MODELS_SHOWN = 6;
/** Remarks that the lines above them say already. */
const SAID_NOTES: readonly NoteCode[] = [
  "not-installed",
  "not-running",
  "not-checked",
  "no-devices",
];

const SERVER_NAMES: Readonly<Record<ServerKind, string>> = {
  ollama: "Ollama",
  lmstudio: "LM Studio",
  llamacpp: "llama.cpp",
  vllm: "vLLM",
};

/** The lines of the table. */
export function hostTable(host: Host, tier: Tier, language: Language): readonly string[] {
  const text = (code: CliCode): string => cliText(code, language);
  const gpus =
    host.gpus.length === 0 ? [text("NONE_FOUND")] : host.gpus.map((gpu) => gpuText(gpu, language));
  return columnsOf([
    [text("SYSTEM"), systemText(host)],
    [text("PROCESSOR"), processorText(host, language)],
    [text("MEMORY"), memoryText(host, language)],
    ...gpus.map((gpu) => [text("GPU"), gpu]),
    [text("LOCAL_AI"), serverText(host, language)],
    ...(host.servers ?? []).map((server) => [text("LOCAL_AI"), otherServerText(server, language)]),
    [text("EDITOR"), editorText(host, language)],
    ...otherEditors(host).map((editor) => [text("EDITOR"), otherEditorText(editor, language)]),
    ...conditionsLine(host, language),
    [text("TIER"), `${tier} (${WORDS.tier[tier][language]()})`],
    ...host.notes
      .filter((note) => !SAID_NOTES.includes(note.code))
      .map((note) => [text("REMARK"), noteText(note, language)]),
  ]);
}

function processorText({ cpu }: Host, language: Language): string {
  const unknown = cliText("UNKNOWN", language);
  const counts = [
    `${cpu.cores ?? unknown} ${cliText("CORES", language)}`,
    `${cpu.threads ?? unknown} ${cliText("THREADS", language)}`,
  ].join(" / ");
  const quota = cpu.quota === null ? null : `${cliText("QUOTA", language)} ${cpu.quota}`;
  return joined([cpu.brand, counts, cpu.score ?? unknown, quota]);
}

function memoryText({ memory }: Host, language: Language): string {
  const available = gigabyteText(memory.available_mib, language);
  return joined([
    gigabyteText(memory.total_mib, language),
    `${cliText("AVAILABLE", language)} ${available}`,
    memory.limited_by === "cgroup" ? cliText("LIMITED", language) : null,
  ]);
}

function serverText({ ollama }: Host, language: Language): string {
  if (ollama.running !== true) {
    const state = ollama.running === false ? "NOT_RUNNING" : "UNKNOWN";
    return joined([`Ollama ${cliText(state, language)}`, ollama.address]);
  }
  const { models, version } = ollama;
  const names = models.slice(0, MODELS_SHOWN).map((model) => model.name);
  if (models.length > names.length) names.push("…");
  const list = names.length === 0 ? "" : `: ${names.join(", ")}`;
  return joined([
    version === null ? "Ollama" : `Ollama ${version}`,
    ollama.address,
    `${modelsText(models.length, language)}${list}`,
  ]);
}

/** A server beside the configured Ollama. */
function otherServerText(
  { kind, address, running, version, models }: ModelServer,
  language: Language,
): string {
  const name = kind === null ? cliText("UNKNOWN", language) : SERVER_NAMES[kind];
  const state = running === true ? null : running === false ? "NOT_RUNNING" : "UNKNOWN";
  return joined([
    version === null ? name : `${name} ${version}`,
    address,
    state === null || kind === null ? null : cliText(state, language),
    kind === null || models.length === 0 ? null : modelsText(models.length, language),
  ]);
}

/** DaVinci Resolve has a line of its own. */
function otherEditors({ editors = [] }: Host): readonly Editor[] {
  return editors.filter(({ id }) => id !== "davinci");
}

function otherEditorText(editor: Editor, language: Language): string {
  const { name, installed, running, memory_mib } = editor;
  const place = installed === null ? "UNKNOWN" : installed ? "INSTALLED" : "NOT_INSTALLED";
  return joined([
    name,
    cliText(running === true ? "RUNNING" : place, language),
    memory_mib === null ? null : gigabyteText(memory_mib, language),
  ]);
}

/** Only what is unusual takes a line. */
function conditionsLine({ conditions }: Host, language: Language): readonly (readonly string[])[] {
  if (conditions === undefined || !isUnusual(conditions)) return [];
  return [[cliText("CONDITIONS", language), conditionsText(conditions, language)]];
}

function isUnusual(conditions: Conditions): boolean {
  const { power, thermal, memory_stall, cpu_stolen, disk_waiting } = conditions;
  return (
    power === "battery" ||
    thermal === "hot" ||
    (memory_stall !== null && memory_stall !== "none") ||
    cpu_stolen === true ||
    disk_waiting === true
  );
}

function systemText({ os, os_version, surrounding }: Host): string {
  const name = [os, os_version].filter((word) => word !== null).join(" ");
  const wsl = surrounding?.wsl ?? null;
  return joined([name, wsl === null ? null : `WSL${wsl}`, surrounding?.container ?? null]);
}

function editorText({ davinci }: Host, language: Language): string {
  const { installed, running, version } = davinci;
  const place =
    installed === null ? "UNKNOWN" : installed || running === true ? "INSTALLED" : "NOT_INSTALLED";
  const state = running === null ? null : running ? "RUNNING" : null;
  return joined([
    version === null ? "DaVinci Resolve" : `DaVinci Resolve ${version}`,
    cliText(place, language),
    state === null ? null : cliText(state, language),
  ]);
}

function noteText({ probe, code, detail }: Note, language: Language): string {
  const sentence = `${WORDS.probe[probe][language]()}: ${WORDS.note[code][language]()}`;
  return detail === null ? sentence : `${sentence} (${detail})`;
}
