/** Makes new files of the log, and gives every file the settings that it is written with. */
import { chmodSync, existsSync } from "node:fs";
import { openSqlite, type SqliteFile } from "./sqlite-file.ts";
import { FILE_MODE } from "./sqlite-place.ts";
import { CREATE_SCHEMA } from "./sqlite-schema.ts";

/** Most bytes that the write-ahead file keeps on disk after a checkpoint. */
const JOURNAL_BYTES = 8 * 1024 * 1024;

/** Makes the file for this user alone, or opens the empty one that is there. Throws as SQLite does. */
export function ownFile(path: string): SqliteFile {
  const isFound = existsSync(path);
  const file = openSqlite(path);
  // The files that SQLite puts beside it take over its mode.
  if (!isFound) chmodSync(path, FILE_MODE);
  return file;
}

/** The tables of an empty log of this host, in one transaction. */
export function createTables(file: SqliteFile, hostId: string): void {
  const create = file.transaction(() => {
    file.exec(CREATE_SCHEMA);
    file.prepare("INSERT INTO meta (key, value) VALUES ('host_id', ?)").run(hostId);
  });
  create.immediate();
}

/** Readers beside the writer need the write-ahead journal; network folders often refuse it. */
export function prepareWriting(file: SqliteFile): void {
  const mode = file.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal") throw new Error(`journal mode ${mode} instead of wal`);
  file.pragma(`journal_size_limit = ${JOURNAL_BYTES}`);
  file.pragma("recursive_triggers = ON");
  file.pragma("synchronous = NORMAL");
}
