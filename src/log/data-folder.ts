/**
 * Where the log lives: the per-user application folder of each system, made and checked.
 *
 * The idea: find out at the start, with a real file, whether the folder takes our writes; a
 * permission bit is only a promise. Rejected: the working folder (logs end up in repositories) and
 * the temporary folder (systems empty it).
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { posix, resolve, win32 } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";

const NAME = "runtime-profile";

/** Readable by this user alone: the log says what a person works on, and when. */
const FOLDER_MODE = 0o700;

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
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
