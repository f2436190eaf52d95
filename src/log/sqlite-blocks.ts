/**
 * Reading sealed blocks, and what is known of those that were pruned.
 *
 * The idea: a shelf of closed boxes. The label (range, times) is read without opening the box; the
 * last few boxes that were opened stay open, because questions about a moment come in bunches.
 */
import type { ReadingsSealed } from "../domain/input.ts";
import type { ChainHead } from "./finding.ts";
import type { BlockLabel } from "./piece.ts";
import { unpackBlock } from "./reading-block.ts";
import type { ReadingColumns } from "./reading-columns.ts";
import { type SqliteFile, type SqliteStatement, sqliteCodeOf } from "./sqlite-file.ts";
import { BLOCK_SELECT } from "./sqlite-schema.ts";
import type { BlockRange, LogStart } from "./store.ts";

/** A block as it was read. */
export interface Block {
  readonly label: BlockLabel;
  readonly columns: ReadingColumns;
  /** Hex SHA-256 of the uncompressed columns, computed anew. */
  readonly digest: () => string;
}

/** Blocks that stay unpacked: 1,024 readings in 15 arrays are 120 kB. */
const KEPT_BLOCKS = 4;

/** Blocks whose labels are in memory at a time. */
const PAGE_BLOCKS = 100;

/** Seals that are in memory at a time. */
const PAGE_SEALS = 100;

/** Names in the table `meta`: up to which number readings, and whole entries, were pruned. */
export const PRUNED_READINGS = "pruned_readings";
export const PRUNED_ENTRIES = "pruned_entries";

/** Name in the table `meta`: the last link before an export took private words out. */
export const ORIGINAL_HEAD = "original_head";

/** Reads the blocks of one open log. */
export class BlockReader {
  readonly #file: SqliteFile;
  readonly #isTolerant: boolean;
  readonly #kept = new Map<number, Block>();
  #isThere = false;
  #statements = new Map<string, SqliteStatement<unknown[]>>();

  constructor(file: SqliteFile, care?: { readonly isTolerant: boolean }) {
    this.#file = file;
    this.#isTolerant = care?.isTolerant ?? false;
  }

  /** False in a file of the first version that nobody has opened for writing since. */
  get isThere(): boolean {
    this.#isThere ||=
      this.#prepared("SELECT 1 FROM sqlite_schema WHERE name = 'blocks'").get() !== undefined;
    return this.#isThere;
  }

