/** verify, export and import as a person and a program run them: words, files, exit codes. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verifyLines } from "../src/cli/verify-lines.ts";
import { findingText } from "../src/cli/words-verify.ts";
import { readAnchor } from "../src/log/anchor.ts";
import { HEAD_NAME } from "../src/log/head-file.ts";
import { FINDINGS, type VerifyView } from "../src/replay/verify.ts";
import { type CliEnd, cli } from "./cli-helper.ts";
import { folderOfTest, tamper } from "./log-helper.ts";
import { MACHINE_HASH, writtenLog } from "./support/written-log.ts";

function run(folder: string, ...args: readonly string[]): Promise<CliEnd> {
  // A working folder must be there; the data folder is made.
  return cli([...args, "--data-dir", folder], existsSync(folder) ? { folder } : {});
}

/** A log that is closed, and its head. */
function closedLog() {
  const { folder, log, beats, actor } = writtenLog();
  beats(700, (index) => (index > 300 ? 19_900 : 4000));
  const reason = `${userInfo().username} on ${hostname()} at /home/ann/film`;
  actor.submit({ type: "degrade.requested", rung: "cpu", reason }, "user");
  const anchor = { host_id: log.hostId, ...(log.head()?.chain ?? { seq: 0, hash: "" }), at: 1 };
  log.close();
  return { folder, anchor };
}

test("cli verify: a log that holds ends with 0 and says what was looked at", async () => {
  const { folder, anchor } = closedLog();
  const { code, stdout, stderr } = await run(folder, "verify");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`Head (keep it elsewhere)  ${anchor.seq} ${anchor.hash}\n`);
  expect(stdout).toContain("Anchor                    none kept elsewhere");
  expect(stdout).toMatch(/Chain +\d+ entries and 700 readings, seq 1 to \d+\n/);
  expect(stdout).toMatch(/\n✅ The log holds: .*\n$/);
  const chinese = await run(folder, "verify", "--lang", "zh");
  expect(chinese.stdout).toMatch(/\n✅ 日志完好：.*\n$/);
  const { code: jsonCode, stdout: json } = await run(folder, "verify", "--json");
  expect(jsonCode).toBe(0);
  expect(JSON.parse(json)).toMatchObject({ ok: true, readings: 700, machine_hash: MACHINE_HASH });
});

test("cli verify: a difference ends with 2 and is named", async () => {
  const { folder } = closedLog();
  tamper(folder, "UPDATE entries SET actor = 'api' WHERE seq = 2");
  const { code, stdout, stderr } = await run(folder, "verify", "--write-anchor", "anchor.json");
  expect(code).toBe(2);
  expect(stdout).toMatch(
    /\n2 {2}ENTRY_ALTERED {2}the entry was changed after it was written \(expected [0-9a-f]{64}, got [0-9a-f]{64}\)\n/,
  );
  expect(stdout).toMatch(/\n❌ Found 1 difference\.\n$/);
  expect(stderr).toContain("No anchor was written");
  expect(existsSync(join(folder, "anchor.json"))).toBe(false);
  const { code: jsonCode, stdout: json } = await run(folder, "verify", "--json");
  expect(jsonCode).toBe(2);
  expect(JSON.parse(json)).toMatchObject({
    ok: false,
    findings: [{ code: "ENTRY_ALTERED", seq: 2 }],
  });
});

test("cli verify: a folder without a log, and a file that is none, end with 1", async () => {
  const folder = folderOfTest();
  const none = await run(folder, "verify");
  expect(none).toMatchObject({ code: 1, stdout: "" });
  expect(none.stderr).toContain("Expected a log at");
  writeFileSync(join(folder, "log.sqlite"), "hello ".repeat(1000));
  expect(await run(folder, "verify")).toMatchObject({ code: 1, stdout: "" });
});

