import { expect, test } from "vitest";
import type { EntryRow } from "../src/log/entry-row.ts";
import { MAX_FINDINGS } from "../src/log/finding.ts";
import { columnsOfRows } from "../src/log/reading-columns.ts";
import type { ReadingRow } from "../src/log/reading-row.ts";
import {
  entryHashOf,
  GENESIS_HASH,
  readingsDigestOf,
  readingsDigestOver,
} from "../src/log/sqlite-chain.ts";
import {
  fill,
  folderOfTest,
  logOfTest,
  probed,
  readerOf,
  reading,
  record,
  tamper,
} from "./log-helper.ts";

const ROW: Omit<EntryRow, "hash"> = {
  seq: 4,
  kind: "input",
  type: "cloud.probed",
  v: 1,
  at: 4000,
  mono: 4000,
  boot: 1,
  cause: null,
  actor: "探针",
  data: '{"reachable":false}',
  readings: null,
  prev: GENESIS_HASH,
};
const NAMES = { hostId: "host", boot: "boot-1" };
const READING: ReadingRow = [1, 1000, 1000, 1, 5, 8, null, 995, null, null, null, 358, null, null];

/** A log of ten lines, closed, changed with plain SQL, and what verify says then. */
function findingsAfter(sql: string): readonly (readonly [string, number])[] {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  log.close();
  tamper(folder, sql);
  return readerOf(folder)
    .verifyChain()
    .map((finding) => [finding.code, finding.seq] as const);
}

test("hash: the bytes that are hashed never change between versions", () => {
  expect(entryHashOf(ROW, NAMES)).toBe(
    "0872ff1613a3415b11b295d3cda2f62999d9fac33e5ce1dd5a9c55ce1200b78e",
  );
  expect(readingsDigestOf(null, READING, "boot-1")).toBe(
    "3617d3e0a3d64484c9d1de6cf643ae82620764b381ccd4ca55fd594a0268c290",
  );
});

