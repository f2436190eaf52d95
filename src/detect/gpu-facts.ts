/**
 * Where a figure of a card comes from, under the name that the card has in the list of facts.
 *
 * A card is named by uuid, else PCI address, else its maker and place in the maker's list; the index of
 * any program is no name, because it changes.
 */
import type { Gpu } from "../domain/host.ts";
import type { NoteCode } from "../domain/note.ts";
import type { FactOrigin, FactSource } from "../domain/origin.ts";
import { originOf } from "./probe.ts";

/** A figure of a card: `null` is unknown, for `reason`. */
export interface CardFigure {
  readonly card: string;
  /** Key of the card, for example `vram_total_mib`. */
  readonly key: string;
  readonly source: FactSource;
  readonly at: number;
  readonly reason: NoteCode | null;
}

/** The name of a card among the facts of its host; `position` is its place in its maker's list. */
export function cardNameOf(gpu: Gpu, position: number): string {
  return gpu.uuid ?? gpu.bus_id ?? `${gpu.vendor}-${position}`;
}

/** The origin of a figure: measured, or unknown where there is a reason. */
export function cardOrigin({ card, key, source, at, reason }: CardFigure): FactOrigin {
  const certainty = reason === null ? "measured" : "unknown";
  return originOf(`gpus.${card}.${key}`, source, { at, certainty, reason });
}
