/**
 * The cards that the kernel shows under /sys/class/drm, of one maker.
 *
 * No program and no privilege is needed. `cardN` is a card, `cardN-HDMI-A-1` one of its connectors,
 * `renderD128` the same card once more. The number may change at each start: the PCI address is the
 * key. Rejected: lspci, whose memory windows are not the memory.
 */
import { type HostView, ioOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import type { ReadText } from "./read-file.ts";

/** One card as the kernel shows it. */
export interface DrmCard {
  /** N of cardN. */
  readonly position: number;
  /** `/sys/class/drm/cardN` under the view's root. */
  readonly folder: string;
  /** PCI id of the model, for example `0x744c`. */
  readonly device_id: string | null;
  readonly bus_id: string | null;
  /** Name of the kernel module, for example `amdgpu`. */
  readonly driver: string | null;
}

const DRM_FOLDER = "/sys/class/drm";
/** More cards than any host has. */
const MAX_CARDS = 64;
const MAX_LINE_CHARACTERS = 120;
const PCI_ADDRESS = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

/** The cards of a PCI vendor (`0x1002`) in the order of their numbers; `null` = there is no such folder. */
export async function drmCardsOf(
  view: HostView,
  vendor: string,
): Promise<readonly DrmCard[] | null> {
  const io = ioOf(view);
  const drm = rootedPath(view.root, DRM_FOLDER);
  const names = await io.listFolder(drm);
  if (names === null) return null;
  const positions = names
    .map((name) => /^card(\d{1,4})$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((one, other) => one - other)
    .slice(0, MAX_CARDS);
  const cards = await Promise.all(
    positions.map(async (position) => {
      const folder = `${drm}/card${position}`;
      const text = (name: string) => io.readText(`${folder}/device/${name}`);
      if (lineOf(await text("vendor"))?.toLowerCase() !== vendor) return null;
      const [device, uevent] = await Promise.all([text("device"), text("uevent")]);
      return { position, folder, device_id: idOf(device), ...eventOf(uevent ?? "") };
    }),
  );
  return cards.filter((card) => card !== null);
}

/** True when the card is powered down; reading its memory in use could wake it. */
export async function isAsleep(card: DrmCard, readText: ReadText): Promise<boolean> {
  return lineOf(await readText(`${card.folder}/device/power/runtime_status`)) === "suspended";
}

/** The version of a kernel module, where it tells one (modules of the kernel itself mostly do not). */
export async function moduleVersionOf(view: HostView, module: string): Promise<string | null> {
  if (!/^\w{1,32}$/.test(module)) return null;
  return lineOf(await ioOf(view).readText(rootedPath(view.root, `/sys/module/${module}/version`)));
}

/** The first line of a small file without blanks around it, at most 120 printable characters. */
export function lineOf(text: string | null): string | null {
  const line = text?.split("\n", 1)[0]?.trim().slice(0, MAX_LINE_CHARACTERS) ?? "";
  return line === "" || /[\p{Cc}\uFFFD]/u.test(line) ? null : line;
}

/** A PCI address in the kernel's form, `0000:03:00.0` (`00000000:03:00.0`, too); anything else is `null`. */
export function busIdOf(text: unknown): string | null {
  const given = typeof text === "string" ? text.trim().toLowerCase() : "";
  const address = given.replace(/^0{1,4}(?=[0-9a-f]{4}:)/, "");
  return PCI_ADDRESS.test(address) ? address : null;
}

function idOf(text: string | null): string | null {
  const line = lineOf(text);
  return line !== null && /^0x[0-9a-f]{1,8}$/i.test(line) ? line.toLowerCase() : null;
}

function eventOf(text: string): Pick<DrmCard, "bus_id" | "driver"> {
  const entryOf = (name: string): string | null =>
    lineOf(new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? null);
  return { bus_id: busIdOf(entryOf("PCI_SLOT_NAME")), driver: entryOf("DRIVER") };
}
