/** `/metrics` over real HTTP: formats, values, what is unknown, what is counted, and that it changes nothing. */
import { execFileSync } from "node:child_process";
import { register } from "prom-client";
import { expect, test } from "vitest";
import { PACKAGE_VERSION } from "../src/domain/version.ts";
import { expositionOf } from "../src/http/exposition.ts";
import { processFigures } from "../src/http/process-figures.ts";
import { createRuntime } from "../src/runtime.ts";
import { bareFile } from "./log-helper.ts";
import { fileHost, firstLook, live, transitionOf } from "./support/live.ts";
import { keyOf, readOpenMetrics } from "./support/open-metrics.ts";
import { ROOT } from "./support/pages.ts";
import { quickConfiguration } from "./support/quick-configuration.ts";
import { OPEN_METRICS, scrapeOf, served, valueIn, watchedCard } from "./support/scrape.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Says before and after a scrape whether the library is loaded. */
const LAZY = `
import { createRequire } from "node:module";
import { createRuntime } from "./src/runtime.ts";
import { createServer } from "./src/http/server.ts";
const { cache } = createRequire(process.cwd() + "/package.json");
const isLoaded = () => Object.keys(cache).some((path) => path.includes("prom-client"));
const [, dataFolder, root] = process.argv;
const runtime = await createRuntime({ dataFolder, root, env: { PATH: "/nonexistent" } });
const server = await createServer(runtime, { port: 0 });
const [{ url }] = await server.listen();
const before = isLoaded();
const { status } = await fetch(url + "/metrics");
console.log(JSON.stringify([before, status, isLoaded()]));
await server.close();
await runtime.stop();
`;

const MIB = 1024 * 1024;
const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Beats are far apart, so that the log stands still while a test looks at it. */
const calm = quickConfiguration({
  sensors: { beat_ms: 600_000, gpu_ms: 600_000, slow_ms: 600_000 },
});

test("metrics: the format follows Accept; nobody is refused", async () => {
  const asked = await served(await live({ configuration: calm }));
  const cases = [
    ["", TEXT_TYPE],
    ["*/*", TEXT_TYPE],
    ["text/plain", TEXT_TYPE],
    ["image/png", TEXT_TYPE],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT_TYPE],
    ["text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.1", TEXT_TYPE],
    ["application/openmetrics-text;q=0, text/plain", TEXT_TYPE],
    ["application/openmetrics-text; version=1.0.0; charset=utf-8", OPEN_TYPE],
    // What Prometheus 2.42 and 3.0 send.
    [
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      OPEN_TYPE,
    ],
    [
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
      OPEN_TYPE,
    ],
  ] as const;
  for (const [accept, type] of cases) {
    const { status, headers, text } = await asked("/metrics", accept === "" ? {} : { accept });
    expect([accept, status, headers["content-type"]]).toEqual([accept, 200, type]);
    expect(headers["vary"]).toContain("Accept");
    expect(text.endsWith("\n# EOF\n"), accept).toBe(type === OPEN_TYPE);
  }
});

test("metrics: OpenMetrics is strict, and the older text has the same series", async () => {
  const asked = await served((await watchedCard()).runtime);
  // On a busy computer the card's sample may grow old between the two answers, and its series goes.
  await expect.poll(() => seriesOfBoth(asked)).toMatchObject({ gone: [], come: [] });
  const families = readOpenMetrics((await asked("/metrics", OPEN_METRICS)).text);
  expect(families.length).toBeGreaterThan(35);
  const { text } = await asked("/metrics");
  for (const { name, type } of families) expect(text).toContain(`# TYPE ${name} ${type}\n`);
});

/** The series of one form of the text that the other lacks; each has some. */
async function seriesOfBoth(asked: Awaited<ReturnType<typeof served>>) {
  const families = readOpenMetrics((await asked("/metrics", OPEN_METRICS)).text);
  const { text } = await asked("/metrics");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const older = lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
  const newer = families.flatMap(({ series }) =>
    series.map(({ name, labels }) => {
      const list = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return list.length === 0 ? name : `${name}{${list.join(",")}}`;
    }),
  );
  expect(older.length).toBeGreaterThan(35);
  return {
    gone: newer.filter((one) => !older.includes(one)),
    come: older.filter((one) => !newer.includes(one)),
  };
}

test("metrics: state sets say exactly one state of each, as the snapshot does", async () => {
  const { runtime } = await watchedCard();
  const families = await scrapeOf(runtime);
  const { state, tier, rung } = runtime.snapshot();
  const ones = (name: string) =>
    families
      .filter((each) => each.name === name)
      .flatMap(({ series }) => series.filter(({ value }) => value === 1))
      .map(({ labels }) => Object.values(labels).join("="));
  const { profile: _profile, ...regions } = state;
  expect(ones("runtime_profile_tier")).toEqual([tier]);
  expect(ones("runtime_profile_rung")).toEqual([rung]);
  expect(ones("runtime_profile_state").sort()).toEqual(
    Object.entries(regions)
      .map((pair) => pair.join("="))
      .sort(),
  );
  expect(valueIn(families, "runtime_profile_info", { version: PACKAGE_VERSION })).toBe(1);
});

