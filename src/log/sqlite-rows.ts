/**
 * Reading the two tables as one log.
 *
 * The idea: a zip. Both tables are sorted by `seq`, so one pass over both merges them. Rows come in
 * pages that are read whole: an open cursor would stop the writer on the same connection. The head is
 * taken first and bounds every page, so that an append between two pages cannot make a reader skip.
 */
import { READING_TYPE } from "./codec.ts";
import type { Entry, EntryKind } from "./entry.ts";
import { type EntryRow, entryOfReading, entryOfRow, type ReadingRow } from "./entry-row.ts";
import type { SqliteFile, SqliteStatement } from "./sqlite-file.ts";
import { ENTRY_SELECT, READING_SELECT } from "./sqlite-schema.ts";
import {
  type ChainHead,
  DEFAULT_READ_LIMIT,
  type LogCounts,
  type LogQuery,
  MAX_READ_LIMIT,
} from "./store.ts";

/** Rows of one table that are in memory at a time while streaming. */
const PAGE_ROWS = 1000;

/** A row with its number, so that the two tables can be merged. */
export type LogRow =
  | { readonly seq: number; readonly reading: ReadingRow }
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

interface EntryParameters {
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly kind: EntryKind | null;
  readonly types: string | null;
}

/** Reads rows of one open log; keeps its statements. */
export class RowReader {
  readonly #file: SqliteFile;
  readonly #hostId: string;
  readonly #boots = new Map<number, string>();
  readonly #entries = new Map<string, SqliteStatement<[EntryParameters], EntryRow>>();
  readonly #readings = new Map<string, SqliteStatement<[number, number, number], ReadingRow>>();
  readonly #boot: SqliteStatement<[number], { boot: string }>;
  readonly #last: SqliteStatement<[], { seq: number | null }>;

  constructor(file: SqliteFile, hostId: string) {
    this.#file = file;
    this.#hostId = hostId;
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
    const newest = ["entries", "readings"].map((table) => {
      const query = `SELECT seq FROM ${table} WHERE at <= ? ORDER BY seq DESC LIMIT 1`;
      return this.#file.prepare<[number], { seq: number }>(query).get(at)?.seq ?? 0;
    });
    return Math.max(...newest) || null;
  }

  /** As `LogStore.counts`. */
  counts(): LogCounts {
    const query = "SELECT type, count(*) AS count FROM entries GROUP BY type";
    const rows = this.#file.prepare<[], { type: string; count: number }>(query).all();
    const [readings] = this.#file.prepare("SELECT count(*) FROM readings").raw().get() as [number];
    const types = Object.fromEntries(rows.map((row) => [row.type, row.count]));
    return { entries: rows.reduce((sum, row) => sum + row.count, 0), readings, types };
  }

  /** The rows of a query, merged. */
  read(query: LogQuery): LogRow[] {
    const limit = Math.max(1, Math.min(MAX_READ_LIMIT, query.limit ?? DEFAULT_READ_LIMIT));
    const types = query.type === undefined ? null : [query.type].flat();
    const kind = query.kind ?? null;
    const isDescending = query.order === "descending";
    const before = Math.min(query.before ?? Number.MAX_SAFE_INTEGER, this.lastSeq() + 1);
    const range = { after: query.after ?? 0, before, limit, isDescending };
    const hasEntries = types === null || types.some((type) => type !== READING_TYPE);
    const hasReadings =
      (kind === null || kind === "input") && (types === null || types.includes(READING_TYPE));
    const entries = hasEntries ? this.entries({ ...range, kind, types }).map(ofEntry) : [];
    const readings = hasReadings ? this.readings(range).map(ofReading) : [];
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
    const sql = `SELECT ${ENTRY_SELECT} FROM entries WHERE ${conditions.join(" AND ")} ORDER BY seq ${order} LIMIT @limit`;
    let statement = this.#entries.get(sql);
    if (statement === undefined) {
      statement = this.#file.prepare<[EntryParameters], EntryRow>(sql);
      this.#entries.set(sql, statement);
    }
    const text = isOne ? (types[0] ?? null) : types === null ? null : JSON.stringify(types);
    return statement.all({ after, before, limit, kind, types: text });
  }

  readings(filter: Omit<EntryFilter, "kind" | "types">): ReadingRow[] {
    const order = filter.isDescending ? "DESC" : "ASC";
    let statement = this.#readings.get(order);
    if (statement === undefined) {
      const sql = `SELECT ${READING_SELECT} FROM readings WHERE seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ?`;
      statement = this.#file.prepare<[number, number, number], ReadingRow>(sql).raw();
      this.#readings.set(order, statement);
    }
    return statement.all(filter.after, filter.before, filter.limit);
  }

  /** Every row after `after` up to the head of this moment, in order; entries of one kind if given. */
  *stream(after: number, kind: EntryKind | null = null): Generator<LogRow> {
    const before = this.lastSeq() + 1;
    const page = { before, limit: PAGE_ROWS, isDescending: false };
    const entries = paged(after, (from) =>
      this.entries({ ...page, after: from, kind, types: null }).map(ofEntry),
    );
    const readings = paged(after, (from) => this.readings({ ...page, after: from }).map(ofReading));
    yield* merged(entries, readings);
  }

  /** The entry of a row; a boot that the log does not know is named as such. */
  entryOf(row: LogRow): Entry {
    if ("reading" in row)
      return entryOfReading(row.reading, this.#hostId, this.#nameOf(row.reading[3]));
    return entryOfRow(row.entry, this.#hostId, this.#nameOf(row.entry.boot));
  }

  #nameOf(boot: number): string {
    return this.bootOf(boot) ?? `unknown-${boot}`;
  }
}

function ofEntry(entry: EntryRow): LogRow {
  return { seq: entry.seq, entry };
}

function ofReading(reading: ReadingRow): LogRow {
  return { seq: reading[0], reading };
}

function* paged(after: number, next: (after: number) => LogRow[]): Generator<LogRow> {
  let from = after;
  for (;;) {
    const rows = next(from);
    for (const row of rows) yield row;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    from = last.seq;
  }
}

function* merged(left: Generator<LogRow>, right: Generator<LogRow>): Generator<LogRow> {
  let one = left.next();
  let other = right.next();
  while (!one.done || !other.done) {
    if (other.done || (!one.done && one.value.seq <= other.value.seq)) {
      yield one.value as LogRow;
      one = left.next();
    } else {
      yield other.value;
      other = right.next();
    }
  }
}
