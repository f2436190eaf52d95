/**
 * What looking back costs on a log of one million readings and about five thousand transitions: replay,
 * verify and what-if beside reading the same blocks without folding, and a state at any past moment
 * beside reading the checkpoint alone, all in the same run and round by round in turn. Of each moment
 * the least of the rounds counts: a hundredth that the host takes away would be the whole answer.
 *
 * Run: node bench/replay.ts [--readings 1000000] [--rounds 5] [--beat-ms 1000] [--folder DIR] [--keep]
 * With --folder the log there is used, or made and kept.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openLog } from "../src/log/sqlite-log.ts";
import type { LogStore } from "../src/log/store.ts";
import { firstState, newestState } from "../src/replay/checkpoint.ts";
import { foldSteps, stateAt } from "../src/replay/moment.ts";
import { verifyLog } from "../src/replay/verify.ts";
import { whatIf } from "../src/replay/what-if.ts";
import { changesOf } from "../src/replay/what-if-changes.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import { judged, medianOf, msOf, quantileOf } from "./figures.ts";
import { longRun } from "./long-log.ts";

const { values } = parseArgs({
  options: {
    readings: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    "beat-ms": { type: "string", default: "1000" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const machineHash = machineHashOf();

/** Past moments that are asked, and readings of the log that are written between two lines of progress. */
const MOMENTS = 500;
const WRITTEN_AT_A_TIME = 100_000;

/** Steps of a run between two looks at the memory. */
const STEPS_PER_LOOK = 100;

/** From performance.md: of the ratio to reading, of verify to replay, of p99 at a past moment. */
const GOALS = { replay: 0.5, verify: 0.5, moment: 5, fold: 0.01 };

const folder = values.folder ?? mkdtempSync(join(tmpdir(), "runtime-profile-replay-"));
if (!existsSync(join(folder, "log.sqlite"))) write();
const { log } = openLog({ folder, mode: "read" });
const head = log.head()?.seq ?? 0;
const { readings, entries, types } = log.counts();
console.log(
  `${readings} readings, ${entries} entries, ${types["transition"] ?? 0} transitions, ${types["readings.sealed"] ?? 0} blocks, ${(log.usedBytes() / 1024 / 1024).toFixed(1)} MiB`,
);

const RUNS: Readonly<Record<string, (log: LogStore) => Generator<unknown, unknown>>> = {
  read: reading,
  replay: replaying,
  verify: (log) => verifyLog({ log, machineHash }),
  "what-if": (log) => whatIf({ log, machineHash, changes: changesOf({ set: ["vram.enter=0.9"] }) }),
};

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const times = new Map<string, number[]>();
for (const name of Object.keys(RUNS)) times.set(name, []);
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, run] of Object.entries(RUNS)) {
    const ms = msOf(() => drained(run(log)));
    // The first round warms up.
    if (round > 0) times.get(name)?.push(ms);
  }
}
const rateOf = (name: string): number => head / (medianOf(times.get(name) ?? []) / 1000);
const ratioOf = (name: string, to: string): number =>
  medianOf((times.get(to) ?? []).map((ms, round) => ms / (times.get(name)?.[round] ?? 1)));
console.table({
  read: { "events/s": Math.round(rateOf("read")) },
  replay: {
    "events/s": Math.round(rateOf("replay")),
    "to read": judged(ratioOf("replay", "read"), { least: GOALS.replay }),
  },
  verify: {
    "events/s": Math.round(rateOf("verify")),
    "to read": ratioOf("verify", "read").toFixed(2),
    "to replay": judged(ratioOf("verify", "replay"), { least: GOALS.verify }),
  },
  "what-if": {
    "events/s": Math.round(rateOf("what-if")),
    "to read": ratioOf("what-if", "read").toFixed(2),
    "to replay": ratioOf("what-if", "replay").toFixed(2),
  },
});

console.table(
  Object.fromEntries(Object.entries(RUNS).map(([name, run]) => [name, memoryOf(run(log))])),
);

