/**
 * Opens the file of the log, and decides what to do with one that is not a log of ours.
 *
 * The idea: a damaged log must never stop the runtime, and must never be lost either. So a file that
 * cannot be read as our log is put aside under another name, whole, and a new log is begun with what
 * can be saved. Only the file's content counts as damage: a full disk, missing rights or a later
 * version are errors.
 */
import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { keptHeadIn } from "./head-file.ts";
import { NOTHING_SAVED, type SetAside } from "./set-aside.ts";
import { createTables, ownFile, prepareWriting } from "./sqlite-create.ts";
import { isDamage, openSqlite, type SqliteFile, sqliteMessageOf } from "./sqlite-file.ts";
import { type HeldPlace, putAside, takePlace, tidyPlace } from "./sqlite-place.ts";
import { buildAnew, type Ruin } from "./sqlite-renew.ts";
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from "./sqlite-schema.ts";

/** Name of the log in the data folder. */
export const LOG_NAME = "log.sqlite";

/** Largest file that is checked page by page at the start: 70 ms, measured; `verify` checks all. */
const QUICK_CHECK_BYTES = 16 * 1024 * 1024;

/** No later version of this program will come so far; beyond it the number is damaged. */
const FURTHEST_VERSION = 1000;

const TABLES = ["meta", "boots", "gate", "readings", "entries"];

/** The open file of a log that can be used. */
export interface OpenedFile {
  readonly file: SqliteFile;
  readonly hostId: string;
  readonly isNew: boolean;
  readonly setAside: SetAside | null;
}

type Verdict =
  | { readonly kind: "empty" }
  | { readonly kind: "log"; readonly hostId: string }
  | { readonly kind: "damaged" | "foreign"; readonly detail: string };

/** Opens for writing; a file that is no log is put aside. Throws RP_DATA_FOLDER. */
export function openForWriting(folder: string): OpenedFile {
  const path = join(folder, LOG_NAME);
  attempted(path, () => tidyPlace(path));
  const verdict = verdictBefore(path);
  switch (verdict.kind) {
    case "log": {
      const { hostId } = verdict;
      return { file: openedForWriting(path), hostId, isNew: false, setAside: null };
    }
    case "empty":
      return created(path, null);
    case "damaged":
      return renewed(path, verdict.detail);
    case "foreign": {
      const { kind: reason, detail } = verdict;
      const aside = attempted(path, () => putAside(path));
      return created(path, { path: aside, reason, detail, saved: NOTHING_SAVED });
    }
  }
}

/** Looks at the file without the right to write: SQLite would tidy up what we want to keep. */
function verdictBefore(path: string): Verdict {
  if (!existsSync(path)) return { kind: "empty" };
  const file = opened(path, true);
  const verdict = verdictOf(thoroughlyExamined, file, path);
  file.close();
  return verdict;
}

/**
 * Opens for reading, beside a writer or alone; a log that stands by itself is named instead of a folder.
 * Throws RP_NOT_FOUND, RP_LOG_DAMAGED, RP_DATA_FOLDER.
 */
export function openForReading(place: string): Pick<OpenedFile, "file" | "hostId"> {
  const isFile = statSync(place, { throwIfNoEntry: false })?.isFile() === true;
  const path = isFile ? place : join(place, LOG_NAME);
  if (!existsSync(path)) throw notFound(path);
  const file = opened(path, true);
  const verdict = verdictOf(examined, file, path);
  if (verdict.kind === "log") return { file, hostId: verdict.hostId };
  file.close();
  if (verdict.kind === "empty") throw notFound(path);
  throw new RuntimeProfileError(
    "RP_LOG_DAMAGED",
    `Expected a log of runtime-profile at ${path}, got ${verdict.detail}; start the runtime to have it put aside and a new log begun.`,
    { path },
  );
}

