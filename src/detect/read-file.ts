/**
 * Reads small system files without ever throwing: once, or again and again through a kept descriptor.
 *
 * Files under /proc and /sys report size 0 and are made afresh at each read from position 0, so a
 * descriptor that stays open costs one step where opening costs four. A descriptor that fails
 * (its control group is gone) is closed and opened again next time. Rejected: `readFileSync`, which
 * blocks while the kernel sums up a large group's statistics.
 */
import { close, open, read } from "node:fs";
import { promisify } from "node:util";

/** Gives the text of a file, `null` when it cannot be read. */
export type ReadText = (path: string) => Promise<string | null>;

/** A reader that keeps its descriptors open. */
export interface KeptFiles {
  readonly readText: ReadText;
  close(): void;
}

const CHUNK_BYTES = 16 * 1024;
/** Files beyond this are cut; /proc/stat of 256 processors has about 60 KiB. */
const MAX_BYTES = 1024 * 1024;
/** A sensor reads about ten files; paths beyond this are opened each time. */
const MAX_KEPT = 128;
/** A file that was not there is looked for again after this many reads; most never come. */
const READS_UNTIL_RETRY = 30;

const openFile = promisify(open);
const readBytes = promisify(read);

/** Opens, reads at most 1 MiB, closes. */
export const readText: ReadText = async (path) => {
  const descriptor = await openFile(path, "r").catch(() => null);
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
export function keepFiles(): KeptFiles {
  const kept = new Map<string, number>();
  /** Paths that could not be opened, and how many reads they are still left alone. */
  const absent = new Map<string, number>();
  let isClosed = false;
  const forget = (path: string, descriptor: number): void => {
    // Two reads may fail at once; only the first one closes.
    if (kept.get(path) === descriptor && kept.delete(path)) close(descriptor, ignore);
  };
  const openKept = async (path: string): Promise<number | null> => {
    const wait = absent.get(path) ?? 0;
    if (wait > 0) {
      absent.set(path, wait - 1);
      return null;
    }
    const descriptor = await openFile(path, "r").catch((error: NodeJS.ErrnoException) => {
      // Too many open files is a passing trouble; only real absence is remembered.
      if (error.code === "ENOENT" && absent.size < MAX_KEPT) absent.set(path, READS_UNTIL_RETRY);
      return null;
    });
    if (descriptor === null) return null;
    absent.delete(path);
    const other = kept.get(path);
    if (other === undefined) kept.set(path, descriptor);
    else close(descriptor, ignore);
    return other ?? descriptor;
  };
  return {
    async readText(path) {
      if (isClosed || (!kept.has(path) && kept.size >= MAX_KEPT)) return readText(path);
      const descriptor = kept.get(path) ?? (await openKept(path));
      if (descriptor === null) return null;
      try {
        return await onePieceOf(descriptor);
      } catch {
        forget(path, descriptor);
        return null;
      }
    },
    close() {
      isClosed = true;
      for (const [path, descriptor] of [...kept]) forget(path, descriptor);
    },
  };
}

/** One read; only a file that fills the whole buffer is read piece by piece. */
async function onePieceOf(descriptor: number): Promise<string> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const { bytesRead } = await readBytes(descriptor, buffer, 0, CHUNK_BYTES, 0);
  return bytesRead < CHUNK_BYTES ? buffer.toString("utf8", 0, bytesRead) : textOf(descriptor);
}

async function textOf(descriptor: number): Promise<string> {
  const chunks: Buffer[] = [];
  let position = 0;
  while (position < MAX_BYTES) {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await readBytes(descriptor, buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function ignore(): void {
  // A descriptor that cannot be closed is already gone.
}
