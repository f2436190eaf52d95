/**
 * The outputs of Intel's xpu-smi: `discovery -j`, `stats -d N -j`, and the table of version 2.
 *
 * Sizes in the JSON are decimal texts of bytes, some of them empty; memory in use is told in MiB, with or
 * without decimals, of which the whole part counts. The table says `3642MiB / 16288MiB` two lines below
 * the name. Of graphics in the processor the program tells wrong sizes: who calls must know what the card
 * is. Rejected: the memory per process, which was seen above the total.
 */
import { busIdOf, lineOf } from "./drm-cards.ts";
import { parseJsonAsWritten } from "./json-as-written.ts";
import { fieldOf } from "./json-field.ts";
import {
  amountOf,
  figuresOf,
  type MemoryAmount,
  type MemoryFigures,
  wholeOf,
} from "./memory-figures.ts";

/** One card as the program printed it; `null` = not told. */
export interface XpuRow {
  /** The program's own number of the card. */
  readonly index: number;
  readonly name: string | null;
  readonly bus_id: string | null;
  /** N of /dev/dri/cardN. */
  readonly position: number | null;
  readonly driver: string | null;
  readonly figures: MemoryFigures;
}

/** More cards, tiles, statistics and lines than any host prints. */
const MAX_ROWS = 64;
const MAX_STATISTICS = 1024;
const MAX_LINES = 4096;
const MAX_INDEX = 1023;
const USED = "XPUM_STATS_MEMORY_USED";

/** The cards of `discovery -j`; it tells no memory in use. */
export function parseXpuDiscovery(text: string): readonly XpuRow[] {
  const list = fieldOf(parseJsonAsWritten(text), "device_list");
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_ROWS).flatMap((entry): readonly XpuRow[] => {
    const index = wholeOf(fieldOf(entry, "device_id"), MAX_INDEX);
    if (index === null) return [];
    const total = amountOf(fieldOf(entry, "memory_physical_size_byte"));
    return [
      {
        index,
        name: wordOf(fieldOf(entry, "device_name")),
        bus_id: busIdOf(fieldOf(entry, "pci_bdf_address")),
        position: positionOf(fieldOf(entry, "drm_device")),
        driver: wordOf(fieldOf(entry, "driver_version")),
        figures: figuresOf(total, amountOf(null)),
      },
    ];
  });
}

/** Memory in use of `stats -d N -j`: of the card, else of its tiles together. */
export function parseXpuUsed(text: string): MemoryAmount {
  const json = parseJsonAsWritten(text);
  const ofCard = valuesOf(fieldOf(json, "device_level"));
  const tiles = withoutRepeats(listOf(fieldOf(json, "tile_level")));
  const values = ofCard.length > 0 ? ofCard.slice(0, 1) : tiles.flatMap(tileValues);
  const whole = values.map((value) => wholeOf(wholePart(value), Number.MAX_SAFE_INTEGER));
  const odd = whole.indexOf(null);
  if (values.length === 0 || odd >= 0) return amountOf(wholePart(values[odd]), "MB");
  const sum = whole.reduce<number>((before, value) => before + (value ?? 0), 0);
  return amountOf(`${sum}`, "MB");
}

/** The cards of the table that the bare program of version 2 prints. */
export function parseXpuTable(text: string): readonly XpuRow[] {
  const rows: XpuRow[] = [];
  let open: NamedCard | null = null;
  for (const line of text.split(/\r\n|\n|\r/).slice(0, MAX_LINES)) {
    const [first = "", second = ""] = cellsOf(line);
    const named = namedCard(first, second);
    if (named !== null) open = named;
    // A line of dashes ends a card whether or not its memory was told.
    else if (/^\s*\+[-+]+\+\s*$/.test(line)) open = null;
    else if (open !== null && second === "") open = withMoreName(open, first);
    else if (open !== null) {
      const figures = memoryOf(second);
      if (figures === null || rows.length >= MAX_ROWS) continue;
      rows.push({ ...open, position: null, driver: null, figures });
      open = null;
    }
  }
  return rows;
}

type NamedCard = Pick<XpuRow, "index" | "name" | "bus_id">;

function namedCard(first: string, second: string): NamedCard | null {
  const start = /^(\d{1,4}) {2}(.+?)(?: {2,}(?:On|Off|N\/A))?$/.exec(first);
  const index = wholeOf(start?.[1], MAX_INDEX);
  const bus_id = busIdOf(second.split(" ", 1)[0]);
  return index === null || bus_id === null ? null : { index, name: wordOf(start?.[2]), bus_id };
}

function withMoreName(card: NamedCard, word: string): NamedCard {
  return /^[A-Za-z]/.test(word) ? { ...card, name: wordOf(`${card.name ?? ""} ${word}`) } : card;
}

function memoryOf(cell: string): MemoryFigures | null {
  const memory = /^(-?\d+)MiB \/ (-?\d+)MiB$/.exec(cell);
  return memory === null ? null : figuresOf(amountOf(memory[2], "MB"), amountOf(memory[1], "MB"));
}

function cellsOf(line: string): readonly string[] {
  const trimmed = line.trim();
  if (!trimmed.startsWith("|")) return [];
  return trimmed
    .slice(1)
    .split("|")
    .map((cell) => cell.trim());
}

/** A tile that stands there twice would count twice. */
function withoutRepeats(tiles: readonly unknown[]): readonly unknown[] {
  const ids = tiles.map((tile) => fieldOf(tile, "tile_id"));
  return tiles.filter((_tile, place) => ids[place] === null || ids.indexOf(ids[place]) === place);
}

function tileValues(tile: unknown): readonly unknown[] {
  return valuesOf(fieldOf(tile, "data_list")).slice(0, 1);
}

function valuesOf(list: unknown): readonly unknown[] {
  return listOf(list)
    .filter((entry) => fieldOf(entry, "metrics_type") === USED)
    .map((entry) => fieldOf(entry, "value"));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_STATISTICS) : [];
}

/** `8192.75` → `8192`; what is not a number stays as it is. */
function wholePart(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/^(-?\d{1,16})\.\d+$/, "$1") : value;
}

function positionOf(value: unknown): number | null {
  const digits = typeof value === "string" ? /^\/dev\/dri\/card(\d{1,4})$/.exec(value)?.[1] : null;
  return digits === undefined || digits === null ? null : Number(digits);
}

function wordOf(value: unknown): string | null {
  const line = typeof value === "string" ? lineOf(value) : null;
  return line === null || /^N\/A$/i.test(line) ? null : line;
}
