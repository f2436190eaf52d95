/** The folder of the log: made folder by folder, or refused in time with path and remedy. */
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareFolder } from "../src/log/data-folder.ts";
import { folderOfTest } from "./log-helper.ts";

const refusal = (path: string) =>
  expect.objectContaining({
    code: "RP_DATA_FOLDER",
    path,
    message: expect.stringMatching(/can be written at .*; make it writable .* or choose another/),
  });

test
  .runIf(process.platform === "linux")
  .each(["/proc/none", "/proc/none/deep/er", "/proc/self/none", "/sys/none"])(
  "data folder: %s is refused at once",
  (path) => {
    expect(() => prepareFolder(path)).toThrow(refusal(path));
  },
);

test("data folder: a path under a plain file, or a plain file itself, is refused", () => {
  const file = join(folderOfTest(), "file");
  writeFileSync(file, "");
  for (const path of [file, join(file, "folder"), join(file, "deep", "er")]) {
    expect(() => prepareFolder(path)).toThrow(refusal(path));
  }
});

test("data folder: a link to nowhere is refused", () => {
  const link = join(folderOfTest(), "link");
  symlinkSync("nowhere", link);
  expect(() => prepareFolder(link)).toThrow(refusal(link));
});

test.each([
  [64, true],
  [65, false],
])("data folder: %i missing folders are made: %s", (count, isMade) => {
  const folder = join(folderOfTest(), ...Array.from({ length: count }, () => "d"));
  if (isMade) expect(prepareFolder(folder)).toBe(folder);
  else expect(() => prepareFolder(folder)).toThrow(refusal(folder));
});

test("data folder: parents that are there keep their rights, made ones are for this user alone", () => {
  const there = join(folderOfTest(), "there");
  mkdirSync(there, { mode: 0o755 });
  const before = statSync(there).mode;
  const folder = prepareFolder(join(there, "made", "too"));
  expect(statSync(there).mode).toBe(before);
  expect(readdirSync(folder)).toEqual([]);
  if (process.platform === "win32") return;
  for (const made of [join(there, "made"), folder]) {
    expect(statSync(made).mode & 0o777).toBe(0o700);
  }
});
