import type { ChildProcess } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findProgram } from "../src/detect/find-program.ts";
import { abandonedChildren, endChild } from "../src/detect/helper-child.ts";
import { createProgramRunner } from "../src/detect/run-program.ts";
import { isProcessAlive } from "./support/processes.ts";
import { SOON_MS } from "./support/soon.ts";
import { addFiles, fakeRoot, temporaryFolder } from "./support/temporary-folder.ts";

const LONG_MS = 10_000;
const SHORT_MS = 400;

function script(text: string): string {
  const path = join(temporaryFolder(), "program");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

function runScript(text: string, limit_ms = LONG_MS) {
  const runner = createProgramRunner();
  return runner.run({ file: script(text), args: [], env: process.env, limit_ms });
}

test("run-program: gives output of both streams and the exit code, which is no problem", async () => {
  const outcome = await runScript("echo out; echo err >&2; exit 9");
  expect(outcome).toEqual({ exit_code: 9, stdout: "out\n", stderr: "err\n", problem: null });
});

test("run-program: passes arguments as they are, without a shell, and sets LC_ALL=C", async () => {
  const file = script('echo "$1|$2|$LC_ALL|$HOME_TEST"');
  const env = { ...process.env, LC_ALL: "de_DE.UTF-8", HOME_TEST: "kept" };
  const args = ["$(id); *", ""];
  const outcome = await createProgramRunner().run({ file, args, env, limit_ms: LONG_MS });
  expect(outcome.stdout).toBe("$(id); *||C|kept\n");
});

test("run-program: reads UTF-16 where its mark stands first", async () => {
  const { stdout } = await runScript("printf '\\377\\376h\\000i\\000'");
  expect(stdout.replace("\uFEFF", "")).toBe("hi");
});

test("run-program: a missing program is not installed, a plain file is not executable", async () => {
  const folder = fakeRoot({ "plain.txt": "text" });
  const run = (name: string) => {
    const file = join(folder, name);
    return createProgramRunner().run({ file, args: [], env: process.env, limit_ms: LONG_MS });
  };
  expect(await run("absent")).toMatchObject({ problem: "not-installed", exit_code: null });
  expect(await run("plain.txt/inside")).toMatchObject({ problem: "not-installed" });
  expect(await run("plain.txt")).toMatchObject({ problem: "not-executable" });
  expect(await run("bad\u0000name")).toMatchObject({ problem: "failed" });
});

test("run-program: a crash by signal is a failure", async () => {
  expect(await runScript("kill -SEGV $$")).toMatchObject({ problem: "failed", exit_code: null });
});

test("run-program: a child that ignores SIGTERM is over at the limit, with its group", async () => {
  const pids = join(temporaryFolder(), "pids");
  const text = `trap "" TERM INT HUP; sleep 60 & echo $$ $! > ${pids}; wait; sleep 60`;
  const before = performance.now();
  const outcome = await runScript(text, SHORT_MS);
  expect(outcome.problem).toBe("timeout");
  expect(performance.now() - before).toBeLessThan(SOON_MS);
  const ids = readFileSync(pids, "utf8").trim().split(" ").map(Number);
  expect(ids).toHaveLength(2);
  await expect.poll(() => ids.some(isProcessAlive)).toBe(false);
});

test("run-program: endless output ends the child at 1 MiB", async () => {
  const outcome = await runScript("yes endless");
  expect(outcome.problem).toBe("unparsable");
  expect(outcome.stdout.length).toBeLessThanOrEqual(1024 * 1024);
});

test("run-program: a grandchild that holds the pipes does not hold us", async () => {
  const before = performance.now();
  const outcome = await runScript("echo done; sleep 30 & exit 0");
  expect(outcome).toMatchObject({ stdout: "done\n", exit_code: 0, problem: null });
  expect(performance.now() - before).toBeLessThan(SOON_MS);
});

test("run-program: an abort ends the child, an abort before starts none", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const runner = createProgramRunner();
  const run = { file: script("sleep 60"), args: [], env: process.env, limit_ms: LONG_MS, signal };
  const outcome = runner.run(run);
  controller.abort();
  expect(await outcome).toMatchObject({ problem: "timeout" });
  expect(await createProgramRunner().run(run)).toMatchObject({ problem: "timeout" });
});

test("run-program: one child at a time; the second asker gets timeout at once", async () => {
  const runner = createProgramRunner();
  const run = { file: script("echo x"), args: [], env: process.env, limit_ms: LONG_MS };
  const both = await Promise.all([runner.run(run), runner.run(run)]);
  expect(both.map((outcome) => outcome.problem)).toEqual([null, "timeout"]);
});

