/** Retention on a real log: what goes, what stays, and that the chain still proves it. */
import { expect, test } from "vitest";
import { checkpointOf } from "../src/machines/runtime-state.ts";
import { stateAt } from "../src/replay/moment.ts";
import { believedTime, type RetentionParts, retainOnce } from "../src/runtime-retention.ts";
import { stateFromLog } from "../src/runtime-start.ts";
import { tamper } from "./log-helper.ts";
import { MACHINE_HASH, verified, type WrittenLog, writtenLog } from "./support/written-log.ts";

const DAY_MS = 86_400_000;
const pressed = (index: number): number => (index % 400 > 300 ? 19_900 : 4000);

function partsOf({ log, actor }: WrittenLog, change: Partial<RetentionParts["retention"]> = {}) {
  const refused: string[] = [];
  const retention = { readings_days: 7, days: null, limit_mib: null, ...change };
  const signal = new AbortController().signal;
  const onRefused = (message: string) => void refused.push(message);
  return {
    parts: { log, actor, machineHash: MACHINE_HASH, retention, signal, onRefused },
    refused,
  };
}

test("retention: readings of more than seven days go, and the chain and the state still hold", async () => {
  const written = writtenLog();
  const { log, beats, wait, now } = written;
  beats(2500, pressed);
  const transitions = log.read({ type: "transition", limit: 1000 });
  const seals = log.read({ type: "readings.sealed" }).length;
  const live = JSON.stringify(checkpointOf(stateFromLog(log, MACHINE_HASH)));
  const { parts, refused } = partsOf(written);
  await retainOnce(parts, now() + 7 * DAY_MS - 2_600_000);
  expect(log.start().prunedReadings).toBe(0);
  wait(8 * DAY_MS);
  await retainOnce(parts, now());
  expect(refused).toEqual([]);
  expect([...log.blocks({ after: 0, before: 1e9 })]).toEqual([]);
  expect(log.read({ type: "effect.finished" })).toHaveLength(seals);
  expect(log.read({ type: "transition", limit: 1000 })).toEqual(transitions);
  const report = verified(log);
  expect(report.findings).toEqual([]);
  expect(report.pruned_readings).toBeGreaterThan(1900);
  const { at: _at, ...same } = JSON.parse(live);
  expect(JSON.parse(JSON.stringify(checkpointOf(stateFromLog(log, MACHINE_HASH))))).toMatchObject(
    same,
  );
});

test("retention: a moment among pruned readings is followed from the record, and says so", async () => {
  const written = writtenLog();
  const { log, beats, wait, now, states } = written;
  beats(2500, pressed);
  const before = [...states].map(([seq]) => stateAt(log, MACHINE_HASH, seq));
  wait(8 * DAY_MS);
  await retainOnce(partsOf(written).parts, now());
  for (const { seq, state } of before.filter(({ seq }, index) => index % 41 === 0 && seq < 2400)) {
    const moment = stateAt(log, MACHINE_HASH, seq);
    expect(moment.state.chart.state, String(seq)).toEqual(state.chart.state);
    expect(moment.state.lastTransition).toEqual(state.lastTransition);
    expect(moment.inexact).toEqual(["READINGS_PRUNED"]);
  }
});

test("retention: a checkpoint among pruned readings is nothing that verify goes on from", async () => {
  const written = writtenLog();
  const { log, actor, beats, wait, now } = written;
  beats(300);
  actor.checkpoint();
  beats(50, () => 19_900);
  actor.submit({ type: "effect.finished", effect: "none" }, "effect");
  actor.checkpoint();
  wait(8 * DAY_MS);
  beats(1);
  await retainOnce(partsOf(written).parts, now() + 7 * DAY_MS + 1);
  const report = verified(log);
  expect(report.pruned_readings).toBe(351);
  expect(report.findings).toEqual([]);
});

test("retention: the whole log goes by age and by size, from a proved checkpoint on", async () => {
  for (const change of [{ days: 30 }, { limit_mib: 0.1 }]) {
    const written = writtenLog();
    const { log, beats, wait, now, actor } = written;
    beats(3000, pressed);
    actor.submit({ type: "degrade.requested", rung: "cloud", reason: "held" }, "user");
    beats(700);
    wait(31 * DAY_MS);
    beats(700);
    const state = checkpointOf(stateFromLog(log, MACHINE_HASH));
    const { parts, refused } = partsOf(written, change);
    await retainOnce(parts, now());
    expect(refused).toEqual([]);
    const { floor } = log.start();
    expect(floor?.seq).toBeGreaterThan(600);
    const [first] = log.read({ limit: 1 });
    expect(first).toMatchObject({ seq: (floor?.seq ?? 0) + 1, type: "checkpoint" });
    expect(verified(log).findings).toEqual([]);
    expect(stateFromLog(log, MACHINE_HASH).chart.state).toEqual(state.chart.state);
    expect(log.entry(3)).toBeNull();
  }
});

test("retention: refuses where the checkpoint is not what follows, and says where to look", async () => {
  const written = writtenLog();
  const { log, beats, wait, now, folder } = written;
  beats(2500, pressed);
  wait(8 * DAY_MS);
  tamper(
    folder,
    "UPDATE entries SET data = replace(data, '\"isFitAwaited\":false', '\"isFitAwaited\":true') WHERE type = 'checkpoint'",
  );
  const { parts, refused } = partsOf(written, { days: 1 });
  await retainOnce(parts, now());
  expect(refused).toHaveLength(1);
  expect(refused[0]).toContain("nothing older is removed");
  expect(log.start()).toMatchObject({ floor: null, prunedReadings: 0 });
});

test("retention: a pruned log whose record of it is taken out is found", async () => {
  const written = writtenLog();
  const { log, beats, wait, now, folder } = written;
  beats(2500, pressed);
  wait(31 * DAY_MS);
  beats(10);
  await retainOnce(partsOf(written, { days: 30 }).parts, now());
  const floor = log.start().floor?.seq ?? 0;
  tamper(
    folder,
    `UPDATE meta SET value = '{"seq":${floor + 1},"hash":"00"}' WHERE key = 'pruned_entries'`,
  );
  expect(verified(log).findings.map(({ code }) => code)).toContain("START_DIFFERS");
});

test("retention: a clock that is suddenly far ahead is believed a day for each hour only", () => {
  const hour = 3_600_000;
  const timeAfter = (mono: number, ahead: number) =>
    believedTime({ now: () => 1000 * DAY_MS + ahead, mono: () => mono, begin: 1000 * DAY_MS });
  expect(timeAfter(0, 400 * DAY_MS)).toBe(1000 * DAY_MS);
  expect(timeAfter(hour, 400 * DAY_MS)).toBe(1001 * DAY_MS);
  expect(timeAfter(hour, hour)).toBe(1000 * DAY_MS + hour);
});

test("retention: what is wrong with a block does not keep the log from being cut", async () => {
  const written = writtenLog();
  const { log, beats, wait, now, folder } = written;
  beats(6000, pressed);
  wait(31 * DAY_MS);
  beats(10);
  tamper(
    folder,
    "UPDATE blocks SET columns = x'00' WHERE last_seq = (SELECT min(last_seq) FROM blocks)",
  );
  const round = retainOnce(partsOf(written, { limit_mib: 0.05 }).parts, now());
  await expect(round).rejects.toMatchObject({ code: "RP_LOG_DAMAGED" });
  expect(log.start().floor).not.toBeNull();
});
