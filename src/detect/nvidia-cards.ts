/**
 * From rows to cards of the host: which memory counts, which card shares the system's memory.
 *
 * A card without a memory figure is unified only when its name says so (GB10, Thor, Orin, Jetson):
 * any other card that answers `[Not Supported]` is a card of unknown size, which no tier counts.
 * Small wrong figures of unified parts (8128 MiB on a 120 GB pool) are dropped for the same reason.
 * Rejected: the addressing mode as proof (machines with their own VRAM use the same mode).
 */
import type { Gpu } from "../domain/host.ts";
import type { NvidiaRemark, NvidiaRow } from "./nvidia-smi.ts";

/** Cards in the order of the program, and what people should know about them. */
export interface NvidiaCards {
  readonly gpus: readonly Gpu[];
  readonly remarks: readonly NvidiaRemark[];
}

const UNIFIED_NAME = /\b(?:GB10|Thor|Orin|Jetson|Xavier|Tegra)\b|\bnvgpu\b/i;

/** The cards of one run. A card that stands twice (loop output) counts once, by its last row. */
export function nvidiaCardsOf(rows: readonly NvidiaRow[]): NvidiaCards {
  const remarks: NvidiaRemark[] = [];
  const byKey = new Map<string, Gpu>();
  rows.forEach((row, position) => {
    const key = row.uuid ?? row.bus_id ?? `index ${row.index ?? position}`;
    const unified = UNIFIED_NAME.test(row.name ?? "");
    const name = row.name ?? key;
    if (unified) remarks.push({ code: "unified-memory", detail: name });
    if (row.is_mig) remarks.push({ code: "mig", detail: name });
    byKey.set(key, {
      vendor: "nvidia",
      name: row.name,
      uuid: row.uuid,
      vram_total_mib: unified ? null : row.total_mib,
      driver: row.driver,
      cuda: null,
      unified,
      is_integrated: false,
    });
  });
  return { gpus: [...byKey.values()], remarks };
}
