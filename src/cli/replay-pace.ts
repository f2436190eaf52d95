/**
 * The pace of a replay in a terminal: how long to wait between two steps, and the keys.
 *
 * The idea: a film of a log. Hours of calm pass in a moment, and a person can stop the film, go on
 * step by step, or run it faster. Without a terminal there is nobody to wait for.
 */
import { setTimeout as wait } from "node:timers/promises";

/** How fast, and whether somebody may press keys. */
export interface PaceOptions {
  /** Times as fast as it happened. */
  readonly speed: number;
  /** Waits for a key at every step. */
  readonly isStepping: boolean;
  /** Ends every wait. */
  readonly ending: AbortSignal;
}

/** Waits as a person wants it. */
export interface Pace {
  /** Waits for so many ms of the log, or for a key. */
  pass(ms: number): Promise<void>;
  readonly speed: number;
  readonly isPaused: boolean;
  /** Aborted when the person has had enough. */
  readonly quit: AbortSignal;
  /** Gives the keyboard back. */
  release(): void;
}

/** Longest wait between two steps in ms, however long the calm was. */
const WAIT_MAX_MS = 2500;

/** Time between two looks at the keys, in ms. */
const LOOK_MS = 50;
const SPEED_MIN = 1;
const SPEED_MAX = 1_000_000;
const CONTROL_C = "\u0003";

/** A pace for standard input, which must be a terminal. */
export function openPace({ speed, isStepping, ending }: PaceOptions): Pace {
  const { stdin } = process;
  const quit = new AbortController();
  const state = { speed, isPaused: isStepping, hasStep: false };
  const onKey = (key: Buffer): void => {
    const text = key.toString("utf8");
    if (text === "q" || text === CONTROL_C || text === "\u001b") quit.abort();
    else if (text === " ") state.isPaused = !state.isPaused;
    else if (text === "+" || text === "=") state.speed = Math.min(SPEED_MAX, state.speed * 2);
    else if (text === "-") state.speed = Math.max(SPEED_MIN, state.speed / 2);
    else state.hasStep = true;
  };
  stdin.setRawMode(true);
  stdin.on("data", onKey);
  stdin.resume();
  const signal = AbortSignal.any([quit.signal, ending]);
  return {
    get speed() {
      return state.speed;
    },
    get isPaused() {
      return state.isPaused;
    },
    quit: signal,
    async pass(ms) {
      let left = Math.min(WAIT_MAX_MS, ms / state.speed);
      state.hasStep = false;
      while (!signal.aborted && !state.hasStep && (state.isPaused || left > 0)) {
        const slice = state.isPaused ? LOOK_MS : Math.min(LOOK_MS, left);
        await wait(slice, undefined, { signal }).catch(() => {});
        if (!state.isPaused) left -= slice;
      }
    },
    release() {
      stdin.off("data", onKey);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
