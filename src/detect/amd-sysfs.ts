/**
 * What the amdgpu driver tells in files: memory, and whether the card is a part of the processor.
 *
 * Which files are read matters: asking for the memory in use can wake a sleeping card, the size does not
 * change and is kept by the driver *(not verified for every card)*. A processor's graphics has a small
 * VRAM cut out of the system's memory and maps the rest through GTT. The part that a Strix Halo is given
 * in the BIOS is real VRAM (the system sees less memory then), so such a part counts as a card of its own.
 */
import { type DrmCard, lineOf } from "./drm-cards.ts";
import { amountOf, figuresOf, type MemoryFigures } from "./memory-figures.ts";
import type { ReadText } from "./read-file.ts";

/** PCI vendor id of AMD. */
export const AMD_VENDOR = "0x1002";

/** What a card is, without waking it. */
export interface AmdNature {
  readonly figures: MemoryFigures;
  readonly is_integrated: boolean;
  readonly name: string;
  /** `GPU-` and the unique id, in the way of AMD's runtime *(not verified)*; `null` where it has none. */
  readonly uuid: string | null;
}

const INTEGRATED_VRAM_MAX_MIB = 4 * 1024;
const INTEGRATED_GTT_MIN_MIB = 8 * 1024;
const INTEGRATED_GTT_PER_VRAM = 4;

/** Size, kind and name of a card; the memory in use is not asked for. */
export async function readAmdNature(card: DrmCard, readText: ReadText): Promise<AmdNature> {
  const text = (name: string) => readText(`${card.folder}/device/${name}`);
  const [total, gtt, board, maker, product, unique] = await Promise.all([
    text("mem_info_vram_total"),
    text("mem_info_gtt_total"),
    text("board_info"),
    text("mem_info_vram_vendor"),
    text("product_name"),
    text("unique_id"),
  ]);
  const figures = figuresOf(amountOf(total), amountOf(null));
  const code = figures.total_mib === null ? figures.code : null;
  const gtt_mib = amountOf(gtt).mib;
  const hasBoard = board !== null || maker !== null;
  return {
    figures: { ...figures, code },
    is_integrated: !hasBoard && isCutOut(figures.total_mib, gtt_mib),
    name: lineOf(product) ?? `AMD GPU${card.device_id === null ? "" : ` ${card.device_id}`}`,
    uuid: uuidOf(lineOf(unique)),
  };
}

/** Size and use of a card that is awake. */
export async function readAmdFigures(card: DrmCard, readText: ReadText): Promise<MemoryFigures> {
  const [total, used] = await Promise.all([
    readText(`${card.folder}/device/mem_info_vram_total`),
    readText(`${card.folder}/device/mem_info_vram_used`),
  ]);
  return figuresOf(amountOf(total), amountOf(used));
}

/** All of it, as Ollama decides: a small VRAM beside a large mapped memory. */
function isCutOut(vram_mib: number | null, gtt_mib: number | null): boolean {
  if (vram_mib === null || gtt_mib === null) return false;
  return (
    vram_mib <= INTEGRATED_VRAM_MAX_MIB &&
    gtt_mib >= INTEGRATED_GTT_MIN_MIB &&
    gtt_mib >= INTEGRATED_GTT_PER_VRAM * vram_mib
  );
}

function uuidOf(unique: string | null): string | null {
  const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(unique ?? "")?.[1]?.toLowerCase() ?? "";
  return /^0*$/.test(digits) ? null : `GPU-${digits}`;
}
