/**
 * The JSON of `amd-smi metric` and `amd-smi static`: text in, cards out.
 *
 * Newer versions wrap the cards in `{"gpu_data": […]}`, older give the bare list; a value is
 * `{"value": 196592, "unit": "MB"}` or the text "N/A". Its numbers of cards are not those of HIP. Fields
 * that are missing cost a value, never the card. Rejected: the table, which is made for eyes.
 */
import { busIdOf, lineOf } from "./drm-cards.ts";
import { parseJsonAsWritten } from "./json-as-written.ts";
import { fieldOf } from "./json-field.ts";
import {
  amountOf,
  figuresOf,
  type MemoryAmount,
  type MemoryFigures,
  type MemoryUnit,
  wholeOf,
} from "./memory-figures.ts";

/** One card as a program of AMD printed it; `null` = not told. */
export interface AmdRow {
  /** The program's own number of the card. */
  readonly index: number;
  readonly figures: MemoryFigures;
  readonly bus_id: string | null;
  readonly name: string | null;
  readonly driver: string | null;
}

/** More cards than any host has. */
const MAX_ROWS = 64;
const MAX_INDEX = 1023;
const UNITS: Readonly<Record<string, MemoryUnit>> = {
  B: "B",
  KB: "KB",
  KiB: "KB",
  MB: "MB",
  MiB: "MB",
  GB: "GB",
  GiB: "GB",
};

/** The cards of one output; an output of the other command gives the fields it has. */
export function parseAmdSmi(text: string): readonly AmdRow[] {
  const json = parseJsonAsWritten(text);
  const list = Array.isArray(json) ? json : fieldOf(json, "gpu_data");
  if (!Array.isArray(list)) return [];
  const rows = list.slice(0, MAX_ROWS).map(rowOf);
  return rows.filter((row) => row !== null);
}

/** Figures of `metric` with names and addresses of `static`; a card may stand in one of them alone. */
export function joinAmdRows(
  metric: readonly AmdRow[],
  fixed: readonly AmdRow[],
): readonly AmdRow[] {
  const indices = [...new Set([...metric, ...fixed].map(({ index }) => index))];
  return indices.flatMap((index) => {
    const first = metric.find((row) => row.index === index);
    const second = fixed.find((row) => row.index === index);
    const base = first ?? second;
    if (base === undefined) return [];
    return {
      index,
      figures: joinedFigures(base.figures, (second ?? base).figures),
      bus_id: first?.bus_id ?? second?.bus_id ?? null,
      name: first?.name ?? second?.name ?? null,
      driver: first?.driver ?? second?.driver ?? null,
    };
  });
}

/** The use of the one with the size of the other, where the one tells no size. */
function joinedFigures(metric: MemoryFigures, fixed: MemoryFigures): MemoryFigures {
  if (metric.total_mib !== null || fixed.total_mib === null) return metric;
  const amount = (mib: number | null): MemoryAmount =>
    mib === null ? amountOf(null) : { mib, code: null };
  return figuresOf(amount(fixed.total_mib), amount(metric.used_mib));
}

function rowOf(entry: unknown): AmdRow | null {
  const index = wholeOf(fieldOf(entry, "gpu"), MAX_INDEX);
  if (index === null) return null;
  const memory = fieldOf(entry, "mem_usage");
  const vram = fieldOf(entry, "vram");
  const total = fieldOf(memory, "total_vram") ?? fieldOf(vram, "size");
  return {
    index,
    figures: figuresOf(amountIn(total), amountIn(fieldOf(memory, "used_vram"))),
    bus_id: busIdOf(fieldOf(fieldOf(entry, "bus"), "bdf")),
    name: wordOf(fieldOf(fieldOf(entry, "asic"), "market_name")),
    driver: wordOf(fieldOf(fieldOf(entry, "driver"), "version")),
  };
}

function amountIn(field: unknown): MemoryAmount {
  const unit = fieldOf(field, "unit");
  const known = typeof unit === "string" && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return known === undefined ? amountOf(null) : amountOf(fieldOf(field, "value"), known);
}

function wordOf(value: unknown): string | null {
  const line = typeof value === "string" ? lineOf(value) : null;
  return line === null || /^N\/A$/i.test(line) ? null : line;
}
