/**
 * `simulate`: NDJSON in, one answer out for each line, in the time that the lines say.
 *
 * Nothing of this host is read: no configuration file, no environment, no data folder. The same lines
 * give the same answers on every host.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  type Language,
} from "../domain/configuration.ts";
import { overridesOfAssignments } from "../domain/configuration-text.ts";
import { RuntimeProfileError } from "../domain/error.ts";
import { decide } from "../replay/fold.ts";
import { beginSimulation, type Fold, simulateLine } from "../replay/simulate.ts";
import { Summary } from "../replay/simulate-summary.ts";
import { loadConfiguration } from "./configuration-load.ts";
import type { Output } from "./output.ts";
import { linesOf } from "./simulate-lines.ts";
import { summaryLines } from "./simulate-summary-text.ts";
import { listenForStop } from "./stop-signal.ts";

/** What to simulate and how. */
export interface SimulateOrder {
  /** `null` or `-` = standard input. */
  readonly file: string | null;
  /** A file that becomes a log of it all. */
  readonly log: string | null;
  /** Only what it all came to, instead of an answer for each line. */
  readonly isSummary: boolean;
  /** `path=value` texts, laid over every configuration. */
  readonly set: readonly string[];
  /** A configuration file to begin with; `null` = the defaults. */
  readonly config: string | null;
}

/** Where and how it is said. */
export interface SimulateListener {
  readonly output: Output;
  readonly language: Language;
  readonly isJson: boolean;
}

/** Runs the command; throws RP_INPUT, RP_CONFIGURATION, RP_DATA_FOLDER. */
export async function simulateCommand(
  listener: SimulateListener,
  order: SimulateOrder,
): Promise<void> {
  const { output, language, isJson } = listener;
  const configuration = configurationIn(order.config);
  const begun = beginSimulation({ configuration, settings: overridesOfAssignments(order.set) });
  const input = await inputOf(order.file);
  const record = order.log === null ? null : await recordTo(order.log, output);
  const stop = listenForStop();
  const end = (): void => void input.destroy();
  for (const signal of [stop.signal, output.closed]) signal.addEventListener("abort", end);
  const summary = order.isSummary ? new Summary() : null;
  try {
    const fold = record?.fold ?? decide;
    await answerAll(chunksOf(input, order.file), { begun, fold, output, summary });
    record?.keep();
    if (summary !== null && isJson) output.json(summary.view(), true);
    else if (summary !== null)
      for (const line of summaryLines(summary.view(), language)) output.line(line);
  } finally {
    stop.release();
    record?.drop();
  }
}

interface Desk {
  readonly begun: ReturnType<typeof beginSimulation>;
  readonly fold: Fold;
  readonly output: Output;
  readonly summary: Summary | null;
}

/** Each chunk's answers are written in one go, before the next is read. */
async function answerAll(
  input: AsyncIterable<Buffer>,
  { begun, fold, output, summary }: Desk,
): Promise<void> {
  let simulation = begun;
  let number = 0;
  for await (const lines of linesOf(input)) {
    let answers = "";
    for (const line of lines) {
      number += 1;
      const done = simulateLine(simulation, line, fold);
      simulation = done.simulation;
      if (done.answer === null) continue;
      if (summary === null) answers += `${JSON.stringify(done.answer)}\n`;
      else summary.add(done.answer, number);
    }
    if (answers !== "") output.text(answers);
    await output.breathe();
  }
}

/** The file alone: nothing of this host's environment. */
function configurationIn(file: string | null): Configuration {
  if (file === null) return DEFAULT_CONFIGURATION;
  const around = { env: {}, workingFolder: process.cwd() };
  return loadConfiguration({ config: file }, around).configuration;
}

/** A log needs SQLite, which is loaded only then. */
async function recordTo(path: string, { note }: Output) {
  const { openSimulatedLog } = await import("../runtime-simulated-log.ts");
  return openSimulatedLog(path, note);
}

async function inputOf(file: string | null): Promise<Readable> {
  if (file === null || file === "-") return process.stdin;
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw unreadable(file, code === "ENOENT" ? "no such file" : (code ?? message));
  }
  return createReadStream("", { fd: handle });
}

/** What fails while it is read is said of the file; an end that was asked for is no failure. */
async function* chunksOf(input: Readable, file: string | null): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input) yield chunk as Buffer;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (input.destroyed && (code === "ABORT_ERR" || code === "ERR_STREAM_PREMATURE_CLOSE")) return;
    throw unreadable(file ?? "standard input", code ?? message);
  }
}

function unreadable(file: string, got: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_INPUT",
    `Expected lines of JSON from ${file}, got ${got}; name a file that can be read, or - for standard input.`,
    { path: file },
  );
}
