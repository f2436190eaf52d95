/**
 * The loop mode: one nvidia-smi that goes on printing, instead of a new process for each look.
 *
 * Like a newspaper by subscription: what lies on the mat counts by the day it came, not by the day it is
 * picked up. A row is served with the time of its arrival, as often as it is asked for; how old is too old
 * the reader decides. A loop that brings nothing for three of its periods (at least 5 s) is ended with its
 * whole group and started again later; so is one that talks too much of something else. No timer runs
 * here: silence is noticed by whoever looks. Should this process die, the child ends at its next row,
 * because nobody holds the other end of the pipe. Whether nvidia-smi holds its output back when it
 * writes into a pipe was not verified; if it does, the silence ends the loop and polls take over (auto).
 */
import type { ChildProcess } from "node:child_process";
import type { NoteCode } from "../domain/note.ts";
import type { Environment } from "./environment.ts";
import {
  endChild,
  isChildAlive,
  isFreeOfAbandoned,
  letGo,
  spawnProblemOf,
  startChild,
} from "./helper-child.ts";
import { nvidiaFailureCode } from "./nvidia-failure.ts";
import { createCycleReader, createLineCutter } from "./nvidia-lines.ts";
import { type CardFigures, cardLookOf, type NvidiaProgram, nvidiaRowArgs } from "./nvidia-look.ts";
import { parseNvidiaRows } from "./nvidia-smi.ts";
import { backoffMs } from "./run-program.ts";
import { type Look, missing } from "./sensor.ts";

/** How to run the loop. */
export interface NvidiaLoopOptions {
  readonly program: NvidiaProgram;
  readonly env: Environment;
  /** `null`: the first card of each cycle. */
  readonly uuid: string | null;
  /** Time between two rows in ms. */
  readonly period_ms: number;
  /** Wall clock in ms: the time that a row gets. */
  readonly now: () => number;
  /** Monotonic clock in ms: how long it is silent. */
  readonly mono: () => number;
}

/** One long child that is started when somebody looks. */
export interface NvidiaLoop {
  /** The newest row with its time of arrival; waits for the first one. Never rejects. */
  look(signal: AbortSignal): Promise<Look<CardFigures>>;
  readonly isRunning: () => boolean;
  /** True once the program has said that it knows no loop. */
  readonly isRefused: () => boolean;
  /** Ends the child; the next look starts another. */
  close(): void;
}

const SILENT_PERIODS = 3;
const SILENT_MIN_MS = 5000;
/** Lines in a row that are none of ours; netdata's reader gives up at the same number. */
const MAX_UNEXPECTED_LINES = 500;
/** A cycle has one row per card; a program that prints more than this in one period has gone mad. */
const MAX_ROWS_PER_PERIOD = 1000;
/** The last words of a program that are kept to learn why it ended. */
const MAX_LAST_WORDS = 16;
/** After its end a child's grandchildren may still hold the pipes. */
const PIPE_GRACE_MS = 200;
const REFUSAL = /\blms\b.*not (?:recognized|supported|valid)|invalid combination|unrecognized/i;
const BAD_ARGUMENT = 2;

/** A loop around one card. */
export function createNvidiaLoop(options: NvidiaLoopOptions): NvidiaLoop {
  const { period_ms, mono } = options;
  const silentMs = Math.max(SILENT_PERIODS * period_ms, SILENT_MIN_MS);
  let run: LoopRun | null = null;
  let isStarting = false;
  let isRefused = false;
  let failures = 0;
  let waitUntil = Number.NEGATIVE_INFINITY;
  let problem: NoteCode = "timeout";
  const fail = (code: NoteCode): Look<CardFigures> => {
    run?.close();
    run = null;
    problem = code;
    failures += 1;
    waitUntil = mono() + backoffMs(failures);
    return missing(code);
  };
  const start = async (signal: AbortSignal): Promise<NoteCode | null> => {
    if (isStarting || mono() < waitUntil) return problem;
    isStarting = true;
    const started = await startRun(options, signal);
    isStarting = false;
    if (typeof started === "string") return started;
    run = started;
    return null;
  };
  return {
    isRunning: () => run !== null,
    isRefused: () => isRefused,
    async look(signal) {
      const refusal = run === null ? await start(signal) : null;
      const current = run;
      if (current === null || refusal !== null) return missing(refusal ?? "timeout");
      if (current.newest() === null && current.end() === null) await current.news(signal);
      const end = current.end();
      if (end !== null) {
        isRefused = end.is_refusal;
        if (end.code === "not-installed") options.program.forget();
        return fail(end.code);
      }
      if (mono() - current.lastArrivalMs() > silentMs) return fail("timeout");
      const newest = current.newest();
      if (newest !== null) failures = 0;
      return newest ?? missing("timeout");
    },
    close() {
      run?.close();
      run = null;
    },
  };
}

