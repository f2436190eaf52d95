/** The runtime when something around it goes wrong: listeners, clocks, changed consent, late answers. */
import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { DEFAULT_CONFIGURATION, decisionPartOf } from "../src/domain/configuration.ts";
import type { Host } from "../src/domain/host.ts";
import type { Input } from "../src/domain/input.ts";
import type { EntryRow } from "../src/log/entry-row.ts";
import { lockFolder } from "../src/log/folder-lock.ts";
import { HEAD_NAME } from "../src/log/head-file.ts";
import { entryHashOf } from "../src/log/sqlite-chain.ts";
import { openSqlite } from "../src/log/sqlite-file.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { LOG_NAME } from "../src/log/sqlite-open.ts";
import { initialState } from "../src/machines/runtime-state.ts";
import { createRuntime } from "../src/runtime.ts";
import { createActor } from "../src/runtime-actor.ts";
import type { Untimed } from "../src/runtime-actor-types.ts";
import { startClock } from "../src/runtime-clock.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { tamper } from "./log-helper.ts";
import { nvidiaRow } from "./support/fake-nvidia-smi.ts";
import { fileHost, live } from "./support/live.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { hostWith } from "./support/stories.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const codesOf = ({ notices }: Runtime) => notices.map(({ code }) => code);
const typesOf = (runtime: Runtime) =>
  runtime.events({ limit: 1000 }).events.map(({ type }) => type);

/** A folder whose log ends with these inputs, the last `ahead` ms from now. */
function folderWith(inputs: readonly Untimed<Input>[], ahead = 0): string {
  const folder = temporaryFolder();
  const { log } = openLog({ folder, mode: "write" });
  const actor = createActor({
    log,
    clock: startClock(Date.now() + ahead),
    state: initialState(),
    machineHash: machineHashOf(),
    onLog: () => undefined,
    onListenerError: () => undefined,
  });
  for (const input of inputs) actor.submit(input, "user");
  actor.checkpoint();
  log.close();
  return folder;
}

/** Changes the last entry as somebody would who can compute its hash. */
function rewriteAs(folder: string, change: { readonly v: number }): void {
  const file = openSqlite(join(folder, LOG_NAME));
  const get = <Row>(sql: string): Row => file.prepare(sql).get() as Row;
  const row = get<EntryRow>("SELECT * FROM entries ORDER BY seq DESC LIMIT 1");
  const { value: hostId } = get<{ value: string }>("SELECT value FROM meta");
  const { boot } = get<{ boot: string }>(`SELECT boot FROM boots WHERE number = ${row.boot}`);
  const hash = entryHashOf({ ...row, ...change }, { hostId, boot });
  file.close();
  const sql = `UPDATE entries SET v = ${change.v}, hash = '${hash}' WHERE seq = ${row.seq}`;
  tamper(folder, sql);
  const kept = JSON.stringify({ host_id: hostId, seq: row.seq, hash });
  writeFileSync(join(folder, HEAD_NAME), kept);
}

const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed: true, base_url: "http://127.0.0.1:9" };
const onTheCloud: readonly Untimed<Input>[] = [
  { type: "config.changed", config: decisionPartOf(quickConfiguration({ cloud })) },
  { type: "host.detected", host: hostWith({ gpus: [] }) },
  { type: "cloud.probed", reachable: true },
  { type: "degrade.requested", rung: "cloud", reason: null },
];

test("runtime: a consent that was taken back counts from the first moment", async () => {
  const dataFolder = folderWith(onTheCloud);
  const runtime = await live({ dataFolder, waitForDetection: false });
  expect(runtime.policy().vision.provider).not.toBe("cloud");
  expect(runtime.snapshot().state).toMatchObject({ cloud: "off", hold: "held.cloud" });
  const types = typesOf(runtime).slice(typesOf(runtime).indexOf("runtime.started"));
  expect(types.filter((type) => /^(runtime|config|host)/.test(type))).toEqual([
    "runtime.started",
    "config.changed",
  ]);
  const [, changed] = runtime.events({ type: "config.changed" }).events;
  expect(changed?.data).toMatchObject({
    config: { cloud: { allowed: false }, policy: { footprints: { cpu: expect.any(Number) } } },
  });
});

test("runtime: a consent that still holds changes nothing at the start", async () => {
  const dataFolder = folderWith(onTheCloud);
  const configuration = quickConfiguration({ cloud });
  const runtime = await live({ dataFolder, configuration, waitForDetection: false });
  expect(runtime.snapshot()).toMatchObject({ rung: "cloud", state: { cloud: "reachable" } });
});

