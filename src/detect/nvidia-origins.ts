/**
 * Where the facts of NVIDIA cards come from: all from nvidia-smi, measured unless something says otherwise.
 *
 * A fact that is `null` is unknown with a reason; on Linux a driver model is no fact at all and has no
 * origin. A card is named by its uuid, else by its PCI address, else by its place in the list.
 */
import type { Gpu } from "../domain/host.ts";
import type { NoteCode } from "../domain/note.ts";
import type { FactOrigin } from "../domain/origin.ts";
import { originOf } from "./probe.ts";

/** A card with what is known about its gaps. */
export interface OriginCard {
  readonly gpu: Gpu;
  /** Why the memory is not told. */
  readonly memory_code: NoteCode | null;
  /** The size of the usable part was taken from the name of a profile. */
  readonly is_part_estimated: boolean;
}

/** How the cards were asked. */
export interface OriginFrame {
  /** Wall clock in ms. */
  readonly at: number;
  readonly isWindows: boolean;
  /** Which optional fields this driver does not know. */
  readonly refused: readonly string[];
}

/** The origins of all facts of these cards. */
export function nvidiaOriginsOf(
  cards: readonly OriginCard[],
  frame: OriginFrame,
): readonly FactOrigin[] {
  return cards.flatMap((card, position) => originsOfCard(card, position, frame));
}

function originsOfCard(card: OriginCard, position: number, frame: OriginFrame): FactOrigin[] {
  const { gpu, memory_code, is_part_estimated } = card;
  const { at, refused } = frame;
  const path = `gpus.${gpu.uuid ?? gpu.bus_id ?? `nvidia-${position}`}`;
  const told = (key: keyof Gpu, reason: NoteCode): FactOrigin => {
    const isKnown = (gpu[key] ?? null) !== null;
    const unknown = { at, certainty: "unknown", reason } as const;
    return originOf(`${path}.${key}`, "nvidia-smi", isKnown ? { at } : unknown);
  };
  const reasonOf = (field: string): NoteCode =>
    refused.includes(field) ? "unsupported-field" : "failed";
  const origins = [
    told("name", "unparsable"),
    told("vram_total_mib", memory_code ?? "memory-not-reported"),
    told("driver", "unsupported-field"),
    told("cuda", "unsupported-field"),
    told("compute_capability", reasonOf("compute_cap")),
  ];
  if (frame.isWindows) origins.push(told("driver_model", reasonOf("driver_model.current")));
  if (gpu.mig !== undefined && is_part_estimated) {
    const estimated = { at, certainty: "estimated", reason: "estimated" } as const;
    origins.push(originOf(`${path}.usable_mib`, "nvidia-smi", estimated));
  } else if (gpu.mig !== undefined) {
    origins.push(told("usable_mib", "memory-not-reported"));
  }
  return origins;
}
