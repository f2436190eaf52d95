/**
 * The player of the replay: where one is, and the ways to go elsewhere.
 *
 * One question at a time: a newer wish drops the older question, and playing waits for its answer
 * before it goes on, so that a slow service is never asked faster than it answers. Only the moment, the
 * overview and what is shown of the curves are in memory, whatever the length of the log.
 */
import type { Language } from "../../src/domain/configuration.ts";
import type { Band } from "../../src/replay/bands.ts";
import type { LogView } from "../../src/replay/views.ts";
import { ask, history, messageOf } from "./api.ts";
import { lookAt, neighbourOf, type PastMoment, type Way } from "./replay-moment.ts";
import { advanced, clamped, type Span, type Speed } from "./replay-time.ts";

/** Points of the overview over the whole log. */
const OVERVIEW_POINTS = 800;

/** A drag of the slider is asked about when it rests so long, in ms. */
const REST_MS = 90;

/** Between two moments of playing, in ms. */
const TICK_MS = 250;

/** Nearer to the end than this is the end, in ms. */
const END_MS = 3000;

export interface PlayerState {
  /** Where the slider stands, in ms. */
  readonly cursor: number;
  /** The last cursor that was asked about; the curves follow this one. */
  readonly settled: number;
  readonly moment: PastMoment | null;
  readonly log: LogView | null;
  /** The whole log as bands. */
  readonly bands: readonly Band[];
  readonly isPlaying: boolean;
  readonly speed: Speed;
  /** Why the last question failed, in the words of the service. */
  readonly problem: string | null;
  /** What a screen reader is told: a moment that a person stepped to, or that there is none. */
  readonly told: PastMoment | "nothing earlier" | "nothing later" | null;
}

export const BEFORE_PLAYING: PlayerState = {
  cursor: 0,
  settled: 0,
  moment: null,
  log: null,
  bands: [],
  isPlaying: false,
  speed: 10,
  problem: null,
  told: null,
};

export interface Player {
  /** Opens at a moment as the address has it; `null` = the end of the log. */
  open(at: string | null): void;
  /** Goes to a time in ms; `rest`: only when the slider has come to rest. */
  seek(at: number, how: "at once" | "rest"): void;
  step(type: "transition" | "reading", way: Way): void;
  play(): void;
  pause(): void;
  setSpeed(speed: Speed): void;
  setLanguage(language: Language): void;
  close(): void;
}

/** Makes a player; it tells `put` of every change until it is closed. */
export function createPlayer(first: Language, put: (state: PlayerState) => void): Player {
  let language = first;
  let state = BEFORE_PLAYING;
  let asking = new AbortController();
  let resting: number | undefined;
  let ticking: number | undefined;
  let isClosed = false;
  const change = (part: Partial<PlayerState>): void => {
    if (isClosed) return;
    state = { ...state, ...part };
    put(state);
  };

  /** Runs a question in place of the one that is under way; false when another took its place. */
  const inPlace = async (question: (signal: AbortSignal) => Promise<void>): Promise<boolean> => {
    clearTimeout(resting);
    asking.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      await question(mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) change({ problem: messageOf(error), isPlaying: false });
    }
    return !mine.signal.aborted;
  };

  const look = async (at: string, time: number | null, signal: AbortSignal): Promise<void> => {
    const moment = await lookAt(at, language, signal);
    if (signal.aborted) return;
    const cursor = time ?? moment.snapshot.at;
    change({ moment, cursor, settled: cursor, problem: null });
  };

  const lookUp = async (signal: AbortSignal): Promise<LogView> => {
    const log = await ask<LogView>("log", {}, signal);
    if (!signal.aborted) change({ log });
    return log;
  };

  /** The overview is drawn when it comes; nothing waits for it. */
  const loadBands = (): void => {
    history({ points: OVERVIEW_POINTS }).then(
      ({ bands }) => change({ bands }),
      () => undefined,
    );
  };

  const tick = async (since: number): Promise<void> => {
    const { log, speed, bands } = state;
    if (!state.isPlaying || log === null) return;
    const begun = performance.now();
    const span = spanOf(log);
    const cursor = advanced(state.cursor, { elapsed: begun - since, speed }, bands, span);
    change({ cursor });
    const isMine = await inPlace(async (signal) => {
      await look(isoOf(cursor), cursor, signal);
      if (cursor < span[1]) return;
      const grown = spanOf(await lookUp(signal));
      if (grown[1] - cursor < END_MS) change({ isPlaying: false, told: state.moment });
    });
    // Paused and played again meanwhile: that playing has ticks of its own.
    if (!isMine || !state.isPlaying) return;
    const left = TICK_MS - (performance.now() - begun);
    ticking = setTimeout(() => void tick(begun), Math.max(0, left));
  };

  const pause = (): void => {
    clearTimeout(ticking);
    if (state.isPlaying) change({ isPlaying: false, told: state.moment });
  };

  return {
    open(at) {
      pause();
      void inPlace(async (signal) => {
        loadBands();
        const { last_seq } = await lookUp(signal);
        if (at !== null) await look(at, null, signal);
        else if (last_seq !== null) await look(String(last_seq), null, signal);
      });
    },
    seek(at, how) {
      pause();
      if (state.log === null) return;
      const cursor = clamped(Math.round(at), spanOf(state.log));
      change({ cursor });
      const go = () => void inPlace((signal) => look(isoOf(cursor), cursor, signal));
      clearTimeout(resting);
      if (how === "at once") go();
      else resting = setTimeout(go, REST_MS);
    },
    step(type, way) {
      pause();
      const { moment } = state;
      if (moment === null) return;
      void inPlace(async (signal) => {
        const from = { seq: moment.seq, at: moment.snapshot.at };
        const seq = await neighbourOf(from, { type, way }, signal);
        if (signal.aborted) return;
        if (seq === null) {
          change({ told: way === "next" ? "nothing later" : "nothing earlier" });
          return;
        }
        await look(String(seq), null, signal);
        if (!signal.aborted) change({ told: state.moment });
      });
    },
    play() {
      if (state.isPlaying || state.log === null) return;
      const [start, end] = spanOf(state.log);
      // From the end there is nothing to play; as with music, it then begins anew.
      const cursor = state.cursor >= end - END_MS ? start : state.cursor;
      change({ isPlaying: true, cursor, told: null });
      void tick(performance.now());
    },
    pause,
    setSpeed: (speed) => change({ speed }),
    setLanguage(wanted) {
      if (wanted === language) return;
      language = wanted;
      const { moment, cursor } = state;
      if (moment !== null && !state.isPlaying)
        void inPlace((signal) => look(String(moment.seq), cursor, signal));
    },
    close() {
      isClosed = true;
      clearTimeout(resting);
      clearTimeout(ticking);
      asking.abort();
    },
  };
}

/** The time that a log covers. */
export function spanOf({ first_at, last_at }: LogView): Span {
  return [first_at ?? 0, last_at ?? 0];
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