test("run-program: after a timeout it waits 5 s, then 10 s, at most 60 s, and forgets on success", async () => {
  let now = 0;
  const runner = createProgramRunner(() => now);
  const hang = { file: script("sleep 60"), args: [], env: process.env, limit_ms: 30 };
  const good = { ...hang, file: script("echo good"), limit_ms: LONG_MS };
  const isStarted = async () => (await runner.run(good)).problem === null;
  for (const wait of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
    // The killed child of the round before may need a moment to be gone.
    await expect
      .poll(async () => {
        const before = performance.now();
        await runner.run(hang);
        return performance.now() - before;
      })
      .toBeGreaterThan(25);
    now += wait - 1;
    expect(await isStarted()).toBe(false);
    now += 1;
  }
  await expect.poll(isStarted).toBe(true);
  expect(await isStarted()).toBe(true);
});

test("run-program: a grandchild with a group of its own that holds the pipes does not hold us", async () => {
  const pid = join(temporaryFolder(), "pid");
  const text = `trap "" TERM INT HUP QUIT TSTP; setsid sh -c 'echo $$ > ${pid}; sleep 60' & sleep 60`;
  const outcome = await runScript(text, SHORT_MS);
  const id = Number(readFileSync(pid, "utf8"));
  onTestFinished(() => void process.kill(-id, "SIGKILL"));
  expect(outcome.problem).toBe("timeout");
  expect(isProcessAlive(id)).toBe(true);
});

test("run-program: a child that no signal ends is left, counted, and never joined by another", async () => {
  const started: ChildProcess[] = [];
  // The killed children of other tests may need a moment to be gone.
  await expect.poll(() => abandonedChildren().living).toBe(0);
  const { ever } = abandonedChildren();
  let now = 0;
  const pids = join(temporaryFolder(), "pids");
  const hang = {
    file: script(`echo $$ >> ${pids}; exec sleep 60`),
    args: [],
    env: process.env,
    limit_ms: SHORT_MS,
  };
  const runner = createProgramRunner(
    () => now,
    (child) => void started.push(child),
  );
  onTestFinished(() => started.forEach(endChild));
  const begin = performance.now();
  expect(await runner.run(hang)).toMatchObject({ problem: "timeout" });
  expect(performance.now() - begin).toBeLessThan(SOON_MS);
  expect(runner.abandoned()).toBe(1);
  expect(abandonedChildren()).toEqual({ living: 1, ever: ever + 1 });
  now += 3_600_000;
  expect(await runner.run(hang)).toMatchObject({ problem: "timeout" });
  // Another runner, as a probe makes one for each question, does not start a second one either.
  expect(await createProgramRunner().run(hang)).toMatchObject({ problem: "timeout" });
  expect(readFileSync(pids, "utf8").trim().split("\n")).toHaveLength(1);
  started.forEach(endChild);
  await expect.poll(() => runner.abandoned()).toBe(0);
  expect(abandonedChildren()).toEqual({ living: 0, ever: ever + 1 });
  const controller = new AbortController();
  const again = createProgramRunner().run({
    ...hang,
    limit_ms: LONG_MS,
    signal: controller.signal,
  });
  await expect.poll(() => readFileSync(pids, "utf8").trim().split("\n").length).toBe(2);
  controller.abort();
  await again;
});

test("find-program: the configured path, then PATH, then the usual places", async () => {
  const root = fakeRoot({ "usr/lib/wsl/lib/tool": "", "first/other": "", "second/tool": "" });
  const chmod = (path: string) => chmodSync(join(root, path), 0o755);
  const env = { PATH: `${root}/first:relative::${root}/second` };
  const view = { env, root, platform: "linux" as const };
  const search = { name: "tool", configured: null, places: ["/usr/lib/wsl/lib/tool"] };
  expect(await findProgram(view, search)).toEqual({ path: null, code: "not-executable" });
  chmod("usr/lib/wsl/lib/tool");
  expect(await findProgram(view, search)).toEqual({ path: join(root, "usr/lib/wsl/lib/tool") });
  chmod("second/tool");
  expect(await findProgram(view, search)).toEqual({ path: join(root, "second/tool") });
  const configured = join(root, "absent");
  const choice = await findProgram(view, { ...search, configured });
  expect(choice).toEqual({ path: null, code: "not-installed" });
});

test("find-program: Windows separates PATH with semicolons and may call it Path", async () => {
  const root = fakeRoot();
  addFiles(root, { "one/tool.exe": "", "two/tool.exe": "" });
  chmodSync(join(root, "two/tool.exe"), 0o755);
  const view = { env: { Path: `${root}/one;${root}/two` }, root, platform: "win32" as const };
  const found = await findProgram(view, { name: "tool.exe", configured: null, places: [] });
  expect(found).toEqual({ path: join(root, "two/tool.exe") });
});
