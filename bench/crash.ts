/**
 * Kill -9 at random moments: a real daemon, busy with real HTTP requests and fast beats, again and
 * again on one folder. After each death the log must verify, and hold every transition that a client
 * had seen, with the hash it was seen with.
 *
 * Run: node bench/crash.ts [rounds] [seed]. Ends with 1 when something was lost or found.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Entry } from "../src/log/entry.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { verifyOn } from "../src/runtime-past.ts";
import { randomFrom } from "../test/support/damages.ts";
import { writeHostFiles } from "../test/support/killed-log.ts";
import { quickConfiguration } from "../test/support/quick-configuration.ts";

/** A kill comes between these after the first answer, in ms. */
const LIFE_MS = { least: 50, most: 600 } as const;

/** A daemon that does not answer by then counts as hanging. */
const START_MS = 20_000;

/** Clients that ask at the same time. */
const CLIENTS = 3;

const [rounds, seed] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 1)];
const random = randomFrom(seed);
const base = mkdtempSync(join(tmpdir(), "runtime-profile-crash-"));
const [data, root] = [join(base, "data"), join(base, "root")];
mkdirSync(root);
writeHostFiles(root);
const quick = quickConfiguration({ sensors: { beat_ms: 10, gpu_ms: 10, slow_ms: 50 } });
const soon = {
  grace_ms: 20,
  quick_exit_ms: 20,
  slow_exit_ms: 50,
  dwell_ms: 20,
  backoff_max_ms: 20,
  lookback_ms: 20,
};
const { thresholds } = quick;
const [vram, memory] = [thresholds.vram, thresholds.memory].map((one) => ({ ...one, ...soon }));
const configuration = { ...quick, thresholds: { ...thresholds, vram, memory } };
writeFileSync(join(base, "busy.json"), JSON.stringify(configuration));

/** Transitions that a client has received, by number, and the highest number in any snapshot. */
const seen = new Map<number, string>();
let highestSeq = 0;

interface Daemon {
  readonly child: ChildProcess;
  readonly address: string;
  readonly startMs: number;
  readonly gone: Promise<unknown>;
}

async function startDaemon(): Promise<Daemon> {
  const begun = performance.now();
  const bin = join(import.meta.dirname, "..", "bin", "runtime-profile.js");
  const child = spawn(process.execPath, [bin, "serve", "--config", "busy.json", "--json"], {
    cwd: base,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: "/nonexistent",
      HOME: base,
      OLLAMA_HOST: "127.0.0.1:1",
      RUNTIME_PROFILE_DATA_DIR: data,
      RUNTIME_PROFILE_ROOT: root,
      RUNTIME_PROFILE_PORT: "0",
    },
  });
  const gone = new Promise((resolve) => child.once("close", resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`no start: ${said}`)), START_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
    child.once("close", () => reject(new Error(`ended at its start: ${said}`)));
  });
  return { child, address, gone, startMs: performance.now() - begun };
}

/**
 * Asks until the daemon is dead; what it was told before that must be in the log. The first one holds
 * and lets go, as soon as the profile has followed; the others report tasks.
 */
async function beClient({ address }: Daemon, number: number): Promise<void> {
  const post = (path: string, body: object) => ask(`${address}/api/runtime/${path}`, body);
  for (;;) {
    const snapshot = (await ask(`${address}/api/runtime/snapshot`)) as Snapshot;
    highestSeq = Math.max(highestSeq, snapshot.seq ?? 0);
    const isHeld = snapshot.state.hold !== "free";
    if (number > 0) await post("tasks", { task: "vision", provider: "local", ok: true });
    else if (!isHeld && snapshot.rung === "nominal") await post("policy/degrade", {});
    else if (isHeld) await post("policy/restore", {});
    const after = Math.max(0, ...seen.keys());
    const page = (await ask(
      `${address}/api/runtime/events?type=transition&limit=1000&after=${after}`,
    )) as { events: Entry[] };
    for (const { seq, hash } of page.events) seen.set(seq, hash ?? "");
  }
}

interface Snapshot {
  readonly seq: number | null;
  readonly rung: string | null;
  readonly state: { readonly hold: string };
}

/** An answer that says no (409) is an answer; a broken connection ends the client. */
async function ask(url: string, body?: object): Promise<unknown> {
  const asked = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(url, { ...asked, headers: { "content-type": "application/json" } });
  const text = await answer.text();
  if (answer.status >= 500) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function round(): Promise<number> {
  const daemon = await startDaemon();
  try {
    const clients = Array.from({ length: CLIENTS }, (_, number) =>
      // Every client ends with the daemon; what ends it earlier shows as a broken answer below.
      beClient(daemon, number).catch((error: Error) => error.message),
    );
    await pause(LIFE_MS.least + random() * (LIFE_MS.most - LIFE_MS.least));
    const isAlive = daemon.child.exitCode === null;
    daemon.child.kill("SIGKILL");
    const said = await Promise.all(clients);
    if (!isAlive) throw new Error("the daemon had ended by itself");
    const broken = said.filter((message) => /: 5\d\d /.test(message ?? ""));
    if (broken.length > 0) throw new Error(broken.join("\n"));
    return daemon.startMs;
  } finally {
    daemon.child.kill("SIGKILL");
    await daemon.gone;
  }
}

interface Looked {
  readonly lost: number;
  readonly findings: readonly string[];
}

async function look(): Promise<Looked> {
  const report = await verifyOn(data);
  const { log } = openLog({ folder: data, mode: "read" });
  const kept = new Map<number, string | null>();
  for (let after = 0; ; ) {
    const page = log.read({ type: "transition", after, limit: 1000 });
    for (const { seq, hash } of page) kept.set(seq, hash);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  const end = log.head()?.seq ?? 0;
  log.close();
  const lost = [...seen].filter(([seq, hash]) => kept.get(seq) !== hash).length;
  const findings = report.findings.map(({ code, seq }) => `${code} at ${seq}`);
  // A snapshot names the last line that is on disk, readings included.
  if (end < highestSeq) findings.push(`the log ends at ${end}, a client had seen ${highestSeq}`);
  return { lost, findings };
}

const starts: number[] = [];
let [lost, kills] = [0, 0];
const findings: string[] = [];
const begun = performance.now();
for (let number = 0; number < rounds; number += 1) {
  starts.push(await round());
  kills += 1;
  const looked = await look();
  lost += looked.lost;
  for (const finding of looked.findings) findings.push(`round ${number}: ${finding}`);
  if (lost > 0 || findings.length > 0) break;
}

const { log } = openLog({ folder: data, mode: "read" });
const { entries, readings, types } = log.counts();
log.close();
const sorted = starts.toSorted((one, other) => one - other);
const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
console.table([
  {
    rounds,
    kills,
    "transitions seen": seen.size,
    lost,
    findings: findings.length,
    "start median ms": at(0.5),
    "start p99 ms": at(0.99),
    entries,
    readings,
    seals: types["readings.sealed"] ?? 0,
    seconds: Math.round((performance.now() - begun) / 1000),
  },
]);
for (const finding of findings) console.log(finding);

if (lost === 0 && findings.length === 0) rmSync(base, { recursive: true, force: true });
else console.log(`kept for a look: ${base}`);
process.exitCode = lost === 0 && findings.length === 0 && kills === rounds ? 0 : 1;
