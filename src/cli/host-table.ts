/** A detected host as a table for people: one line for each thing that was looked for. */
import type { Language } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Note, NoteCode } from "../domain/note.ts";
import type { Tier } from "../domain/tier.ts";
import { gigabyteText } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
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

/** The lines of the table. */
export function hostTable(host: Host, tier: Tier, language: Language): readonly string[] {
  const text = (code: CliCode): string => cliText(code, language);
  const gpus =
    host.gpus.length === 0 ? [text("NONE_FOUND")] : host.gpus.map((gpu) => gpuText(gpu, language));
  return columnsOf([
    [text("SYSTEM"), [host.os, host.os_version].filter((word) => word !== null).join(" ")],
    [text("PROCESSOR"), processorText(host, language)],
    [text("MEMORY"), memoryText(host, language)],
    ...gpus.map((gpu) => [text("GPU"), gpu]),
    [text("LOCAL_AI"), serverText(host, language)],
    [text("EDITOR"), editorText(host, language)],
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
