/** What the tests of the log share: a folder of their own, records, and real child processes. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Input, ReadingInput } from "../src/domain/input.ts";
import type { Output } from "../src/domain/output.ts";
import type { Record as LogRecord } from "../src/log/entry.ts";
import { openSqlite, type SqliteFile } from "../src/log/sqlite-file.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import type { LogStore } from "../src/log/store.ts";

/** A folder that is gone after the test. */
export function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A log for writing that is closed after the test. */
export function logOfTest(folder = folderOfTest(), limitMib?: number): LogStore {
  const limit = limitMib === undefined ? {} : { limitMib };
  const { log } = openLog({ folder, mode: "write", boot: "boot-1", ...limit });
  onTestFinished(() => log.close());
  return log;
}

/** A second log of the same folder, for reading. */
export function readerOf(folder: string): LogStore {
  const { log } = openLog({ folder, mode: "read" });
  onTestFinished(() => log.close());
  return log;
}

/** The bare file under a log: what somebody with an SQLite tool could do to it. */
export function tamper(folder: string, sql: string): void {
  const file = openSqlite(join(folder, LOG_NAME));
  const names = file
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all() as string[];
  for (const name of names) file.exec(`DROP TRIGGER ${name}`);
  file.exec(sql);
  file.close();
}

/** The bare file, closed after the test. */
export function bareFile(folder: string): SqliteFile {
  const file = openSqlite(join(folder, LOG_NAME));
  onTestFinished(() => {
    file.close();
  });
  return file;
}

export function record(input: Input, outputs: readonly Output[] = []): LogRecord {
  return { input, outputs, mono: input.at, actor: "runtime" };
}

export function reading(at: number, usedMib = 1000): LogRecord {
  const input: ReadingInput = {
    type: "reading",
    at,
    vram: { used_mib: usedMib, total_mib: 8192, own_mib: null, source_at: at - 5 },
    memory: { available_mib: 20_000, total_mib: 32_000, source_at: null },
    cpu: { used_percent: 35.8, source_at: null },
  };
  return record(input);
}

export const FELL: readonly Output[] = [
  { type: "fact", region: "cloud", from: "unknown", to: "unreachable", evidence: null },
  { type: "policy.changed", vision: "本地 / moondream", planning: "none", editing: "davinci" },
];

export function probed(at: number, reachable = false): LogRecord {
  return record({ type: "cloud.probed", at, reachable }, FELL);
}

/** A log with three readings, an input with two outputs, two readings, a request, one reading: 10 lines. */
export function fill(log: LogStore): void {
  for (const at of [1000, 2000, 3000]) log.append(reading(at));
  log.append(probed(4000));
  for (const at of [5000, 6000]) log.append(reading(at));
  log.append(record({ type: "restore.requested", at: 7000, reason: "genug" }));
  log.append(reading(8000));
}

/** A child of this test, and its lines as they come. */
export interface Child {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly lines: AsyncIterator<string>;
  /** Kills it at once and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts `log-child.ts` under the node of this test. */
export function startChild(task: "append" | "lock", folder: string): Child {
  const script = fileURLToPath(new URL("log-child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--no-warnings", script, task, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "close");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { process: child, lines, kill };
}
