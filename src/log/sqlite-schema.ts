/**
 * The tables of the log, as text.
 *
 * Two tables share one gap-free `seq`: `readings` is many and narrow, `entries` few and wide; sealed
 * readings move on into `blocks`, one row for up to 1,024 of them. Triggers refuse every change. DELETE
 * opens only through `gate`: a row there names a range of seq that may go; the step that seals or
 * prunes puts it in, deletes, and takes it out again in one transaction, so a crash leaves the gate
 * shut. Rejected: one table (140 MB a week instead of 4).
 */
import { READING_COLUMNS } from "./reading-row.ts";

/** Marks the file as ours in its header: "RPLG". */
export const APPLICATION_ID = 0x52504c47;

/** Version of the tables below, in the file's `user_version`. */
export const SCHEMA_VERSION = 2;

const READING_DEFINITIONS = READING_COLUMNS.map(
  (name) => `${name} ${name === "missing" ? "TEXT" : "INTEGER"}`,
);

/** The triggers of a table whose number stands in this column. */
function appendOnly(table: string, seq: string): string {
  return `
CREATE TRIGGER ${table}_never_change BEFORE UPDATE ON ${table}
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER ${table}_never_vanish BEFORE DELETE ON ${table}
WHEN NOT EXISTS (SELECT 1 FROM gate WHERE OLD.${seq} BETWEEN first_seq AND last_seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;`;
}

const BLOCKS = `
CREATE TABLE blocks (
  last_seq INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, count INTEGER NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, columns BLOB NOT NULL
) STRICT;
${appendOnly("blocks", "last_seq")}`;

/** Steps that bring a file of an earlier version up to date; the first one leads to version 2. */
export const MIGRATIONS: readonly string[] = [BLOCKS];

/** Makes an empty file a log. */
export const CREATE_SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE boots (number INTEGER PRIMARY KEY, boot TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE gate (first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT;
CREATE TABLE readings (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, mono INTEGER NOT NULL, boot INTEGER NOT NULL,
  ${READING_DEFINITIONS.join(", ")}
) STRICT;
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, type TEXT NOT NULL, v INTEGER NOT NULL,
  at INTEGER NOT NULL, mono INTEGER NOT NULL, boot INTEGER NOT NULL, cause INTEGER,
  actor TEXT NOT NULL, data TEXT NOT NULL, readings TEXT, prev TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX entries_by_type ON entries (type, seq);
${appendOnly("entries", "seq")}
${appendOnly("readings", "seq")}
${BLOCKS}
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

const READING_LIST = ["seq", "at", "mono", "boot", ...READING_COLUMNS];

/** Columns of a row of readings, in the order of `ReadingRow`. */
export const READING_SELECT = READING_LIST.join(", ");

/** Adds a reading; parameters in the order of `ReadingRow`. */
export const INSERT_READING = `INSERT INTO readings (${READING_SELECT}) VALUES (${READING_LIST.map(() => "?").join(", ")})`;

const ENTRY_LIST = [
  "seq",
  "kind",
  "type",
  "v",
  "at",
  "mono",
  "boot",
  "cause",
  "actor",
  "data",
  "readings",
  "prev",
  "hash",
];

/** Columns of a row of entries, by name as in `EntryRow`. */
export const ENTRY_SELECT = ENTRY_LIST.join(", ");

/** Adds an entry; named parameters, as the fields of `EntryRow`. */
export const INSERT_ENTRY = `INSERT INTO entries (${ENTRY_SELECT}) VALUES (${ENTRY_LIST.map((name) => `@${name}`).join(", ")})`;

/** A row of `blocks` without its bytes. */
export const BLOCK_SELECT = "last_seq, first_seq, count, first_at, last_at";

/** Adds a block; parameters: last_seq, first_seq, count, first_at, last_at, columns. */
export const INSERT_BLOCK = `INSERT INTO blocks (${BLOCK_SELECT}, columns) VALUES (?, ?, ?, ?, ?, ?)`;

/** Adds a run of the runtime if it is not there, and answers its number. */
export const INSERT_BOOT =
  "INSERT INTO boots (boot) VALUES (?) ON CONFLICT (boot) DO UPDATE SET boot = boot RETURNING number";
