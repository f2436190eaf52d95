/**
 * `ioreg -r -c IOGPU -d 1 -f` of macOS: how busy the GPU is, and how much of the shared memory it holds.
 *
 * The two figures stand in a bag of others with similar names, so the whole name with its quotes counts.
 * What it holds is system memory: it is told to people and never taken for VRAM.
 */

/** `null` = not in the text, or not possible. */
export interface AppleGpuUse {
  readonly utilization_percent: number | null;
  readonly in_use_bytes: number | null;
}

/** 16 TiB: far above any Mac. */
const MAX_BYTES = 2 ** 44;
/** The program prints about 10 KiB for one GPU; the rest is not read. */
const MAX_CHARACTERS = 1024 * 1024;

/** Reads the first GPU of the text; never throws. */
export function parseAppleIoreg(text: string): AppleGpuUse {
  const plain = text.slice(0, MAX_CHARACTERS);
  return {
    utilization_percent: figureOf(plain, "Device Utilization %", 100),
    in_use_bytes: figureOf(plain, "In use system memory", MAX_BYTES),
  };
}

function figureOf(text: string, name: string, max: number): number | null {
  const digits = new RegExp(`"${name}"\\s?=\\s?(\\d{1,15})(?=[,}\\s]|$)`).exec(text)?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= max ? value : null;
}
