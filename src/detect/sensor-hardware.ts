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
import { type WatchedFolders, watchFolders } from "./read-folder.ts";
import { type Look, missing, type Sensor, seen, sensorOf } from "./sensor.ts";

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
  const folders = watchFolders(ioOf(view).listFolder);
  const paths = FOLDERS.map(([path]) => rootedPath(view.root, path));
  const isLinux = view.platform === "linux";
  const lookOf = createLook();
  return sensorOf({
    name: "hardware",
    limit_ms: LIMIT_MS,
    now,
    look: async () =>
      isLinux ? lookOf(await Promise.all(paths.map(folders.listFolder))) : missing("not-checked"),
    // Another's io (a recording, a report) is not asked on the spot.
    lookNow:
      isLinux && view.io === undefined
        ? () => {
            const lists = listsNow(paths, folders);
            return lists === null ? null : lookOf(lists);
          }
        : undefined,
  });
}

/** Names in each folder; `null` = it cannot be read. */
type Lists = readonly (readonly string[] | null)[];

/** All lists on the spot; `null` when one would have to be waited for. */
function listsNow(paths: readonly string[], { namesNow }: WatchedFolders): Lists | null {
  const lists: (readonly string[] | null)[] = [];
  for (const path of paths) {
    const names = namesNow(path);
    if (names === undefined) return null;
    lists.push(names);
  }
  return lists;
}

/** What the lists say; as long as they are the same it was said before. */
function createLook(): (lists: Lists) => Look<HardwareReading> {
  let last: { readonly lists: Lists; readonly look: Look<HardwareReading> } | null = null;
  return (lists) => {
    if (last === null || !areSame(lists, last.lists)) last = { lists, look: signed(lists) };
    return last.look;
  };
}

function areSame(lists: Lists, others: Lists): boolean {
  return lists.every((list, place) => {
    const other = others[place] ?? null;
    if (list === null || other === null) return list === other;
    return list.length === other.length && list.every((name, at) => name === other[at]);
  });
}

/** Each list without the names that are of no interest, as one line. */
function signed(lists: Lists): Look<HardwareReading> {
  const told = lists.map((found, place) => {
    const [, names] = FOLDERS[place] ?? [];
    return found?.filter((name) => names?.test(name)).sort() ?? null;
  });
  if (told.every((list) => list === null)) return missing("not-checked");
  const signature = createHash("sha256").update(JSON.stringify(told)).digest("hex");
  return seen({ signature });
}