test("cli verify: the head beside the log counts, one of another log there does not", async () => {
  const { folder, anchor } = closedLog();
  expect((await run(folder, "verify")).code).toBe(0);
  tamper(folder, `DELETE FROM entries WHERE seq >= ${anchor.seq - 1}`);
  const cut = await run(folder, "verify");
  expect(cut.code).toBe(2);
  expect(cut.stdout).toContain("HEAD_DIFFERS");
  for (const text of [JSON.stringify({ ...anchor, host_id: "another" }), "{}"]) {
    writeFileSync(join(folder, HEAD_NAME), text);
    expect((await run(folder, "verify")).stdout).not.toContain("HEAD_DIFFERS");
  }
});

test("cli verify --write-anchor: writes the head, and compares with what was there before", async () => {
  const { folder, anchor } = closedLog();
  const path = join(folder, "kept.json");
  expect((await run(folder, "verify", "--write-anchor", "kept.json")).code).toBe(0);
  expect(readAnchor(path)).toMatchObject({ host_id: anchor.host_id, hash: anchor.hash });
  expect((await run(folder, "verify", "--anchor", "kept.json")).code).toBe(0);
  const text = JSON.stringify({ ...readAnchor(path), hash: "0".repeat(64) });
  writeFileSync(path, text);
  for (const flag of ["--anchor", "--write-anchor"]) {
    const { code, stdout } = await run(folder, "verify", flag, "kept.json");
    expect({ code, isNamed: stdout.includes("HEAD_DIFFERS") }).toEqual({ code: 2, isNamed: true });
  }
  expect(readFileSync(path, "utf8")).toBe(text);
  writeFileSync(path, JSON.stringify({ ...anchor, host_id: "another" }));
  for (const flag of ["--anchor", "--write-anchor"]) {
    const { code, stderr } = await run(folder, "verify", flag, "kept.json");
    expect({ code, isNamed: stderr.includes("one of another log") }).toEqual({
      code: 1,
      isNamed: true,
    });
  }
  expect((await run(folder, "verify", "--anchor", "none.json")).stderr).toContain("no such file");
  writeFileSync(path, "my notes");
  expect((await run(folder, "verify", "--write-anchor", "kept.json")).code).toBe(1);
  expect(readFileSync(path, "utf8")).toBe("my notes");
});

test.each(["ndjson", "cloudevents"])(
  "cli export and import: a log goes over as %s",
  async (format) => {
    const { folder } = closedLog();
    const printed = await run(folder, "export", "--format", format);
    expect(printed).toMatchObject({ code: 0, stderr: "" });
    expect(printed.stdout).not.toContain("/home/ann");
    const out = join(folder, "out.ndjson");
    const written = await run(folder, "export", "--format", format, "--out", "out.ndjson");
    expect(written).toMatchObject({ code: 0, stdout: "" });
    expect(written.stderr).toMatch(/^✅ Wrote out\.ndjson \(\d+ lines\)\.\n$/);
    expect(readFileSync(out, "utf8")).toBe(printed.stdout);
    expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
    const target = join(folderOfTest(), "made");
    const arrived = await run(target, "import", out);
    expect(arrived).toMatchObject({ code: 0, stderr: "" });
    expect(arrived.stdout).toContain("the chain was computed anew");
    expect(arrived.stdout).toMatch(/\n✅ The log holds: .*\n$/);
    expect((await run(target, "export", "--format", format)).stdout).toBe(printed.stdout);
    const again = await run(target, "import", out);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toContain("Expected a data folder without a log");
  },
);

test("cli export --with-names: every word and every hash stays", async () => {
  const { folder, anchor } = closedLog();
  const { stdout } = await run(folder, "export", "--with-names");
  expect(stdout).toContain("/home/ann/film");
  expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({
    redacted: false,
    head: { seq: anchor.seq, hash: anchor.hash },
  });
});

