/** The command hook with real programs: what they get, how they fail, and that none is left behind. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCommandHook } from "../src/effects/command-hook.ts";
import type { HookListener } from "../src/effects/hook.ts";
import { ear, step } from "./support/hook-steps.ts";
import { isProcessAlive } from "./support/processes.ts";
import { SOON_MS } from "./support/soon.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const PATH = process.env["PATH"] ?? "";

/** A program of the shell in a folder of its own; `$HERE` is that folder. */
function program(lines: string): {
  readonly path: string;
  readonly read: (file: string) => string;
} {
  const folder = temporaryFolder();
  const path = join(folder, "hook");
  writeFileSync(path, `#!/bin/sh\nHERE=${folder}\n${lines}\n`);
  chmodSync(path, 0o755);
  const read = (file: string): string => {
    const place = join(folder, file);
    return existsSync(place) ? readFileSync(place, "utf8") : "";
  };
  return { path, read };
}

function hookOf(
  command: readonly string[],
  listener: HookListener,
  {
    env = { PATH },
    deadlineMs = 20_000,
  }: { env?: Record<string, string>; deadlineMs?: number } = {},
) {
  const hook = createCommandHook({ command, env, deadlineMs }, listener);
  onTestFinished(() => hook.stop());
  return hook;
}

test("command: it gets the event as JSON, the main words as variables, and its arguments untouched", async () => {
  const { path, read } = program(
    'cat > "$HERE/stdin"\nenv > "$HERE/env"\nprintf "%s\\n" "$@" > "$HERE/args"\ntouch "$HERE/done"',
  );
  const args = ["two words", "$HOME; rm -rf /", "*"];
  const secrets = {
    RUNTIME_PROFILE_TOKEN: "t0ken",
    RUNTIME_PROFILE_WEBHOOK: "http://h/s3cret",
    RUNTIME_PROFILE_WEBHOOK_SECRET: "s3cret",
    RUNTIME_PROFILE_CLOUD_KEY: "k3y",
    RUNTIME_PROFILE_PORT: "8001",
  };
  const event = step(5);
  const hook = hookOf([path, ...args], ear(), { env: { PATH, ...secrets } });
  hook.send(event);
  await hook.stop();
  expect(read("stdin")).toBe(`${event.body}\n`);
  expect(read("args")).toBe(`${args.join("\n")}\n`);
  const variables = read("env")
    .split("\n")
    .filter((line) => line.startsWith("RUNTIME_PROFILE_"))
    .sort();
  expect(variables).toEqual([
    "RUNTIME_PROFILE_CODE=VRAM_EXHAUSTED",
    "RUNTIME_PROFILE_EVENT=degraded",
    "RUNTIME_PROFILE_FROM=LOCAL_GPU_MID.nominal",
    "RUNTIME_PROFILE_PORT=8001",
    "RUNTIME_PROFILE_RUNG=cpu",
    "RUNTIME_PROFILE_SENTENCE=GPU memory is nearly full, 显存将满",
    "RUNTIME_PROFILE_SEQ=5",
    "RUNTIME_PROFILE_TIER=LOCAL_GPU_MID",
    "RUNTIME_PROFILE_TO=LOCAL_GPU_MID.degraded.cpu",
  ]);
});

test("command: one at a time, in order", async () => {
  const { path, read } = program(
    'mkdir "$HERE/busy" || echo together >> "$HERE/order"\necho "$RUNTIME_PROFILE_SEQ" >> "$HERE/order"\nsleep 0.05\nrmdir "$HERE/busy"',
  );
  const hook = hookOf([path], ear());
  for (const seq of [1, 2, 3, 4]) hook.send(step(seq));
  await expect.poll(() => read("order")).toBe("1\n2\n3\n4\n");
});

