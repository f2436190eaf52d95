/**
 * The log in one SQLite file: the store behind the port of `store.ts`, and how it is opened.
 *
 * The idea: one writer, many readers, one file that any SQLite tool can open. Reading is in
 * `sqlite-rows.ts`, writing in `sqlite-writer.ts`; here they become one log. Rejected: an event store
 * library (0.09 times the speed of the bare file, measured).
 */
import { randomUUID } from "node:crypto";
import { dirname, resolve } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { inputOf } from "./codec.ts";
import { prepareFolder } from "./data-folder.ts";
import type { Entry, Record as LogRecord } from "./entry.ts";
import { entryOfColumns } from "./entry-row.ts";
import { type ChainFinding, type ChainHead, MAX_FINDINGS } from "./finding.ts";
import { HeadFile } from "./head-file.ts";
import type { BlockLabel, CheckedPiece, LogPiece } from "./piece.ts";
import type { SetAside } from "./set-aside.ts";
import { isDamage, type SqliteFile, sqliteCodeOf, sqliteMessageOf } from "./sqlite-file.ts";
import { begunAnew, firstBreakIn, type HeldLog, limitSize, lostIn } from "./sqlite-held.ts";
import { linesOf } from "./sqlite-lines.ts";
import {
  type OpenedFile,
  openForReading,
  openForWriting,
  renewedWhileOpen,
} from "./sqlite-open.ts";
import { HeldPlace } from "./sqlite-place.ts";
import { RowReader } from "./sqlite-rows.ts";
import { piecesOf } from "./sqlite-stream.ts";
import { checkedPieces } from "./sqlite-verify.ts";
import { LogWriter } from "./sqlite-writer.ts";
import type {
  BlockRange,
  EntryTimes,
  GapRecord,
  LogCounts,
  LogHead,
  LogQuery,
  LogStart,
  LogStore,
  PieceRange,
  Pruning,
  Sealing,
  Unsealed,
} from "./store.ts";
import type { LineRange, StoredLine } from "./stored-line.ts";

/** What to open and how. */
export interface OpenLogOptions {
  readonly folder: string;
  /**
   * `frozen` reads the log as it is at this moment, however long the reading takes and whatever is
   * written or pruned meanwhile.
   */
  readonly mode: "write" | "read" | "frozen";
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
  /** The last link that was written and is gone: the log has lost its end, or is missing. */
  readonly lost: ChainHead | null;
}

/**
 * Opens the log of a data folder. A writer makes the folder and the log, and puts aside what is not
 * one; it does not take the folder's lock (`folder-lock.ts`). Throws RP_DATA_FOLDER; a reader also
 * RP_NOT_FOUND and RP_LOG_DAMAGED.
 */
export function openLog(options: OpenLogOptions): OpenedLog {
  if (options.mode !== "write") {
    const opened = openForReading(resolve(options.folder));
    if (options.mode === "frozen") opened.file.exec("BEGIN; SELECT 1 FROM meta");
    const log = new SqliteLog(opened, null);
    return { log, isNew: false, setAside: null, lost: null };
  }
  const folder = prepareFolder(options.folder);
  const { isNew, setAside, ...opened } = openForWriting(folder);
  if (options.limitMib !== undefined) limitSize(opened.file, options.limitMib);
  const log = new SqliteLog(opened, options.boot ?? randomUUID());
  return { log, isNew, setAside, lost: setAside === null ? lostIn(log, folder) : null };
}

class SqliteLog implements LogStore {
  readonly hostId: string;
  readonly #boot: string | null;
  readonly #head: HeadFile;
  #held: HeldLog;
  #isClosed = false;

  constructor({ file, hostId }: Pick<OpenedFile, "file" | "hostId">, boot: string | null) {
    this.hostId = hostId;
    this.#boot = boot;
    this.#head = new HeadFile(dirname(file.name));
    this.#held = this.#holding(file);
  }

  #holding(file: SqliteFile): HeldLog {
    const { hostId } = this;
    const rows = new RowReader(file, hostId);
    const place = new HeldPlace(file.name);
    const desk = { file, hostId, boot: this.#boot, rows, place, head: this.#head };
    return { file, rows, place, writer: new LogWriter(desk) };
  }

  append(...records: [LogRecord, ...LogRecord[]]): readonly Entry[] {
    this.#checkOpen();
    return this.#held.writer.append(...records);
  }

  appendCheckpoint(data: unknown, times: EntryTimes): Entry {
    this.#checkOpen();
    return this.#held.writer.appendCheckpoint(data, times);
  }

  appendGap(record: GapRecord): readonly Entry[] {
    this.#checkOpen();
    return this.#held.writer.appendGap(record);
  }

  seal(times: EntryTimes, decided: Sealing): readonly Entry[] {
    this.#checkOpen();
    return this.#held.writer.seal(times, decided);
  }

  unsealed(): Unsealed {
    return this.#reading(() => this.#held.writer.unsealed());
  }

  prune(pruning: Pruning, record: LogRecord): readonly Entry[] {
    this.#checkOpen();
    return this.#held.writer.prune(pruning, record);
  }

  sweep(limit: number): number {
    this.#checkOpen();
    return this.#held.writer.sweep(limit);
  }