moments();
log.close();
if (values.folder === undefined && !values.keep) rmSync(folder, { recursive: true });
else console.log(`kept: ${folder}`);

function write(): void {
  const { log: written } = openLog({ folder, mode: "write" });
  const start = performance.now();
  const run = longRun(written, { beatMs: Number(values["beat-ms"]) });
  for (let left = Number(values.readings); left > 0; left -= WRITTEN_AT_A_TIME)
    run.beats(Math.min(left, WRITTEN_AT_A_TIME));
  written.close();
  console.log(`written in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

function drained<Answer>(run: Generator<unknown, Answer>): Answer {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

/** The same pieces as a replay, opened, and one number of each reading looked at. */
function* reading(log: LogStore): Generator<undefined, number> {
  let sum = 0;
  for (const piece of log.pieces({ after: 0, kinds: "inputs" })) {
    if (piece.kind !== "readings") continue;
    const { columns, from, to } = piece.run;
    const { vram_used_mib: used } = columns.numbers;
    for (let place = from; place < to; place += 1) sum += used[place] as number;
    yield;
  }
  return sum;
}

function* replaying(log: LogStore): Generator<undefined, unknown> {
  const from = firstState(log, machineHash);
  return yield* foldSteps(log, from.state, { after: from.seq, through: head, machineHash });
}

/** Heap after a collection, at a tenth and at nine tenths of the way, and the largest of both kinds. */
function memoryOf(run: Generator<unknown, unknown>): Readonly<Record<string, string>> {
  collect();
  const before = process.memoryUsage();
  const looks: NodeJS.MemoryUsage[] = [];
  const kept: number[] = [];
  for (let steps = 1; !run.next().done; steps += 1) {
    if (steps % STEPS_PER_LOOK !== 0) continue;
    looks.push(process.memoryUsage());
    collect();
    kept.push(process.memoryUsage().heapUsed);
  }
  const mib = (bytes: number | undefined): string => ((bytes ?? 0) / 1024 / 1024).toFixed(1);
  return {
    "heap before": mib(before.heapUsed),
    "peak (uncollected)": mib(Math.max(...looks.map(({ heapUsed }) => heapUsed))),
    "kept at 1/10": mib(kept[Math.floor(kept.length * 0.1)]),
    "at 9/10 (MiB)": mib(kept[Math.floor(kept.length * 0.9)]),
    "rss before": mib(before.rss),
    "rss peak (MiB)": mib(Math.max(...looks.map(({ rss }) => rss))),
  };
}

/** A state at any past moment, beside the checkpoint before it alone. */
function moments(): void {
  const step = 0.618_033_988_75;
  const seqs = Array.from({ length: MOMENTS }, (_, index) =>
    Math.max(1, Math.floor(((index * step) % 1) * head)),
  );
  const asks: number[][] = seqs.map(() => []);
  const looks: number[][] = seqs.map(() => []);
  // Round by round, so that no block is still open when it is asked for again.
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, seq] of seqs.entries()) {
      asks[index]?.push(msOf(() => stateAt(log, machineHash, seq)));
      looks[index]?.push(msOf(() => newestState(log, machineHash, seq)));
    }
  }
  const asked = asks.map((each) => Math.min(...each));
  const looked = looks.map((each) => Math.min(...each));
  const whole = medianOf(times.get("replay") ?? []);
  const us = (ms: number): number => Math.round(ms * 1000);
  const p99 = quantileOf(asked, 0.99);
  console.table({
    "checkpoint alone": { "p50 us": us(medianOf(looked)), "p99 us": us(quantileOf(looked, 0.99)) },
    "state at a moment": {
      "p50 us": us(medianOf(asked)),
      "p99 us": us(p99),
      "p99 to p50 of the checkpoint": judged(p99 / medianOf(looked), { most: GOALS.moment }),
      "p99 to its p99": (p99 / quantileOf(looked, 0.99)).toFixed(2),
      "p99 to a full fold": judged(p99 / whole, { most: GOALS.fold }),
    },
  });
}
