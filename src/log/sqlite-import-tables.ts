/**
 * The tables of a log that is being imported: rows as they come, blocks at their seals.
 *
 * Nothing here has to survive a crash, since the file is thrown away then; so it is written without
 * waiting for the disk, in large transactions.
 */
import type { ReadingsSealed } from "../domain/input.ts";
import type { ExportHeader } from "./export-line.ts";
import type { ImportDifference } from "./import-check.ts";
import { BLOCK_READINGS, packBlock } from "./reading-block.ts";
import { columnsOfRows } from "./reading-columns.ts";
import type { ReadingRow } from "./reading-row.ts";
import { ORIGINAL_HEAD, PRUNED_ENTRIES, PRUNED_READINGS, sealOf } from "./sqlite-blocks.ts";
import type { SqliteFile } from "./sqlite-file.ts";
import { RowReader } from "./sqlite-rows.ts";
import {
  CREATE_SCHEMA,
  INSERT_BLOCK,
  INSERT_BOOT,
  INSERT_ENTRY,
  INSERT_READING,
} from "./sqlite-schema.ts";
import type { StoredLine } from "./stored-line.ts";

type Difference = Omit<ImportDifference, "line">;

/** Fills the tables of an empty file. */
export class ImportTables {
  readonly #file: SqliteFile;
  readonly #rows: RowReader;
  readonly #statements;
  /** Seals up to this number have no readings any more. */
  readonly #prunedSeq: number;
  /** Last numbers of what was lost to a damage: its box stays empty. */
  readonly #lost: ReadonlySet<number>;
  #boot = { name: "", number: 0 };

  constructor(file: SqliteFile, header: ExportHeader) {
    const { host_id, floor, pruned_readings, original_head, lost_readings = [] } = header;
    this.#lost = new Set(lost_readings.map(({ last_seq }) => last_seq));
    this.#file = file;
    file.pragma("journal_mode = MEMORY");
    file.pragma("synchronous = OFF");
    file.exec(CREATE_SCHEMA);
    const remember = file.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
    remember.run("host_id", host_id);
    if (floor !== null) remember.run(PRUNED_ENTRIES, JSON.stringify(floor));
    if (pruned_readings > 0) remember.run(PRUNED_READINGS, String(pruned_readings));
    if (original_head !== null) remember.run(ORIGINAL_HEAD, JSON.stringify(original_head));
    this.#prunedSeq = Math.max(floor?.seq ?? 0, pruned_readings);
    this.#rows = new RowReader(file, host_id);
    this.#statements = {
      boot: file.prepare<[string], number>(INSERT_BOOT).pluck(),
      reading: file.prepare(INSERT_READING),
      entry: file.prepare(INSERT_ENTRY),
      block: file.prepare(INSERT_BLOCK),
      open: file.prepare("INSERT INTO gate (first_seq, last_seq) VALUES (?, ?)"),
      remove: file.prepare("DELETE FROM readings WHERE seq BETWEEN ? AND ?"),
      shut: file.prepare("DELETE FROM gate"),
    };
    file.exec("BEGIN");
  }

  reading([seq, at, mono, , ...values]: ReadingRow, boot: string): void {
    this.#statements.reading.run(seq, at, mono, this.#numberOf(boot), ...values);
  }

  /** Adds an entry; a seal makes a block of its readings, and answers how they differ from it. */
  entry(line: StoredLine): Difference | null {
    this.#statements.entry.run({ ...line, boot: this.#numberOf(line.boot) });
    const seal = line.type === "readings.sealed" ? sealOf(line.data, line.at) : null;
    return seal === null || seal.last_seq <= this.#prunedSeq ? null : this.#seal(seal);
  }

  /** Ends a transaction and begins the next. */
  commit(): void {
    this.#file.exec("COMMIT; BEGIN");
  }

  /** Ends the last transaction. */
  end(): void {
    this.#file.exec("COMMIT");
  }

  #seal(seal: ReadingsSealed): Difference | null {
    const { first_seq, last_seq, count, digest } = seal;
    if (this.#lost.has(last_seq)) {
      const { first_at, last_at } = seal;
      const nothing = new Uint8Array();
      this.#statements.block.run(last_seq, first_seq, count, first_at, last_at, nothing);
      return null;
    }
    const range = { after: 0, before: last_seq + 1, limit: BLOCK_READINGS + 1 };
    const rows = this.#rows.readings({ ...range, isDescending: false });
    const [first, last] = [rows[0], rows.at(-1)];
    const isOfSeal = first?.[0] === first_seq && last?.[0] === last_seq && rows.length === count;
    if (!isOfSeal || first === undefined || last === undefined || count > BLOCK_READINGS) {
      const expected = `${count} readings from seq ${first_seq} to ${last_seq} before the seal`;
      return {
        expected,
        got: `${rows.length} from seq ${first?.[0] ?? "–"} to ${last?.[0] ?? "–"}`,
      };
    }
    const block = packBlock(columnsOfRows(rows, (boot) => this.#rows.nameOf(boot)));
    if (block.digest !== digest) {
      return { expected: `a seal with the digest ${block.digest}`, got: digest };
    }
    const { block: insert, open, remove, shut } = this.#statements;
    insert.run(last_seq, first_seq, count, first[1], last[1], block.bytes);
    open.run(first_seq, last_seq);
    remove.run(first_seq, last_seq);
    shut.run();
    return null;
  }

  #numberOf(name: string): number {
    if (this.#boot.name === name && this.#boot.number > 0) return this.#boot.number;
    const number = this.#statements.boot.get(name) as number;
    this.#boot = { name, number };
    return number;
  }
}
