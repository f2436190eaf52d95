/** Another host for a what-if: this one, with another card or more memory. */
import { type Gpu, UNKNOWN_GPU } from "../../src/domain/host.ts";
import type { ProfileDocument } from "../../src/domain/profile-document.ts";

/** Sizes in GB; `null` = as it is. A card of 0 GB is none. */
export interface HostSizes {
  readonly vramGb: number | null;
  readonly memoryGb: number | null;
}

const MIB_PER_GB = 1024;

/**
 * The document of the supposed host; `null` when nothing of it is another. It says nothing of the model
 * server and the editor, for these are history: the recorded ones stay.
 */
export function supposedHost(present: ProfileDocument, { vramGb, memoryGb }: HostSizes) {
  if (vramGb === null && memoryGb === null) return null;
  const memoryMib = memoryGb === null ? present.details.memory.total_mib : mibOf(memoryGb);
  return {
    ...present,
    memory: {
      total_gb: memoryMib === null ? null : Math.round((memoryMib / MIB_PER_GB) * 10) / 10,
      available_gb: null,
    },
    gpu: null,
    gpus: vramGb === null ? present.gpus : cardsWith(present.gpus, vramGb),
    ai_runtime: { ollama: null, ollama_models: [], cuda_available: null },
    editor: { davinci: { installed: null, version: null, scriptable: null } },
    details: {
      ...present.details,
      memory: { ...present.details.memory, total_mib: memoryMib, available_mib: null },
      ollama: null,
    },
  };
}

/** What the sliders of the host begin with, in GB; 0 = no card, `null` = not known. */
export function hostSizes(present: ProfileDocument): HostSizes {
  const { total_mib: memory } = present.details.memory;
  const card = cardOf(present.gpus);
  const vramMib = card?.unified === true ? null : (card?.vram_total_mib ?? null);
  return {
    vramGb: card === null ? 0 : gbOf(vramMib),
    memoryGb: gbOf(memory),
  };
}

function cardsWith(gpus: readonly Gpu[], gb: number): readonly Gpu[] {
  const integrated = gpus.filter(({ is_integrated }) => is_integrated);
  if (gb === 0) return integrated;
  const card: Gpu = {
    ...(cardOf(gpus) ?? UNKNOWN_GPU),
    name: `${gb} GB`,
    vram_total_mib: mibOf(gb),
    unified: false,
  };
  return [card, ...integrated];
}

/** The card with the most memory that is not built into the processor. */
function cardOf(gpus: readonly Gpu[]): Gpu | null {
  const cards = gpus.filter(({ is_integrated }) => !is_integrated);
  return cards.reduce<Gpu | null>(
    (best, card) => ((card.vram_total_mib ?? 0) > (best?.vram_total_mib ?? -1) ? card : best),
    null,
  );
}

function mibOf(gb: number): number {
  return Math.round(gb * MIB_PER_GB);
}

function gbOf(mib: number | null): number | null {
  return mib === null ? null : Number((mib / MIB_PER_GB).toFixed(1));
}
