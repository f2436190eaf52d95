/** One entry of the log in one line: what it says, without the envelope. */
import type { Language } from "../domain/configuration.ts";
import { INPUT_TYPES, type Input } from "../domain/input.ts";
import { OUTPUT_TYPES, type Output } from "../domain/output.ts";
import { largestUsableGpu } from "../domain/tier.ts";
import { inputOf, isReadable, outputOf } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import { sentenceOf } from "../policy/sentence.ts";
import { durationText, gigabyteText, percentText, unknownWord } from "../policy/wording.ts";
import { WORDS } from "../policy/words.ts";
import { cliText, modelsText } from "./words.ts";

const INPUTS: readonly string[] = INPUT_TYPES;
const OUTPUTS: readonly string[] = OUTPUT_TYPES;

/** The line; an entry that this version cannot read says only its type. */
export function entryText(entry: Entry, language: Language): string {
  if (!isReadable(entry)) return "";
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
    case "task.finished": {
      const outcome = input.ok ? "ok" : (input.failure ?? "failed");
      return `${input.task} · ${input.provider} · ${outcome}`;
    }
    case "cloud.probed":
      return WORDS.cloud[input.reachable ? "reachable" : "unreachable"][language]();
    case "models.changed":
      return `Ollama ${runningText(input.running, language)} · ${modelsText(input.models.length, language)}`;
    case "editor.changed":
      return `DaVinci Resolve ${runningText(input.running, language)}`;
    case "degrade.requested":
      return [input.rung, input.reason].filter((word) => word != null).join(" · ");
    case "restore.requested":
      return input.reason ?? "";
    case "effect.finished":
    case "effect.failed":
      return input.effect;
    case "clock.resumed":
      return durationText(input.gap_ms, language);
    case "log.gap":
      return `${input.lost} · ${input.reason}`;
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
      return `${WORDS.region[output.region][language]()}: ${output.from} → ${output.to}`;
    case "policy.changed":
      return `Vision: ${output.vision} · Planning: ${output.planning} · Editing: ${output.editing}`;
    case "recommendation.changed":
      return output.codes.join(", ");
    case "alert":
      return output.code;
  }
}

function runningText(isRunning: boolean | null, language: Language): string {
  if (isRunning === null) return unknownWord(language);
  return cliText(isRunning ? "RUNNING" : "NOT_RUNNING", language);
}
