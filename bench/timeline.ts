/**
 * A live runtime beside a real process that fills real memory, to just under the threshold, then under
 * it, then nearly full, and gives it back: what was read, what was decided, and what a person was told,
 * in both languages.
 *
 * node_modules/.bin/node bench/timeline.ts [--default] [--cloud]
 *
 * Without --default the thresholds are set a little under what is available now, at a pace that takes a
 * minute. With it the rules are the ordinary ones (2 GB, 1 GB): run it where memory is limited, because
 * nearly all of it is taken. --cloud allows a cloud, which is a listener on loopback.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Daemon, ended, pause, startDaemon, takeMemory } from "./daemon.ts";

const { values } = parseArgs({
  options: {
    default: { type: "boolean", default: false },
    cloud: { type: "boolean", default: false },
  },
});
const port = 8600 + (process.pid % 300);
const folder = mkdtempSync(join(tmpdir(), "rp-timeline-"));
const LOOK_MS = 200;
const FILL_MS = 60_000;
/** As near as a process of so many MiB comes to what was asked of it. */
const NEAR_MIB = 150;

interface Snapshot {
  readonly at: number;
  readonly state: Readonly<Record<string, string>>;
}
interface Status {
  readonly monitor: { readonly metrics: { readonly memory: Memory } };
}
interface Memory {
  readonly available_mib: number | null;
  readonly source_at: number | null;
}
interface Explained {
  readonly sentences: readonly string[];
}

/** What the runtime is asked for, and what it had said before. */
interface Watch {
  readonly daemon: Daemon;
  readonly began: number;
  profile: string;
  level: string;
  sourceAt: number | null;
  beats: number[];
}

async function memoryOf({ get }: Daemon): Promise<Memory> {
  const status = (await get("/api/runtime/status")) as unknown as Status;
  const { memory } = status.monitor.metrics;
  if (memory.available_mib !== null) return memory;
  await pause(LOOK_MS);
  return memoryOf({ get, end: async () => {} });
}

function line(watch: Watch, text: string): void {
  const seconds = ((Date.now() - watch.began) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${text}`);
}

/** Looks until `isDone`, and tells what changed. */
async function watchUntil(
  watch: Watch,
  isDone: (snapshot: Snapshot) => boolean,
  limitMs: number,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const snapshot = (await watch.daemon.get("/api/runtime/snapshot")) as unknown as Snapshot;
    const memory = await memoryOf(watch.daemon);
    await tell(watch, snapshot, memory);
    if (isDone(snapshot)) return;
    await pause(LOOK_MS);
  }
  throw new Error(`Not seen within ${limitMs / 1000} s.`);
}

async function tell(watch: Watch, { state }: Snapshot, memory: Memory): Promise<void> {
  if (memory.source_at !== null && watch.sourceAt !== null && memory.source_at > watch.sourceAt)
    watch.beats.push(memory.source_at - watch.sourceAt);
  watch.sourceAt = memory.source_at;
  const { profile = "", memory: level = "" } = state;
  if (profile === watch.profile && level === watch.level) return;
  const beat = watch.beats.length === 0 ? "" : `, read each ${Math.min(...watch.beats)} ms`;
  watch.beats = [];
  line(watch, `${memory.available_mib} MiB available${beat}: memory ${level}, ${profile}`);
  watch.level = level;
  watch.profile = profile;
  await explain(watch);
}

async function explain({ daemon }: Watch): Promise<void> {
  for (const language of ["zh", "en"]) {
    const { sentences } = (await daemon.get(
      `/api/runtime/explain?lang=${language}`,
    )) as unknown as Explained;
    for (const sentence of sentences) console.log(`            ${sentence}`);
  }
}

/** The ordinary rules, or the same ones a little under what is available now. */
function thresholdsOf(freeMib: number) {
  if (values.default) return { enter: 2048, hard: 1024, config: {} };
  const enter = freeMib - 2000;
  const hard = enter - 1024;
  const times = { grace_ms: 3000, quick_exit_ms: 3000, slow_exit_ms: 30_000, lookback_ms: 2000 };
  const dwell = { dwell_ms: 6000, backoff_max_ms: 6000 };
  const exits = { slow_exit: enter + 64, quick_exit: enter + 256 };
  return {
    enter,
    hard,
    config: { thresholds: { memory: { enter, hard, ...exits, ...times, ...dwell } } },
  };
}

async function main(): Promise<void> {
  const cloud = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await new Promise((resolve) => cloud.once("listening", resolve));
  const { port: cloudPort } = cloud.address() as { port: number };
  const first = await startDaemon({ folder, port, config: {}, isQuiet: true });
  const { available_mib } = await memoryOf(first);
  await first.end();
  const { enter, hard, config } = thresholdsOf(available_mib ?? 0);
  const allowed = { allowed: true, base_url: `http://127.0.0.1:${cloudPort}` };
  const policy = { footprints: { cpu: 100 } };
  const whole = { ...config, policy, ...(values.cloud ? { cloud: allowed } : {}) };
  const daemon = await startDaemon({ folder, port, config: whole, isQuiet: true });
  const watch = { daemon, began: Date.now(), profile: "", level: "", sourceAt: null, beats: [] };
  const hogs: ChildProcess[] = [];
  try {
    await watchUntil(watch, ({ state }) => state["memory"] === "relaxed", 30_000);
    await take({ watch, hogs, downTo: enter + 300 });
    await filled(watch, enter + 300);
    await pause(4000);
    await take({ watch, hogs, downTo: enter - 300 });
    await watchUntil(watch, ({ state }) => state["memory"] === "tight", 60_000);
    await take({ watch, hogs, downTo: hard - 200 });
    await watchUntil(watch, ({ state }) => state["memory"] === "exhausted", 60_000);
    await pause(3000);
    await explain(watch);
    line(watch, "everything is given back");
    for (const hog of hogs) await ended(hog, "SIGKILL");
    const isBack = ({ state }: Snapshot) => state["profile"]?.endsWith(".nominal") === true;
    await watchUntil(watch, isBack, 900_000);
  } finally {
    for (const hog of hogs) await ended(hog, "SIGKILL");
    await daemon.end();
    cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A large part takes a while to be filled; what is asked for next is reckoned from what is left then. */
async function filled({ daemon }: Watch, downTo: number): Promise<void> {
  const end = Date.now() + FILL_MS;
  while (Date.now() < end) {
    const { available_mib } = await memoryOf(daemon);
    if (available_mib !== null && available_mib < downTo + NEAR_MIB) return;
    await pause(LOOK_MS);
  }
}

async function take(parts: {
  readonly watch: Watch;
  readonly hogs: ChildProcess[];
  readonly downTo: number;
}): Promise<void> {
  const { watch, hogs, downTo } = parts;
  const { available_mib } = await memoryOf(watch.daemon);
  const mib = Math.max(64, Math.round((available_mib ?? 0) - downTo));
  line(watch, `a process takes ${mib} MiB, down to about ${downTo} MiB`);
  hogs.push(takeMemory(mib));
}

await main();
