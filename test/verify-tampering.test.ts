/** Whatever is done to the tables with an SQLite tool is found, and the row or the block is named. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EntryRow } from "../src/log/entry-row.ts";
import type { ChainHead } from "../src/log/finding.ts";
import { entryHashOf } from "../src/log/sqlite-chain.ts";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { type FindingCode, type VerifyView, verifyLog } from "../src/replay/verify.ts";
import { bareFile, readerOf, tamper } from "./log-helper.ts";
import { MACHINE_HASH, writtenLog } from "./support/written-log.ts";

/** Numbers of the log that every test begins with. */
interface Places {
  readonly hostId: string;
  readonly boot: string;
  readonly head: ChainHead;
  readonly seal: number;
  readonly transition: number;
  readonly checkpoint: number;
  readonly request: number;
  /** The last reading that no seal covers, and that an entry does. */
  readonly loose: number;
}

function written(): { readonly folder: string; readonly places: Places } {
  const { folder, log, beats, actor } = writtenLog();
  beats(1500, (index) => (index % 400 > 300 ? 19_900 : 4000 + (index % 50)));
  actor.submit({ type: "degrade.requested", rung: "cpu", reason: "a film" }, "user");
  beats(300);
  actor.submit({ type: "restore.requested", reason: "done" }, "user");
  const first = (type: string) => log.read({ type, limit: 1 })[0]?.seq ?? 0;
  const last = (type: string) => log.read({ type, limit: 1, order: "descending" })[0]?.seq ?? 0;
  const found: Places = {
    hostId: log.hostId,
    boot: "boot-1",
    head: log.head()?.chain ?? { seq: 0, hash: "" },
    seal: first("readings.sealed"),
    transition: first("transition"),
    checkpoint: first("checkpoint"),
    request: last("degrade.requested"),
    loose: last("reading") - 3,
  };
  log.close();
  return { folder, places: found };
}