function opened(path: string, readonly: boolean): SqliteFile {
  try {
    return openSqlite(path, { readonly });
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/** Damage is a verdict; anything else that goes wrong closes the file and is an error. */
function verdictOf(look: typeof examined, file: SqliteFile, path: string): Verdict {
  try {
    return look(file, path);
  } catch (error) {
    if (isDamage(error)) return { kind: "damaged", detail: sqliteMessageOf(error) };
    file.close();
    throw error instanceof RuntimeProfileError ? error : cannotOpen(path, error);
  }
}

function examined(file: SqliteFile, path: string): Verdict {
  const id = file.pragma("application_id", { simple: true }) as number;
  const version = file.pragma("user_version", { simple: true }) as number;
  const tables = new Set(
    file
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all() as string[],
  );
  if (id === 0 && tables.size === 0) return { kind: "empty" };
  const needed = version < 2 ? TABLES : [...TABLES, "blocks"];
  if (id !== APPLICATION_ID) {
    // Ours in everything but one number of the header: that number is damaged.
    const isOurs = version === SCHEMA_VERSION && needed.every((name) => tables.has(name));
    return { kind: isOurs ? "damaged" : "foreign", detail: `a database of application ${id}` };
  }
  if (version > FURTHEST_VERSION) return { kind: "damaged", detail: `a log of version ${version}` };
  if (version > SCHEMA_VERSION) throw newer(path, version);
  const missing = needed.filter((name) => !tables.has(name));
  if (version < 1 || missing.length > 0) {
    return { kind: "damaged", detail: `a log without ${missing.join(", ") || "a version"}` };
  }
  const hostId = file.prepare("SELECT value FROM meta WHERE key = 'host_id'").pluck().get();
  return typeof hostId === "string"
    ? { kind: "log", hostId }
    : { kind: "damaged", detail: "a log without a host id" };
}

function thoroughlyExamined(file: SqliteFile, path: string): Verdict {
  const verdict = examined(file, path);
  if (verdict.kind !== "log" || statSync(path).size > QUICK_CHECK_BYTES) return verdict;
  const check = file.pragma("quick_check(1)", { simple: true });
  return check === "ok" ? verdict : { kind: "damaged", detail: String(check) };
}

function created(path: string, setAside: SetAside | null): OpenedFile {
  const hostId = randomUUID();
  const file = attempted(path, () => ownFile(path));
  prepare(file, path);
  closedOnError(file, path, () => createTables(file, hostId));
  return { file, hostId, isNew: true, setAside };
}

/** Builds a new log of what can be saved, puts the damaged one aside and takes its place. */
function renewed(path: string, detail: string): OpenedFile {
  const kept = keptHeadIn(dirname(path))?.host_id ?? null;
  const { place, hostId, saved } = attempted(path, () =>
    buildAnew({ path, open: null, hostId: kept }),
  );
  const aside = attempted(path, () => putAside(path));
  attempted(path, () => takePlace(place, path));
  const setAside = { path: aside, reason: "damaged", detail, saved } as const;
  return { file: openedForWriting(path), hostId, isNew: saved.through === null, setAside };
}

/** Why a log that is open is begun anew, and where its file should be. */
export interface Trouble {
  readonly detail: string;
  readonly place: HeldPlace;
}

/**
 * As at the start, but for a log that a runtime holds open: what the open file still knows counts, also
 * when the file itself was removed, and that file is closed.
 */
export function renewedWhileOpen(
  ruin: Ruin & { readonly open: SqliteFile },
  { detail, place }: Trouble,
): { readonly file: SqliteFile; readonly setAside: SetAside } {
  const { path, open } = ruin;
  // An earlier try may have come to a stop between the two names.
  if (!open.open) attempted(path, () => tidyPlace(path));
  const isGone = !place.isDatabaseThere();
  const built = attempted(path, () => buildAnew(ruin));
  // SQLite removes a journal of this name when it closes; another file's must be out of its way.
  const taken = isGone ? asideIfThere(path) : null;
  if (open.open) open.close();
  const aside = taken ?? asideIfThere(path);
  attempted(path, () => takePlace(built.place, path));
  const reason = isGone ? "removed" : "damaged";
  const setAside = { path: aside, reason, detail, saved: built.saved } as const;
  return { file: openedForWriting(path), setAside };
}

function asideIfThere(path: string): string | null {
  return existsSync(path) ? attempted(path, () => putAside(path)) : null;
}

/** Opens a log that is known to be one, with the settings to write it. Throws RP_DATA_FOLDER. */
function openedForWriting(path: string): SqliteFile {
  const file = opened(path, false);
  prepare(file, path);
  migrate(file, path);
  return file;
}

/** Brings the tables of an earlier version up to date; what is in them stays as it is. */
function migrate(file: SqliteFile, path: string): void {
  const version = file.pragma("user_version", { simple: true }) as number;
  if (version >= SCHEMA_VERSION) return;
  const steps = file.transaction(() => {
    for (const step of MIGRATIONS.slice(version - 1)) file.exec(step);
    file.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  closedOnError(file, path, () => steps.immediate());
}

function prepare(file: SqliteFile, path: string): void {
  closedOnError(file, path, () => prepareWriting(file));
}

function closedOnError(file: SqliteFile, path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    file.close();
    throw cannotOpen(path, error);
  }
}

function attempted<Answer>(path: string, act: () => Answer): Answer {
  try {
    return act();
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function notFound(path: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_NOT_FOUND",
    `Expected a log at ${path}, got none; start the runtime first, it begins one.`,
    { path },
  );
}

function newer(path: string, version: number): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_DATA_FOLDER",
    `Expected a log of version ${SCHEMA_VERSION} or older at ${path}, got version ${version}; update runtime-profile or choose another data folder.`,
    { path },
  );
}

function cannotOpen(path: string, cause: unknown): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_DATA_FOLDER",
    `Expected to open the log at ${path}, got ${sqliteMessageOf(cause)}; make the folder writable for this user, free disk space, or choose another data folder.`,
    { path, cause },
  );
}
