/**
 * `system_profiler SPDisplaysDataType`, as JSON or as plain text: the cards of a Mac.
 *
 * Apple silicon tells name and cores and no memory, because it has none of its own. Intel Macs tell the
 * memory as text ("4 GB", "1536 MB"); a card on the built-in bus or with "shared" or "dynamic" memory
 * takes it from the system. Rejected: the list of displays below each card; a screen is no card.
 */
import type { Gpu } from "../domain/host.ts";
import { fieldOf, parseJson, textOf } from "./json-field.ts";
import { programLinesOf } from "./program-lines.ts";

/** One card; `null` = not told. */
export interface AppleDisplay {
  readonly vendor: Gpu["vendor"];
  readonly name: string;
  readonly cores: number | null;
  /** Its own memory in MiB, or what it may take from the system when `is_shared`. */
  readonly memory_mib: number | null;
  /** True when its memory is part of the system's. */
  readonly is_shared: boolean;
}

/** More cards than a Mac has room for. */
const MAX_CARDS = 16;
/** The largest chip has 80 cores; this is far above. */
const MAX_CORES = 1024;
/** 1 TiB: far above any card of an Intel Mac. */
const MAX_MEMORY_MIB = 1024 * 1024;
const MAX_NAME_CHARACTERS = 120;
const MIB_PER_GIB = 1024;

/** Fields of one card before they are understood. */
interface Fields {
  readonly name: string | null;
  readonly vendor: string | null;
  readonly cores: string | null;
  readonly bus: string | null;
  readonly memory: string | null;
  readonly shared_memory: string | null;
}

/** Reads either form; no card for anything else. Never throws. */
export function parseAppleDisplays(text: string): readonly AppleDisplay[] {
  const json = parseJson(text);
  const cards = json === undefined ? fieldsOfText(text) : fieldsOfJson(json);
  return cards.slice(0, MAX_CARDS).flatMap((fields) => {
    const name = fields.name?.trim().slice(0, MAX_NAME_CHARACTERS) ?? "";
    return name === "" ? [] : [displayOf(fields, name)];
  });
}

function displayOf(fields: Fields, name: string): AppleDisplay {
  const vendor = vendorOf(`${fields.vendor ?? ""} ${name}`);
  const isBuiltIn = /^(?:spdisplays_builtin|built-in)$/i.test(fields.bus ?? "");
  return {
    vendor,
    name,
    cores: wholeNumber(fields.cores, MAX_CORES),
    memory_mib: mibOf(fields.memory) ?? mibOf(fields.shared_memory),
    is_shared: vendor === "apple" || isBuiltIn || fields.shared_memory !== null,
  };
}

function fieldsOfJson(json: unknown): readonly Fields[] {
  const list = fieldOf(json, "SPDisplaysDataType");
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_CARDS).map((card: unknown) => ({
    name: textOf(fieldOf(card, "sppci_model")) ?? textOf(fieldOf(card, "_name")),
    vendor: textOf(fieldOf(card, "spdisplays_vendor")) ?? textOf(fieldOf(card, "sppci_vendor")),
    cores: wordOf(fieldOf(card, "sppci_cores")),
    bus: textOf(fieldOf(card, "sppci_bus")),
    memory: textOf(fieldOf(card, "spdisplays_vram")),
    shared_memory: textOf(fieldOf(card, "spdisplays_vram_shared")),
  }));
}

/** A card begins at its `Chipset Model`; what follows up to the next one belongs to it. */
function fieldsOfText(text: string): readonly Fields[] {
  const cards: Map<string, string>[] = [];
  for (const line of programLinesOf(text)) {
    const [, key, value] = /^\s+([A-Z][A-Za-z (),]{0,60}): (\S.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    if (key === "Chipset Model") cards.push(new Map());
    const card = cards.at(-1);
    if (card !== undefined && !card.has(key)) card.set(key, value);
    if (cards.length > MAX_CARDS) break;
  }
  return cards.map((card) => ({
    name: card.get("Chipset Model") ?? null,
    vendor: card.get("Vendor") ?? null,
    cores: card.get("Total Number of Cores") ?? null,
    bus: card.get("Bus") ?? null,
    memory: card.get("VRAM (Total)") ?? null,
    shared_memory: card.get("VRAM (Dynamic, Max)") ?? card.get("VRAM (Shared)") ?? null,
  }));
}

function vendorOf(text: string): Gpu["vendor"] {
  if (/\bapple\b|vendor_apple|0x106b/i.test(text)) return "apple";
  if (/\bnvidia\b|vendor_nvidia|geforce|0x10de/i.test(text)) return "nvidia";
  if (/\b(?:amd|ati|radeon)\b|vendor_amd|vendor_ati|0x1002/i.test(text)) return "amd";
  if (/\bintel\b|vendor_intel|0x8086/i.test(text)) return "intel";
  return "unknown";
}

/** "4 GB" and "1536 MB"; the maker counts in powers of two. */
function mibOf(text: string | null): number | null {
  const [, digits, unit] = /^(\d{1,7}) (MB|GB)$/.exec(text?.trim() ?? "") ?? [];
  if (digits === undefined) return null;
  const mib = Number(digits) * (unit === "GB" ? MIB_PER_GIB : 1);
  return mib > 0 && mib <= MAX_MEMORY_MIB ? mib : null;
}

function wholeNumber(text: string | null, max: number): number | null {
  const digits = /^(\d{1,6})(?: \(.*\))?$/.exec(text?.trim() ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value > 0 && value <= max ? value : null;
}

function wordOf(value: unknown): string | null {
  return typeof value === "number" ? `${value}` : textOf(value);
}
