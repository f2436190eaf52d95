/**
 * How long a decision waits while the log is sealed, pruned or verified: an actor that is asked about
 * every millisecond, in the same process as the work, as in the daemon.
 */
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openLog } from "../src/log/sqlite-log.ts";
import { verifyLog } from "../src/replay/verify.ts";
import { whatIf } from "../src/replay/what-if.ts";
import { changesOf } from "../src/replay/what-if-changes.ts";
import { retainOnce } from "../src/runtime-retention.ts";
import { inSlices } from "../src/runtime-slices.ts";
import { medianOf, quantileOf } from "./figures.ts";
import { type LongRun, longRun } from "./long-log.ts";

const READINGS = 100_000;
const DAY_MS = 86_400_000;

/** Time between two questions, in ms. */
const BEAT_MS = 1;

/** Questions while nothing else is done, and readings in which seals are looked at. */
const IDLE_MS = 2000;
const SEALED_READINGS = 40_000;

/** Prints the table. */
export async function printPauses(folder: string): Promise<void> {
  const place = join(folder, "pauses");
  const { log } = openLog({ folder: place, mode: "write" });
  const run = longRun(log, { beatMs: 500 });
  run.beats(READINGS);
  const { actor, machineHash } = run;
  const signal = new AbortController().signal;
  const retain = (days: number | null): Promise<void> =>
    retainOnce(
      {
        log,
        actor,
        machineHash,
        retention: { readings_days: 7, days, limit_mib: null },
        signal,
        onRefused: (message) => console.log(message),
      },
      run.now(),
    );
  const frozen = openLog({ folder: place, mode: "frozen" }).log;
  const changes = changesOf({ set: ["vram.enter=0.9"] });
  const table: Record<string, object> = {
    ...sealing(run),
    "nothing else": waitsOf(await waits(run, () => idle())),
    verifying: waitsOf(await waits(run, () => inSlices(verifyLog({ log: frozen, machineHash })))),
    "what-if": waitsOf(
      await waits(run, () => inSlices(whatIf({ log: frozen, machineHash, changes }))),
    ),
  };
  frozen.close();
  run.wait(8 * DAY_MS);
  // The write-ahead file grew while the frozen view was open; what that costs is paid here.
  run.beats(2000);
  table["pruning readings"] = waitsOf(await waits(run, () => retain(null)));
  run.wait(31 * DAY_MS);
  run.beats(2000);
  table["pruning entries"] = waitsOf(await waits(run, () => retain(30)));
  console.table(table);
  log.close();
}

/** Seals come with the reading that fills the block, so its own time is the pause. */
function sealing(run: LongRun): Readonly<Record<string, object>> {
  let isSealed = false;
  const end = run.actor.subscribe((entries) => {
    isSealed ||= entries.some(({ type }) => type === "readings.sealed");
  });
  const plain: number[] = [];
  const sealed: number[] = [];
  for (let count = 0; count < SEALED_READINGS; count += 1) {
    isSealed = false;
    const start = performance.now();
    run.beats(1);
    (isSealed ? sealed : plain).push(performance.now() - start);
  }
  end();
  return { "a reading": figuresOf(plain), "a reading that seals": figuresOf(sealed) };
}

async function idle(): Promise<void> {
  for (const end = performance.now() + IDLE_MS; performance.now() < end; ) await nextTurn();
}

/** What one piece of work did to the questions, in ms. */
interface Waits {
  /** From when each question was due until it was decided and written. */
  readonly waited: readonly number[];
  /** CPU time of each turn between two looks: what other processes of the host cannot lengthen. */
  readonly turns: readonly number[];
}

async function waits(run: LongRun, work: () => Promise<unknown>): Promise<Waits> {
  const waited: number[] = [];
  const turns: number[] = [];
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  for (let due = performance.now() + BEAT_MS; !isDone; ) {
    const before = process.threadCpuUsage();
    await nextTurn();
    const { user, system } = process.threadCpuUsage(before);
    turns.push((user + system) / 1000);
    if (performance.now() < due) continue;
    run.beats(1);
    const now = performance.now();
    waited.push(now - due);
    due = now + BEAT_MS;
  }
  await done;
  return { waited, turns };
}

function waitsOf({ waited, turns }: Waits): object {
  return figuresOf(waited, turns);
}

function figuresOf(ms: readonly number[], turns: readonly number[] = []): object {
  const shown = (figure: number): number => Number(figure.toFixed(2));
  return {
    decisions: ms.length,
    "p50 ms": shown(medianOf(ms)),
    "p99 ms": shown(quantileOf(ms, 0.99)),
    "max ms": shown(Math.max(...ms)),
    ...(turns.length === 0
      ? {}
      : {
          "turn p99, CPU ms": shown(quantileOf(turns, 0.99)),
          "turn max, CPU ms": shown(turns.reduce((most, turn) => Math.max(most, turn), 0)),
        }),
  };
}
