/**
 * What looking back costs: replay, verify and what-if over a million readings against reading the same
 * blocks without folding, and a past moment against reading its checkpoint and against the whole fold.
 *
 * Run: node bench/replay.ts [readings] [folder]; goals are those of the performance page.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLog } from "../src/log/sqlite-log.ts";
import type { LogStore } from "../src/log/store.ts";
import { initialState } from "../src/machines/decider.ts";
import { restoredFrom } from "../src/replay/checkpoint.ts";
import { foldSteps, stateAt } from "../src/replay/moment.ts";
import { verifyLog } from "../src/replay/verify.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import { writer } from "./million.ts";

const READINGS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 5;
const MOMENTS = 500;
const HASH = machineHashOf();

const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), "runtime-profile-replay-"));

function seconds(act: () => unknown): number {
  const start = process.hrtime.bigint();
  act();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function drained<Answer>(run: Generator<unknown, Answer>, look: () => void = () => {}): Answer {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
    look();
  }
}

/** Every block is opened and its numbers are touched; entries are read too. */
function readOnly(log: LogStore): number {
  let sum = 0;
  for (const piece of log.pieces({ after: 0, kinds: "inputs" })) {
    if (piece.kind !== "readings") continue;
    const { columns, from, to } = piece.run;
    for (let place = from; place < to; place += 1) sum += columns.numbers.vram_used_mib[place] ?? 0;
  }
  return sum;
}

const build = seconds(() => {
  const { log, beat } = writer(folder);
  for (let index = 0; index < READINGS; index += 1) beat(index);
  log.close();
});
const size = statSync(join(folder, "log.sqlite")).size;
const { log } = openLog({ folder, mode: "frozen" });
const { types, readings, entries } = log.counts();
const head = log.head()?.seq ?? 0;
console.log(
  `${readings} readings, ${types["transition"]} transitions, ${entries} entries, ${(size / 2 ** 20).toFixed(1)} MiB; written in ${build.toFixed(0)} s`,
);

let peakMib = 0;
const lookAtMemory = (): void => {
  peakMib = Math.max(peakMib, process.memoryUsage.rss() / 2 ** 20);
};
const range = { after: 0, through: head, machineHash: HASH };
const runs = {
  "read blocks": () => readOnly(log),
  replay: () => drained(foldSteps(log, initialState(), range), lookAtMemory),
  verify: () => {
    const report = drained(verifyLog({ log, machineHash: HASH }), lookAtMemory);
    if (!report.ok) throw new Error(JSON.stringify(report.findings.slice(0, 3)));
  },
};
const names = Object.keys(runs) as (keyof typeof runs)[];
readOnly(log);
const before = process.memoryUsage.rss() / 2 ** 20;
const rounds = Array.from({ length: ROUNDS }, () => names.map((name) => seconds(runs[name])));
const times = names.map((_, column) => medianOf(rounds.map((round) => round[column] ?? 0)));
const [read = 1, replay = 1] = times;
const goals = { "read blocks": "-", replay: ">= 0.5 of read", verify: ">= 0.5 of replay" };
console.table(
  names.map((name, column) => ({
    run: name,
    seconds: Number((times[column] ?? 0).toFixed(2)),
    "readings/s": Math.round(readings / (times[column] ?? 1)),
    "of reading blocks": Number((read / (times[column] ?? 1)).toFixed(2)),
    "of replay": Number((replay / (times[column] ?? 1)).toFixed(2)),
    goal: goals[name],
  })),
);
console.log(
  `memory (RSS): ${before.toFixed(0)} MiB before, at most ${peakMib.toFixed(0)} MiB while folding`,
);

const moments = Array.from({ length: MOMENTS }, (_, index) => 1 + ((index * 7_919_317) % head));
const checkpointOnly = moments.map((seq) =>
  seconds(() => {
    const entry = log.lastCheckpoint(seq);
    if (entry !== null) restoredFrom(entry, HASH);
  }),
);
const past = moments.map((seq) => seconds(() => stateAt(log, HASH, seq)));
const [rowP99, p50, p99] = [
  percentile(checkpointOnly, 0.99),
  percentile(past, 0.5),
  percentile(past, 0.99),
];
console.table([
  {
    "?at=": `${MOMENTS} moments`,
    "p50 ms": Number((p50 * 1e3).toFixed(3)),
    "p99 ms": Number((p99 * 1e3).toFixed(3)),
    "checkpoint row p99 ms": Number((rowP99 * 1e3).toFixed(3)),
    "p99 of row": Number((p99 / rowP99).toFixed(1)),
    "goal (row)": "<= 5",
    "p99 of full fold": Number((p99 / replay).toFixed(5)),
    "goal (fold)": "<= 0.01",
  },
]);
log.close();
rmSync(folder, { recursive: true });
