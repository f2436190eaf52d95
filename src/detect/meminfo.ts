/**
 * `/proc/meminfo`: total and available memory in bytes.
 *
 * "Available" is the kernel's own estimate of what can be used without swapping. Kernels before 3.14
 * and WSL1 lack it; then free + buffers + cached stands in, as everywhere else. An available figure
 * above the total is not believed.
 */
/** Bytes; `null` = not in the text. */
export interface MemoryBytes {
  readonly total: number | null;
  readonly available: number | null;
}

const BYTES_PER_KIB = 1024;

/** Reads the text of `/proc/meminfo`; never throws. */
export function parseMeminfo(text: string): MemoryBytes {
  const total = positive(bytesOf(text, "MemTotal"));
  const free = bytesOf(text, "MemFree");
  const estimate =
    free === null ? null : free + (bytesOf(text, "Buffers") ?? 0) + (bytesOf(text, "Cached") ?? 0);
  const available = bytesOf(text, "MemAvailable") ?? estimate;
  const isPossible = available !== null && (total === null || available <= total);
  return { total, available: isPossible ? available : null };
}

function bytesOf(text: string, name: string): number | null {
  const digits = new RegExp(`^${name}:\\s+(\\d{1,12}) kB\\s*$`, "m").exec(text)?.[1];
  return digits === undefined ? null : Number(digits) * BYTES_PER_KIB;
}

function positive(value: number | null): number | null {
  return value === 0 ? null : value;
}
