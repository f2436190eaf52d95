/**
 * Saves what can be read of a damaged log into a new one.
 *
 * The idea: first look, then carry. The first pass walks the chain from the start and stops at the
 * first thing that is not as it was written; the second copies the rows up to there, a thousand at a
 * time, as they are, so that the new log has the same chain. A block whose bytes are gone is no end:
 * an empty one with its label takes its place, and verify goes on naming it. Rejected: a single pass
 * (a block that turns out to have no seal would have to be taken out again).
 */
import { RuntimeProfileError } from "../domain/error.ts";
import type { ReadingsSealed } from "../domain/input.ts";
import type { EntryRow } from "./entry-row.ts";
import type { BlockLabel } from "./piece.ts";
import { valuesAt } from "./reading-columns.ts";
import type { ReadingRow } from "./reading-row.ts";
import { NOTHING_SAVED, type Saved } from "./set-aside.ts";
import { ORIGINAL_HEAD, PRUNED_ENTRIES, PRUNED_READINGS } from "./sqlite-blocks.ts";
import { type Extent, extentOf, laterIn, readable } from "./sqlite-extent.ts";
import { type SqliteFile, sqliteCodeOf } from "./sqlite-file.ts";
import { RowReader } from "./sqlite-rows.ts";
import { INSERT_BLOCK, INSERT_BOOT, INSERT_ENTRY, INSERT_READING } from "./sqlite-schema.ts";

/** A damaged log that is open, and the name that its hashes cover. */
export interface Damaged {
  readonly file: SqliteFile;
  readonly hostId: string;
}

/** Copies the sound part into an empty log of the same host. Throws as SQLite does when that is full. */
export function saveInto(target: SqliteFile, { file, hostId }: Damaged): Saved {
  const rows = new RowReader(file, hostId, { isTolerant: true });
  const extent = extentOf(rows, hostId);
  const { through, isWhole } = extent;
  const copy = new Copy(target, rows);
  const entries = copy.entries(through?.seq ?? 0);
  const { readings, lostReadings } = copy.readings(extent);
  if (entries > 0 || isWhole) copy.start();
  const later = isWhole ? NOTHING_SAVED.later : laterIn(rows, hostId, through?.seq ?? 0);
  return { entries, readings, lostReadings, through, isWhole, later };
}

class Copy {
  readonly #target: SqliteFile;
  readonly #rows: RowReader;
  readonly #boots = new Map<string, number>();

  constructor(target: SqliteFile, rows: RowReader) {
    this.#target = target;
    this.#rows = rows;
  }

  /** Entries up to this number; answers how many. */
  entries(through: number): number {
    const insert = this.#target.prepare<[EntryRow]>(INSERT_ENTRY);
    const filter = { before: through + 1, isDescending: false, kind: null, types: null };
    let count = 0;
    for (let after = this.#rows.floorSeq(); after < through; ) {
      const page = readable((limit) => this.#rows.entries({ ...filter, after, limit }));
      const last = page.at(-1);
      if (last === undefined) break;
      this.#inOne(() => {
        for (const row of page)
          insert.run({ ...row, boot: this.#boot(this.#rows.nameOf(row.boot)) });
      });
      count += page.length;
      after = last.seq;
    }
    return count;
  }

  /** Blocks whose seal was saved, and as rows what is sound of the readings that have none. */
  readings(extent: Extent): Pick<Saved, "readings" | "lostReadings"> {
    const through = extent.through?.seq ?? 0;
    let [readings, lostReadings] = [0, 0];
    const range = { after: this.#rows.floorSeq(), before: extent.lastReading + 1 };
    for (const label of this.#rows.blocks.labelsOrSeals(range)) {
      const seal = this.#sealOf(label);
      if (seal === null || seal.seq > through || seal.seal.last_seq !== label.last_seq) {
        readings += this.#unpacked(label, extent.lastReading);
        continue;
      }
      if (this.#block(seal.seal)) readings += label.count;
      else lostReadings += label.count;
    }
    return { readings: readings + this.#loose(extent.lastReading), lostReadings };
  }

  /** Where the log begins, if it was pruned, and what it was imported from. */
  start(): void {
    const { floor, prunedReadings, originalHead } = this.#rows.blocks.start();
    const insert = this.#target.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    if (floor !== null) insert.run(PRUNED_ENTRIES, JSON.stringify(floor));
    if (prunedReadings > 0) insert.run(PRUNED_READINGS, String(prunedReadings));
    if (originalHead !== null) insert.run(ORIGINAL_HEAD, JSON.stringify(originalHead));
  }

  #sealOf(label: BlockLabel): ReturnType<RowReader["blocks"]["sealAfter"]> {
    try {
      return this.#rows.blocks.sealAfter(label.last_seq);
    } catch (error) {
      if (sqliteCodeOf(error) === null) throw error;
      return null;
    }
  }

  /** False when an empty box had to take its place. */
  #block(label: BlockLabel | ReadingsSealed): boolean {
    const { last_seq, first_seq, count, first_at, last_at } = label;
    const { bytes, digest } = this.#opened(label);
    this.#target.prepare(INSERT_BLOCK).run(last_seq, first_seq, count, first_at, last_at, bytes);
    return "digest" in label && digest === label.digest;
  }

  /** Bytes that are no block go too: an empty box says that nothing can be read any more. */
  #opened(label: BlockLabel): { readonly bytes: Uint8Array; readonly digest: string | null } {
    try {
      const { digest } = this.#rows.blocks.block(label);
      return { bytes: this.#rows.blocks.bytes(label), digest: digest() };
    } catch (error) {
      if (sqliteCodeOf(error) === null && !(error instanceof RuntimeProfileError)) throw error;
      return { bytes: new Uint8Array(), digest: null };
    }
  }

  #unpacked(label: BlockLabel, last: number): number {
    const { columns } = this.#rows.blocks.block(label);
    const { seq, at, mono } = columns.numbers;
    const rows: ReadingRow[] = [];
    for (let place = 0; place < columns.count && (seq[place] as number) <= last; place += 1) {
      const boot = this.#boot(columns.boots[columns.bootIndex[place] as number] ?? "");
      const times = [seq[place], at[place], mono[place]] as [number, number, number];
      rows.push([...times, boot, ...valuesAt(columns, place)]);
    }
    return this.#insertReadings(rows);
  }

  #loose(last: number): number {
    let count = 0;
    for (let after = this.#rows.floorSeq(); after < last; ) {
      const filter = { after, before: last + 1, isDescending: false };
      const page = readable((limit) => this.#rows.readings({ ...filter, limit }));
      const end = page.at(-1);
      if (end === undefined) break;
      const named = page.map(([seq, at, mono, boot, ...values]): ReadingRow => {
        return [seq, at, mono, this.#boot(this.#rows.nameOf(boot)), ...values];
      });
      count += this.#insertReadings(named);
      after = end[0];
    }
    return count;
  }

  #insertReadings(rows: readonly ReadingRow[]): number {
    const insert = this.#target.prepare<[ReadingRow]>(INSERT_READING);
    this.#inOne(() => {
      for (const row of rows) insert.run(row);
    });
    return rows.length;
  }

  #boot(name: string): number {
    const known = this.#boots.get(name);
    if (known !== undefined) return known;
    const number = this.#target.prepare<[string], number>(INSERT_BOOT).pluck().get(name) as number;
    this.#boots.set(name, number);
    return number;
  }

  #inOne(write: () => void): void {
    this.#target.transaction(write).immediate();
  }
}