test("cli import: a file that was changed ends with 2 and leaves no log", async () => {
  const { folder } = closedLog();
  const { stdout } = await run(folder, "export");
  const file = join(folder, "out.ndjson");
  writeFileSync(file, stdout.replace('"actor":"probe"', '"actor":"user"'));
  const target = folderOfTest();
  const people = await run(target, "import", file);
  expect(people).toMatchObject({ code: 2, stdout: "" });
  expect(people.stderr).toMatch(
    /^Error: Expected the hash \w+ at line \d+ of the file, got \w+; .*\n$/,
  );
  const program = await run(target, "import", file, "--json");
  expect(JSON.parse(program.stderr)).toMatchObject({ error: { code: "RP_LOG_DAMAGED" } });
  expect(readdirSync(target).filter((name) => name.startsWith("log"))).toEqual([]);
  expect(await run(target, "import", join(folder, "none"))).toMatchObject({ code: 1, stdout: "" });
});

test("cli import: the head of a log that was removed does not count for the imported one", async () => {
  const { folder } = closedLog();
  const file = join(folder, "out.ndjson");
  await run(folder, "export", "--out", file);
  for (const name of readdirSync(folder).filter((found) => found.startsWith("log.sqlite"))) {
    rmSync(join(folder, name));
  }
  expect(existsSync(join(folder, HEAD_NAME))).toBe(true);
  expect((await run(folder, "import", file)).code).toBe(0);
  const { code, stdout } = await run(folder, "verify");
  expect({ code, isNamed: stdout.includes("HEAD_DIFFERS") }).toEqual({ code: 0, isNamed: false });
});

test("cli import: one that fails takes away the folder it made, and no other", async () => {
  const parent = folderOfTest();
  const file = join(parent, "none.ndjson");
  writeFileSync(file, "no export");
  expect((await run(join(parent, "made"), "import", file)).code).toBe(1);
  expect(readdirSync(parent)).toEqual(["none.ndjson"]);
  const found = folderOfTest();
  expect((await run(found, "import", file)).code).toBe(1);
  expect(readdirSync(found)).toEqual(["runtime.lock"]);
});

test("cli import: a log of another machine comes over, and verify says what it is", async () => {
  const { folder, log, actor } = writtenLog();
  const started = { package_version: "9", xstate_version: "5", node: "24", resumed_from: null };
  const hashes = { machine_hash: "of another", policy_hash: null };
  actor.submit({ type: "runtime.started", ...started, ...hashes }, "runtime");
  log.close();
  const file = join(folder, "out.ndjson");
  await run(folder, "export", "--out", file);
  const target = folderOfTest();
  const { code, stdout } = await run(target, "import", file);
  expect(code).toBe(2);
  expect(stdout).toContain("MACHINE_DIFFERS");
  expect((await run(target, "log")).code).toBe(0);
});

const VIEW: VerifyView = {
  ok: false,
  findings: [
    { code: "OUTPUT_MISSING", seq: 7, expected: "transition", got: null },
    { code: "GAP", seq: 1200, expected: 1199, got: 1200 },
  ],
  truncated: false,
  first_seq: 5,
  last_seq: 9,
  entries: 3,
  readings: 2,
  unsealed_readings: 1,
  pruned_readings: 4,
  outputs_compared: 1,
  checkpoints_compared: 0,
  head: { seq: 8, hash: "h" },
  machine_hash: "m",
};

test.each(["zh", "en"] as const)("verify: says in %s what it could not see", async (language) => {
  const output = { tone: (_tone: unknown, text: string) => text } as never;
  const anchor = { host_id: "x", seq: 2, hash: "old", at: 1 };
  const lines = verifyLines(VIEW, { anchor, isInReach: false }, { language, output });
  await expect(lines.join("\n")).toMatchFileSnapshot(`golden/cli-verify.${language}.txt`);
});

test("verify: every finding has words of its own in both languages", () => {
  for (const language of ["zh", "en"] as const) {
    expect(new Set(FINDINGS.map((code) => findingText(code, language))).size).toBe(FINDINGS.length);
  }
});

test("verify: more than a hundred findings are said to be more", () => {
  const output = { tone: (_tone: unknown, text: string) => text } as never;
  const lines = verifyLines({ ...VIEW, truncated: true }, null, { language: "en", output });
  expect(lines.slice(-3)).toEqual([
    "… and more; only the first 100 are shown",
    "",
    "❌ Found more than 2 differences.",
  ]);
});
