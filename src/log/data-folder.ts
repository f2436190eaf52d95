/**
 * Where the log lives: the per-user application folder of each system, made and checked.
 *
 * The idea: find out at the start, with a real file, whether the folder takes our writes; a
 * permission bit is only a promise. Rejected: the working folder (logs end up in repositories), the
 * temporary folder (systems empty it), and Node's recursive mkdir (it never returns where the system
 * says ENOENT to making a folder in one that is there, as Linux does under /proc).
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, posix, resolve, win32 } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";

const NAME = "runtime-profile";

/** Readable by this user alone: the log says what a person works on, and when. */
const FOLDER_MODE = 0o700;

/** Most folders that are made for one path. */
const MAX_MADE_FOLDERS = 64;

/** The application folder of this user; `platform` as in `process.platform`. */
export function defaultDataFolder(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (platform === "win32") {
    const { LOCALAPPDATA: local } = env;
    return local ? win32.join(local, NAME) : win32.join(home, "AppData", "Local", NAME);
  }
  if (platform === "darwin") return posix.join(home, "Library", "Application Support", NAME);
  // The XDG specification tells us to ignore a relative path.
  const { XDG_DATA_HOME: data } = env;
  return data && posix.isAbsolute(data)
    ? posix.join(data, NAME)
    : posix.join(home, ".local", "share", NAME);
}

/** Makes the folder if need be and proves that it takes a file; throws RP_DATA_FOLDER. */
export function prepareFolder(path: string): string {
  const folder = resolve(path);
  const proof = resolve(folder, `.write-check-${process.pid}`);
  try {
    for (const missing of missingFoldersOf(folder)) makeFolder(missing);
    writeFileSync(proof, "");
    rmSync(proof);
  } catch (cause) {
    throw new RuntimeProfileError(
      "RP_DATA_FOLDER",
      `Expected a data folder that can be written at ${folder}, got ${messageOf(cause)}; make it writable for this user or choose another data folder.`,
      { path: folder, cause },
    );
  }
  return folder;
}

/** What has to be made for this folder to be there, outermost first. */
function missingFoldersOf(folder: string): string[] {
  const missing: string[] = [];
  for (let path = folder; !isThere(path); path = dirname(path)) {
    if (missing.length >= MAX_MADE_FOLDERS)
      throw new Error(`more than ${MAX_MADE_FOLDERS} missing folders`);
    missing.unshift(path);
  }
  return missing;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Another process may make the same folder at the same moment. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: FOLDER_MODE });
  } catch (error) {
    const isMade = (error as NodeJS.ErrnoException).code === "EEXIST";
    if (!isMade || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
