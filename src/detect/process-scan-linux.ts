/**
 * Which of the wanted programs run on Linux: the executables under /proc, by the short name only where
 * the executable is hidden.
 *
 * A process that was nobody wanted twice is looked at again only each twelfth time, and each time it is
 * another twelfth's turn, so that no look is dear; one of the kernel's own, which are most, more seldom
 * still. A few processes are looked at on the spot, which costs half of the way through a thread (decision
 * 0030); many, and what another's io answers, are waited for.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { type HostView, ioOf, type LinkTarget, linkProblemOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";
import { watchFolders } from "./read-folder.ts";

/** A program to look for. */
export interface WantedProcess {
  readonly id: string;
  /** Matches the path of its executable. */
  readonly process: RegExp;
  /** Its short name. */
  readonly comm?: string | undefined;
}

/** A process of a wanted program, and its resident memory in KiB (`null` = not told). */
export interface WantedSight {
  readonly id: string;
  readonly memory_kib: number | null;
}

/** Linux allows more, but no desktop has them; the rest is not looked at. */
const MAX_PROCESSES = 32_768;
/** Looks at a time, so that a large host does not fill the thread pool's queue. */
const LOOKS_AT_ONCE = 64;
/** Looks on the spot in one go: 20 µs each, so half a ms. */
const LOOKS_ON_THE_SPOT = 24;
/** A process may become another program after its start, but hardly after two looks. */
const LOOKS_UNTIL_KNOWN = 2;
/** A process may become another program, and ids are used again, so each is looked at afresh this often. */
const LOOKS_UNTIL_AFRESH = 12;
/** What has no program (a thread of the kernel) becomes none; only its id may be another's by now. */
const LOOKS_UNTIL_AFRESH_KERNEL = 120;

/** Looks at the processes of a view, waiting or on the spot. */
export interface LinuxScan {
  /** `null` = the list could not be read. */
  scan(): Promise<readonly WantedSight[] | null>;
  /** `undefined` = it has to be waited for. */
  scanNow(): readonly WantedSight[] | null | undefined;
}

/** A scan that remembers which processes are nobody wanted. */
export function createLinuxScan(view: HostView, wanted: readonly WantedProcess[]): LinuxScan {
  const io = ioOf(view);
  const folders = watchFolders(io.listFolder);
  const folder = rootedPath(view.root, "/proc");
  const others = createOthers();
  const sightOf = createSightOf(folder, io, wanted);
  const sightNow = createSightNow(folder, wanted);
  const isOnTheSpot = ({ length }: readonly string[]): boolean =>
    view.io === undefined && length <= LOOKS_ON_THE_SPOT;
  return {
    async scan() {
      const due = others.dueIn((await folders.listFolder(folder)) ?? []);
      if (due === null) return null;
      return others.looked(due, isOnTheSpot(due) ? due.map(sightNow) : await waited(due, sightOf));
    },
    scanNow() {
      const names = view.io === undefined ? folders.namesNow(folder) : undefined;
      if (names === undefined) return undefined;
      const due = others.dueIn(names ?? []);
      if (due === null) return null;
      return isOnTheSpot(due) ? others.looked(due, due.map(sightNow)) : undefined;
    },
  };
}

/** What a look at one process gives; of the kernel's own threads there is no program. */
type Sight = WantedSight | "other" | "no-program";

/** A process that was nobody wanted. */
interface Other {
  looks: number;
  /** It is looked at again each so many looks. */
  every: number;
  /** Number of the newest look that found it listed. */
  seenIn: number;
}

