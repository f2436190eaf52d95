/** One entry of the log in one line: what it says, without the envelope. */
import { isDeepStrictEqual } from "node:util";
import type { Configuration, Language } from "../domain/configuration.ts";
import { INPUT_TYPES, type Input } from "../domain/input.ts";
import { OUTPUT_TYPES, type Output } from "../domain/output.ts";
import { largestUsableGpu } from "../domain/tier.ts";
import { inputOf, isReadable, outputOf } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import { alertText, sentenceOf } from "../policy/sentence.ts";
import { durationText, gigabyteText, percentText, unknownWord } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import { conditionsText, kernelKillText } from "../policy/words-conditions.ts";
import { effectText } from "../policy/words-effects.ts";
import { cliText, modelsText } from "./words.ts";
import { adviceText, factText, logText, outcomeText, roleText } from "./words-log.ts";

const INPUTS: readonly string[] = INPUT_TYPES;
const OUTPUTS: readonly string[] = OUTPUT_TYPES;

/** The line; an entry that this version cannot read says only its type. */
export function entryText(
  entry: Entry,
  language: Language,
  /** The entry of its type before this one; asked for only where the line tells the difference. */
  earlierOf: (entry: Entry) => Entry | null,
): string {
  if (!isReadable(entry)) return "";
  if (entry.type === "config.changed") {
    const earlier = earlierOf(entry);
    const before = earlier === null || !isReadable(earlier) ? null : configurationOf(earlier);
    return changedText(before, configurationOf(entry), language);
  }
  if (INPUTS.includes(entry.type)) return inputText(inputOf(entry), language);
  return OUTPUTS.includes(entry.type) ? outputText(outputOf(entry), language) : "";
}

function inputText(input: Input, language: Language): string {
  switch (input.type) {
    case "runtime.started":
      return `runtime-profile ${input.package_version}, Node ${input.node}`;
    case "runtime.stopped":
      return input.reason;
    case "host.detected": {
      const gpu = largestUsableGpu(input.host);
      const memory = gigabyteText(input.host.memory.total_mib, language);
      return `${gpu?.name ?? cliText("NONE_FOUND", language)} · ${memory}`;
    }
    case "reading": {
      const { vram, memory, cpu } = input;
      const free = gigabyteText(memory?.available_mib ?? null, language);
      const card =
        vram == null ? "" : `VRAM ${vram.used_mib ?? "?"} / ${vram.total_mib ?? "?"} MiB · `;
      return `${card}${cliText("AVAILABLE", language)} ${free} · CPU ${percentText(cpu?.used_percent ?? null, language)}`;
    }
    case "task.finished":
      return `${input.task} · ${input.provider} · ${outcomeText(input, language)}`;
    case "cloud.probed":
      return WORDS.cloud[input.reachable ? "reachable" : "unreachable"][language]();
    case "models.changed":
      return `Ollama ${runningText(input.running, language)} · ${modelsText(input.models.length, language)}`;
    case "editor.changed":
      return `DaVinci Resolve ${runningText(input.running, language)}`;
    case "conditions.changed":
      return conditionsText(input.conditions, language);
    case "memory.oom_killed":
      return kernelKillText(input.killed, language);
    case "degrade.requested":
      return [input.rung, input.reason].filter((word) => word != null).join(" · ");
    case "restore.requested":
      return input.reason ?? "";
    case "effect.finished":
    case "effect.failed":
      return effectText(input, language);
    case "clock.resumed":
      return durationText(input.gap_ms, language);
    case "log.gap":
      return `${input.lost ?? unknownWord(language)} · ${input.reason}`;
    case "config.changed":
    case "readings.sealed":
      return "";
  }
}

function outputText(output: Output, language: Language): string {
  switch (output.type) {
    case "transition":
      return sentenceOf(output.reason, language);
    case "fact":
      return factText(output, language);
    case "policy.changed": {
      const { vision, planning, editing } = output;
      const [see, plan, edit] = [vision, planning, editing].map((line) => roleText(line, language));
      return `Vision: ${see} · Planning: ${plan} · Editing: ${edit}`;
    }
    case "recommendation.changed":
      return adviceText(output.codes, language);
    case "alert":
      return alertText(output, language);
  }
}

function configurationOf(entry: Entry): Configuration | null {
  const input = inputOf(entry);
  return input.type === "config.changed" ? input.config : null;
}

/** The top-level parts that differ. */
function changedText(
  before: Configuration | null,
  now: Configuration | null,
  language: Language,
): string {
  if (now === null) return "";
  if (before === null) return logText("FIRST_CONFIGURATION", language);
  const paths = (Object.keys(now) as (keyof Configuration)[]).filter(
    (path) => !isDeepStrictEqual(now[path], before[path]),
  );
  return paths.length === 0 ? "" : `${logText("CHANGED", language)}: ${paths.join(", ")}`;
}

function runningText(isRunning: boolean | null, language: Language): string {
  if (isRunning === null) return unknownWord(language);
  return cliText(isRunning ? "RUNNING" : "NOT_RUNNING", language);
}
