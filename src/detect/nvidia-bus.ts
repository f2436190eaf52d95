/**
 * PCI addresses: nvidia-smi writes `00000000:0C:00.0`, the kernel `0000:0c:00.0`; we keep the kernel's.
 *
 * The kernel prints the domain with at least four digits, so a GB10 (`0000000F:01:00.0`) is `000f:01:00.0`
 * and a domain beyond four digits stays as long as it is.
 */
const PCI_ADDRESS = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i;

/** The address as the kernel names its folder; `null` when the text is none. */
export function kernelBusIdOf(text: string | null): string | null {
  const match = PCI_ADDRESS.exec(text?.trim() ?? "");
  if (match === null) return null;
  const [, domain = "", bus, device, part] = match;
  const short = domain.replace(/^0+/, "").padStart(4, "0");
  return `${short}:${bus}:${device}.${part}`.toLowerCase();
}
