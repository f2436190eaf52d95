/**
 * The highest CUDA version that the driver supports, from the banner or from `--version`.
 *
 * There is no CSV field for it. Drivers from 610 on print it as "CUDA UMD Version" and put a sentence
 * in the old place, so a version is accepted only where digits stand. It says what the driver can do,
 * not that a toolkit is installed; model servers bring their own runtime.
 */
const CUDA_VERSION = /\bCUDA (?:UMD )?version\s*:\s*(\d{1,3}\.\d{1,3})\b/i;

/** The version as printed, for example "13.1"; `null` when the text has none. */
export function cudaVersionOf(text: string): string | null {
  return CUDA_VERSION.exec(text)?.[1] ?? null;
}
