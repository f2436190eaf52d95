/**
 * One line of `simulate` as an input of the decider.
 *
 * Absent and `null` are the same here: unknown. A host may be told in a few words; the rest of it is
 * unknown, but for the processor's score, which follows from the facts as in a real detection.
 */
import { UNKNOWN_CONDITIONS } from "../domain/conditions.ts";
import { decisionPartOf } from "../domain/configuration.ts";
import { parseConfiguration } from "../domain/configuration-parse.ts";
import { type SettingOverride, withOverrides } from "../domain/configuration-text.ts";
import { cpuScoreOf } from "../domain/cpu-score.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import {
  type Gpu,
  type Host,
  type LoadedModel,
  type Ollama,
  type OllamaModel,
  UNKNOWN_GPU,
  UNKNOWN_HOST,
} from "../domain/host.ts";
import type { Input, ReadingInput } from "../domain/input.ts";
import { nearestOf } from "../domain/nearest.ts";
import type { Note } from "../domain/note.ts";
import { depthProblem, problemIn } from "../domain/shape.ts";
import { PACKAGE_VERSION } from "../domain/version.ts";
import { normaliseReading } from "../log/reading-row.ts";
import { XSTATE_VERSION } from "../machines/runtime-machine.ts";
import { SIMULATED_TYPES, type SimulatedType, shapeOfLine } from "./simulate-shapes.ts";

/** An object whose keys were checked. */
type Checked = Readonly<Record<string, unknown>>;

const SHAPES = new Map(SIMULATED_TYPES.map((type) => [type, shapeOfLine(type)]));

/**
 * The input of a line's JSON. Throws RP_INPUT with the path of what is wrong, RP_CONFIGURATION for a
 * configuration that cannot be; `settings` are laid over every configuration.
 */
export function inputOfLine(json: unknown, settings: readonly SettingOverride[]): Input {
  const deep = depthProblem(json);
  if (deep !== null) throw refused(deep.path, deep.sentence);
  const type = typeOf(json);
  const problem = problemIn(SHAPES.get(type) ?? shapeOfLine(type), json);
  if (problem !== null) throw refused(problem.path, problem.sentence);
  const line = json as Checked;
  const at = line["at"] as number;
  if (!(Math.abs(at) <= Number.MAX_SAFE_INTEGER))
    throw refused("at", `Expected a moment in ms at at, got ${at}; write a smaller number.`);
  // The runtime's clock has whole ms, and so has its log.
  return builtFrom(type, { ...line, at: Math.floor(at) }, settings);
}

/** The start of a simulated runtime, as of a real one. */
export function startedInput(at: number): Input {
  return {
    type: "runtime.started",
    at,
    package_version: PACKAGE_VERSION,
    xstate_version: XSTATE_VERSION,
    machine_hash: "",
    policy_hash: null,
    node: "",
    resumed_from: null,
  };
}

function typeOf(json: unknown): SimulatedType {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    const got = Array.isArray(json) ? "a list" : json === null ? "null" : `a ${typeof json}`;
    throw refused("", `Expected an object with type and at on each line, got ${got}.`);
  }
  const type = (json as Checked)["type"];
  const known = SIMULATED_TYPES.find((one) => one === type);
  if (known !== undefined) return known;
  const near = typeof type === "string" ? nearestOf(type, SIMULATED_TYPES) : null;
  const remedy =
    near === null ? `write one of ${SIMULATED_TYPES.join(", ")}.` : `did you mean ${near}?`;
  const got = type === undefined ? "nothing" : JSON.stringify(type).slice(0, 60);
  throw refused("type", `Expected a known type, got ${got}; ${remedy}`);
}

