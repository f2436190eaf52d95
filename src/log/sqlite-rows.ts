/**
 * Reading the tables as one log: pages, single rows, counts, and the place of a moment.
 *
 * The idea: a zip. The tables are sorted by `seq`, so one pass over them merges them. Rows come in
 * pages that are read whole: an open cursor would stop the writer on the same connection. The head is
 * taken first and bounds every page, so that an append between two pages cannot make a reader skip.
 */
import { CHECKPOINT_TYPE, READING_TYPE } from "./codec.ts";
import type { Entry, EntryKind } from "./entry.ts";
import { type EntryRow, entryOfReading, entryOfRow } from "./entry-row.ts";
import type { ChainHead } from "./finding.ts";
import type { BlockLabel } from "./piece.ts";
import { bootAt, placeAfter, rowAt } from "./reading-columns.ts";
import type { ReadingRow } from "./reading-row.ts";
import { BlockReader } from "./sqlite-blocks.ts";
import { entryHashOf } from "./sqlite-chain.ts";
import { type SqliteFile, type SqliteStatement, sqliteCodeOf } from "./sqlite-file.ts";
import { ENTRY_SELECT, READING_SELECT } from "./sqlite-schema.ts";
import { DEFAULT_READ_LIMIT, type LogCounts, type LogQuery, MAX_READ_LIMIT } from "./store.ts";

/** A row with its number, so that the tables can be merged; a sealed reading names its boot. */
export type LogRow =
  | { readonly seq: number; readonly reading: ReadingRow; readonly boot?: string }
  | { readonly seq: number; readonly entry: EntryRow };

/** Which rows of `entries`; bounds are exclusive. */
export interface EntryFilter {
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly isDescending: boolean;
  readonly kind: EntryKind | null;
  /** `null`: all. */
  readonly types: readonly string[] | null;
}

type ReadingRange = Omit<EntryFilter, "kind" | "types">;

interface EntryParameters {
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly kind: EntryKind | null;
  readonly types: string | null;
}

/** Reads rows of one open log; keeps its statements. */
export class RowReader {
  readonly blocks: BlockReader;
  readonly #file: SqliteFile;
  readonly #hostId: string;
  readonly #isTolerant: boolean;
  readonly #boots: Map<number, string>;
  readonly #entries = new Map<string, SqliteStatement<[EntryParameters], EntryRow>>();
  readonly #readings = new Map<string, SqliteStatement<[number, number, number], ReadingRow>>();
  readonly #boot: SqliteStatement<[number], { boot: string }>;
  readonly #last: SqliteStatement<[], { seq: number | null }>;

