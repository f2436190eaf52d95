/** A block that a damage has taken: named as an error until salvage has said so, then like one that was pruned. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportLog } from "../src/log/export.ts";
import { stageImport } from "../src/log/sqlite-import.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import type { LogStore } from "../src/log/store.ts";
import { stateAt } from "../src/replay/moment.ts";
import { whatIf } from "../src/replay/what-if.ts";
import { changesOf } from "../src/replay/what-if-changes.ts";
import { retainOnce } from "../src/runtime-retention.ts";
import { folderOfTest, tamper } from "./log-helper.ts";
import { MACHINE_HASH, verified, type WrittenLog, writtenLog } from "./support/written-log.ts";

const DAY_MS = 86_400_000;
const ALL = { after: 0, before: Number.MAX_SAFE_INTEGER };
const DAMAGED = expect.objectContaining({ code: "RP_LOG_DAMAGED" });

/** A log with pressure now and then, whose second block is no block any more. */
function damagedLog(): WrittenLog {
  const written = writtenLog();
  written.beats(2500, (index) => (index % 400 > 300 ? 19_900 : 4000));
  const [, second] = written.log.blocks(ALL);
  const sql = `UPDATE blocks SET columns = x'28b52ffd' WHERE last_seq = ${second?.last_seq}`;
  tamper(written.folder, sql);
  return written;
}

function savedLog() {
  const written = damagedLog();
  const { saved } = written.log.recover("altered");
  const [lost] = written.log.blocks({ ...ALL, isLost: true });
  if (lost === undefined) throw new Error("nothing was lost");
  return { written, saved, lost };
}

function last<Step, Answer>(run: Generator<Step, Answer>): Answer {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

const askedOf = (log: LogStore) =>
  last(whatIf({ log, machineHash: MACHINE_HASH, changes: changesOf({}) }));

const exported = (log: LogStore): string =>
  [...exportLog({ log, format: "ndjson", after: 0, redact: null })]
    .map(({ text }) => `${text}\n`)
    .join("");

test("lost block: bytes that nobody has given up are an error for whoever needs them", () => {
  const { log } = damagedLog();
  expect([...log.blocks({ ...ALL, isLost: true })]).toEqual([]);
  expect(() => askedOf(log)).toThrow(DAMAGED);
  expect(() => exported(log)).toThrow(DAMAGED);
});

test("lost block: after salvage the past is followed from the record, and says so", () => {
  const { written, saved, lost } = savedLog();
  const { log, states } = written;
  expect(saved).toMatchObject({ isWhole: true, lostReadings: lost.count });
  expect(verified(log).findings).toMatchObject([{ code: "BLOCK_ALTERED", seq: lost.first_seq }]);
  const inside = [...states].filter(([seq]) => seq > lost.first_seq && seq < lost.last_seq);
  for (const [seq, text] of inside.filter((_, index) => index % 41 === 0)) {
    const moment = stateAt(log, MACHINE_HASH, seq);
    expect(moment.inexact).toEqual(["READINGS_PRUNED"]);
    expect(moment.state.chart.state, String(seq)).toEqual(JSON.parse(text).chart.state);
  }
  expect(stateAt(log, MACHINE_HASH, lost.first_seq - 1).inexact).toEqual([]);
  expect(stateAt(log, MACHINE_HASH, log.head()?.seq ?? 0).inexact).toEqual([]);
  expect(log.read({ after: lost.first_seq, before: lost.last_seq, type: "reading" })).toEqual([]);
  expect(log.seqAt(lost.last_at - 1)).toBeGreaterThanOrEqual(lost.first_seq - 1);
  const view = askedOf(log);
  expect(view).toMatchObject({ inexact: ["READINGS_PRUNED"], pruned_readings: lost.count });
  expect([view.first_divergence, view.hypothetical]).toEqual([null, view.actual]);
});

test("lost block: an export names it, and the import of that is the same log", () => {
  const { written, lost } = savedLog();
  const { first_seq, last_seq } = lost;
  const text = exported(written.log);
  const header = JSON.parse(text.slice(0, text.indexOf("\n")));
  expect(header.lost_readings).toEqual([{ first_seq, last_seq }]);
  const folder = folderOfTest();
  const file = join(folder, "export.ndjson");
  writeFileSync(file, text);
  last(stageImport({ file, folder })).keep();
  const { log } = openLog({ folder, mode: "read" });
  expect(verified(log).findings).toEqual(verified(written.log).findings);
  expect(exported(log)).toBe(text);
  log.close();
  writeFileSync(file, text.replace(/"lost_readings":\[.*?\],/, ""));
  expect(() => last(stageImport({ file, folder: folderOfTest() }))).toThrow(DAMAGED);
});

test("lost block: retention takes it away like any other", async () => {
  const { written } = savedLog();
  const { log, actor, wait, now } = written;
  wait(8 * DAY_MS);
  const retention = { readings_days: 7, days: null, limit_mib: null };
  const refused: string[] = [];
  const onRefused = (message: string) => void refused.push(message);
  const { signal } = new AbortController();
  await retainOnce({ log, actor, machineHash: MACHINE_HASH, retention, signal, onRefused }, now());
  expect([refused, ...log.blocks(ALL)]).toEqual([[]]);
  expect(verified(log).findings).toEqual([]);
});