function builtFrom(
  type: SimulatedType,
  line: Checked & { readonly at: number },
  settings: readonly SettingOverride[],
): Input {
  const { at } = line;
  switch (type) {
    case "runtime.started":
      return startedInput(at);
    case "config.changed":
      return { type, at, config: configurationOf(line["config"], settings) };
    case "host.detected":
      return { type, at, host: hostOf(line["host"] as Checked) };
    case "reading":
      return normaliseReading(line as unknown as ReadingInput);
    case "models.changed": {
      const running = (line["running"] ?? null) as boolean | null;
      return { type, at, running, models: modelsOf(line["models"]) };
    }
    case "editor.changed":
      return { type, at, running: (line["running"] ?? null) as boolean | null };
    case "conditions.changed":
      return {
        type,
        at,
        conditions: completed(UNKNOWN_CONDITIONS, line["conditions"]),
      };
    case "memory.oom_killed":
    case "task.finished":
    case "cloud.probed":
    case "degrade.requested":
    case "restore.requested":
    case "effect.finished":
    case "effect.failed":
    case "clock.resumed":
      return { ...line, type, at } as Input;
  }
}

/** The part of a configuration that decides; absent keys take their defaults. */
export function configurationOf(json: unknown, settings: readonly SettingOverride[]) {
  try {
    return decisionPartOf(parseConfiguration(withOverrides(json, settings)));
  } catch (error) {
    if (!(error instanceof RuntimeProfileError)) throw error;
    const path = error.path === null || error.path === "" ? "config" : `config.${error.path}`;
    throw new RuntimeProfileError(error.code, error.message, { path, cause: error });
  }
}

function hostOf(given: Checked): Host {
  const { os, cpu, memory, ollama, davinci } = UNKNOWN_HOST;
  return {
    os: (given["os"] ?? os) as Host["os"],
    os_version: (given["os_version"] ?? null) as string | null,
    cpu: cpuOf(completed(cpu, given["cpu"])),
    memory: amountsIn(completed(memory, given["memory"]), ["total_mib", "available_mib"]),
    gpus: listOf(given["gpus"]).map(gpuOf),
    cuda_available: (given["cuda_available"] ?? null) as boolean | null,
    ollama: ollamaOf(completed<Ollama>(ollama, given["ollama"])),
    davinci: completed(davinci, given["davinci"]),
    notes: listOf(given["notes"]).map((note) => ({ detail: null, ...note }) as unknown as Note),
  };
}

function cpuOf(given: Host["cpu"]): Host["cpu"] {
  const cpu = amountsIn(given, ["cores", "threads", "quota"]);
  return { ...cpu, score: cpu.score ?? cpuScoreOf({ ...cpu, max_mhz: null, has_avx2: null }) };
}

function gpuOf(given: Checked): Gpu {
  return amountsIn(completed(UNKNOWN_GPU, given), ["vram_total_mib"]);
}

function ollamaOf(ollama: Ollama): Ollama {
  const loaded = listOf(ollama.loaded).map((one): LoadedModel => {
    const unknown: LoadedModel = { name: "", size_bytes: null, size_vram_bytes: null };
    return completed(unknown, one);
  });
  return { ...ollama, models: modelsOf(ollama.models), loaded };
}

function modelsOf(given: unknown): readonly OllamaModel[] {
  const unknown: OllamaModel = { name: "", size_bytes: null, vision: null, cloud: false };
  return listOf(given).map((one) => completed(unknown, one));
}

/** What was told, over what is unknown. */
function completed<Whole extends object>(unknown: Whole, given: unknown): Whole {
  const told = Object.entries((given ?? {}) as Checked).filter(([, value]) => value !== null);
  return { ...unknown, ...Object.fromEntries(told) };
}

/** A size that cannot be is unknown. */
function amountsIn<Whole extends object>(whole: Whole, keys: readonly (keyof Whole)[]): Whole {
  const absurd = keys.filter((key) => {
    const value = whole[key] as number | null;
    return value !== null && !(Number.isFinite(value) && value >= 0);
  });
  return { ...whole, ...Object.fromEntries(absurd.map((key) => [key, null])) };
}

function listOf(given: unknown): readonly Checked[] {
  return (given ?? []) as readonly Checked[];
}

function refused(path: string, sentence: string): RuntimeProfileError {
  return new RuntimeProfileError("RP_INPUT", sentence, { path });
}
