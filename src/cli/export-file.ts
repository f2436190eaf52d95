/**
 * The file of `--out`, and of `--report`.
 *
 * A file that was begun is never left behind under its name: it is written beside it and moved at the
 * end. A link is followed, and what is no regular file (a pipe, a device) is written as it stands. The
 * files of the data folder itself are refused: one of them is the log that is being read.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { writeWhole } from "../log/whole-write.ts";

/** A file that is being written. All of it throws RP_INPUT. */
export interface ExportFile {
  /** As it was asked for. */
  readonly path: string;
  write(text: string): void;
  /** It is whole: gives it its name. */
  keep(): void;
  /** Takes away what was not kept; does nothing after `keep`. */
  drop(): void;
}

/** Readable by this user alone, as the log. */
const FILE_MODE = 0o600;

/** What the program itself keeps in its data folder; some systems take LOG.SQLITE for the same name. */
const OWN_NAME =
  /^(log\.([a-z0-9-]+\.)?sqlite|runtime\.lock)(-wal|-shm|-journal)?$|^(log\.(head|import)|runtime\.pid)$/i;

/** Whose files are refused, and which option named the file. */
export interface ExportPlace {
  readonly dataFolder: string;
  readonly flag: string;
}

/** Opens the file; throws RP_USAGE for no name and for one of the data folder's own, RP_INPUT when it cannot be opened. */
export function openExportFile(path: string, { dataFolder, flag }: ExportPlace): ExportFile {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw explained({ path, flag }, cause);
    }
  };
  if (path === "") throw unnamed(flag);
  const isDirect = attempt(() => statSync(path, { throwIfNoEntry: false })?.isFile() === false);
  const target = isDirect ? path : attempt(() => realTarget(resolve(path)));
  if (isOwn(target, dataFolder)) throw own({ path, flag });
  const draft = isDirect ? target : `${target}.${process.pid}.new`;
  const file = attempt(() => openSync(draft, "w", FILE_MODE));
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    path,
    write: (text) => attempt(() => writeWhole(file, text)),
    keep: () =>
      attempt(() => {
        if (!isDirect) fsyncSync(file);
        close();
        if (!isDirect) renameSync(draft, target);
      }),
    drop() {
      close();
      if (!isDirect) rmSync(draft, { force: true });
    },
  };
}

/** Where the links lead, also when nothing is there yet; the folder must be there. */
function realTarget(path: string): string {
  const place = join(realpathSync(dirname(path)), basename(path));
  const isThere = statSync(place, { throwIfNoEntry: false }) !== undefined;
  if (isThere) return realpathSync(place);
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realTarget(resolve(dirname(place), readlinkSync(place))) : place;
}

function isOwn(target: string, dataFolder: string): boolean {
  // Without the folder there is nothing of its own.
  if (!OWN_NAME.test(basename(target)) || !existsSync(dataFolder)) return false;
  return dirname(target) === realpathSync(dataFolder);
}

/** An empty name would be resolved to the folder that we are in. */
function unnamed(flag: string): RuntimeProfileError {
  const message = `Expected the name of a file at ${flag}, got ""; name one, or leave ${flag} out.`;
  return new RuntimeProfileError("RP_USAGE", message, { path: flag });
}

interface Named {
  readonly path: string;
  readonly flag: string;
}

function own({ path, flag }: Named): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_USAGE",
    `Expected a file of your own at ${flag}, got ${path}, which belongs to the data folder itself; name another file.`,
    { path },
  );
}

function explained({ path, flag }: Named, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === undefined || cause instanceof RuntimeProfileError) return cause;
  return new RuntimeProfileError(
    "RP_INPUT",
    `Expected to write to ${path}, got ${message}; name another file at ${flag}.`,
    { path, cause },
  );
}
