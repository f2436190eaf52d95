/** The runtime when its log is damaged, gone, or on a disk that takes nothing: it goes on and says so. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockFolder } from "../src/log/folder-lock.ts";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { verifyOn } from "../src/runtime-past.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { tamper } from "./log-helper.ts";
import { writeKilledLog } from "./support/killed-log.ts";
import { later } from "./support/later.ts";
import { fileHost, firstLook, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { smallDisk } from "./support/small-disk.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Beats are far apart, so that the log stands still but for what a test asks for. */
const configuration = quickConfiguration({
  sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
});

const noticesOf = ({ notices }: Runtime) =>
  notices.filter(({ code }) => /^(FILE|LOG)/.test(code)).map(({ code }) => code);

async function findingsIn({ dataFolder }: Runtime): Promise<readonly unknown[]> {
  return (await verifyOn(dataFolder)).findings;
}

function gapsOf(runtime: Runtime) {
  return runtime.events({ type: "log.gap" }).events.map(({ data }) => data);
}

/** A folder with the log of a runtime that was killed in its hour, a hold in its last third. */
function folderWithHold(): { readonly dataFolder: string; readonly seq: number } {
  const dataFolder = temporaryFolder();
  return { dataFolder, seq: writeKilledLog(dataFolder, 3000) };
}

function report(runtime: Runtime, count = 1): void {
  for (let task = 0; task < count; task += 1)
    runtime.recordTask({ task: "vision", provider: "local", ok: true });
}

test("runtime: a log damaged before the hold keeps the hold, tells what was saved, and verifies", async () => {
  const { dataFolder } = folderWithHold();
  const path = join(dataFolder, LOG_NAME);
  for (const part of ["-wal", ""]) {
    const bytes = readFileSync(path + part);
    const place = bytes.indexOf('"reachable":false');
    if (place < 0) continue;
    bytes.fill(0xa5, place - 2000, place + 2000);
    if (part === "") writeFileSync(path, bytes);
  }
  const runtime = await live({ dataFolder, configuration });
  expect(runtime.snapshot().state.hold).toBe("held.shed");
  expect(noticesOf(runtime)).toEqual(["FILE_SET_ASIDE"]);
  const [notice] = runtime.notices;
  expect(notice?.message).toMatch(
    /put aside as .*log\.damaged-1\.sqlite and a new one was begun: [\d,]+ entries and [\d,]+ readings up to seq [\d,]+ were saved; the rest is in /,
  );
  const [gap] = gapsOf(runtime);
  expect(gap).toMatchObject({
    lost: null,
    reason: expect.stringMatching(/damaged after seq \d+; it was put aside as log\.damaged-1/),
  });
  expect(await findingsIn(runtime)).toEqual([]);
  await runtime.stop();
  const again = await live({ dataFolder, configuration });
  expect(again.snapshot().state.hold).toBe("held.shed");
  expect(noticesOf(again)).toEqual([]);
  expect(gapsOf(again)).toHaveLength(1);
});

test("runtime: what the state is folded from is compared with the chain first", async () => {
  for (const sql of [
    "UPDATE readings SET memory_available_mib = 1 WHERE seq = (SELECT min(seq) FROM readings)",
    "UPDATE entries SET actor = 'nobody' WHERE seq = (SELECT seq FROM entries ORDER BY seq DESC LIMIT 1 OFFSET 2)",
    "UPDATE entries SET data = '{' WHERE seq = (SELECT seq FROM entries ORDER BY seq DESC LIMIT 1 OFFSET 2)",
    "DELETE FROM entries WHERE seq = (SELECT seq FROM entries ORDER BY seq DESC LIMIT 1 OFFSET 2)",
  ]) {
    const { dataFolder } = folderWithHold();
    tamper(dataFolder, sql);
    const runtime = await live({ dataFolder, configuration });
    expect(noticesOf(runtime), sql).toEqual(["FILE_SET_ASIDE"]);
    expect(runtime.snapshot().state.hold).toBe("held.shed");
    expect(gapsOf(runtime)).toHaveLength(1);
    expect(await findingsIn(runtime), sql).toEqual([]);
    await runtime.stop();
  }
});

