/**
 * A real Prometheus scrapes a real daemon for a minute, in which a card fills up, its sensor falls
 * silent, tasks fail, and somebody holds a rung. Then every query of the dashboard is asked, and what
 * Prometheus has recorded is compared with the daemon's own log.
 *
 *     node bench/prometheus.ts [--keep]
 *
 * It needs `prometheus` and `promtool` on the PATH (Debian: apt-get install prometheus). Both programs
 * listen on loopback only, keep their data in a temporary folder, and are ended at the end; `--keep`
 * leaves Prometheus running until Ctrl-C, to look around or to point a Grafana at it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { dashboard, queriesOf } from "../test/support/dashboard.ts";
import { nvidiaRow } from "../test/support/fake-nvidia-smi.ts";
import { fixture } from "../test/support/fixture.ts";
import { ended, pause, startDaemon } from "./daemon.ts";

const TOTAL_MIB = 8188;
const SECONDS = 60;
/** The shortest that Prometheus takes. */
const SCRAPE_S = 1;
/** A value that changed is in Prometheus after one scrape, and another for a slow computer. */
const LATE_S = 2 * SCRAPE_S;

const TRANSITIONS = "runtime_profile_transitions_total";

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

interface Transition {
  readonly at: number;
  readonly data: { readonly from: string; readonly to: string; readonly reason: { code: string } };
}

const programs = { prometheus: programOnPath("prometheus"), promtool: programOnPath("promtool") };
if (programs.prometheus === null || programs.promtool === null) {
  console.error(
    "Expected the programs prometheus and promtool on the PATH, found no such file; install them (Debian: apt-get install prometheus) and run this again.",
  );
  process.exitCode = 1;
} else {
  await bench(programs.prometheus, programs.promtool);
}

