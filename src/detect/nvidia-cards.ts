/**
 * From rows to cards of the host: which memory counts, which card shares the system's memory.
 *
 * A card without a memory figure is unified only when its name says so (GB10, Thor, Orin, Jetson), or when
 * it uses ATS addressing *and* says that there is no memory to report: any other card that answers
 * `[Not Supported]` is a card of unknown size, which no tier counts. Small wrong figures of unified parts
 * (8128 MiB on a 120 GB pool) are dropped for the same reason. Rejected: the addressing mode alone as
 * proof (machines with their own VRAM use the same mode).
 */
import type { Gpu } from "../domain/host.ts";
import type { NoteCode } from "../domain/note.ts";
import { kernelBusIdOf } from "./nvidia-bus.ts";
import type { OptionalFacts } from "./nvidia-optional.ts";
import type { NvidiaRemark, NvidiaRow } from "./nvidia-smi.ts";

/** A card, and why its memory is not told (`null` = it is). */
export interface NvidiaCard {
  readonly gpu: Gpu;
  readonly row: NvidiaRow;
  readonly facts: OptionalFacts | null;
  readonly memory_code: NoteCode | null;
}

/** Cards in the order of the program, and what people should know about them. */
export interface NvidiaCards {
  readonly cards: readonly NvidiaCard[];
  readonly gpus: readonly Gpu[];
  readonly remarks: readonly NvidiaRemark[];
}

const UNIFIED_NAME = /\b(?:GB10|Thor|Orin|Jetson|Xavier|Tegra)\b|\bnvgpu\b/i;

/** The cards of one run. A card that stands twice (loop output) counts once, by its last row. */
export function nvidiaCardsOf(
  rows: readonly NvidiaRow[],
  optional: readonly OptionalFacts[] = [],
): NvidiaCards {
  const remarks: NvidiaRemark[] = [];
  const byKey = new Map<string, NvidiaCard>();
  rows.forEach((row, position) => {
    const key = row.uuid ?? row.bus_id ?? `index ${row.index ?? position}`;
    const facts = optional.find((one) => one.key === row.uuid || one.key === row.bus_id) ?? null;
    const card = cardOf(row, facts);
    const name = row.name ?? key;
    if (card.gpu.unified) remarks.push({ code: "unified-memory", detail: name });
    if (row.is_mig || facts?.is_mig === true) remarks.push({ code: "mig", detail: name });
    byKey.set(key, card);
  });
  const cards = [...byKey.values()];
  return { cards, gpus: cards.map(({ gpu }) => gpu), remarks };
}

function cardOf(row: NvidiaRow, facts: OptionalFacts | null): NvidiaCard {
  const isNotReported = row.total_mib === null && row.memory_code === "memory-not-reported";
  const hasOnlyThePool = isNotReported && facts?.addressing_mode === "ATS";
  const unified = UNIFIED_NAME.test(row.name ?? "") || hasOnlyThePool;
  return {
    gpu: {
      vendor: "nvidia",
      name: row.name,
      uuid: row.uuid,
      vram_total_mib: unified ? null : row.total_mib,
      driver: row.driver,
      cuda: null,
      unified,
      is_integrated: false,
      bus_id: kernelBusIdOf(row.bus_id),
      compute_capability: facts?.compute_capability ?? null,
      driver_model: facts?.driver_model ?? null,
    },
    row,
    facts,
    memory_code: unified ? "unified-memory" : row.memory_code,
  };
}
