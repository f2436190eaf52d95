/**
 * Verify: walk the chain, fold every input again, and compare what follows with what stands there.
 *
 * The idea: the log is a witness, so it is questioned twice: was it altered (the chain), and could it
 * have happened so (the fold). Where something is broken or was pruned, the fold cannot go on; it
 * takes up again at the next checkpoint, so that one damage does not hide the next. Rejected: stopping
 * at the first difference (a person wants to know how much is wrong).
 */
import type { Input } from "../domain/input.ts";
import type { Output } from "../domain/output.ts";
import { differenceOf } from "../domain/same-data.ts";
import { inputOf, outputOf } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import { CHAIN_FINDINGS, type ChainFinding, type ChainHead, MAX_FINDINGS } from "../log/finding.ts";
import type { CheckedPiece, LogPiece, ReadingRun } from "../log/piece.ts";
import { readingAt } from "../log/reading-columns.ts";
import type { LogStore } from "../log/store.ts";
import { checkpointOf, initialState, type RuntimeState } from "../machines/runtime-state.ts";
import { type CheckpointData, firstState, restoredFrom } from "./checkpoint.ts";
import { decide } from "./fold.ts";

/** Everything that verify can find; closed. */
export const FINDINGS = [
  ...CHAIN_FINDINGS,
  "MACHINE_DIFFERS",
  "INPUT_REFUSED",
  "OUTPUT_DIFFERS",
  "OUTPUT_MISSING",
  "OUTPUT_EXTRA",
  "CHECKPOINT_DIFFERS",
] as const;
export type FindingCode = (typeof FINDINGS)[number];

/** One difference, of the chain or of the fold. */
export interface Finding extends Omit<ChainFinding, "code"> {
  readonly code: FindingCode;
}

/** How far a long run is. */
export interface Progress {
  readonly seq: number;
  readonly through: number;
}

/** What verify answers. */
export interface VerifyView {
  /** True only when there is no finding. */
  readonly ok: boolean;
  /** At most 100, in the order of the log. */
  readonly findings: readonly Finding[];
  /** True when there are more than 100. */
  readonly truncated: boolean;
  /** First and last number that were looked at; `null` in an empty log. */
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly entries: number;
  readonly readings: number;
  /** Readings after the last entry: in no hash yet. */
  readonly unsealed_readings: number;
  /** Readings that retention has removed; what followed from them was not recomputed. */
  readonly pruned_readings: number;
  readonly outputs_compared: number;
  readonly checkpoints_compared: number;
  /** The last link of the chain: keep it elsewhere to find a cut tail or a rewritten log. */
  readonly head: ChainHead | null;
  readonly machine_hash: string;
}

/** The log and what it is compared with. */
export interface VerifyOptions {
  readonly log: Pick<LogStore, "checkedPieces" | "start" | "read" | "head">;
  readonly machineHash: string;
  /** A link that was kept elsewhere. */
  readonly known?: ChainHead | undefined;
}

/** Runs in small steps, each of at most one run of readings; answers the report at its end. */
export function* verifyLog(options: VerifyOptions): Generator<Progress, VerifyView> {
  const witness = new Witness(options);
  const through = options.log.head()?.seq ?? 0;
  for (const checked of options.log.checkedPieces(options.known)) {
    witness.hear(checked);
    if (witness.findings.length > MAX_FINDINGS) break;
    yield { seq: witness.lastSeq ?? 0, through };
  }
  return witness.report(options.log.head()?.chain ?? null);
}

