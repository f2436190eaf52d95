/**
 * What-if: the recorded inputs once more, under other settings or on another host, beside what happened.
 *
 * The idea: two tellings of one diary. What happened is read from the recorded transitions, so that it
 * is the truth also where readings are gone or another version decided; what would have happened comes
 * from the same fold as live. Measurements are held fixed: had the policy been another, the curve itself
 * would have been another, and nobody can know that one. Memory is flat: both tellings are compared as
 * they go. Rejected: folding the recorded side too (that is what verify is for).
 */
import type { Input, ReadingInput, ReadingsSealed } from "../domain/input.ts";
import type { TransitionOutput } from "../domain/output.ts";
import { inputOf, outputOf } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import type { LogPiece, ReadingRun } from "../log/piece.ts";
import { readingAt } from "../log/reading-columns.ts";
import type { LogStore } from "../log/store.ts";
import type { RuntimeState } from "../machines/runtime-state.ts";
import { type CheckpointData, firstState, restoredFrom } from "./checkpoint.ts";
import { stateAt } from "./moment.ts";
import type { Progress } from "./verify.ts";
import { tryChanges, tryOn, type WhatIfChanges } from "./what-if-changes.ts";
import { Comparison } from "./what-if-comparison.ts";
import { HypotheticalFold } from "./what-if-fold.ts";
import { StandIns } from "./what-if-pruned.ts";
import { PrunedSpan } from "./what-if-span.ts";
import type { WhatIfView } from "./what-if-view.ts";

/** What of a log a what-if needs. */
export type WhatIfLog = Pick<LogStore, "pieces" | "read" | "start" | "head" | "lastCheckpoint">;

/** The log, and what is to be changed. */
export interface WhatIfOptions {
  readonly log: WhatIfLog;
  readonly machineHash: string;
  readonly changes: WhatIfChanges;
}

/**
 * Runs in small steps, each of at most one run of readings; answers the comparison at its end. Throws
 * RP_CONFIGURATION at its first step when the changes are impossible.
 */
export function* whatIf(options: WhatIfOptions): Generator<Progress, WhatIfView> {
  const { log, machineHash, changes } = options;
  const start = firstState(log, machineHash);
  const isPruned = log.start().floor !== null;
  const hasConfiguration = tryChanges(log, start.seq, changes);
  const isFromStart = isPruned || !hasConfiguration;
  if (isFromStart) tryOn(start.state.configuration, changes);
  const telling = new Telling(options, start.state);
  if (isPruned) telling.beginAt(log.read({ after: start.seq - 1, limit: 1 })[0] ?? null);
  if (isFromStart) telling.changeAtStart();
  const through = log.head()?.seq ?? 0;
  for (const piece of log.pieces({ after: start.seq, through })) {
    telling.hear(piece);
    yield { seq: telling.lastSeq, through };
  }
  return telling.end();
}

class Telling {
  lastSeq = 0;
  readonly #log: WhatIfLog;
  readonly #machineHash: string;
  readonly #fold: HypotheticalFold;
  readonly #comparison: Comparison;
  /** Readings of a pruned block that are still to come. */
  #standIns: StandIns | null = null;
  /** Not `null` from pruned readings to the checkpoint behind them. */
  #span: PrunedSpan | null = null;
  #isGapOpen = false;

  constructor({ log, machineHash, changes }: WhatIfOptions, start: RuntimeState) {
    this.#log = log;
    this.#machineHash = machineHash;
    const until = log.head()?.at ?? 0;
    this.#comparison = new Comparison(start.chart.state.profile, changes, until);
    const onMove = (output: TransitionOutput, at: number): void => {
      const move = { seq: this.lastSeq, at, ...output };
      if (this.#span === null) this.#comparison.moved("hypothetical", move);
      else this.#span.moved(move);
    };
    this.#fold = new HypotheticalFold(start, changes, onMove);
  }

  /** What happened before the first kept entry stands in the checkpoint there, whoever wrote it. */
  beginAt(checkpoint: Entry | null): void {
    this.#comparison.remark("STARTS_LATE");
    if (checkpoint?.kind !== "checkpoint") return;
    this.#placeActual(checkpoint);
    const data = checkpoint.data as Partial<CheckpointData> | null;
    if (data?.machine_hash !== this.#machineHash) this.#comparison.note("MACHINE_DIFFERS");
  }

  changeAtStart(): void {
    this.#fold.begin();
    this.#comparison.placed("hypothetical", this.#fold.state.chart.state.profile);
  }

  hear(piece: LogPiece): void {
    switch (piece.kind) {
      case "readings":
        this.#standIn(Number.POSITIVE_INFINITY);
        this.#readings(piece.run);
        return;
      case "pruned":
        this.#standIn(Number.POSITIVE_INFINITY);
        this.#pruned(piece.seal);
        return;
      case "entry":
        this.#standIn(piece.entry.at);
        this.#entry(piece.entry);
        return;
    }
  }

  end(): WhatIfView {
    this.#standIn(Number.POSITIVE_INFINITY);
    for (const remark of this.#fold.remarks()) this.#comparison.remark(remark);
    const { recorded, recordedHost, state } = this.#fold;
    return this.#comparison.view({
      ...{ from: recorded, to: state.configuration },
      host: { from: recordedHost, to: state.host },
    });
  }

  #readings({ columns, from, to }: ReadingRun): void {
    const { seq } = columns.numbers;
    for (let place = from; place < to; place += 1) {
      this.#reading(seq[place] as number, readingAt(columns, place));
    }
    this.#comparison.counts.readings += to - from;
  }

