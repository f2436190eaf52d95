/** What the log weighs: bytes of a reading in blocks of two sizes, of an event, and of parts of a checkpoint. */
import { join } from "node:path";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import type { LogStore } from "../src/log/store.ts";
import { judged } from "./figures.ts";
import { longRun } from "./long-log.ts";

/** From performance.md: bytes of a reading on disk, alone and against a row of JSON. */
const GOAL_BYTES = 12;
const GOAL_SHARE = 0.05;

const READINGS = 30_720;

/** Fields of an entry beside its data: numbers, names and two hashes. */
const ROW_BYTES = "length(kind) + length(type) + length(actor) + length(prev) + length(hash) + 24";

type Row = Readonly<Record<string, string | number>>;

/** Prints the tables. */
export function printWeights(folder: string): void {
  const table: Record<string, Row> = {};
  for (const [name, beatMs] of [
    ["1,024 a block", 500],
    ["600 a block", 1000],
  ] as const)
    table[name] = readingWeights(join(folder, `weight-${beatMs}`), beatMs);
  console.table(table);
  eventWeights(join(folder, "weight-events"));
}

function readingWeights(folder: string, beatMs: number): Row {
  const { log } = openLog({ folder, mode: "write" });
  const run = longRun(log, { beatMs, hasEpisodes: false });
  run.beats(READINGS);
  const json = jsonBytes(log);
  const file = openSqlite(join(folder, LOG_NAME), { readonly: true });
  const numberOf = (sql: string): number => file.prepare(sql).pluck().get() as number;
  const readings = numberOf("SELECT sum(count) FROM blocks");
  const of = (sql: string): number => numberOf(sql) / readings;
  const typed = (type: string): number =>
    of(`SELECT sum(length(data) + ${ROW_BYTES}) FROM entries WHERE type = '${type}'`);
  const block = of("SELECT sum(length(columns)) FROM blocks");
  const all = of("SELECT sum(pgsize) FROM dbstat WHERE name <> 'readings'");
  const [seal, checkpoint] = [typed("readings.sealed"), typed("checkpoint")];
  file.close();
  log.close();
  return {
    "block alone": block.toFixed(1),
    seal: seal.toFixed(1),
    checkpoint: checkpoint.toFixed(1),
    "all, on disk": judged(all, { most: GOAL_BYTES }),
    "JSON row": json.toFixed(0),
    "all to JSON row": judged(all / json, { most: GOAL_SHARE }),
  };
}

/** Bytes on disk of a reading as a row of JSON, with nothing else in the file. */
function jsonBytes(log: LogStore): number {
  const file = openSqlite(":memory:");
  file.exec("CREATE TABLE rows (seq INTEGER PRIMARY KEY, data TEXT NOT NULL)");
  const insert = file.prepare("INSERT INTO rows VALUES (?, ?)");
  let rows = 0;
  for (const { seq, type, at, mono, data } of log.inputsAfter(0)) {
    if (type !== "reading") continue;
    insert.run(seq, JSON.stringify({ type, at, mono, data }));
    rows += 1;
  }
  const bytes = file.prepare("SELECT sum(pgsize) FROM dbstat WHERE name = 'rows'").pluck().get();
  file.close();
  return (bytes as number) / rows;
}

function eventWeights(folder: string): void {
  const { log } = openLog({ folder, mode: "write" });
  longRun(log).beats(READINGS);
  const file = openSqlite(join(folder, LOG_NAME), { readonly: true });
  const sql = `SELECT type, count(*) AS count, round(avg(length(data))) AS data, round(avg(length(data) + ${ROW_BYTES})) AS row FROM entries GROUP BY type ORDER BY count DESC`;
  console.table(file.prepare(sql).all());
  file.close();
  const checkpoint = log.lastCheckpoint()?.data as { readonly state?: object } | undefined;
  console.table(partsOf({ ...checkpoint?.state }));
  log.close();
}

/** Bytes of each part of a checkpoint, sensing taken apart once more; heaviest first. */
function partsOf(state: Readonly<Record<string, unknown>>): readonly Row[] {
  const { sensing, ...rest } = state;
  const inner = Object.entries(sensing ?? {}).map(([name, part]) => [`sensing.${name}`, part]);
  const parts = [...Object.entries(rest), ...inner] as [string, unknown][];
  return parts
    .map(([part, value]) => ({ part, bytes: JSON.stringify(value ?? null).length }))
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, 12);
}
