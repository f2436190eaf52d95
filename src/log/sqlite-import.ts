/**
 * An exported file becomes a log again.
 *
 * The idea: build it next door. The log is written in a folder of its own beside the place where it
 * will stand, each line is checked on the way in, and only a log that is whole is moved; whatever goes
 * wrong, nothing is left behind. Sealed readings become blocks again at their seal, whose digest must
 * come out the same. The caller holds the folder's lock.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { RuntimeProfileError } from "../domain/error.ts";
import type { ReadingInput } from "../domain/input.ts";
import { EXPORT_CODECS } from "./export.ts";
import type { ExportCodec, ExportHeader, JsonObject } from "./export-line.ts";
import { type FileLine, linesOfFile } from "./file-lines.ts";
import { HEAD_NAME } from "./head-file.ts";
import { differs, ImportCheck } from "./import-check.ts";
import { normaliseReading, type ReadingRow, valuesOfReading } from "./reading-row.ts";
import { openSqlite, sqliteCodeOf, sqliteMessageOf } from "./sqlite-file.ts";
import { ImportTables } from "./sqlite-import-tables.ts";
import { lineOfReading } from "./sqlite-lines.ts";
import { LOG_NAME } from "./sqlite-open.ts";
import { FILE_MODE } from "./sqlite-place.ts";
import { MAX_DATA_BYTES } from "./store.ts";
import { isReading, type StoredLine } from "./stored-line.ts";

/** Where the file is, and which folder gets the log. */
export interface ImportOptions {
  readonly file: string;
  readonly folder: string;
}

/** How far the import is, in numbers of the log. */
export interface ImportStep {
  readonly seq: number;
  readonly through: number;
}

/** A log that is whole, but not in its place yet. */
export interface StagedLog {
  /** A data folder with nothing but the log. */
  readonly folder: string;
  readonly header: ExportHeader;
  readonly lines: number;
  /** Puts it in its place. Throws RP_DATA_FOLDER. */
  keep(): void;
  /** Takes it away. */
  drop(): void;
}

/** The folder in which the log is built. */
const STAGE_NAME = "log.import";

/** As text inside JSON, data may be twice as long; the rest of a line is short. */
const MAX_LINE_BYTES = 2 * MAX_DATA_BYTES + 64 * 1024;

/** Lines of one transaction. */
const BATCH_LINES = 1000;

/** Readable by this user alone, as the data folder. */
const FOLDER_MODE = 0o700;

/** Characters of the file that an error shows. */
const SAID_LENGTH = 60;

/**
 * Builds the log beside its place, in steps of one line. Throws RP_DATA_FOLDER when a log is there,
 * RP_INPUT when the file cannot be read or is no export, RP_LOG_DAMAGED when it is not as exported.
 */
export function* stageImport({ file, folder }: ImportOptions): Generator<ImportStep, StagedLog> {
  const target = join(folder, LOG_NAME);
  for (const path of [target, `${target}-wal`]) if (existsSync(path)) throw occupied(path);
  const stage = join(folder, STAGE_NAME);
  // One of an import that was killed.
  rmSync(stage, { recursive: true, force: true });
  let isDone = false;
  try {
    const staged = yield* built(file, stage);
    isDone = true;
    const drop = (): void => rmSync(stage, { recursive: true, force: true });
    return { ...staged, folder: stage, drop, keep: () => moveLog(stage, folder) };
  } catch (cause) {
    throw explained(cause, folder);
  } finally {
    if (!isDone) rmSync(stage, { recursive: true, force: true });
  }
}

function* built(
  file: string,
  stage: string,
): Generator<ImportStep, Pick<StagedLog, "header" | "lines">> {
  const lines = readableLines(file);
  try {
    const first = lines.next();
    const head = headerOf(first.done ? null : first.value, file);
    mkdirSync(stage, { mode: FOLDER_MODE });
    return yield* filled(lines, head, stage);
  } finally {
    lines.return(undefined);
  }
}

function* filled(
  lines: Iterable<FileLine>,
  { header, codec }: FileHeader,
  stage: string,
): Generator<ImportStep, Pick<StagedLog, "header" | "lines">> {
  const path = join(stage, LOG_NAME);
  const database = openSqlite(path);
  try {
    chmodSync(path, FILE_MODE);
    const tables = new ImportTables(database, header);
    const check = new ImportCheck(header);
    let number = 1;
    for (const line of lines) {
      number = line.number;
      checkedLine(line, { header, codec, check, tables });
      if (number % BATCH_LINES === 0) tables.commit();
      yield { seq: check.seq, through: header.last_seq };
    }
    check.end(number);
    tables.end();
    return { header, lines: number };
  } finally {
    database.close();
  }
}

interface FileHeader {
  readonly header: ExportHeader;
  readonly codec: ExportCodec;
}

