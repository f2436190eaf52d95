import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorAsJson } from "../src/domain/error.ts";
import { defaultDataFolder, prepareFolder } from "../src/log/data-folder.ts";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { fill, folderOfTest, logOfTest, readerOf, reading } from "./log-helper.ts";

/** A folder with a closed log of ten lines and some weight. */
function folderWithLog(): string {
  const folder = folderOfTest();
  const log = logOfTest(folder);
  fill(log);
  const data = { padding: "x".repeat(2000) };
  for (let at = 9000; at < 9040; at++) log.appendCheckpoint(data, { at, mono: at });
  log.close();
  return folder;
}

function foreign(folder: string, sql: string): void {
  const file = openSqlite(join(folder, LOG_NAME));
  file.exec(sql);
  file.close();
}

/** True when a reader gets a clear error, or verify at least one finding. */
function isRefusedOrFound(folder: string): boolean {
  try {
    const { log } = openLog({ folder, mode: "read" });
    const findings = log.verifyChain();
    log.close();
    return findings.length > 0;
  } catch (error) {
    return errorAsJson(error).code === "RP_LOG_DAMAGED";
  }
}

test("open: a new folder gets a log, and the next opening goes on with it", () => {
  const folder = join(folderOfTest(), "a", "b");
  const first = openLog({ folder, mode: "write" });
  expect(first).toMatchObject({ isNew: true, setAside: null });
  first.log.append(reading(1000));
  first.log.close();
  const second = openLog({ folder, mode: "write" });
  expect(second).toMatchObject({ isNew: false, setAside: null });
  expect(second.log.hostId).toBe(first.log.hostId);
  expect(second.log.append(reading(2000))[0]?.seq).toBe(2);
  second.log.close();
});

test("open: an empty file, as a crash at the first start leaves it, becomes the log", () => {
  const folder = folderOfTest();
  writeFileSync(join(folder, LOG_NAME), "");
  const { log, isNew, setAside } = openLog({ folder, mode: "write" });
  log.close();
  expect([isNew, setAside]).toEqual([true, null]);
});

test("open: what is no log of ours is put aside whole, and a new log is begun", () => {
  const cases: readonly (readonly [string, string, (folder: string) => void])[] = [
    ["text", "damaged", (folder) => writeFileSync(join(folder, LOG_NAME), "hello\n".repeat(500))],
    ["truncated", "damaged", (folder) => truncateSync(join(folder, LOG_NAME), 8192)],
    ["cut in the header", "damaged", (folder) => truncateSync(join(folder, LOG_NAME), 50)],
    [
      "overwritten inside",
      "damaged",
      (folder) => {
        const bytes = readFileSync(join(folder, LOG_NAME));
        bytes.fill(0xa5, bytes.length - 3 * 4096);
        writeFileSync(join(folder, LOG_NAME), bytes);
      },
    ],
    ["a table is gone", "damaged", (folder) => foreign(folder, "DROP TABLE readings")],
    ["no host id", "damaged", (folder) => foreign(folder, "DELETE FROM meta")],
    [
      "another program's",
      "foreign",
      (folder) => foreign(folder, "PRAGMA application_id = 12; PRAGMA user_version = 99"),
    ],
  ];
  for (const [name, reason, harm] of cases) {
    const folder = folderWithLog();
    harm(folder);
    const before = readFileSync(join(folder, LOG_NAME));
    expect(isRefusedOrFound(folder), name).toBe(true);
    const { log, isNew, setAside } = openLog({ folder, mode: "write" });
    const saved = setAside?.saved.through?.seq ?? 0;
    expect([isNew, setAside?.reason], name).toEqual([saved === 0, reason]);
    expect(setAside?.path).toBe(join(folder, "log.damaged-1.sqlite"));
    expect(setAside?.detail.length).toBeGreaterThan(0);
    expect(readFileSync(setAside?.path ?? "").equals(before), name).toBe(true);
    log.append(reading(1000));
    expect(log.head()?.seq, name).toBe(saved + 1);
    expect(log.verifyChain()).toEqual([]);
    log.close();
  }
});

