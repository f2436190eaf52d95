/**
 * Between the decider's words and the log's bytes: which entry types there are, in which schema
 * version, and how an entry becomes an input or an output again.
 *
 * The idea: rows are never rewritten. A type that changes its shape gets an upcaster, and its version
 * is simply one more than the number of its upcasters, so the two cannot disagree. `type` and `at`
 * are columns, hence left out of `data`. Rejected: canonical JSON; the hash covers bytes as stored.
 */
import type { Configuration } from "../domain/configuration.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import { INPUT_TYPES, type Input } from "../domain/input.ts";
import { OUTPUT_TYPES, type Output } from "../domain/output.ts";
import type { Entry } from "./entry.ts";

/** The type of checkpoint entries. */
export const CHECKPOINT_TYPE = "checkpoint";

/** The type of readings, which live in the compact table. */
export const READING_TYPE = "reading";

/** Every type of entry that this version can read; closed. */
export const ENTRY_TYPES = [...INPUT_TYPES, ...OUTPUT_TYPES, CHECKPOINT_TYPE] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** Turns the data of version v into the data of version v + 1; pure. */
export type Upcaster = (data: unknown) => unknown;

/** Upcasters per type, oldest first: the first one takes version 1 to version 2. */
export type Upcasters = Readonly<Partial<Record<EntryType, readonly Upcaster[]>>>;

/** The upcasters of this version; a type that is not here is at version 1. */
export const UPCASTERS: Upcasters = {
  // Version 2 says which tables of models the policy was made from.
  "runtime.started": [(data) => ({ ...(data as object), policy_hash: null })],
  // Version 2 has a blank time; before, there was none.
  "config.changed": [withoutBlank],
};

function withoutBlank(data: unknown): unknown {
  const { config } = data as { readonly config: Configuration };
  const { vram, memory } = config.thresholds;
  const thresholds = {
    ...config.thresholds,
    vram: { ...vram, blank_ms: 0 },
    memory: { ...memory, blank_ms: 0 },
  };
  return { config: { ...config, thresholds } };
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(ENTRY_TYPES);
const KNOWN_INPUTS: ReadonlySet<string> = new Set(INPUT_TYPES);
const KNOWN_OUTPUTS: ReadonlySet<string> = new Set(OUTPUT_TYPES);

/** True for a type of the closed list. */
export function isKnownType(type: string): type is EntryType {
  return KNOWN_TYPES.has(type);
}

/** The schema version in which a type is written now; 1 and up. */
export function schemaVersionOf(type: EntryType, upcasters: Upcasters = UPCASTERS): number {
  return 1 + (upcasters[type]?.length ?? 0);
}

/** True when this version of the program can read the entry. */
export function isReadable(entry: Pick<Entry, "type" | "v">): boolean {
  return isKnownType(entry.type) && entry.v >= 1 && entry.v <= schemaVersionOf(entry.type);
}

/** The same entry in today's schema; one of an unknown type or a later version stays as it is. */
export function upcast(entry: Entry, upcasters: Upcasters = UPCASTERS): Entry {
  if (!isKnownType(entry.type) || entry.v < 1) return entry;
  const steps = upcasters[entry.type]?.slice(entry.v - 1) ?? [];
  if (steps.length === 0) return entry;
  const data = steps.reduce((older, step) => step(older), entry.data);
  return { ...entry, v: entry.v + steps.length, data };
}

/** The JSON text of an input without what stands in columns. */
export function dataOfInput(input: Input): string {
  const { type: _type, at: _at, ...data } = input;
  return JSON.stringify(data);
}

/** The JSON text of an output without what stands in columns. */
export function dataOfOutput(output: Output): string {
  const { type: _type, ...data } = output;
  return JSON.stringify(data);
}

/** The input that an entry holds; throws RP_LOG_DAMAGED when it holds none that can be read. */
export function inputOf(entry: Entry): Input {
  if (!KNOWN_INPUTS.has(entry.type) || !isReadable(entry)) throw unreadable(entry, "an input");
  return { type: entry.type, at: entry.at, ...(entry.data as object) } as Input;
}

/** The output that an entry holds; throws RP_LOG_DAMAGED when it holds none that can be read. */
export function outputOf(entry: Entry): Output {
  if (!KNOWN_OUTPUTS.has(entry.type) || !isReadable(entry)) throw unreadable(entry, "an output");
  return { type: entry.type, ...(entry.data as object) } as Output;
}

function unreadable(entry: Entry, expected: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_LOG_DAMAGED",
    `Expected ${expected} of a known type and version at seq ${entry.seq} of the log, got "${entry.type}" version ${entry.v}; read it with the version of runtime-profile that wrote it.`,
    { path: `seq ${entry.seq}` },
  );
}
