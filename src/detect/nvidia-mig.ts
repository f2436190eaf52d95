/**
 * MIG: the parts of a card, from `nvidia-smi -L` (which there are) and `-q -x` (how large they are).
 *
 * A part that a program can be given is a compute instance (`1c.3g.71gb`) or a whole GPU instance
 * (`2g.35gb`). Compute instances of one GPU instance share its memory and each shows all of it, so the
 * parts are never added up: the figure of the GPU instance counts, once. Where no figure can be had, the
 * profile's name gives a careful estimate. In the XML only direct children are read, because the first
 * memory in the text is that of a part and not of the card.
 */
import type { MigInstance } from "../domain/host.ts";
import { childrenOf, textAt, type XmlElement, xmlTreeOf } from "./xml-tree.ts";

/** A part as `-L` names it. */
export interface ListedPart {
  /** Uuid of the card. */
  readonly card: string;
  readonly uuid: string;
  readonly profile: string;
  readonly device: number;
}

/** A part as the XML tells it; MiB. */
export interface MeasuredPart {
  readonly device: number;
  readonly gpu_instance: number | null;
  readonly total_mib: number | null;
  readonly used_mib: number | null;
  readonly free_mib: number | null;
}

/** A card as the XML tells it. */
export interface MeasuredCard {
  readonly uuid: string | null;
  readonly parts: readonly MeasuredPart[];
}

/** The parts of one card, and whether a size was estimated. */
export interface MigParts {
  readonly mig: readonly MigInstance[];
  /** Memory of the largest part; `null` when no size is known. */
  readonly largest_mib: number | null;
  readonly is_estimated: boolean;
}

/** An H100 has at most 7 GPU instances with 7 compute instances; hosts have up to 16 cards. */
const MAX_PARTS = 1024;
const MAX_DEVICE = 1023;
const MAX_MEMORY_MIB = 16 * 1024 * 1024;
/** The smallest share of a profile's nominal size that was seen: 16384 MiB of `1g.18gb` (H200). */
const PROFILE_SHARE = 0.88;
const MIB_PER_GB = 1024;

const CARD_LINE = /^GPU \d{1,4}: .*\(UUID: (GPU-[\w-]{1,80})\)$/;
const PART_LINE = /^\s+MIG\s+(\S{1,40})\s+Device\s+(\d{1,4}): \(UUID: (MIG-[\w/-]{1,100})\)$/;
const PROFILE_GB = /\b\d{1,2}g\.(\d{1,4})gb\b/;

/** The parts in the list of `-L`, in its order. */
export function listedPartsOf(text: string): readonly ListedPart[] {
  const parts: ListedPart[] = [];
  let card: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    card = CARD_LINE.exec(line.trimEnd())?.[1] ?? card;
    const match = PART_LINE.exec(line.trimEnd());
    if (match === null || card === null) continue;
    const [, profile = "", device, uuid = ""] = match;
    parts.push({ card, uuid, profile, device: Number(device) });
    if (parts.length >= MAX_PARTS) break;
  }
  return parts;
}

/** The uuids of the cards in the list of `-L`. */
export function listedCardsOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/);
  return lines.flatMap((line) => CARD_LINE.exec(line.trimEnd())?.[1] ?? []).slice(0, MAX_PARTS);
}

/** The cards of an XML answer with their parts; empty when the text is not whole. */
export function measuredCardsOf(xml: string): readonly MeasuredCard[] {
  const tree = xmlTreeOf(xml);
  if (tree === null || tree.name !== "nvidia_smi_log") return [];
  return childrenOf(tree, "gpu").map((card) => ({
    uuid: textAt(card, "uuid"),
    parts: childrenOf(card, "mig_devices")
      .flatMap((devices) => childrenOf(devices, "mig_device"))
      .slice(0, MAX_PARTS)
      .flatMap(measuredPartOf),
  }));
}

/** The parts of one card: names from the list, sizes from the XML, else from the profile. */
export function migPartsOf(
  listed: readonly ListedPart[],
  measured: readonly MeasuredPart[],
): MigParts {
  const byDevice = new Map(measured.map((part) => [part.device, sizeOf(part, measured)]));
  let is_estimated = false;
  const mig = listed.map(({ uuid, profile, device }) => {
    const known = byDevice.get(device) ?? null;
    const vram_total_mib = known ?? estimatedMib(profile);
    if (known === null && vram_total_mib !== null) is_estimated = true;
    return { uuid, profile, vram_total_mib };
  });
  return { mig, largest_mib: largestOf(mig), is_estimated };
}

/** Memory of the largest part; `null` when no size is known. */
export function largestOf(mig: readonly MigInstance[]): number | null {
  const sizes = mig.flatMap(({ vram_total_mib }) => vram_total_mib ?? []);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

/** A part's memory is that of its GPU instance, whichever compute instance tells it. */
function sizeOf(part: MeasuredPart, all: readonly MeasuredPart[]): number | null {
  if (part.total_mib !== null || part.gpu_instance === null) return part.total_mib;
  const shared = all.find(
    ({ gpu_instance, total_mib }) => gpu_instance === part.gpu_instance && total_mib !== null,
  );
  return shared?.total_mib ?? null;
}

/** From a profile such as `1c.3g.71gb`; `null` when the name tells no size. */
function estimatedMib(profile: string): number | null {
  const gigabytes = PROFILE_GB.exec(profile)?.[1];
  return gigabytes === undefined
    ? null
    : Math.floor(Number(gigabytes) * MIB_PER_GB * PROFILE_SHARE);
}

function measuredPartOf(part: XmlElement): MeasuredPart[] {
  const device = numberOf(textAt(part, "index"), MAX_DEVICE);
  if (device === null) return [];
  const total = mibAt(part, "total");
  const total_mib = total === 0 ? null : total;
  const fits = (mib: number | null) => (mib !== null && mib <= (total_mib ?? 0) ? mib : null);
  return [
    {
      device,
      gpu_instance: numberOf(textAt(part, "gpu_instance_id"), MAX_DEVICE),
      total_mib,
      used_mib: fits(mibAt(part, "used")),
      free_mib: fits(mibAt(part, "free")),
    },
  ];
}

function mibAt(part: XmlElement, name: string): number | null {
  return numberOf(textAt(part, "fb_memory_usage", name), MAX_MEMORY_MIB);
}

function numberOf(text: string | null, max: number): number | null {
  const digits = /^(\d{1,15})(?: MiB)?$/.exec(text ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= max ? value : null;
}
