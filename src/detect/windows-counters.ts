/**
 * What `typeperf "\GPU Adapter Memory(*)\…"` prints: memory in use on each card, in any language.
 *
 * Windows translates the names of its counters, but not the instance in brackets: `luid_0x…_0x…_phys_0`
 * names the card. Which of our counters a column is tells its English name, else how often that instance
 * has stood before it: the program prints them in the order of the question. Figures have a decimal point
 * or comma. "Shared" is system memory lent to the card and is never added to its own.
 */
import { luidOf } from "./windows-adapters.ts";

/** The counters of the question, in this order. */
export const ADAPTER_COUNTERS = ["Dedicated Usage", "Shared Usage"] as const;

/** Columns of the rows that follow, per card. */
export interface CounterHeader {
  readonly columns: number;
  readonly adapters: readonly AdapterColumns[];
}

/** The columns of one card. */
export interface AdapterColumns {
  readonly luid: string;
  readonly dedicated: number;
  readonly shared: number | null;
}

interface Place {
  readonly luid: string;
  readonly dedicated: number | null;
  readonly shared: number | null;
}

/** Memory in use on one card in bytes; `null` = not told. */
export interface AdapterUse {
  readonly luid: string;
  readonly dedicated_bytes: number | null;
  readonly shared_bytes: number | null;
}

/** Figures for `isSharedMemoryTrap`. */
export interface AdapterMemory {
  readonly dedicated_mib: number | null;
  readonly total_mib: number | null;
  readonly shared_mib: number | null;
}

/** More columns than 64 cards with two counters have. */
const MAX_COLUMNS = 257;
/** 16 TiB. */
const MAX_BYTES = 2 ** 44;
const MAX_LINE_CHARACTERS = 64 * 1024;
const ROW = /^"[^"]*"(?:[,;\t]"[^"]*")*$/;
const INSTANCE =
  /\((luid_0x([0-9a-f]{1,8})(?:_0x([0-9a-f]{1,8}))?(?:_phys_\d{1,3})?)\)\\([^\\]*)$/i;
/** From this share of the card on, and with this much lent, models lie in system memory; own estimate. */
const FULL_SHARE = 0.95;
const TRAP_SHARED_MIB = 1024;

/** The header when the line is one, else `null`. */
export function parseCounterHeader(line: string): CounterHeader | null {
  const cells = cellsOf(line);
  if (cells === null) return null;
  const places = new Map<string, Place>();
  cells.forEach((cell, column) => {
    const [, instance, high = "0", low, counter] = INSTANCE.exec(cell) ?? [];
    if (column === 0 || instance === undefined) return;
    const key = instance.toLowerCase();
    // The short form `luid_0x1` has the lower half only.
    const luid = low === undefined ? luidOf("0", high) : luidOf(high, low);
    const place = places.get(key) ?? { luid, dedicated: null, shared: null };
    const isShared = isSharedCounter(counter ?? "") ?? place.dedicated !== null;
    if (isShared) places.set(key, { ...place, shared: place.shared ?? column });
    else places.set(key, { ...place, dedicated: place.dedicated ?? column });
  });
  const adapters = [...places.values()].filter(hasDedicated);
  return adapters.length === 0 ? null : { columns: cells.length, adapters };
}

/** The figures of a row under a header; `null` when the line is no such row. */
export function parseCounterRow(line: string, header: CounterHeader): readonly AdapterUse[] | null {
  const cells = cellsOf(line);
  if (cells === null || cells.length !== header.columns) return null;
  if (parseCounterHeader(line) !== null) return null;
  // A card of several parts has a column for each; the fullest one is what can run over.
  const uses = new Map<string, AdapterUse>();
  for (const { luid, dedicated, shared } of header.adapters) {
    const before = uses.get(luid);
    uses.set(luid, {
      luid,
      dedicated_bytes: largerOf(before?.dedicated_bytes, bytesOf(cells[dedicated])),
      shared_bytes: largerOf(before?.shared_bytes, shared === null ? null : bytesOf(cells[shared])),
    });
  }
  return [...uses.values()];
}

/**
 * Whether the card is full and Windows has begun to lend it system memory: everything goes on and is
 * many times slower, where other systems refuse. `null` when a figure is missing. Which driver versions
 * do so is not known; the two limits are an estimate.
 */
export function isSharedMemoryTrap(memory: AdapterMemory): boolean | null {
  const { dedicated_mib, total_mib, shared_mib } = memory;
  if (dedicated_mib === null || shared_mib === null || total_mib === null || total_mib <= 0) {
    return null;
  }
  return dedicated_mib >= total_mib * FULL_SHARE && shared_mib >= TRAP_SHARED_MIB;
}

function cellsOf(line: string): readonly string[] | null {
  const plain = line.replace(/^\uFEFF/, "").trimEnd();
  if (plain.length > MAX_LINE_CHARACTERS || !ROW.test(plain)) return null;
  const cells = [...plain.matchAll(/"([^"]*)"/g)].map(([, cell = ""]) => cell);
  return cells.length >= 2 && cells.length <= MAX_COLUMNS ? cells : null;
}

/** `null` where the name is not one of ours in English. */
function isSharedCounter(counter: string): boolean | null {
  const [dedicated, shared] = ADAPTER_COUNTERS.map((name) => name.toLowerCase());
  const name = counter.toLowerCase();
  return name === shared ? true : name === dedicated ? false : null;
}

function hasDedicated(place: Place): place is AdapterColumns {
  return place.dedicated !== null;
}

function bytesOf(cell: string | undefined): number | null {
  const digits = /^(\d{1,15})(?:[.,]\d{1,9})?$/.exec(cell ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= MAX_BYTES ? value : null;
}

function largerOf(one: number | null | undefined, other: number | null): number | null {
  if (one === undefined || one === null) return other;
  return other === null ? one : Math.max(one, other);
}
