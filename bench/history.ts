/**
 * What a page about the past costs on a log of one million readings and about five thousand transitions:
 * each question beside reading one checkpoint and beside folding the whole log, in the same run and round
 * by round in turn. The least of the rounds counts, and of the longest turns of the event loop the
 * shortest: what other processes of the host take away would be the whole answer.
 *
 * Run: node bench/history.ts [--readings 1000000] [--rounds 9] [--folder DIR] [--keep]
 * With --folder the log there is used, or made and kept.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openLog } from "../src/log/sqlite-log.ts";
import { firstState } from "../src/replay/checkpoint.ts";
import { foldSteps } from "../src/replay/moment.ts";
import { historyOn } from "../src/runtime-history.ts";
import { snapshotOn } from "../src/runtime-moment.ts";
import { type EventSearch, logViewOf, searchSteps } from "../src/runtime-pages.ts";
import { inSlices } from "../src/runtime-slices.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import { judged } from "./figures.ts";
import { longRun } from "./long-log.ts";

const { values } = parseArgs({
  options: {
    readings: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "9" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});

/** A person waits for the answer, and a decision for the turn (ms). */
const GOALS = { answer: 100, turn: 5 };

const folder = values.folder ?? mkdtempSync(join(tmpdir(), "runtime-profile-history-"));
if (!existsSync(join(folder, "log.sqlite"))) write();
const { log } = openLog({ folder, mode: "read" });
const machineHash = machineHashOf();
const head = log.head()?.seq ?? 0;
const middle = Math.floor(head / 2);
const { readings, transitions, used_bytes } = logViewOf(log);
console.log(
  `${readings} readings, ${transitions} transitions, ${(used_bytes / 1024 / 1024).toFixed(1)} MiB`,
);

const search = (wanted: EventSearch) => inSlices(searchSteps(log, wanted));
const QUESTIONS: Readonly<Record<string, () => unknown>> = {
  checkpoint: () => log.lastCheckpoint(middle),
  "full fold": () => {
    const from = firstState(log, machineHash);
    const range = { after: from.seq, through: head, machineHash };
    return inSlices(foldSteps(log, from.state, range)).then((state) => state?.at ?? null);
  },
  log: () => logViewOf(log),
  "events, newest 50": () => search({ order: "descending", limit: 50 }),
  "events, newest 50 transitions": () =>
    search({ order: "descending", limit: 50, type: "transition" }),
  "events, a rare reason": () =>
    search({ code: ["HOST_DETECTED"], order: "descending", limit: 50 }),
  "events, an hour": () => search({ since: "-2h", until: "-1h", limit: 50 }),
  "history of all": () => historyOn(folder),
  "history of all, 2000 points": () => historyOn(folder, { points: 2000 }),
  "history of 40 hours": () => historyOn(folder, { since: "-40h" }),
  "history of an hour": () => historyOn(folder, { since: "-5d", until: `-${5 * 24 - 1}h` }),
  "history of a minute": () => historyOn(folder, { since: "-5d", until: `-${5 * 24 * 60 - 1}m` }),
  "snapshot in the middle": () => snapshotOn(folder, { moment: String(middle), language: "en" }),
};

/** One answer as JSON text: ms of all of it and of its longest turn. */
interface Cost {
  readonly ms: number;
  readonly turn: number;
  readonly bytes: number;
}

const costs = new Map<string, Cost[]>(Object.keys(QUESTIONS).map((name) => [name, []]));
for (let round = 0; round <= Number(values.rounds); round += 1) {
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    const cost = await costOf(ask);
    // The first round warms up.
    if (round > 0) costs.get(name)?.push(cost);
  }
}
const leastOf = (name: string, part: keyof Cost): number =>
  Math.min(...(costs.get(name) ?? []).map((cost) => cost[part]));
console.table(
  Object.fromEntries(
    Object.keys(QUESTIONS).map((name) => {
      const ms = leastOf(name, "ms");
      const isReference = name === "checkpoint" || name === "full fold";
      return [
        name,
        {
          ms: isReference ? ms.toFixed(2) : judged(ms, { most: GOALS.answer }),
          "longest turn, ms": isReference
            ? leastOf(name, "turn").toFixed(2)
            : judged(leastOf(name, "turn"), { most: GOALS.turn }),
          "to a checkpoint": Number((ms / leastOf("checkpoint", "ms")).toFixed(1)),
          "to a full fold": Number((ms / leastOf("full fold", "ms")).toFixed(4)),
          "KiB of JSON": Number((leastOf(name, "bytes") / 1024).toFixed(1)),
        },
      ];
    }),
  ),
);
log.close();
if (values.folder === undefined && !values.keep) rmSync(folder, { recursive: true });
else console.log(`kept: ${folder}`);

function write(): void {
  const { log: written } = openLog({ folder, mode: "write" });
  longRun(written).beats(Number(values.readings));
  written.close();
}

async function costOf(ask: () => unknown): Promise<Cost> {
  await nextTurn();
  let [bytes, isDone, turn] = [0, false, 0];
  const start = performance.now();
  let before = start;
  const done = Promise.resolve(ask()).then((answer) => {
    bytes = JSON.stringify(answer).length;
    isDone = true;
  });
  do {
    await nextTurn();
    const now = performance.now();
    turn = Math.max(turn, now - before);
    before = now;
  } while (!isDone);
  await done;
  return { ms: before - start, turn, bytes };
}
