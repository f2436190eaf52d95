/**
 * What does the door cost?
 *
 *     node bench/gateway.ts [--rounds 7] [--ms 1500] [--pieces 200] [--streams 200] [--port 8178]
 *
 * A real daemon with its log, its policy and its clients, made-up model servers in a second process, the
 * load from a third over bare sockets. Each case is asked in turns: the model server directly, and the same
 * through the door, so that a host that is busy elsewhere harms both. The latency is that of one caller who
 * asks again and again; what the door adds is the difference of the medians of each round. The throughput
 * is that of several callers; model servers that compute nothing send as fast as they can, so the ratio is
 * the worst that can be.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ChatResult, chatsOf, openChat } from "./chat-load.ts";
import { pause, startDaemon } from "./daemon.ts";
import { judged, medianOf, quantileOf } from "./figures.ts";
import { LOCAL_MODEL, order, startTargets } from "./gateway-target.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    ms: { type: "string", default: "1500" },
    pieces: { type: "string", default: "200" },
    streams: { type: "string", default: "200" },
    port: { type: "string", default: "8178" },
  },
});

const CALLERS = 8;
const port = Number(values.port);
const ms = Number(values.ms);
const pieces = Number(values.pieces);
const streams = Number(values.streams);
const MESSAGES = [{ role: "user", content: "What is here?" }];

/** The same question to a model server directly, and to the door. */
interface Case {
  readonly name: string;
  readonly isStream: boolean;
  readonly direct: { readonly port: number; readonly path: string; readonly body: object };
  readonly model: string;
}

const folder = mkdtempSync(join(tmpdir(), "runtime-profile-gateway-"));
const targets = await startTargets();
const portOf = (address: string): number => Number(new URL(address).port);
const daemon = await startDaemon({
  folder,
  port,
  isQuiet: true,
  config: {
    ollama: { host: targets.ollama },
    cloud: { allowed: true, base_url: targets.openai },
    work: { local_at_once: 2 * streams, cloud_at_once: 2 * streams, queue_limit: 2 * streams },
  },
});
const cases: readonly Case[] = [false, true].flatMap((isStream) => {
  const body = { messages: MESSAGES, stream: isStream };
  return [
    {
      name: "Ollama",
      isStream,
      model: "runtime/vision",
      direct: {
        port: portOf(targets.ollama),
        path: "/api/chat",
        body: { ...body, model: LOCAL_MODEL },
      },
    },
    {
      name: "OpenAI",
      isStream,
      model: "runtime/planning",
      direct: {
        port: portOf(targets.openai),
        path: "/v1/chat/completions",
        body: { ...body, model: "deepseek-chat" },
      },
    },
  ];
});

try {
  await cloudSeen();
  console.log(
    `${new Date().toISOString()}, ${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores, Node ${process.version}`,
  );
  console.log(
    `${values.rounds} rounds of ${ms} ms, streams of ${pieces} pieces, medians of the rounds\n`,
  );
  console.log(
    "| case | direct ms p50, p99 | door ms p50, p99 | added p50 | added p99 | requests/s direct, door | ratio |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const each of cases) await measure(each);
  await memory();
} finally {
  await daemon.end();
  targets.child.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

/** Until then a plan would be made on this host. */
async function cloudSeen(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { state } = (await daemon.get("/api/runtime/snapshot")) as { state: { cloud: string } };
    if (state.cloud === "reachable") return;
    await pause(100);
  }
  throw new Error("Expected the provider to be seen within 10 s.");
}

async function measure(each: Case): Promise<void> {
  await order(targets, {
    do: "play",
    scene: each.isStream ? { scene: "ok", pieces } : { scene: "ok" },
  });
  const door = {
    port,
    path: "/v1/chat/completions",
    body: { model: each.model, messages: MESSAGES, stream: each.isStream },
  };
  const rounds: {
    direct: ChatResult;
    through: ChatResult;
    rate: number;
    rates: [number, number];
  }[] = [];
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const direct = await chatsOf({ ...each.direct, connections: 1, ms });
    const through = await chatsOf({ ...door, connections: 1, ms });
    const many = await chatsOf({ ...each.direct, connections: CALLERS, ms });
    const manyThrough = await chatsOf({ ...door, connections: CALLERS, ms });
    const rates: [number, number] = [many.perSecond, manyThrough.perSecond];
    // The first round warms up.
    if (round > 0) rounds.push({ direct, through, rate: rates[1] / rates[0], rates });
  }
  // A stream's first token is what a person waits for; a whole answer's first byte is its end.
  const at = (share: number, pick: (one: (typeof rounds)[number]) => ChatResult) =>
    medianOf(rounds.map((one) => quantileOf(pick(one).first, share)));
  const added = (share: number) =>
    medianOf(
      rounds.map(
        ({ direct, through }) => quantileOf(through.first, share) - quantileOf(direct.first, share),
      ),
    );
  const figures = [
    `${each.name}, ${each.isStream ? "streamed" : "whole"}`,
    `${at(0.5, ({ direct }) => direct).toFixed(2)}, ${at(0.99, ({ direct }) => direct).toFixed(2)}`,
    `${at(0.5, ({ through }) => through).toFixed(2)}, ${at(0.99, ({ through }) => through).toFixed(2)}`,
    judged(added(0.5), { most: 0.3 }),
    added(0.99).toFixed(2),
    [0, 1]
      .map((side) => medianOf(rounds.map(({ rates }) => rates[side] ?? 0)).toFixed(0))
      .join(", "),
    each.isStream
      ? judged(medianOf(rounds.map(({ rate }) => rate)), { least: 0.9 })
      : medianOf(rounds.map(({ rate }) => rate)).toFixed(2),
  ];
  console.log(`| ${figures.join(" | ")} |`);
}

/** What the daemon holds with many streams open at once, and after they ended. */
async function memory(): Promise<void> {
  await order(targets, { do: "play", scene: { scene: "stall" } });
  const before = await residentMb();
  const body = { model: "runtime/vision", messages: MESSAGES, stream: true };
  const opened = Array.from({ length: streams }, () =>
    openChat({ port, path: "/v1/chat/completions", body }),
  );
  const ends = await Promise.all(opened);
  await order(targets, { do: "held", count: streams });
  const during = await residentMb();
  for (const end of ends) end();
  await pause(1000);
  const work = (await daemon.get("/api/runtime/work")) as { running: readonly unknown[] };
  const after = await residentMb();
  const each = ((during - before) / streams) * 1024;
  console.log(
    `\n${streams} streams at once: ${before.toFixed(0)} → ${during.toFixed(0)} MB resident (${each.toFixed(0)} KB each), ${after.toFixed(0)} MB after they were dropped; ${work.running.length} jobs still run`,
  );
}

async function residentMb(): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec(text)?.[1];
  return Number(bytes) / 1024 / 1024;
}