function verifiedIn(folder: string, known?: ChainHead): VerifyView {
  const run = verifyLog({ log: readerOf(folder), machineHash: MACHINE_HASH, known });
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

/** Codes and numbers of what verify finds after this was done to the tables. */
function foundAfter(sqlOf: (places: Places) => string): {
  readonly places: Places;
  readonly found: readonly (readonly [FindingCode, number])[];
} {
  const { folder, places } = written();
  tamper(folder, sqlOf(places));
  const { findings, ok } = verifiedIn(folder);
  expect(ok).toBe(false);
  return { places, found: findings.map(({ code, seq }) => [code, seq] as const) };
}

const columns = "seq, kind, type, v, at, mono, boot, cause, actor, data, readings, prev, hash";

test.each([
  ["kind = 'output'", "request"],
  ["type = 'restore.requested'", "request"],
  ["v = 1, at = at + 1", "request"],
  ["mono = mono - 1", "request"],
  ["boot = boot + 1", "request"],
  ["cause = 1", "request"],
  ["actor = 'api'", "request"],
  [`data = replace(data, 'a film', 'a game')`, "request"],
  [`data = data || ' '`, "request"],
  [`data = replace(data, '"to":"', '"to":"X')`, "transition"],
  ["data = replace(data, 'count', 'kount')", "seal"],
  ["data = replace(data, '4000', '4001')", "checkpoint"],
  ["hash = substr(hash, 1, 63) || 'x'", "request"],
] as const)("tampering: an edit of a row (%s) is found in that row", (change, place) => {
  const { places, found } = foundAfter(
    (at) => `UPDATE entries SET ${change} WHERE seq = ${at[place]}`,
  );
  expect(found).toContainEqual(["ENTRY_ALTERED", places[place]]);
});

test.each(["prev", "readings"] as const)(
  "tampering: an edit of %s is found in that row",
  (column) => {
    const { places, found } = foundAfter(
      (at) => `UPDATE entries SET ${column} = '${"0".repeat(64)}' WHERE seq = ${at.request}`,
    );
    const code = column === "prev" ? "CHAIN_BROKEN" : "READINGS_ALTERED";
    expect(found).toContainEqual([code, places.request]);
  },
);

test.each(["request", "transition", "checkpoint", "seal"] as const)(
  "tampering: a deleted %s is a gap at its number",
  (place) => {
    const { places, found } = foundAfter((at) => `DELETE FROM entries WHERE seq = ${at[place]}`);
    // The number that is missing is the one before the row at which it shows.
    expect(found).toContainEqual(["GAP", places[place] + 1]);
  },
);

test("tampering: an inserted row is found, with the row that it pushed on", () => {
  const { places, found } = foundAfter(
    (at) => `
      UPDATE entries SET seq = -seq WHERE seq >= ${at.request};
      UPDATE readings SET seq = -seq WHERE seq >= ${at.request};
      INSERT INTO entries (${columns}) SELECT ${at.request}, kind, type, v, at, mono, boot, cause, actor, data, readings, prev, hash FROM entries WHERE seq = -${at.request};
      UPDATE entries SET seq = 1 - seq WHERE seq < 0;
      UPDATE readings SET seq = 1 - seq WHERE seq < 0;`,
  );
  expect(found.map(([, seq]) => seq)).toContain(places.request + 1);
  expect(found).toContainEqual(["ENTRY_ALTERED", places.request + 1]);
});

test("tampering: a row behind the end is found", () => {
  const { places, found } = foundAfter(
    ({ head }) =>
      `INSERT INTO entries (${columns}) SELECT ${head.seq + 1}, kind, type, v, at, mono, boot, cause, actor, data, NULL, hash, hash FROM entries WHERE seq = ${head.seq}`,
  );
  expect(found).toContainEqual(["ENTRY_ALTERED", places.head.seq + 1]);
});

test("tampering: two rows that changed places are both found", () => {
  const { places, found } = foundAfter(
    ({ transition, request }) => `
      UPDATE entries SET seq = -1 WHERE seq = ${transition};
      UPDATE entries SET seq = ${transition} WHERE seq = ${request};
      UPDATE entries SET seq = ${request} WHERE seq = -1;`,
  );
  expect(found).toContainEqual(["ENTRY_ALTERED", places.transition]);
  expect(found).toContainEqual(["ENTRY_ALTERED", places.request]);
});

test.each([
  [
    "edited",
    (seq: number) => `UPDATE readings SET vram_used_mib = vram_used_mib + 1 WHERE seq = ${seq}`,
  ],
  ["moved in time", (seq: number) => `UPDATE readings SET at = at + 1 WHERE seq = ${seq}`],
  ["given to another run", (seq: number) => `UPDATE readings SET boot = 7 WHERE seq = ${seq}`],
  [
    "swapped with its neighbour",
    (seq: number) =>
      `UPDATE readings SET seq = -1 WHERE seq = ${seq}; UPDATE readings SET seq = ${seq} WHERE seq = ${seq + 1}; UPDATE readings SET seq = ${seq + 1} WHERE seq = -1`,
  ],
] as const)(
  "tampering: a loose reading that was %s is found at the entry that covers it",
  (_what, sqlOf) => {
    const { places, found } = foundAfter(({ loose }) => sqlOf(loose));
    expect(found[0]?.[0]).toBe("READINGS_ALTERED");
    expect(found[0]?.[1]).toBeGreaterThan(places.loose);
  },
);

test("tampering: a deleted loose reading is a gap at its number", () => {
  const { places, found } = foundAfter(({ loose }) => `DELETE FROM readings WHERE seq = ${loose}`);
  expect(found).toContainEqual(["GAP", places.loose + 1]);
});

test.each([
  ["bytes", "columns = (SELECT columns FROM blocks ORDER BY last_seq DESC LIMIT 1)"],
  ["bytes that are none", "columns = x'28b52ffd'"],
  ["count", "count = count - 1"],
  ["first number", "first_seq = first_seq + 1"],
  ["first moment", "first_at = first_at - 1"],
  ["last moment", "last_at = last_at + 1"],
] as const)("tampering: a block with other %s is named", (_what, change) => {
  const { folder } = written();
  const [first] = readerOf(folder).blocks({ after: 0, before: Number.MAX_SAFE_INTEGER });
  tamper(folder, `UPDATE blocks SET ${change} WHERE last_seq = ${first?.last_seq}`);
  const found = verifiedIn(folder).findings.find(({ code }) => code === "BLOCK_ALTERED");
  // The number that the block itself gives, which may be what was changed.
  expect(Math.abs((found?.seq ?? 0) - (first?.first_seq ?? 0))).toBeLessThan(2);
});

test("tampering: a block that is gone is named", () => {
  const { folder } = written();
  const [first] = readerOf(folder).blocks({ after: 0, before: Number.MAX_SAFE_INTEGER });
  tamper(folder, "DELETE FROM blocks WHERE last_seq = (SELECT min(last_seq) FROM blocks)");
  expect(verifiedIn(folder).findings.map(({ code, seq }) => [code, seq])).toEqual([
    ["BLOCK_MISSING", first?.first_seq],
  ]);
});

test("tampering: a block that is gone and declared pruned is found, since no record says so", () => {
  const { folder } = written();
  const [first] = readerOf(folder).blocks({ after: 0, before: Number.MAX_SAFE_INTEGER });
  tamper(
    folder,
    `DELETE FROM blocks WHERE last_seq = ${first?.last_seq};
     INSERT INTO meta VALUES ('pruned_readings', '${first?.last_seq}')`,
  );
  expect(verifiedIn(folder).findings.map(({ code, seq }) => [code, seq])).toEqual([
    ["START_DIFFERS", first?.last_seq],
  ]);
});

test.each([
  ["the log's name", "UPDATE meta SET value = 'another' WHERE key = 'host_id'"],
  ["the name of a run", "UPDATE boots SET boot = 'another'"],
])("tampering: %s is covered by every hash", (_what, sql) => {
  const { found } = foundAfter(() => sql);
  expect(found[0]).toEqual(["ENTRY_ALTERED", 1]);
});

test("tampering: a start that was moved up is found", () => {
  const { places, found } = foundAfter(
    ({ request }) =>
      `INSERT INTO meta SELECT 'pruned_entries', json_object('seq', seq, 'hash', hash) FROM entries WHERE seq = ${request}`,
  );
  expect(found.map(([code]) => code)).toContain("START_DIFFERS");
  expect(places.request).toBeGreaterThan(0);
});

/** Everything behind a number, in all tables. */
const cutAfter = (seq: number) =>
  ["entries", "readings"].map((table) => `DELETE FROM ${table} WHERE seq > ${seq}`).join(";");

test("tampering: a tail that was cut off shows only against the anchor", () => {
  const { folder, places } = written();
  tamper(folder, cutAfter(places.request - 1));
  expect(verifiedIn(folder).findings).toEqual([]);
  expect(verifiedIn(folder, places.head).findings).toEqual([
    { code: "HEAD_DIFFERS", seq: places.head.seq, expected: places.head.hash, got: null },
  ]);
});

/** Computes every hash again, as somebody would who knows how. */
function restamp(folder: string, { hostId, boot }: Places): void {
  const file = openSqlite(join(folder, LOG_NAME));
  const rows = file.prepare("SELECT * FROM entries ORDER BY seq").all() as EntryRow[];
  const stamp = file.prepare("UPDATE entries SET prev = ?, hash = ? WHERE seq = ?");
  let prev = "0".repeat(64);
  for (const row of rows) {
    const hash = entryHashOf({ ...row, prev }, { hostId, boot });
    stamp.run(prev, hash, row.seq);
    prev = hash;
  }
  file.close();
}

test("tampering: a chain that was written anew shows only against the anchor", () => {
  const { folder, places } = written();
  tamper(folder, `UPDATE entries SET actor = 'api' WHERE seq = ${places.request}`);
  restamp(folder, places);
  expect(verifiedIn(folder).findings).toEqual([]);
  const [found, ...more] = verifiedIn(folder, places.head).findings;
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    code: "HEAD_DIFFERS",
    seq: places.head.seq,
    expected: places.head.hash,
  });
});

test("tampering: a chain that was written anew around another decision is found without an anchor", () => {
  const { folder, places } = written();
  tamper(
    folder,
    `UPDATE entries SET data = replace(data, '"to":"', '"to":"X') WHERE seq = ${places.transition}`,
  );
  restamp(folder, places);
  const [found] = verifiedIn(folder).findings;
  expect(found).toMatchObject({ code: "OUTPUT_DIFFERS", seq: places.transition });
});

test("tampering: nothing is found where nothing was done, with the anchor of any time", () => {
  const { folder, places } = written();
  const { log } = openLog({ folder, mode: "read" });
  const middle = log.entry(places.request);
  log.close();
  for (const known of [places.head, { seq: middle?.seq ?? 0, hash: middle?.hash ?? "" }]) {
    expect(verifiedIn(folder, known)).toMatchObject({ ok: true, findings: [] });
  }
  expect(bareFile(folder).pragma("integrity_check", { simple: true })).toBe("ok");
});
