/** The examples of other languages and libraries do what the guide says: run, or checked as far as it says. */
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { PACKAGE_VERSION } from "../src/domain/version.ts";
import { step } from "./support/hook-steps.ts";
import { ROOT } from "./support/pages.ts";
import { exampleDaemon, exampleRuntime, HAS_PYTHON, startExample } from "./support/run-example.ts";
import { RECEIPT, standInDoor } from "./support/stand-in-door.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const WORDS = ["Hard cut", ", match cut", ", 跳切"];
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

if (!HAS_PYTHON) test.skip("examples: PYTHON IS NOT HERE, so its examples are not run", () => {});

test.runIf(HAS_PYTHON)(
  "examples: watch.py shows the plan, reports a task, and goes on where it was after a cut",
  async () => {
    const runtime = await exampleRuntime();
    const first = await exampleDaemon(runtime);
    const watch = startExample("python/watch.py", [first.address, "3"]);
    await expect.poll(watch.said, { timeout: 20_000 }).toContain("detecting -> ");
    await first.close();
    runtime.degrade({ reason: "while nobody listens" });
    const port = Number(new URL(first.address).port);
    await exampleDaemon(runtime, port);
    await expect.poll(watch.said, { timeout: 20_000 }).toContain("MANUAL_HOLD");
    runtime.restore();
    const { code, said, errors } = await watch.ended;
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const lines = said.split("\n").filter((line) => !line.startsWith("cut off"));
    expect(lines).toEqual([
      "LOCAL_GPU_MID nominal",
      "vision: local moondream auto",
      "task reported",
      "detecting -> LOCAL_GPU_MID.nominal HOST_DETECTED",
      expect.stringMatching(/^LOCAL_GPU_MID.nominal -> LOCAL_GPU_MID.degraded.\w+ MANUAL_HOLD$/),
      expect.stringMatching(/-> LOCAL_GPU_MID.nominal RECOVERED$/),
      "",
    ]);
    const [task] = runtime.events({ type: "task.finished" }).events;
    expect(task?.data).toMatchObject({ task: "vision", provider: "local", ok: true });
  },
);

test.runIf(HAS_PYTHON)(
  "examples: chat_stdlib.py chats, whole and piece by piece, and shows the receipt",
  async () => {
    const door = await standInDoor(WORDS);
    const { code, said, errors } = await startExample("python/chat_stdlib.py", [
      door.address,
      "Which cuts?",
    ]).ended;
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const receipt = Object.entries(RECEIPT).map(([name, value]) => `${name.slice(18)}: ${value}`);
    expect(said.split("\n")).toEqual([...receipt, WORDS.join(""), WORDS.join(""), ""]);
    expect(door.asked.map(({ body }) => [body.model, body.stream])).toEqual([
      ["runtime/planning", false],
      ["runtime/planning", true],
    ]);
    expect(door.asked[0]?.body.messages).toEqual([{ role: "user", content: "Which cuts?" }]);
  },
);

test.runIf(HAS_PYTHON)("examples: chat_stdlib.py says why it is refused", async () => {
  const refusal = { status: 503, code: "shed", message: "Nothing may run now." };
  const { address } = await standInDoor([], refusal);
  const { code, errors } = await startExample("python/chat_stdlib.py", [address]).ended;
  expect({ code, errors }).toEqual({ code: 1, errors: "503 shed: Nothing may run now.\n" });
});

test.runIf(HAS_PYTHON)("examples: the syntax of every Python example is right", async () => {
  const source =
    "import ast,sys\nfor name in sys.argv[1:]: ast.parse(open(name, encoding='utf-8').read(), name)";
  const files = ["watch.py", "chat_stdlib.py", "chat_openai.py"];
  const paths = files.map((name) => join(ROOT, "examples/python", name));
  expect(await outcomeOf("python3", ["-c", source, ...paths])).toEqual({ code: 0, said: "" });
});

test("examples: the AI SDK chats, whole and piece by piece, and has the receipt", async () => {
  const door = await standInDoor(WORDS);
  const { code, said, errors } = await startExample("ai-sdk/chat.ts", [door.address]).ended;
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  for (const [name, value] of Object.entries(RECEIPT))
    expect(said).toContain(`${name.slice(18)}: ${value}\n`);
  expect(said.split("\n").slice(-3)).toEqual([WORDS.join(""), WORDS.join(""), ""]);
  expect(door.asked.map(({ body }) => body.stream === true)).toEqual([false, true]);
});

