/**
 * The runtime's time: starts at the wall clock and then goes by the monotonic one.
 *
 * The wall clock may be set back an hour, and every timer that trusted it would stand still for an hour.
 * So `now()` never goes back. A wall clock that is far ahead means that the host slept (the monotonic
 * clock of Linux stops in suspend) or that somebody set it: then time jumps ahead with it, once.
 */

/** Ahead by more than this is a jump, not drift. */
const JUMP_MS = 5_000;

export interface Clock {
  /** ms since 1970, never smaller than before. */
  now(): number;
  /** ms since the runtime's start. */
  mono(): number;
  /** A moment of the wall clock in the runtime's time. */
  timeOf(wallMs: number): number;
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
  const now = (): number => {
    const ahead = wall() - (mono() + offset);
    if (ahead > JUMP_MS) offset += ahead;
    last = Math.max(last, Math.round(mono() + offset));
    return last;
  };
  return {
    now,
    mono: () => Math.round(mono() - monoStart),
    timeOf: (wallMs) => Math.min(now(), Math.round(now() - (wall() - wallMs))),
  };
}
