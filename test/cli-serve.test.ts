import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openLog } from "../src/log/sqlite-log.ts";
import { cli, freePort, type RunningCli, startCli, studioRoot } from "./cli-helper.ts";
import { openEvents } from "./support/event-stream.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fakeOllama } from "./support/fake-ollama.ts";
import { type FileHost, fileHost } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const TAGS = JSON.stringify({
  models: [
    { name: "moondream:latest", size: 1_700_000_000, capabilities: ["completion", "vision"] },
  ],
});

/** A host of files at a pace that a test can wait for. */
function quickHost(host: FileHost = fileHost()) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "quick.json"), JSON.stringify(quickConfiguration()));
  const env = { RUNTIME_PROFILE_ROOT: host.root, OLLAMA_HOST: undefined };
  return { host, args: ["--config", "quick.json"], options: { folder, env } };
}

async function addressOf(running: RunningCli): Promise<string> {
  const [, address] = await running.saw(/(http:\/\/127\.0\.0\.1:\d+)[\s\S]*\/docs/);
  return address as string;
}

/** What differs from run to run. */
function steady(text: string, ollama: string): string {
  return text
    .replaceAll(ollama, "http://127.0.0.1:11434")
    .replace(/^(🌐 .*?: ).*$/m, "$1http://127.0.0.1:8000")
    .replace(/http:\/\/127\.0\.0\.1:\d+\/(docs|v1)/g, "http://127.0.0.1:8000/$1");
}

test.each(["zh", "en"])(
  "cli serve: the banner of the document, in %s, and a clean end",
  async (language) => {
    const ollama = await fakeOllama({ tags: TAGS });
    const { env } = fakeNvidiaSmi({
      rows: nvidiaRow({ total: 8188, used: 688, free: 7500 }),
      version: "CUDA Version : 13.0\n",
    });
    const running = startCli(["--lang", language], {
      env: { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: studioRoot(), OLLAMA_HOST: ollama.address },
    });
    const address = await addressOf(running);
    const status = await (await fetch(`${address}/api/runtime/status`)).json();
    expect(status).toMatchObject({ profile: { class: "LOCAL_GPU_MID", degraded: false } });
    running.signal("SIGINT");
    const { code, stdout, stderr } = await running.end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    await expect(
      steady(stdout, ollama.address).replace(/\S+runtime_profile\.json/, "runtime_profile.json"),
    ).toMatchFileSnapshot(`golden/cli-serve.${language}.txt`);
  },
);

test("cli serve: says each step down and up as it happens, with its sentence", async () => {
  const { host, args, options } = quickHost();
  const running = startCli([...args, "--lang", "zh"], options);
  await addressOf(running);
  host.available(900);
  await running.saw(/⚠️ {2}触发自动降级: .*\n {2}→ 降级后 Vision: .*\n {4}.+。\n/);
  host.available(12_000);
  await running.saw(/✅ 自动恢复: .*\n {2}→ 恢复后 Vision: .*\n {4}.+。\n/);
  running.signal("SIGTERM");
  expect((await running.end).code).toBe(0);
});

test("cli serve: Ctrl-C ends it while somebody hears live events", async () => {
  const { args, options } = quickHost();
  const running = startCli(["serve", ...args], options);
  const address = await addressOf(running);
  const stream = await openEvents({ port: Number(new URL(address).port) });
  running.signal("SIGINT");
  await stream.ended;
  expect(stream.status).toBe(200);
  expect((await running.end).code).toBe(0);
});

test("cli serve: SIGTERM ends it in order; the log says why, and the folder is free again", async () => {
  const { args, options } = quickHost();
  const running = startCli(["serve", ...args], options);
  await addressOf(running);
  running.signal("SIGTERM");
  const { code, stdout } = await running.end;
  expect(code).toBe(0);
  expect(stdout).toMatch(/🛑 Stopping\.\.\.\n✅ Stopped\n$/);
  const { log } = openLog({ folder: join(options.folder, "data"), mode: "read" });
  onTestFinished(() => log.close());
  const [last] = log.read({ type: "runtime.stopped", order: "descending", limit: 1 });
  expect(last?.data).toEqual({ reason: "SIGTERM" });
  expect(log.verifyChain()).toEqual([]);
  expect(existsSync(join(options.folder, "data", "runtime.pid"))).toBe(false);
});

