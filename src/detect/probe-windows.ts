/**
 * The cards of a Windows host, where no maker's program tells them: registry first, WMI at the last.
 *
 * Four short questions to `reg`: name, device number and 64-bit size from the class of display drivers,
 * and which LUID DirectX gave to whom. A refused subkey ends the program with an error after good rows,
 * so rows count whatever its exit code. Only where the registry tells no card is WMI asked, whose
 * size is believed below 4 GB only. With an NVIDIA card, nvidia-smi knows better than all of this.
 */
import type { Gpu } from "../domain/host.ts";
import type { Note } from "../domain/note.ts";
import type { FactSource } from "../domain/origin.ts";
import { noteOf, originOf, type Probed } from "./probe.ts";
import { firstWordsOf, runFoundProgram, type SystemQuestion } from "./run-found-program.ts";
import type { ProgramOutcome } from "./run-program.ts";
import { directxAdaptersOf, matchAdapters } from "./windows-adapters.ts";
import {
  gpuOfWindowsCard,
  parseVideoControllers,
  type WindowsCard,
  windowsCardsOf,
} from "./windows-cards.ts";
import { parseRegistryQuery } from "./windows-registry.ts";

/** The cards, each with the LUID under which it is counted. */
export interface WindowsFinding {
  readonly gpus: readonly Gpu[];
}

const LIMIT_MS = 5000;
const CLASS_KEY =
  "HKLM\\SYSTEM\\ControlSet001\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}";
const DIRECTX_KEY = "HKLM\\SOFTWARE\\Microsoft\\DirectX";
/** Without a match `reg query /s` ends with this, too. */
const NO_MATCH_EXIT = 1;
const WMI_SCRIPT =
  "Get-CimInstance Win32_VideoController | ForEach-Object { '{0}|{1}' -f $_.Name, $_.AdapterRAM }";

/** The cards of this host; nothing on other systems. Never throws, at most about 10 s. */
export async function probeWindows(question: SystemQuestion): Promise<Probed<WindowsFinding>> {
  if (question.view.platform !== "win32") return { finding: { gpus: [] }, notes: [] };
  const at = Date.now();
  const names = ["DriverDesc", "MatchingDeviceId", "HardwareInformation.qwMemorySize"];
  const asked = names.map((name) => askRegistry(question, [CLASS_KEY, "/s", "/v", name]));
  const [outcomes, directx] = await Promise.all([
    Promise.all(asked),
    askRegistry(question, [DIRECTX_KEY, "/s"]),
  ]);
  const cards = windowsCardsOf(outcomes.flatMap(({ stdout }) => parseRegistryQuery(stdout)));
  if (cards.length > 0) {
    const adapters = directxAdaptersOf(parseRegistryQuery(directx.stdout));
    const luids = matchAdapters(cards, adapters);
    return findingOf(cards, { luids, notes: [], source: "registry", at });
  }
  const shown = await askVideoControllers(question);
  const notes = shown.length > 0 ? [] : outcomes.slice(0, 1).map(noteOfRegistry);
  return findingOf(shown, { luids: shown.map(() => null), notes, source: "wmi", at });
}

function askRegistry(question: SystemQuestion, args: readonly string[]): Promise<ProgramOutcome> {
  const windows = question.view.env.SystemRoot ?? "C:\\Windows";
  const places = [`${windows}/System32/reg.exe`];
  return runFoundProgram(question, {
    name: "reg.exe",
    places,
    args: ["query", ...args],
    limit_ms: LIMIT_MS,
  });
}

async function askVideoControllers(question: SystemQuestion): Promise<readonly WindowsCard[]> {
  const windows = question.view.env.SystemRoot ?? "C:\\Windows";
  const { stdout, problem } = await runFoundProgram(question, {
    name: "powershell.exe",
    places: [`${windows}/System32/WindowsPowerShell/v1.0/powershell.exe`],
    args: ["-NoProfile", "-NonInteractive", "-Command", WMI_SCRIPT],
    limit_ms: LIMIT_MS,
  });
  return problem === null ? parseVideoControllers(stdout) : [];
}

/** The words of `reg` are translated; only its English refusal can be told from other trouble. */
function noteOfRegistry(outcome: ProgramOutcome): Note {
  const { exit_code, stderr, problem } = outcome;
  const words = firstWordsOf(outcome);
  if (problem !== null) return noteOf("windows", problem, words ?? "reg query");
  if (/access is denied/i.test(stderr)) return noteOf("windows", "permission", words);
  const isEmpty = exit_code === 0 || (exit_code === NO_MATCH_EXIT && stderr.trim() === "");
  return noteOf("windows", isEmpty ? "no-devices" : "unreadable", words);
}

interface Found {
  readonly luids: readonly (string | null)[];
  readonly notes: readonly Note[];
  readonly source: FactSource;
  readonly at: number;
}

function findingOf(
  cards: readonly WindowsCard[],
  { luids, notes, source, at }: Found,
): Probed<WindowsFinding> {
  const gpus = cards.map((card, position) => ({
    ...gpuOfWindowsCard(card),
    luid: luids[position] ?? null,
  }));
  const missing = gpus
    .filter((gpu) => gpu.vram_total_mib === null && !gpu.unified)
    .map((gpu) => noteOf("windows", "memory-not-reported", gpu.name));
  const unified = gpus
    .filter((gpu) => gpu.unified)
    .map((gpu) => noteOf("windows", "unified-memory", gpu.name));
  const origins = gpus.map((gpu, position) => {
    const fact = `gpus.${gpu.vendor}-${position}.vram_total_mib`;
    if (gpu.vram_total_mib !== null) return originOf(fact, source, { at });
    return originOf(fact, source, { at, certainty: "unknown", reason: "memory-not-reported" });
  });
  return { finding: { gpus }, notes: [...notes, ...missing, ...unified], origins };
}
