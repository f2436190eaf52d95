/** Live events for many clients at once, for those that do not read, and at the end. */
import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { BEAT_MS } from "../src/http/live.ts";
import type { ServerOptions } from "../src/http/server.ts";
import { type Service, startService } from "./http-helper.ts";
import { type Asked, type EventStream, openEvents } from "./support/event-stream.ts";

const EVENTS = "/api/runtime/events";
const CLIENTS = 50;

/** Larger than what the system keeps for a connection that is not read, with the bound of the server. */
const HEAVY = "x".repeat(512 * 1024);
const HEAVY_COUNT = 40;

async function served(options: ServerOptions = {}): Promise<Service> {
  const service = await startService(options);
  onTestFinished(() => service.stop());
  return service;
}

function act({ runtime }: Service): number {
  runtime.recordTask({ task: "vision", provider: "local", ok: true });
  return runtime.seq() ?? 0;
}

/** Entries whose bytes no connection takes unless it is read; `told` is waited for after each. */
async function actHeavily(
  { runtime }: Service,
  told: (seq: number) => Promise<void> = async () => {},
): Promise<number> {
  for (let count = 0; count < HEAVY_COUNT; count += 1) {
    runtime.degrade({ rung: "shed", reason: HEAVY });
    runtime.restore();
    await told(runtime.seq() ?? 0);
  }
  return runtime.seq() ?? 0;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, place) => from + place);
}

/** What one client heard, over all its connections. */
class Listener {
  readonly #asked: Asked;
  readonly seqs: number[] = [];
  #stream: EventStream | null = null;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  async connect(): Promise<void> {
    const last = this.seqs.at(-1);
    const headers = last === undefined ? {} : { "last-event-id": String(last) };
    this.#stream = await openEvents({ ...this.#asked, headers });
    expect(this.#stream.status).toBe(200);
  }

  /** Cuts the connection, whatever is under way on it. */
  async leave(): Promise<void> {
    const stream = this.#stream;
    await stream?.close();
    this.seqs.push(...(stream?.seqs ?? []));
  }

  async hear(seq: number): Promise<void> {
    await this.#stream?.reaches(seq);
  }
}

test("live: fifty clients are torn away twice while entries go on, and none misses or repeats one", async () => {
  const service = await served();
  const start = service.runtime.seq() ?? 0;
  const asked = { port: service.port, path: `${EVENTS}?after=${start}` };
  const listeners = Array.from({ length: CLIENTS }, () => new Listener(asked));
  let isOver = false;
  const goingOn = (async () => {
    while (!isOver) {
      act(service);
      await nextTurn();
    }
  })();
  for (let time = 0; time < 2; time += 1) {
    await Promise.all(listeners.map((one) => one.connect()));
    await Promise.all(listeners.map((one) => one.hear(act(service))));
    await Promise.all(listeners.map((one) => one.leave()));
  }
  await Promise.all(listeners.map((one) => one.connect()));
  isOver = true;
  await goingOn;
  const end = act(service);
  await Promise.all(listeners.map((one) => one.hear(end)));
  await Promise.all(listeners.map((one) => one.leave()));
  for (const { seqs } of listeners) expect(seqs).toEqual(range(start + 1, end));
});

test("live: who leaves more unread than the bound is cut off, harms nobody, and can go on", async () => {
  const service = await served();
  const start = service.runtime.seq() ?? 0;
  const [stalled, reader] = await Promise.all([
    openEvents({ port: service.port }),
    openEvents({ port: service.port }),
  ]);
  stalled.pause();
  const end = await actHeavily(service, (seq) => reader.reaches(seq));
  expect(reader.seqs).toEqual(range(start + 1, end));
  await reader.close();
  stalled.resume();
  await stalled.ended;
  expect(stalled.seqs.length).toBeLessThan(end - start);
  const last = stalled.seqs.at(-1) ?? start;
  expect(stalled.seqs).toEqual(range(start + 1, last));
  const headers = { "last-event-id": String(last) };
  const again = await openEvents({ port: service.port, headers });
  await again.reaches(end);
  expect(again.seqs).toEqual(range(last + 1, end));
  await again.close();
});

