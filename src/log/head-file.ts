/**
 * The newest durable link of the chain, in a small file beside the log.
 *
 * The idea: a bookmark. A log whose end is gone (its journal was removed, or part of it cannot be
 * read) looks whole and merely short; the bookmark says that there was more. It is written after the
 * log, so it is never ahead of it, and not brought to disk by itself: a power cut may leave an older
 * one, which is still true. It waits for the next line that need not be durable, for a durable line
 * must also bring to disk what was just written beside it: every time, that took a third of the speed
 * (measured). Rejected: a row in the log (it would go with the end).
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChainHead } from "./finding.ts";
import { FILE_MODE } from "./sqlite-place.ts";
import { writeWhole } from "./whole-write.ts";

/** Name of the file in the data folder. */
export const HEAD_NAME = "log.head";

/** Always as long, so that a shorter text leaves nothing of a longer one. */
const TEXT_LENGTH = 192;

/** Longest time in ms that a link waits while only durable lines come. */
const WAIT_MS = 1000;

/** A link, and of which log. */
export interface KeptHead extends ChainHead {
  readonly host_id: string;
}

/** What the file says; `null` when it is missing or says nothing that can be read. */
export function keptHeadIn(folder: string): KeptHead | null {
  try {
    const found = JSON.parse(readFileSync(join(folder, HEAD_NAME), "utf8")) as Partial<KeptHead>;
    const { host_id, seq, hash } = found;
    const isWhole =
      typeof host_id === "string" && Number.isSafeInteger(seq) && typeof hash === "string";
    return isWhole ? { host_id, seq: seq as number, hash } : null;
  } catch {
    return null;
  }
}

/** Writes the file; what goes wrong with it harms nothing. */
export class HeadFile {
  readonly #folder: string;
  #descriptor: number | null = null;
  #waiting: KeptHead | null = null;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes note of a link; it is written now only if the last one was written long ago. */
  keep(head: KeptHead): void {
    this.#waiting = head;
    if (performance.now() - this.#writtenAt >= WAIT_MS) this.write();
  }

  /** Writes what waits; a good moment is when nothing has to be brought to disk. */
  write(): void {
    if (this.#waiting === null) return;
    const { host_id, seq, hash } = this.#waiting;
    this.#waiting = null;
    this.#writtenAt = performance.now();
    const text = `${JSON.stringify({ host_id, seq, hash }).padEnd(TEXT_LENGTH)}\n`;
    try {
      this.#descriptor ??= openSync(join(this.#folder, HEAD_NAME), "w", FILE_MODE);
      writeWhole(this.#descriptor, text, 0);
    } catch {
      this.#release();
    }
  }

  close(): void {
    this.write();
    this.#release();
  }

  #release(): void {
    if (this.#descriptor === null) return;
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    closeSync(descriptor);
  }
}