test("metrics: readings are in base units, and a lost one goes away but for its time", async () => {
  const card = await watchedCard();
  const before = await scrapeOf(card.runtime);
  expect(valueIn(before, "runtime_profile_vram_used_bytes")).toBe(5600 * MIB);
  expect(valueIn(before, "runtime_profile_vram_total_bytes")).toBe(8188 * MIB);
  expect(valueIn(before, "runtime_profile_vram_own_bytes")).toBe(4899 * MIB);
  expect(valueIn(before, "runtime_profile_memory_available_bytes")).toBe(12_000 * MIB);
  expect(valueIn(before, "runtime_profile_memory_total_bytes")).toBe(16_000 * MIB);
  expect(valueIn(before, "runtime_profile_vram_threshold_ratio", { level: "hard" })).toBe(0.92);
  const measured = valueIn(before, "runtime_profile_source_timestamp_seconds", { sensor: "vram" });
  expect(Math.abs(Date.now() / 1000 - (measured ?? 0))).toBeLessThan(60);
  card.lose();
  await transitionOf(card.runtime, "VRAM_LOST");
  const after = await scrapeOf(card.runtime);
  expect(valueIn(after, "runtime_profile_vram_used_bytes")).toBeNull();
  expect(valueIn(after, "runtime_profile_vram_own_bytes")).toBeNull();
  const last = valueIn(after, "runtime_profile_source_timestamp_seconds", { sensor: "vram" });
  expect(last).toBeGreaterThanOrEqual(measured ?? Number.NaN);
  const failures = valueIn(after, "runtime_profile_sensor_failures_total", { sensor: "vram" });
  expect(failures).toBeGreaterThan(0);
  expect(valueIn(after, "runtime_profile_sensor_failures_total", { sensor: "memory" })).toBe(0);
  expect(valueIn(after, "runtime_profile_transitions_total", { code: "VRAM_LOST" })).toBe(1);
});

test("metrics: what is unknown is absent and never 0", async () => {
  const runtime = await live({ root: temporaryFolder(), configuration: calm });
  await firstLook(runtime);
  const families = await scrapeOf(runtime);
  const absent = families.filter(({ series }) => series.length === 0).map(({ name }) => name);
  expect(absent.sort()).toEqual([
    "runtime_profile_cpu_used_ratio",
    "runtime_profile_memory_available_bytes",
    "runtime_profile_memory_total_bytes",
    "runtime_profile_source_timestamp_seconds",
    "runtime_profile_task_failure_ratio",
    "runtime_profile_vram_own_bytes",
    "runtime_profile_vram_total_bytes",
    "runtime_profile_vram_used_bytes",
  ]);
});

test("metrics: steps and tasks are counted from the first input on", async () => {
  const runtime = await live({ configuration: calm });
  const code = (families: Awaited<ReturnType<typeof scrapeOf>>, name: string) =>
    valueIn(families, "runtime_profile_transitions_total", { code: name });
  runtime.degrade({ rung: "shed" });
  runtime.recordTask({ task: "vision", provider: "local", ok: true });
  runtime.recordTask({ task: "vision", provider: "local", ok: false });
  runtime.recordTask({ task: "planning", provider: "local", ok: false, failure: "timeout" });
  runtime.recordTask({ task: "vision", provider: "cloud", ok: false, failure: "quota" });
  const families = await scrapeOf(runtime);
  expect([code(families, "HOST_DETECTED"), code(families, "MANUAL_HOLD")]).toEqual([1, 1]);
  const steps = ["level", "down", "up"].map((direction) =>
    valueIn(families, "runtime_profile_steps_total", { direction }),
  );
  expect(steps).toEqual([1, 1, 0]);
  const tasks = families.find(({ name }) => name === "runtime_profile_tasks_total")?.series ?? [];
  expect(tasks).toHaveLength(24);
  expect(
    tasks.filter(({ value }) => value > 0).map(({ labels, value }) => [labels, value]),
  ).toEqual([
    [{ provider: "local", outcome: "ok" }, 1],
    [{ provider: "local", outcome: "unnamed" }, 1],
    [{ provider: "local", outcome: "timeout" }, 1],
    [{ provider: "cloud", outcome: "quota" }, 1],
  ]);
  expect(valueIn(families, "runtime_profile_degraded")).toBe(1);
  expect(valueIn(families, "runtime_profile_task_outcomes")).toBe(3);
  expect(valueIn(families, "runtime_profile_task_failure_ratio")).toBeCloseTo(2 / 3);
});

