/** simulate as a process: line by line, from a file, into a log. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { cli } from "./cli-helper.ts";
import { ROOT, textOf } from "./support/pages.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const BIN = join(ROOT, "bin", "runtime-profile.js");
const EXAMPLE = join(ROOT, "examples", "simulate", "card-fills-up.ndjson");
const LINES = readFileSync(EXAMPLE, "utf8").trimEnd().split("\n");
const PATIENT = { timeout: 30_000 };

/** Writes these bytes to the command, in these pieces, and gives what it answered. */
async function piped(pieces: readonly (string | Buffer)[], ...args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, "simulate", "--lang", "en", ...args]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  for (const piece of pieces) child.stdin.write(piece);
  child.stdin.end();
  const [code] = await once(child, "close");
  return { code, stderr, answers: stdout.split("\n").slice(0, -1) };
}

test("cli simulate: each line is answered before the next is written", PATIENT, async () => {
  const child = spawn(process.execPath, [BIN, "simulate"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (const line of LINES) {
    child.stdin.write(`${line}\n`);
    const { value } = await answers.next();
    expect(JSON.parse(value ?? "").at).toBe(JSON.parse(line).at);
  }
  child.stdin.end();
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test(
  "cli simulate: a file, a pipe and any pieces of it give the same answers",
  PATIENT,
  async () => {
    const bytes = readFileSync(EXAMPLE);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, index) =>
      bytes.subarray(index * 777, index * 777 + 777),
    );
    const whole = await piped([bytes]);
    const cut = await piped(pieces);
    const file = await cli(["simulate", EXAMPLE]);
    expect(whole.answers).toHaveLength(LINES.length);
    expect(cut.answers).toEqual(whole.answers);
    expect(file).toMatchObject({ code: 0, stderr: "", stdout: `${whole.answers.join("\n")}\n` });
  },
);

test("cli simulate: reads what editors of Windows write", PATIENT, async () => {
  const [first = "", second = ""] = LINES;
  const { answers, code } = await piped([`\uFEFF${first}\r\n\r\n${second}`]);
  expect(code).toBe(0);
  expect(answers.map((one) => JSON.parse(one).at)).toEqual([0, 0]);
  expect(answers.join()).not.toContain("error");
});

test(
  "cli simulate: a line that cannot be read is refused, and the next one is answered",
  PATIENT,
  async () => {
    const [first = ""] = LINES;
    const { answers, code } = await piped([
      Buffer.from([0xff, 0xfe, 0x0a]),
      `${"x".repeat(3 * 1024 * 1024)}\n`,
      `${first}\n`,
    ]);
    const [bytes, long, answer] = answers.map((one) => JSON.parse(one));
    expect(code).toBe(0);
    expect(answers).toHaveLength(3);
    expect(bytes.error.message).toContain("not UTF-8");
    expect(long.error.message).toContain("more than 1048576 bytes");
    expect(answer).toMatchObject({ at: 0, rung: null });
  },
);

test("cli simulate: no input is no answer", PATIENT, async () => {
  expect(await piped([])).toEqual({ code: 0, stderr: "", answers: [] });
  expect(await piped(["\n\n"])).toEqual({ code: 0, stderr: "", answers: [] });
});

test("cli simulate: a reader that goes away is no failure", PATIENT, async () => {
  const child = spawn(process.execPath, [BIN, "simulate"], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {});
  child.stdin.write(`${LINES[0]}\n`);
  await once(child.stdout, "data");
  child.stdout.destroy();
  for (const line of LINES) child.stdin.write(`${line}\n`);
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test("cli simulate: is asked to stop and ends well", PATIENT, async () => {
  const child = spawn(process.execPath, [BIN, "simulate"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.write(`${LINES[0]}\n`);
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test(
  "cli simulate: leaves nothing behind without --log, and loads no SQLite",
  PATIENT,
  async () => {
    const folder = temporaryFolder();
    const trap = `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name === "better-sqlite3") throw new Error("SQLite was loaded");
      return next(name, context);
    } });
  `)}`;
    const node = ["--import", trap];
    const ended = await cli(["simulate", EXAMPLE], { folder, node });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(folder)).toEqual([]);
    const logged = await cli(["simulate", EXAMPLE, "--log", "run.sqlite"], { folder, node });
    expect(logged.stderr).toContain("SQLite was loaded");
  },
);

test("cli simulate --log: the same answers, and a log that verifies", PATIENT, async () => {
  const folder = temporaryFolder();
  const file = join(folder, "run.sqlite");
  const plain = await cli(["simulate", EXAMPLE]);
  const logged = await cli(["simulate", EXAMPLE, "--log", file], { folder });
  expect(logged).toEqual(plain);
  const verified = await cli(["verify", "--json", "--data-dir", file], { folder });
  expect(verified).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
  const shown = await cli(["log", "--type", "transition", "--json", "--data-dir", file]);
  const steps = plain.stdout
    .trimEnd()
    .split("\n")
    .flatMap((line) => JSON.parse(line).transitions);
  const entries = shown.stdout.trimEnd().split("\n");
  expect(steps.length).toBeGreaterThan(3);
  expect(entries.map((line) => JSON.parse(line).data.to)).toEqual(steps.map(({ to }) => to));
  expect(readdirSync(folder)).toEqual(["run.sqlite"]);
});

test(
  "cli simulate --log: never writes over a file, and a failure leaves none",
  PATIENT,
  async () => {
    const folder = temporaryFolder();
    const file = join(folder, "notes.txt");
    writeFileSync(file, "mine");
    const taken = await cli(["simulate", EXAMPLE, "--log", file], { folder });
    expect(taken).toMatchObject({ code: 1, stdout: "" });
    expect(taken.stderr).toContain("Expected a name that is free at --log");
    expect(readFileSync(file, "utf8")).toBe("mine");
    const missing = await cli(["simulate", "none.ndjson", "--log", "run.sqlite"], { folder });
    expect(missing.code).toBe(1);
    expect(existsSync(join(folder, "run.sqlite"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
  },
);

test(
  "cli simulate --summary: figures and sentences in both languages, or JSON",
  PATIENT,
  async () => {
    const [zh, en, json] = await Promise.all([
      cli(["simulate", EXAMPLE, "--summary", "--lang", "zh"]),
      cli(["simulate", EXAMPLE, "--summary", "--lang", "en"]),
      cli(["simulate", EXAMPLE, "--summary", "--json"]),
    ]);
    await expect(`${zh.stdout}\n${en.stdout}`).toMatchFileSnapshot("golden/simulate-summary.txt");
    const view = JSON.parse(json.stdout);
    const steps: { readonly at: number }[] = view.steps;
    expect(view).toMatchObject({ lines: LINES.length, refused: 0, refusals: [] });
    expect(view.transitions).toBe(steps.length);
    const times: number[] = Object.values(view.time_per_rung_ms);
    expect(times.reduce((sum, ms) => sum + ms, 0)).toBe(view.duration_ms);
  },
);

test("cli simulate --set and --config: try thresholds on the same lines", PATIENT, async () => {
  const folder = temporaryFolder();
  const [, host = "", ...readings] = LINES;
  writeFileSync(join(folder, "lines.ndjson"), [host, ...readings].join("\n"));
  const laxer = { thresholds: { vram: { enter: 0.95, hard: 0.98 } } };
  writeFileSync(join(folder, "mine.json"), JSON.stringify(laxer));
  const rungs = async (...args: readonly string[]) => {
    const { stdout } = await cli(["simulate", "lines.ndjson", ...args], { folder });
    const all = stdout.trimEnd().split("\n");
    return new Set(all.map((line) => JSON.parse(line).rung));
  };
  expect(await rungs()).toContain("cpu");
  expect(await rungs("--set", "vram.enter=0.95", "--set", "vram.hard=0.98")).not.toContain("cpu");
  expect(await rungs("--config", "mine.json")).not.toContain("cpu");
});

test.each([
  [["--port", "1"], "Expected no --port with simulate"],
  [["--data-dir", "x"], "Expected no --data-dir with simulate"],
  [["none.ndjson"], "Expected lines of JSON from none.ndjson, got no such file"],
  [["."], "Expected lines of JSON from ., got EISDIR"],
  [["--set", "vram.entr=1"], "did you mean"],
  [["--set", "vram.enter=0.99"], "less than"],
])("cli simulate %j: is refused in a sentence", PATIENT, async (args, words) => {
  const ended = await cli(["simulate", ...args]);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toContain(words);
});

test(
  "cli simulate: neither the environment nor this host's configuration counts",
  PATIENT,
  async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, ".env"), "RUNTIME_PROFILE_CLOUD_ALLOWED=true\n");
    const env = { RUNTIME_PROFILE_CLOUD_ALLOWED: "true", LOCAL_VISION_MODEL: "other" };
    const [plain, elsewhere] = await Promise.all([
      cli(["simulate", EXAMPLE]),
      cli(["simulate", EXAMPLE], { folder, env }),
    ]);
    expect(elsewhere).toEqual(plain);
  },
);

test("cli simulate: the lines in the guides are valid, and the same in both", PATIENT, async () => {
  const [english, chinese] = ["docs/guide.md", "docs/guide.zh-CN.md"].map((page) =>
    [...textOf(page).matchAll(/^\{"type":.*$/gm)].map(([line]) => line),
  );
  expect(english).toEqual(chinese);
  const { answers } = await piped([`${english?.join("\n")}\n`]);
  expect(answers).toHaveLength(4);
  expect(answers.join()).not.toContain("error");
  expect(JSON.parse(answers.at(-1) ?? "")).toMatchObject({ rung: "cpu" });
});
