/**
 * Reads small system files without ever throwing: once, or again and again through a kept descriptor.
 *
 * Files under /proc and /sys report size 0 and are made afresh at each read from position 0, so a
 * descriptor that stays open costs one step where opening costs four. A descriptor that fails
 * (its control group is gone) is closed and opened again next time. A kept file that has shown to be
 * quick is read on the spot: the way through a thread costs five times as much as the read itself (decision
 * 0030). One that took long goes through a thread again (`spot-trust.ts`), and `memory.stat` always does,
 * because the kernel sums up a whole tree for it. Rejected: `readFileSync` for all, and a thread for all.
 */
import { close, open, read, readSync } from "node:fs";
import { createSpotTrust, type SpotTrust } from "./spot-trust.ts";

/** Gives the text of a file, `null` when it cannot be read. */
export type ReadText = (path: string) => Promise<string | null>;

/** A reader that keeps its descriptors open. */
export interface KeptFiles {
  readonly readText: ReadText;
  /** The text at once; `undefined` where it would have to be waited for. */
  textNow(path: string): string | null | undefined;
  close(): void;
}

/** A descriptor that stays open. */
interface KeptFile {
  readonly descriptor: number;
  isNeverOnTheSpot: boolean;
  readonly trust: SpotTrust;
}

const CHUNK_BYTES = 16 * 1024;
/** Files beyond this are cut; /proc/stat of 256 processors has about 60 KiB. */
const MAX_BYTES = 1024 * 1024;
/** A sensor reads about ten files; paths beyond this are opened each time. */
const MAX_KEPT = 128;
/** A file that was not there is looked for again after this many reads; most never come. */
const READS_UNTIL_RETRY = 30;
/** A read on the spot holds up everything else; /proc/meminfo takes 0.02 ms. */
const ON_THE_SPOT_MAX_MS = 0.5;
/** Takes 0.02 ms here, but a lock of the whole host and a large tree can make it many ms. */
const SUMMED_UP = "memory.stat";

/** Opens, reads at most 1 MiB, closes. */
export const readText: ReadText = async (path) => {
  const descriptor = await openFile(path).catch(() => null);
  if (descriptor === null) return null;
  try {
    return await textOf(descriptor);
  } catch {
    return null;
  } finally {
    close(descriptor, ignore);
  }
};

/** A reader for sensors, for files that the kernel makes in one piece; call `close` when done. */
export function keepFiles(now: () => number = () => performance.now()): KeptFiles {
  const kept = new Map<string, KeptFile>();
  /** Paths that could not be opened, and how many reads they are still left alone. */
  const absent = new Map<string, number>();
  let isClosed = false;
  const forget = (path: string, file: KeptFile): void => {
    // Two reads may fail at once; only the first one closes.
    if (kept.get(path) === file && kept.delete(path)) close(file.descriptor, ignore);
  };
  const isLeftAlone = (path: string): boolean => {
    const wait = absent.get(path) ?? 0;
    if (wait > 0) absent.set(path, wait - 1);
    return wait > 0;
  };
  const openKept = async (path: string): Promise<KeptFile | null> => {
    if (isLeftAlone(path)) return null;
    const descriptor = await openFile(path).catch((error: NodeJS.ErrnoException) => {
      // Too many open files is a passing trouble; only real absence is remembered.
      if (error.code === "ENOENT" && absent.size < MAX_KEPT) absent.set(path, READS_UNTIL_RETRY);
      return null;
    });
    if (descriptor === null) return null;
    absent.delete(path);
    const other = kept.get(path);
    if (other !== undefined || isClosed) {
      // Nobody would close it any more after `close`; whoever asked has gone as well.
      close(descriptor, ignore);
      return other ?? null;
    }
    const isNeverOnTheSpot = path.endsWith(SUMMED_UP);
    const file = { descriptor, isNeverOnTheSpot, trust: createSpotTrust(ON_THE_SPOT_MAX_MS) };
    kept.set(path, file);
    return file;
  };
  return {
    async readText(path) {
      if (isClosed || (!kept.has(path) && kept.size >= MAX_KEPT)) return readText(path);
      const file = kept.get(path) ?? (await openKept(path));
      if (file === null) return null;
      try {
        const text = isQuick(file) ? onTheSpot(file, now) : await throughThread(file, now);
        return text ?? (await textOf(file.descriptor));
      } catch {
        forget(path, file);
        return null;
      }
    },
    textNow(path) {
      const file = kept.get(path);
      if (file === undefined) return isClosed || !isLeftAlone(path) ? undefined : null;
      if (!isQuick(file)) return undefined;
      try {
        return onTheSpot(file, now) ?? undefined;
      } catch {
        forget(path, file);
        return null;
      }
    },
    close() {
      isClosed = true;
      for (const [path, file] of [...kept]) forget(path, file);
    },
  };
}

/** Reads on the spot never overlap, so that they can share one buffer. */
const SPOT = Buffer.allocUnsafeSlow(CHUNK_BYTES);

function isQuick({ trust, isNeverOnTheSpot }: KeptFile): boolean {
  return trust.isEarned() && !isNeverOnTheSpot;
}

/** One read, which holds up the event loop; `null` when the file fills the buffer, then it never does again. */
function onTheSpot(file: KeptFile, now: () => number): string | null {
  const begin = now();
  const bytes = readSync(file.descriptor, SPOT, 0, CHUNK_BYTES, 0);
  file.trust.heldUp(now() - begin);
  if (bytes < CHUNK_BYTES) return SPOT.toString("utf8", 0, bytes);
  file.isNeverOnTheSpot = true;
  return null;
}

/** `null` when the file fills the buffer, so that it has to be read piece by piece. */
async function throughThread(file: KeptFile, now: () => number): Promise<string | null> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const begin = now();
  const bytesRead = await readBytes(file.descriptor, buffer, 0);
  file.trust.waited(now() - begin);
  return bytesRead < CHUNK_BYTES ? buffer.toString("utf8", 0, bytesRead) : null;
}

async function textOf(descriptor: number): Promise<string> {
  const chunks: Buffer[] = [];
  let position = 0;
  while (position < MAX_BYTES) {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const bytesRead = await readBytes(descriptor, buffer, position);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A path that cannot be one (a zero in it) rejects like a file that is not there. */
function openFile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, "r", (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)));
  });
}

/** Fills the buffer as far as the file goes. */
function readBytes(descriptor: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, position, (error, bytesRead) =>
      error === null ? resolve(bytesRead) : reject(error),
    );
  });
}

function ignore(): void {
  // A descriptor that cannot be closed is already gone.
}
