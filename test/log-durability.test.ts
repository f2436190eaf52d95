/** How a write reaches the disk: SQLite's own setting at the moment of each kind of write. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { HeadFile } from "../src/log/head-file.ts";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { HeldPlace } from "../src/log/sqlite-place.ts";
import { RowReader } from "../src/log/sqlite-rows.ts";
import { LogWriter } from "../src/log/sqlite-writer.ts";
import { folderOfTest, logOfTest, probed, reading, record } from "./log-helper.ts";

/** What SQLite calls them. */
const NORMAL = 1;
const FULL = 2;

test("durability: what decides is brought to disk before the write returns, a plain reading is not", () => {
  const folder = folderOfTest();
  const { hostId } = logOfTest(folder);
  const file = openSqlite(join(folder, LOG_NAME));
  onTestFinished(() => void file.close());
  const rows = new RowReader(file, hostId);
  const place = new HeldPlace(file.name);
  const writer = new LogWriter({
    file,
    rows,
    hostId,
    boot: "b",
    place,
    head: new HeadFile(folder),
  });
  const settingAfter = (write: () => unknown): unknown => {
    write();
    return file.pragma("synchronous", { simple: true });
  };
  expect(settingAfter(() => writer.append(reading(1000)))).toBe(NORMAL);
  expect(settingAfter(() => writer.append(probed(2000)))).toBe(FULL);
  expect(settingAfter(() => writer.append(reading(3000)))).toBe(NORMAL);
  const request = record({ type: "restore.requested", at: 4000 });
  expect(settingAfter(() => writer.append(request))).toBe(FULL);
  expect(settingAfter(() => writer.append(reading(5000)))).toBe(NORMAL);
  const times = { at: 6000, mono: 6000 };
  const sealed = () => writer.seal(times, (input) => ({ record: record(input), checkpoint: {} }));
  expect(settingAfter(sealed)).toBe(FULL);
});