  #reading(seq: number, recorded: ReadingInput): void {
    this.lastSeq = seq;
    const hypothetical = this.#fold.readingOf(recorded);
    this.#comparison.heardReading({ seq, recorded, hypothetical }, this.#fold.recorded.thresholds);
    this.#fold.takeReading(hypothetical);
    this.#span?.reading(recorded);
  }

  #pruned(seal: ReadingsSealed): void {
    this.#comparison.note("READINGS_PRUNED");
    this.#comparison.counts.pruned += seal.count;
    this.#standIns = new StandIns(seal);
    if (this.#span === null) {
      const { state } = stateAt(this.#log, this.#machineHash, seal.first_seq - 1);
      this.#span = new PrunedSpan(this.#comparison, this.#fold, state);
    }
    this.#span.through = seal.last_seq;
  }

  /** Readings that are gone come in between the entries that are not, by their time. */
  #standIn(until: number): void {
    if (this.#standIns === null) return;
    let next = this.#standIns.next(until);
    while (next !== null) {
      this.#reading(next.seq, next.reading);
      next = this.#standIns.next(until);
    }
    if (until === Number.POSITIVE_INFINITY) this.#standIns = null;
  }

  #entry(entry: Entry): void {
    if (entry.kind === "input") this.#input(entry.seq, inputOf(entry));
    else if (entry.type === "transition") this.#transition(entry);
    else if (entry.kind === "checkpoint") this.#checkpoint(entry);
    this.#comparison.saw(entry.seq);
  }

  #input(seq: number, input: Input): void {
    this.lastSeq = seq;
    this.#comparison.heard(seq, input);
    if (input.type === "runtime.started" && input.machine_hash !== this.#machineHash)
      this.#comparison.note("MACHINE_DIFFERS");
    if (input.type === "log.gap") {
      this.#isGapOpen = true;
      this.#comparison.remark("GAP_IN_LOG");
    }
    this.#fold.take(input, () => this.#inputAfter(seq));
    this.#span?.input(input);
  }

  #inputAfter(seq: number): Input | null {
    const [entry] = this.#log.read({ after: seq, limit: 1, kind: "input" });
    return entry === undefined ? null : inputOf(entry);
  }

  #transition(entry: Entry): void {
    const output = outputOf(entry) as TransitionOutput;
    const move = { ...output, seq: entry.cause ?? entry.seq, at: entry.at };
    this.#comparison.moved("actual", move);
    this.#span?.recorded(move);
  }

  /** What was lost in a gap stands in the checkpoint that was written with it. */
  #checkpoint(entry: Entry): void {
    this.#placeActual(entry);
    if (!this.#isGapOpen && this.#span === null) return;
    const state = restoredFrom(entry, this.#machineHash);
    const isBridge = this.#isGapOpen;
    this.#isGapOpen = false;
    if (state === null) return;
    this.#span?.settle(state);
    if (this.#span !== null && entry.seq > this.#span.through) this.#span = null;
    if (!isBridge || this.#span !== null) return;
    this.#fold.bridge(state);
    this.#comparison.placed("hypothetical", this.#fold.state.chart.state.profile);
  }

  #placeActual({ data }: Entry): void {
    const profile = (data as Partial<CheckpointData> | null)?.state?.chart?.state?.profile;
    if (typeof profile === "string") this.#comparison.placed("actual", profile);
  }
}
