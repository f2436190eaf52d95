/** Sealing, looking back and verifying on a real log that an actor wrote. */
import { expect, test } from "vitest";
import type { Entry } from "../src/log/entry.ts";
import { checkpointOf } from "../src/machines/runtime-state.ts";
import { stateAt } from "../src/replay/moment.ts";
import { tamper } from "./log-helper.ts";
import { MACHINE_HASH, verified, writtenLog } from "./support/written-log.ts";

const sealsOf = (entries: readonly Entry[]) => entries.map(({ seq, data }) => [seq, data]);

test("seal: 1,024 readings, or ten minutes of them, become one block with seal and checkpoint", () => {
  const { log, beats } = writtenLog();
  beats(1300, (index) => 4000 + (index % 50), 500);
  const seals = log.read({ type: "readings.sealed" });
  expect(seals.map(({ data }) => (data as { count: number }).count)).toEqual([1024]);
  beats(1300, (index) => (index > 600 && index < 700 ? 19_900 : 4000 + (index % 50)));
  expect(log.read({ type: "readings.sealed" }).length).toBeGreaterThan(2);
  expect(log.counts().readings).toBe(2600);
  expect(log.unsealed().count).toBeLessThan(601);
  const [first] = sealsOf(log.read({ type: "readings.sealed" }));
  expect(first?.[1]).toMatchObject({
    roll_up: { vram_used_mib: { min: 4000, max: 4049 }, cpu_permille: null },
  });
});

test("replay: every moment of a sealed log is what the runtime was then, and verify finds nothing", () => {
  const { log, beats, states } = writtenLog();
  beats(2500, (index) => (index % 400 > 300 ? 19_900 : 4000 + (index % 50)));
  for (const [seq, state] of [...states].filter((_, index) => index % 37 === 0)) {
    const moment = stateAt(log, MACHINE_HASH, seq);
    expect(moment.inexact).toEqual([]);
    expect(JSON.stringify(checkpointOf(moment.state))).toBe(state);
  }
  const report = verified(log);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ ok: true, readings: 2500 });
  expect(report.outputs_compared).toBeGreaterThan(10);
  expect(report.checkpoints_compared).toBeGreaterThan(2);
});

test("verify: an altered, a missing and an unreadable block are each named", () => {
  for (const [sql, code] of [
    ["UPDATE blocks SET count = count - 1 WHERE first_seq < 100", "BLOCK_ALTERED"],
    [
      "UPDATE blocks SET columns = (SELECT columns FROM blocks ORDER BY last_seq DESC LIMIT 1) WHERE first_seq < 100",
      "BLOCK_ALTERED",
    ],
    ["UPDATE blocks SET columns = x'00112233' WHERE first_seq < 100", "BLOCK_ALTERED"],
    ["DELETE FROM blocks WHERE first_seq < 100", "BLOCK_MISSING"],
  ] as const) {
    const { folder, log, beats } = writtenLog();
    beats(2500, () => 4000);
    tamper(folder, sql);
    const { findings, ok } = verified(log);
    expect(ok).toBe(false);
    expect(findings.map((finding) => [finding.code, finding.seq])).toEqual([[code, 5]]);
  }
});
