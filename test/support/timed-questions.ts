/** Questions about whole histories, answered on the steps that a timed walk has kept. */
import { MOVES, type TimedWalk } from "./timed-walk.ts";

/** The ways back by calm inputs. */
export interface WayBack {
  /** Ticks of the longest one. */
  readonly longest: number;
  /** States from which calm inputs lead round in a circle. */
  readonly stranded: number;
  /** States from which the way leads beyond the bound of the walk. */
  readonly unseen: number;
}

/**
 * How many calm readings lead from each state to the best rung (P10): the hold is cleared and the cloud
 * answers first, where the walk knows these inputs.
 */
export function waysBack({ letters, next, states, isHome }: TimedWalk): WayBack {
  const letterOf = (name: string) => letters.findIndex((letter) => letter.name === name);
  const calm = letterOf("vram calm, memory calm");
  const first = ["hold cleared", "cloud answers"].map(letterOf).filter((letter) => letter >= 0);
  const to = (state: number, letter: number) => next[state * letters.length + letter] as number;
  let [longest, stranded, unseen] = [0, 0, 0];
  for (let state = 0; state < states; state += 1) {
    let place = state;
    for (const letter of first) place = place < 0 ? place : to(place, letter);
    let ticks = 0;
    while (place >= 0 && isHome[place] === 0 && ticks <= states) {
      place = to(place, calm);
      ticks += 1;
    }
    if (place < 0) unseen += 1;
    else if (ticks > states) stranded += 1;
    else longest = Math.max(longest, ticks);
  }
  return { longest, stranded, unseen };
}

/**
 * The most reversals (a step down, later one up) that any inputs can bring about in so many ticks (P11),
 * from any state. `isEach` counts escapes too, and lets one input that takes no time come between two
 * readings; else only climbs count, and such inputs may come in any number.
 */
export function mostReversals(walk: TimedWalk, ticks: number, isEach = false): number {
  const { letters, states } = walk;
  const readings = letters.flatMap(({ reading }, letter) => (reading === null ? [] : [letter]));
  const others = letters.flatMap(({ reading }, letter) => (reading === null ? [letter] : []));
  let best = new Int32Array(states);
  const through = (from: Int32Array, state: number, among: readonly number[]): number => {
    let most = -1;
    for (const letter of among) {
      const step = state * letters.length + letter;
      const to = walk.next[step] as number;
      const gain = isReversal(walk, state, step, isEach) ? 1 : 0;
      most = Math.max(most, gain + (to < 0 ? 0 : (from[to] as number)));
    }
    return most;
  };
  for (let tick = 0; tick < ticks; tick += 1) {
    const after = new Int32Array(states);
    for (let state = 0; state < states; state += 1) after[state] = through(best, state, readings);
    let hasMoved = true;
    for (let round = 0; hasMoved && (!isEach || round < 1); round += 1) {
      hasMoved = false;
      const before = after.slice();
      for (let state = 0; state < states; state += 1) {
        const most = through(isEach ? before : after, state, others);
        if (most <= (after[state] as number)) continue;
        after[state] = most;
        hasMoved = true;
      }
    }
    best = after;
  }
  return best.reduce((one, other) => Math.max(one, other), 0);
}

function isReversal({ moves, isDown }: TimedWalk, state: number, step: number, isEach: boolean) {
  const move = MOVES[moves[step] as number];
  return isDown[state] === 1 && (move === "climb" || (isEach && move === "escape"));
}