test("metrics: what is said of the log is what is in it", async () => {
  const runtime = await live({ configuration: calm });
  await firstLook(runtime);
  runtime.degrade();
  const families = await scrapeOf(runtime);
  const { events } = runtime.events({ limit: 1000 });
  const written = (kind: string) =>
    valueIn(families, "runtime_profile_log_entries_written_total", { kind });
  for (const kind of ["input", "output", "checkpoint"]) {
    const own = events.filter((entry) => entry.kind === kind && entry.type !== "reading");
    expect([kind, written(kind)]).toEqual([kind, own.length]);
  }
  const readings = events.filter(({ type }) => type === "reading").length;
  expect(valueIn(families, "runtime_profile_log_readings_written_total")).toBe(readings);
  expect(valueIn(families, "runtime_profile_log_last_seq")).toBe(runtime.seq());
  expect(valueIn(families, "runtime_profile_log_used_bytes")).toBeGreaterThan(4096);
  expect(valueIn(families, "runtime_profile_notices_total", { code: "PROFILE_SAVED" })).toBe(1);
});

test("metrics: a scrape changes nothing, neither in the log nor anywhere else", async () => {
  const runtime = await live({ configuration: calm });
  await firstLook(runtime);
  const asked = await served(runtime);
  const whole = () => JSON.stringify([runtime.snapshot(), runtime.events({ limit: 1000 })]);
  const before = whole();
  const first = readOpenMetrics((await asked("/metrics", OPEN_METRICS)).text);
  const second = readOpenMetrics((await asked("/metrics", OPEN_METRICS)).text);
  expect(whole()).toBe(before);
  const own = (families: typeof first) =>
    families
      .filter(({ name }) => name.startsWith("runtime_profile_"))
      .flatMap(({ series }) => series.map((each) => [keyOf(each), each.value]));
  expect(own(second)).toEqual(own(first));
  expect(register.getMetricsAsArray()).toEqual([]);
});

test("metrics: while the log cannot be written they answer, say so, and go on counting", async () => {
  const runtime = await live({ configuration: calm });
  await firstLook(runtime);
  const seq = runtime.seq();
  const other = bareFile(runtime.dataFolder);
  other.exec("BEGIN IMMEDIATE");
  runtime.degrade();
  const during = await scrapeOf(runtime);
  expect(valueIn(during, "runtime_profile_log_writable")).toBe(0);
  expect(valueIn(during, "runtime_profile_log_last_seq")).toBe(seq);
  expect(valueIn(during, "runtime_profile_transitions_total", { code: "MANUAL_HOLD" })).toBe(1);
  expect(valueIn(during, "runtime_profile_notices_total", { code: "LOG_UNWRITABLE" })).toBe(1);
  other.exec("ROLLBACK");
  runtime.recordTask({ task: "vision", provider: "local", ok: true });
  const after = await scrapeOf(runtime);
  expect(valueIn(after, "runtime_profile_log_writable")).toBe(1);
  expect(valueIn(after, "runtime_profile_transitions_total", { code: "MANUAL_HOLD" })).toBe(1);
});

test("metrics: while detecting and after the end there is an answer too", async () => {
  const runtime = await createRuntime({
    dataFolder: temporaryFolder(),
    root: fileHost().root,
    env: { PATH: "/nonexistent" },
    configuration: calm,
    waitForDetection: false,
  });
  const early = runtime.metrics();
  const asked = await served(runtime);
  const scrape = async () => readOpenMetrics((await asked("/metrics", OPEN_METRICS)).text);
  const { text } = await expositionOf(
    { view: early, process: await processFigures(), liveClients: 2, work: runtime.work.view() },
    "openmetrics",
  );
  const detecting = readOpenMetrics(text);
  expect(valueIn(detecting, "runtime_profile_detecting")).toBe(1);
  expect(valueIn(detecting, "runtime_profile_tier", { tier: "LOCAL_CPU_ONLY" })).toBe(0);
  expect(valueIn(detecting, "runtime_profile_rung", { rung: "nominal" })).toBe(0);
  expect(valueIn(detecting, "runtime_profile_live_clients")).toBe(2);
  await runtime.detected;
  expect(valueIn(await scrape(), "runtime_profile_detecting")).toBe(0);
  await runtime.stop();
  const stopped = await scrape();
  expect(valueIn(stopped, "runtime_profile_running")).toBe(0);
  expect(valueIn(stopped, "runtime_profile_log_used_bytes")).toBeNull();
});

test("metrics: a foreign host, a foreign origin and a missing token are refused", async () => {
  const runtime = await live({ configuration: calm });
  const open = await served(runtime);
  expect((await open("/metrics", { host: "evil.example" })).status).toBe(421);
  expect((await open("/metrics", { origin: "http://evil.example" })).status).toBe(403);
  expect((await open("/metrics?lang=en")).status).toBe(400);
  const token = "0123456789abcdef";
  const guarded = await served(runtime, { token, requireToken: true });
  expect((await guarded("/metrics")).status).toBe(401);
  const { status, text } = await guarded("/metrics", { authorization: `Bearer ${token}` });
  expect(status).toBe(200);
  expect(text).not.toContain(runtime.hostId);
  expect(text).not.toContain(runtime.dataFolder);
});

test("metrics: the library of Prometheus is loaded at the first scrape, not before", () => {
  const said = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", LAZY, temporaryFolder(), fileHost().root],
    { cwd: ROOT, encoding: "utf8" },
  );
  expect(JSON.parse(said)).toEqual([false, 200, true]);
});
