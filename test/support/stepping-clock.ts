/** Virtual time: it moves when nothing but waiting is left, or when the test says so. */

/** A clock whose timers go off without anybody waiting for them. */
export interface SteppingClock {
  now(): number;
  timeOf(moment: number): number;
  after(ms: number, act: () => void): () => void;
  /** Moves on by `ms`; whatever is due goes off, in order. */
  advance(ms: number): void;
}

/** Longest pause that passes by itself; longer ones are limits, which pass when the test says so. */
const PAUSE_MOST_MS = 250;

/** A clock at 0. Pauses of at most 250 ms pass by themselves, at the next turn of the event loop. */
export function steppingClock(onStep: (now: number) => void = () => {}): SteppingClock {
  let now = 0;
  let last = 0;
  const timers = new Map<number, { readonly due: number; readonly act: () => void }>();
  const advance = (ms: number): void => {
    const until = now + ms;
    for (;;) {
      const next = [...timers].sort(([, a], [, b]) => a.due - b.due)[0];
      if (next === undefined || next[1].due > until) break;
      now = Math.max(now, next[1].due);
      timers.delete(next[0]);
      next[1].act();
    }
    now = until;
    onStep(now);
  };
  return {
    now: () => now,
    timeOf: (moment) => moment,
    after(ms, act) {
      last += 1;
      const id = last;
      timers.set(id, { due: now + ms, act });
      if (ms <= PAUSE_MOST_MS) setImmediate(() => timers.has(id) && advance(ms));
      return () => void timers.delete(id);
    },
    advance,
  };
}
