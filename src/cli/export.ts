/**
 * `export`: the log as a file that verifies by itself, to be kept or sent to somebody.
 *
 * A file that was begun is never left behind under its name: it is written beside it and moved at the
 * end. Names of host and user and home folders are left out unless they are asked for.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { userInfo } from "node:os";
import { RuntimeProfileError } from "../domain/error.ts";
import { privateFacts } from "../http/redaction.ts";
import { EXPORT_FORMATS, type ExportStep, exportLog } from "../log/export.ts";
import { dataRedactionOf } from "../log/export-redaction.ts";
import { openLog } from "../log/sqlite-log.ts";
import { inSlices } from "../runtime-slices.ts";
import { oneOf } from "./arguments.ts";
import type { Context } from "./context.ts";
import type { Output } from "./output.ts";
import { openProgressBar } from "./progress-bar.ts";
import { listenForStop } from "./stop-signal.ts";
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

/** Readable by this user alone, as the log. */
const FILE_MODE = 0o600;

/** Runs the command; throws RP_NOT_FOUND, RP_LOG_DAMAGED, RP_USAGE, and RP_INPUT for `--out`. */
export async function exportCommand(context: Context, request: ExportRequest): Promise<void> {
  const format = oneOf("--format", request.format ?? "ndjson", EXPORT_FORMATS);
  const { after, out, isWithNames } = request;
  const redact = isWithNames ? null : dataRedactionOf({ ...privateFacts(), ...userFacts() });
  const { log } = openLog({ folder: context.dataFolder, mode: "frozen" });
  const stop = listenForStop();
  const { language, output } = context;
  const bar = openProgressBar(exportingText(language));
  const signal = AbortSignal.any([stop.signal, output.closed]);
  try {
    const steps = exportLog({ log, format, after, redact });
    if (out === null) {
      await printed(steps, { output, signal });
      return;
    }
    const lines = await inSlices(writtenTo(out, steps), { signal, onProgress: bar.show });
    bar.clear();
    output.note(exportedText(lines, out, language));
  } finally {
    bar.clear();
    stop.release();
    log.close();
  }
}

/** A reader that goes away ends it, which is nothing bad. */
async function printed(
  steps: Iterable<ExportStep>,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<void> {
  for (const { text } of portionsOf(steps)) {
    output.text(text);
    await output.breathe();
    if (signal.aborted) return;
  }
}

/** Writes all lines and answers how many there are. */
function* writtenTo(path: string, steps: Iterable<ExportStep>): Generator<ExportStep, number> {
  const draft = `${path}.${process.pid}.new`;
  let isDone = false;
  try {
    const file = openSync(draft, "w", FILE_MODE);
    let lines = 0;
    try {
      for (const { text, count, step } of portionsOf(steps)) {
        writeSync(file, text);
        lines += count;
        yield step;
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    isDone = true;
    return lines;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined || cause instanceof RuntimeProfileError) throw cause;
    throw new RuntimeProfileError(
      "RP_INPUT",
      `Expected to write the export to ${path}, got ${message}; name another file at --out.`,
      { path, cause },
    );
  } finally {
    if (!isDone) rmSync(draft, { force: true });
  }
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
