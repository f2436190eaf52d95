/**
 * How soon, and how surely, does an event come to everybody?
 *
 *     node bench/live.ts [--clients 1000] [--rounds 30]
 *
 * One event to 1,000 clients beside 1,000 bare sockets that are all written one Buffer, in turn; a storm in
 * which all clients are torn away and come back with `Last-Event-ID` while entries go on; one client that
 * never reads; and a decision that is on disk before it is told. The server, the sockets and the clients
 * have a process each.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judged, medianOf, quantileOf } from "./figures.ts";
import { asked, type Count, startClients } from "./live-clients.ts";
import { type Command, ordered, type Served, served, type Told } from "./served.ts";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "1000" },
    rounds: { type: "string", default: "30" },
  },
});
const CLIENTS = Number(values.clients);
const ROUNDS = Number(values.rounds);
const STORMS = 5;
const EVENTS = "/api/runtime/events";

/** Only what everybody wants; what a stalled client gets beside it stays between it and the server. */
const TASKS = `${EVENTS}?type=task.finished`;

/** Bytes beside each event for the client that never reads; together more than any system keeps for it. */
const HEAVY = Math.round((24 * 1024 * 1024) / ROUNDS);

const folder = mkdtempSync(join(tmpdir(), "runtime-profile-bench-"));
const runtime = await served("runtime", join(folder, "data"));
const raw = await served("raw", String(await frameBytes()));
const ofRuntime = startClients();
const ofRaw = startClients();

try {
  const [cpu] = cpus();
  console.log(`\n${cpu?.model ?? "?"}, ${availableParallelism()} cores, Node ${process.version}`);
  console.log(`${CLIENTS} clients, medians of ${ROUNDS} rounds\n`);
  await oneEvent();
  await aClientThatNeverReads();
  await theStorm();
  await aDecision();
} finally {
  for (const child of [runtime.child, raw.child, ofRuntime, ofRaw]) child.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

async function oneEvent(): Promise<void> {
  await asked(ofRaw, { do: "open", port: raw.port, count: CLIENTS, path: "/" });
  await asked(ofRuntime, { do: "open", port: runtime.port, count: CLIENTS, path: TASKS });
  const limits: number[][] = [];
  const ours: number[][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const limit = await delays(raw, ofRaw, { do: "tell" });
    const own = await delays(runtime, ofRuntime, { do: "tell" });
    // The first round warms everything up and does not count.
    if (round > 0) limits.push(limit) && ours.push(own);
  }
  await asked(ofRaw, { do: "close" });
  await asked(ofRuntime, { do: "close" });
  say(`bare sockets: ${spread(limits)}`);
  say(`live events: ${spread(ours)}`);
  const ratio = medianOf(ours.map((own, at) => tailOf(own) / tailOf(limits[at] ?? [])));
  say(`p99 to bare sockets: ${judged(ratio, { most: 1.2 })}`);
}

async function aClientThatNeverReads(): Promise<void> {
  await asked(ofRuntime, { do: "open", port: runtime.port, count: CLIENTS, path: TASKS });
  const heavy = { do: "tell", heavy: HEAVY } as const;
  const without: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    without.push(await delays(runtime, ofRuntime, heavy));
  const stalled = connect({ port: runtime.port, host: "127.0.0.1" });
  stalled.on("error", () => {}).pause();
  stalled.write(
    `GET ${EVENTS} HTTP/1.1\r\nHost: 127.0.0.1:${runtime.port}\r\nAccept: text/event-stream\r\n\r\n`,
  );
  const beside: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    beside.push(await delays(runtime, ofRuntime, heavy));
  let bytes = 0;
  const gone = new Promise((resolve) => stalled.once("close", resolve));
  stalled.on("data", (part) => {
    bytes += part.length;
  });
  stalled.resume();
  await gone;
  await asked(ofRuntime, { do: "close" });
  const mib = (count: number) => (count / 1024 / 1024).toFixed(1);
  say(`without a stalled client: ${spread(without)}`);
  say(`beside a stalled client: ${spread(beside)}`);
  say(
    `the stalled one was cut off, and read ${mib(bytes)} of ${mib(HEAVY * ROUNDS)} MiB afterwards`,
  );
}

async function theStorm(): Promise<void> {
  const { seq } = await ordered<Told>(runtime, { do: "tell" });
  const path = `${EVENTS}?after=${seq}`;
  await asked(ofRuntime, { do: "open", port: runtime.port, count: CLIENTS, path });
  await ordered(runtime, { do: "flow" });
  const times: number[] = [];
  for (let storm = 0; storm < STORMS; storm += 1) {
    const begin = performance.now();
    await asked(ofRuntime, { do: "storm" });
    const { seq: now } = await ordered<Told>(runtime, { do: "tell" });
    await asked<Count>(ofRuntime, { do: "reach", seq: now });
    times.push(performance.now() - begin);
  }
  await ordered(runtime, { do: "stop" });
  const { seq: end } = await ordered<Told>(runtime, { do: "tell" });
  const count = await asked<Count>(ofRuntime, { do: "reach", seq: end });
  await asked(ofRuntime, { do: "close" });
  const expected = (end - seq) * count.clients;
  say(
    `${STORMS} storms: ${count.events} of ${expected} events came, ${count.lost} lost, ${count.twice} twice, ${count.refused} refused for a moment; ` +
      `everybody is back and up to date after ${medianOf(times).toFixed(0)} ms`,
  );
}

/** From the request to the client, beside the part of it after the entry was on disk. */
async function aDecision(): Promise<void> {
  await asked(ofRuntime, { do: "open", port: runtime.port, count: 1, path: EVENTS });
  const writing: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS * 20; round += 1) {
    await asked(ofRuntime, { do: "arm" });
    const { began, told } = await ordered<Told>(runtime, { do: "step" });
    const [heard = 0] = await asked<number[]>(ofRuntime, { do: "collect" });
    writing.push((heard - told) / 1e6);
    whole.push((heard - began) / 1e6);
  }
  say(`one client, from disk to the client: ${spread([writing])}`);
  say(`one client, decided, on disk, and to the client: ${spread([whole])}`);
  say(`p99 to the writing alone: ${judged(tailOf(whole) / tailOf(writing), { most: 3 })}`);
}

/** How long each client waited after it was told, in ms. */
async function delays(
  server: Served,
  clients: ReturnType<typeof startClients>,
  command: Command,
): Promise<number[]> {
  await asked(clients, { do: "arm" });
  const { told } = await ordered<Told>(server, command);
  const heard = await asked<number[]>(clients, { do: "collect" });
  return heard.map((at) => (at - told) / 1e6);
}

function spread(rounds: readonly (readonly number[])[]): string {
  const middle = medianOf(rounds.map((round) => medianOf(round)));
  const tail = medianOf(rounds.map(tailOf));
  return `p50 ${middle.toFixed(2)} ms, p99 ${tail.toFixed(2)} ms`;
}

function tailOf(round: readonly number[]): number {
  return quantileOf(round, 0.99);
}

/** As long as the frame of the event that is told. */
async function frameBytes(): Promise<number> {
  const { seq } = await ordered<Told>(runtime, { do: "tell" });
  const answer = await fetch(`http://127.0.0.1:${runtime.port}${EVENTS}?after=${seq - 1}`);
  const { events } = (await answer.json()) as { readonly events: readonly unknown[] };
  return JSON.stringify(events[0]).length + `id: ${seq}\ndata: \n\n`.length;
}

function say(line: string): void {
  console.log(`- ${line}`);
}
