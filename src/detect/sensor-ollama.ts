/**
 * Ollama again and again: is it running, which models has it, what does it hold on the GPU.
 *
 * The probe's questions, without those whose answer is known beforehand. What it holds on the GPU is our own share of the card, summed
 * over the loaded models; one model whose share is not told makes the sum unknown, never smaller.
 */
import type { LoadedModel, OllamaModel } from "../domain/host.ts";
import { askOllamaAgain, OLLAMA_LIMIT_MS, type OllamaFinding } from "./probe-ollama.ts";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** What a look at Ollama gives; `null` = not told. */
export interface OllamaReading {
  readonly running: boolean;
  readonly version: string | null;
  readonly models: readonly OllamaModel[] | null;
  readonly loaded: readonly LoadedModel[] | null;
  /** MiB of all loaded models on the GPU; 0 when it is not running or holds nothing. */
  readonly own_vram_mib: number | null;
}

const BYTES_PER_MIB = 1024 * 1024;
const MARGIN_MS = 200;

/** Reads the server at `address` (from `ollamaAddressOf`). */
export function createOllamaSensor(address: string, now?: () => number): Sensor<OllamaReading> {
  let wasAbsent = false;
  return sensorOf({
    name: "ollama",
    limit_ms: OLLAMA_LIMIT_MS + MARGIN_MS,
    now,
    async look(signal) {
      const { finding, notes } = await askOllamaAgain(address, signal, wasAbsent);
      const { running, version, models, loaded } = finding;
      wasAbsent = notes[0]?.code === "not-running";
      if (running === null) return missing(notes[0]?.code ?? "failed");
      const own_vram_mib = running ? ownVramMibOf(finding) : 0;
      return seen({ running, version, models, loaded, own_vram_mib });
    },
  });
}

function ownVramMibOf({ loaded }: OllamaFinding): number | null {
  if (loaded === null) return null;
  let bytes = 0;
  for (const { size_vram_bytes } of loaded) {
    if (size_vram_bytes === null) return null;
    bytes += size_vram_bytes;
  }
  return Math.round(bytes / BYTES_PER_MIB);
}
