import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keepFiles, readText } from "../src/detect/read-file.ts";
import { addFiles, fakeRoot } from "./support/temporary-folder.ts";

const LONG = "0123456789abcdef".repeat(4096);

test("readText: gives the whole text, and null for what cannot be read", async () => {
  const root = fakeRoot({ short: "a", empty: "", long: LONG, "folder/x": "" });
  expect(await readText(join(root, "short"))).toBe("a");
  expect(await readText(join(root, "empty"))).toBe("");
  expect(await readText(join(root, "long"))).toBe(LONG);
  expect(await readText(join(root, "folder"))).toBeNull();
  expect(await readText(join(root, "absent"))).toBeNull();
  expect(await readText("bad\u0000name").catch(() => "threw")).toBeNull();
});

test("readText: stops after 1 MiB", async () => {
  const root = fakeRoot({ huge: "x".repeat(1024 * 1024 + 100_000) });
  const text = await readText(join(root, "huge"));
  expect(text?.length).toBeLessThanOrEqual(1024 * 1024 + 16 * 1024);
});

test("keepFiles: sees what has changed, short or long, also when asked twice at once", async () => {
  const root = fakeRoot({ file: "one" });
  const path = join(root, "file");
  const files = keepFiles();
  onTestFinished(files.close);
  expect(await Promise.all([files.readText(path), files.readText(path)])).toEqual(["one", "one"]);
  for (const text of ["two", "", LONG, "three"]) {
    addFiles(root, { file: text });
    expect(await files.readText(path)).toBe(text);
  }
});

test("keepFiles: gives /proc afresh", async () => {
  const files = keepFiles();
  onTestFinished(files.close);
  const first = await files.readText("/proc/uptime");
  expect(first).toMatch(/^\d+\.\d+ /);
  await expect.poll(() => files.readText("/proc/uptime")).not.toBe(first);
});

test("keepFiles: what is absent is left alone for 30 reads", async () => {
  const root = fakeRoot();
  const path = join(root, "late");
  const files = keepFiles();
  onTestFinished(files.close);
  expect(await files.readText(path)).toBeNull();
  addFiles(root, { late: "here" });
  for (let reads = 0; reads < 30; reads += 1) expect(await files.readText(path)).toBeNull();
  expect(await files.readText(path)).toBe("here");
});

test("keepFiles: a folder is never a text, and reading works on after close", async () => {
  const root = fakeRoot({ "folder/file": "x" });
  const files = keepFiles();
  expect(await files.readText(join(root, "folder"))).toBeNull();
  files.close();
  expect(await files.readText(join(root, "folder/file"))).toBe("x");
});

test("keepFiles: a file that is being opened at close is not left open", async () => {
  const root = fakeRoot({ file: "x" });
  const path = join(root, "file");
  const files = keepFiles();
  const reading = files.readText(path);
  files.close();
  await reading;
  const isOpen = () =>
    readdirSync("/proc/self/fd").some((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === path;
      } catch {
        return false;
      }
    });
  await expect.poll(isOpen).toBe(false);
});
