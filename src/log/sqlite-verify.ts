/**
 * Walks the whole chain and says where it is not as it was written.
 *
 * The idea: after a difference the walk goes on from what stands there, so one edit gives one
 * finding and not one per following entry. The pieces go on to whoever folds them, so that one pass
 * serves chain and decisions. Readings after the last entry are not yet covered by any hash; they are
 * read, but there is nothing to compare them with.
 */

import { RuntimeProfileError } from "../domain/error.ts";
import type { ReadingsSealed } from "../domain/input.ts";
import { isKnownType, schemaVersionOf } from "./codec.ts";
import type { EntryRow } from "./entry-row.ts";
import type { ChainFinding, ChainFindingCode, ChainHead } from "./finding.ts";
import type { CheckedPiece, LogPiece } from "./piece.ts";
import type { ReadingColumns } from "./reading-columns.ts";
import { entryHashOf, GENESIS_HASH, readingsDigestOver } from "./sqlite-chain.ts";
import { sqliteCodeOf, sqliteMessageOf } from "./sqlite-file.ts";
import type { RowReader } from "./sqlite-rows.ts";
import { piecesOf, type RowPiece } from "./sqlite-stream.ts";
import { PRUNED_EFFECT } from "./store.ts";

/** What to walk: the rows, the name of the log, and a link that is known from elsewhere. */
export interface Walk {
  readonly rows: RowReader;
  readonly hostId: string;
  readonly known: ChainHead | null;
  /** Where to begin: behind this link, which is trusted. Absent = at the start of the log. */
  readonly after?: ChainHead | null;
}

/** A piece, and the row that it was made of; `null` at the end. */
export interface CheckedRow extends CheckedPiece {
  readonly row: RowPiece | null;
}

/** Every piece with what was found on the way; the last one has no piece, only what the end shows. */
export function* checkedPieces(walk: Walk): Generator<CheckedRow> {
  const verifier = new Verifier(walk);
  try {
    for (const row of piecesOf(walk.rows, { after: walk.after?.seq ?? 0 }, true)) {
      const piece = verifier.take(row);
      yield { row, piece, ...verifier.told() };
    }
    verifier.end();
  } catch (error) {
    if (sqliteCodeOf(error) === null && !(error instanceof RuntimeProfileError)) throw error;
    verifier.add("FILE_DAMAGED", { expected: "readable", got: sqliteMessageOf(error) });
  }
  yield { row: null, piece: null, ...verifier.told() };
}

class Verifier {
  findings: ChainFinding[] = [];
  readonly #walk: Walk;
  #seq: number;
  #prev: string;
  #readings: string | null = null;
  /** Readings that a hash ahead covers are gone, or known to be altered. */
  #isRunIncomplete = false;
  /** Numbers that are missing because their readings were pruned, and how many that may be. */
  #allowedGap = 0;
  /** Last numbers of the blocks that stood here, were pruned, or are known to be missing. */
  readonly #met = new Set<number>();
  /** Columns of an altered block: what stands in it says nothing. */
  #ignored: ReadingColumns | null = null;
  #isBroken = false;
  #isKnownSeen = false;
  #isStartProved: boolean;

  constructor(walk: Walk) {
    this.#walk = walk;
    const { floor } = walk.rows.blocks.start();
    const begin = walk.after ?? floor;
    this.#seq = begin?.seq ?? 0;
    this.#prev = begin?.hash ?? GENESIS_HASH;
    this.#isStartProved = begin !== floor || floor === null;
  }

  add(code: ChainFindingCode, difference: Pick<ChainFinding, "expected" | "got">, seq = this.#seq) {
    this.findings.push({ code, seq, ...difference });
    this.#isBroken = true;
  }

  /** Hands over what was found since the last time. */
  told(): Pick<CheckedPiece, "findings" | "isBroken"> {
    const { findings } = this;
    const isBroken = this.#isBroken;
    this.findings = [];
    this.#isBroken = false;
    return { findings, isBroken };
  }

  take(row: RowPiece): LogPiece | null {
    switch (row.kind) {
      case "pruned":
        return this.#pruned(row.seal);
      case "block":
        this.#block(row);
        return null;
      case "readings":
        if (row.columns === this.#ignored) return null;
        this.#run(row);
        return { kind: "readings", run: { columns: row.columns, from: row.from, to: row.to } };
      case "entry":
        return this.#entry(row.entry);
    }
  }

  /** A known link beyond the end: the tail was cut off. */
  end(): void {
    const { known } = this.#walk;
    if (!this.#isStartProved) {
      const { floor } = this.#walk.rows.blocks.start();
      this.add("START_DIFFERS", { expected: "a record of what was pruned", got: floor?.seq ?? 0 });
    }
    if (known === null || this.#isKnownSeen) return;
    const { floor } = this.#walk.rows.blocks.start();
    if (floor !== null && known.seq <= floor.seq) return;
    this.add("HEAD_DIFFERS", { expected: known.hash, got: null }, known.seq);
  }

  #pruned(seal: ReadingsSealed): LogPiece {
    this.#allowedGap += seal.count;
    this.#met.add(seal.last_seq);
    return { kind: "pruned", seal };
  }

  /** A block is compared with its seal at once, so that an altered one is named as a block. */
  #block({ label, columns, digest }: Extract<RowPiece, { kind: "block" }>): void {
    this.#met.add(label.last_seq);
    const seal = this.#sealAfter(label.last_seq);
    // Its seal is where the file is damaged; the entries up to there still cover the readings.
    if (seal === "unreadable" && columns !== null) return;
    if (seal === "unreadable") throw damagedAt(label.last_seq);
    const found = digest();
    const isSame =
      seal !== null &&
      found === seal.digest &&
      label.first_seq === seal.first_seq &&
      label.last_seq === seal.last_seq &&
      label.count === seal.count;
    if (isSame) return;
    const expected = seal?.digest ?? "a seal of this block";
    this.add("BLOCK_ALTERED", { expected, got: found ?? "unreadable" }, label.first_seq);
    this.#isRunIncomplete = true;
    this.#ignored = columns;
    this.#allowedGap += seal?.count ?? label.count;
  }