interface Desk extends FileHeader {
  readonly check: ImportCheck;
  readonly tables: ImportTables;
}

/** JSON that is nested without end can be read, but not written again. */
function checkedLine(line: FileLine, desk: Desk): void {
  try {
    takeLine(line, desk);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const got = "one that is nested too deeply";
    throw differs({ line: line.number, expected: "a line of the log", got });
  }
}

function takeLine({ number, text, trouble }: FileLine, desk: Desk): void {
  const { header, codec, check, tables } = desk;
  if (text === null) {
    throw differs({ line: number, expected: "a line of the log", got: `one that is ${trouble}` });
  }
  const value = objectOf(text);
  const line = value === null ? null : codec.decode(value);
  if (line === null || (line.hash === null && !isReading(line))) {
    throw differs({ line: number, expected: "a line of the log", got: said(text) });
  }
  if (isReading(line)) {
    const row = rowOfReading(line);
    compareText(codec.encode(lineOfReading(row, line.boot), header), text, number);
    check.reading(row, line, number);
    tables.reading(row, line.boot);
    return;
  }
  check.entry(line, number);
  compareText(codec.encode(line, header), text, number);
  const difference = tables.entry(line);
  if (difference !== null) throw differs({ line: number, ...difference });
}

/** What no hash covers (ids, dates, the order of keys) must be as it is written too. */
function compareText(expected: string, got: string, line: number): void {
  if (expected === got) return;
  let at = 0;
  while (expected[at] === got[at]) at += 1;
  const from = Math.max(0, at - SAID_LENGTH / 2);
  const [wanted, found] = [expected, got].map((text) => said(text.slice(from, from + SAID_LENGTH)));
  throw differs({ line, expected: `${wanted} (character ${at + 1})`, got: found ?? null });
}

function rowOfReading({ seq, at, mono, data }: StoredLine): ReadingRow {
  const fields = { ...objectOf(data), type: "reading", at } as ReadingInput;
  return [seq, at, mono, 0, ...valuesOfReading(normaliseReading(fields))];
}

function headerOf(line: FileLine | null, file: string): FileHeader {
  const value = line?.text == null ? null : objectOf(line.text);
  for (const codec of Object.values(EXPORT_CODECS)) {
    const header = value === null ? null : codec.decodeHeader(value);
    if (header === null) continue;
    if (codec.encodeHeader(header) !== line?.text) break;
    if (header.after > 0) throw notWhole(file, header.after);
    return { header, codec };
  }
  const got = line === null ? "an empty file" : (line.trouble ?? said(line.text ?? ""));
  throw new RuntimeProfileError(
    "RP_INPUT",
    `Expected the header of an exported log in line 1 of ${file}, got ${got}; make the file with runtime-profile export.`,
    { path: file },
  );
}

/** A file that cannot be read is said as such. */
function* readableLines(file: string): Generator<FileLine> {
  try {
    yield* linesOfFile(file, MAX_LINE_BYTES);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const got = code === "ENOENT" ? "no such file" : code;
    throw new RuntimeProfileError(
      "RP_INPUT",
      `Expected an exported log at ${file}, got ${got}; name a file that can be read.`,
      { path: file, cause },
    );
  }
}

function objectOf(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

function said(text: string): string {
  const short = text.length > SAID_LENGTH ? `${text.slice(0, SAID_LENGTH)}…` : text;
  return JSON.stringify(short);
}

/** On disk first, then under its name; a log that is half there must never be seen. */
function moveLog(stage: string, folder: string): void {
  try {
    const path = join(stage, LOG_NAME);
    const file = openSync(path, "r+");
    fsyncSync(file);
    closeSync(file);
    // A bookmark of a log that is gone would say that this one lost its end.
    rmSync(join(folder, HEAD_NAME), { force: true });
    renameSync(path, join(folder, LOG_NAME));
    rmSync(stage, { recursive: true, force: true });
  } catch (cause) {
    throw explained(cause, folder);
  }
}

function explained(cause: unknown, folder: string): unknown {
  const { code = sqliteCodeOf(cause) } = cause as NodeJS.ErrnoException;
  if (cause instanceof RuntimeProfileError || code === null) return cause;
  return new RuntimeProfileError(
    "RP_DATA_FOLDER",
    `Expected to write the imported log in ${folder}, got ${sqliteMessageOf(cause)}; free disk space or make the folder writable. Nothing was imported.`,
    { path: folder, cause },
  );
}

function occupied(path: string): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_DATA_FOLDER",
    `Expected a data folder without a log, got one at ${path}; name an empty folder with --data-dir.`,
    { path },
  );
}

function notWhole(file: string, after: number): RuntimeProfileError {
  return new RuntimeProfileError(
    "RP_INPUT",
    `Expected a whole log in ${file}, got the part after seq ${after}; export it without --after.`,
    { path: file },
  );
}
