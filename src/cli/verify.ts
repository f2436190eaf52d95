/**
 * `verify`: was the log altered, and could it have happened so; beside a live runtime or alone.
 *
 * The link it is compared with is read before the log is: a live runtime writes its anchor after the
 * log, so the log that is looked at then is never behind it.
 */
import { RuntimeProfileError } from "../domain/error.ts";
import { type Anchor, readAnchor, writeAnchor } from "../log/anchor.ts";
import { openLog } from "../log/sqlite-log.ts";
import type { VerifyView } from "../replay/verify.ts";
import { verifyOn } from "../runtime-past.ts";
import type { Context } from "./context.ts";
import { openProgressBar } from "./progress-bar.ts";
import { listenForStop } from "./stop-signal.ts";
import { type Compared, verifyLines } from "./verify-lines.ts";
import { verifyText } from "./words-verify.ts";

/** Files of links that are kept elsewhere; `null` = not asked for. */
export interface VerifyRequestFiles {
  readonly anchor: string | null;
  readonly writeAnchor: string | null;
}

/** Exit code of a log in which there is a difference. */
export const DIFFERENT = 2;

/**
 * Runs the command and answers its exit code. Throws RP_NOT_FOUND, RP_LOG_DAMAGED when there is no log
 * to read, RP_INPUT for a file that is no anchor of this log.
 */
export async function verifyCommand(context: Context, files: VerifyRequestFiles): Promise<number> {
  const { dataFolder, language, output } = context;
  const compared = comparedIn(dataFolder, files);
  const known = compared?.anchor;
  const stop = listenForStop();
  const bar = openProgressBar(verifyText("RUNNING", language));
  try {
    const request = { known, signal: stop.signal, onProgress: bar.show };
    const view = await verifyOn(dataFolder, request);
    bar.clear();
    if (context.isJson) output.json(view, true);
    else for (const line of verifyLines(view, compared, context)) output.line(line);
    if (files.writeAnchor !== null) keepAnchor(files.writeAnchor, view, context);
    return view.ok ? 0 : DIFFERENT;
  } finally {
    bar.clear();
    stop.release();
  }
}

/** The anchor that counts: the one that was named, else the one to be replaced; the folder's own else. */
function comparedIn(folder: string, { anchor, writeAnchor }: VerifyRequestFiles): Compared | null {
  const named = anchor === null ? null : (readAnchor(anchor) ?? missing(anchor));
  const replaced = writeAnchor === null ? null : readAnchor(writeAnchor);
  const { hostId, floorSeq } = logIn(folder);
  for (const [file, found] of [
    [anchor, named],
    [writeAnchor, replaced],
  ] as const) {
    if (file !== null && found !== null && found.host_id !== hostId) throw ofOther(file, hostId);
  }
  const found = named ?? replaced;
  return found === null ? null : { anchor: found, isInReach: found.seq > floorSeq };
}

function logIn(folder: string): { readonly hostId: string; readonly floorSeq: number } {
  const { log } = openLog({ folder, mode: "read" });
  const floorSeq = log.start().floor?.seq ?? 0;
  const { hostId } = log;
  log.close();
  return { hostId, floorSeq };
}

/** An anchor of a log that does not hold would make the difference the measure. */
function keepAnchor(path: string, { ok, head }: VerifyView, context: Context): void {
  if (!ok || head === null) {
    context.output.note(verifyText("ANCHOR_NOT_WRITTEN", context.language));
    return;
  }
  const { hostId } = logIn(context.dataFolder);
  writeAnchor(path, { host_id: hostId, ...head, at: Date.now() });
}

function missing(path: string): Anchor {
  throw new RuntimeProfileError(
    "RP_INPUT",
    `Expected an anchor at ${path}, got no such file; name another file at --anchor.`,
    { path },
  );
}

function ofOther(path: string, hostId: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_INPUT",
    `Expected an anchor of the log ${hostId} at ${path}, got one of another log; name its own anchor or another data folder.`,
    { path },
  );
}
