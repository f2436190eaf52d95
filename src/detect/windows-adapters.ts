/**
 * Which running number (LUID) Windows gave which card: `HKLM\SOFTWARE\Microsoft\DirectX\{…}`.
 *
 * The counters of memory in use know a card by its LUID only, which is new at each start. The registry
 * has it beside vendor and device number, or at least the card's name. Two alike cards are taken in
 * order: which figure belongs to which of them cannot be told, but none is told twice.
 */
import { type RegistryValue, registryNumberOf } from "./windows-registry.ts";

/** One adapter as DirectX knows it. */
export interface DirectxAdapter {
  readonly luid: string;
  readonly name: string | null;
  /** PCI numbers. */
  readonly vendor_id: number | null;
  readonly device_id: number | null;
}

/** How an adapter is looked for. */
export interface AdapterSearch {
  readonly name: string;
  readonly vendor_id: number | null;
  readonly device_id: number | null;
}

const HALF_BITS = 32n;
const HALF_MASK = 0xffff_ffffn;
const HALF_DIGITS = 8;
const HEX = 16;
const MAX_PCI_NUMBER = 0xffffn;

/** A LUID in the form of this program: two halves of eight lower-case hexadecimal digits. */
export function luidOf(high: string, low: string): string {
  return `0x${halfOf(high)}_0x${halfOf(low)}`;
}

/** The adapters among the values, in their order; one without a LUID is left out. */
export function directxAdaptersOf(values: readonly RegistryValue[]): readonly DirectxAdapter[] {
  const keys = [...new Set(values.map(({ key }) => key))].filter((key) =>
    /\\\{[^\\]+\}$/.test(key),
  );
  return keys.flatMap((key) => {
    const own = new Map(
      values.filter((value) => value.key === key).map((value) => [value.name.toLowerCase(), value]),
    );
    const numberOf = (name: string): bigint | null => {
      const value = own.get(name);
      return value === undefined ? null : registryNumberOf(value);
    };
    const luid = numberOf("adapterluid");
    if (luid === null) return [];
    return [
      {
        luid: luidOf((luid >> HALF_BITS).toString(HEX), (luid & HALF_MASK).toString(HEX)),
        name: own.get("description")?.data || null,
        vendor_id: pciNumberOf(numberOf("vendorid")),
        device_id: pciNumberOf(numberOf("deviceid")),
      },
    ];
  });
}

/** A LUID for each search, each used once; `null` where none fits. */
export function matchAdapters(
  searches: readonly AdapterSearch[],
  adapters: readonly DirectxAdapter[],
): readonly (string | null)[] {
  const used = new Set<string>();
  return searches.map((search) => {
    const free = adapters.filter(({ luid }) => !used.has(luid));
    const found =
      free.find((one) => hasSameNumbers(one, search)) ??
      free.find(({ name }) => name === search.name);
    if (found === undefined) return null;
    used.add(found.luid);
    return found.luid;
  });
}

function halfOf(digits: string): string {
  return digits.toLowerCase().padStart(HALF_DIGITS, "0");
}

function hasSameNumbers(adapter: DirectxAdapter, search: AdapterSearch): boolean {
  return (
    search.vendor_id !== null &&
    search.device_id !== null &&
    adapter.vendor_id === search.vendor_id &&
    adapter.device_id === search.device_id
  );
}

function pciNumberOf(value: bigint | null): number | null {
  return value !== null && value <= MAX_PCI_NUMBER ? Number(value) : null;
}
