/**
 * Reads small system files without ever throwing: once, or again and again through a kept descriptor.
 *
 * Files under /proc and /sys report size 0 and are made afresh at each read from position 0, so a
 * descriptor that stays open costs one read where opening costs four steps. A descriptor that fails
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

const openFile = promisify(open);
const closeFile = promisify(close);
const readBytes = promisify(read);

/** Opens, reads at most 1 MiB, closes. */
export const readText: ReadText = async (path) => {
  const descriptor = await openOrNull(path);
  if (descriptor === null) return null;
  try {
    return await textOf(descriptor);
  } catch {
    return null;
  } finally {
    await closeFile(descriptor).catch(() => {});
  }
};

/** A reader for sensors; call `close` when done. */
export function keepFiles(): KeptFiles {
  const kept = new Map<string, number>();
  let isClosed = false;
  const forget = (path: string, descriptor: number): void => {
    // Two reads may fail at once; only the first one closes.
    if (kept.get(path) === descriptor && kept.delete(path)) close(descriptor, () => {});
  };
  return {
    async readText(path) {
      if (isClosed || (!kept.has(path) && kept.size >= MAX_KEPT)) return readText(path);
      const descriptor = kept.get(path) ?? (await openOrNull(path));
      if (descriptor === null) return null;
      const other = kept.get(path);
      if (other !== undefined && other !== descriptor) close(descriptor, () => {});
      const current = other ?? descriptor;
      kept.set(path, current);
      try {
        return await textOf(current);
      } catch {
        forget(path, current);
        return null;
      }
    },
    close() {
      isClosed = true;
      for (const [path, descriptor] of [...kept]) forget(path, descriptor);
    },
  };
}

async function openOrNull(path: string): Promise<number | null> {
  try {
    return await openFile(path, "r");
  } catch {
    return null;
  }
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