test("command: one that fails is told with its code and the end of what it said, once, and again when it works", async () => {
  const { path, read } = program(
    'echo "$RUNTIME_PROFILE_SEQ" >> "$HERE/runs"\n[ "$RUNTIME_PROFILE_SEQ" = 3 ] && exit 0\nhead -c 100000 /dev/zero | tr "\\0" x\necho "cannot reach the desk" >&2\nexit 3',
  );
  const heard = ear();
  const hook = hookOf([path], heard);
  for (const seq of [1, 2, 3]) hook.send(step(seq));
  await expect.poll(() => heard.told.length).toBe(2);
  expect(read("runs")).toBe("1\n2\n3\n");
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "exit_code", attempts: 1, status: 3, said: expect.any(String) } },
    { relief: { seq: 3, attempts: 1, lost: 2 } },
  ]);
  const [told] = heard.told;
  const said = told !== undefined && "trouble" in told ? told.trouble.said : "";
  expect(said).toContain("cannot reach the desk");
  expect(said.length).toBeLessThanOrEqual(500);
});

test("command: one that hangs and ignores SIGTERM is killed with all that it started", async () => {
  const { path, read } = program(
    'trap "" TERM\necho $$ > "$HERE/own"\nsh -c \'trap "" TERM; echo $$ > \'"$HERE"\'/child; while :; do sleep 1; done\' &\nwhile :; do sleep 1; done',
  );
  const heard = ear();
  hookOf([path], heard, { deadlineMs: 400 }).send(step(1));
  await expect.poll(() => heard.told.length).toBe(1);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "timeout", attempts: 1, status: null, said: "" } },
  ]);
  for (const file of ["own", "child"]) {
    const pid = Number(read(file));
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isProcessAlive(pid)).toBe(false);
  }
});

test("command: one that does not end by SIGKILL is left, and no other is started beside it", async () => {
  const { path, read } = program('echo $$ >> "$HERE/runs"\nexec sleep 60');
  const heard = ear();
  let end = (): void => {};
  const hook = createCommandHook(
    { command: [path], env: { PATH }, deadlineMs: 300 },
    heard,
    (child) => {
      end = () => void child.kill("SIGKILL");
    },
  );
  onTestFinished(() => end());
  hook.send(step(1));
  hook.send(step(2));
  await expect.poll(() => heard.told.length).toBe(1);
  await hook.stop();
  expect(read("runs").split("\n")).toHaveLength(2);
});

test("command: one that is killed says so", async () => {
  const { path } = program("kill -9 $$");
  const heard = ear();
  hookOf([path], heard).send(step(1));
  await expect.poll(() => heard.told.length).toBe(1);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason: "killed", attempts: 1, status: null, said: "" } },
  ]);
});

test.each([
  ["a program that is not there", "/nonexistent/hook", "not_found"],
  ["a name that is nowhere in PATH", "no-such-program-of-runtime-profile", "not_found"],
  ["a folder", "/tmp", "not_executable"],
  ["a name that no file can have", "a\0b", "not_executable"],
] as const)("command: %s is told as such", async (_, file, reason) => {
  const heard = ear();
  hookOf([file], heard).send(step(1));
  await expect.poll(() => heard.told.length).toBe(1);
  expect(heard.told).toEqual([
    { trouble: { seq: 1, reason, attempts: 1, status: null, said: "" } },
  ]);
});

test("command: one that reads nothing and leaves something in the background has ended well", async () => {
  const { path, read } = program('sh -c "sleep 0.6; echo there > $HERE/later" &\nexit 0');
  const heard = ear();
  const hook = hookOf([path], heard);
  hook.send({ ...step(1), body: "x".repeat(1_000_000) });
  await hook.stop();
  expect(heard.told).toEqual([]);
  await expect.poll(() => read("later")).toBe("there\n");
});

test("command: at the stop what runs may end, what waits is run, and what hangs is killed", async () => {
  const { path, read } = program(
    'echo $$ > "$HERE/pid"\n[ "$RUNTIME_PROFILE_SEQ" = 2 ] && sleep 60\necho "$RUNTIME_PROFILE_SEQ" >> "$HERE/ended"',
  );
  const heard = ear();
  const hook = hookOf([path], heard);
  for (const seq of [1, 2, 3]) hook.send(step(seq));
  const began = performance.now();
  await hook.stop();
  expect(performance.now() - began).toBeLessThan(SOON_MS);
  expect(read("ended")).toBe("1\n");
  expect(isProcessAlive(Number(read("pid")))).toBe(false);
  expect(heard.told).toEqual([
    { trouble: { seq: 2, reason: "stopped", attempts: 1, status: null, said: "" } },
  ]);
});