async function bench(prometheus: string, promtool: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-prometheus-"));
  const models = await modelServer();
  const card = fakeCard(folder);
  process.env["PATH"] = `${folder}${delimiter}${process.env["PATH"]}`;
  const [port, door] = [await freePort(), await freePort()];
  const daemon = await startDaemon({ folder, port, config: configFor(models), isQuiet: true });
  const server = startPrometheus(prometheus, { folder, port, door });
  const url = `http://127.0.0.1:${port}`;
  const ask = (path: string) => api(`http://127.0.0.1:${door}${path}`);
  try {
    await ready(`http://127.0.0.1:${door}/-/ready`);
    const begin = Date.now() / 1000;
    await live(url, card);
    const text = await (await fetch(`${url}/metrics`)).text();
    const problems = execFileSync(promtool, ["check", "metrics"], { input: text });
    console.log(`promtool check metrics: ${problems.length === 0 ? "clean" : problems}`);
    const { events } = (await daemon.get("/api/runtime/events?type=transition&limit=1000")) as {
      events?: Transition[];
    };
    const range = { begin, end: Date.now() / 1000 };
    const failures = [
      ...(await askDashboard(ask, range)),
      ...(await compare(ask, events ?? [], range)),
    ];
    await tellCost(ask);
    for (const failure of failures) console.log(`FAILED: ${failure}`);
    if (problems.length > 0 || failures.length > 0) process.exitCode = 1;
    if (process.argv.includes("--keep")) await kept(server, door);
  } finally {
    await ended(server, "SIGTERM");
    await daemon.end();
    models.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The minute: what happens to the daemon, second by second. */
async function live(url: string, card: ReturnType<typeof fakeCard>): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  const task = (ok: boolean) => ({ task: "vision", provider: "local", model: "moondream", ok });
  const story: Readonly<Record<number, () => unknown>> = {
    5: () => post("/api/runtime/tasks", task(true)),
    6: () => post("/api/runtime/tasks", { ...task(false), failure: "timeout" }),
    10: () => card.use(7900),
    18: () => card.use(5600),
    34: () => post("/api/runtime/policy/degrade", { rung: "shed", reason: "bench" }),
    40: () => post("/api/runtime/policy/restore", {}),
    48: () => card.lose(),
    54: () => card.use(5600),
  };
  for (let second = 0; second < SECONDS; second += 1) {
    await story[second]?.();
    await pause(1000);
  }
}

/** Asks every query of the dashboard, now and over the minute; answers what was wrong. */
async function askDashboard(
  ask: (path: string) => Promise<readonly Result[]>,
  { begin, end }: { readonly begin: number; readonly end: number },
): Promise<string[]> {
  const failures: string[] = [];
  const queries = queriesOf(dashboard());
  let points = 0;
  for (const { title, refId, expr } of queries) {
    const query = expr
      .replaceAll("$instance", ".*")
      .replaceAll(/\$__(rate_interval|range)/g, `${SECONDS}s`);
    const name = encodeURIComponent(query);
    try {
      const now = await ask(`/api/v1/query?query=${name}&time=${end}`);
      const over = await ask(
        `/api/v1/query_range?query=${name}&start=${begin}&end=${end}&step=${SCRAPE_S}`,
      );
      points += over.reduce((sum, { values = [] }) => sum + values.length, 0);
      if (over.length === 0) failures.push(`${title} (${refId}): no data over the minute`);
      if (now.length === 0) failures.push(`${title} (${refId}): no data now`);
    } catch (error) {
      failures.push(`${title} (${refId}): ${(error as Error).message}`);
    }
  }
  console.log(`dashboard: ${queries.length} queries asked twice, ${points} points over the minute`);
  return failures;
}

/** Compares what Prometheus recorded with the daemon's log. */
async function compare(
  ask: (path: string) => Promise<readonly Result[]>,
  events: readonly Transition[],
  { begin, end }: { readonly begin: number; readonly end: number },
): Promise<string[]> {
  const failures: string[] = [];
  const counted = await ask(`/api/v1/query?query=${encodeURIComponent(TRANSITIONS)}&time=${end}`);
  if (counted.length === 0) failures.push(`${TRANSITIONS} was not recorded`);
  const byCode = Object.groupBy(events, ({ data }) => data.reason.code);
  for (const { metric, value } of counted) {
    const [code = "", inLog] = [metric["code"], byCode[metric["code"] ?? ""]?.length ?? 0];
    if (Number(value?.[1]) !== inLog)
      failures.push(`${code}: ${value?.[1]} counted, ${inLog} in the log`);
  }
  const seen = events.filter(({ at }) => at / 1000 > begin && at / 1000 < end - LATE_S);
  for (const { at, data } of seen) {
    const next = events.find((other) => other.at > at)?.at ?? Number.POSITIVE_INFINITY;
    const time = at / 1000 + LATE_S;
    const rung = data.to.split(".").at(-1) ?? "";
    if (next / 1000 <= time) continue;
    const query = encodeURIComponent("runtime_profile_rung == 1");
    const [found] = await ask(`/api/v1/query?query=${query}&time=${time}`);
    const shown = found?.metric["rung"];
    console.log(
      `  ${((at / 1000 - begin) | 0).toString().padStart(3)} s  ${data.reason.code.padEnd(16)} log: ${rung}, Prometheus: ${shown}`,
    );
    if (shown !== rung) failures.push(`at ${at}: ${shown} recorded, ${rung} in the log`);
  }
  if (seen.length < 4) failures.push(`only ${seen.length} steps in the minute`);
  console.log(
    `transitions: ${events.length} in the log, ${counted.length} codes compared, ${failures.length} differences`,
  );
  return failures;
}

/** What a scrape costs. */
async function tellCost(ask: (path: string) => Promise<readonly Result[]>): Promise<void> {
  const of = async (query: string): Promise<number> => {
    const [found] = await ask(`/api/v1/query?query=${encodeURIComponent(query)}`);
    return Number(found?.value?.[1] ?? Number.NaN);
  };
  const range = `[${SECONDS}s]`;
  const figures = {
    scrapes: await of(`count_over_time(up${range})`),
    "of them good": await of(`sum_over_time(up${range})`),
    "samples a scrape": await of("scrape_samples_scraped"),
    "median of a scrape, ms":
      1000 * (await of(`quantile_over_time(0.5, scrape_duration_seconds${range})`)),
    "longest, ms": 1000 * (await of(`max_over_time(scrape_duration_seconds${range})`)),
    "% of a core, daemon": 100 * (await of(`rate(process_cpu_seconds_total${range})`)),
    "resident, MiB": (await of("process_resident_memory_bytes")) / 1024 / 1024,
  };
  for (const [name, figure] of Object.entries(figures))
    console.log(`${name}: ${Number.isInteger(figure) ? figure : figure.toFixed(2)}`);
}

async function kept(server: ChildProcess, door: number): Promise<void> {
  console.log(`Prometheus answers at http://127.0.0.1:${door}; Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    server.once("exit", () => resolve());
  });
}

/** The rules at a pace that fits into a minute. */
function configFor(models: Server): object {
  const { port } = models.address() as AddressInfo;
  const quick = {
    grace_ms: 500,
    quick_exit_ms: 1000,
    slow_exit_ms: 2000,
    dwell_ms: 2000,
    lookback_ms: 2000,
    reentry_ms: 2000,
  };
  return {
    thresholds: { vram: quick },
    sensors: { beat_ms: 250, gpu_ms: 500, slow_ms: 1000 },
    ollama: { host: `http://127.0.0.1:${port}` },
  };
}

/** A program named nvidia-smi whose card a bench can fill, and take away. */
function fakeCard(folder: string): { use(mib: number): void; lose(): void } {
  const rows = join(folder, "rows");
  const path = join(folder, "nvidia-smi");
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *query-gpu*) cat ${rows} ;; *) exit 6 ;; esac\n`);
  chmodSync(path, 0o755);
  const use = (mib: number): void =>
    writeFileSync(rows, nvidiaRow({ total: TOTAL_MIB, used: mib, free: TOTAL_MIB - mib }));
  use(5600);
  return { use, lose: () => writeFileSync(rows, "No devices were found\n") };
}

/** Answers like Ollama with a model on the card. */
function modelServer(): Promise<Server> {
  const bodies: Readonly<Record<string, string>> = {
    "/": fixture("ollama", "root.txt"),
    "/api/version": fixture("ollama", "version.json"),
    "/api/tags": fixture("ollama", "tags.local.json"),
    "/api/ps": fixture("ollama", "ps.full-gpu.json"),
  };
  const server = createServer((request, response) => {
    const body = bodies[request.url ?? ""];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function startPrometheus(
  program: string,
  { folder, port, door }: { readonly folder: string; readonly port: number; readonly door: number },
): ChildProcess {
  const file = join(folder, "prometheus.yml");
  writeFileSync(
    file,
    `global: {scrape_interval: ${SCRAPE_S}s}
scrape_configs:
  - job_name: runtime-profile
    static_configs: [{targets: ["127.0.0.1:${port}"]}]
`,
  );
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${door}`,
    "--log.level=warn",
  ];
  return spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
}

async function api(url: string): Promise<readonly Result[]> {
  const answer = await fetch(url);
  const body = (await answer.json()) as {
    status: string;
    error?: string;
    data?: { result: readonly Result[] };
  };
  if (body.status !== "success") throw new Error(body.error ?? answer.statusText);
  return body.data?.result ?? [];
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await pause(100);
  }
  throw new Error(`Expected Prometheus to be ready within 10 s at ${url}, but it is not.`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket().listen(0, "127.0.0.1", () => {
      const { port } = socket.address() as AddressInfo;
      socket.close(() => resolve(port));
    });
  });
}

function programOnPath(name: string): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