  start(): LogStart {
    return this.#reading(() => this.#held.rows.blocks.start());
  }

  blocks(range: BlockRange): Iterable<BlockLabel> {
    return this.#guarded(this.#held.rows.blocks.labels(range));
  }

  usedBytes(): number {
    return this.#reading(() => {
      const [size, count, free] = ["page_size", "page_count", "freelist_count"].map(
        (name) => this.#held.file.pragma(name, { simple: true }) as number,
      ) as [number, number, number];
      return size * (count - free);
    });
  }

  lastCheckpoint(seq?: number): Entry | null {
    return this.#reading(() =>
      this.#held.rows.lastCheckpoint((seq ?? Number.MAX_SAFE_INTEGER - 1) + 1),
    );
  }

  read(query: LogQuery): Entry[] {
    return this.#reading(() =>
      this.#held.rows.read(query).map((row) => this.#held.rows.entryOf(row)),
    );
  }

  entry(seq: number): Entry | null {
    return this.read({ after: seq - 1, before: seq + 1, limit: 1 })[0] ?? null;
  }

  *inputsAfter(seq: number): Generator<Entry> {
    const { hostId } = this;
    for (const piece of this.#guarded(piecesOf(this.#held.rows, { after: seq, kinds: "inputs" }))) {
      if (piece.kind === "readings") {
        for (let place = piece.from; place < piece.to; place += 1) {
          this.#checkOpen();
          yield entryOfColumns(piece.columns, place, hostId);
        }
      } else if (piece.kind === "entry") {
        const entry = this.#held.rows.entryOf({ seq: piece.entry.seq, entry: piece.entry });
        // A fold must not go on past an input that it cannot understand.
        inputOf(entry);
        yield entry;
      }
    }
  }

  *pieces(range: PieceRange): Generator<LogPiece> {
    for (const piece of this.#guarded(piecesOf(this.#held.rows, range))) {
      if (piece.kind === "readings") yield { kind: "readings", run: piece };
      else if (piece.kind === "pruned") yield piece;
      else if (piece.kind === "entry") {
        const { entry } = piece;
        yield { kind: "entry", entry: this.#held.rows.entryOf({ seq: entry.seq, entry }) };
      }
    }
  }

  lines(range: LineRange): Generator<StoredLine> {
    return this.#guarded(linesOf(this.#held.rows, range));
  }

  checkedPieces(known?: ChainHead): Generator<CheckedPiece> {
    this.#checkOpen();
    const { rows } = this.#held;
    return this.#guarded(checkedPieces({ rows, hostId: this.hostId, known: known ?? null }));
  }

  head(): LogHead | null {
    return this.#reading(() => {
      const last = this.#held.rows.lastSeq();
      const entry = this.entry(last);
      return entry && { seq: entry.seq, at: entry.at, chain: this.#held.rows.chainHead() };
    });
  }

  seqAt(at: number): number | null {
    return this.#reading(() => this.#held.rows.seqAt(at));
  }

  counts(): LogCounts {
    return this.#reading(() => this.#held.rows.counts());
  }

  verifyChain(known?: ChainHead): ChainFinding[] {
    const all: ChainFinding[] = [];
    for (const { findings } of this.checkedPieces(known)) {
      all.push(...findings);
      if (all.length >= MAX_FINDINGS) break;
    }
    return all.slice(0, MAX_FINDINGS);
  }

  brokenAfter(link: ChainHead | null): ChainFinding | null {
    this.#checkOpen();
    const { rows } = this.#held;
    return firstBreakIn({ rows, hostId: this.hostId, known: null, after: link });
  }

  recover(detail: string): SetAside {
    if (this.#isClosed) this.#checkOpen();
    const { file, place } = this.#held;
    const ruin = { path: file.name, open: file, hostId: this.hostId };
    const renewed = renewedWhileOpen(ruin, { detail, place });
    this.#held = this.#holding(renewed.file);
    return renewed.setAside;
  }

  close(): void {
    this.#isClosed = true;
    this.#head.close();
    if (this.#held.file.open) this.#held.file.close();
  }

  #reading<Answer>(read: () => Answer): Answer {
    this.#checkOpen();
    try {
      return read();
    } catch (cause) {
      if (sqliteCodeOf(cause) === null) throw cause;
      const path = this.#held.file.name;
      throw new RuntimeProfileError(
        isDamage(cause) ? "RP_LOG_DAMAGED" : "RP_DATA_FOLDER",
        `Expected to read the log at ${path}, got ${sqliteMessageOf(cause)}; check the disk, and run verify to see what is damaged.`,
        { path, cause },
      );
    }
  }

  /** The items of a stream, whose errors become ours at each step. */
  *#guarded<Item>(items: Iterator<Item>): Generator<Item> {
    const held = this.#held;
    for (;;) {
      if (held !== this.#held) throw begunAnew(this.#held.file.name);
      const next = this.#reading(() => items.next());
      if (next.done) return;
      yield next.value;
    }
  }

  #checkOpen(): void {
    if (this.#held.file.open) return;
    throw new RuntimeProfileError(
      "RP_STOPPED",
      `Expected an open log at ${this.#held.file.name}, got a closed one; open it again.`,
      { path: this.#held.file.name },
    );
  }
}
