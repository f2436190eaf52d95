/**
 * A stretch of the log whose readings are gone, as the hypothetical side goes through it.
 *
 * The idea: the stand-ins are no measurements, so they are told twice, under the changes and under the
 * recorded settings. What both say alike is an artefact or no difference: there the hypothetical side
 * goes where the record goes. Only where the two part is something that the changes have done.
 */
import type { Input, ReadingInput } from "../domain/input.ts";
import type { RuntimeState } from "../machines/runtime-state.ts";
import type { Comparison, Moved } from "./what-if-comparison.ts";
import { HypotheticalFold } from "./what-if-fold.ts";

/** The stretch from pruned readings to the checkpoint that says where they led. */
export class PrunedSpan {
  /** The last of the readings that are gone. */
  through = 0;
  /** True while the changes lead elsewhere than the recorded settings do. */
  isApart = false;
  readonly #comparison: Comparison;
  readonly #hypothetical: HypotheticalFold;
  #baseline: HypotheticalFold;
  #moves: Moved[] = [];

  constructor(comparison: Comparison, hypothetical: HypotheticalFold, recorded: RuntimeState) {
    this.#comparison = comparison;
    this.#hypothetical = hypothetical;
    this.#baseline = baselineOf(recorded);
    this.isApart = this.#isElsewhere();
  }

  /** The hypothetical fold moves; whether that counts is known when the baseline has heard it too. */
  moved(move: Moved): void {
    this.#moves.push(move);
  }

  reading(recorded: ReadingInput): void {
    this.#baseline.takeReading(recorded);
    this.#compare();
  }

  input(input: Input): void {
    this.#baseline.take(input, () => null);
    this.#compare();
  }

  /** A recorded transition is one of both sides as long as they are together. */
  recorded(move: Moved): void {
    if (!this.isApart) this.#comparison.moved("hypothetical", move);
  }

  /** A checkpoint says where the readings led. */
  settle(recorded: RuntimeState): void {
    this.#baseline = baselineOf(recorded);
    if (!this.isApart) this.#hypothetical.resume(recorded);
    this.#moves = [];
    this.isApart = this.#isElsewhere();
    this.#place();
  }

  #compare(): void {
    const moves = this.#moves;
    this.#moves = [];
    const wasApart = this.isApart;
    this.isApart = this.#isElsewhere();
    if (!wasApart && !this.isApart) return;
    for (const move of moves) this.#comparison.moved("hypothetical", move);
    this.#place();
  }

  #place(): void {
    const profile = this.isApart
      ? this.#hypothetical.state.chart.state.profile
      : this.#comparison.profileOf("actual");
    this.#comparison.placed("hypothetical", profile);
  }

  #isElsewhere(): boolean {
    const [one, other] = [this.#hypothetical, this.#baseline];
    return one.state.chart.state.profile !== other.state.chart.state.profile;
  }
}

function baselineOf(recorded: RuntimeState): HypotheticalFold {
  return new HypotheticalFold(recorded, { overrides: [], host: null }, () => {});
}
