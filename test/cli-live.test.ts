/** `explain`, `monitor` and `log`, beside a live runtime and without one. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createServer as createService } from "../src/http/server.ts";
import { cli, freePort, startCli, studioRoot } from "./cli-helper.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { firstLook, live } from "./support/live.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** A real runtime that serves, and what a command needs to find it. */
async function service(options: { readonly token?: string } = {}) {
  const folder = temporaryFolder();
  const runtime = await live({ dataFolder: join(folder, "data") });
  const { token } = options;
  const server = await createService(runtime, {
    port: 0,
    ...(token === undefined ? {} : { token, requireToken: true }),
  });
  const [address] = await server.listen();
  onTestFinished(() => server.close());
  const port = String(address?.port);
  return { runtime, port, options: { folder, env: { RUNTIME_PROFILE_PORT: port } } };
}

test("cli explain: speaks for the live runtime, names it, and tells how it came to this", async () => {
  const { runtime, port, options } = await service();
  runtime.degrade({ rung: "shed", reason: "maintenance" });
  const { code, stdout } = await cli(["explain", "--lang", "zh"], options);
  expect(code).toBe(0);
  expect(stdout).toContain(`(来自运行中的 runtime-profile: http://127.0.0.1:${port})`);
  expect(stdout).toContain("🧠 系统运行模式");
  expect(stdout).toMatch(/🧾 经过\n(- \d{4}-.* \[\d+\] .*\n)+$/);
  const json = JSON.parse((await cli(["explain", "--json"], options)).stdout);
  expect(json).toMatchObject({ source: "runtime", rung: "shed", reason: { code: "MANUAL_HOLD" } });
});

test("cli explain: without a runtime it detects, and says so", async () => {
  const env = { RUNTIME_PROFILE_ROOT: studioRoot() };
  const { code, stdout } = await cli(["explain", "--lang", "en"], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\(port 0 is no address to ask; /);
  expect(stdout).toContain("Tier: LOCAL_CPU_ONLY");
  const json = JSON.parse((await cli(["explain", "--json"], { env })).stdout);
  expect(json).toMatchObject({ source: "detection", class: "LOCAL_CPU_ONLY" });
});

test.each([
  ["another program", (): string => "<html>hello</html>"],
  ["another JSON", (): string => '{"status":"ok"}'],
])("cli explain: %s on the port is not taken for a runtime", async (_what, body) => {
  const server = createServer((_request, response) => void response.end(body()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = { RUNTIME_PROFILE_ROOT: studioRoot(), RUNTIME_PROFILE_PORT: String(port) };
  const { code, stdout } = await cli(["explain", "--json"], { env });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).source).toBe("detection");
});

test("cli explain: an address that does not answer is named, and so is who runs on the folder", async () => {
  const port = await freePort();
  const folder = temporaryFolder();
  const env = { RUNTIME_PROFILE_ROOT: studioRoot(), RUNTIME_PROFILE_PORT: String(port) };
  const heading = async (lang: string) =>
    (await cli(["explain", "--lang", lang], { env, folder })).stdout.split("\n")[0];
  const silent = `http://127.0.0.1:${port} did not answer; `;
  expect(await heading("en")).toBe(`(${silent}this comes from a detection made just now)`);
  await live({ dataFolder: join(folder, "data") });
  const there = `a runtime-profile runs as process ${process.pid}, give its port with --port; `;
  expect(await heading("en")).toBe(`(${silent}${there}this comes from a detection made just now)`);
  expect(await heading("zh")).toContain(`以进程 ${process.pid} 运行，请用 --port`);
});

test("cli explain: a process number that a crash left behind is nobody", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "runtime.pid"), "999999999\n");
  const env = { RUNTIME_PROFILE_ROOT: studioRoot() };
  const { stdout } = await cli(["explain", "--lang", "en"], { env, folder });
  expect(stdout).not.toContain("runs as process");
});

