/** export as a process with real files: limits, links, pipes, and a person who stops it. */
import { execFile } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LOCK_NAME } from "../src/log/folder-lock.ts";
import { HEAD_NAME } from "../src/log/head-file.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { type CliEnd, cli } from "./cli-helper.ts";
import { writtenLog } from "./support/written-log.ts";

const BIN = join(import.meta.dirname, "..", "bin", "runtime-profile.js");
const SYSTEM = { skip: process.platform === "win32", timeout: 30_000 };

/** Asks to stop at the first portion that goes to standard output. */
const STOPPED_EARLY = `data:text/javascript,${encodeURIComponent(`
  const { stdout } = process;
  const write = stdout.write;
  stdout.write = function (...given) {
    stdout.write = write;
    process.kill(process.pid, "SIGINT");
    return write.apply(this, given);
  };
`)}`;

/** The data folder of a log whose export is several portions long. */
function closedLog(): string {
  const { folder, log, beats } = writtenLog();
  beats(1500);
  log.close();
  return folder;
}

function run(folder: string, ...args: readonly string[]): Promise<CliEnd> {
  return cli(["export", ...args, "--data-dir", folder, "--lang", "en"], { folder });
}

/** A line of the shell in which $0 is Node. */
function shell(folder: string, line: string): Promise<Omit<CliEnd, "stdout">> {
  return new Promise((resolve) => {
    const env = { ...process.env, LANG: "en_US.UTF-8", BIN, DATA: folder, STOPPED_EARLY };
    const options = { cwd: folder, env };
    const child = execFile(
      "bash",
      ["-c", line, process.execPath],
      options,
      (_error, _out, stderr) => resolve({ code: child.exitCode, stderr }),
    );
  });
}

test("cli export --out: a file that reaches its limit is not done", SYSTEM, async () => {
  const folder = closedLog();
  const line = 'ulimit -f 100; exec "$0" "$BIN" export --out out.ndjson --data-dir "$DATA"';
  const { code, stderr } = await shell(folder, line);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("EFBIG") });
  expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual([]);
});

test("cli export --out: the data folder's own files are refused", { timeout: 30_000 }, async () => {
  const folder = closedLog();
  const before = readFileSync(join(folder, LOG_NAME));
  symlinkSync(LOG_NAME, join(folder, "link"));
  symlinkSync(`${LOG_NAME}-wal`, join(folder, "dangling"));
  const suffixed = [`${LOG_NAME}-wal`, `${LOG_NAME}-shm`, "log.damaged-1.sqlite"];
  for (const name of [LOG_NAME, ...suffixed, HEAD_NAME, LOCK_NAME, "link", "dangling"]) {
    const { code, stderr } = await run(folder, "--out", name);
    expect(code).toBe(1);
    expect(stderr).toContain(`Expected a file of your own at --out, got ${name}, which belongs`);
  }
  expect(readFileSync(join(folder, LOG_NAME)).equals(before)).toBe(true);
  expect((await run(folder, "--out", "log.ndjson")).code).toBe(0);
  mkdirSync(join(folder, "else"));
  expect((await run(folder, "--out", join("else", LOG_NAME))).code).toBe(0);
});

test("cli export --out: a link stays, and what it points to is written", SYSTEM, async () => {
  const folder = closedLog();
  const { stdout } = await run(folder);
  for (const isThere of [false, true]) {
    const [link, target] = [`link-${isThere}`, `target-${isThere}`].map((n) => join(folder, n));
    if (isThere) writeFileSync(target ?? "", "old");
    symlinkSync(target ?? "", link ?? "");
    expect((await run(folder, "--out", link ?? "")).code).toBe(0);
    expect(lstatSync(link ?? "").isSymbolicLink()).toBe(true);
    expect(readFileSync(target ?? "", "utf8")).toBe(stdout);
  }
  symlinkSync("round", join(folder, "round"));
  expect((await run(folder, "--out", "round")).stderr).toContain("ELOOP");
});

test("cli export --out: a pipe and a device are written as they stand", SYSTEM, async () => {
  const folder = closedLog();
  const { stdout } = await run(folder);
  const line =
    'mkfifo pipe; cat pipe > read & "$0" "$BIN" export --out pipe --data-dir "$DATA"; c=$?; wait; exit $c';
  expect((await shell(folder, line)).code).toBe(0);
  expect(readFileSync(join(folder, "read"), "utf8")).toBe(stdout);
  expect(lstatSync(join(folder, "pipe")).isFIFO()).toBe(true);
  expect((await run(folder, "--out", "/dev/null")).code).toBe(0);
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  expect((await run(folder, "--out", ".")).stderr).toContain("EISDIR");
});

test.each(["| cat > out", "> out"])("cli export %s: Ctrl-C is not done", SYSTEM, async (to) => {
  const folder = closedLog();
  const command = `"$0" --import "$STOPPED_EARLY" "$BIN" export --data-dir "$DATA" ${to}`;
  const { code, stderr } = await shell(folder, `set -o pipefail; ${command}`);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^Error: Expected to write the whole export, .*\n$/),
  });
  expect(existsSync(join(folder, "out"))).toBe(true);
});
