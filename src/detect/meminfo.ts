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
/** Made once: it is read at every beat. */
const LINES = {
  total: lineOf("MemTotal"),
  available: lineOf("MemAvailable"),
  free: lineOf("MemFree"),
  buffers: lineOf("Buffers"),
  cached: lineOf("Cached"),
};

/** Reads the text of `/proc/meminfo`; never throws. */
export function parseMeminfo(text: string): MemoryBytes {
  const total = positive(bytesOf(text, LINES.total));
  const available = bytesOf(text, LINES.available) ?? estimateOf(text);
  const isPossible = available !== null && (total === null || available <= total);
  return { total, available: isPossible ? available : null };
}

function estimateOf(text: string): number | null {
  const free = bytesOf(text, LINES.free);
  if (free === null) return null;
  return free + (bytesOf(text, LINES.buffers) ?? 0) + (bytesOf(text, LINES.cached) ?? 0);
}

function lineOf(name: string): RegExp {
  return new RegExp(`^${name}:\\s+(\\d{1,12}) kB\\s*$`, "m");
}

function bytesOf(text: string, line: RegExp): number | null {
  const digits = line.exec(text)?.[1];
  return digits === undefined ? null : Number(digits) * BYTES_PER_KIB;
}

function positive(value: number | null): number | null {
  return value === 0 ? null : value;
}
