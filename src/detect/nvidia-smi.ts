/**
 * The rows of `nvidia-smi --query-gpu=… --format=csv`: text in, cards and remarks out.
 *
 * The idea of a strict doorman: a line is a row only when it has exactly the expected cells and the
 * index and uuid look like themselves; a cell is a number only when it is nothing but digits (and its
 * unit). Everything else is `null` with a remark. Warnings before rows, errors after rows, HTML,
 * broken pipes and foreign locales therefore cost a value, never the program, and never add one.
 * Rejected: the XML (elements come and go between drivers) and the table (made for eyes).
 */
import type { NoteCode } from "../domain/note.ts";
import { nvidiaCellCode, nvidiaLineCode } from "./nvidia-failure.ts";

/** The basic set: fields that every driver knows. One unknown field fails the whole query. */
export const NVIDIA_FIELDS = [
  "index",
  "uuid",
  "pci.bus_id",
  "name",
  "driver_version",
  "memory.total",
  "memory.used",
  "memory.free",
  "utilization.gpu",
  "temperature.gpu",
] as const;

/** One card as the program printed it; memory in MiB, `null` = not told or impossible. */
export interface NvidiaRow {
  readonly index: number | null;
  readonly uuid: string | null;
  readonly bus_id: string | null;
  readonly name: string | null;
  readonly driver: string | null;
  readonly total_mib: number | null;
  readonly used_mib: number | null;
  readonly free_mib: number | null;
  readonly utilization_percent: number | null;
  readonly temperature_celsius: number | null;
  /** Why a memory figure is missing or was not believed; `null` = nothing is odd. */
  readonly memory_code: NoteCode | null;
  /** True when the optional field `mig.mode.current` says so or the uuid is a MIG device's. */
  readonly is_mig: boolean;
}

/** Why a cell or a line has no value, in the words of the program. */
export interface NvidiaRemark {
  readonly code: NoteCode;
  readonly detail: string;
}

/** What one run printed: its cards and what was odd about them. */
export interface NvidiaRows {
  readonly rows: readonly NvidiaRow[];
  readonly remarks: readonly NvidiaRemark[];
}

/** More cards than any host has; the rest of the text is not read. */
const MAX_ROWS = 64;
const MAX_REMARKS = 16;
const MAX_INDEX = 1023;
/** 16 TiB: far above any card, far below a misread number. */
const MAX_MEMORY_MIB = 16 * 1024 * 1024;
const MAX_CELSIUS = 200;
const MAX_NAME_CHARACTERS = 120;

const ANSI_COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const MISSING_TEXT = /^(?:\[.*\]|N\/A|Not Supported)$/i;
const FIELD_NAME = /^[a-z_]+(?:\.[a-z_]+)*$/;

/** Reads the rows of a query for `fields`; a header line in the text overrides `fields`. */
export function parseNvidiaRows(
  text: string,
  fields: readonly string[] = NVIDIA_FIELDS,
): NvidiaRows {
  const rows: NvidiaRow[] = [];
  const remarks: NvidiaRemark[] = [];
  let columns: readonly string[] = fields;
  for (const line of linesOf(text)) {
    const header = headerOf(line);
    if (header !== null) {
      columns = header;
      continue;
    }
    const cells = cellsOf(line, columns);
    if (cells === null) remarkLine(line, remarks);
    else rows.push(rowOf(cells, remarks));
    if (rows.length >= MAX_ROWS || remarks.length >= MAX_REMARKS) break;
  }
  return { rows, remarks: remarks.slice(0, MAX_REMARKS) };
}

/** The cells of each line that is a row, by field name; for fields beyond the basic set. */
export function cellRowsOf(
  text: string,
  fields: readonly string[],
): readonly ReadonlyMap<string, string>[] {
  const found: ReadonlyMap<string, string>[] = [];
  let columns: readonly string[] = fields;
  for (const line of linesOf(text)) {
    const header = headerOf(line);
    columns = header ?? columns;
    const cells = header === null ? cellsOf(line, columns) : null;
    if (cells !== null) found.push(cells);
    if (found.length >= MAX_ROWS) break;
  }
  return found;
}

/** Used memory of a card: total − free where the driver tells free, else used (wire.md). */
export function usedMibOf(row: NvidiaRow): number | null {
  if (row.total_mib !== null && row.free_mib !== null) return row.total_mib - row.free_mib;
  return row.used_mib;
}

/** One remark per reason is enough: a page of HTML is one oddity, not fifty. */
function remarkLine(line: string, remarks: NvidiaRemark[]): void {
  const code = nvidiaLineCode(line);
  if (!remarks.some((remark) => remark.code === code)) remarks.push({ code, detail: line });
}

