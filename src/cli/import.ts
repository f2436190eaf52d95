/**
 * `import`: an exported log becomes the log of an empty data folder, and is verified.
 *
 * What is not as it was exported is not imported at all. What verify finds in the decisions of a log
 * that came over whole is said, and the log stays: that is why somebody sent it.
 */
import { resolve } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import { CHAIN_FINDINGS, type ChainFindingCode } from "../log/finding.ts";
import { lockFolder } from "../log/folder-lock.ts";
import { type StagedLog, stageImport } from "../log/sqlite-import.ts";
import type { Progress, VerifyView } from "../replay/verify.ts";
import { verifyOn } from "../runtime-past.ts";
import { inSlices, type SliceOptions } from "../runtime-slices.ts";
import type { Context } from "./context.ts";
import { openProgressBar } from "./progress-bar.ts";
import { sayError } from "./say-error.ts";
import { listenForStop } from "./stop-signal.ts";
import { DIFFERENT } from "./verify.ts";
import { verifyLines } from "./verify-lines.ts";
import { importedText, importingText, redactedText } from "./words-transfer.ts";

/** Of another version of the program, not of a hand that altered something. */
const HARMLESS: readonly ChainFindingCode[] = ["UNKNOWN_TYPE", "UNKNOWN_VERSION"];
const DAMAGES: readonly string[] = CHAIN_FINDINGS.filter((code) => !HARMLESS.includes(code));

/** Runs the command and answers its exit code; throws RP_DATA_FOLDER, RP_SECOND_INSTANCE, RP_INPUT. */
export async function importCommand(context: Context, file: string): Promise<number> {
  const lock = lockFolder(context.dataFolder);
  const stop = listenForStop();
  const bar = openProgressBar(importingText(context.language));
  const slices = { signal: stop.signal, onProgress: bar.show };
  let isKept = false;
  try {
    const run = stageImport({ file: resolve(file), folder: lock.folder });
    const staged = await inSlices(run, slices);
    const view = await judged(staged, slices);
    bar.clear();
    staged.keep();
    isKept = true;
    say(staged, view, context);
    return view.ok ? 0 : DIFFERENT;
  } catch (error) {
    bar.clear();
    const isDifferent = error instanceof RuntimeProfileError && error.code === "RP_LOG_DAMAGED";
    if (!isDifferent) throw error;
    sayError(error, context);
    return DIFFERENT;
  } finally {
    stop.release();
    if (isKept) lock.release();
    else lock.discard();
  }
}

/** Verifies the log before it stands in its place; takes it away when it was altered. */
async function judged(staged: StagedLog, slices: SliceOptions<Progress>): Promise<VerifyView> {
  try {
    const view = await verifyOn(staged.folder, slices);
    const damage = view.findings.find(({ code }) => DAMAGES.includes(code));
    if (damage === undefined) return view;
    const { code, seq, expected, got } = damage;
    throw new RuntimeProfileError(
      "RP_LOG_DAMAGED",
      `Expected ${expected} at seq ${seq} of the log, got ${got} (${code}); it is not as it was written, and nothing was imported.`,
      { path: `seq ${seq}` },
    );
  } catch (error) {
    staged.drop();
    throw error;
  }
}

function say({ header, lines }: StagedLog, view: VerifyView, context: Context): void {
  const { output, isJson, language, dataFolder } = context;
  if (isJson) {
    output.json(view, true);
    return;
  }
  output.line(importedText(lines, dataFolder, language));
  if (header.redacted) output.line(redactedText(language));
  output.line();
  for (const line of verifyLines(view, null, context)) output.line(line);
}
