/**
 * The small Linux texts about processors: `/proc/cpuinfo`, affinity lists, clocks.
 *
 * On Linux these files say at once what other systems need a helper program for. Absence of AVX2 is
 * only told where a flags line exists (x86); ARM has "Features" and no opinion about AVX2.
 */
/** `null` = not in the text. */
export interface CpuInfo {
  readonly brand: string | null;
  readonly has_avx2: boolean | null;
}

const MAX_PROCESSORS = 65_536;
const MAX_BRAND_CHARACTERS = 120;
const KHZ_PER_MHZ = 1000;

/** Reads the text of `/proc/cpuinfo`; never throws. */
export function parseCpuInfo(text: string): CpuInfo {
  const brand = /^model name\s*:\s*(\S.*)$/m.exec(text)?.[1]?.trim();
  const flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1];
  return {
    brand: brand?.slice(0, MAX_BRAND_CHARACTERS) ?? null,
    has_avx2: flags === undefined ? null : flags.split(/\s+/).includes("avx2"),
  };
}

/** How many processors `Cpus_allowed_list` of `/proc/self/status` names (`0-3,8` = 5). */
export function parseAllowedProcessors(status: string): number | null {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)\s*$/m.exec(status)?.[1];
  if (list === undefined) return null;
  let count = 0;
  for (const part of list.split(",")) {
    const [, first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? [];
    if (first === undefined) return null;
    count += Math.max(0, Number(last ?? first) - Number(first) + 1);
  }
  return count > 0 && count <= MAX_PROCESSORS ? count : null;
}

/** `cpuinfo_max_freq` (kHz) in MHz; `null` when absent or zero. */
export function parseMaxMhz(text: string | null): number | null {
  const digits = /^(\d{1,9})\s*$/.exec(text ?? "")?.[1];
  const mhz = digits === undefined ? 0 : Math.round(Number(digits) / KHZ_PER_MHZ);
  return mhz > 0 ? mhz : null;
}
