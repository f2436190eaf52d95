/**
 * Which hardware is plugged in, as one line of text that changes when something comes or goes.
 *
 * Two or three lists of names, no program and no device that would be woken: PCI addresses (an external
 * card adds some), the NVIDIA driver's own list, and the device nodes of graphics. What it means is the
 * probes' business. Rejected: udev, which needs a program of its own or native code.
 */
import { createHash } from "node:crypto";
import { type HostView, ioOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import { missing, type Sensor, seen, sensorOf } from "./sensor.ts";

/** A look at the lists. */
export interface HardwareReading {
  /** The same text as long as the lists are the same. */
  readonly signature: string;
}

const LIMIT_MS = 1000;
const FOLDERS: readonly (readonly [path: string, names: RegExp])[] = [
  ["/sys/bus/pci/devices", /./],
  ["/proc/driver/nvidia/gpus", /./],
  ["/dev", /^(?:nvidia(?:\d+|ctl)|dxg|kfd)$/],
  ["/dev/dri", /^(?:card|renderD)\d+$/],
];

/** Reads the view's lists; a host that has none of them says `not-checked`. */
export function createHardwareSensor(view: HostView, now?: () => number): Sensor<HardwareReading> {
  return sensorOf({
    name: "hardware",
    limit_ms: LIMIT_MS,
    now,
    async look() {
      if (view.platform !== "linux") return missing("not-checked");
      const lists = await Promise.all(
        FOLDERS.map(async ([path, names]) => {
          const found = await ioOf(view).listFolder(rootedPath(view.root, path));
          return found?.filter((name) => names.test(name)).sort() ?? null;
        }),
      );
      if (lists.every((list) => list === null)) return missing("not-checked");
      const signature = createHash("sha256").update(JSON.stringify(lists)).digest("hex");
      return seen({ signature });
    },
  });
}
