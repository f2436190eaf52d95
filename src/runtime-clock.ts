/**
 * The runtime's time: the wall clock while that goes forward, the monotonic one while it does not.
 *
 * The wall clock may be set back an hour, and every timer that trusted it would stand still for an hour.
 * So `now()` never goes back; it goes on from where it was. A wall clock that is suddenly far ahead means
 * that the host slept (the monotonic clock of Linux stops in suspend) or that somebody set it: then time
 * jumps ahead with it, and `takeJump()` says so once, because nobody was watching meanwhile.
 */

/** Ahead by more than this at one look is a jump, not drift. */
export const JUMP_MS = 5_000;

/** A time that never goes back. */
export interface Clock {
  /** ms since 1970, never smaller than before. */
  now(): number;
  /** ms since the runtime's start. */
  mono(): number;
  /** A moment of the wall clock in the runtime's time. */
  timeOf(wallMs: number): number;
  /** How far time has jumped ahead since this was last asked, in ms; `null` when it has not. */
  takeJump(): number | null;
}

/** A clock that does not start before `notBefore` (the last moment in the log). */
export function startClock(
  notBefore: number,
  wall: () => number = Date.now,
  mono: () => number = () => performance.now(),
): Clock {
  const monoStart = mono();
  let offset = Math.max(wall(), notBefore) - monoStart;
  let last = 0;
  let jumped = 0;
  const now = (): number => {
    const ahead = wall() - (mono() + offset);
    if (ahead > JUMP_MS) jumped += Math.round(ahead);
    // Drift is followed at each look, so that it never adds up to a jump.
    if (ahead > 0) offset += ahead;
    last = Math.max(last, Math.round(mono() + offset));
    return last;
  };
  const takeJump = (): number | null => {
    now();
    const taken = jumped === 0 ? null : jumped;
    jumped = 0;
    return taken;
  };
  return {
    now,
    mono: () => Math.round(mono() - monoStart),
    timeOf: (wallMs) => Math.min(now(), Math.round(now() - (wall() - wallMs))),
    takeJump,
  };
}
