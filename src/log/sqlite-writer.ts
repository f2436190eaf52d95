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
import type { EntryRow, ReadingRow } from "./entry-row.ts";
import { readingsDigestOf } from "./sqlite-chain.ts";
import { type SqliteFile, type SqliteStatement, sqliteMessageOf } from "./sqlite-file.ts";
import {
  type Author,
  checkpointDraft,
  type Plan,
  planCheckpoint,
  planGap,
  planRecord,
  type Tail,
} from "./sqlite-plan.ts";
import type { RowReader } from "./sqlite-rows.ts";
import { INSERT_BOOT, INSERT_ENTRY, INSERT_READING } from "./sqlite-schema.ts";
import type { EntryTimes, GapRecord } from "./store.ts";

/** What a writer works on, and as whom. */
export interface Desk {
  readonly file: SqliteFile;
  readonly rows: RowReader;
  readonly hostId: string;
  /** `null`: the log is open for reading only, and every write is refused. */
  readonly boot: string | null;
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
  append(record: LogRecord): readonly Entry[] {
    const isDurable = record.outputs.length > 0 || record.input.type !== READING_TYPE;
    return this.#write(isDurable, (tail, author) => planRecord(record, tail, author));
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

  #write(isDurable: boolean, planOf: (tail: Tail, author: Author) => Plan): readonly Entry[] {
    try {
      this.#author ??= this.#signIn();
      this.#tail ??= this.#readTail();
      const plan = planOf(this.#tail, this.#author);
      this.#setDurable(isDurable);
      // A single row is its own transaction; several get one around them.
      const isSingle = plan.entries.length === 1;
      if (isSingle) this.#insertRows(plan);
      else this.#insertAll(plan);
      this.#tail = plan.tail;
      return plan.entries;
    } catch (cause) {
      if (cause instanceof RuntimeProfileError) throw cause;
      this.#tail = null;
      const path = this.#desk.file.name;
      throw new RuntimeProfileError(
        "RP_LOG_WRITE",
        `Expected to write to the log at ${path}, got ${sqliteMessageOf(cause)}; nothing was written, free disk space or make the folder writable.`,
        { path, cause },
      );
    }
  }

  #insertRows({ reading, rows }: Plan): void {
    if (reading !== null) this.#insertReading.run(reading);
    for (const row of rows) this.#insertEntry.run(row);
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
    const { rows } = this.#desk;
    const chain = rows.chainHead();
    let seq = chain?.seq ?? 0;
    let readings: string | null = null;
    for (const row of rows.stream(seq)) {
      if (!("reading" in row)) continue;
      readings = readingsDigestOf(readings, row.reading, rows.bootOf(row.reading[3]) ?? "");
      seq = row.seq;
    }
    return { seq, chain, readings };
  }
}
