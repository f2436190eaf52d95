/**
 * The log in one SQLite file: the store behind the port of `store.ts`, and how it is opened.
 *
 * The idea: one writer, many readers, one file that any SQLite tool can open. Reading is in
 * `sqlite-rows.ts`, writing in `sqlite-writer.ts`; here they become one log. Rejected: an event store
 * library (0.09 times the speed of the bare file, measured).
 */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { CHECKPOINT_TYPE, inputOf } from "./codec.ts";
import { prepareFolder } from "./data-folder.ts";
import type { Entry, Record as LogRecord } from "./entry.ts";
import { isDamage, type SqliteFile, sqliteCodeOf, sqliteMessageOf } from "./sqlite-file.ts";
import { type OpenedFile, openForReading, openForWriting, type SetAside } from "./sqlite-open.ts";
import { RowReader } from "./sqlite-rows.ts";
import { verifyRows } from "./sqlite-verify.ts";
import { LogWriter } from "./sqlite-writer.ts";
import type {
  ChainFinding,
  ChainHead,
  EntryTimes,
  GapRecord,
  LogCounts,
  LogHead,
  LogQuery,
  LogStore,
} from "./store.ts";

/** What to open and how. */
export interface OpenLogOptions {
  readonly folder: string;
  readonly mode: "write" | "read";
  /** Name of this run of the runtime; a random one if absent. */
  readonly boot?: string;
  /** Largest size of the file in MiB; an append beyond it fails as on a full disk. Absent = none. */
  readonly limitMib?: number;
}

/** An open log, and what was found in its place. */
export interface OpenedLog {
  readonly log: LogStore;
  readonly isNew: boolean;
  /** A damaged or foreign file that was put aside for this log. */
  readonly setAside: SetAside | null;
}

/**
 * Opens the log of a data folder. A writer makes the folder and the log, and puts aside what is not
 * one; it does not take the folder's lock (`folder-lock.ts`). Throws RP_DATA_FOLDER; a reader also
 * RP_NOT_FOUND and RP_LOG_DAMAGED.
 */
export function openLog(options: OpenLogOptions): OpenedLog {
  if (options.mode === "read") {
    const opened = openForReading(resolve(options.folder));
    return { log: new SqliteLog(opened, null), isNew: false, setAside: null };
  }
  const opened = openForWriting(prepareFolder(options.folder));
  if (options.limitMib !== undefined) limitSize(opened.file, options.limitMib);
  const log = new SqliteLog(opened, options.boot ?? randomUUID());
  return { log, isNew: opened.isNew, setAside: opened.setAside };
}

class SqliteLog implements LogStore {
  readonly hostId: string;
  readonly #file: SqliteFile;
  readonly #rows: RowReader;
  readonly #writer: LogWriter;

  constructor(opened: Pick<OpenedFile, "file" | "hostId">, boot: string | null) {
    const { file, hostId } = opened;
    this.hostId = hostId;
    this.#file = file;
    this.#rows = new RowReader(file, hostId);
    this.#writer = new LogWriter({ file, hostId, boot, rows: this.#rows });
  }

  append(record: LogRecord): readonly Entry[] {
    this.#checkOpen();
    return this.#writer.append(record);
  }

  appendCheckpoint(data: unknown, times: EntryTimes): Entry {
    this.#checkOpen();
    return this.#writer.appendCheckpoint(data, times);
  }

  appendGap(record: GapRecord): readonly Entry[] {
    this.#checkOpen();
    return this.#writer.appendGap(record);
  }

  lastCheckpoint(seq?: number): Entry | null {
    const before = seq === undefined ? undefined : seq + 1;
    const type = CHECKPOINT_TYPE;
    return this.read({ before, limit: 1, type, order: "descending" })[0] ?? null;
  }

  read(query: LogQuery): Entry[] {
    return this.#reading(() => this.#rows.read(query).map((row) => this.#rows.entryOf(row)));
  }

  entry(seq: number): Entry | null {
    return this.read({ after: seq - 1, before: seq + 1, limit: 1 })[0] ?? null;
  }

  *inputsAfter(seq: number): Generator<Entry> {
    const rows = this.#rows.stream(seq, "input");
    for (;;) {
      const entry = this.#reading(() => {
        const next = rows.next();
        return next.done ? null : this.#rows.entryOf(next.value);
      });
      if (entry === null) return;
      // A fold must not go on past an input that it cannot understand.
      inputOf(entry);
      yield entry;
    }
  }

  head(): LogHead | null {
    return this.#reading(() => {
      const last = this.#rows.lastSeq();
      const entry = this.entry(last);
      return entry && { seq: entry.seq, at: entry.at, chain: this.#rows.chainHead() };
    });
  }

  seqAt(at: number): number | null {
    return this.#reading(() => this.#rows.seqAt(at));
  }

  counts(): LogCounts {
    return this.#reading(() => this.#rows.counts());
  }

  verifyChain(known?: ChainHead): ChainFinding[] {
    this.#checkOpen();
    return verifyRows({ rows: this.#rows, hostId: this.hostId, known: known ?? null });
  }

  close(): void {
    if (this.#file.open) this.#file.close();
  }

  #reading<Answer>(read: () => Answer): Answer {
    this.#checkOpen();
    try {
      return read();
    } catch (cause) {
      if (sqliteCodeOf(cause) === null) throw cause;
      const path = this.#file.name;
      throw new RuntimeProfileError(
        isDamage(cause) ? "RP_LOG_DAMAGED" : "RP_DATA_FOLDER",
        `Expected to read the log at ${path}, got ${sqliteMessageOf(cause)}; check the disk, and run verify to see what is damaged.`,
        { path, cause },
      );
    }
  }

  #checkOpen(): void {
    if (this.#file.open) return;
    throw new RuntimeProfileError(
      "RP_STOPPED",
      `Expected an open log at ${this.#file.name}, got a closed one; open it again.`,
      { path: this.#file.name },
    );
  }
}

function limitSize(file: SqliteFile, limitMib: number): void {
  const pageBytes = file.pragma("page_size", { simple: true }) as number;
  file.pragma(`max_page_count = ${Math.ceil((limitMib * 1024 * 1024) / pageBytes)}`);
}
