/** `what-if`: the recorded history under other settings or on another host; read beside a live runtime. */
import { readFileSync } from "node:fs";
import { RuntimeProfileError } from "../domain/error.ts";
import { whatIfOn } from "../runtime-past.ts";
import type { Context } from "./context.ts";
import { openProgressBar } from "./progress-bar.ts";
import { listenForStop } from "./stop-signal.ts";
import { whatIfLines } from "./what-if-text.ts";
import { whatIfText } from "./words-what-if.ts";

/** What to suppose. */
export interface WhatIfOrder {
  /** `path=value` texts. */
  readonly set: readonly string[];
  /** A file with the object of `runtime_profile.json`; `null` = the recorded host. */
  readonly hostFile: string | null;
}

/** A profile has a few KiB; a larger file is none. */
const FILE_BYTES_MAX = 1024 * 1024;

/** Runs the command; throws RP_CONFIGURATION, RP_INPUT, RP_NOT_FOUND, and RP_STOPPED after Ctrl-C. */
export async function whatIfCommand(context: Context, order: WhatIfOrder): Promise<void> {
  const { dataFolder, isJson, language, output } = context;
  const host = order.hostFile === null ? null : profileIn(order.hostFile);
  const stop = listenForStop();
  const bar = openProgressBar(whatIfText("RUNNING", language));
  try {
    const slices = { signal: stop.signal, onProgress: bar.show };
    const view = await whatIfOn(dataFolder, { set: order.set, host }, slices);
    bar.clear();
    if (isJson) output.json(view, true);
    else for (const line of whatIfLines(view, language)) output.line(line);
  } finally {
    bar.clear();
    stop.release();
  }
}

function profileIn(file: string): unknown {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > FILE_BYTES_MAX) throw unreadable(file, `${bytes.length} bytes`);
    const json: unknown = JSON.parse(bytes.toString("utf8"));
    if (json === null) throw unreadable(file, "null");
    return json;
  } catch (error) {
    if (error instanceof RuntimeProfileError) throw error;
    if (error instanceof SyntaxError) throw unreadable(file, "no JSON");
    const { code, message } = error as NodeJS.ErrnoException;
    throw unreadable(file, code === "ENOENT" ? "no such file" : (code ?? message));
  }
}

function unreadable(file: string, got: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_INPUT",
    `Expected a file that runtime-profile detect --json printed at --host, got ${got} (${file}); name another one.`,
    { path: "--host" },
  );
}