  /** Labels of blocks with readings in the range (exclusive bounds), in order. */
  *labels(range: BlockRange & { readonly isDescending?: boolean }): Generator<BlockLabel> {
    if (!this.isThere) return;
    const { before, isDescending = false, isLost = false } = range;
    let { after } = range;
    const end = Number.MAX_SAFE_INTEGER;
    let until = end;
    const lost = isLost ? " AND length(columns) = 0" : "";
    const order = isDescending ? "DESC" : "ASC";
    // Bounded by the block that `before` falls into; else every later one would be looked at in vain.
    const bound = "min(?, ifnull((SELECT min(last_seq) + 1 FROM blocks WHERE last_seq >= ?), ?))";
    const sql = `SELECT ${BLOCK_SELECT} FROM blocks WHERE last_seq > ? AND last_seq < ${bound} AND first_seq < ?${lost} ORDER BY last_seq ${order} LIMIT ${PAGE_BLOCKS}`;
    for (;;) {
      const page = this.#prepared(sql).all(after, until, before, end, before) as BlockLabel[];
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_BLOCKS) return;
      if (isDescending) until = last.last_seq;
      else after = last.last_seq;
    }
  }

  /** As `labels`, oldest first; where the table cannot be read, the seals say what blocks there were. */
  *labelsOrSeals(range: { after: number; before: number }): Generator<BlockLabel> {
    const { before } = range;
    let { after } = range;
    try {
      for (const label of this.labels(range)) {
        after = label.last_seq;
        yield label;
      }
      return;
    } catch (error) {
      if (sqliteCodeOf(error) === null) throw error;
    }
    after = Math.max(after, this.prunedReadings());
    for (let seq = after; ; ) {
      const found = this.sealAfter(seq);
      if (found === null || found.seal.first_seq >= before) return;
      seq = found.seq;
      if (found.seal.last_seq > after) yield found.seal;
    }
  }

  /** The first seal after this number, and its own number; looks at rows alone, not at the index. */
  sealAfter(seq: number): { readonly seq: number; readonly seal: ReadingsSealed } | null {
    const sql =
      "SELECT seq, at, data FROM entries NOT INDEXED WHERE type = 'readings.sealed' AND seq > ? ORDER BY seq LIMIT 1";
    const row = this.#prepared(sql).get(seq) as
      | { seq: number; at: number; data: string }
      | undefined;
    const seal = row === undefined ? null : sealOf(row.data, row.at);
    return row === undefined || seal === null ? null : { seq: row.seq, seal };
  }

  /** The block of a label. Throws RP_LOG_DAMAGED when its bytes are no block. */
  block(label: BlockLabel): Block {
    const known = this.#kept.get(label.last_seq);
    if (known !== undefined) return known;
    const block = { label, ...unpackBlock(this.bytes(label)) };
    if (this.#kept.size >= KEPT_BLOCKS) this.#kept.delete(this.#kept.keys().next().value ?? 0);
    this.#kept.set(label.last_seq, block);
    return block;
  }

  /** The stored bytes of a block; none when it is gone. */
  bytes(label: BlockLabel): Uint8Array {
    const found = this.#prepared("SELECT columns FROM blocks WHERE last_seq = ?").get(
      label.last_seq,
    ) as { columns: Buffer } | undefined;
    return found?.columns ?? new Uint8Array();
  }

  /** The seal of a block that was lost to a damage: an empty box. `null` = it is none, or has no seal. */
  lostSeal(label: BlockLabel): ReadingsSealed | null {
    if (this.#kept.has(label.last_seq) || !this.isLost(label)) return null;
    const seal = this.sealAfter(label.last_seq)?.seal ?? null;
    return seal?.last_seq === label.last_seq ? seal : null;
  }

  /** Whether salvage found nothing to put into the box. */
  isLost({ last_seq }: BlockLabel): boolean {
    const sql = "SELECT 1 FROM blocks WHERE last_seq = ? AND length(columns) = 0";
    return this.#prepared(sql).get(last_seq) !== undefined;
  }

  /** The last block with a reading at or before this moment (ms). */
  labelAt(at: number): BlockLabel | null {
    if (!this.isThere) return null;
    const sql = `SELECT ${BLOCK_SELECT} FROM blocks WHERE last_seq >= ? ORDER BY last_seq LIMIT 1`;
    let [low, high] = [1, this.lastSeq()];
    let found: BlockLabel | null = null;
    // Times do not fall along the log, so halving finds the place without an index on them.
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const label = this.#prepared(sql).get(middle) as BlockLabel | undefined;
      if (label === undefined) return found;
      if (label.first_at <= at) {
        found = label;
        low = label.last_seq + 1;
      } else high = Math.min(middle - 1, label.first_seq - 1);
    }
    return found;
  }

  /** The newest sealed reading; 0 when there is none. */
  lastSeq(): number {
    if (!this.isThere) return 0;
    const row = this.#prepared("SELECT max(last_seq) AS seq FROM blocks").get();
    return (row as { seq: number | null }).seq ?? 0;
  }

  /** Readings in all blocks. */
  count(): number {
    if (!this.isThere) return 0;
    const row = this.#prepared("SELECT sum(count) AS count FROM blocks").get();
    return (row as { count: number | null }).count ?? 0;
  }

  /** As `LogStore.start`. */
  start(): LogStart {
    const original = this.#meta(ORIGINAL_HEAD);
    return {
      floor: this.floor(),
      prunedReadings: this.prunedReadings(),
      originalHead: original === null ? null : (JSON.parse(original) as ChainHead),
    };
  }

  /** Readings up to this number were pruned; 0 = none. */
  prunedReadings(): number {
    return Number(this.#meta(PRUNED_READINGS) ?? 0);
  }

  /** The last entry of what was pruned as a whole; `null` = nothing was. */
  floor(): ChainHead | null {
    const text = this.#meta(PRUNED_ENTRIES);
    return text === null ? null : (JSON.parse(text) as ChainHead);
  }

  /** Seals of pruned readings after `after`, in order. */
  *prunedSeals(after: number): Generator<ReadingsSealed> {
    const pruned = this.prunedReadings();
    if (pruned === 0) return;
    const table = this.#isTolerant ? "entries NOT INDEXED" : "entries";
    const sql = `SELECT seq, at, data FROM ${table} WHERE type = 'readings.sealed' AND seq > ? ORDER BY seq LIMIT ${PAGE_SEALS}`;
    for (let from = after; ; ) {
      const page = this.#prepared(sql).all(from) as { seq: number; at: number; data: string }[];
      for (const { at, data } of page) {
        const seal = sealOf(data, at);
        if (seal === null || seal.last_seq <= after) continue;
        if (seal.last_seq > pruned) return;
        yield seal;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_SEALS) return;
      from = last.seq;
    }
  }

  #meta(key: string): string | null {
    try {
      const row = this.#prepared("SELECT value FROM meta WHERE key = ?").get(key);
      return (row as { value: string } | undefined)?.value ?? null;
    } catch (error) {
      if (!this.#isTolerant || sqliteCodeOf(error) === null) throw error;
      return null;
    }
  }

  #prepared(sql: string): SqliteStatement<unknown[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#file.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The seal in the data of an entry; `null` when it cannot be read. */
export function sealOf(data: string, at: number): ReadingsSealed | null {
  try {
    const seal = JSON.parse(data) as ReadingsSealed;
    return Number.isSafeInteger(seal.last_seq) ? { ...seal, type: "readings.sealed", at } : null;
  } catch {
    return null;
  }
}
