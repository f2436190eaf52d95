/**
 * What does a reading cost?
 *
 *     node bench/sampling.ts [--rounds 3] [--seconds 20] [--cells idle,daemon] [--at-once 1]
 *
 * Each way to sample runs in a process of its own (`sampling-cell.ts` says how it is measured); rounds of
 * all take turns, so that a host that is busy elsewhere harms all. Figures drift with the host, ratios do
 * not: to an idle Node process, to bare reads of the same files, to systeminformation for the same facts,
 * and to node_exporter scraped once a second where that program is installed (nothing is installed here).
 * The card is a program that prints one row, so its cost is that of a start, not of a driver.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { nvidiaRow } from "../test/support/fake-nvidia-smi.ts";
import { fixture } from "../test/support/fixture.ts";
import { ended, pause } from "./daemon.ts";
import { judged, medianOf } from "./figures.ts";
import type { CellKind, CellOrder, CellResult } from "./sampling-cell.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "20" },
    "warm-up": { type: "string", default: "6" },
    cells: { type: "string" },
    "at-once": { type: "string", default: "1" },
  },
});

type Kind = CellKind | "exporter";

interface Cell {
  readonly name: string;
  readonly kind: Kind;
  readonly hertz: number;
}

const CELLS: readonly Cell[] = [
  { name: "idle", kind: "idle", hertz: 1 },
  { name: "files", kind: "files", hertz: 1 },
  { name: "files-10", kind: "files", hertz: 10 },
  { name: "files-sync", kind: "files-sync", hertz: 1 },
  { name: "files-sync-10", kind: "files-sync", hertz: 10 },
  { name: "beat", kind: "beat", hertz: 1 },
  { name: "beat-10", kind: "beat", hertz: 10 },
  { name: "beat+editor", kind: "editor", hertz: 1 },
  { name: "sensors", kind: "sensors", hertz: 1 },
  { name: "sensors-10", kind: "sensors", hertz: 10 },
  ...(hasLoop() ? ([{ name: "sensors-loop", kind: "sensors-loop", hertz: 1 }] as const) : []),
  { name: "daemon", kind: "daemon", hertz: 1 },
  { name: "daemon-10", kind: "daemon", hertz: 10 },
  { name: "si", kind: "si", hertz: 1 },
  { name: "si+graphics", kind: "si-graphics", hertz: 1 },
  { name: "si+processes", kind: "si-processes", hertz: 1 },
  { name: "exporter", kind: "exporter", hertz: 1 },
];

/** A row each `-l`/`-lms` period when it is asked to loop; one row otherwise. */
const CARD = `#!/bin/sh
case "$*" in *-lms*|*--loop*|*" -l "*) while :; do cat "\${0%/*}/row"; sleep 1; done ;; esac
exec cat "\${0%/*}/row"
`;

const ANSWERS: Readonly<Record<string, string>> = {
  "/": "root.txt",
  "/api/version": "version.json",
  "/api/tags": "tags.local.json",
  "/api/ps": "ps.empty.json",
};

const exporter = programOnPath(["prometheus-node-exporter", "node_exporter"]);
const wanted = values.cells?.split(",") ?? CELLS.map(({ name }) => name);
const cells = CELLS.filter(({ name, kind }) => {
  return wanted.includes(name) && (kind !== "exporter" || exporter !== null);
});
const results = new Map<string, CellResult[]>(cells.map(({ name }) => [name, []]));
const folder = mkdtempSync(join(tmpdir(), "runtime-profile-sampling-"));
const nvidiaSmi = join(folder, "nvidia-smi");
writeFileSync(join(folder, "row"), nvidiaRow({ total: 8188, used: 2048, free: 5900 }));
writeFileSync(nvidiaSmi, CARD);
chmodSync(nvidiaSmi, 0o755);
const models = createServer((request, response) => {
  response.end(fixture("ollama", ANSWERS[request.url ?? ""] ?? "root.txt"));
}).listen(0, "127.0.0.1");
await once(models, "listening");

try {
  for (let round = 0; round < Number(values.rounds); round += 1) await everyCell(round);
  tell();
} finally {
  models.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The order turns from round to round. */
async function everyCell(round: number): Promise<void> {
  const turn = (round * 5) % cells.length;
  const queue = [...cells.slice(turn), ...cells.slice(0, turn)];
  const lane = async (): Promise<void> => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      const cost = await measured(cell, "cost");
      const stall = cell.kind === "exporter" ? cost : await measured(cell, "stall");
      results.get(cell.name)?.push({ ...cost, stallMs: stall.stallMs, workMs: stall.workMs });
    }
  };
  await Promise.all(Array.from({ length: Number(values["at-once"]) }, lane));
}

async function measured(cell: Cell, look: CellOrder["look"]): Promise<CellResult> {
  const seconds = Number(values.seconds);
  if (cell.kind === "exporter") return scraped(exporter ?? "", seconds);
  const file = join(import.meta.dirname, "sampling-cell.ts");
  const child = fork(file, [], { execArgv: ["--expose-gc", "--no-warnings"], stdio: "inherit" });
  const { port } = models.address() as AddressInfo;
  const order: CellOrder = {
    kind: cell.kind,
    look,
    hertz: cell.hertz,
    seconds,
    warmUpMs: Number(values["warm-up"]) * 1000,
    ollama: `http://127.0.0.1:${port}`,
    nvidiaSmi,
  };
  child.send(order);
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`The cell ${cell.name} ended with ${code} and no figures.`);
  });
  const [result] = (await Promise.race([once(child, "message"), failed])) as [CellResult];
  failed.catch(() => undefined);
  return result;
}