test("runtime: a log that lost its journal says so, and goes on from its end", async () => {
  const { dataFolder, seq } = folderWithHold();
  rmSync(join(dataFolder, `${LOG_NAME}-wal`));
  const runtime = await live({ dataFolder, configuration });
  expect(noticesOf(runtime)).toEqual(["LOG_END_MISSING"]);
  expect(runtime.notices[0]?.message).toContain("had been written");
  const [gap] = gapsOf(runtime);
  expect(gap).toMatchObject({ lost: null, reason: expect.stringContaining("end of the log") });
  expect(seq).toBeGreaterThan(0);
  expect(await findingsIn(runtime)).toEqual([]);
});

test.each([
  ["removed", (path: string) => ["", "-wal", "-shm"].forEach((part) => void rmSync(path + part))],
  ["renamed", (path: string) => renameSync(path, `${path}.old`)],
  ["replaced", (path: string) => replace(path)],
])("runtime: a log that is %s while it runs is written anew, whole", async (_, take) => {
  const runtime = await live({ configuration });
  report(runtime, 5);
  const before = runtime.events({ limit: 1000 }).events.map(({ hash }) => hash);
  take(join(runtime.dataFolder, LOG_NAME));
  later(300);
  runtime.degrade();
  const codes = noticesOf(runtime);
  expect(codes).toHaveLength(1);
  expect(["LOG_RESTORED", "FILE_SET_ASIDE"]).toContain(codes[0]);
  const after = runtime.events({ limit: 1000 }).events;
  expect(after.map(({ hash }) => hash).slice(0, before.length)).toEqual(before);
  expect(after.slice(before.length).map(({ type }) => type)).toContain("degrade.requested");
  expect(gapsOf(runtime)).toEqual([]);
  expect(await findingsIn(runtime)).toEqual([]);
});

function replace(path: string): void {
  renameSync(path, `${path}.old`);
  const other = openSqlite(path);
  other.exec("CREATE TABLE songs (name TEXT)");
  other.close();
}

const ALTER_ONE = "UPDATE entries SET actor = 'nobody' WHERE seq = 5";

test("runtime: lines that are still in the file are found when their table is gone", async () => {
  const runtime = await live({ configuration });
  report(runtime, 5);
  const { seq } = runtime;
  const before = seq() ?? 0;
  tamper(runtime.dataFolder, "DROP TABLE entries");
  report(runtime);
  expect(runtime.notices.at(-1)?.message).toContain("all of it was saved");
  expect(gapsOf(runtime)).toEqual([]);
  expect(seq()).toBe(before + 1);
  expect(await findingsIn(runtime)).toEqual([]);
});

test("runtime: a log that is damaged while it runs is begun anew, and nothing is decided twice", async () => {
  const runtime = await live({ configuration });
  report(runtime, 5);
  runtime.degrade();
  const { hold } = runtime.snapshot().state;
  const told: (number | null)[] = [];
  runtime.subscribe((entries) => told.push(...entries.map(({ seq }) => seq)));
  tamper(runtime.dataFolder, `${ALTER_ONE}; DROP TABLE entries`);
  report(runtime);
  expect(noticesOf(runtime)).toEqual(["FILE_SET_ASIDE"]);
  expect(runtime.snapshot().state.hold).toBe(hold);
  expect(gapsOf(runtime)).toMatchObject([{ lost: null }]);
  const { events } = runtime.events({ limit: 1000 });
  expect(events.filter(({ type }) => type === "task.finished").length).toBeLessThanOrEqual(6);
  expect(events.at(-1)).toMatchObject({ type: "task.finished", seq: runtime.seq() });
  expect(told).toEqual(events.slice(-told.length).map(({ seq }) => seq));
  expect(await findingsIn(runtime)).toEqual([]);
  // Damaged again at once: the disk is failing, so it is said and counted instead.
  tamper(runtime.dataFolder, "DROP TABLE entries");
  report(runtime, 2);
  expect(noticesOf(runtime)).toEqual(["FILE_SET_ASIDE", "LOG_UNWRITABLE"]);
  runtime.restore();
  expect(runtime.snapshot().state.hold).toBe("free");
});

/** Fills a small disk to its last page. */
function fillUp(folder: string, leftKib = 0): void {
  const left = join(folder, "left");
  writeFileSync(left, Buffer.alloc(leftKib * 1024));
  for (let kib = 2048; kib >= 4; kib /= 2) {
    try {
      for (let part = 0; ; part += 1)
        writeFileSync(join(folder, `ballast-${kib}-${part}`), Buffer.alloc(kib * 1024));
    } catch {
      // Full at this size; the next one fills what is left.
    }
  }
  rmSync(left);
}

