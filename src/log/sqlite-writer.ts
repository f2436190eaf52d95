/**
 * The one hand that writes the log.
 *
 * The idea: plan, write, and only then believe. What matters (transitions, configuration, requests)
 * is on disk before `append` returns; plain readings are left to the system, which a crash of ours
 * cannot hurt. After a failed write the tail is read again from the file, never guessed. Rejected: a
 * queue before the file (a crash would lose what was already acted upon).
 */
import { RuntimeProfileError } from "../domain/error.ts";
import { READING_TYPE } from "./codec.ts";
import type { Entry, Record as LogRecord } from "./entry.ts";
import type { EntryRow } from "./entry-row.ts";
import type { HeadFile } from "./head-file.ts";
import { BLOCK_READINGS, packBlock } from "./reading-block.ts";
import { columnsOfRows, rollUpOf } from "./reading-columns.ts";
import type { ReadingRow } from "./reading-row.ts";
import { PRUNED_ENTRIES, PRUNED_READINGS } from "./sqlite-blocks.ts";
import { readingsDigestOver } from "./sqlite-chain.ts";
import { isDamage, type SqliteFile, type SqliteStatement, sqliteMessageOf } from "./sqlite-file.ts";
import type { HeldPlace } from "./sqlite-place.ts";
import {
  type Author,
  checkpointDraft,
  type Plan,
  planCheckpoint,
  planGap,
  planRecord,
  planRecords,
  planSeal,
  type SealedRows,
  type Tail,
} from "./sqlite-plan.ts";
import type { RowReader } from "./sqlite-rows.ts";
import { INSERT_BLOCK, INSERT_BOOT, INSERT_ENTRY, INSERT_READING } from "./sqlite-schema.ts";
import { piecesOf } from "./sqlite-stream.ts";
import type { EntryTimes, GapRecord, Pruning, Sealing, Unsealed } from "./store.ts";

/** What a writer works on, and as whom. */
export interface Desk {
  readonly file: SqliteFile;
  readonly rows: RowReader;
  readonly hostId: string;
  /** `null`: the log is open for reading only, and every write is refused. */
  readonly boot: string | null;
  readonly place: HeldPlace;
  /** Where the newest durable link is kept besides. */
  readonly head: HeadFile;
}

/** Appends to one open log. */
export class LogWriter {
  readonly #desk: Desk;
  readonly #insertEntry: SqliteStatement<[EntryRow]>;
  readonly #insertReading: SqliteStatement<[ReadingRow]>;
  readonly #insertAll: (plan: Plan) => void;
  #author: Author | null = null;
  /** `null`: to be read from the file before the next append. */
  #tail: Tail | null = null;
  #isDurable = false;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#insertEntry = desk.file.prepare(INSERT_ENTRY);
    this.#insertReading = desk.file.prepare(INSERT_READING);
    const transaction = desk.file.transaction((plan: Plan) => this.#insertRows(plan));
    this.#insertAll = transaction.immediate;
  }

  /** As `LogStore.append`. */
  append(...records: [LogRecord, ...LogRecord[]]): readonly Entry[] {
    const isDurable = records.some(
      ({ input, outputs }) => outputs.length > 0 || input.type !== READING_TYPE,
    );
    return this.#write(isDurable, (tail, author) => planRecords(records, tail, author));
  }

  /** As `LogStore.appendCheckpoint`. */
  appendCheckpoint(data: unknown, times: EntryTimes): Entry {
    const draft = checkpointDraft(data, times);
    const [entry] = this.#write(false, (tail, author) => planCheckpoint(draft, tail, author));
    return entry as Entry;
  }

  /** As `LogStore.appendGap`. */
  appendGap(record: GapRecord): readonly Entry[] {
    return this.#write(true, (tail, author) => planGap(record, tail, author));
  }