function linesOf(text: string): readonly string[] {
  return text
    .replace(ANSI_COLOUR, "")
    .replaceAll("\uFEFF", "")
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function headerOf(line: string): readonly string[] | null {
  const names = line.split(",").map((cell) => cell.trim().replace(/ \[[^\]]*\]$/, ""));
  const known = names.filter((name) => (NVIDIA_FIELDS as readonly string[]).includes(name));
  return known.length > 0 && names.every((name) => FIELD_NAME.test(name)) ? names : null;
}

/** The cells by field name, or `null` when the line is not a row. */
function cellsOf(line: string, columns: readonly string[]): ReadonlyMap<string, string> | null {
  const cells = line.split(", ").map((cell) => cell.trim());
  if (cells.length !== columns.length) return null;
  const byName = new Map(columns.map((column, position) => [column, cells[position] ?? ""]));
  const index = byName.get("index");
  const uuid = byName.get("uuid");
  if (index !== undefined && !isMissing(index) && wholeNumber(index, MAX_INDEX) === null) {
    return null;
  }
  if (uuid !== undefined && !isMissing(uuid) && !/^(?:GPU|MIG)-[\w/-]+$/.test(uuid)) return null;
  const hasValue = cells.some((cell) => !isMissing(cell));
  return hasValue ? byName : null;
}

function rowOf(cells: ReadonlyMap<string, string>, remarks: NvidiaRemark[]): NvidiaRow {
  const uuid = wordOf(cells.get("uuid"));
  const memory = memoryOf(cells, remarks);
  return {
    index: wholeNumber(cells.get("index"), MAX_INDEX),
    uuid,
    bus_id: wordOf(cells.get("pci.bus_id")),
    name: wordOf(cells.get("name") ?? cells.get("gpu_name")),
    driver: driverOf(cells.get("driver_version")),
    ...memory,
    utilization_percent: wholeNumber(cells.get("utilization.gpu"), 100),
    temperature_celsius: wholeNumber(cells.get("temperature.gpu"), MAX_CELSIUS),
    is_mig: cells.get("mig.mode.current") === "Enabled" || (uuid?.startsWith("MIG-") ?? false),
  };
}

type Memory = Pick<NvidiaRow, "total_mib" | "used_mib" | "free_mib">;
type JudgedMemory = Memory & Pick<NvidiaRow, "memory_code">;

/** The first odd cell of a card is its remark; the others mostly say the same. */
function memoryOf(cells: ReadonlyMap<string, string>, remarks: NvidiaRemark[]): JudgedMemory {
  const odd: NvidiaRemark[] = [];
  const read = (field: string): number | null => {
    const cell = cells.get(field);
    const value = wholeNumber(cell, MAX_MEMORY_MIB);
    if (cell !== undefined && value === null) {
      odd.push({ code: nvidiaCellCode(cell), detail: `${field}: ${cell}` });
    }
    return value;
  };
  const memory: Memory = {
    total_mib: read("memory.total"),
    used_mib: read("memory.used"),
    free_mib: read("memory.free"),
  };
  const believed = believable(memory);
  if (believed !== memory) {
    const { total_mib, used_mib, free_mib } = memory;
    const code = total_mib === 0 ? "memory-not-reported" : "unparsable";
    odd.push({ code, detail: `memory: used ${used_mib}, free ${free_mib} of ${total_mib} MiB` });
  }
  const name = cells.get("name") ?? "";
  const first = odd[0];
  if (first !== undefined) {
    remarks.push({ code: first.code, detail: `${name} ${first.detail}`.trim() });
  }
  return { ...believed, memory_code: first?.code ?? null };
}

/** The same object when it can be; otherwise without the figures that cannot. */
function believable(memory: Memory): Memory {
  const { total_mib, used_mib, free_mib } = memory;
  if (total_mib === null) return memory;
  if (total_mib === 0) return { total_mib: null, used_mib: null, free_mib: null };
  const isTooMuch = Math.max(used_mib ?? 0, free_mib ?? 0) > total_mib;
  return isTooMuch ? { total_mib, used_mib: null, free_mib: null } : memory;
}

/** A whole number from 0 to `max`, with or without its unit; anything else is `null`. */
function wholeNumber(cell: string | undefined, max: number): number | null {
  const digits = /^(\d{1,15})(?: MiB| %| C)?$/.exec(cell ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= max ? value : null;
}

/** Newer drivers put a sentence in brackets behind the number, or in its place. */
function driverOf(cell: string | undefined): string | null {
  return /^\d[\w.]{0,40}(?= \[|$)/.exec(wordOf(cell) ?? "")?.[0] ?? null;
}

function wordOf(cell: string | undefined): string | null {
  if (cell === undefined || isMissing(cell)) return null;
  return cell.slice(0, MAX_NAME_CHARACTERS);
}

function isMissing(cell: string): boolean {
  return cell === "" || MISSING_TEXT.test(cell);
}
