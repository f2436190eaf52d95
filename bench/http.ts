/**
 * How fast is the HTTP interface?
 *
 *     node bench/http.ts [--rounds 7] [--ms 1500]
 *
 * Status, snapshot and an unchanged answer (304) on 50 kept connections, beside `node:http` that answers
 * one Buffer of the same size: the limit of this way to serve. Each server has a process of its own, the
 * load comes from a third over bare sockets, and rounds of both take turns, so that a host that is busy
 * elsewhere harms both. Figures drift with the host, ratios do not: medians of the rounds' ratios. Where
 * the load is the limit and not the server, the ratio of work says more: requests that the server
 * answers in a second of processor time.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judged, medianOf, quantileOf } from "./figures.ts";
import { type Load, type LoadResult, loadOf } from "./load.ts";
import { ordered, type Served, served } from "./served.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    ms: { type: "string", default: "1500" },
  },
});

const CONNECTIONS = 50;
const STATUS = "/api/runtime/status";
const SNAPSHOT = "/api/runtime/snapshot";

const folder = mkdtempSync(join(tmpdir(), "runtime-profile-bench-"));
const runtime = await served("runtime", join(folder, "data"));
const sizes = await Promise.all([STATUS, SNAPSHOT].map((path) => sizeOf(runtime.port, path)));
const [statusBytes = 0, snapshotBytes = 0] = sizes;
const limitOfStatus = await served("constant", String(statusBytes));
const limitOfSnapshot = await served("constant", String(snapshotBytes));

/** One thing that is measured, and the limit that it is compared with. */
interface Case {
  readonly name: string;
  readonly load: Pick<Load, "path" | "headers" | "status">;
  readonly limit: Served;
  readonly least: number;
}

type Round = LoadResult & { readonly workMs: number };

const CASES: readonly Case[] = [
  {
    name: "GET status",
    load: { path: STATUS, status: 200 },
    limit: limitOfStatus,
    least: 0.95,
  },
  {
    name: "GET snapshot",
    load: { path: SNAPSHOT, status: 200 },
    limit: limitOfSnapshot,
    least: 0.95,
  },
  {
    name: "GET status, 304",
    load: { path: STATUS, status: 304, headers: [`If-None-Match: ${await tagOf(runtime.port)}`] },
    limit: limitOfStatus,
    least: 1.2,
  },
];

try {
  const measured = CASES.map(() => ({ ours: [] as Round[], limit: [] as Round[] }));
  // The first round warms everything up and does not count.
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [index, { load, limit }] of CASES.entries()) {
      const bare = await roundOn(limit, { path: "/", status: 200 });
      const ours = await roundOn(runtime, load);
      if (round === 0) continue;
      measured[index]?.limit.push(bare);
      measured[index]?.ours.push(ours);
    }
  }
  const [cpu] = cpus();
  console.log(`\n${cpu?.model ?? "?"}, ${availableParallelism()} cores, Node ${process.version}`);
  console.log(`${CONNECTIONS} connections, medians of ${values.rounds} rounds`);
  console.log(
    "\n| case | bytes | requests/s | limit | ratio | ratio of work | p50 ms | p99 ms | limit p99 | p99 ratio |",
  );
  console.log(`|${" --- |".repeat(10)}`);
  for (const [index, { name, least }] of CASES.entries()) {
    const { ours = [], limit = [] } = measured[index] ?? {};
    const bytes = name.endsWith("304") ? 0 : sizes[index];
    const ratios = ours.map((one, at) => one.perSecond / (limit[at]?.perSecond ?? Number.NaN));
    const work = ours.map((one, at) => (limit[at]?.workMs ?? Number.NaN) / one.workMs);
    const tails = ours.map((one, at) => tailOf(one) / tailOf(limit[at]));
    const cells = [
      name,
      bytes,
      Math.round(medianOf(ours.map(({ perSecond }) => perSecond))),
      Math.round(medianOf(limit.map(({ perSecond }) => perSecond))),
      judged(medianOf(ratios), { least }),
      judged(medianOf(work), { least }),
      medianOf(ours.map(({ waits }) => medianOf(waits))).toFixed(2),
      medianOf(ours.map(tailOf)).toFixed(2),
      medianOf(limit.map(tailOf)).toFixed(2),
      judged(medianOf(tails), { most: 1 }),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
} finally {
  for (const one of [runtime, limitOfStatus, limitOfSnapshot]) one.child.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

/** A load, and the work of the server for each request in ms. */
async function roundOn(server: Served, load: Case["load"]): Promise<Round> {
  const before = await ordered<number>(server, { do: "work" });
  const { port } = server;
  const result = await loadOf({ ...load, port, connections: CONNECTIONS, ms: Number(values.ms) });
  const workMs = ((await ordered<number>(server, { do: "work" })) - before) / result.waits.length;
  return { ...result, workMs };
}

function tailOf(result: LoadResult | undefined): number {
  return quantileOf(result?.waits ?? [], 0.99);
}

async function sizeOf(port: number, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return (await answer.arrayBuffer()).byteLength;
}

async function tagOf(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${STATUS}`)).headers.get("etag") ?? "";
}