test("examples: hooks.ts tells a step to webhook-receiver.ts, which checks who sent it", async () => {
  const receiver = startExample("node/webhook-receiver.ts", ["0", "1"], { STEPS_SECRET: SECRET });
  const port = await portOf(receiver.said);
  const home = temporaryFolder();
  const own = { HOME: home, XDG_DATA_HOME: home, PATH: "/nonexistent", STEPS_SECRET: SECRET };
  const url = `http://127.0.0.1:${port}/steps`;
  const hooks = await startExample("node/hooks.ts", [url], own).ended;
  expect({ code: hooks.code, errors: hooks.errors }).toEqual({ code: 0, errors: "" });
  const { code, said, errors } = await receiver.ended;
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(hooks.said).toMatch(/^down: /);
  const sentence = /^down: (.*) \S+$/m.exec(hooks.said)?.[1] ?? "?";
  expect(said).toMatch(/degraded: \S+ -> \S+: /);
  expect(said).toContain(sentence);
});

test("examples: webhook-receiver.ts refuses what is not signed, was changed or is old, and drops what it knows", async () => {
  const receiver = startExample("node/webhook-receiver.ts", ["0", "2"], { STEPS_SECRET: SECRET });
  const url = `http://127.0.0.1:${await portOf(receiver.said)}/steps`;
  const key = Buffer.from(SECRET.slice(6), "base64");
  const post = async (seq: number, change: { ageS?: number; body?: string; mac?: string } = {}) => {
    const event = step(seq);
    const timestamp = Math.floor(Date.now() / 1000) - (change.ageS ?? 0);
    const signed = `${event.id}.${timestamp}.${event.body}`;
    const mac = change.mac ?? createHmac("sha256", key).update(signed).digest("base64");
    const headers = {
      "webhook-id": event.id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,${mac}`,
    };
    const { status } = await fetch(url, {
      method: "POST",
      headers,
      body: change.body ?? event.body,
    });
    return status;
  };
  expect(await post(1, { mac: "" })).toBe(401);
  expect(await post(1, { mac: "AAAA" })).toBe(401);
  expect(await post(1, { body: "{}" })).toBe(401);
  expect(await post(1, { ageS: 400 })).toBe(401);
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
  expect(await post(1)).toBe(204);
  expect(await post(1)).toBe(204);
  expect(await post(2)).toBe(204);
  const { code, said } = await receiver.ended;
  expect(code).toBe(0);
  expect(said.match(/degraded:/g)).toHaveLength(2);
});

test("examples: the Electron app has right types and syntax, copied out of here as it says", async () => {
  const folder = join(temporaryFolder(), "app");
  cpSync(join(ROOT, "examples/electron"), folder, { recursive: true });
  const main = readFileSync(join(folder, "main.ts"), "utf8");
  writeFileSync(join(folder, "main.ts"), main.replace("../../src/index.ts", "runtime-profile"));
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "runtime-profile"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/@types"), join(modules, "@types"));
  const named = { name: "runtime-profile", type: "module", types: "index.d.ts" };
  writeFileSync(join(modules, "runtime-profile/package.json"), JSON.stringify(named));
  const library = `export * from ${JSON.stringify(join(ROOT, "src/index.ts"))};\n`;
  writeFileSync(join(modules, "runtime-profile/index.d.ts"), library);
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const allowed = ["--allowImportingTsExtensions", "--noEmit"];
  expect(await outcomeOf(tsc, ["-p", folder, ...allowed])).toEqual({ code: 0, said: "" });
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(dependencies["runtime-profile"]).toContain(`-${PACKAGE_VERSION}.tgz`);
  const page = join(folder, "window.js");
  expect(await outcomeOf(process.execPath, ["--check", page])).toEqual({ code: 0, said: "" });
});

async function portOf(said: () => string): Promise<string> {
  await expect.poll(said, { timeout: 20_000 }).toMatch(/port: \d+/);
  return /port: (\d+)/.exec(said())?.[1] ?? "";
}

async function outcomeOf(program: string, args: readonly string[]) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once("close", resolve)),
  ]);
  return { code, said: out + err };
}
