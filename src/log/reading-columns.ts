/**
 * Many readings as columns: how a sealed block looks in memory.
 *
 * The idea: a fold over a million readings must not parse a million rows. One typed array per field
 * is filled once per block, and a reading is made from it only when it is asked for. In the arrays
 * NaN stands for "no value" (readings hold integers, so NaN is free); outside it is `null` again.
 */
import {
  type ReadingInput,
  ROLL_UP_FIELDS,
  type RollUp,
  type RollUpField,
} from "../domain/input.ts";
import { READING_COLUMNS, type ReadingRow, type ReadingValues } from "./reading-row.ts";

/** Columns of numbers that come from the sensors, in the order of a row. */
export const VALUE_COLUMNS = READING_COLUMNS.filter((name) => name !== "missing");

/** What stands before them in a row: seq, at, mono and the number of the boot. */
const TIMES_OF_ROW = 4;

/** Columns of numbers in a block, in the order in which they are packed. */
export const NUMBER_COLUMNS = ["seq", "at", "mono", ...VALUE_COLUMNS] as const;
export type NumberColumn = (typeof NUMBER_COLUMNS)[number];

/** The readings of one block; every array has `count` values. */
export interface ReadingColumns {
  readonly count: number;
  readonly numbers: Readonly<Record<NumberColumn, Float64Array>>;
  /** Names of the runs of the runtime; `bootIndex` points into it. */
  readonly boots: readonly string[];
  readonly bootIndex: Float64Array;
  /** JSON texts of why samples are missing; `missingIndex` points into it, NaN = nothing to say. */
  readonly missings: readonly string[];
  readonly missingIndex: Float64Array;
}

/** The columns of rows in order; `nameOf` gives the name of a boot by its number. */
export function columnsOfRows(
  rows: readonly ReadingRow[],
  nameOf: (bootNumber: number) => string,
): ReadingColumns {
  const columns = emptyColumns(rows.length);
  const boots: string[] = [];
  const missings: string[] = [];
  const { seq: seqs, at: ats, mono: monos } = columns.numbers;
  const values = VALUE_COLUMNS.map((name) => columns.numbers[name]);
  for (const [index, row] of rows.entries()) {
    [seqs[index], ats[index], monos[index]] = row;
    for (const [place, array] of values.entries())
      array[index] = (row[TIMES_OF_ROW + place] as number | null) ?? Number.NaN;
    columns.bootIndex[index] = indexIn(boots, nameOf(row[3]));
    const missing = row[TIMES_OF_ROW + values.length] as string | null;
    columns.missingIndex[index] = missing === null ? Number.NaN : indexIn(missings, missing);
  }
  return { ...columns, boots, missings };
}

/** Columns without any value yet. */
export function emptyColumns(count: number): ReadingColumns {
  const numbers = Object.fromEntries(NUMBER_COLUMNS.map((name) => [name, new Float64Array(count)]));
  return {
    count,
    numbers: numbers as Record<NumberColumn, Float64Array>,
    boots: [],
    bootIndex: new Float64Array(count),
    missings: [],
    missingIndex: new Float64Array(count),
  };
}

/** The reading at this place of a block, as the decider takes it. */
export function readingAt({ numbers, missings, missingIndex }: ReadingColumns, index: number) {
  const used = known(numbers.vram_used_mib[index]);
  const total = known(numbers.vram_total_mib[index]);
  const own = known(numbers.vram_own_mib[index]);
  const vramAt = known(numbers.vram_source_at[index]);
  const available = known(numbers.memory_available_mib[index]);
  const memoryTotal = known(numbers.memory_total_mib[index]);
  const memoryAt = known(numbers.memory_source_at[index]);
  const permille = known(numbers.cpu_permille[index]);
  const cpuAt = known(numbers.cpu_source_at[index]);
  const hasVram = used !== null || total !== null || own !== null || vramAt !== null;
  const hasMemory = available !== null || memoryTotal !== null || memoryAt !== null;
  const hasCpu = permille !== null || cpuAt !== null;
  const reading: ReadingInput = {
    type: "reading",
    at: numbers.at[index] as number,
    vram: hasVram ? { used_mib: used, total_mib: total, own_mib: own, source_at: vramAt } : null,
    memory: hasMemory
      ? { available_mib: available, total_mib: memoryTotal, source_at: memoryAt }
      : null,
    cpu: hasCpu
      ? { used_percent: permille === null ? null : permille / 10, source_at: cpuAt }
      : null,
  };
  const missing = missings[missingIndex[index] as number];
  return missing === undefined ? reading : { ...reading, missing: JSON.parse(missing) };
}

/** The values of the reading at this place, as a row of the table holds them. */
export function valuesAt(columns: ReadingColumns, index: number): ReadingValues {
  const values = READING_COLUMNS.map((name) =>
    name === "missing"
      ? (columns.missings[columns.missingIndex[index] as number] ?? null)
      : known(columns.numbers[name][index]),
  );
  return values as unknown as ReadingValues;
}

/** The reading at this place as a row; its boot has no number here, `bootAt` names it. */
export function rowAt(columns: ReadingColumns, index: number): ReadingRow {
  const { seq, at, mono } = columns.numbers;
  const times = [seq[index], at[index], mono[index]] as [number, number, number];
  return [...times, 0, ...valuesAt(columns, index)];
}

/** The name of the run that wrote the reading at this place. */
export function bootAt({ boots, bootIndex }: ReadingColumns, index: number): string {
  return boots[bootIndex[index] as number] ?? "";
}

/** Smallest, largest and last value of each field; `null` where there is none. */
export function rollUpOf({ count, numbers }: ReadingColumns): Record<RollUpField, RollUp | null> {
  const rollUps = ROLL_UP_FIELDS.map((field) => [field, rollUpIn(numbers[field], count)]);
  return Object.fromEntries(rollUps);
}

/** A plain loop: the runtime decides nothing while a seal is made. */
function rollUpIn(values: Float64Array, count: number): RollUp | null {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let last: number | null = null;
  for (let place = 0; place < count; place += 1) {
    const value = values[place] as number;
    if (Number.isNaN(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    last = value;
  }
  return last === null ? null : { min, max, last };
}

/** The first place whose `seq` is greater than `seq`; `count` when there is none. */
export function placeAfter({ count, numbers }: ReadingColumns, seq: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers.seq[middle] as number) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function indexIn(list: string[], text: string): number {
  const found = list.indexOf(text);
  return found >= 0 ? found : list.push(text) - 1;
}
