/** A damaged log: what is saved of it, where the rest goes, and that a crash on the way loses nothing. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import type { LogStore } from "../src/log/store.ts";
import {
  bareFile,
  fill,
  folderOfTest,
  logOfTest,
  probed,
  readerOf,
  reading,
  tamper,
} from "./log-helper.ts";
import { randomFrom } from "./support/damages.ts";
import { writeKilledLog } from "./support/killed-log.ts";
import { later } from "./support/later.ts";

const PAGE_BYTES = 4096;

/** Longer than a writer goes without a look at its file. */
const LOOK_MS = 300;

/** A closed log of an hour with seals, and what is in it. */
function folderWithHour() {
  const folder = folderOfTest();
  const [killed, closed] = [join(folder, "killed"), join(folder, "closed")];
  for (const path of [killed, closed]) mkdirSync(path);
  const seq = writeKilledLog(killed, 3000, closed);
  const { log } = openLog({ folder: closed, mode: "read" });
  const before = { hostId: log.hostId, counts: log.counts() };
  log.close();
  return { folder: closed, killed, seq, ...before };
}

function openedDamaged(folder: string) {
  const { log, isNew, setAside } = openLog({ folder, mode: "write", boot: "boot-2" });
  if (setAside === null) throw new Error("the damage was not seen");
  return { log, isNew, setAside, saved: setAside.saved };
}

function zeroPages(folder: string, pages: readonly number[]): void {
  const path = join(folder, LOG_NAME);
  const bytes = readFileSync(path);
  for (const page of pages) bytes.fill(0, (page - 1) * PAGE_BYTES, page * PAGE_BYTES);
  writeFileSync(path, bytes);
}

function rootOf(folder: string, name: string): number {
  const file = bareFile(folder);
  const sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?";
  return file.prepare<[string], number>(sql).pluck().get(name) as number;
}

/** The page that holds this text, as it stands in the file. */
function pageWith(folder: string, text: string | Buffer): number {
  const place = readFileSync(join(folder, LOG_NAME)).indexOf(text);
  expect(place).toBeGreaterThan(0);
  return Math.floor(place / PAGE_BYTES) + 1;
}

function entriesOf(log: LogStore): readonly string[] {
  const hashes: string[] = [];
  for (const piece of log.pieces({ after: 0 }))
    if (piece.kind === "entry") hashes.push(piece.entry.hash ?? "");
  return hashes;
}

test("salvage: a lost page ends the log there; what comes before keeps its name and its chain", () => {
  const { folder, hostId, counts } = folderWithHour();
  const original = entriesOf(readerOf(folder));
  const damaged = pageWith(folder, '"hold","from":"free"');
  zeroPages(folder, [damaged]);
  const before = readFileSync(join(folder, LOG_NAME));
  const { log, isNew, setAside, saved } = openedDamaged(folder);
  expect([isNew, log.hostId, saved.isWhole]).toEqual([false, hostId, false]);
  expect(readFileSync(setAside.path ?? "").equals(before)).toBe(true);
  const { entries, readings } = log.counts();
  expect([saved.entries, saved.readings]).toEqual([entries, readings]);
  expect(entriesOf(log)).toEqual(original.slice(0, entries));
  expect(entries).toBeGreaterThan(counts.entries / 2);
  expect(log.head()?.seq).toBe(saved.through?.seq);
  expect(saved.later.checkpoint?.seq ?? 0).toBeGreaterThan(saved.through?.seq ?? 0);
  expect(log.verifyChain()).toEqual([]);
  const [added] = log.append(probed(Date.now()));
  expect(added?.seq).toBe((saved.through?.seq ?? 0) + 1);
  expect(log.verifyChain()).toEqual([]);
  log.close();
});