test("hash: covers every field of an entry, and the names", () => {
  const hashes = [
    entryHashOf(ROW, NAMES),
    entryHashOf(ROW, { ...NAMES, hostId: "other" }),
    entryHashOf(ROW, { ...NAMES, boot: "other" }),
    ...Object.keys(ROW)
      .filter((key) => key !== "boot")
      .map((key) => entryHashOf({ ...ROW, [key]: 77 }, NAMES)),
    // Moving a character from one field to the next must not go unseen.
    entryHashOf({ ...ROW, actor: "探", data: `针${ROW.data}` }, NAMES),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("digest: readings in columns give the bytes that their rows give, whatever the numbers", () => {
  const edges = [0, 7, 9, 10, 99_999_999, 999_999_999, 1e9, 1e9 + 1, 9_999_999_999, 1e10];
  const large = [1_790_000_000_123, 1e15 - 1, 1e15, 2 ** 53 - 1, -(2 ** 53) + 1, 1e21, 1e308];
  const odd = [-1, -0, 0.5, 1e-7, 1234.56, 2 ** 40 + 0.5, null];
  const rows = [...edges, ...large, ...odd].map((value, index): ReadingRow => {
    const times = [index + 1, 1_790_000_000_000 + index, value ?? 3] as const;
    const missing = index % 3 === 0 ? '{"vram":"探测超时"}' : index % 3 === 1 ? "{}" : null;
    return [...times, index % 2, value, 8, null, value, null, 5, value, 358, null, missing];
  });
  const nameOf = (boot: number): string => (boot === 0 ? "boot-零" : "");
  const run = { columns: columnsOfRows(rows, nameOf), from: 0, to: rows.length };
  for (const before of [null, "ab".repeat(32)]) {
    const digest = rows.reduce<string | null>(
      (last, row) => readingsDigestOf(last, row, nameOf(row[3])),
      before,
    );
    expect(readingsDigestOver(before, run)).toBe(digest);
  }
});

test("digest: covers every value of a reading, and their order", () => {
  const digests = READING.map((_, index) =>
    readingsDigestOf(null, READING.with(index, 99) as unknown as ReadingRow, "boot-1"),
  );
  // The number of the boot (index 3) is not covered; its name is.
  digests[3] = readingsDigestOf(null, READING, "boot-2");
  const first = readingsDigestOf(null, READING, "boot-1");
  expect(new Set([first, ...digests]).size).toBe(READING.length + 1);
  expect(readingsDigestOf(first, READING, "boot-1")).not.toBe(first);
});

test("verify: an untouched log has no findings, and neither has an empty one", () => {
  expect(logOfTest().verifyChain()).toEqual([]);
  expect(findingsAfter("SELECT 1")).toEqual([]);
});

test("verify: finds every kind of edit where it is, and only there", () => {
  const cases: readonly (readonly [string, readonly (readonly [string, number])[]])[] = [
    ["UPDATE entries SET data = '{\"reachable\":true}' WHERE seq = 4", [["ENTRY_ALTERED", 4]]],
    ["UPDATE entries SET at = 4001 WHERE seq = 5", [["ENTRY_ALTERED", 5]]],
    ["UPDATE entries SET actor = 'nobody' WHERE seq = 9", [["ENTRY_ALTERED", 9]]],
    [
      `UPDATE entries SET hash = '${GENESIS_HASH}' WHERE seq = 5`,
      [
        ["ENTRY_ALTERED", 5],
        ["CHAIN_BROKEN", 6],
      ],
    ],
    [
      "DELETE FROM entries WHERE seq = 5",
      [
        ["GAP", 6],
        ["CHAIN_BROKEN", 6],
      ],
    ],
    ["UPDATE readings SET vram_used_mib = 1 WHERE seq = 2", [["READINGS_ALTERED", 4]]],
    ["UPDATE readings SET at = 5001 WHERE seq = 7", [["READINGS_ALTERED", 9]]],
    [
      "DELETE FROM readings WHERE seq = 3",
      [
        ["GAP", 4],
        ["READINGS_ALTERED", 4],
      ],
    ],
    [
      "INSERT INTO readings SELECT 5, at, mono, boot, 1, 1, 1, 1, 1, 1, 1, 1, 1, NULL FROM readings WHERE seq = 1",
      [
        ["GAP", 5],
        ["READINGS_ALTERED", 6],
      ],
    ],
    [
      "UPDATE readings SET seq = 99 WHERE seq = 1; UPDATE readings SET seq = 1 WHERE seq = 2; UPDATE readings SET seq = 2 WHERE seq = 99",
      [["READINGS_ALTERED", 4]],
    ],
    [
      "UPDATE entries SET seq = 99 WHERE seq = 5; UPDATE entries SET seq = 5 WHERE seq = 6; UPDATE entries SET seq = 6 WHERE seq = 99",
      [
        ["CHAIN_BROKEN", 5],
        ["ENTRY_ALTERED", 5],
        ["CHAIN_BROKEN", 6],
        ["ENTRY_ALTERED", 6],
        ["CHAIN_BROKEN", 9],
      ],
    ],
    [
      "INSERT INTO entries SELECT 11, kind, type, v, at, mono, boot, cause, actor, data, NULL, prev, hash FROM entries WHERE seq = 9",
      [
        ["CHAIN_BROKEN", 11],
        ["READINGS_ALTERED", 11],
        ["ENTRY_ALTERED", 11],
      ],
    ],
    [
      "UPDATE entries SET type = 'never.heard' WHERE seq = 9",
      [
        ["ENTRY_ALTERED", 9],
        ["UNKNOWN_TYPE", 9],
      ],
    ],
    [
      "UPDATE entries SET v = 2 WHERE seq = 9",
      [
        ["ENTRY_ALTERED", 9],
        ["UNKNOWN_VERSION", 9],
      ],
    ],
    [
      "UPDATE entries SET data = '{' WHERE seq = 9",
      [
        ["ENTRY_ALTERED", 9],
        ["DATA_UNREADABLE", 9],
      ],
    ],
    [
      "DELETE FROM entries WHERE seq < 4; DELETE FROM readings WHERE seq < 4",
      [
        ["GAP", 4],
        ["READINGS_ALTERED", 4],
      ],
    ],
  ];
  for (const [sql, findings] of cases) expect(findingsAfter(sql), sql).toEqual(findings);
});

test("verify: another boot name or host id is an edit of every entry that it wrote", () => {
  const everyEntry = [4, 5, 6, 9].map((seq) => ["ENTRY_ALTERED", seq]);
  expect(findingsAfter("UPDATE meta SET value = 'somebody'")).toEqual(everyEntry);
  const codes = findingsAfter("UPDATE boots SET boot = 'boot-9'").map(([code]) => code);
  expect(codes.filter((code) => code === "ENTRY_ALTERED")).toHaveLength(4);
  expect(codes.filter((code) => code === "READINGS_ALTERED")).toHaveLength(2);
});

test("verify: a finding says what was expected and what is there", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  const hash = log.entry(5)?.hash;
  log.close();
  tamper(folder, "UPDATE entries SET hash = 'forged' WHERE seq = 5");
  expect(readerOf(folder).verifyChain()).toEqual([
    { code: "ENTRY_ALTERED", seq: 5, expected: hash, got: "forged" },
    { code: "CHAIN_BROKEN", seq: 6, expected: "forged", got: hash },
  ]);
});

test("verify: a tail that was cut off is seen only by who kept the head", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  const kept = log.head()?.chain ?? { seq: 0, hash: "" };
  expect(kept.seq).toBe(9);
  log.append(probed(9000));
  expect(log.verifyChain(kept)).toEqual([]);
  log.close();
  tamper(folder, "DELETE FROM entries WHERE seq >= 9; DELETE FROM readings WHERE seq >= 9");
  const reader = readerOf(folder);
  expect(reader.verifyChain()).toEqual([]);
  expect(reader.verifyChain(kept)).toEqual([
    { code: "HEAD_DIFFERS", seq: 9, expected: kept.hash, got: null },
  ]);
  const other = { seq: 6, hash: "other" };
  expect(reader.verifyChain(other)).toMatchObject([{ code: "HEAD_DIFFERS", seq: 6 }]);
});

test("verify: stops after a hundred findings", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  for (let at = 1; at <= 60; at++) log.append(probed(at));
  log.close();
  tamper(folder, "UPDATE entries SET at = at + 1");
  expect(readerOf(folder).verifyChain()).toHaveLength(MAX_FINDINGS);
});