test("runtime: a listener that throws is noticed, and everything goes on", async () => {
  const host = fileHost();
  const runtime = await live({ host });
  runtime.subscribe(() => {
    throw new Error("a mistake in the application");
  });
  runtime.onDegraded(async () => {
    throw new Error("a mistake that comes later");
  });
  const told = new Promise((resolve) => runtime.onDegraded(resolve));
  host.available(800);
  await told;
  await vi.waitFor(() =>
    expect(codesOf(runtime).filter((code) => code === "LISTENER_FAILED")).toHaveLength(2),
  );
  expect(runtime.notices.at(-1)?.message).toContain("a mistake");
  await runtime.stop();
  lockFolder(runtime.dataFolder).release();
});

test("runtime: a stop that fails gives log and lock back, and says why", async () => {
  const runtime = await live();
  const { dataFolder } = runtime;
  // A failure that is none of the log's own: the last input cannot even be decided.
  const broken = vi.spyOn(performance, "now").mockImplementation(() => {
    throw new Error("no clock");
  });
  const stopped = runtime.stop();
  broken.mockRestore();
  await expect(stopped).rejects.toThrow("no clock");
  lockFolder(dataFolder).release();
  expect(runtime.monitor().running).toBe(false);
});

test("runtime: a line of a later version is no damage; the start fails, and gives log and lock back", async () => {
  const dataFolder = folderWith([{ type: "restore.requested", reason: null }]);
  tamper(dataFolder, "DELETE FROM entries WHERE kind = 'checkpoint'");
  rewriteAs(dataFolder, { v: 9 });
  await expect(live({ dataFolder })).rejects.toMatchObject({ code: "RP_LOG_DAMAGED" });
  expect(readdirSync(dataFolder).filter((name) => name.includes("damaged"))).toEqual([]);
  lockFolder(dataFolder).release();
});

test("runtime: a wrong setting is refused before the folder is touched", async () => {
  const env = { PATH: "/nonexistent", RUNTIME_PROFILE_PORT: "no port" };
  const dataFolder = join(temporaryFolder(), "none");
  await expect(createRuntime({ dataFolder, env })).rejects.toMatchObject({
    code: "RP_CONFIGURATION",
  });
  expect(() => openLog({ folder: dataFolder, mode: "read" })).toThrow(
    expect.objectContaining({ code: "RP_NOT_FOUND" }),
  );
});

test("runtime: a clock behind the log is noticed with both times; one that is near is not", async () => {
  const restored = [{ type: "restore.requested", reason: null }] as const;
  const far = await live({ dataFolder: folderWith(restored, 3_600_000) });
  const notice = far.notices.find(({ code }) => code === "CLOCK_BEHIND_LOG");
  expect(notice?.message.match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)).toHaveLength(2);
  const [first] = far.events({ type: "runtime.started" }).events;
  expect(first?.at).toBeGreaterThan(Date.now() + 3_000_000);
  const near = await live({ dataFolder: folderWith(restored, 2000) });
  expect(codesOf(near)).not.toContain("CLOCK_BEHIND_LOG");
});

test("runtime: reloads at the same time share one detection, and the profile is said once", async () => {
  const runtime = await live();
  const before = typesOf(runtime).filter((type) => type === "host.detected").length;
  await Promise.all([runtime.reload(), runtime.reload(), runtime.reload()]);
  expect(typesOf(runtime).filter((type) => type === "host.detected")).toHaveLength(before + 1);
  await runtime.reload();
  expect(codesOf(runtime).filter((code) => code === "PROFILE_SAVED")).toHaveLength(1);
});

test("runtime: the late answer of an older detection does not overwrite a newer one", async () => {
  const bin = temporaryFolder();
  const smi = join(bin, "nvidia-smi");
  const asked = join(bin, "asked");
  const gone = 'echo "No devices were found"; exit 6';
  writeFileSync(join(bin, "rows"), nvidiaRow({ total: 8188, used: 500, free: 7600 }));
  // The first question is answered after the detection's time, and then wrongly; later ones at once.
  writeFileSync(
    smi,
    `#!/bin/sh
if [ ! -e ${asked} ]; then echo > ${asked}; sleep 3; echo > ${join(bin, "answered")}; ${gone}; fi
case "$*" in *query-gpu*) cat ${join(bin, "rows")};; *) ${gone};; esac
`,
  );
  chmodSync(smi, 0o755);
  const runtime = await live({ env: { PATH: `${bin}:/usr/bin:/bin` } });
  expect(runtime.profile().class).toBe("LOCAL_CPU_ONLY");
  await runtime.reload();
  expect(runtime.profile().class).toBe("LOCAL_GPU_MID");
  await vi.waitFor(() => existsSync(join(bin, "answered")) || Promise.reject(), 10_000);
  await runtime.reload();
  const cards = runtime
    .events({ type: "host.detected" })
    .events.map(({ data }) => (data as { host: Host }).host.gpus.length);
  expect(cards).toEqual([0, 1, 1]);
});
