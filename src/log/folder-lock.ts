/**
 * One runtime per data folder.
 *
 * The idea: a key that the system takes back by itself. An exclusive transaction on a small file of
 * its own holds a lock of the operating system, which ends with the process however it ends. The
 * process number lies beside it only so that the refusal can name the holder. Rejected: a file with a
 * process number alone (after a power cut somebody else has that number) and removing the lock file
 * (two processes could then hold locks on two files of one name).
 */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { prepareFolder } from "./data-folder.ts";
import { openSqlite, type SqliteFile, sqliteCodeOf, sqliteMessageOf } from "./sqlite-file.ts";
import { FILE_MODE } from "./sqlite-place.ts";

/** The file that carries the lock; empty, and never removed. */
export const LOCK_NAME = "runtime.lock";

/** The file that names the holder's process. */
export const HOLDER_NAME = "runtime.pid";

/** A lock that is held until it is released or the process ends. */
export interface FolderLock {
  readonly folder: string;
  /** Gives the folder free; a second call does nothing. */
  release(): void;
  /** As `release`; a folder that was made for this lock and holds nothing else goes too. */
  discard(): void;
}

/** Takes the folder for this process; throws RP_SECOND_INSTANCE when a process holds it, RP_DATA_FOLDER. */
export function lockFolder(path: string): FolderLock {
  const isFound = existsSync(path);
  const folder = prepareFolder(path);
  const file = locked(folder);
  const holder = join(folder, HOLDER_NAME);
  try {
    // A file that a crash left keeps the mode it had, so it is made anew.
    rmSync(holder, { force: true });
    writeFileSync(holder, `${process.pid}\n`, { mode: FILE_MODE });
  } catch (cause) {
    file.close();
    throw cannotName(holder, cause);
  }
  const release = (): void => {
    if (!file.open) return;
    rmSync(holder, { force: true });
    file.close();
  };
  const discard = (): void => {
    const gone = isFound || !file.open ? null : movedAway(folder);
    if (gone === null) {
      release();
      return;
    }
    file.close();
    rmSync(gone, { recursive: true, force: true });
  };
  return { folder, release, discard };
}

/** Whole and while it is locked, so that nobody gets a lock on a file that has lost its name. */
function movedAway(folder: string): string | null {
  const gone = `${folder}.${process.pid}.gone`;
  try {
    const isOurs = (name: string): boolean => name === HOLDER_NAME || name.startsWith(LOCK_NAME);
    if (!readdirSync(folder).every(isOurs)) return null;
    renameSync(folder, gone);
    return gone;
  } catch {
    // A folder that stays harms nobody; some systems move none with an open file.
    return null;
  }
}

function locked(folder: string): SqliteFile {
  const path = join(folder, LOCK_NAME);
  let file: SqliteFile | null = null;
  try {
    const isFound = existsSync(path);
    file = openSqlite(path, { timeoutMs: 0 });
    if (!isFound) chmodSync(path, FILE_MODE);
    file.exec("BEGIN EXCLUSIVE");
    return file;
  } catch (cause) {
    file?.close();
    const code = sqliteCodeOf(cause) ?? "";
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) throw secondInstance(folder, cause);
    throw new RuntimeProfileError(
      "RP_DATA_FOLDER",
      `Expected to lock the data folder ${folder}, got ${sqliteMessageOf(cause)}; free disk space, or remove ${path} if no runtime is running, or choose another data folder.`,
      { path, cause },
    );
  }
}

function cannotName(path: string, cause: unknown): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_DATA_FOLDER",
    `Expected to write ${path}, got ${sqliteMessageOf(cause)}; free disk space, make the folder writable for this user, or choose another data folder.`,
    { path, cause },
  );
}

function secondInstance(folder: string, cause: unknown): RuntimeProfileError {
  const pid = holderOf(folder);
  const who = pid === null ? "another process" : `process ${pid}`;
  return new RuntimeProfileError(
    "RP_SECOND_INSTANCE",
    `Expected the data folder ${folder} to be free, got a runtime (${who}) that uses it; stop that one or choose another data folder.`,
    { path: folder, cause },
  );
}

/** The live process that says it holds the folder; `null` when there is none, or it is this one. */
export function liveHolderOf(folder: string): number | null {
  const pid = holderOf(folder);
  return pid !== null && pid !== process.pid && isAlive(pid) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The process number beside the lock; a moment after the lock was taken it may still be missing. */
function holderOf(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, HOLDER_NAME), "utf8").trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
