/**
 * Walks the whole chain and says where it is not as it was written.
 *
 * The idea: after a difference the walk goes on from what stands there, so one edit gives one
 * finding and not one per following entry. Readings after the last entry are not yet covered by any
 * hash; they are read, but there is nothing to compare them with.
 */
import { isKnownType, schemaVersionOf } from "./codec.ts";
import type { EntryRow, ReadingRow } from "./entry-row.ts";
import { entryHashOf, GENESIS_HASH, readingsDigestOf } from "./sqlite-chain.ts";
import { sqliteMessageOf } from "./sqlite-file.ts";
import type { RowReader } from "./sqlite-rows.ts";
import { type ChainFinding, type ChainFindingCode, type ChainHead, MAX_FINDINGS } from "./store.ts";

/** What to walk: the rows, the name of the log, and a link that is known from elsewhere. */
export interface Walk {
  readonly rows: RowReader;
  readonly hostId: string;
  readonly known: ChainHead | null;
}

/** All findings, at most 100, oldest first. */
export function verifyRows(walk: Walk): ChainFinding[] {
  const verifier = new Verifier(walk);
  try {
    for (const row of walk.rows.stream(0)) {
      verifier.sequence(row.seq);
      if ("reading" in row) verifier.reading(row.reading);
      else verifier.entry(row.entry);
      if (verifier.findings.length >= MAX_FINDINGS) return verifier.findings;
    }
    verifier.end();
  } catch (error) {
    verifier.add("FILE_DAMAGED", { expected: "readable", got: sqliteMessageOf(error) });
  }
  return verifier.findings;
}

class Verifier {
  readonly findings: ChainFinding[] = [];
  readonly #walk: Walk;
  #seq = 0;
  #prev = GENESIS_HASH;
  #readings: string | null = null;
  #isKnownSeen = false;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  add(code: ChainFindingCode, difference: Pick<ChainFinding, "expected" | "got">): void {
    if (this.findings.length < MAX_FINDINGS) {
      this.findings.push({ code, seq: this.#seq, ...difference });
    }
  }

  sequence(seq: number): void {
    const expected = this.#seq + 1;
    this.#seq = seq;
    if (seq !== expected) this.add("GAP", { expected, got: seq });
  }

  reading(row: ReadingRow): void {
    this.#readings = readingsDigestOf(this.#readings, row, this.#bootOf(row[3]));
  }

  entry(row: EntryRow): void {
    if (row.prev !== this.#prev) {
      this.add("CHAIN_BROKEN", { expected: this.#prev, got: row.prev });
    }
    if (row.readings !== this.#readings) {
      this.add("READINGS_ALTERED", { expected: row.readings, got: this.#readings });
    }
    const names = { hostId: this.#walk.hostId, boot: this.#bootOf(row.boot) };
    const computed = entryHashOf(row, names);
    if (row.hash !== computed) this.add("ENTRY_ALTERED", { expected: computed, got: row.hash });
    this.#content(row);
    this.#compareKnown(row);
    this.#prev = row.hash;
    this.#readings = null;
  }

  /** A known link beyond the end: the tail was cut off. */
  end(): void {
    const { known } = this.#walk;
    if (known === null || this.#isKnownSeen) return;
    this.#seq = known.seq;
    this.add("HEAD_DIFFERS", { expected: known.hash, got: null });
  }

  #content(row: EntryRow): void {
    if (!isKnownType(row.type)) {
      this.add("UNKNOWN_TYPE", { expected: "a known type", got: row.type });
    } else if (row.v < 1 || row.v > schemaVersionOf(row.type)) {
      this.add("UNKNOWN_VERSION", { expected: schemaVersionOf(row.type), got: row.v });
    }
    try {
      JSON.parse(row.data);
    } catch {
      this.add("DATA_UNREADABLE", { expected: "JSON", got: row.data.slice(0, 60) });
    }
  }

  #compareKnown(row: EntryRow): void {
    const { known } = this.#walk;
    if (known === null || row.seq !== known.seq) return;
    this.#isKnownSeen = true;
    if (row.hash !== known.hash) {
      this.add("HEAD_DIFFERS", { expected: known.hash, got: row.hash });
    }
  }

  #bootOf(number: number): string {
    return this.#walk.rows.bootOf(number) ?? "";
  }
}