class Witness {
  readonly findings: Finding[] = [];
  lastSeq: number | null = null;
  readonly #machineHash: string;
  readonly #counts = {
    entries: 0,
    readings: 0,
    unsealed: 0,
    pruned: 0,
    outputs: 0,
    checkpoints: 0,
  };
  #firstSeq: number | null = null;
  /** `null` = not known until the next checkpoint of this machine. */
  #state: RuntimeState | null;
  #isOwn = true;
  #isGapOpen = false;
  /** Readings up to this number were pruned: a checkpoint among them is no place to go on from. */
  #prunedThrough = 0;
  /** What must still stand in the log after the input `cause`. */
  #owed: readonly Output[] = [];
  #cause = 0;

  constructor({ log, machineHash }: VerifyOptions) {
    this.#machineHash = machineHash;
    const isWhole = log.start().floor === null;
    this.#state = isWhole ? initialState() : firstState(log, machineHash).state;
  }

  hear({ piece, findings, isBroken }: CheckedPiece): void {
    for (const finding of findings) this.#add(finding);
    if (isBroken && !isOnlyOutput(piece, findings)) this.#forget();
    if (piece === null) return;
    switch (piece.kind) {
      case "pruned":
        this.#counts.pruned += piece.seal.count;
        this.#prunedThrough = piece.seal.last_seq;
        this.#forget();
        return;
      case "readings":
        this.#readings(piece.run);
        return;
      case "entry":
        this.#see(piece.entry.seq);
        this.#counts.entries += 1;
        this.#counts.unsealed = 0;
        this.#entry(piece.entry, isBroken);
        return;
    }
  }

  report(head: ChainHead | null): VerifyView {
    this.#settle();
    const { entries, readings, unsealed, pruned, outputs, checkpoints } = this.#counts;
    return {
      ok: this.findings.length === 0,
      findings: this.findings.slice(0, MAX_FINDINGS),
      truncated: this.findings.length > MAX_FINDINGS,
      first_seq: this.#firstSeq,
      last_seq: this.lastSeq,
      entries,
      readings,
      unsealed_readings: unsealed,
      pruned_readings: pruned,
      outputs_compared: outputs,
      checkpoints_compared: checkpoints,
      head,
      machine_hash: this.#machineHash,
    };
  }

  #add(finding: Finding): void {
    if (this.findings.length <= MAX_FINDINGS) this.findings.push(finding);
  }

  #see(seq: number): void {
    this.#firstSeq ??= seq;
    this.lastSeq = seq;
  }

  #forget(): void {
    this.#state = null;
    this.#owed = [];
  }

  #readings({ columns, from, to }: ReadingRun): void {
    const { seq } = columns.numbers;
    this.#see(seq[from] as number);
    this.#see(seq[to - 1] as number);
    this.#counts.readings += to - from;
    this.#counts.unsealed += to - from;
    for (let place = from; place < to && this.#state !== null; place += 1) {
      this.#settle();
      this.#fold(this.#state, readingAt(columns, place), seq[place] as number);
    }
  }

  #fold(before: RuntimeState, input: Input, seq: number): void {
    try {
      const { state, outputs } = decide(before, input);
      this.#state = state;
      if (outputs.length > 0) this.#owe(outputs, seq);
    } catch (error) {
      const got = error instanceof Error ? error.message : String(error);
      this.#add({ code: "INPUT_REFUSED", seq, expected: `a ${input.type}`, got });
      this.#forget();
    }
  }

  #entry(entry: Entry, isBroken: boolean): void {
    if (entry.kind === "input") this.#input(entry);
    else if (entry.kind === "output") this.#output(entry, isBroken);
    else this.#checkpoint(entry, isBroken);
  }

  #input(entry: Entry): void {
    this.#settle();
    const input = inputOf(entry);
    if (input.type === "runtime.started") {
      this.#isOwn = input.machine_hash === this.#machineHash;
      const [expected, got] = [this.#machineHash, input.machine_hash];
      if (!this.#isOwn) this.#add({ code: "MACHINE_DIFFERS", seq: entry.seq, expected, got });
    }
    if (input.type === "log.gap") this.#isGapOpen = true;
    if (this.#state !== null) this.#fold(this.#state, input, entry.seq);
  }

  #owe(outputs: readonly Output[], cause: number): void {
    this.#owed = this.#isOwn ? outputs : [];
    this.#cause = cause;
  }

  /** What is owed and did not come. */
  #settle(): void {
    for (const { type } of this.#owed) {
      this.#add({ code: "OUTPUT_MISSING", seq: this.#cause, expected: type, got: null });
    }
    if (this.#owed.length > 0) this.#owed = [];
  }

  #output(entry: Entry, isBroken: boolean): void {
    if (this.#state === null || !this.#isOwn) return;
    const [next, ...rest] = this.#owed;
    if (next === undefined || entry.cause !== this.#cause) {
      this.#add({ code: "OUTPUT_EXTRA", seq: entry.seq, expected: null, got: entry.type });
      return;
    }
    this.#owed = rest;
    this.#counts.outputs += 1;
    // The walk along the chain has named it already.
    if (isBroken) return;
    const got = outputOf(entry);
    const path = differenceOf(next, got);
    if (path === null) return;
    const [expected, found] = [next, got].map((output) => valueAt(output, path));
    const at = path === "" ? entry.type : path;
    const said = { expected: `${at}: ${expected}`, got: `${at}: ${found}` };
    this.#add({ code: "OUTPUT_DIFFERS", seq: entry.seq, ...said });
  }

  #checkpoint(entry: Entry, isBroken: boolean): void {
    this.#settle();
    if (isBroken) return;
    const state = restoredFrom(entry, this.#machineHash);
    if (this.#state === null || this.#isGapOpen) {
      if (state !== null && entry.seq > this.#prunedThrough) this.#state = state;
      this.#isGapOpen = false;
      return;
    }
    if (!this.#isOwn) return;
    this.#counts.checkpoints += 1;
    const data = entry.data as Partial<CheckpointData> | null;
    const path =
      data?.machine_hash === this.#machineHash
        ? differenceOf(checkpointOf(this.#state), data.state)
        : "machine_hash";
    if (path === null) return;
    const expected = `${path}: ${valueAt(checkpointOf(this.#state), path)}`;
    const got = `${path}: ${valueAt(data?.state, path)}`;
    this.#add({ code: "CHECKPOINT_DIFFERS", seq: entry.seq, expected, got });
  }
}

/** An altered output or checkpoint says nothing about the state that the fold is in. */
function isOnlyOutput(piece: LogPiece | null, findings: CheckedPiece["findings"]): boolean {
  if (piece?.kind !== "entry" || piece.entry.kind === "input") return false;
  return findings.every(({ code }) => code === "ENTRY_ALTERED" || code === "HEAD_DIFFERS");
}

/** Longest text of a value in a finding, in characters. */
const VALUE_MAX = 80;

function valueAt(data: unknown, path: string): string {
  const value = path === "" ? data : path.split(".").reduce(inside, data);
  return (JSON.stringify(value) ?? "nothing").slice(0, VALUE_MAX);
}

function inside(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