test("open: a second damaged log does not replace the first, and its journal goes with it", () => {
  const folder = folderWithLog();
  const path = join(folder, LOG_NAME);
  writeFileSync(path, "first".repeat(500));
  openLog({ folder, mode: "write" }).log.close();
  writeFileSync(path, "second".repeat(500));
  writeFileSync(`${path}-wal`, "journal");
  openLog({ folder, mode: "write" }).log.close();
  const names = readdirSync(folder).filter((name) => name.includes("damaged"));
  expect(names).toEqual(expect.arrayContaining(["log.damaged-1.sqlite", "log.damaged-2.sqlite"]));
  expect(readFileSync(join(folder, "log.damaged-1.sqlite"), "utf8")).toContain("first");
  expect(readFileSync(join(folder, "log.damaged-2.sqlite"), "utf8")).toContain("second");
  expect(readFileSync(join(folder, "log.damaged-2.sqlite-wal"), "utf8")).toBe("journal");
});

test("open: a log of a later version is left alone, with a clear error", () => {
  const folder = folderWithLog();
  foreign(folder, "PRAGMA user_version = 3");
  for (const mode of ["write", "read"] as const) {
    expect(() => openLog({ folder, mode })).toThrow(
      expect.objectContaining({
        code: "RP_DATA_FOLDER",
        message: expect.stringContaining("version 3; update runtime-profile"),
      }),
    );
  }
  expect(existsSync(join(folder, "log.damaged-1.sqlite"))).toBe(false);
});

test("open: reading where no log is says to start the runtime, and makes nothing", () => {
  const folder = folderOfTest();
  const missing = expect.objectContaining({
    code: "RP_NOT_FOUND",
    message: expect.stringContaining("start the runtime first"),
  });
  expect(() => openLog({ folder, mode: "read" })).toThrow(missing);
  expect(() => openLog({ folder: join(folder, "none"), mode: "read" })).toThrow(missing);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(folder, LOG_NAME), "");
  expect(() => openLog({ folder, mode: "read" })).toThrow(missing);
});

test("open: a place that cannot hold a log is an error with path and remedy, not damage", () => {
  const folder = folderOfTest();
  writeFileSync(join(folder, "file"), "");
  mkdirSync(join(folder, "taken", LOG_NAME), { recursive: true });
  for (const path of [join(folder, "file"), join(folder, "file", "below"), join(folder, "taken")]) {
    expect(() => openLog({ folder: path, mode: "write" }), path).toThrow(
      expect.objectContaining({
        code: "RP_DATA_FOLDER",
        path: expect.stringContaining(path),
        message: expect.stringContaining("choose another data folder"),
      }),
    );
  }
  expect(readdirSync(join(folder, "taken"))).toEqual([LOG_NAME]);
});

test("open: damage beyond the first look is an error of reading and a finding of verify", () => {
  const folder = folderWithLog();
  const reader = readerOf(folder);
  const size = statSync(join(folder, LOG_NAME)).size;
  const bytes = readFileSync(join(folder, LOG_NAME));
  bytes.fill(0xa5, 4096, size);
  writeFileSync(join(folder, LOG_NAME), bytes);
  expect(() => reader.read({})).toThrow(expect.objectContaining({ code: "RP_LOG_DAMAGED" }));
  expect(reader.verifyChain()).toMatchObject([{ code: "FILE_DAMAGED" }]);
});

test("data folder: each system has its own place for it", () => {
  const windows = "C:\\Users\\li\\AppData\\Local";
  const cases = [
    ["linux", {}, "/home/li", "/home/li/.local/share/runtime-profile"],
    ["linux", { XDG_DATA_HOME: "/data" }, "/home/li", "/data/runtime-profile"],
    ["linux", { XDG_DATA_HOME: "data" }, "/home/li", "/home/li/.local/share/runtime-profile"],
    ["linux", { XDG_DATA_HOME: "" }, "/home/li", "/home/li/.local/share/runtime-profile"],
    ["freebsd", {}, "/home/li", "/home/li/.local/share/runtime-profile"],
    [
      "darwin",
      { XDG_DATA_HOME: "/data" },
      "/Users/li",
      "/Users/li/Library/Application Support/runtime-profile",
    ],
    ["win32", { LOCALAPPDATA: windows }, "C:\\Users\\li", `${windows}\\runtime-profile`],
    ["win32", {}, "C:\\Users\\li", `${windows}\\runtime-profile`],
  ] as const;
  for (const [platform, env, home, folder] of cases) {
    expect(defaultDataFolder(platform, env, home)).toBe(folder);
  }
});

test("data folder: is made for this user alone and left clean", () => {
  const folder = join(folderOfTest(), "deep", "er");
  expect(prepareFolder(folder)).toBe(folder);
  expect(prepareFolder(folder)).toBe(folder);
  expect(readdirSync(folder)).toEqual([]);
  const rights = process.platform === "win32" ? 0o700 : statSync(folder).mode & 0o777;
  expect(rights).toBe(0o700);
});
