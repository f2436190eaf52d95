/**
 * Minutes of real load on the door while everything behind it fails at random.
 *
 *     node bench/work-faults.ts [--minutes 5] [--clients 50] [--port 8179]
 *
 * A real daemon, a fake Ollama and a fake cloud that change what they do at each request; some callers
 * stream, some go away in the middle. At the end everything must be as at the beginning: nothing runs or
 * waits, nothing is promised, no connection to a model server is left, every request was answered, and the
 * memory of the daemon has not grown from its first third to its last.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SceneName } from "../test/support/fake-model-scenes.ts";
import { type FakeModelServer, startFakeModelServer } from "../test/support/fake-model-server.ts";
import { pause, startDaemon } from "./daemon.ts";
import { judged, medianOf, quantileOf } from "./figures.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    clients: { type: "string", default: "50" },
    port: { type: "string", default: "8179" },
  },
});

const GOOD_SHARE = 0.8;
const STREAM_SHARE = 0.4;
const ABORT_SHARE = 0.1;
/** Longest pause of a caller between two requests, ms. */
const PAUSE_MS = 200;
const DRAIN_MS = 20_000;

/**
 * Without those that run out of memory: they close the processor for a quarter of an hour, and nothing would
 * be left to load. `test/work-faults.test.ts` has them, in an hour of virtual time.
 */
const SCENES: readonly SceneName[] = [
  ...(["slow-load", "model-missing", "context", "loading"] as const),
  ...(["busy", "bad-request", "error", "stall", "reset", "reset-stream", "html"] as const),
  ...(["broken", "truncated", "quota"] as const),
];

const port = Number(values.port);
const minutes = Number(values.minutes);
const folder = mkdtempSync(join(tmpdir(), "runtime-profile-faults-"));
const GIB = 1024 ** 3;
const ollama = await startFakeModelServer({
  protocol: "ollama",
  models: [{ name: "moondream", size: GIB, capabilities: ["completion", "vision"] }],
});
const cloud = await startFakeModelServer({ protocol: "openai" });
const ends = { answered: 0, streamed: 0, broken: 0, refused: 0, aborted: 0, lost: 0 };
const statuses = new Map<number, number>();
const latencies: number[] = [];
const resident: number[] = [];

const daemon = await startDaemon({
  folder,
  port,
  isQuiet: true,
  config: {
    ollama: { host: ollama.address },
    cloud: { allowed: true, base_url: cloud.address },
    work: {
      first_token_ms: 2000,
      idle_ms: 1000,
      wait_ms: 5000,
      queue_limit: 100,
      local_at_once: 8,
    },
  },
});
try {
  const until = performance.now() + minutes * 60_000;
  const callers = Array.from({ length: Number(values.clients) }, () => caller(until));
  const release = setInterval(() => {
    for (const server of [ollama, cloud]) server.release();
  }, 1500);
  const looks = setInterval(() => void look(), 2000);
  await Promise.all(callers);
  clearInterval(looks);
  clearInterval(release);
  for (const server of [ollama, cloud]) server.always("ok");
  await drained();
  await tell();
} finally {
  await daemon.end();
  await Promise.all([ollama.stop(), cloud.stop()]);
  rmSync(folder, { recursive: true, force: true });
}

async function caller(until: number): Promise<void> {
  while (performance.now() < until) {
    for (const server of [ollama, cloud]) {
      const scene = SCENES[Math.floor(Math.random() * SCENES.length)] ?? "ok";
      server.always(Math.random() < GOOD_SHARE ? "ok" : scene);
    }
    await request();
    await pause(Math.random() * PAUSE_MS);
  }
}

async function request(): Promise<void> {
  const stream = Math.random() < STREAM_SHARE;
  const end = new AbortController();
  const isGoing = Math.random() < ABORT_SHARE;
  const going = isGoing ? setTimeout(() => end.abort(), Math.random() * 300) : undefined;
  const model = Math.random() < 0.7 ? "runtime/vision" : "runtime/planning";
  const begin = performance.now();
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model,
        stream,
        messages: [{ role: "user", content: "What is here?" }],
      }),
      signal: end.signal,
    });
    const text = await answer.text();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    latencies.push(performance.now() - begin);
    const hasReceipt = answer.headers.has("x-runtime-profile-reason");
    if (!hasReceipt) ends.lost += 1;
    else if (!answer.ok) ends.refused += 1;
    else if (!stream) ends.answered += 1;
    else if (text.endsWith("data: [DONE]\n\n")) ends.streamed += 1;
    else if (text.includes('"error"')) ends.broken += 1;
    else ends.lost += 1;
  } catch (error) {
    if (end.signal.aborted) ends.aborted += 1;
    else {
      ends.lost += 1;
      console.error(error);
    }
  } finally {
    clearTimeout(going);
  }
}

async function look(): Promise<void> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
  const bytes = /^process_resident_memory_bytes (\d+)/m.exec(text)?.[1];
  if (bytes !== undefined) resident.push(Number(bytes) / 1024 / 1024);
}

/** Kept connections close by themselves after some seconds without work. */
async function drained(): Promise<void> {
  const end = performance.now() + DRAIN_MS;
  const isOpen = (server: FakeModelServer) => server.sockets.open > 1;
  while (performance.now() < end && (isOpen(ollama) || isOpen(cloud))) await pause(250);
}

async function tell(): Promise<void> {
  const work = await daemon.get("/api/runtime/work");
  const third = Math.floor(resident.length / 3);
  const [early, late] = [
    medianOf(resident.slice(third, 2 * third)),
    medianOf(resident.slice(2 * third)),
  ];
  const left = ollama.sockets.open + cloud.sockets.open;
  console.log(
    `${minutes} min, ${values.clients} callers, every fifth answer behind the door fails\n`,
  );
  console.log(`ends                 ${JSON.stringify(ends)}`);
  console.log(`statuses             ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`);
  console.log(
    `ms p50, p99          ${medianOf(latencies).toFixed(1)}, ${quantileOf(latencies, 0.99).toFixed(0)}`,
  );
  console.log(`chats behind         ollama ${ollama.chats.length}, cloud ${cloud.chats.length}`);
  console.log(`work at the end      ${JSON.stringify(work)}`);
  console.log(`answers lost         ${judged(ends.lost, { most: 0 })}`);
  console.log(`connections left     ${judged(left, { most: 2 })}`);
  console.log(
    `resident MB, last third / middle third  ${early.toFixed(0)} → ${late.toFixed(0)}: ${judged(late / early, { most: 1.1 })}`,
  );
}