/** Remembers who was nobody wanted; changed in place, because most of them stay for hours. */
function createOthers() {
  const others = new Map<string, Other>();
  let look = 0;
  return {
    /** The processes among these names that are to be looked at; `null` = there are none at all. */
    dueIn(names: readonly string[]): readonly string[] | null {
      const due: string[] = [];
      let count = 0;
      for (const name of names) {
        const other = others.get(name);
        if (other === undefined && !/^\d+$/.test(name)) continue;
        count += 1;
        if (count > MAX_PROCESSES) break;
        if (other !== undefined) other.seenIn = look;
        if (other === undefined || other.looks < LOOKS_UNTIL_KNOWN) due.push(name);
        else if ((Number(name) + look) % other.every === 0) due.push(name);
      }
      return count === 0 ? null : due;
    },
    /** Takes in what was seen of those that were due; answers the wanted ones. */
    looked(due: readonly string[], sights: readonly Sight[]): readonly WantedSight[] {
      const found: WantedSight[] = [];
      for (const [place, sight] of sights.entries()) {
        const pid = due[place] ?? "";
        if (typeof sight === "string") {
          const looks = (others.get(pid)?.looks ?? 0) + 1;
          const every = sight === "other" ? LOOKS_UNTIL_AFRESH : LOOKS_UNTIL_AFRESH_KERNEL;
          others.set(pid, { looks, every, seenIn: look });
        } else {
          others.delete(pid);
          found.push(sight);
        }
      }
      for (const [pid, { seenIn }] of others) if (seenIn !== look) others.delete(pid);
      look += 1;
      return found;
    },
  };
}

async function waited(
  pids: readonly string[],
  sightOf: (pid: string) => Promise<Sight>,
): Promise<readonly Sight[]> {
  const sights: Sight[] = [];
  for (let start = 0; start < pids.length; start += LOOKS_AT_ONCE)
    sights.push(...(await Promise.all(pids.slice(start, start + LOOKS_AT_ONCE).map(sightOf))));
  return sights;
}

function createSightOf(
  folder: string,
  io: Pick<ReturnType<typeof ioOf>, "readLink" | "readText">,
  wanted: readonly WantedProcess[],
) {
  return async (pid: string): Promise<Sight> => {
    const link = await io.readLink(`${folder}/${pid}/exe`);
    const comm = isHidden(link) ? await io.readText(`${folder}/${pid}/comm`) : null;
    const id = idOf({ link, comm }, wanted);
    if (id === null) return isWithout(link) ? "no-program" : "other";
    return { id, memory_kib: memoryKibIn(await io.readText(`${folder}/${pid}/status`)) };
  };
}

/** The same at once. */
function createSightNow(folder: string, wanted: readonly WantedProcess[]) {
  return (pid: string): Sight => {
    const link = linkNow(`${folder}/${pid}/exe`);
    const comm = isHidden(link) ? textNow(`${folder}/${pid}/comm`) : null;
    const id = idOf({ link, comm }, wanted);
    if (id === null) return isWithout(link) ? "no-program" : "other";
    return { id, memory_kib: memoryKibIn(textNow(`${folder}/${pid}/status`)) };
  };
}

function linkNow(path: string): LinkTarget {
  try {
    return { target: readlinkSync(path) };
  } catch (error) {
    return linkProblemOf(error);
  }
}

function textNow(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function isHidden(link: LinkTarget): boolean {
  return link.target === null && link.code === "hidden";
}

function isWithout(link: LinkTarget): boolean {
  return link.target === null && link.code === "absent";
}

/** What tells of a process. */
interface Signs {
  readonly link: LinkTarget;
  /** Asked for only where the link is hidden. */
  readonly comm: string | null;
}

function idOf({ link, comm }: Signs, wanted: readonly WantedProcess[]): string | null {
  if (link.target !== null) {
    const path = link.target.trim().replace(/ \(deleted\)$/, "");
    return wanted.find(({ process }) => process.test(path))?.id ?? null;
  }
  const name = comm?.trim();
  return wanted.find((one) => one.comm !== undefined && one.comm === name)?.id ?? null;
}

function memoryKibIn(status: string | null): number | null {
  const digits = /^VmRSS:\s+(\d{1,12}) kB\s*$/m.exec(status ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}
