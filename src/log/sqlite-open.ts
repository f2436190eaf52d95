/**
 * Opens the file of the log, and decides what to do with one that is not a log of ours.
 *
 * The idea: a damaged log must never stop the runtime, and must never be lost either. So a file that
 * cannot be read as our log is put aside under another name, whole, and a new log is begun. Only the
 * file's content counts as damage: a full disk, missing rights or a later version are errors.
 */
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { isDamage, openSqlite, type SqliteFile, sqliteMessageOf } from "./sqlite-file.ts";
import { APPLICATION_ID, CREATE_SCHEMA, MIGRATIONS, SCHEMA_VERSION } from "./sqlite-schema.ts";

/** Name of the log in the data folder. */
export const LOG_NAME = "log.sqlite";

/** Read and written by this user alone. */
export const FILE_MODE = 0o600;

/** Most files put aside in one folder; beyond that a person must look. */
const MAX_SET_ASIDE = 1000;

/** Largest file that is checked page by page at the start: 70 ms, measured; `verify` checks all. */
const QUICK_CHECK_BYTES = 16 * 1024 * 1024;

/** Most bytes that the write-ahead file keeps on disk after a checkpoint. */
const JOURNAL_BYTES = 8 * 1024 * 1024;

const TABLES = ["meta", "boots", "gate", "readings", "entries"];

/** A file that was in the place of the log. */
export interface SetAside {
  /** Where it is now. */
  readonly path: string;
  readonly reason: "damaged" | "foreign";
  /** What SQLite or the header said. */
  readonly detail: string;
}

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
  const verdict = verdictBefore(path);
  switch (verdict.kind) {
    case "log": {
      const file = opened(path, false);
      prepare(file, path);
      migrate(file, path);
      return { file, hostId: verdict.hostId, isNew: false, setAside: null };
    }
    case "empty":
      return created(path, null);
    case "damaged":
    case "foreign": {
      const { kind: reason, detail } = verdict;
      return created(path, { path: putAside(path), reason, detail });
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

/** Opens for reading, beside a writer or alone; throws RP_NOT_FOUND, RP_LOG_DAMAGED, RP_DATA_FOLDER. */
export function openForReading(folder: string): Pick<OpenedFile, "file" | "hostId"> {
  const path = join(folder, LOG_NAME);
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
  if (id !== APPLICATION_ID) return { kind: "foreign", detail: `a database of application ${id}` };
  if (version > SCHEMA_VERSION) throw newer(path, version);
  const needed = version < 2 ? TABLES : [...TABLES, "blocks"];
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
  const isFound = existsSync(path);
  const file = opened(path, false);
  // The files that SQLite puts beside it take over its mode.
  if (!isFound) chmodSync(path, FILE_MODE);
  const hostId = randomUUID();
  prepare(file, path);
  const create = file.transaction(() => {
    file.exec(CREATE_SCHEMA);
    file.prepare("INSERT INTO meta (key, value) VALUES ('host_id', ?)").run(hostId);
  });
  try {
    create.immediate();
  } catch (error) {
    file.close();
    throw cannotOpen(path, error);
  }
  return { file, hostId, isNew: true, setAside };
}

/** Brings the tables of an earlier version up to date; what is in them stays as it is. */
function migrate(file: SqliteFile, path: string): void {
  const version = file.pragma("user_version", { simple: true }) as number;
  if (version >= SCHEMA_VERSION) return;
  const steps = file.transaction(() => {
    for (const step of MIGRATIONS.slice(version - 1)) file.exec(step);
    file.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  try {
    steps.immediate();
  } catch (error) {
    file.close();
    throw cannotOpen(path, error);
  }
}

/** Readers beside the writer need the write-ahead journal; network folders often refuse it. */
function prepare(file: SqliteFile, path: string): void {
  try {
    const mode = file.pragma("journal_mode = WAL", { simple: true });
    if (mode !== "wal") throw new Error(`journal mode ${mode} instead of wal`);
    file.pragma(`journal_size_limit = ${JOURNAL_BYTES}`);
    file.pragma("recursive_triggers = ON");
    file.pragma("synchronous = NORMAL");
  } catch (error) {
    file.close();
    throw cannotOpen(path, error);
  }
}

function putAside(path: string): string {
  const folder = dirname(path);
  for (let number = 1; number <= MAX_SET_ASIDE; number++) {
    const target = join(folder, `log.damaged-${number}.sqlite`);
    if (existsSync(target)) continue;
    try {
      for (const part of ["", "-wal", "-shm"]) {
        if (existsSync(path + part)) renameSync(path + part, target + part);
      }
    } catch (error) {
      throw cannotOpen(path, error);
    }
    return target;
  }
  throw cannotOpen(path, new Error(`${MAX_SET_ASIDE} damaged logs in the folder`));
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