test.each([
  ["the first page", () => 1],
  ["the index", (folder: string) => rootOf(folder, "entries_by_type")],
  ["the names of the runs", (folder: string) => rootOf(folder, "boots")],
  ["the name of the host", (folder: string) => rootOf(folder, "meta")],
])("salvage: without %s nothing is lost", (_, pageOf) => {
  const { folder, hostId, counts } = folderWithHour();
  zeroPages(folder, [pageOf(folder)]);
  const { log, saved } = openedDamaged(folder);
  expect(saved.isWhole).toBe(true);
  expect(log.hostId).toBe(hostId);
  expect(log.counts()).toEqual(counts);
  expect(log.verifyChain()).toEqual([]);
  log.close();
});

test("salvage: a block that cannot be read leaves an empty box, and the log goes on behind it", () => {
  const { folder, seq } = folderWithHour();
  const blocks = bareFile(folder).prepare("SELECT columns FROM blocks ORDER BY last_seq").pluck();
  const [first] = blocks.all() as Buffer[];
  const middle = first?.subarray(first.length / 2, first.length / 2 + 40) ?? "";
  zeroPages(folder, [pageWith(folder, middle)]);
  const { log, saved } = openedDamaged(folder);
  expect(saved.isWhole).toBe(true);
  expect(saved.lostReadings).toBeGreaterThan(0);
  expect(saved.readings + saved.lostReadings).toBe(3000);
  expect(log.head()?.seq).toBe(seq);
  for (const finding of log.verifyChain())
    expect(finding).toMatchObject({ code: "BLOCK_ALTERED", got: "unreadable" });
  log.close();
});

test("salvage: an input and its outputs are saved together or not at all", () => {
  for (const [altered, through] of [
    [13, 9],
    [12, 9],
    [11, 9],
    [9, 6],
  ] as const) {
    const folder = folderOfTest();
    const log = logOfTest(folder);
    fill(log);
    log.append(probed(9000));
    tamper(folder, `UPDATE entries SET actor = 'nobody' WHERE seq = ${altered}`);
    const { saved } = log.recover("altered");
    expect([saved.through?.seq, saved.isWhole], `seq ${altered}`).toEqual([through, false]);
    expect(log.head()?.seq).toBe(through);
    expect(log.verifyChain()).toEqual([]);
  }
});

test("salvage: a reader of the log that is begun anew is told to ask again", () => {
  const log = logOfTest();
  fill(log);
  const inputs = log.inputsAfter(0)[Symbol.iterator]();
  inputs.next();
  const { saved, path } = log.recover("asked");
  expect([saved.isWhole, path === null]).toEqual([true, false]);
  expect(() => Array.from({ length: 8 }, () => inputs.next())).toThrow(
    expect.objectContaining({ code: "RP_STOPPED" }),
  );
  expect([...log.inputsAfter(0)]).toHaveLength(8);
  log.append(reading(9000));
  expect(log.verifyChain()).toEqual([]);
});

test("salvage: a crash between the two files leaves the old log or the whole new one", () => {
  const { folder, counts } = folderWithHour();
  const [path, saved] = [join(folder, LOG_NAME), join(folder, "log.saved.sqlite")];
  writeFileSync(join(folder, "log.saving.sqlite"), "half of it");
  writeFileSync(saved, "an older one");
  let { log } = openLog({ folder, mode: "write" });
  expect(log.counts()).toEqual(counts);
  log.close();
  expect(readdirSync(folder).filter((name) => name.startsWith("log.sav"))).toEqual([]);
  renameSync(path, saved);
  ({ log } = openLog({ folder, mode: "write" }));
  expect(log.counts()).toEqual(counts);
  log.close();
});

test("open: a log that has lost its end says up to where it had been written", () => {
  const { killed, seq } = folderWithHour();
  const whole = openLog({ folder: killed, mode: "write" });
  expect(whole.lost).toBeNull();
  const head = whole.log.head();
  whole.log.close();
  const { killed: other } = folderWithHour();
  rmSync(join(other, `${LOG_NAME}-wal`));
  const { log, lost, setAside } = openLog({ folder: other, mode: "write" });
  expect(setAside).toBeNull();
  expect(lost?.seq).toBe(head?.chain?.seq);
  expect(lost?.seq).toBeLessThanOrEqual(seq);
  log.append(probed(Date.now()));
  log.close();
  const again = openLog({ folder: other, mode: "write" });
  expect(again.lost).toBeNull();
  again.log.close();
});

