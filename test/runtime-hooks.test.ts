/** A runtime that tells its steps to a real receiver and a real program, and what its log says of that. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION, type HooksConfiguration } from "../src/domain/configuration.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import type { Change, Runtime } from "../src/runtime-types.ts";
import { live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { SOON_MS } from "./support/soon.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";
import { webhookReceiver } from "./support/webhook-receiver.ts";

const SECRET = "whsec_c2VjcmV0IG9mIHRoaXMgdGVzdCBhbG9uZQ==";

function withHooks(hooks: Partial<HooksConfiguration>) {
  return quickConfiguration({ hooks: { ...DEFAULT_CONFIGURATION.hooks, ...hooks } });
}

/** A step down, and as soon as the rules allow it the step up. */
async function downAndUp(runtime: Runtime): Promise<readonly Change[]> {
  const changes: Change[] = [];
  runtime.onDegraded((change) => changes.push(change));
  runtime.onRecovered((change) => changes.push(change));
  runtime.degrade({ reason: "for a look" });
  runtime.restore();
  await expect.poll(() => changes.length).toBeGreaterThanOrEqual(2);
  return changes;
}

function effectsOf(runtime: Runtime) {
  return runtime
    .events({ limit: 1000 })
    .events.filter(({ type }) => type.startsWith("effect."))
    .map(({ type, actor, data }) => ({ type, actor, ...(data as { effect: string }) }));
}

test("hooks: a receiver is told what the callbacks are told, and the log says nothing of it", async () => {
  const receiver = await webhookReceiver();
  const runtime = await live({
    configuration: withHooks({ webhook: receiver.url }),
    language: "zh",
  });
  const changes = await downAndUp(runtime);
  const received = await receiver.count(changes.length);
  const told = received.map(({ body }) => JSON.parse(body));
  expect(told.map(({ data }) => data)).toMatchObject(JSON.parse(JSON.stringify(changes)));
  expect(told.map(({ data }) => data.event).slice(0, 2)).toEqual(["degraded", "recovered"]);
  expect(told[0].source).toBe(`urn:runtime-profile:${runtime.hostId}`);
  expect(effectsOf(runtime)).toEqual([]);
});

test("hooks: an outage stands in the log once, and its end; neither is told to the receiver", async () => {
  const receiver = await webhookReceiver([401, 204]);
  const configuration = withHooks({ webhook: receiver.url, webhook_secret: SECRET });
  const runtime = await live({ configuration });
  const [down, up] = await downAndUp(runtime);
  await expect.poll(() => effectsOf(runtime).length).toBe(2);
  expect(effectsOf(runtime)).toEqual([
    {
      type: "effect.failed",
      actor: "effect",
      effect: "webhook",
      detail: { seq: down?.seq, reason: "refused", attempts: 1, status: 401 },
    },
    {
      type: "effect.finished",
      actor: "effect",
      effect: "webhook",
      detail: { seq: up?.seq, attempts: 1, lost: 1 },
    },
  ]);
  const codes = runtime.notices.map(({ code }) => code).filter((code) => code.startsWith("HOOK"));
  expect(codes).toEqual(["HOOK_FAILED", "HOOK_WORKS_AGAIN"]);
  expect(receiver.received).toHaveLength(2);
});

test("hooks: neither address nor secret is in the log, the answers or the notices", async () => {
  const receiver = await webhookReceiver([400]);
  const webhook = `${receiver.url}/s3cret-path`;
  const command = ["/nonexistent/s3cret-program", "s3cret-argument"];
  const hooks = { webhook, webhook_secret: SECRET, command };
  const runtime = await live({ configuration: withHooks(hooks) });
  runtime.degrade();
  await expect.poll(() => effectsOf(runtime).length).toBe(2);
  const { events } = runtime.events({ limit: 1000 });
  const { notices } = runtime;
  const said = JSON.stringify([events, notices, runtime.status(), runtime.snapshot()]);
  expect(said).toContain("not_found");
  for (const word of ["s3cret", SECRET, SECRET.slice(6), receiver.url])
    expect(said).not.toContain(word);
});

test("hooks: a program is run for each step; what it says when it fails is a notice, not in the log", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "hook");
  const script = [
    "#!/bin/sh",
    `echo "$RUNTIME_PROFILE_EVENT $RUNTIME_PROFILE_TO" >> ${folder}/told`,
    'echo "no desk: its key is k3y" >&2',
    "exit 7",
  ];
  writeFileSync(path, script.join("\n"));
  chmodSync(path, 0o755);
  const runtime = await live({ configuration: withHooks({ command: [path] }) });
  const changes = await downAndUp(runtime);
  const told = join(folder, "told");
  const wanted = changes.map(
    ({ to }, index) => `${index === 0 ? "degraded" : "recovered"} ${to}\n`,
  );
  await expect
    .poll(() => (existsSync(told) ? readFileSync(told, "utf8") : ""))
    .toBe(wanted.join(""));
  expect(effectsOf(runtime)).toEqual([
    {
      type: "effect.failed",
      actor: "effect",
      effect: "command",
      detail: { seq: changes[0]?.seq, reason: "exit_code", attempts: 1, status: 7 },
    },
  ]);
  const [notice] = runtime.notices.filter(({ code }) => code === "HOOK_FAILED");
  expect(notice?.message).toBe(
    'A step was not told: hooks.command is "exit_code" 7: no desk: its key is k3y',
  );
});

test("hooks: a stop during a delivery is bounded, and the log ends in order", async () => {
  const receiver = await webhookReceiver([() => {}]);
  const dataFolder = temporaryFolder();
  const runtime = await live({
    dataFolder,
    configuration: withHooks({ webhook: receiver.url, deadline_ms: 60_000 }),
  });
  runtime.degrade();
  await receiver.count(1);
  const began = performance.now();
  await runtime.stop();
  expect(performance.now() - began).toBeLessThan(SOON_MS);
  const { log } = openLog({ folder: dataFolder, mode: "read" });
  const last = log
    .read({ limit: 1000 })
    .filter(({ kind }) => kind === "input")
    .slice(-2);
  log.close();
  expect(last.map(({ type, data }) => ({ type, data }))).toMatchObject([
    { type: "effect.failed", data: { effect: "webhook", detail: { reason: "stopped" } } },
    { type: "runtime.stopped" },
  ]);
});

test("hooks: a step just before the stop is still told", async () => {
  const receiver = await webhookReceiver();
  const runtime = await live({ configuration: withHooks({ webhook: receiver.url }) });
  runtime.degrade();
  await runtime.stop();
  expect(receiver.received).toHaveLength(1);
});
