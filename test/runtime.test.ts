/** The runtime as a whole on a real log: detection, pressure, restart, kill, refusal, late probes. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { checkpointOf } from "../src/machines/runtime-state.ts";
import { machineHashOf, stateFromLog } from "../src/runtime-start.ts";
import { fakeNvidiaSmi, nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { entryOf, fileHost, firstLook, live, transitionOf } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

test("runtime: starts, detects, enters the tier and writes all of it down", async () => {
  const runtime = await live();
  expect(runtime.profile().class).toBe("LOCAL_CPU_ONLY");
  const types = runtime.events({ limit: 1000 }).events.map(({ type }) => type);
  const inputs = types.filter((type) =>
    ["runtime", "config", "host"].includes(type.split(".")[0] ?? ""),
  );
  // The configuration counts from the first moment; with the host come its footprints.
  expect(inputs).toEqual(["runtime.started", "config.changed", "config.changed", "host.detected"]);
  expect(types).toEqual(expect.arrayContaining(["transition", "fact", "policy.changed"]));
  expect(
    JSON.parse(readFileSync(join(runtime.dataFolder, "runtime_profile.json"), "utf8"))
      .profile_class,
  ).toBe("LOCAL_CPU_ONLY");
});

test("runtime: memory pressure steps down with its reason, and calm brings it back", async () => {
  const host = fileHost();
  const runtime = await live({ host });
  const changes: string[] = [];
  runtime.onDegraded(({ reason }) => changes.push(`down ${reason.code}`));
  runtime.onRecovered(({ reason }) => changes.push(`up ${reason.code}`));
  await firstLook(runtime);
  host.available(900);
  const down = await transitionOf(runtime, "MEMORY_EXHAUSTED");
  expect(down.data).toMatchObject({
    to: "LOCAL_CPU_ONLY.degraded.shed",
    reason: { signal: "memory.available", value: 900, threshold: 1024, unit: "MiB" },
  });
  expect(runtime.policy().vision.provider).toBe("none");
  host.available(12_000);
  await transitionOf(runtime, "RECOVERED", down.seq);
  expect(runtime.snapshot().state.profile).toBe("LOCAL_CPU_ONLY.nominal");
  expect(changes).toEqual(["down MEMORY_EXHAUSTED", "up RECOVERED"]);
  await runtime.stop();
  const { log } = openLog({ folder: runtime.dataFolder, mode: "read" });
  expect(log.verifyChain()).toEqual([]);
  log.close();
});

test("runtime: after a stop the state comes back from the log, a hold included", async () => {
  const dataFolder = temporaryFolder();
  const first = await live({ dataFolder });
  first.degrade({ rung: "shed", reason: "maintenance" });
  await first.stop();
  const second = await live({ dataFolder });
  expect(second.snapshot().state).toMatchObject({
    hold: "held.shed",
    profile: "LOCAL_CPU_ONLY.degraded.shed",
  });
  const started = second.events({ type: "runtime.started" }).events;
  expect(started).toHaveLength(2);
  expect(started[1]?.data).toMatchObject({ resumed_from: expect.any(Number) });
  second.restore();
  expect(second.snapshot().state.hold).toBe("free");
});

test("runtime: a second one on the same folder is refused and harms nothing", async () => {
  const runtime = await live();
  await expect(live({ dataFolder: runtime.dataFolder })).rejects.toMatchObject({
    code: "RP_SECOND_INSTANCE",
  });
  expect(runtime.snapshot().state.profile).toBe("LOCAL_CPU_ONLY.nominal");
});

test("runtime: killed with SIGKILL in the middle of work, the log verifies and tells the state", async () => {
  const folder = temporaryFolder();
  const host = fileHost();
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "support/busy-runtime.ts"), folder, host.root],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const seen: { seq: number; hash: string }[] = [];
  let presses = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    seen.push(JSON.parse(line));
    presses += 1;
    host.available(presses % 2 === 0 ? 12_000 : 900);
    if (presses >= 6) break;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  const { log } = openLog({ folder, mode: "write" });
  expect(log.verifyChain()).toEqual([]);
  for (const { seq, hash } of seen) expect(log.entry(seq)?.hash).toBe(hash);
  const state = stateFromLog(log, machineHashOf());
  const whole = stateFromLog(log, "no such machine");
  expect(JSON.stringify(checkpointOf(state))).toBe(JSON.stringify(checkpointOf(whole)));
  const last = log.read({ type: "transition", order: "descending", limit: 1 })[0];
  expect(last?.data).toMatchObject({ to: state.chart.state.profile });
  log.close();
});

test("runtime: a hanging nvidia-smi delays nothing, and its card is taken in when it answers", async () => {
  const fake = fakeNvidiaSmi({ mode: "stubborn" });
  const started = performance.now();
  const runtime = await live({ env: fake.env });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(runtime.profile().class).toBe("LOCAL_CPU_ONLY");
  expect(runtime.profile().host?.notes.map(({ code }) => code)).toContain("timeout");
  fake.say({ rows: nvidiaRow({ total: 8188, used: 500, free: 7600 }) });
  await runtime.reload();
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
});

test("runtime: VRAM over its threshold leaves the GPU, through the real sensor", async () => {
  const card = (used: number) => ({ rows: nvidiaRow({ total: 8188, used, free: 8188 - used }) });
  const fake = fakeNvidiaSmi(card(600));
  const runtime = await live({ env: fake.env });
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
  await entryOf(
    runtime,
    ({ type, data }) => type === "reading" && (data as { vram: unknown }).vram !== null,
  );
  fake.say(card(7700));
  const { data } = await transitionOf(runtime, "VRAM_EXHAUSTED");
  expect(data).toMatchObject({
    to: "LOCAL_GPU_MID.degraded.cpu",
    reason: { value: 7700 / 8188, threshold: 0.92 },
  });
});

test("runtime: asked rungs are checked against the tier and the present rung", async () => {
  const runtime = await live();
  expect(() => runtime.degrade({ rung: "smallModel" })).toThrow(/does not exist on LOCAL_CPU_ONLY/);
  expect(() => runtime.degrade({ rung: "nominal" })).toThrow(/better|ask for one of/);
  runtime.degrade();
  expect(runtime.snapshot().state.hold).toBe("held.cloud");
  expect(runtime.snapshot().rung).toBe("shed");
});

test("runtime: a damaged profile and a damaged log are set aside and said", async () => {
  const dataFolder = temporaryFolder();
  writeFileSync(join(dataFolder, "runtime_profile.json"), "{ broken");
  writeFileSync(
    join(dataFolder, "log.sqlite"),
    "this is no database, but somebody's letter".repeat(200),
  );
  const runtime = await live({ dataFolder });
  const notices = runtime.notices
    .filter(({ code }) => code === "FILE_SET_ASIDE")
    .map(({ message }) => message);
  expect(notices).toHaveLength(2);
  expect(notices.join()).toContain("log.damaged");
  expect(runtime.profile().class).toBe("LOCAL_CPU_ONLY");
});

test("runtime: after stop it says so instead of pretending", async () => {
  const runtime = await live();
  await runtime.stop("test");
  await runtime.stop();
  expect(() => runtime.degrade()).toThrow(/was stopped/);
  expect(runtime.monitor().running).toBe(false);
});

test("runtime: pages of the log follow each other without gap or repetition", async () => {
  const runtime = await live();
  const seqs: number[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page: ReturnType<typeof runtime.events> = runtime.events({ after, limit: 2 });
    seqs.push(...page.events.map(({ seq }) => seq));
    after = page.next;
  }
  expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
});

test("runtime: the configured part that only serves never enters the log", async () => {
  const server = { ...DEFAULT_CONFIGURATION.server, token: "a-secret-that-stays-here" };
  const runtime = await live({ configuration: quickConfiguration({ server }) });
  expect(JSON.stringify(runtime.events({ limit: 1000 }).events)).not.toContain(
    "a-secret-that-stays-here",
  );
});
