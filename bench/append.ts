/**
 * What the log costs over bare SQLite: the same rows, settings and transactions, in the same run,
 * round by round in turn. Goal: a durable transition at 0.8 of the bare file or better. Then what a
 * reading and an event weigh, and how long a decision waits while the log is sealed, pruned or verified.
 *
 * Run: node bench/append.ts [folder]; the folder should be on the disk that counts, not in memory.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Output } from "../src/domain/output.ts";
import type { Record as LogRecord } from "../src/log/entry.ts";
import type { EntryRow } from "../src/log/entry-row.ts";
import { openSqlite, type SqliteFile } from "../src/log/sqlite-file.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { CREATE_SCHEMA, INSERT_ENTRY, INSERT_READING } from "../src/log/sqlite-schema.ts";
import type { LogStore } from "../src/log/store.ts";
import { medianOf } from "./figures.ts";
import { printPauses } from "./pauses.ts";
import { printWeights } from "./weights.ts";

const ROUNDS = 7;
const READINGS_PER_ROUND = 8000;
const TRANSITIONS_PER_ROUND = 600;

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), "runtime-profile-bench-"));

const OUTPUTS: readonly Output[] = [
  {
    type: "transition",
    from: "LOCAL_GPU_MID.nominal",
    to: "LOCAL_GPU_MID.degraded.cpu",
    reason: {
      code: "VRAM_EXHAUSTED",
      region: "vram",
      signal: "vram.used",
      value: 0.93,
      unit: "fraction",
      threshold: 0.92,
      level: "hard",
      sustained_ms: 0,
      required_ms: 0,
      from: "LOCAL_GPU_MID.nominal",
      to: "LOCAL_GPU_MID.degraded.cpu",
      demanded_by: ["vram"],
      refused: { smallModel: "WOULD_NOT_FIT" },
      dwell: { served_ms: 0, required_ms: 60_000, factor: 1 },
      return_test: null,
      reading_age_ms: 12,
      estimated: false,
    },
  },
];

function readingAt(at: number, outputs: readonly Output[]): LogRecord {
  return {
    input: {
      type: "reading",
      at,
      vram: { used_mib: 7600, total_mib: 8188, own_mib: 2048, source_at: at - 10 },
      memory: { available_mib: 18_000, total_mib: 32_000, source_at: at },
      cpu: { used_percent: 35.8, source_at: at },
    },
    outputs,
    mono: at,
    actor: "sensor",
  };
}

/** The bare side: prepared inserts of rows of the same shape, nothing else. */
function bareFileOf(name: string, synchronous: "NORMAL" | "FULL"): SqliteFile {
  const file = openSqlite(join(folder, name));
  file.pragma("journal_mode = WAL");
  file.exec(CREATE_SCHEMA.replaceAll(/CREATE TRIGGER[\s\S]*?END;/g, ""));
  file.pragma(`synchronous = ${synchronous}`);
  return file;
}

const START = 1_790_000_000_000;
const bareNormal = bareFileOf("bare-normal.sqlite", "NORMAL");
const bareFull = bareFileOf("bare-full.sqlite", "FULL");
const readings: LogStore = openLog({ folder: join(folder, "readings"), mode: "write" }).log;
const transitions: LogStore = openLog({ folder: join(folder, "transitions"), mode: "write" }).log;

const rowOf = (seq: number): unknown[] => {
  const at = START + seq * 1000;
  return [seq, at, at, 1, 7600, 8188, 2048, at - 10, 18_000, 32_000, at, 358, at, null];
};
const entryOf = (seq: number): EntryRow => ({
  seq,
  kind: "output",
  type: "transition",
  v: 1,
  at: START + seq,
  mono: seq,
  boot: 1,
  cause: seq - 1,
  actor: "runtime",
  data: JSON.stringify(OUTPUTS[0]),
  readings: "0".repeat(64),
  prev: "0".repeat(64),
  hash: "0".repeat(64),
});

let seq = 0;
const insertNormal = bareNormal.prepare(INSERT_READING);
const insertReading = bareFull.prepare(INSERT_READING);
const insertEntry = bareFull.prepare(INSERT_ENTRY);
const insertBoth = bareFull.transaction((at: number) => {
  insertReading.run(rowOf(at));
  insertEntry.run(entryOf(at + 1));
}).immediate;

const CASES = [
  {
    name: "reading, NORMAL",
    count: READINGS_PER_ROUND,
    goal: null,
    bare: () => insertNormal.run(rowOf(++seq)),
    ours: () => readings.append(readingAt(START + ++seq * 1000, [])),
  },
  {
    name: "reading + transition, FULL",
    count: TRANSITIONS_PER_ROUND,
    goal: 0.8,
    bare: () => {
      seq += 2;
      insertBoth(seq);
    },
    ours: () => transitions.append(readingAt(START + ++seq * 1000, OUTPUTS)),
  },
];

function perSecond(count: number, act: () => unknown): number {
  const start = process.hrtime.bigint();
  for (let index = 0; index < count; index++) act();
  return (count * 1e9) / Number(process.hrtime.bigint() - start);
}

const table = CASES.map(({ name, count, goal, bare, ours }) => {
  const rounds = Array.from({ length: ROUNDS }, () => [
    perSecond(count, bare),
    perSecond(count, ours),
  ]).slice(1);
  const [bareRate, ourRate, ratio] = [
    medianOf(rounds.map(([rate = 0]) => rate)),
    medianOf(rounds.map(([, rate = 0]) => rate)),
    medianOf(rounds.map(([one = 1, other = 0]) => other / one)),
  ];
  return {
    append: name,
    "bare /s": Math.round(bareRate),
    "log /s": Math.round(ourRate),
    ratio: Number(ratio.toFixed(2)),
    goal: goal ?? "-",
  };
});
console.table(table);

const head = transitions.head()?.seq ?? 0;
const start = process.hrtime.bigint();
const findings = transitions.verifyChain().length + readings.verifyChain().length;
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const lines = head + (readings.head()?.seq ?? 0);
console.log(`verify: ${lines} lines, ${findings} findings, ${Math.round(lines / seconds)} lines/s`);

for (const file of [bareNormal, bareFull, readings, transitions]) file.close();
printWeights(folder);
await printPauses(folder);
rmSync(folder, { recursive: true });
