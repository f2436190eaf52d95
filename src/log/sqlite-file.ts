/**
 * The one file that knows the SQLite library: opening, and telling its errors apart.
 *
 * The idea: everything else speaks SQL to the handful of methods below, so that another binding
 * (node:sqlite) can take this one's place by changing this file alone.
 */
import Database from "better-sqlite3";

/** An open database file. */
export type SqliteFile = Database.Database;

/** A prepared statement with its parameters and its row. */
export type SqliteStatement<Parameters extends unknown[], Row = unknown> = Database.Statement<
  Parameters,
  Row
>;

/** How long a call waits for another process's lock, in ms; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 250;

/** How a file is opened. */
export interface SqliteOptions {
  readonly readonly?: boolean;
  readonly timeoutMs?: number;
}

/** Opens a database file; throws as the library does. */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteFile {
  const isReadonly = options.readonly ?? false;
  return new Database(path, {
    readonly: isReadonly,
    fileMustExist: isReadonly,
    timeout: options.timeoutMs ?? BUSY_TIMEOUT_MS,
  });
}

/** The result code of an error, such as `SQLITE_FULL`; `null` when it is not SQLite's. */
export function sqliteCodeOf(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

/** Also a table that is gone while it is open, and a number that is taken where the log ends. */
const DAMAGE = /^SQLITE_(NOTADB|CORRUPT|FORMAT|ERROR$|CONSTRAINT_(PRIMARYKEY|ROWID)$)/;

/** True when the file's own content is wrong, rather than the disk, the rights or another process. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code !== null && DAMAGE.test(code);
}

/** What an error says, with the result code where there is one. */
export function sqliteMessageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const code = sqliteCodeOf(error);
  return code === null ? text : `${code} (${text})`;
}
