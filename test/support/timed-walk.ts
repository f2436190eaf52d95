/**
 * A breadth-first walk over the real `step`, sensing and chart together, on a clock of ticks: every input
 * of an alphabet from every state, until nothing new is found or a bound is reached.
 *
 * A state is the runtime's normal form (`timed-normal.ts`) and what a witness saw (`timed-rules.ts`). The
 * steps between the states are kept, so that questions about whole histories can be answered on them.
 */

import type { Input } from "../../src/domain/input.ts";
import { step } from "../../src/machines/decider.ts";
import type { Decision, RuntimeState } from "../../src/machines/runtime-state.ts";
import { NOW, normalForms } from "./timed-normal.ts";
import { FIRST_WITNESS, type Judgement, judged, type Witness } from "./timed-rules.ts";
import { type Letter, lettersOf, startOf, TICK_MS, type TimedScope } from "./timed-scope.ts";

const FAULTS_MAX = 20;

/** A decider; a deliberately broken one must be caught. */
export type Decide = (state: RuntimeState, input: Input) => Decision;

export interface TimedWalkOptions {
  readonly scope: TimedScope;
  /** States after which no new one is taken in. */
  readonly most: number;
  /** Default: the real one. */
  readonly decide?: Decide;
}

/** What was found. */
export interface TimedWalk {
  readonly letters: readonly Letter[];
  readonly states: number;
  readonly transitions: number;
  /** False: the bound was reached, and what lies behind it was not seen. */
  readonly isWhole: boolean;
  /** Inputs from the start to the farthest state. */
  readonly depth: number;
  /** Each kind of fault once, with the inputs that lead to it. */
  readonly faults: readonly string[];
  /** Where each letter leads from each state, by `state × letters + letter`; -1 = beyond the bound. */
  readonly next: Int32Array;
  readonly moves: Uint8Array;
  /** 1 = the last step of the profile was down. */
  readonly isDown: Uint8Array;
  /** 1 = on the best rung, entered, with no hold. */
  readonly isHome: Uint8Array;
}

/** How a move stands in `moves`. */
export const MOVES: readonly Judgement["move"][] = ["none", "down", "climb", "escape"];

interface Found {
  readonly state: RuntimeState;
  readonly witness: Witness;
  readonly depth: number;
  /** The state and the letter by which it was found first. */
  readonly from: number;
  readonly letter: number;
}

/** Walks the scope. */
export function walkTimed({ scope, most, decide = step }: TimedWalkOptions): TimedWalk {
  const letters = lettersOf(scope);
  const start = startOf(scope);
  const forms = normalForms(start);
  const found: Found[] = [];
  const index = new Map<string, number>();
  const kinds = new Map<string, string>();
  const next = new Int32Array(most * letters.length).fill(-1);
  const moves = new Uint8Array(most * letters.length);
  let isWhole = true;
  let transitions = 0;
  const take = (state: RuntimeState, witness: Witness, trace: Omit<Found, "state" | "witness">) => {
    const form = forms.of(state);
    const key = `${forms.keyOf(form)}|${Object.values(witness).join()}`;
    const known = index.get(key);
    if (known !== undefined) return known;
    if (found.length >= most) {
      isWhole = false;
      return -1;
    }
    index.set(key, found.length);
    return found.push({ state: form, witness, ...trace }) - 1;
  };
  take(start, FIRST_WITNESS, { depth: 0, from: -1, letter: -1 });
  for (let from = 0; from < found.length; from += 1) {
    const before = found[from] as Found;
    letters.forEach((letter, at) => {
      const input = letter.inputAt(letter.reading === null ? NOW : NOW + TICK_MS);
      const decision = decide(before.state, input);
      const { witness, faults, move } = judged(before, letter, decision);
      transitions += 1;
      const trace = { depth: before.depth + 1, from, letter: at };
      for (const fault of faults) {
        if (kinds.has(fault) || kinds.size >= FAULTS_MAX) continue;
        kinds.set(fault, pathTo(found, letters, trace));
      }
      next[from * letters.length + at] = take(decision.state, witness, trace);
      moves[from * letters.length + at] = MOVES.indexOf(move);
    });
  }
  const states = found.length;
  return {
    letters,
    states,
    transitions,
    isWhole,
    depth: found.at(-1)?.depth ?? 0,
    faults: [...kinds].map(([fault, path]) => `${fault} after ${path}`),
    next: next.subarray(0, states * letters.length),
    moves: moves.subarray(0, states * letters.length),
    isDown: Uint8Array.from(found, ({ witness }) => Number(witness.lastStep === "down")),
    isHome: Uint8Array.from(found, ({ state }) => Number(isHome(state))),
  };
}

function isHome({ chart, sensing }: RuntimeState): boolean {
  const { profile, hold } = chart.state;
  return profile.endsWith(".nominal") && hold === "free" && !sensing.ladder.isEntryPending;
}

/** The inputs that lead to a step, for a person to follow. */
function pathTo(
  found: readonly Found[],
  letters: readonly Letter[],
  last: Pick<Found, "from" | "letter">,
): string {
  const names: string[] = [];
  for (let each = last; each.from >= 0; each = found[each.from] as Found) {
    names.push((letters[each.letter] as Letter).name);
  }
  return names.reverse().join("; ");
}