test("stream: a fold stops at an input that this version cannot understand, and says where", () => {
  for (const sql of [
    "UPDATE entries SET type = 'never.heard' WHERE seq = 9",
    "UPDATE entries SET v = 2 WHERE seq = 9",
    "UPDATE entries SET data = '{' WHERE seq = 9",
  ]) {
    const folder = folderOfTest();
    const log = logOfTest(folder);
    fill(log);
    log.close();
    tamper(folder, sql);
    const seqs: number[] = [];
    const walk = (): void => {
      for (const entry of readerOf(folder).inputsAfter(0)) seqs.push(entry.seq);
    };
    expect(walk).toThrow(expect.objectContaining({ code: "RP_LOG_DAMAGED", path: "seq 9" }));
    expect(seqs).toEqual([1, 2, 3, 4, 7, 8]);
  }
});

test("chain: goes on over a restart in the middle of readings", () => {
  const folder = folderOfTest();
  const first = logOfTest(folder);
  fill(first);
  first.append(reading(9000));
  first.close();
  const second = logOfTest(folder);
  second.append(reading(10_000));
  second.append(record({ type: "restore.requested", at: 11_000 }));
  expect(second.verifyChain()).toEqual([]);
  second.close();
  tamper(folder, "UPDATE readings SET cpu_permille = 1 WHERE seq = 11");
  expect(readerOf(folder).verifyChain()).toMatchObject([{ code: "READINGS_ALTERED", seq: 13 }]);
});
