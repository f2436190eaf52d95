/**
 * A reading as a row of integers, and back without loss.
 *
 * The idea: `normaliseReading` brings a reading to the one form that a row can hold; the runtime
 * decides on that form and logs that form, so a replay sees what the decider saw, to the bit.
 * Absurd numbers stay absurd (sensing judges them); only what no row can hold becomes null.
 * Rejected: JSON per reading (five times the bytes), floating point (85 % must be 85 %).
 */
import type {
  CpuReading,
  MemoryReading,
  ReadingFields,
  ReadingInput,
  VramReading,
} from "../domain/input.ts";

/** Columns of the table of readings after `seq`, `at`, `mono` and `boot`, in order. */
export const READING_COLUMNS = [
  "vram_used_mib",
  "vram_total_mib",
  "vram_own_mib",
  "vram_source_at",
  "memory_available_mib",
  "memory_total_mib",
  "memory_source_at",
  "cpu_permille",
  "cpu_source_at",
  "missing",
] as const;

/** One value per column of `READING_COLUMNS`; `missing` is JSON text, the others are integers. */
export type ReadingValues = readonly [
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  string | null,
];

/** `seq`, `at`, `mono`, number of the boot, then the values. */
export type ReadingRow = readonly [number, number, number, number, ...ReadingValues];

/** Largest size of a processor share in permille that comes back exactly after a division by ten. */
const PERMILLE_LIMIT = 1e12;

/** Fields in the canonical form: all present, unknown is `null`, `missing` only when it says something. */
export interface NormalFields extends ReadingFields {
  readonly vram: Required<VramReading> | null;
  readonly memory: Required<MemoryReading> | null;
  readonly cpu: Required<CpuReading> | null;
}

/** A reading in the canonical form. */
export type NormalReading = NormalFields & Pick<ReadingInput, "type" | "at">;

/**
 * A reading as the log can hold it: MiB and times as integers, percent with one decimal, NaN and
 * infinities as `null`, a signal without any value as `null`. Its own `at` stays. Idempotent.
 */
export function normaliseReading(reading: ReadingInput): NormalReading {
  const { vram, memory, cpu } = reading;
  const fields = fieldsOfRow([
    integer(vram?.used_mib),
    integer(vram?.total_mib),
    integer(vram?.own_mib),
    integer(vram?.source_at),
    integer(memory?.available_mib),
    integer(memory?.total_mib),
    integer(memory?.source_at),
    permille(cpu?.used_percent),
    integer(cpu?.source_at),
    missingText(reading.missing),
  ]);
  return { type: "reading", at: reading.at, ...fields };
}

/** The row of a reading that `normaliseReading` made. */
export function valuesOfReading(reading: NormalReading): ReadingValues {
  const { vram, memory, cpu } = reading;
  return [
    vram?.used_mib ?? null,
    vram?.total_mib ?? null,
    vram?.own_mib ?? null,
    vram?.source_at ?? null,
    memory?.available_mib ?? null,
    memory?.total_mib ?? null,
    memory?.source_at ?? null,
    permille(cpu?.used_percent),
    cpu?.source_at ?? null,
    missingText(reading.missing),
  ];
}

/** The fields of the reading in a row: the `data` of its entry. */
export function fieldsOfRow(values: ReadingValues): NormalFields {
  const [used, total, own, vramAt, available, memoryTotal, memoryAt, cpu, cpuAt, missing] = values;
  const fields = {
    vram:
      used === null && total === null && own === null && vramAt === null
        ? null
        : { used_mib: used, total_mib: total, own_mib: own, source_at: vramAt },
    memory:
      available === null && memoryTotal === null && memoryAt === null
        ? null
        : { available_mib: available, total_mib: memoryTotal, source_at: memoryAt },
    cpu:
      cpu === null && cpuAt === null
        ? null
        : { used_percent: cpu === null ? null : cpu / 10, source_at: cpuAt },
  };
  return missing === null ? fields : { ...fields, missing: JSON.parse(missing) };
}

/** The nearest integer that a row can hold; adding zero turns −0 into 0, which SQLite does not know. */
function integer(value: number | null | undefined): number | null {
  return rounded(value, Number.MAX_SAFE_INTEGER);
}

function permille(percent: number | null | undefined): number | null {
  return rounded(typeof percent === "number" ? percent * 10 : percent, PERMILLE_LIMIT);
}

function rounded(value: number | null | undefined, limit: number): number | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  return Math.max(-limit, Math.min(limit, Math.round(value))) + 0;
}

function missingText(missing: ReadingFields["missing"]): string | null {
  if (missing === undefined || missing === null) return null;
  const { vram, memory, cpu, own } = missing;
  const text = JSON.stringify({ vram, memory, cpu, own });
  return text === "{}" ? null : text;
}
