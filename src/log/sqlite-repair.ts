/**
 * A copy of a log whose first page is lost, with a first page that fits.
 *
 * The idea: every house of this street has the same front door. The first page holds the header and
 * the list of tables; both come from `CREATE_SCHEMA` and so are the same in every log of a version.
 * What is wrong with the rest shows when the chain is walked.
 */
import { closeSync, copyFileSync, existsSync, openSync, statSync, writeSync } from "node:fs";
import { PAGE_BYTES } from "./sqlite-cells.ts";
import { openSqlite, type SqliteFile } from "./sqlite-file.ts";
import { repairPlace } from "./sqlite-place.ts";
import { CREATE_SCHEMA } from "./sqlite-schema.ts";

/** Where the header says how it is journaled (2 = write-ahead), how long it is, and as of which change. */
const HEADER = { writeVersion: 18, readVersion: 19, changes: 24, pages: 28, validFor: 92 } as const;

/** Opens a repaired copy; `repairPlace` is to be cleared when it is closed. Throws as SQLite and the disk do. */
export function repairedCopy(path: string): SqliteFile {
  const place = repairPlace(path);
  copyFileSync(path, place);
  const hasJournal = existsSync(`${path}-wal`);
  if (hasJournal) copyFileSync(`${path}-wal`, `${place}-wal`);
  const page = firstPage();
  const pages = Math.floor(statSync(place).size / PAGE_BYTES);
  page[HEADER.writeVersion] = hasJournal ? 2 : 1;
  page[HEADER.readVersion] = hasJournal ? 2 : 1;
  page.writeUInt32BE(pages, HEADER.pages);
  page.writeUInt32BE(1, HEADER.changes);
  page.writeUInt32BE(1, HEADER.validFor);
  const descriptor = openSync(place, "r+");
  try {
    writeSync(descriptor, page, 0, PAGE_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  return openSqlite(place);
}

function firstPage(): Buffer {
  const model = openSqlite(":memory:");
  try {
    model.exec(CREATE_SCHEMA);
    return Buffer.from(model.serialize().subarray(0, PAGE_BYTES));
  } finally {
    model.close();
  }
}
