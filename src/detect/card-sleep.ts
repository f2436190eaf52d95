/**
 * Whether a card sleeps, from two files of the kernel, so that nobody wakes it just to ask.
 *
 * Like looking through the keyhole before knocking: `power/runtime_status` of the PCI device is kept by
 * the kernel and read without touching the device (general knowledge of Linux, not measured on a laptop).
 * Only a card whose `power/control` is `auto` ever sleeps by itself. Files that are not there, and systems
 * beside Linux, mean: it is awake, ask as always.
 */
import { type HostView, ioOf } from "./host-io.ts";
import { kernelBusIdOf } from "./nvidia-bus.ts";
import { rootedPath } from "./probe.ts";
import { keepFiles } from "./read-file.ts";

/** How the kernel manages the power of a card. */
export interface CardPower {
  readonly is_asleep: boolean;
  /** True when the kernel would let it sleep if nobody used it. */
  readonly may_sleep: boolean;
}

/** Reads the power state of one card again and again. */
export interface CardSleep {
  read(): Promise<CardPower>;
  close(): void;
}

const PCI = "/sys/bus/pci/devices";
const NVIDIA_VENDOR = "0x10de";
/** VGA and 3D controllers; a card has a sound device, too. */
const DISPLAY_CLASS = /^0x03/;
/** More than any host has; the rest is not looked at. */
const MAX_DEVICES = 1024;
const AWAKE: CardPower = { is_asleep: false, may_sleep: false };
const ASLEEP = ["suspended", "suspending"];

/** `bus_id` in either form; `null` = not known, then the card counts as awake. */
export function createCardSleep(view: HostView, bus_id: string | null): CardSleep {
  const bus = kernelBusIdOf(bus_id);
  if (bus === null || view.platform !== "linux") {
    return { read: () => Promise.resolve(AWAKE), close: ignore };
  }
  const files = keepFiles();
  const folder = rootedPath(view.root, `/sys/bus/pci/devices/${bus}/power`);
  const wordOf = async (name: string): Promise<string> =>
    ((await files.readText(`${folder}/${name}`)) ?? "").trim();
  return {
    async read() {
      const status = await wordOf("runtime_status");
      if (status === "") return AWAKE;
      return {
        is_asleep: ASLEEP.includes(status),
        may_sleep: (await wordOf("control")) === "auto",
      };
    },
    close: () => files.close(),
  };
}

/** True when the host has cards of NVIDIA's and every one of them sleeps: asking would wake them. */
export async function areNvidiaCardsAsleep(view: HostView): Promise<boolean> {
  if (view.platform !== "linux") return false;
  const io = ioOf(view);
  const addresses = (await io.listFolder(rootedPath(view.root, PCI))) ?? [];
  const wordOf = async (address: string, name: string): Promise<string> =>
    ((await io.readText(rootedPath(view.root, `${PCI}/${address}/${name}`))) ?? "").trim();
  const states: boolean[] = [];
  for (const address of addresses.slice(0, MAX_DEVICES)) {
    if ((await wordOf(address, "vendor")) !== NVIDIA_VENDOR) continue;
    if (!DISPLAY_CLASS.test(await wordOf(address, "class"))) continue;
    states.push(ASLEEP.includes(await wordOf(address, "power/runtime_status")));
  }
  return states.length > 0 && states.every((isAsleep) => isAsleep);
}

function ignore(): void {
  // Nothing is kept open.
}
