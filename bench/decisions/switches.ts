/**
 * Switches and flaps of a run. A switch is a change of rung. A flap is two opposite switches in a row
 * less than 60 s apart (or five intervals, where those are longer). They are of two kinds: down and up
 * again sooner than the dwell (60 s), which must not happen, and up and then down again, which must stay
 * possible (a hard sample is answered at once).
 */

/** When a rung was taken; `level` counts from the best. */
export interface Held {
  readonly at: number;
  readonly level: number;
}

export interface Switches {
  readonly count: number;
  /** Down, and up again within the window. */
  readonly downThenUp: number;
  /** Up, and down again within the window. */
  readonly upThenDown: number;
}

const FLAP_MS = 60_000;
const FLAP_INTERVALS = 5;

/** A change of rung. */
interface Change {
  readonly at: number;
  readonly isDown: boolean;
}

/** The changes of rung of a run, in order. */
function changesOf(run: readonly Held[]): readonly Change[] {
  return run.flatMap(({ at, level }, index) => {
    const before = run[index - 1];
    return before === undefined || before.level === level
      ? []
      : [{ at, isDown: level > before.level }];
  });
}

/** The changes that make a flap with the one before. */
export function flapsIn(run: readonly Held[], intervalMs: number): readonly Change[] {
  const windowMs = Math.max(FLAP_MS, FLAP_INTERVALS * intervalMs);
  const changes = changesOf(run);
  return changes.filter(({ at, isDown }, index) => {
    const before = changes[index - 1];
    return before !== undefined && before.isDown !== isDown && at - before.at < windowMs;
  });
}

/** Counts the switches of a run. */
export function switchesOf(run: readonly Held[], intervalMs: number): Switches {
  const flaps = flapsIn(run, intervalMs);
  const upThenDown = flaps.filter(({ isDown }) => isDown).length;
  return {
    count: changesOf(run).length,
    downThenUp: flaps.length - upThenDown,
    upThenDown,
  };
}