  /** `care`: for a damaged file, whose indices are not asked and whose small tables may be missing. */
  constructor(file: SqliteFile, hostId: string, care?: { readonly isTolerant: boolean }) {
    this.#file = file;
    this.#hostId = hostId;
    this.#isTolerant = care?.isTolerant ?? false;
    this.blocks = new BlockReader(file, care);
    this.#boots = this.#isTolerant ? bootsOf(file) : new Map();
    this.#boot = file.prepare("SELECT boot FROM boots WHERE number = ?");
    this.#last = file.prepare(
      "SELECT max(coalesce((SELECT max(seq) FROM entries), 0), coalesce((SELECT max(seq) FROM readings), 0)) AS seq",
    );
  }

  /** The newest `seq`; 0 in an empty log. */
  lastSeq(): number {
    return this.#last.get()?.seq ?? 0;
  }

  /** The last link of the chain. */
  chainHead(): ChainHead | null {
    const query = "SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1";
    return this.#file.prepare<[], ChainHead>(query).get() ?? null;
  }

  /** As `LogStore.seqAt`. */
  seqAt(at: number): number | null {
    const newest = ["entries", "readings"].map((table) => this.#newestIn(table, at));
    return Math.max(...newest, this.#newestSealed(at)) || null;
  }

  /** Times do not fall along the log, so halving finds the place without an index on them. */
  #newestIn(table: string, at: number): number {
    const look = this.#file.prepare<[number], { seq: number; at: number }>(
      `SELECT seq, at FROM ${table} WHERE seq <= ? ORDER BY seq DESC LIMIT 1`,
    );
    let [low, high] = [this.floorSeq() + 1, this.lastSeq()];
    let found = 0;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const row = look.get(middle);
      if (row === undefined || row.seq < low) low = middle + 1;
      else if (row.at <= at) {
        found = row.seq;
        low = middle + 1;
      } else high = row.seq - 1;
    }
    return found;
  }

  #newestSealed(at: number): number {
    const label = this.blocks.labelAt(at);
    if (label === null) return 0;
    if (label.last_at <= at) return label.last_seq;
    // Which of them was the last one then is lost with them.
    if (this.blocks.isLost(label)) return label.first_seq - 1;
    const { columns } = this.blocks.block(label);
    const later = columns.numbers.at.findIndex((moment) => moment > at);
    return columns.numbers.seq[later - 1] ?? 0;
  }

  /** Entries up to this number were pruned. */
  floorSeq(): number {
    return this.blocks.floor()?.seq ?? 0;
  }

  /** The newest checkpoint below `before` whose hash is that of its bytes. */
  lastCheckpoint(before: number): Entry | null {
    const filter = { after: this.floorSeq(), limit: 1, isDescending: true, kind: null };
    for (let bound = before; ; ) {
      const [row] = this.entries({ ...filter, before: bound, types: [CHECKPOINT_TYPE] });
      if (row === undefined) return null;
      const names = { hostId: this.#hostId, boot: this.bootOf(row.boot) ?? "" };
      if (entryHashOf(row, names) === row.hash) return this.entryOf({ seq: row.seq, entry: row });
      bound = row.seq;
    }
  }

  /** As `LogStore.counts`. */
  counts(): LogCounts {
    const query = "SELECT type, count(*) AS count FROM entries GROUP BY type";
    const rows = this.#file.prepare<[], { type: string; count: number }>(query).all();
    const [readings] = this.#file.prepare("SELECT count(*) FROM readings").raw().get() as [number];
    const types = Object.fromEntries(rows.map((row) => [row.type, row.count]));
    const entries = rows.reduce((sum, row) => sum + row.count, 0);
    return { entries, readings: readings + this.blocks.count(), types };
  }

  /** The rows of a query, merged. */
  read(query: LogQuery): LogRow[] {
    const limit = Math.max(1, Math.min(MAX_READ_LIMIT, query.limit ?? DEFAULT_READ_LIMIT));
    const types = query.type === undefined ? null : [query.type].flat();
    const kind = query.kind ?? null;
    const isDescending = query.order === "descending";
    const before = Math.min(query.before ?? Number.MAX_SAFE_INTEGER, this.lastSeq() + 1);
    const after = Math.max(query.after ?? 0, this.floorSeq());
    const range = { after, before, limit, isDescending };
    const hasEntries = types === null || types.some((type) => type !== READING_TYPE);
    const hasReadings =
      (kind === null || kind === "input") && (types === null || types.includes(READING_TYPE));
    const entries = hasEntries ? this.entries({ ...range, kind, types }).map(ofEntry) : [];
    const readings = hasReadings ? this.#allReadings(range) : [];
    const rows = [...entries, ...readings];
    if (entries.length > 0 && readings.length > 0) {
      rows.sort((one, other) => (isDescending ? other.seq - one.seq : one.seq - other.seq));
    }
    return rows.slice(0, limit);
  }

  /** The name of a boot; `null` when the log does not know the number. */
  bootOf(number: number): string | null {
    const known = this.#boots.get(number);
    if (known !== undefined) return known;
    const boot = this.#boot.get(number)?.boot ?? null;
    if (boot !== null) this.#boots.set(number, boot);
    return boot;
  }

  entries(filter: EntryFilter): EntryRow[] {
    const { after, before, limit, kind, types } = filter;
    const isOne = types?.length === 1;
    const conditions = ["seq > @after", "seq < @before"];
    if (kind !== null) conditions.push("kind = @kind");
    if (isOne) conditions.push("type = @types");
    else if (types !== null) conditions.push("type IN (SELECT value FROM json_each(@types))");
    const order = filter.isDescending ? "DESC" : "ASC";
    const table = this.#isTolerant ? "entries NOT INDEXED" : "entries";
    const sql = `SELECT ${ENTRY_SELECT} FROM ${table} WHERE ${conditions.join(" AND ")} ORDER BY seq ${order} LIMIT @limit`;
    let statement = this.#entries.get(sql);
    if (statement === undefined) {
      statement = this.#file.prepare<[EntryParameters], EntryRow>(sql);
      this.#entries.set(sql, statement);
    }
    const text = isOne ? (types[0] ?? null) : types === null ? null : JSON.stringify(types);
    return statement.all({ after, before, limit, kind, types: text });
  }

  readings(filter: ReadingRange): ReadingRow[] {
    const order = filter.isDescending ? "DESC" : "ASC";
    let statement = this.#readings.get(order);
    if (statement === undefined) {
      const sql = `SELECT ${READING_SELECT} FROM readings WHERE seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ?`;
      statement = this.#file.prepare<[number, number, number], ReadingRow>(sql).raw();
      this.#readings.set(order, statement);
    }
    return statement.all(filter.after, filter.before, filter.limit);
  }

  /** Sealed readings and rows together; a block is opened only when the page reaches it. */
  #allReadings(range: ReadingRange): LogRow[] {
    const sealed = (wanted: number): LogRow[] => {
      const found: LogRow[] = [];
      for (const label of this.blocks.labels(range)) {
        if (found.length >= wanted) break;
        for (const row of this.#sealedRows(label, range)) found.push(row);
      }
      return found.slice(0, wanted);
    };
    const rows = (wanted: number): LogRow[] =>
      wanted <= 0 ? [] : this.readings({ ...range, limit: wanted }).map(ofReading);
    const [first, second] = range.isDescending ? [rows, sealed] : [sealed, rows];
    const found = first(range.limit);
    return [...found, ...second(range.limit - found.length)];
  }

  #sealedRows(label: BlockLabel, { after, before, isDescending }: ReadingRange): LogRow[] {
    if (this.blocks.isLost(label)) return [];
    const { columns } = this.blocks.block(label);
    const found: LogRow[] = [];
    for (let place = placeAfter(columns, after); place < columns.count; place += 1) {
      const reading = rowAt(columns, place);
      const [seq] = reading;
      if (seq >= before) break;
      found.push({ seq, reading, boot: bootAt(columns, place) });
    }
    return isDescending ? found.reverse() : found;
  }

  /** The entry of a row; a boot that the log does not know is named as such. */
  entryOf(row: LogRow): Entry {
    if ("reading" in row)
      return entryOfReading(row.reading, this.#hostId, row.boot ?? this.nameOf(row.reading[3]));
    return entryOfRow(row.entry, this.#hostId, this.nameOf(row.entry.boot));
  }

  /** The name of a boot; one that the log does not know is named as such. */
  nameOf(boot: number): string {
    return this.bootOf(boot) ?? `unknown-${boot}`;
  }
}

/** All boots by number; the index holds them a second time. */
function bootsOf(file: SqliteFile): Map<number, string> {
  for (const place of ["NOT INDEXED", "ORDER BY boot"]) {
    try {
      const rows = file.prepare(`SELECT number, boot FROM boots ${place}`).raw().all();
      return new Map(rows as [number, string][]);
    } catch (error) {
      if (sqliteCodeOf(error) === null) throw error;
    }
  }
  return new Map();
}

function ofEntry(entry: EntryRow): LogRow {
  return { seq: entry.seq, entry };
}

function ofReading(reading: ReadingRow): LogRow {
  return { seq: reading[0], reading };
}
