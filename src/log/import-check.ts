/**
 * Compares each line of an exported file with what the lines before it demand.
 *
 * The idea: a customs officer with the waybill. Number, link to the entry before, digest of the
 * readings between, own hash: whatever does not fit is said with the line, what was expected and what
 * came, and the import ends there. What only a fold can see is left to verify.
 */
import { RuntimeProfileError } from "../domain/error.ts";
import type { ExportHeader } from "./export-line.ts";
import type { ChainHead } from "./finding.ts";
import type { ReadingRow } from "./reading-row.ts";
import { GENESIS_HASH, readingsDigestOf } from "./sqlite-chain.ts";
import { lineHashOf } from "./sqlite-lines.ts";
import type { StoredLine } from "./stored-line.ts";

/** Where a file is not as it was exported. */
export interface ImportDifference {
  /** 1 and up; the header is line 1. */
  readonly line: number;
  readonly expected: string | number | null;
  readonly got: string | number | null;
}

/** The error of a difference: RP_LOG_DAMAGED, which says that nothing was imported. */
export function differs({ line, expected, got }: ImportDifference): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_LOG_DAMAGED",
    `Expected ${expected} at line ${line} of the file, got ${got}; it is not as it was exported, and nothing was imported.`,
    { path: `line ${line}` },
  );
}

/** Follows the chain through the lines of one file. */
export class ImportCheck {
  readonly #header: ExportHeader;
  readonly #floorSeq: number;
  #seq: number;
  #prev: string;
  #head: ChainHead | null = null;
  #readings: string | null = null;
  /** First and last line of the readings since the entry before. */
  #runLine = 0;
  #lastLine = 0;
  /** Readings before the next entry were pruned, so its digest cannot be computed. */
  #isRunIncomplete = false;
  /** The last of the readings that stand before the start of the kept log. */
  #earlySeq = 0;

  constructor(header: ExportHeader) {
    this.#header = header;
    this.#floorSeq = header.floor?.seq ?? 0;
    this.#seq = this.#floorSeq;
    this.#prev = header.floor?.hash ?? GENESIS_HASH;
  }

  /** The last number so far. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes a reading; throws RP_LOG_DAMAGED at a difference. */
  reading(row: ReadingRow, { boot }: StoredLine, line: number): void {
    const [seq] = row;
    if (seq <= this.#floorSeq) {
      this.#early(seq, line);
      return;
    }
    this.#sequence(seq, line);
    if (this.#readings === null) this.#runLine = line;
    this.#lastLine = line;
    this.#readings = readingsDigestOf(this.#readings, row, boot);
  }

  /** Takes an entry; throws RP_LOG_DAMAGED at a difference. */
  entry(entry: StoredLine, line: number): void {
    this.#sequence(entry.seq, line);
    this.#same("the hash before", [this.#prev, entry.prev], line);
    if (!this.#isRunIncomplete) this.#sameReadings(entry.readings, line);
    this.#same("the hash", [lineHashOf(entry, this.#header.host_id), entry.hash], line);
    this.#prev = entry.hash ?? "";
    this.#head = { seq: entry.seq, hash: this.#prev };
    this.#readings = null;
    this.#isRunIncomplete = false;
  }

  /** The end of the file, after this many lines; throws RP_LOG_DAMAGED when something is cut off. */
  end(lines: number): void {
    const { last_seq, head, readings } = this.#header;
    if (this.#seq !== last_seq) {
      const got = `the end after seq ${this.#seq}`;
      throw differs({ line: lines + 1, expected: `more lines, up to seq ${last_seq},`, got });
    }
    const [expected, got] = [this.#head, head].map((link) =>
      link === null ? "no head" : `the head ${link.seq} ${link.hash}`,
    );
    if (expected !== got) throw differs({ line: 1, expected: expected ?? null, got: got ?? null });
    this.#sameReadings(readings, 1);
  }

  #early(seq: number, line: number): void {
    const isInOrder = seq > this.#earlySeq && this.#seq === this.#floorSeq;
    if (!isInOrder) throw differs({ line, expected: `a seq after ${this.#seq}`, got: seq });
    this.#earlySeq = seq;
  }

  #sequence(seq: number, line: number): void {
    const expected = this.#seq + 1;
    const isPruned = seq > expected && this.#isGone(expected, seq - 1);
    if (seq !== expected && !isPruned) {
      throw differs({ line, expected: `seq ${expected}`, got: `seq ${seq}` });
    }
    this.#isRunIncomplete ||= isPruned;
    this.#seq = seq;
  }

  /** Only readings that were pruned, or lost to a damage, may be missing. */
  #isGone(from: number, to: number): boolean {
    const { pruned_readings, lost_readings = [] } = this.#header;
    let next = Math.max(from, pruned_readings + 1);
    for (const { first_seq, last_seq } of lost_readings) {
      if (first_seq <= next && next <= last_seq) next = last_seq + 1;
    }
    return next > to;
  }

  /** The entry after a run of readings covers them, so it may be any of their lines. */
  #sameReadings(got: string | null, line: number): void {
    const lines = this.#readings === null ? "" : ` of lines ${this.#runLine} to ${this.#lastLine}`;
    this.#same(`the digest of the readings${lines}`, [this.#readings, got], line);
  }

  #same(what: string, [expected, got]: readonly (string | null)[], line: number): void {
    if (expected !== got)
      throw differs({ line, expected: `${what} ${expected}`, got: got ?? null });
  }
}
