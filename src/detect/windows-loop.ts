/**
 * One long typeperf child that prints the memory in use on each card every two seconds.
 *
 * Starting the program costs more than a second, so it is started once and listened to. It is ended and
 * started again, later each time, when it falls silent, ends, or no longer shows the card; while a child
 * that was to be ended still lives, no other is started. Where no child has ever given a row, its output
 * may wait in a buffer: then `isMute` says so and the sensor asks in another way.
 */
import type { NoteCode } from "../domain/note.ts";
import type { Environment } from "./environment.ts";
import { type LineChild, startLineChild } from "./line-child.ts";
import {
  type AdapterUse,
  type CounterHeader,
  parseCounterHeader,
  parseCounterRow,
} from "./windows-counters.ts";

/** What to start. */
export interface LoopProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

/** A row with the time of its arrival, on both clocks. */
export interface CounterRow {
  readonly uses: readonly AdapterUse[];
  readonly arrived_ms: number;
  readonly source_at: number;
}

/** How the loop is run; times in ms. */
export interface LoopOptions {
  /** Wall clock. */
  readonly now: () => number;
  /** Without a line for this long the child is ended. */
  readonly silence_ms: number;
  readonly backoff_ms: number;
}

/** The running loop. */
export interface CounterLoop {
  /** Starts a child unless one runs or it is too early. */
  ensure(program: LoopProgram): void;
  readonly latest: () => CounterRow | null;
  /** Why there is no row; `null` while one is awaited. */
  readonly problem: () => NoteCode | null;
  readonly isMute: () => boolean;
  /** Resolves at the next row or problem. */
  change(): Promise<void>;
  /** Ends the child so that the next one looks afresh which cards there are. */
  restart(): void;
  close(): void;
}

const BACKOFF_MAX_MS = 60_000;
/** A child that floods us with other lines is ended; a header of 64 cards has about 10 KiB. */
const MAX_CHARACTERS_WITHOUT_ROW = 256 * 1024;

/** A loop without a child; `ensure` starts it. */
export function createCounterLoop({ now, silence_ms, backoff_ms }: LoopOptions): CounterLoop {
  const backoff = createBackoff(backoff_ms);
  let reader = createRowReader();
  let child: LineChild | null = null;
  let state: "idle" | "listening" | "closed" = "idle";
  let latest: CounterRow | null = null;
  let problem: NoteCode | null = null;
  let hasGivenRow = false;
  let isMute = false;
  let watchdog: NodeJS.Timeout | undefined;
  let waiting = Promise.withResolvers<void>();

  const tell = (): void => {
    waiting.resolve();
    waiting = Promise.withResolvers<void>();
  };
  const stop = (code: NoteCode): void => {
    clearTimeout(watchdog);
    child?.kill();
    state = "idle";
    problem = code;
    latest = null;
    backoff.fail();
    tell();
  };
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      isMute = !hasGivenRow;
      stop("timeout");
    }, silence_ms);
  };
  const take = (line: string): void => {
    const uses = reader.read(line);
    if (reader.isFlooded()) stop("unparsable");
    if (uses === null) return;
    watch();
    hasGivenRow = true;
    latest = { uses, arrived_ms: performance.now(), source_at: now() };
    problem = null;
    backoff.succeed();
    tell();
  };
  return {
    ensure({ file, args, env }) {
      if (state !== "idle" || child?.isAlive() || backoff.isTooEarly()) return;
      state = "listening";
      reader = createRowReader();
      problem = null;
      watch();
      // Its end without a header: it knew none of the counters, as an old or a translated Windows.
      const onEnd = (exit_code: number | null): void =>
        stop(!reader.hasHeader() && exit_code !== null ? "unsupported-field" : "failed");
      child = startLineChild({ file, args, env, onLine: take, onEnd });
    },
    latest: () => latest,
    problem: () => problem,
    isMute: () => isMute,
    change: () => waiting.promise,
    restart: () => stop("no-devices"),
    close() {
      clearTimeout(watchdog);
      child?.kill();
      state = "closed";
      tell();
    },
  };
}

/** Reads lines under the newest header, and counts what is no row since the last one. */
function createRowReader() {
  let header: CounterHeader | null = null;
  let charactersWithoutRow = 0;
  return {
    hasHeader: (): boolean => header !== null,
    isFlooded: (): boolean => charactersWithoutRow > MAX_CHARACTERS_WITHOUT_ROW,
    read(line: string): readonly AdapterUse[] | null {
      header = parseCounterHeader(line) ?? header;
      const uses = header === null ? null : parseCounterRow(line, header);
      charactersWithoutRow = uses === null ? charactersWithoutRow + line.length + 1 : 0;
      return uses;
    },
  };
}

/** When the next start may be; waits double up to a minute until something succeeds. */
function createBackoff(first_ms: number) {
  let failures = 0;
  let waitUntil = Number.NEGATIVE_INFINITY;
  return {
    isTooEarly: (): boolean => performance.now() < waitUntil,
    fail(): void {
      waitUntil = performance.now() + Math.min(BACKOFF_MAX_MS, first_ms * 2 ** failures);
      failures += 1;
    },
    succeed(): void {
      failures = 0;
    },
  };
}
