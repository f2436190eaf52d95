/**
 * The cards of a Windows host, from the registry's class of display drivers.
 *
 * Each card has a key with a number of four digits; name, size and device number are put together by
 * it, never by name, so that two alike cards stay two. Only devices on PCI of the three makers count:
 * the others are drawn by software or by a virtual machine. A card that was taken out may keep its key,
 * which cannot be told from here. The size is the 64-bit one; the 32-bit one of WMI stops at 4 GB and is believed
 * only below. Which card is integrated is a rule of thumb: a name that makers give to built-in graphics
 * and no more than 2 GiB set aside for it. A large part set aside (Strix Halo) is memory of its own.
 */
import { type Gpu, UNKNOWN_GPU } from "../domain/host.ts";
import { programLinesOf } from "./program-lines.ts";
import { type RegistryValue, registryNumberOf } from "./windows-registry.ts";

/** One card before it is put in the words of the host. */
export interface WindowsCard {
  readonly name: string;
  readonly vendor: Gpu["vendor"];
  /** PCI numbers; `null` = not told. */
  readonly vendor_id: number | null;
  readonly device_id: number | null;
  readonly memory_mib: number | null;
}

/** Any card of 4 GB or more has this in `AdapterRAM` (detection facts §3.4). */
const ADAPTER_RAM_LIMIT_BYTES = 4_293_918_720;
/** 16 TiB: far above any card, far below a misread number. */
const MAX_BYTES = 2 ** 44;
const BYTES_PER_MIB = 2 ** 20;
/** Up to here, what is set aside for built-in graphics is a share of the system's memory. */
const INTEGRATED_MAX_MIB = 2048;
const MAX_CARDS = 64;
const MAX_NAME_CHARACTERS = 120;
const HEX = 16;

const VENDOR_IDS: ReadonlyMap<number, Gpu["vendor"]> = new Map([
  [0x10de, "nvidia"],
  [0x1002, "amd"],
  [0x8086, "intel"],
]);
const INTEL_DISCRETE = /\bArc\b.*\b[AB]\d{2,3}[A-Z]?\b|\bIris\b.*\bMAX\b/i;
const AMD_INTEGRATED = /\bRadeon\b.*\bGraphics$/i;

/** The cards among the values of `DriverDesc`, `MatchingDeviceId` and `…qwMemorySize`. */
export function windowsCardsOf(values: readonly RegistryValue[]): readonly WindowsCard[] {
  const keys = [...new Set(values.map(({ key }) => key))].filter((key) => /\\\d{4}$/.test(key));
  return keys
    .sort()
    .slice(0, MAX_CARDS)
    .flatMap((key) => {
      const own = values.filter((value) => value.key === key);
      const find = (name: string): RegistryValue | undefined =>
        own.find((value) => value.name.toLowerCase() === name);
      const name = (find("driverdesc")?.data ?? "").slice(0, MAX_NAME_CHARACTERS);
      const device = find("matchingdeviceid")?.data;
      const ids = pciIdsOf(device ?? "");
      const isDrawnBySoftware = device !== undefined && ids === null;
      if (name === "" || isDrawnBySoftware) return [];
      const size = find("hardwareinformation.qwmemorysize");
      const bytes = size === undefined ? null : registryNumberOf(size);
      return [cardOf({ name, ids, memory_mib: mibOf(bytes === null ? null : Number(bytes)) })];
    })
    .filter(({ vendor }) => vendor !== "unknown");
}

/** The cards of lines `name|bytes` of Win32_VideoController; sizes from 4 GB up are not believed. */
export function parseVideoControllers(text: string): readonly WindowsCard[] {
  return programLinesOf(text)
    .flatMap((line) => {
      const [, name, digits = ""] = /^([^|]{1,200})\|(\d{0,15})$/.exec(line) ?? [];
      if (name === undefined) return [];
      const bytes = digits === "" ? null : Number(digits);
      const isBelieved = bytes !== null && bytes < ADAPTER_RAM_LIMIT_BYTES;
      const memory_mib = isBelieved ? mibOf(bytes) : null;
      return [cardOf({ name: name.trim().slice(0, MAX_NAME_CHARACTERS), ids: null, memory_mib })];
    })
    .filter(({ name, vendor }) => name !== "" && vendor !== "unknown")
    .slice(0, MAX_CARDS);
}

/** The card in the words of the host. */
export function gpuOfWindowsCard({ name, vendor, memory_mib }: WindowsCard): Gpu {
  const isSmall = memory_mib === null || memory_mib <= INTEGRATED_MAX_MIB;
  const isIntegrated = isSmall && isBuiltInName(vendor, name);
  return {
    ...UNKNOWN_GPU,
    vendor,
    name,
    vram_total_mib: memory_mib,
    unified: isIntegrated,
    is_integrated: isIntegrated,
  };
}

function isBuiltInName(vendor: Gpu["vendor"], name: string): boolean {
  if (vendor === "intel") return !INTEL_DISCRETE.test(name);
  return vendor === "amd" && AMD_INTEGRATED.test(name);
}

interface PciIds {
  readonly vendor_id: number;
  readonly device_id: number;
}

function cardOf({
  name,
  ids,
  memory_mib,
}: {
  readonly name: string;
  readonly ids: PciIds | null;
  readonly memory_mib: number | null;
}): WindowsCard {
  const vendor = (ids === null ? null : VENDOR_IDS.get(ids.vendor_id)) ?? vendorOfName(name);
  const { vendor_id, device_id } = ids ?? { vendor_id: null, device_id: null };
  return { name, vendor, vendor_id, device_id, memory_mib };
}

function vendorOfName(name: string): Gpu["vendor"] {
  if (/\b(?:NVIDIA|GeForce|Quadro|Tesla)\b/i.test(name)) return "nvidia";
  if (/\b(?:AMD|ATI|Radeon)\b/i.test(name)) return "amd";
  return /\bIntel\b/i.test(name) ? "intel" : "unknown";
}

function pciIdsOf(device: string): PciIds | null {
  const [, vendor, number] = /^PCI\\VEN_([0-9a-f]{4})&DEV_([0-9a-f]{4})(?:&|$)/i.exec(device) ?? [];
  if (vendor === undefined || number === undefined) return null;
  return { vendor_id: Number.parseInt(vendor, HEX), device_id: Number.parseInt(number, HEX) };
}

function mibOf(bytes: number | null): number | null {
  if (bytes === null || bytes < BYTES_PER_MIB || bytes > MAX_BYTES) return null;
  return Math.floor(bytes / BYTES_PER_MIB);
}