test("cli serve: a stop during the start is a clean end too", async () => {
  const { env } = fakeNvidiaSmi({ mode: "hang" });
  const running = startCli([], { env: { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: studioRoot() } });
  await running.saw(/Detecting the host/);
  running.signal("SIGINT");
  const { code, stderr } = await running.end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("cli serve: a second Ctrl-C does not wait for answers under way", async () => {
  const { args, options } = quickHost();
  const running = startCli(args, options);
  const address = new URL(await addressOf(running));
  const socket = connect(Number(address.port), address.hostname);
  onTestFinished(() => void socket.destroy());
  // A request that never ends keeps the first, orderly end waiting.
  socket.on("error", () => {}).write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
  await new Promise((resolve) => socket.once("connect", resolve));
  expect((await fetch(`${address.origin}/healthz`)).status).toBe(200);
  running.signal("SIGINT");
  await running.saw(/🛑/);
  running.signal("SIGINT");
  const { code, stdout } = await running.end;
  expect(code).toBe(1);
  expect(stdout).not.toContain("✅ Stopped");
});

test("cli serve --json: one object per line, from started to stopped", async () => {
  const { host, args, options } = quickHost();
  const running = startCli([...args, "--json"], options);
  await running.saw(/"event":"started"/);
  host.available(900);
  await running.saw(/"event":"degraded"/);
  running.signal("SIGINT");
  const { code, stdout } = await running.end;
  expect(code).toBe(0);
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: "started", class: "LOCAL_CPU_ONLY", pid: running.pid });
  expect(events.find(({ event }) => event === "degraded")).toMatchObject({
    reason: { code: "MEMORY_EXHAUSTED" },
    to: "LOCAL_CPU_ONLY.degraded.shed",
  });
  expect(events.at(-1)).toEqual({ event: "stopped", reason: "SIGINT" });
});

test("cli serve: a port in use is refused with its number and the remedy", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await cli(["--port", String(port)]);
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^Error: .*${port}.*--port\\.\\n$`));
});

test("cli serve: beyond loopback it wants a token before it listens", async () => {
  const { code, stderr } = await cli(["--host", "0.0.0.0", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stderr).error).toMatchObject({ code: "RP_TOKEN_REQUIRED" });
});

test("cli serve: a second runtime on the same folder is refused, and the first goes on", async () => {
  const { args, options } = quickHost();
  const first = startCli(args, options);
  const address = await addressOf(first);
  const second = await cli([...args, "--json"], options);
  expect(second.code).toBe(1);
  const { error } = JSON.parse(second.stderr);
  expect(error).toMatchObject({ code: "RP_SECOND_INSTANCE", path: join(options.folder, "data") });
  expect(error.message).toContain(`process ${first.pid}`);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
});

test("cli serve: a data folder that cannot be written is refused", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "data"), "a file");
  const { code, stderr } = await cli(["--port", String(await freePort())], { folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: Expected a data folder that can be written .*\n$/);
});

test.skipIf(process.platform === "win32")(
  "cli serve: what it writes is for its user alone, also in a folder that is not",
  async () => {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    mkdirSync(data, { mode: 0o755 });
    const running = startCli(["--lang", "en"], { folder });
    await running.saw(/Ctrl-C stops it/);
    const modes = readdirSync(data).map((name) => [name, statSync(join(data, name)).mode & 0o777]);
    expect(modes.length).toBeGreaterThanOrEqual(5);
    expect(modes).toEqual(modes.map(([name]) => [name, 0o600]));
    running.signal("SIGTERM");
    await running.end;
  },
);

test("cli serve: a damaged log is put aside and said", async () => {
  const { args, options } = quickHost();
  await cli(["detect", "--save", ...args], options);
  writeFileSync(join(options.folder, "data", "log.sqlite"), "not a database, ".repeat(100));
  const running = startCli(args, options);
  await running.saw(/⚠️ {2}The log was damaged .*log\.damaged-1\.sqlite/);
});

test("cli serve: goes on when nobody reads its output any more", async () => {
  const { args, options } = quickHost();
  const running = startCli(args, options);
  const address = await addressOf(running);
  running.closeOutput();
  const degraded = await fetch(`${address}/api/runtime/policy/degrade`, { method: "POST" });
  expect(degraded.status).toBe(200);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  running.signal("SIGINT");
  expect((await running.end).code).toBe(0);
});
