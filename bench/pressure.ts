/**
 * Real pressure on the real daemon: a child process takes memory until the threshold is crossed and
 * gives it back, round after round; the daemon's own log is the witness.
 *
 * node_modules/.bin/node bench/pressure.ts [--rounds 10] [--default]
 *
 * Without --default the daemon gets a threshold a little under what is available now and quick timings,
 * so that ten rounds take minutes. With --default it runs by the default rules (2 GB; run it in a
 * memory-limited cgroup). The cloud is allowed and is a listener on loopback: nothing leaves this host.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Daemon, ended, pause, startDaemon, takeMemory } from "./daemon.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    default: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const port = 8600 + (process.pid % 300);
const folder = mkdtempSync(join(tmpdir(), "rp-pressure-"));
let get: Daemon["get"];

interface Moved {
  readonly seq: number;
  readonly at: number;
  readonly data: {
    readonly from: string;
    readonly to: string;
    readonly reason: {
      readonly code: string;
      readonly value: number;
      readonly threshold: number;
      readonly sustained_ms: number;
    };
  };
}

async function availableMib(): Promise<number> {
  const status = (await get("/api/runtime/status")) as {
    monitor: { metrics: { memory: { available_mib: number | null } } };
  };
  const { available_mib } = status.monitor.metrics.memory;
  if (available_mib !== null) return available_mib;
  await pause(500);
  return availableMib();
}

async function transitions(after: number): Promise<readonly Moved[]> {
  return (
    (await get(`/api/runtime/events?type=transition&limit=1000&after=${after}`)) as unknown as {
      events: Moved[];
    }
  ).events;
}

async function until(
  after: number,
  isWanted: (one: Moved) => boolean,
  limitMs: number,
): Promise<Moved> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const found = (await transitions(after)).find(isWanted);
    if (found !== undefined) return found;
    await pause(250);
  }
  throw new Error(`no such transition within ${limitMs / 1000} s after seq ${after}`);
}

async function main(): Promise<void> {
  const cloud = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await new Promise((resolve) => cloud.once("listening", resolve));
  const { port: cloudPort } = cloud.address() as { port: number };
  let daemon = await startDaemon({ folder, port, config: {} });
  get = daemon.get;
  const free = await availableMib();
  await daemon.end();
  const enter = free - 1500;
  const quick = {
    enter,
    hard: enter - 1024,
    slow_exit: enter + 64,
    quick_exit: enter + 256,
    grace_ms: 2000,
    quick_exit_ms: 3000,
    slow_exit_ms: 30_000,
    dwell_ms: 5000,
    backoff_max_ms: 5000,
    lookback_ms: 1000,
  };
  const config = {
    cloud: { allowed: true, base_url: `http://127.0.0.1:${cloudPort}` },
    policy: { footprints: { cpu: 100 } },
    ...(values.default ? {} : { thresholds: { memory: quick } }),
  };
  const threshold = values.default ? 2048 : enter;
  daemon = await startDaemon({ folder, port, config });
  get = daemon.get;
  try {
    await entered();
    const rows = [];
    for (let round = 1; round <= rounds; round += 1) rows.push(await oneRound(round, threshold));
    console.table(rows);
    const all = await transitions(0);
    const steps = all.filter(({ data }) => data.from !== "detecting");
    console.log(
      `${steps.length} transitions in ${rounds} rounds; expected ${2 * rounds}; flaps: ${steps.length - 2 * rounds}`,
    );
    process.exitCode = steps.length === 2 * rounds ? 0 : 1;
  } finally {
    await daemon.end();
    cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The cloud was probed and the first reading is in. */
async function entered(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { state } = (await get("/api/runtime/snapshot")) as {
      state: { cloud: string; memory: string };
    };
    if (state.cloud === "reachable" && state.memory === "relaxed") return;
    await pause(200);
  }
  throw new Error("the cloud was not reached or memory not read within 20 s");
}

async function oneRound(round: number, threshold: number): Promise<Record<string, unknown>> {
  const after = (await transitions(0)).at(-1)?.seq ?? 0;
  const take = Math.max(64, Math.ceil((await availableMib()) - threshold + 400));
  const hog = takeMemory(take);
  const started = Date.now();
  const down = await until(after, ({ data }) => data.reason.code.startsWith("MEMORY"), 60_000);
  await pause(1000);
  await ended(hog, "SIGKILL");
  const released = Date.now();
  const up = await until(down.seq, ({ data }) => data.reason.code === "RECOVERED", 900_000);
  const { code, value, threshold: limit, sustained_ms } = down.data.reason;
  return {
    round,
    took_mib: take,
    code,
    value_mib: value,
    threshold_mib: limit,
    sustained_ms,
    down_after_ms: down.at - started,
    back_after_ms: up.at - released,
    up_from: up.data.from.split(".").at(-1),
    up_to: up.data.to.split(".").at(-1),
  };
}

await main();
