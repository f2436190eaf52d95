import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HOLDER_NAME, LOCK_NAME, lockFolder } from "../src/log/folder-lock.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { folderOfTest, logOfTest, readerOf, startChild } from "./log-helper.ts";

/** Lines a child prints before it is killed. */
const ENOUGH = 300;

test("lock: a folder that a process holds is refused, until that process is killed", async () => {
  const folder = folderOfTest();
  const child = startChild("lock", folder);
  expect((await child.lines.next()).value).toBe("locked");
  expect(() => lockFolder(folder)).toThrow(
    expect.objectContaining({
      code: "RP_SECOND_INSTANCE",
      path: folder,
      message: expect.stringContaining(`process ${child.process.pid}`),
    }),
  );
  await child.kill();
  const lock = lockFolder(folder);
  expect(readFileSync(join(folder, HOLDER_NAME), "utf8")).toBe(`${process.pid}\n`);
  lock.release();
});

test("lock: holds within one process too, and can be released and taken again", () => {
  const folder = folderOfTest();
  const first = lockFolder(folder);
  expect(first.folder).toBe(folder);
  const refused = expect.objectContaining({ code: "RP_SECOND_INSTANCE" });
  expect(() => lockFolder(folder)).toThrow(refused);
  // The refusal must not have let go of what the first one holds.
  expect(() => lockFolder(folder)).toThrow(refused);
  first.release();
  first.release();
  lockFolder(folder).release();
});

test("lock: a holder whose number cannot be read is still a holder", () => {
  const folder = folderOfTest();
  const lock = lockFolder(folder);
  writeFileSync(join(folder, HOLDER_NAME), "?");
  expect(() => lockFolder(folder)).toThrow("another process");
  lock.release();
});

test("lock: a lock file with something else in it is an error with a remedy", () => {
  const folder = folderOfTest();
  writeFileSync(join(folder, LOCK_NAME), "not a lock ".repeat(100));
  expect(() => lockFolder(folder)).toThrow(
    expect.objectContaining({
      code: "RP_DATA_FOLDER",
      message: expect.stringContaining(`remove ${join(folder, LOCK_NAME)}`),
    }),
  );
});

test("lock: leaves the log to readers", () => {
  const folder = folderOfTest();
  const lock = lockFolder(folder);
  logOfTest(folder).appendCheckpoint({}, { at: 1, mono: 1 });
  expect(readerOf(folder).head()?.seq).toBe(1);
  lock.release();
});

test("kill: every line that a killed process had written is in the log, and the chain holds", async () => {
  const folder = folderOfTest();
  const child = startChild("append", folder);
  const printed: string[] = [];
  for (let line = 0; line < ENOUGH; line++) {
    const next = await child.lines.next();
    expect(next.done).not.toBe(true);
    printed.push(next.value);
    // The reader works beside the living writer.
    if (line === 100) expect(readerOf(folder).verifyChain()).toEqual([]);
  }
  await child.kill();
  for (let next = await child.lines.next(); !next.done; next = await child.lines.next()) {
    printed.push(next.value);
  }
  expect(readerOf(folder).verifyChain()).toEqual([]);
  const { log, isNew, setAside } = openLog({ folder, mode: "write" });
  expect([isNew, setAside]).toEqual([false, null]);
  const inputs = Array.from(log.inputsAfter(0), ({ seq, type, at }) => `${seq} ${type} ${at}`);
  // The last line may have been cut off, and one append may have come before its line.
  const whole = printed.filter((line) => inputs.includes(line));
  expect(whole.length).toBeGreaterThanOrEqual(Math.max(ENOUGH, printed.length - 1));
  expect(inputs.slice(0, whole.length)).toEqual(whole);
  expect(log.verifyChain()).toEqual([]);
  const head = log.head()?.seq ?? 0;
  expect(log.appendCheckpoint({}, { at: 1, mono: 1 }).seq).toBe(head + 1);
  log.close();
});
