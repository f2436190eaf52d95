/** What a whole simulation came to: how often it moved, why, and how long it was where. */
import type { Reason } from "../domain/reason.ts";
import { isStepUp } from "../domain/rung.ts";
import type { SimulateAnswer, SimulateRefusal } from "./simulate.ts";
import { Side } from "./what-if-side.ts";
import type { SideView } from "./what-if-view.ts";

/** One step of the profile. */
export interface SummaryStep {
  readonly at: number;
  readonly reason: Reason;
}

/** A line that was refused. */
export interface SummaryRefusal {
  /** Number of the line in what was read, 1 and up. */
  readonly line: number;
  readonly message: string;
}

/** The summary; times in ms of the lines' own clock. */
export interface SummaryView
  extends Pick<
    SideView,
    "transitions" | "steps_per_hour" | "time_per_rung_ms" | "by_reason" | "local_share"
  > {
  /** Lines that got an answer, those that were refused among them. */
  readonly lines: number;
  readonly refused: number;
  /** The first ones. */
  readonly refusals: readonly SummaryRefusal[];
  readonly first_at: number | null;
  readonly last_at: number | null;
  readonly duration_ms: number;
  /** Shortest time from a step down to the next step up; `null` = there was none. */
  readonly quickest_return_ms: number | null;
  /** Shortest time from a step up to the next step down. */
  readonly quickest_relapse_ms: number | null;
  readonly profile: string;
  /** The first ones; `transitions` counts all. */
  readonly steps: readonly SummaryStep[];
}

/** Steps and refused lines that are kept. */
const KEPT_MAX = 1000;

/** Adds up the answers of a simulation. */
export class Summary {
  readonly #side = new Side("detecting");
  readonly #steps: SummaryStep[] = [];
  readonly #refusals: SummaryRefusal[] = [];
  #lines = 0;
  #refused = 0;
  #firstAt: number | null = null;
  #lastAt: number | null = null;
  #lastStep: { readonly at: number; readonly isUp: boolean } | null = null;
  #return: number | null = null;
  #relapse: number | null = null;

  /** Adds the answer to the line of this number. */
  add(answer: SimulateAnswer | SimulateRefusal, line: number): void {
    this.#lines += 1;
    if ("error" in answer) {
      this.#refused += 1;
      const { message } = answer.error;
      if (this.#refusals.length < KEPT_MAX) this.#refusals.push({ line, message });
      return;
    }
    const { at } = answer;
    if (this.#lastAt !== null) this.#side.spend(at - this.#lastAt);
    this.#firstAt ??= at;
    this.#lastAt = at;
    for (const { to, reason } of answer.transitions) {
      this.#side.move({ seq: line, at, to, reason });
      this.#remember(at, reason);
    }
  }

  view(): SummaryView {
    const duration = this.#lastAt === null ? 0 : this.#lastAt - (this.#firstAt ?? this.#lastAt);
    const { transitions, steps_per_hour, time_per_rung_ms, by_reason, local_share } =
      this.#side.view(duration);
    return {
      lines: this.#lines,
      refused: this.#refused,
      first_at: this.#firstAt,
      last_at: this.#lastAt,
      duration_ms: duration,
      profile: this.#side.profile,
      transitions,
      steps_per_hour,
      quickest_return_ms: this.#return,
      quickest_relapse_ms: this.#relapse,
      time_per_rung_ms,
      local_share,
      by_reason,
      steps: this.#steps,
      refusals: this.#refusals,
    };
  }

  #remember(at: number, reason: Reason): void {
    if (this.#steps.length < KEPT_MAX) this.#steps.push({ at, reason });
    const isUp = isStepUp(reason.from, reason.to);
    const last = this.#lastStep;
    this.#lastStep = { at, isUp };
    if (last === null || last.isUp === isUp) return;
    const apart = at - last.at;
    if (isUp) this.#return = Math.min(this.#return ?? apart, apart);
    else this.#relapse = Math.min(this.#relapse ?? apart, apart);
  }
}