test("write failure: a log whose file was taken away refuses what must last, and can be begun anew", () => {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  for (const part of ["", "-wal", "-shm"]) rmSync(join(folder, LOG_NAME + part));
  later(LOOK_MS);
  const damaged = expect.objectContaining({ code: "RP_LOG_DAMAGED" });
  expect(() => log.append(probed(9000))).toThrow(damaged);
  const { path, reason, saved } = log.recover("removed");
  expect([path, reason, saved.isWhole, saved.through?.seq]).toEqual([null, "removed", true, 9]);
  expect(log.append(probed(9000))[0]?.seq).toBe(11);
  rmSync(join(folder, `${LOG_NAME}-wal`));
  later(LOOK_MS);
  expect(() => log.append(probed(9500))).toThrow(damaged);
  expect(log.recover("removed").saved.through?.seq).toBe(13);
  renameSync(join(folder, LOG_NAME), join(folder, "elsewhere"));
  writeFileSync(join(folder, LOG_NAME), "somebody's letter");
  later(LOOK_MS);
  expect(() => log.append(probed(9600))).toThrow(damaged);
  const replaced = log.recover("replaced");
  expect(replaced).toMatchObject({ reason: "removed", saved: { isWhole: true } });
  expect(readFileSync(replaced.path ?? "", "utf8")).toBe("somebody's letter");
  expect(log.append(probed(9700))[0]?.seq).toBe(14);
  expect(readerOf(folder).verifyChain()).toEqual([]);
});

test("salvage: what a cut file still holds is found in its leaves, where no tree leads to them", () => {
  const { folder, hostId, counts } = folderWithHour();
  const original = entriesOf(readerOf(folder));
  const path = join(folder, LOG_NAME);
  // All that leads from the roots to the lines is gone; the first half of the lines is there.
  const roots = ["entries", "readings", "blocks"].map((name) => rootOf(folder, name));
  zeroPages(folder, roots);
  const bytes = readFileSync(path);
  truncateSync(path, Math.floor(bytes.length / 2 / PAGE_BYTES) * PAGE_BYTES);
  const { log, saved } = openedDamaged(folder);
  const { entries } = log.counts();
  expect([log.hostId, saved.entries]).toEqual([hostId, entries]);
  expect(entries).toBeGreaterThan(counts.entries / 5);
  const kept = bareFile(folder).prepare("SELECT hash FROM entries ORDER BY seq").pluck().all();
  expect(kept).toEqual(original.slice(0, entries));
  expect(saved.isWhole).toBe(false);
  const codes = new Set(log.verifyChain().map(({ code }) => code));
  expect([...codes].filter((code) => code !== "BLOCK_ALTERED")).toEqual([]);
  log.close();
  expect(readdirSync(folder).filter((name) => /saving|saved|repair/.test(name))).toEqual([]);
});

test("salvage: any page of noise in the place of any page ends in an answer", () => {
  const { folder } = folderWithHour();
  const path = join(folder, LOG_NAME);
  const whole = readFileSync(path);
  const random = randomFrom(7);
  for (let time = 0; time < 12; time += 1) {
    const bytes = Buffer.from(whole);
    for (let page = 0; page < 30; page += 1) {
      const start = Math.floor((random() * bytes.length) / PAGE_BYTES) * PAGE_BYTES;
      // A leaf by its first byte, noise behind it.
      for (let place = start; place < start + PAGE_BYTES; place += 1)
        bytes[place] = place === start ? 0x0d : Math.floor(random() * 256);
    }
    writeFileSync(path, bytes);
    rmSync(`${path}-wal`, { force: true });
    const { log } = openLog({ folder, mode: "write" });
    for (const { code } of log.verifyChain()) expect(code).toBe("BLOCK_ALTERED");
    log.close();
  }
});
