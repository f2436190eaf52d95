/** The golden logs as files: written, read again, and as a transcript for people. */
import { join } from "node:path";
import type { TransitionOutput } from "../../src/domain/output.ts";
import { exportLog } from "../../src/log/export.ts";
import { stageImport } from "../../src/log/sqlite-import.ts";
import { openLog } from "../../src/log/sqlite-log.ts";
import { type LogStore, MAX_READ_LIMIT } from "../../src/log/store.ts";
import { sentenceOf } from "../../src/policy/sentence.ts";
import { type Teller, tell } from "./golden-stories.ts";

/** Where they are kept. */
export const GOLDEN_LOGS = join(import.meta.dirname, "../golden/logs");

/** Tells a story into a log of an empty folder; gives the lines of its export, and its transcript. */
export function goldenTexts(
  folder: string,
  story: (teller: Teller) => void,
): { readonly lines: string; readonly transcript: string } {
  const { log } = openLog({ folder, mode: "write", boot: "golden" });
  tell(log, story);
  const steps = [...exportLog({ log, format: "ndjson", after: 0, redact: null })];
  const texts = {
    lines: steps.map(({ text }) => `${text}\n`).join(""),
    transcript: transcriptOf(log),
  };
  log.close();
  return texts;
}

/** Imports a golden log into an empty folder. */
export function importGolden(file: string, folder: string): void {
  const run = stageImport({ file, folder });
  for (;;) {
    const step = run.next();
    if (!step.done) continue;
    step.value.keep();
    return;
  }
}

/** Every step of the log with its sentence. */
export function transcriptOf(log: LogStore): string {
  const first = log.read({ limit: 1 })[0]?.at ?? 0;
  const steps = log.read({ type: "transition", limit: MAX_READ_LIMIT });
  const lines = steps.map(({ at, data }) => {
    const { from, to, reason } = data as TransitionOutput;
    const when = `${((at - first) / 1000).toFixed(0)} s`;
    return `${when}: ${from} → ${to} ${reason.code}\n  ${sentenceOf(reason, "en")}`;
  });
  return `${lines.join("\n")}\n`;
}
