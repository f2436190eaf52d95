/**
 * The output of the deprecated `rocm-smi`, in JSON or in lines: text in, cards out.
 *
 * Key names vary between versions and every value is a text; some print only percentages, of which no
 * size follows: the card is then there and its memory unknown. Lines look like
 * `GPU[0] : VRAM Total Memory (B): 25769803776`. Rejected: taking a percentage of a size guessed by name.
 */

import type { AmdRow } from "./amd-smi.ts";
import { lineOf } from "./drm-cards.ts";
import { parseJsonAsWritten } from "./json-as-written.ts";
import { fieldOf } from "./json-field.ts";
import { amountOf, figuresOf } from "./memory-figures.ts";

/** More cards, and more lines, than any host prints. */
const MAX_ROWS = 64;
const MAX_LINES = 4096;
const TOTAL = "vram total memory (b)";
const USED = "vram total used memory (b)";
const NAME = "card series";

/** The cards of one output. */
export function parseRocmSmi(text: string): readonly AmdRow[] {
  const json = parseJsonAsWritten(text);
  const cards = json === undefined ? linesByCard(text) : entriesByCard(json);
  return [...cards].slice(0, MAX_ROWS).map(([index, values]) => rowOf(index, values));
}

type Values = ReadonlyMap<string, string>;

function rowOf(index: number, values: Values): AmdRow {
  const name = lineOf(values.get(NAME) ?? null);
  return {
    index,
    figures: figuresOf(amountOf(values.get(TOTAL)), amountOf(values.get(USED))),
    bus_id: null,
    name: name === null || /^(?:N\/A|0x[0-9a-f]+)$/i.test(name) ? null : name,
    driver: null,
  };
}

function entriesByCard(json: unknown): ReadonlyMap<number, Values> {
  const cards = new Map<number, Values>();
  if (typeof json !== "object" || json === null) return cards;
  for (const key of Object.keys(json)) {
    const digits = /^card(\d{1,4})$/.exec(key)?.[1];
    const card = fieldOf(json, key);
    if (digits === undefined || typeof card !== "object" || card === null) continue;
    const values = new Map<string, string>();
    for (const [name, value] of Object.entries(card)) {
      if (typeof value === "string") values.set(name.trim().toLowerCase(), value);
    }
    cards.set(Number(digits), values);
  }
  return cards;
}

function linesByCard(text: string): ReadonlyMap<number, Values> {
  const cards = new Map<number, Map<string, string>>();
  for (const line of text.split(/\r\n|\n|\r/).slice(0, MAX_LINES)) {
    const match = /^GPU\[(\d{1,4})\]\s*:\s*(.+)$/.exec(line.trim());
    const colon = match?.[2]?.indexOf(":") ?? -1;
    if (match === null || colon < 0) continue;
    const index = Number(match[1]);
    const rest = match[2] ?? "";
    const values = cards.get(index) ?? new Map<string, string>();
    values.set(rest.slice(0, colon).trim().toLowerCase(), rest.slice(colon + 1));
    cards.set(index, values);
  }
  return cards;
}
