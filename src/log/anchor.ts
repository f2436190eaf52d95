/**
 * The anchor: the last link of the chain, in a small file outside the log.
 *
 * A chain alone cannot show that its end was cut off, or that all of it was written anew by somebody
 * who computed every hash again. Whoever kept one link elsewhere can. The file is replaced as a whole,
 * so that a crash leaves the old one or the new one.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import type { ChainHead } from "./finding.ts";
import { FILE_MODE } from "./sqlite-place.ts";
import { writeWhole } from "./whole-write.ts";

/** A link of the chain, of which log it is, and when it was written down (ms). */
export interface Anchor extends ChainHead {
  readonly host_id: string;
  readonly at: number;
}

/** A larger file is no anchor. */
const MAX_BYTES = 4096;

const HASH = /^[0-9a-f]{64}$/;

/** Writes an anchor; throws RP_DATA_FOLDER, and leaves what was there then. */
export function writeAnchor(path: string, { host_id, seq, hash, at }: Anchor): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    rmSync(draft, { force: true });
    const file = openSync(draft, "wx", FILE_MODE);
    try {
      writeWhole(file, `${JSON.stringify({ host_id, seq, hash, at })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    keepName(dirname(path));
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new RuntimeProfileError(
      "RP_DATA_FOLDER",
      `Expected to write an anchor at ${path}, got ${(cause as Error).message}; free disk space or name a folder that can be written.`,
      { path, cause },
    );
  }
}

/** The anchor in a file; `null` when there is no file. Throws RP_INPUT when it holds none. */
export function readAnchor(path: string): Anchor | null {
  let text: string;
  try {
    // A device or a huge file is not read at all.
    const { size } = statSync(path);
    text = size > MAX_BYTES ? "" : readFileSync(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw noAnchor(path, code ?? message);
  }
  const anchor = anchorOf(text);
  if (anchor === null) throw noAnchor(path, text === "" ? "nothing of that kind" : quoted(text));
  return anchor;
}

function anchorOf(text: string): Anchor | null {
  try {
    const { host_id, seq, hash, at } = JSON.parse(text) as Partial<Anchor>;
    const isWhole =
      typeof host_id === "string" &&
      host_id !== "" &&
      Number.isSafeInteger(seq) &&
      (seq as number) > 0 &&
      typeof hash === "string" &&
      HASH.test(hash) &&
      Number.isSafeInteger(at);
    return isWhole ? { host_id, seq: seq as number, hash, at: at as number } : null;
  } catch {
    return null;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

/** The new name itself must survive a power cut; not every system lets a folder be opened for that. */
function keepName(folder: string): void {
  try {
    const file = openSync(folder, "r");
    fsyncSync(file);
    closeSync(file);
  } catch {
    // The content is on disk; at worst the old anchor is found again, which is still true.
  }
}

function noAnchor(path: string, got: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_INPUT",
    `Expected an anchor of a log at ${path}, got ${got}; name another file, or remove it if it is of no use.`,
    { path },
  );
}
