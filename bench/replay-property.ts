/**
 * The property of replay at length: lives of a runtime by chance, each with faults, restarts, gaps and
 * retention, and for each that its log is that life: from the start, from every checkpoint, at past
 * moments; that a what-if without changes differs in nothing; that verify finds nothing. The short form is `test/replay-property.test.ts`.
 *
 * Run: node bench/replay-property.ts [--lives 1000] [--inputs 500] [--seed 1] [--folder /dev/shm]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { proofOf } from "../test/support/life-proofs.ts";
import { RandomLife } from "../test/support/random-life.ts";

const { values } = parseArgs({
  options: {
    lives: { type: "string", default: "1000" },
    inputs: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    folder: { type: "string", default: tmpdir() },
  },
});
const first = Number(values.seed);
const lives = Number(values.lives);
const inputs = Number(values.inputs);

/** Every twentieth life is long enough for blocks that are full. */
const LONG_EVERY = 20;
const LONG_TIMES = 5;

/** Differences of one life that are printed. */
const SHOWN = 5;

const base = mkdtempSync(join(values.folder, "runtime-profile-property-"));
const totals = new Map<string, number>();
const failed: number[] = [];
const add = (counts: object): void => {
  for (const [name, count] of Object.entries(counts))
    totals.set(name, (totals.get(name) ?? 0) + Number(count));
};

const start = performance.now();
for (let seed = first; seed < first + lives; seed += 1) {
  const folder = join(base, String(seed));
  const life = new RandomLife(seed, folder);
  await life.live(inputs * (seed % LONG_EVERY === 0 ? LONG_TIMES : 1));
  const { differences, checkpoints, moments, wholes, whatIfs, report } = proofOf(life);
  const { types } = life.log.counts();
  add({
    lives: 1,
    ...life.counts,
    readings: report.readings,
    transitions: types["transition"] ?? 0,
    seals: types["readings.sealed"] ?? 0,
    gaps: types["log.gap"] ?? 0,
    "pruned readings": report.pruned_readings,
    "pruned starts": life.log.start().floor === null ? 0 : 1,
    "folded from the first entry": wholes,
    "folded from a checkpoint": checkpoints,
    "past moments": moments,
    "what-ifs without changes": whatIfs,
    "outputs compared": report.outputs_compared,
    "checkpoints compared": report.checkpoints_compared,
  });
  life.close();
  rmSync(folder, { recursive: true });
  if (differences.length === 0) continue;
  failed.push(seed);
  console.log(`seed ${seed}: ${differences.length} differences`);
  for (const difference of differences.slice(0, SHOWN)) console.log(`  ${difference}`);
}
rmSync(base, { recursive: true });

console.table(Object.fromEntries(totals));
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `${lives} lives of ${inputs} inputs and more: nothing differs (${seconds} s)`
    : `${failed.length} of ${lives} lives differ (${seconds} s); again: --lives 1 --seed ${failed[0]}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