test("live: a client that reads gets what is larger than the bound, entry by entry", async () => {
  const service = await served();
  const start = service.runtime.seq() ?? 0;
  const end = await actHeavily(service);
  const reader = await openEvents({ port: service.port, path: `${EVENTS}?after=${start}` });
  await reader.reaches(end);
  expect(reader.seqs).toEqual(range(start + 1, end));
  await reader.close();
});

test("live: signs of life carry the place, and whoever reads nothing between two is cut off", async () => {
  const service = await served({ liveClientsMax: 2 });
  const start = service.runtime.seq() ?? 0;
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const path = `${EVENTS}?type=log.gap`;
  const quiet = await openEvents({ port: service.port, path });
  const end = await actHeavily(service);
  const from = `${EVENTS}?after=${start}`;
  const stalled = await openEvents({ port: service.port, path: from });
  stalled.pause();
  vi.advanceTimersByTime(BEAT_MS);
  const beat = await quiet.first(({ text }) => text.startsWith(": still here"));
  expect([beat.id, beat.data]).toEqual([String(end), null]);
  const hasRoom = async () => {
    const next = await openEvents({ port: service.port });
    await next.close();
    return next.status === 200;
  };
  let beats = 0;
  while (!(await hasRoom())) {
    vi.advanceTimersByTime(BEAT_MS);
    beats += 1;
  }
  stalled.resume();
  await stalled.ended;
  expect(beats).toBeGreaterThan(1);
  expect(stalled.seqs.length).toBeLessThan(end - start);
  expect(quiet.heard.every(({ data }) => data === null)).toBe(true);
  await quiet.close();
});

test("live: the longest time for an answer does not end a stream", async () => {
  const service = await served();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const stream = await openEvents({ port: service.port });
  await stream.reaches(act(service));
  vi.advanceTimersByTime(3_600_000);
  const end = act(service);
  await stream.reaches(end);
  expect(stream.heard.filter(({ event }) => event !== null)).toEqual([]);
  expect(stream.seqs.at(-1)).toBe(end);
  await stream.close();
});

test("live: closing the server ends every stream at once, also one that nobody reads", async () => {
  const service = await startService();
  const path = `${EVENTS}?after=${service.runtime.seq()}`;
  const end = await actHeavily(service);
  const stalled = await openEvents({ port: service.port, path });
  stalled.pause();
  // They are read to in turn, so the other one has long been waited for when this one has everything.
  const reader = await openEvents({ port: service.port, path });
  await reader.reaches(end);
  // Without its timers the server cannot wait for them and then cut them off.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  await service.stop();
  await reader.ended;
  stalled.resume();
  await stalled.ended;
  expect(service.runtime.monitor().running).toBe(false);
});

test("live: a runtime that stops ends its streams with its last entry, and takes no new ones", async () => {
  const service = await served();
  const stream = await openEvents({ port: service.port });
  await service.runtime.stop();
  await stream.ended;
  const last = stream.heard.filter(({ data }) => data !== null).slice(-2);
  expect(last.map(({ data }) => data?.["type"])).toEqual(["runtime.stopped", "checkpoint"]);
  const late = await service.ask(EVENTS, { headers: { accept: "text/event-stream" } });
  expect([late.status, late.json["code"]]).toEqual([503, "RP_STOPPED"]);
});

test("live: a stream behind another answer on the same connection waits for its turn", async () => {
  const service = await served();
  const socket = connect(service.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const host = `Host: ${service.host}\r\n`;
  socket.write(
    `POST /api/runtime/verify HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n` +
      `GET ${EVENTS}?after=0 HTTP/1.1\r\n${host}Accept: text/event-stream\r\n\r\n`,
  );
  let text = "";
  socket.setEncoding("utf8");
  await new Promise<void>((resolve) => {
    socket.on("data", (part: string) => {
      text += part;
      if (text.includes(`id: ${service.runtime.seq()}\ndata: `)) resolve();
    });
  });
  expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*"ok":true[\s\S]*HTTP\/1\.1 200 [\s\S]*retry: 2000/);
  expect(text.match(/^id: \d+\ndata: /gm)).toHaveLength(service.runtime.seq() ?? 0);
});
