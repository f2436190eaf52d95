/**
 * The fields that not every driver knows, asked after the basic ones and without harm to them.
 *
 * One unknown field makes the whole query fail, and the program names it. So we ask for all, drop the
 * field that it names, and ask again, at most once per field: like an order in a shop that comes back
 * with "out of stock" written beside one line. Rejected: one question per field (six starts of a
 * program), and a table of driver versions (which version knows which field is not known).
 */
import { cellRowsOf } from "./nvidia-smi.ts";

/** `uuid` is the key and known to every driver; the rest is optional. */
export const OPTIONAL_FIELDS = [
  "uuid",
  "pci.bus_id",
  "compute_cap",
  "mig.mode.current",
  "driver_model.current",
  "addressing_mode",
  "memory.reserved",
] as const;

/** What a driver may tell of a card beyond the basic fields; `null` = not told. */
export interface OptionalFacts {
  /** Uuid, else address as printed: how these facts find their card. */
  readonly key: string;
  readonly compute_capability: string | null;
  /** `null` on cards that know no MIG, and where the driver does not tell. */
  readonly is_mig: boolean | null;
  readonly driver_model: string | null;
  readonly addressing_mode: string | null;
  readonly reserved_mib: number | null;
}

/** What the cards told, and which fields this driver does not know. */
export interface OptionalAnswer {
  readonly facts: readonly OptionalFacts[];
  readonly refused: readonly string[];
}

const BAD_FIELD = /Field "([a-z_.]{1,60})" is not a valid field to query/i;
const CAPABILITY = /^\d{1,2}\.\d{1,2}$/;
const DRIVER_MODELS = ["WDDM", "TCC", "MCDM"];
const MIG_MODES: ReadonlyMap<string, boolean> = new Map([
  ["Enabled", true],
  ["Disabled", false],
]);
const ADDRESSING_MODES = ["HMM", "ATS", "None"];

/** Asks by `ask` (fields → standard output) until no field is refused; never more often than fields. */
export async function askOptional(
  ask: (fields: readonly string[]) => Promise<string>,
): Promise<OptionalAnswer> {
  let fields: readonly string[] = OPTIONAL_FIELDS;
  const refused: string[] = [];
  while (fields.length > 1) {
    const text = await ask(fields);
    const bad = BAD_FIELD.exec(text)?.[1];
    if (bad === undefined || bad === "uuid" || !fields.includes(bad)) {
      return { facts: optionalFactsOf(text, fields), refused };
    }
    refused.push(bad);
    fields = fields.filter((field) => field !== bad);
  }
  return { facts: [], refused };
}

/** The facts in the rows of one answer; a header line in it overrides `fields`. */
export function optionalFactsOf(
  text: string,
  fields: readonly string[] = OPTIONAL_FIELDS,
): readonly OptionalFacts[] {
  return cellRowsOf(text, fields).flatMap((cells) => {
    const key = textOf(cells.get("uuid")) ?? textOf(cells.get("pci.bus_id"));
    if (key === null) return [];
    const capability = cells.get("compute_cap") ?? "";
    return {
      key,
      compute_capability: CAPABILITY.test(capability) ? capability : null,
      is_mig: MIG_MODES.get(cells.get("mig.mode.current") ?? "") ?? null,
      driver_model: oneOf(DRIVER_MODELS, cells.get("driver_model.current")),
      addressing_mode: oneOf(ADDRESSING_MODES, cells.get("addressing_mode")),
      reserved_mib: mibOf(cells.get("memory.reserved")),
    };
  });
}

function oneOf(words: readonly string[], cell: string | undefined): string | null {
  return words.find((word) => word === cell) ?? null;
}

function textOf(cell: string | undefined): string | null {
  return cell === undefined || cell === "" || cell.startsWith("[") ? null : cell;
}

function mibOf(cell: string | undefined): number | null {
  const digits = /^(\d{1,8})(?: MiB)?$/.exec(cell ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}
