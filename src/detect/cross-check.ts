/**
 * Two witnesses of one card: the probes of cards, and the server that loads models on it.
 *
 * A server that holds memory on a card which no probe found uses one that cannot be seen from here (ROCm,
 * Vulkan, another container); a model that lies wholly in the system's memory beside a usable card runs on
 * the processor. Neither is decided on; both are said (detection facts §11.8).
 */
import type { Gpu, LoadedModel } from "../domain/host.ts";
import type { Note } from "../domain/note.ts";
import { noteOf } from "./probe.ts";

/** The remarks that follow from both. */
export function crossCheckNotes(
  gpus: readonly Gpu[],
  loaded: readonly LoadedModel[],
): readonly Note[] {
  const usable = gpus.filter(
    ({ is_integrated, excluded_by }) => !is_integrated && (excluded_by ?? null) === null,
  );
  if (gpus.length === 0) {
    const seen = loaded.find(({ size_vram_bytes }) => (size_vram_bytes ?? 0) > 0);
    return seen === undefined ? [] : [noteOf("ollama", "seen-by-server", seen.name)];
  }
  if (usable.length === 0) return [];
  const off = loaded.find(
    ({ size_bytes, size_vram_bytes }) => size_vram_bytes === 0 && (size_bytes ?? 0) > 0,
  );
  return off === undefined ? [] : [noteOf("ollama", "off-the-gpu", off.name)];
}