test.each([
  [421, "RP_HOST_REFUSED"],
  [403, "RP_ORIGIN_REFUSED"],
  [401, "RP_UNAUTHORIZED"],
])("cli explain: a refusal with %i and %s is an error", async (status, code) => {
  const server = createServer((_request, response) => {
    response.statusCode = status;
    response.end(JSON.stringify({ code, detail: "Refused." }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const port = String((server.address() as AddressInfo).port);
  const refused = await cli(["explain", "--json", "--port", port]);
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stderr).error).toMatchObject({ code });
  expect(refused.stderr).toContain(port);
});

test("cli explain: an address that cannot be one does not answer", async () => {
  const env = { RUNTIME_PROFILE_ROOT: studioRoot() };
  const args = ["explain", "--lang", "en", "--host", "1:2:3", "--port", "9"];
  const { code, stdout } = await cli(args, { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\(http:\/\/\[1:2:3\]:9 did not answer; /);
});

test("cli explain: a runtime that wants its token gets the configured one, or the remedy is said", async () => {
  const token = "0123456789abcdef";
  const { options } = await service({ token });
  const refused = await cli(["explain", "--json"], options);
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stderr).error).toMatchObject({ code: "RP_UNAUTHORIZED" });
  const env = { ...options.env, RUNTIME_PROFILE_TOKEN: token };
  const { code, stdout } = await cli(["explain", "--json"], { ...options, env });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).source).toBe("runtime");
});

test("cli monitor: the lines of the document, so many times, from the live runtime", async () => {
  const { port, options } = await service();
  const args = ["monitor", "-n", "2", "--lang", "zh", "--set", "sensors.beat_ms=50"];
  const { code, stdout } = await cli(args, options);
  expect(code).toBe(0);
  const figures = "  内存: \\d+\\.\\d%\\n  CPU: .*\\n  任务失败率: .*\\n";
  const source = `\\(来自运行中的 runtime-profile: http://127.0.0.1:${port}\\)\\n`;
  expect(stdout).toMatch(
    new RegExp(`^${source}\\[1/2\\] 当前指标:\\n${figures}\\[2/2\\] 当前指标:\\n${figures}$`),
  );
});

test("cli monitor: tells a step of the live runtime between two beats", async () => {
  const { runtime, options } = await service();
  const args = ["monitor", "--lang", "zh", "--set", "sensors.beat_ms=50"];
  const running = startCli(args, options);
  await running.saw(/\[2\]/);
  runtime.degrade({ rung: "shed" });
  await running.saw(/⚠️ {2}触发自动降级: 手动降级\n {2}→ 降级后 Vision: /);
  running.signal("SIGINT");
  expect((await running.end).code).toBe(0);
});

test("cli monitor: a runtime that goes away is said, with exit code 1", async () => {
  const { options } = await service();
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/api/runtime/status") && count++ === 0) {
      response.end(JSON.stringify({ seq: 1, policy: {}, monitor: EMPTY_MONITOR }));
    } else response.destroy();
  });
  let count = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const port = String((server.address() as AddressInfo).port);
  const args = ["monitor", "--json", "--set", "sensors.beat_ms=10", "--port", port];
  const { code, stderr } = await cli(args, options);
  expect(code).toBe(1);
  expect(JSON.parse(stderr).error).toMatchObject({ code: "RP_STOPPED" });
});

const EMPTY_MONITOR = {
  metrics: {
    gpu: null,
    memory: { used_percent: null },
    cpu: { used_percent: null },
    tasks: { failure_rate_percent: null },
  },
};

