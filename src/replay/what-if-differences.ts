/**
 * Which transitions vanish, appear or move when two tellings of the history are laid side by side.
 *
 * The idea: two piles of slips. Equal slips at the same moment go away in pairs at once; a slip that has
 * waited ten minutes takes the nearest equal one of the other pile, else it is a difference of its own.
 * So no pile holds more than ten minutes. Rejected: comparing two whole lists at the end (a long log
 * would have to be in memory).
 */
import {
  LISTED_MAX,
  type Listed,
  type MovedStep,
  type StepView,
  type WhatIfView,
} from "./what-if-view.ts";

/** The same transition within this time has moved; beyond it, it is another one. */
const MOVED_MS = 600_000;

/** Most transitions that wait on one side; beyond it the oldest is settled early. */
const WAITING_MAX = 1000;

type SideName = "actual" | "hypothetical";

/** Takes the transitions of both sides in, in the order of time. */
export class Differences {
  readonly #waiting: Readonly<Record<SideName, StepView[]>> = { actual: [], hypothetical: [] };
  readonly #vanished = new Bounded<StepView>();
  readonly #appeared = new Bounded<StepView>();
  readonly #moved = new Bounded<MovedStep>();

  add(name: SideName, step: StepView): void {
    const others = this.#waiting[otherOf(name)];
    const twin = others.findIndex((other) => other.at === step.at && isSameStep(other, step));
    if (twin >= 0) {
      others.splice(twin, 1);
      return;
    }
    this.#waiting[name].push(step);
    if (this.#waiting[name].length > WAITING_MAX) this.#settle(name);
  }

  /** Settles what has waited long enough. */
  advance(now: number): void {
    this.#settleBefore(now - MOVED_MS);
  }

  view(): WhatIfView["differences"] {
    this.#settleBefore(Number.POSITIVE_INFINITY);
    return {
      vanished: this.#vanished.view(),
      appeared: this.#appeared.view(),
      moved: this.#moved.view(),
    };
  }

  #settleBefore(bound: number): void {
    for (;;) {
      const [actual, hypothetical] = [this.#waiting.actual[0], this.#waiting.hypothetical[0]];
      const isActualFirst = (actual?.at ?? bound) <= (hypothetical?.at ?? bound);
      const first = isActualFirst ? actual : hypothetical;
      if (first === undefined || first.at >= bound) return;
      this.#settle(isActualFirst ? "actual" : "hypothetical");
    }
  }

  /** Settles the oldest of a side. */
  #settle(name: SideName): void {
    const step = this.#waiting[name].shift();
    if (step === undefined) return;
    const other = this.#takeNearest(otherOf(name), step);
    if (other === null) (name === "actual" ? this.#vanished : this.#appeared).add(step);
    else this.#moved.add(name === "actual" ? movedOf(step, other) : movedOf(other, step));
  }

  #takeNearest(name: SideName, step: StepView): StepView | null {
    const pile = this.#waiting[name];
    let found = -1;
    let best = MOVED_MS + 1;
    for (const [index, other] of pile.entries()) {
      const distance = Math.abs(other.at - step.at);
      if (distance >= best || !isSameStep(other, step)) continue;
      found = index;
      best = distance;
    }
    return found < 0 ? null : (pile.splice(found, 1)[0] ?? null);
  }
}

class Bounded<Item> {
  readonly #list: Item[] = [];
  #total = 0;

  add(item: Item): void {
    this.#total += 1;
    if (this.#list.length < LISTED_MAX) this.#list.push(item);
  }

  view(): Listed<Item> {
    return { total: this.#total, list: this.#list };
  }
}

function otherOf(name: SideName): SideName {
  return name === "actual" ? "hypothetical" : "actual";
}

function isSameStep(one: StepView, other: StepView): boolean {
  return one.from === other.from && one.to === other.to && one.code === other.code;
}

function movedOf(actual: StepView, hypothetical: StepView): MovedStep {
  return {
    ...actual,
    hypothetical_seq: hypothetical.seq,
    hypothetical_at: hypothetical.at,
    delta_ms: hypothetical.at - actual.at,
  };
}
