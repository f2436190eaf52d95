/**
 * `runtime_profile.json` on the disk: written whole or not at all, read with suspicion.
 *
 * Writing goes to a temporary file beside it and then takes its place, so that a crash leaves the old
 * file. A damaged file is never overwritten and never fatal: it is set aside under a numbered name for
 * whoever wants to look, and detection starts afresh. An absent file is nothing special.
 */
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import type { Note } from "../domain/note.ts";
import {
  hostOfProfileDocument,
  type ProfileDocument,
  profileDocumentOf,
  tierOfProfileDocument,
} from "../domain/profile-document.ts";
import { parseJson } from "./json-field.ts";
import { noteOf } from "./probe.ts";

/** The name in a folder. */
export const PROFILE_FILE_NAME = "runtime_profile.json";

/** What was found at a path. */
export interface LoadedProfile {
  /** `null` when there is no file or it was no profile. */
  readonly document: ProfileDocument | null;
  /** Where a damaged file went; `null` when there was none, or it could not be moved. */
  readonly setAside: string | null;
  readonly note: Note | null;
}

/** Read and written by this user alone. */
const FILE_MODE = 0o600;

/** A profile has a few KiB; a larger file is none. */
const MAX_FILE_BYTES = 1024 * 1024;
const NOTHING: LoadedProfile = { document: null, setAside: null, note: null };
let writes = 0;

/** Writes the document to a file, or into a folder under the usual name; gives the path. Throws `RP_DATA_FOLDER`. */
export async function saveProfile(place: string, document: ProfileDocument): Promise<string> {
  const path = await filePathOf(place);
  writes += 1;
  const temporary = `${path}.${process.pid}-${writes}.tmp`;
  try {
    const file = await open(temporary, "wx", FILE_MODE);
    try {
      await file.writeFile(`${JSON.stringify(document, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return path;
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const message = `The profile could not be written to ${path}; choose a folder that may be written.`;
    throw new RuntimeProfileError("RP_DATA_FOLDER", message, { path, cause });
  }
}

/** Reads a profile from a file or a folder; sets a damaged one aside. Never throws. */
export async function loadProfile(place: string): Promise<LoadedProfile> {
  const path = await filePathOf(place);
  try {
    const text = await readSmall(path);
    const json = text === null ? undefined : parseJson(text);
    const host = hostOfProfileDocument(json);
    if (host === null) return await setDamagedAside(path);
    const document = profileDocumentOf(host, tierOfProfileDocument(json));
    return { document, setAside: null, note: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return NOTHING;
    return { ...NOTHING, note: noteOf("profile", "unreadable", code ?? message) };
  }
}

async function filePathOf(place: string): Promise<string> {
  const isFolder = await stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(place, PROFILE_FILE_NAME) : place;
}

async function readSmall(path: string): Promise<string | null> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    return size > MAX_FILE_BYTES ? null : await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

async function setDamagedAside(path: string): Promise<LoadedProfile> {
  try {
    const folder = dirname(path);
    const numbers = (await readdir(folder)).map((name) =>
      Number(/^runtime_profile\.damaged-(\d{1,9})\.json$/.exec(name)?.[1] ?? 0),
    );
    const name = `runtime_profile.damaged-${Math.max(0, ...numbers) + 1}.json`;
    const setAside = join(folder, name);
    await rename(path, setAside);
    return { document: null, setAside, note: noteOf("profile", "unparsable", name) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { ...NOTHING, note: noteOf("profile", "unparsable", code ?? null) };
  }
}