test("cli monitor: without a runtime it reads the sensors itself, the card included", async () => {
  const { env } = fakeNvidiaSmi({ rows: nvidiaRow({ total: 8000, used: 3500, free: 4400 }) });
  const { code, stdout } = await cli(["monitor", "-n", "1", "--lang", "zh"], {
    env: { PATH: env["PATH"], RUNTIME_PROFILE_ROOT: studioRoot() },
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\(端口 0 不是可询问的地址；.*\)\n\[1\/1\] 当前指标:\n {2}GPU 显存: 45\.0%\n {2}内存: 3\.4%\n/,
  );
});

test("cli monitor --json: one object per beat; Ctrl-C and a closed output end it quietly", async () => {
  const env = { RUNTIME_PROFILE_ROOT: studioRoot() };
  const args = ["monitor", "--json", "--set", "sensors.beat_ms=50"];
  const running = startCli(args, { env });
  const [line] = await running.saw(/^\{.*\}\n/);
  expect(JSON.parse(line)).toMatchObject({ has_gpu: false, memory_used_percent: 3.4 });
  running.signal("SIGINT");
  expect(await running.end).toMatchObject({ code: 0, stderr: "" });
  const unread = startCli(args, { env });
  await unread.saw(/\n/);
  unread.closeOutput();
  expect(await unread.end).toMatchObject({ code: 0, stderr: "" });
});

test("cli log: the table beside a live runtime, newest last, without readings", async () => {
  const { runtime, options } = await service();
  runtime.degrade({ rung: "shed", reason: "maintenance" });
  const { code, stdout } = await cli(["log", "--lang", "en"], options);
  expect(code).toBe(0);
  const [heading, ...lines] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^Seq +Time +Event +What$/);
  expect(lines[0]).toMatch(
    /^1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +runtime\.started +runtime-profile /,
  );
  expect(stdout).toMatch(/degrade\.requested +shed · maintenance\n/);
  expect(stdout).toMatch(
    /transition +A manual request holds work at .*\(reason given: maintenance\)/,
  );
  expect(stdout).not.toMatch(/ reading /);
  const seqs = lines.map((line) => Number.parseInt(line, 10));
  expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
});

test("cli log: --type, --limit and --after choose; --json gives envelopes, oldest first", async () => {
  const { runtime, options } = await service();
  await firstLook(runtime);
  runtime.degrade({ rung: "shed" });
  await runtime.stop();
  const lines = async (...args: string[]) => {
    const { stdout } = await cli(["log", "--json", ...args], options);
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  };
  const all = await lines();
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_entry, index) => index + 1));
  expect(all[0]).toMatchObject({
    seq: 1,
    type: "runtime.started",
    kind: "input",
    prev: expect.any(String),
  });
  expect(all.some(({ type }) => type === "reading")).toBe(true);
  const transitions = await lines("--type", "transition");
  expect(transitions.length).toBeGreaterThan(1);
  expect(new Set(transitions.map(({ type }) => type))).toEqual(new Set(["transition"]));
  const both = await lines(
    "--type",
    "transition,fact",
    "--type",
    "runtime.stopped",
    "--limit",
    "2",
  );
  expect(both.at(-1)).toMatchObject({ type: "runtime.stopped" });
  expect(both).toHaveLength(2);
  const after = await lines("--after", "2", "--limit", "3");
  expect(after.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  expect(await lines("--after", String(all.length))).toEqual([]);
});

test("cli log --follow: goes on with what comes, until Ctrl-C", async () => {
  const { runtime, options } = await service();
  const running = startCli(
    ["log", "--follow", "--type", "degrade.requested,restore.requested"],
    options,
  );
  runtime.degrade({ rung: "shed", reason: "first" });
  await running.saw(/degrade\.requested +shed · first\n/);
  runtime.restore({ reason: "second" });
  await running.saw(/restore\.requested +second\n/);
  running.signal("SIGINT");
  const { code, stdout, stderr } = await running.end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.match(/degrade\.requested/g)).toHaveLength(1);
});

test("cli log: no log, a damaged one, and nothing that matches", async () => {
  const { options, runtime } = await service();
  const none = await cli(["log", "--json"], { folder: temporaryFolder() });
  expect(none.code).toBe(1);
  expect(JSON.parse(none.stderr).error).toMatchObject({ code: "RP_NOT_FOUND" });
  const empty = await cli(["log", "--type", "log.gap", "--lang", "zh"], options);
  expect(empty).toMatchObject({ code: 0, stdout: "(没有符合条件的记录)\n" });
  await runtime.stop();
  writeFileSync(join(options.folder, "data", "log.sqlite"), "not a database, ".repeat(100));
  const damaged = await cli(["log", "--json"], options);
  expect(damaged.code).toBe(1);
  expect(JSON.parse(damaged.stderr).error).toMatchObject({ code: "RP_LOG_DAMAGED" });
});