  #sealAfter(seq: number): ReadingsSealed | "unreadable" | null {
    try {
      return this.#walk.rows.blocks.sealAfter(seq)?.seal ?? null;
    } catch (error) {
      if (sqliteCodeOf(error) === null) throw error;
      return "unreadable";
    }
  }

  #run(run: Extract<RowPiece, { kind: "readings" }>): void {
    const { seq } = run.columns.numbers;
    for (let place = run.from; place < run.to; place += 1) this.#sequence(seq[place] as number);
    this.#readings = readingsDigestOver(this.#readings, run);
  }

  #sequence(seq: number): void {
    const expected = this.#seq + 1;
    this.#seq = seq;
    if (seq === expected) return;
    const missing = seq - expected;
    if (missing > this.#allowedGap) this.#missBlock(expected);
    if (missing > 0 && missing <= this.#allowedGap) {
      this.#allowedGap -= missing;
      this.#isRunIncomplete = true;
      return;
    }
    this.add("GAP", { expected, got: seq });
  }

  #entry(row: EntryRow): LogPiece | null {
    this.#sequence(row.seq);
    if (row.prev !== this.#prev) this.add("CHAIN_BROKEN", { expected: this.#prev, got: row.prev });
    if (row.readings !== this.#readings && !this.#isRunIncomplete) {
      this.add("READINGS_ALTERED", { expected: row.readings, got: this.#readings });
    }
    const names = { hostId: this.#walk.hostId, boot: this.#walk.rows.bootOf(row.boot) ?? "" };
    const computed = entryHashOf(row, names);
    if (row.hash !== computed) this.add("ENTRY_ALTERED", { expected: computed, got: row.hash });
    const isReadable = this.#content(row);
    this.#compareKnown(row);
    this.#prev = row.hash;
    this.#readings = null;
    this.#isRunIncomplete = false;
    return isReadable
      ? { kind: "entry", entry: this.#walk.rows.entryOf({ seq: row.seq, entry: row }) }
      : null;
  }

  #content(row: EntryRow): boolean {
    if (!isKnownType(row.type)) {
      this.add("UNKNOWN_TYPE", { expected: "a known type", got: row.type });
      return false;
    }
    if (row.v < 1 || row.v > schemaVersionOf(row.type)) {
      this.add("UNKNOWN_VERSION", { expected: schemaVersionOf(row.type), got: row.v });
      return false;
    }
    try {
      const data = JSON.parse(row.data);
      if (row.type === "effect.finished") this.#provePruning(data);
      return true;
    } catch {
      this.add("DATA_UNREADABLE", { expected: "JSON", got: row.data.slice(0, 60) });
      return false;
    }
  }

  /** Numbers are missing: of a block that its seal names, and that is neither here nor pruned? */
  #missBlock(seq: number): void {
    const seal = this.#sealAfter(seq - 1);
    if (seal === null || seal === "unreadable") return;
    if (seal.first_seq > seq || this.#met.has(seal.last_seq)) return;
    this.#met.add(seal.last_seq);
    this.#allowedGap += seal.count;
    this.add("BLOCK_MISSING", { expected: seal.digest, got: null }, seal.first_seq);
  }

  /** The start of a pruned log is proved by the record of the pruning, further on in the chain. */
  #provePruning(data: { effect?: unknown; detail?: { through?: ChainHead } }): void {
    const { floor } = this.#walk.rows.blocks.start();
    const through = data.effect === PRUNED_EFFECT.entries ? data.detail?.through : undefined;
    if (floor === null || through?.seq !== floor.seq) return;
    if (through.hash === floor.hash) this.#isStartProved = true;
  }

  #compareKnown(row: EntryRow): void {
    const { known } = this.#walk;
    if (known === null || row.seq !== known.seq) return;
    this.#isKnownSeen = true;
    if (row.hash !== known.hash) {
      this.add("HEAD_DIFFERS", { expected: known.hash, got: row.hash });
    }
  }
}

function damagedAt(seq: number): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_LOG_DAMAGED",
    `Expected the block of readings up to seq ${seq} or its seal to be readable, got neither; start the runtime to have the log put aside.`,
    { path: `seq ${seq}` },
  );
}