/** Its own processor time while somebody asks once a second. */
async function scraped(program: string, seconds: number): Promise<CellResult> {
  const port = await freePort();
  const child = spawn(program, [`--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
  try {
    const scrape = () => fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    for (let second = 0; second < Number(values["warm-up"]); second += 1) {
      await pause(1000);
      await scrape();
    }
    const before = { at: performance.now(), ticks: ticksOf(child) };
    for (let second = 0; second < seconds; second += 1) {
      await pause(Math.max(0, before.at + second * 1000 - performance.now()));
      await scrape();
    }
    await pause(before.at + seconds * 1000 - performance.now());
    const ms = performance.now() - before.at;
    const ownPercent = ((ticksOf(child) - before.ticks) * 10 * 100) / ms;
    const nothing = { childrenPercent: 0, bytesPerBeat: Number.NaN, startedPerSecond: 0 };
    return { ownPercent, ...nothing, beats: seconds, stallMs: Number.NaN, workMs: Number.NaN };
  } finally {
    await ended(child, "SIGTERM");
  }
}

function ticksOf({ pid }: ChildProcess): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return (fields[11] ?? 0) + (fields[12] ?? 0);
}

function tell(): void {
  const [cpu] = cpus();
  console.log(
    `\n${new Date().toISOString()}, ${cpu?.model ?? "?"}, ${availableParallelism()} cores,`,
  );
  console.log(
    `Node ${process.version}, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")}`,
  );
  console.log(`${values.rounds} rounds of ${values.seconds} s, medians (least to most)\n`);
  const columns = ["way", "% of a core", "children %", "bytes a beat", "starts a second"];
  const stalls = ["longest stall ms", "longest work ms"];
  const ratios = ["× idle", "× files", "× si+graphics", "× exporter"];
  console.log(`| ${[...columns, ...stalls, ...ratios].join(" | ")} |`);
  console.log(`|${" --- |".repeat(columns.length + stalls.length + ratios.length)}`);
  for (const { name, hertz } of cells) {
    const spread = (pick: (one: CellResult) => number, digits: number): string => {
      const figures = (results.get(name) ?? []).map(pick);
      const [least, most] = [Math.min(...figures), Math.max(...figures)];
      if (Number.isNaN(least)) return "–";
      const text = medianOf(figures).toFixed(digits);
      return least === most ? text : `${text} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
    };
    const files = hertz === 10 ? "files-10" : "files";
    const cellsOfRow = [
      name,
      spread((one) => one.ownPercent + one.childrenPercent, 3),
      spread((one) => one.childrenPercent, 2),
      spread((one) => one.bytesPerBeat, 0),
      spread((one) => one.startedPerSecond, 2),
      spread((one) => one.stallMs, 2),
      spread((one) => one.workMs, 2),
      ...["idle", files, "si+graphics", "exporter"].map((other) => ratioOf(name, other).toFixed(3)),
    ];
    console.log(`| ${cellsOfRow.join(" | ")} |`);
  }
  judge();
}

function judge(): void {
  const work = middleOf("daemon", ({ workMs }) => workMs);
  const goals: readonly (readonly [string, number, number])[] = [
    ["whole daemon at 1 Hz to node_exporter scraped", ratioOf("daemon", "exporter"), 0.15],
    [
      "whole daemon at 1 Hz to systeminformation, same facts",
      ratioOf("daemon", "si+graphics"),
      1 / 40,
    ],
    ["… with processes", ratioOf("daemon", "si+processes"), 1 / 100],
    ["memory and processors at 10 Hz to an idle process", ratioOf("beat-10", "idle"), 8],
    ["longest work of the daemon on its event loop, ms", work, 1],
    [
      "programs started by the daemon a second",
      middleOf("daemon", (one) => one.startedPerSecond),
      0,
    ],
  ];
  console.log("");
  for (const [name, figure, most] of goals) {
    const isMeasured = Number.isFinite(figure);
    console.log(`${name}: ${isMeasured ? judged(figure, { most }) : "NOT MEASURED"}`);
    if (isMeasured && figure > most) process.exitCode = 1;
  }
  const least = middleOf("idle", ({ workMs }) => workMs);
  if (Number.isFinite(least))
    console.log(
      `longest work of a process that does nothing, ms: ${least.toFixed(2)} (what the clock of this host, its compiler and its collector say of none; less cannot be told)`,
    );
  if (exporter !== null) return;
  console.log(
    "\nNODE_EXPORTER IS NOT INSTALLED: nothing was compared with it. Install the program (Debian: apt-get install prometheus-node-exporter) and run this again.",
  );
}

/** Not a number where nothing was measured. */
function middleOf(name: string, pick: (one: CellResult) => number): number {
  const figures = (results.get(name) ?? []).map(pick);
  return figures.length === 0 ? Number.NaN : medianOf(figures);
}

/** Median of the rounds' ratios. */
function ratioOf(name: string, other: string): number {
  const [ours, others] = [results.get(name) ?? [], results.get(other) ?? []];
  if (ours.length === 0 || others.length === 0) return Number.NaN;
  const all = ({ ownPercent, childrenPercent }: CellResult) => ownPercent + childrenPercent;
  return medianOf(ours.map((one, at) => all(one) / all(others[at] ?? one)));
}

function hasLoop(): boolean {
  const sensor = join(import.meta.dirname, "../src/detect/sensor-nvidia.ts");
  return readFileSync(sensor, "utf8").includes("createNvidiaLoop");
}

function programOnPath(names: readonly string[]): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const places = names.flatMap((name) => folders.map((place) => join(place, name)));
  return places.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}