interface LoopEnd {
  readonly code: NoteCode;
  readonly is_refusal: boolean;
}

/** A running child as its reader sees it. */
interface LoopRun {
  readonly newest: () => Look<CardFigures> | null;
  readonly end: () => LoopEnd | null;
  readonly lastArrivalMs: () => number;
  /** The next row or the end; an abort ends the waiting. */
  news(signal: AbortSignal): Promise<void>;
  close(): void;
}

async function startRun(
  options: NvidiaLoopOptions,
  signal: AbortSignal,
): Promise<LoopRun | NoteCode> {
  const found = await options.program.find();
  if ("problem" in found) return found.problem;
  const { file } = found;
  if (!(await isFreeOfAbandoned(file)) || signal.aborted) return "timeout";
  const args = [...nvidiaRowArgs(options.uuid), "-lms", `${Math.round(options.period_ms)}`];
  const child = startChild({ file, args, env: options.env });
  return "problem" in child ? child.problem : follow(child, file, options);
}

/** Reads what the child prints; keeps the newest row and the reason of its end. */
function follow(child: ChildProcess, file: string, options: NvidiaLoopOptions): LoopRun {
  const { now, mono } = options;
  const waiting = new Set<() => void>();
  let newest: Look<CardFigures> | null = null;
  let end: LoopEnd | null = null;
  let lastArrivalMs = mono();
  const tell = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const stop = (reason: LoopEnd): void => {
    if (end !== null) return;
    end = reason;
    if (isChildAlive(child)) endChild(child);
    letGo(child, file);
    tell();
  };
  const reader = createReader(options, {
    onRow(look) {
      newest = { ...look, source_at: now() };
      lastArrivalMs = mono();
      tell();
    },
    onNonsense: () => stop({ code: "unparsable", is_refusal: false }),
  });
  const read = (stream: ChildProcess["stdout"], take: (line: string) => void): void => {
    const cut = createLineCutter();
    const onData = (piece: string): void => {
      const { lines, overlong } = cut(piece);
      for (const line of lines) if (end === null) take(line);
      for (let count = 0; count < overlong && end === null; count += 1) reader.takeOther("");
    };
    stream?.setEncoding("utf8").on("data", onData).on("error", ignore);
  };
  read(child.stdout, reader.takeLine);
  read(child.stderr, reader.takeOther);
  const finish = (): void => stop(reader.endOf(child.exitCode, newest !== null));
  child.on("error", (error) => stop({ code: spawnProblemOf(error), is_refusal: false }));
  child.on("close", finish);
  child.on("exit", () => setTimeout(finish, PIPE_GRACE_MS).unref());
  child.unref();
  return {
    newest: () => newest,
    end: () => end,
    lastArrivalMs: () => lastArrivalMs,
    news: (signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          resolve();
        };
        if (signal.aborted) return wake();
        waiting.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      }),
    close: () => stop({ code: "timeout", is_refusal: false }),
  };
}

interface ReaderEvents {
  onRow(look: Look<CardFigures>): void;
  onNonsense(): void;
}

/** Rows of our card from lines; counts what is none and keeps the last words. */
function createReader({ uuid, period_ms, mono }: NvidiaLoopOptions, events: ReaderEvents) {
  const meaningOf = createCycleReader(uuid);
  const lastWords: string[] = [];
  let unexpected = 0;
  let periodBegan = mono();
  let rowsInPeriod = 0;
  const takeOther = (line: string): void => {
    unexpected += 1;
    lastWords.push(line);
    if (lastWords.length > MAX_LAST_WORDS) lastWords.shift();
    if (unexpected > MAX_UNEXPECTED_LINES) events.onNonsense();
  };
  const takeLine = (line: string): void => {
    const [row] = parseNvidiaRows(line).rows;
    if (row === undefined) {
      if (line.trim() !== "") takeOther(line);
      return;
    }
    unexpected = 0;
    rowsInPeriod = mono() - periodBegan > period_ms ? 1 : rowsInPeriod + 1;
    if (rowsInPeriod === 1) periodBegan = mono();
    if (rowsInPeriod > MAX_ROWS_PER_PERIOD) {
      events.onNonsense();
      return;
    }
    const meaning = meaningOf(row);
    if (meaning === "ours") events.onRow(cardLookOf(row));
    if (meaning === "absent") events.onRow(missing("no-devices"));
  };
  const endOf = (exit_code: number | null, hadRow: boolean): LoopEnd => {
    const text = lastWords.join("\n");
    const is_refusal = !hadRow && (exit_code === BAD_ARGUMENT || REFUSAL.test(text));
    const isSilentEnd = exit_code === 0 && text === "";
    return { code: isSilentEnd ? "failed" : nvidiaFailureCode({ exit_code, text }), is_refusal };
  };
  return { takeLine, takeOther, endOf };
}

function ignore(): void {
  // A destroyed pipe may report an error that nobody needs.
}
