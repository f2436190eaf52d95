/**
 * Rebuilds a log from the leaves of its file, where the trees above them are damaged or cut off.
 *
 * The idea: lines of a log never change, so it does not matter in which of several copies of a page a
 * line is found; sorted by number they are the log again, as far as none is missing, and the chain
 * proves it. What was moved into blocks is left out, because it is there already.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type { ReadingsSealed } from "../domain/input.ts";
import { PRUNED_ENTRIES, PRUNED_READINGS, sealOf } from "./sqlite-blocks.ts";
import { type Cell, type CellValue, cellsOf, PAGE_BYTES, type PageSource } from "./sqlite-cells.ts";
import { openSqlite, type SqliteFile } from "./sqlite-file.ts";
import { repairPlace } from "./sqlite-place.ts";
import { CREATE_SCHEMA, INSERT_BLOCK } from "./sqlite-schema.ts";

/** Largest file that is searched page by page; about 20 MB a second. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Rows in one transaction. */
const ROWS_AT_ONCE = 1000;

const JOURNAL = { headerBytes: 32, frameHeaderBytes: 24, salt: 16 } as const;

/** Names in `meta` that are believed. */
const META: readonly CellValue[] = ["host_id", PRUNED_ENTRIES, PRUNED_READINGS];

/** Columns of a row → the table it belongs to; the number of columns tells them apart. */
const TABLE_OF: Readonly<Record<number, string>> = {
  2: "boots",
  6: "blocks",
  13: "entries",
  14: "readings",
};

/** Opens a rebuilt copy; `repairPlace` is to be cleared when it is closed. `null` = too large. */
export function carvedCopy(path: string): SqliteFile | null {
  if (!existsSync(path) || statSync(path).size > MAX_BYTES) return null;
  const target = openSqlite(repairPlace(path));
  target.pragma("synchronous = OFF");
  target.exec(CREATE_SCHEMA.replaceAll(/CREATE TRIGGER[\s\S]*?END;/g, ""));
  const journal = journalPagesOf(`${path}-wal`);
  const descriptor = openSync(path, "r");
  try {
    const source: PageSource = (number) => journal.get(number) ?? pageAt(descriptor, number);
    let rows: Cell[] = [];
    const put = target.transaction((cells: readonly Cell[]) => {
      for (const cell of cells) insert(target, cell);
    });
    for (const page of pagesIn(descriptor, journal)) {
      for (const cell of cellsOf(page, source)) rows.push(cell);
      if (rows.length < ROWS_AT_ONCE) continue;
      put.immediate(rows);
      rows = [];
    }
    put.immediate(rows);
  } finally {
    closeSync(descriptor);
  }
  settle(target);
  return target;
}

function* pagesIn(descriptor: number, journal: ReadonlyMap<number, Buffer>): Generator<Buffer> {
  for (let number = 1; ; number += 1) {
    const page = pageAt(descriptor, number);
    if (page === null) break;
    yield page;
  }
  yield* journal.values();
}

function pageAt(descriptor: number, number: number): Buffer | null {
  if (number < 1) return null;
  const page = Buffer.alloc(PAGE_BYTES);
  const read = readSync(descriptor, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
  return read === PAGE_BYTES ? page : null;
}

/** The newest copy of each page in the journal, up to its last commit. */
function journalPagesOf(path: string): Map<number, Buffer> {
  const pages = new Map<number, Buffer>();
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const salt = bytes.subarray(JOURNAL.salt, JOURNAL.salt + 8);
  let open: [number, Buffer][] = [];
  const frameBytes = JOURNAL.frameHeaderBytes + PAGE_BYTES;
  for (let at = JOURNAL.headerBytes; at + frameBytes <= bytes.length; at += frameBytes) {
    if (!bytes.subarray(at + 8, at + 16).equals(salt)) break;
    const begin = at + JOURNAL.frameHeaderBytes;
    open.push([bytes.readUInt32BE(at), bytes.subarray(begin, begin + PAGE_BYTES)]);
    if (bytes.readUInt32BE(at + 4) === 0) continue;
    for (const [number, page] of open) pages.set(number, page);
    open = [];
  }
  return pages;
}

/** A row that does not fit into its table is none of ours. */
function insert(target: SqliteFile, { rowid, values }: Cell): void {
  const [first = null] = values;
  const table = rowid === null ? "meta" : TABLE_OF[values.length];
  const isOurs = rowid === null ? values.length === 2 && META.includes(first) : first === null;
  if (table === undefined || !isOurs) return;
  const row = rowid === null ? values : [rowid, ...values.slice(1)];
  // What is pruned is the one thing that changes; the journal comes last and is the newest.
  const way = rowid === null ? "REPLACE" : "IGNORE";
  const marks = row.map(() => "?").join(", ");
  try {
    target.prepare(`INSERT OR ${way} INTO ${table} VALUES (${marks})`).run(...row);
  } catch {
    // A table is strict about its columns; what it refuses was something else.
  }
}

/** Readings whose seal is there are in its block, or lost with it: then an empty one stands for them. */
function settle(target: SqliteFile): void {
  const seals = target.prepare("SELECT at, data FROM entries WHERE type = 'readings.sealed'");
  const pruned = target
    .prepare("SELECT value FROM meta WHERE key = ?")
    .pluck()
    .get(PRUNED_READINGS);
  const all = (seals.all() as { at: number; data: string }[])
    .map(({ at, data }) => sealOf(data, at))
    .filter((seal): seal is ReadingsSealed => seal !== null);
  const write = target.transaction(() => {
    for (const { last_seq, first_seq, count, first_at, last_at } of all) {
      target.prepare("DELETE FROM readings WHERE seq BETWEEN ? AND ?").run(first_seq, last_seq);
      if (last_seq <= Number(pruned ?? 0)) continue;
      const sql = INSERT_BLOCK.replace("INSERT", "INSERT OR IGNORE");
      const empty = new Uint8Array();
      target.prepare(sql).run(last_seq, first_seq, count, first_at, last_at, empty);
    }
  });
  write.immediate();
}