  /** As `LogStore.seal`. */
  seal(times: EntryTimes, decided: Sealing): readonly Entry[] {
    const { rows } = this.#desk;
    const filter = { after: 0, before: Number.MAX_SAFE_INTEGER, isDescending: false };
    const found = rows.readings({ ...filter, limit: BLOCK_READINGS + 1 });
    const [first, next] = [found[0], found[BLOCK_READINGS]];
    const columns = columnsOfRows(found.slice(0, BLOCK_READINGS), (boot) => rows.nameOf(boot));
    const last = found[columns.count - 1];
    if (first === undefined || last === undefined) return [];
    const label = {
      first_seq: first[0],
      last_seq: last[0],
      first_at: first[1],
      last_at: last[1],
      count: columns.count,
    };
    const { bytes, digest } = packBlock(columns);
    const { at } = times;
    const roll_up = rollUpOf(columns);
    const { record, checkpoint } = decided({
      type: "readings.sealed",
      at,
      ...label,
      digest,
      roll_up,
    });
    return this.#write(true, (tail, author) => {
      const count = Math.max(0, tail.unsealed.count - columns.count);
      const left = { count, since: next?.[1] ?? null };
      return planSeal({ record, checkpoint, sealed: { label, bytes }, left }, tail, author);
    });
  }

  /** As `LogStore.prune`. */
  prune(pruned: Pruning, record: LogRecord): readonly Entry[] {
    return this.#write(true, (tail, author) => ({ ...planRecord(record, tail, author), pruned }));
  }

  /** As `LogStore.sweep`. */
  sweep(limit: number): number {
    const { file, rows } = this.#desk;
    const floor = rows.floorSeq();
    if (floor === 0) return 0;
    const swept = file.transaction(() =>
      this.#throughGate({ first: 0, last: floor }, () => {
        const sql = (table: string, seq: string) =>
          `DELETE FROM ${table} WHERE ${seq} IN (SELECT ${seq} FROM ${table} WHERE ${seq} <= ? ORDER BY ${seq} LIMIT ?)`;
        const swept = [
          ["entries", "seq"],
          ["readings", "seq"],
          ["blocks", "last_seq"],
        ].map(([table = "", seq = ""]) => file.prepare(sql(table, seq)).run(floor, limit).changes);
        return swept.reduce((sum, changes) => sum + changes, 0);
      }),
    );
    try {
      return swept.immediate();
    } catch (cause) {
      throw this.#cannotWrite(cause);
    }
  }

  /** What is not sealed yet. */
  unsealed(): Unsealed {
    this.#tail ??= this.#readTail();
    return this.#tail.unsealed;
  }

  #write(isDurable: boolean, planOf: (tail: Tail, author: Author) => Plan): readonly Entry[] {
    try {
      this.#checkPlace();
      this.#author ??= this.#signIn();
      this.#tail ??= this.#readTail();
      const plan = planOf(this.#tail, this.#author);
      this.#setDurable(isDurable);
      // A single row is its own transaction; several get one around them.
      const isSingle = plan.entries.length === 1 && plan.pruned === undefined;
      if (isSingle) this.#insertRows(plan);
      else this.#insertAll(plan);
      this.#tail = plan.tail;
      if (isDurable) this.#keepHead(plan.tail);
      else this.#desk.head.write();
      return plan.entries;
    } catch (cause) {
      if (cause instanceof RuntimeProfileError) throw cause;
      this.#tail = null;
      throw this.#cannotWrite(cause);
    }
  }

  /** What goes into a file without a name is lost with the process; until then all of it can be saved. */
  #checkPlace(): void {
    if (this.#desk.file.open && this.#desk.place.isThere()) return;
    const path = this.#desk.file.name;
    throw new RuntimeProfileError(
      "RP_LOG_DAMAGED",
      `Expected the log at ${path}, got another file or none; nothing was written.`,
      { path },
    );
  }

  #keepHead({ chain }: Tail): void {
    if (chain !== null) this.#desk.head.keep({ host_id: this.#desk.hostId, ...chain });
  }

  #cannotWrite(cause: unknown): RuntimeProfileError {
    const path = this.#desk.file.name;
    if (isDamage(cause)) return damaged(path, cause);
    return new RuntimeProfileError(
      "RP_LOG_WRITE",
      `Expected to write to the log at ${path}, got ${sqliteMessageOf(cause)}; nothing was written, free disk space or make the folder writable.`,
      { path, cause },
    );
  }

  #insertRows({ reading, rows, sealed, pruned }: Plan): void {
    if (reading !== null) this.#insertReading.run(reading);
    for (const row of rows) this.#insertEntry.run(row);
    if (sealed !== undefined) this.#sealRows(sealed);
    if (pruned !== undefined) this.#prune(pruned);
  }

  #sealRows({ label, bytes }: SealedRows): void {
    const { last_seq, first_seq, count, first_at, last_at } = label;
    this.#run(INSERT_BLOCK, last_seq, first_seq, count, first_at, last_at, bytes);
    this.#throughGate({ first: first_seq, last: last_seq }, () =>
      this.#run("DELETE FROM readings WHERE seq BETWEEN ? AND ?", first_seq, last_seq),
    );
  }

  #prune(pruned: Pruning): void {
    if (pruned.kind === "entries") {
      this.#remember(PRUNED_ENTRIES, JSON.stringify(pruned.through));
      return;
    }
    const last = pruned.label.last_seq;
    this.#throughGate({ first: last, last }, () =>
      this.#run("DELETE FROM blocks WHERE last_seq = ?", last),
    );
    this.#remember(PRUNED_READINGS, String(last));
  }

  #remember(key: string, value: string): void {
    this.#run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value);
  }

  /** Opens the gate for rows of this range and shuts it again, in the transaction of the caller. */
  #throughGate<Answer>(range: { first: number; last: number }, remove: () => Answer): Answer {
    this.#run("INSERT INTO gate (first_seq, last_seq) VALUES (?, ?)", range.first, range.last);
    const answer = remove();
    this.#run("DELETE FROM gate");
    return answer;
  }

  #run(sql: string, ...values: (string | number | Uint8Array)[]): void {
    this.#desk.file.prepare(sql).run(...values);
  }

  /** Gives this run its number, with its first append, so that opening a log adds nothing to it. */
  #signIn(): Author {
    const { file, hostId, boot } = this.#desk;
    if (boot === null) throw new Error("a log that is open for reading only");
    const number = file.prepare<[string], number>(INSERT_BOOT).pluck().get(boot) as number;
    return { hostId, boot, bootNumber: number };
  }

  /** SQLite refuses to change this inside a transaction, and each change costs microseconds. */
  #setDurable(isDurable: boolean): void {
    if (isDurable === this.#isDurable) return;
    this.#desk.file.pragma(`synchronous = ${isDurable ? "FULL" : "NORMAL"}`);
    this.#isDurable = isDurable;
  }

  #readTail(): Tail {
    const { rows, file } = this.#desk;
    const chain = rows.chainHead();
    let seq = chain?.seq ?? 0;
    let readings: string | null = null;
    for (const piece of piecesOf(rows, { after: seq })) {
      if (piece.kind !== "readings") continue;
      readings = readingsDigestOver(readings, piece);
      seq = piece.columns.numbers.seq[piece.to - 1] ?? seq;
    }
    const sql = "SELECT count(*) AS count, min(at) AS since FROM readings";
    const unsealed = file.prepare<[], Unsealed>(sql).get() ?? { count: 0, since: null };
    return { seq, chain, readings, unsealed };
  }
}

function damaged(path: string, cause: unknown): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_LOG_DAMAGED",
    `Expected to write to the log at ${path}, got ${sqliteMessageOf(cause)}; nothing was written, the log is damaged and must be begun anew.`,
    { path, cause },
  );
}
