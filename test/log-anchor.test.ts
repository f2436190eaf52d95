/** The anchor file: replaced as a whole, and believed only when it is one. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readAnchor, writeAnchor } from "../src/log/anchor.ts";
import { folderOfTest } from "./log-helper.ts";

const ANCHOR = { host_id: "a-host", seq: 12, hash: "ab".repeat(32), at: 1000 };

test("anchor: what was written is read, by this user alone, and nothing else lies beside it", () => {
  const folder = folderOfTest();
  const path = join(folder, "anchor.json");
  expect(readAnchor(path)).toBeNull();
  for (const seq of [12, 13]) {
    writeAnchor(path, { ...ANCHOR, seq });
    expect(readAnchor(path)).toEqual({ ...ANCHOR, seq });
  }
  expect(readdirSync(folder)).toEqual(["anchor.json"]);
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("anchor: one that cannot be written leaves the old one", () => {
  const folder = folderOfTest();
  const path = join(folder, "taken");
  mkdirSync(path);
  expect(() => writeAnchor(path, ANCHOR)).toThrow(`Expected to write an anchor at ${path}`);
  expect(() => writeAnchor(join(folder, "nowhere", "anchor.json"), ANCHOR)).toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual(["taken"]);
});

/** Writes 300 bytes where the limit of a file, 1024 bytes, is 24 bytes away. */
const CUT = `
  import { closeSync, openSync } from "node:fs";
  const { writeWhole } = await import(process.env.MODULE);
  const file = openSync("file", "w");
  writeWhole(file, "é".repeat(500));
  for (const place of [null, 1000]) {
    try { writeWhole(file, "x".repeat(300), place); } catch (error) { console.log(error.code); }
  }
  writeWhole(file, "abc", 2);
  closeSync(file);
`;

test("whole write: what does not fit whole is an error", {
  skip: process.platform === "win32",
}, () => {
  const folder = folderOfTest();
  const MODULE = new URL("../src/log/whole-write.ts", import.meta.url).href;
  const line = 'ulimit -f 1; exec "$0" --input-type=module -e "$1"';
  const options = { cwd: folder, env: { ...process.env, MODULE }, encoding: "utf8" } as const;
  const said = execFileSync("bash", ["-c", line, process.execPath, CUT], options);
  expect(said).toBe("EFBIG\nEFBIG\n");
  const text = readFileSync(join(folder, "file"), "utf8");
  expect(text).toBe(`éabc${Buffer.from("é".repeat(500)).subarray(5).toString()}${"x".repeat(24)}`);
});

test.each([
  ["nothing", ""],
  ["half of one", JSON.stringify(ANCHOR).slice(0, 40)],
  ["a number", "7"],
  ["null", "null"],
  ["no seq", JSON.stringify({ ...ANCHOR, seq: undefined })],
  ["a seq of 0", JSON.stringify({ ...ANCHOR, seq: 0 })],
  ["a seq that is a text", JSON.stringify({ ...ANCHOR, seq: "12" })],
  ["a short hash", JSON.stringify({ ...ANCHOR, hash: "ab" })],
  ["no host", JSON.stringify({ ...ANCHOR, host_id: "" })],
  ["a time that is none", JSON.stringify({ ...ANCHOR, at: 1.5 })],
  ["much more", JSON.stringify(ANCHOR) + " ".repeat(5000)],
])("anchor: %s is none, and the file stays", (_what, text) => {
  const path = join(folderOfTest(), "anchor");
  writeFileSync(path, text);
  expect(() => readAnchor(path)).toThrow(`Expected an anchor of a log at ${path}, got `);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("anchor: a folder is none", () => {
  expect(() => readAnchor(folderOfTest())).toThrow("EISDIR");
});