function makeRoom(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith("ballast")) rmSync(join(folder, name));
}

const disk = smallDisk(64);
disk?.remove();
if (disk === null) console.warn("LOUD SKIP: no disk can be mounted here; full and read-only disks");

test.skipIf(disk === null)(
  "runtime: on a full disk decisions go on, and the gap is recorded when there is room",
  async () => {
    const full = smallDisk(2048);
    if (full === null) throw new Error("the disk is gone");
    onTestFinished(full.remove);
    const runtime = await live({ dataFolder: join(full.folder, "data"), configuration });
    fillUp(full.folder);
    report(runtime, 40);
    expect(noticesOf(runtime)).toEqual(["LOG_UNWRITABLE"]);
    runtime.degrade();
    expect(runtime.snapshot().state.hold).not.toBe("free");
    const seq = runtime.seq();
    makeRoom(full.folder);
    report(runtime);
    expect(noticesOf(runtime)).toEqual(["LOG_UNWRITABLE", "LOG_WRITABLE_AGAIN"]);
    const [gap] = gapsOf(runtime) as { lost: number }[];
    expect(gap?.lost).toBeGreaterThan(1);
    expect(runtime.seq()).toBeGreaterThan(seq ?? 0);
    expect(await findingsIn(runtime)).toEqual([]);
    await runtime.stop();
  },
);

test.skipIf(disk === null)(
  "runtime: a start on a disk that became read-only is a clear error, and the log is untouched",
  async () => {
    const small = smallDisk(4096);
    if (small === null) throw new Error("the disk is gone");
    onTestFinished(small.remove);
    const dataFolder = join(small.folder, "data");
    const host = fileHost();
    const runtime = await live({ dataFolder, configuration, host });
    report(runtime, 3);
    expect(statSync(join(dataFolder, LOG_NAME)).size).toBeGreaterThan(0);
    await runtime.stop();
    small.allow("ro");
    await expect(live({ dataFolder, configuration })).rejects.toMatchObject({
      code: "RP_DATA_FOLDER",
      message: expect.stringContaining("make it writable"),
    });
    small.allow("rw");
    const again = await live({ dataFolder, configuration });
    expect(noticesOf(again)).toEqual([]);
  },
);

test.skipIf(disk === null)(
  "runtime: a damaged log on a full disk is left where it is until there is room to begin anew",
  async () => {
    const full = smallDisk(16_384);
    if (full === null) throw new Error("the disk is gone");
    onTestFinished(full.remove);
    const dataFolder = join(full.folder, "data");
    mkdirSync(dataFolder);
    const seq = writeKilledLog(dataFolder, 700);
    tamper(
      dataFolder,
      "UPDATE entries SET actor = 'nobody' WHERE seq = (SELECT max(seq) FROM entries)",
    );
    fillUp(full.folder);
    await expect(live({ dataFolder, configuration })).rejects.toMatchObject({
      code: "RP_DATA_FOLDER",
      message: expect.stringContaining("free disk space"),
    });
    // With a lock file from before, and room for the holder's name, the log itself has none.
    makeRoom(full.folder);
    lockFolder(dataFolder).release();
    fillUp(full.folder, 64);
    await expect(live({ dataFolder, configuration })).rejects.toMatchObject({
      code: "RP_DATA_FOLDER",
      message: expect.stringMatching(/open the log at .* free disk space/),
    });
    expect(readdirSync(dataFolder).filter((name) => name.includes("damaged"))).toEqual([]);
    makeRoom(full.folder);
    const runtime = await live({ dataFolder, configuration });
    expect(noticesOf(runtime)).toEqual(["FILE_SET_ASIDE"]);
    expect(runtime.seq()).toBeGreaterThan(seq / 2);
    expect(await findingsIn(runtime)).toEqual([]);
    await runtime.stop();
  },
);

test("runtime: an old outcome that cannot be read does not keep it from starting", async () => {
  const dataFolder = temporaryFolder();
  const first = await live({ dataFolder, configuration });
  await firstLook(first);
  report(first);
  await first.stop();
  tamper(dataFolder, `UPDATE entries SET data = '{"task":' WHERE type = 'task.finished'`);
  const again = await live({ dataFolder, configuration });
  expect(again.profile().class).toBe("LOCAL_CPU_ONLY");
});
