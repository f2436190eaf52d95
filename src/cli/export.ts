/**
 * `export`: the log as a file that verifies by itself, to be kept or sent to somebody.
 *
 * An export that was cut is never said to be done. Names of host and user and home folders are left out unless they are asked for.
 */
import { userInfo } from "node:os";
import { RuntimeProfileError } from "../domain/error.ts";
import { privateFacts } from "../http/redaction.ts";
import { EXPORT_FORMATS, type ExportStep, exportLog } from "../log/export.ts";
import { dataRedactionOf } from "../log/export-redaction.ts";
import { openLog } from "../log/sqlite-log.ts";
import { inSlices } from "../runtime-slices.ts";
import { oneOf } from "./arguments.ts";
import type { Context } from "./context.ts";
import { type ExportFile, openExportFile } from "./export-file.ts";
import type { Output } from "./output.ts";
import { openProgressBar } from "./progress-bar.ts";
import { listenForStop, type StopRequest } from "./stop-signal.ts";
import { exportedText, exportingText } from "./words-transfer.ts";

/** What was asked for; `null` = not said. */
export interface ExportRequest {
  readonly format: string | null;
  /** `null` = standard output. */
  readonly out: string | null;
  readonly after: number;
  readonly isWithNames: boolean;
}

/** Text that is written at once, in characters. */
const PORTION = 64 * 1024;

/**
 * Runs the command; throws RP_NOT_FOUND, RP_LOG_DAMAGED, RP_USAGE, RP_INPUT for `--out`, and RP_STOPPED
 * after Ctrl-C.
 */
export async function exportCommand(context: Context, request: ExportRequest): Promise<void> {
  const format = oneOf("--format", request.format ?? "ndjson", EXPORT_FORMATS);
  const { after, out, isWithNames } = request;
  const redact = isWithNames ? null : dataRedactionOf({ ...privateFacts(), ...userFacts() });
  const { log } = openLog({ folder: context.dataFolder, mode: "frozen" });
  try {
    const steps = exportLog({ log, format, after, redact });
    // A pipe waits here for its reader; until we listen ourselves, Ctrl-C ends that.
    const file =
      out === null ? null : openExportFile(out, { dataFolder: context.dataFolder, flag: "--out" });
    const stop = listenForStop();
    try {
      if (file === null) await printed(steps, context.output, stop);
      else await saved(steps, file, { context, stop });
    } finally {
      stop.release();
    }
  } finally {
    log.close();
  }
}

async function saved(
  steps: Iterable<ExportStep>,
  file: ExportFile,
  { context, stop }: { readonly context: Context; readonly stop: StopRequest },
): Promise<void> {
  const { language, output } = context;
  const bar = openProgressBar(exportingText(language));
  const signal = AbortSignal.any([stop.signal, output.closed]);
  try {
    const lines = await inSlices(writtenTo(file, steps), { signal, onProgress: bar.show });
    bar.clear();
    output.note(exportedText(lines, file.path, language));
  } finally {
    bar.clear();
    file.drop();
  }
}

/** A reader that goes away ends it, which is nothing bad. */
async function printed(
  steps: Iterable<ExportStep>,
  output: Output,
  { signal }: StopRequest,
): Promise<void> {
  for (const { text } of portionsOf(steps)) {
    if (output.closed.aborted) return;
    if (signal.aborted) throw cut();
    output.text(text);
    await output.breathe();
  }
}

/** Writes all lines and answers how many there are. */
function* writtenTo(file: ExportFile, steps: Iterable<ExportStep>): Generator<ExportStep, number> {
  let lines = 0;
  for (const { text, count, step } of portionsOf(steps)) {
    file.write(text);
    lines += count;
    yield step;
  }
  file.keep();
  return lines;
}

interface Portion {
  readonly text: string;
  readonly count: number;
  readonly step: ExportStep;
}

function* portionsOf(steps: Iterable<ExportStep>): Generator<Portion> {
  let [text, count] = ["", 0];
  let last: ExportStep | null = null;
  for (const step of steps) {
    text += `${step.text}\n`;
    count += 1;
    last = step;
    if (text.length < PORTION) continue;
    yield { text, count, step };
    [text, count] = ["", 0];
  }
  if (last !== null && count > 0) yield { text, count, step: last };
}

/** A user without a name in the system has none that could be left out. */
function userFacts(): { readonly userName?: string } {
  try {
    return { userName: userInfo().username };
  } catch {
    return {};
  }
}

function cut(): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_STOPPED",
    "Expected to write the whole export, got a request to stop; what was written is not whole, so run it again.",
  );
}
