/**
 * What Intel's drivers tell in files: whether a card has memory of its own, and how much.
 *
 * The driver xe shows the size per tile, i915 one figure for the whole card; graphics in the processor has
 * neither. Memory in use: only some builds of i915 show what is free (`lmem_avail_bytes`, *not verified*);
 * xe shows nothing that was verified. Rejected: intel_gpu_top, which gives no memory.
 */
import { type DrmCard, lineOf } from "./drm-cards.ts";
import { type HostIo, type HostView, ioOf } from "./host-io.ts";
import {
  amountOf,
  figuresOf,
  type MemoryAmount,
  type MemoryFigures,
  wholeOf,
} from "./memory-figures.ts";
import type { ReadText } from "./read-file.ts";

/** PCI vendor id of Intel. */
export const INTEL_VENDOR = "0x8086";

/** What a card is, without waking it. */
export interface IntelNature {
  /** `null` total for a part of the processor, too. */
  readonly total: MemoryAmount;
  readonly is_integrated: boolean;
  readonly name: string;
  /** True when the driver shows what is free. */
  readonly has_use: boolean;
}

/** More tiles than any card has. */
const MAX_TILES = 16;
/** For one tile or one card; sums are judged once more. */
const MAX_BYTES = Number.MAX_SAFE_INTEGER / MAX_TILES;

/** Size, kind and name of a card; the memory in use is not asked for. */
export async function readIntelNature(view: HostView, card: DrmCard): Promise<IntelNature> {
  const io = ioOf(view);
  const lmem = await io.readText(`${card.folder}/lmem_total_bytes`);
  const total = lmem === null ? await tilesTotal(io, card) : amountOf(lmem);
  const use = lmem === null ? "absent" : await io.lookAt(`${card.folder}/lmem_avail_bytes`, false);
  const product = lineOf(await io.readText(`${card.folder}/device/product_name`));
  return {
    total: total ?? amountOf(null),
    is_integrated: total === null,
    name: product ?? `Intel GPU${card.device_id === null ? "" : ` ${card.device_id}`}`,
    has_use: use === "there",
  };
}

/** Size and use of a card whose driver shows what is free. */
export async function readIntelFigures(card: DrmCard, readText: ReadText): Promise<MemoryFigures> {
  const [total, free] = await Promise.all([
    readText(`${card.folder}/lmem_total_bytes`),
    readText(`${card.folder}/lmem_avail_bytes`),
  ]);
  const totalBytes = wholeOf(total, MAX_BYTES);
  const freeBytes = wholeOf(free, MAX_BYTES);
  const isBoth = totalBytes !== null && freeBytes !== null;
  const unknown = amountOf(freeBytes === null ? free : null);
  const used = isBoth ? amountOf(`${totalBytes - freeBytes}`) : unknown;
  return figuresOf(amountOf(total), used);
}

/** The sum over the tiles; `null` when no tile has memory, as in a processor. */
async function tilesTotal(io: HostIo, card: DrmCard): Promise<MemoryAmount | null> {
  const names = await io.listFolder(`${card.folder}/device`);
  // What cannot be looked into is not proven to be a part of the processor.
  if (names === null) return amountOf(null);
  const tiles = names.filter((name) => /^tile\d{1,2}$/.test(name)).slice(0, MAX_TILES);
  const texts = await Promise.all(
    tiles.map((tile) => io.readText(`${card.folder}/device/${tile}/physical_vram_size_bytes`)),
  );
  if (texts.every((text) => text === null)) return null;
  let sum = 0;
  for (const text of texts) {
    const bytes = wholeOf(text, MAX_BYTES);
    if (bytes === null) return amountOf(text);
    sum += bytes;
  }
  return amountOf(`${sum}`);
}
