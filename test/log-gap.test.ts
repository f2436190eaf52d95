/** A gap in the log: bridged in one transaction, or not at all. */
import { expect, test } from "vitest";
import type { GapRecord } from "../src/log/store.ts";
import { bareFile, FELL, fill, folderOfTest, logOfTest, readerOf, record } from "./log-helper.ts";

const GAP: GapRecord = {
  gap: record({ type: "log.gap", at: 9000, lost: 3, reason: "disk full" }),
  checkpoint: { n: 1 },
  carried: [
    record({ type: "cloud.probed", at: 9000, reachable: false }, FELL),
    record({ type: "restore.requested", at: 9000, reason: null }),
  ],
};

test("gap: it, its checkpoint and what is carried follow each other in one chain", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  const entries = log.appendGap(GAP);
  expect(entries.map(({ seq, type, cause }) => [seq, type, cause])).toEqual([
    [11, "log.gap", null],
    [12, "checkpoint", null],
    [13, "cloud.probed", null],
    [14, "fact", 13],
    [15, "policy.changed", 13],
    [16, "restore.requested", null],
  ]);
  expect(log.read({ after: 10 })).toStrictEqual(entries);
  expect(log.lastCheckpoint()).toMatchObject({ seq: 12, at: 9000, data: { n: 1 } });
  log.append(record({ type: "restore.requested", at: 10_000, reason: null }));
  expect(readerOf(folder).verifyChain()).toEqual([]);
});

test.each(["log.gap", "checkpoint", "restore.requested"])(
  "gap: when its %s cannot be written nothing is, and the next try succeeds",
  (type) => {
    const folder = folderOfTest();
    const log = logOfTest(folder);
    fill(log);
    const file = bareFile(folder);
    file.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.type = '${type}' BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    expect(() => log.appendGap(GAP)).toThrow(expect.objectContaining({ code: "RP_LOG_WRITE" }));
    expect(log.head()?.seq).toBe(10);
    file.exec("DROP TRIGGER refuse");
    expect(log.appendGap(GAP)).toHaveLength(6);
    expect(log.verifyChain()).toEqual([]);
  },
);
