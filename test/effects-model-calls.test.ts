/** What both clients do about times, aborts and limits; on real connections. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ModelClient } from "../src/effects/model-client.ts";
import { oneByOne } from "../src/effects/model-events.ts";
import { ModelWatch } from "../src/effects/model-watch.ts";
import { createOllamaClient } from "../src/effects/ollama-client.ts";
import { createOpenAiClient } from "../src/effects/openai-client.ts";
import type { FakeModelServer } from "./support/fake-model-server.ts";
import { fakeChatOllama, fakeCloud } from "./support/fake-models.ts";
import { callTo, targetAt, told } from "./support/model-calls.ts";

const CLIENTS = {
  ollama: [createOllamaClient({ keepAliveMs: 1000 }), fakeChatOllama],
  openai: [createOpenAiClient({ keyOf: () => null }), fakeCloud],
} as const satisfies Record<string, readonly [ModelClient, () => Promise<FakeModelServer>]>;

const SOON_MS = 30;

for (const [protocol, [client, start]] of Object.entries(CLIENTS)) {
  test(`${protocol} client: an abort closes the connection at once and leaves no timer`, async () => {
    const server = await start();
    server.always("slow-load");
    for (const ask of [
      (signal: AbortSignal) => client.complete(callTo(targetAt(server.address), { signal })),
      async (signal: AbortSignal) => {
        const { failure } = await told(client.stream(callTo(targetAt(server.address), { signal })));
        return { ok: false, failure };
      },
    ]) {
      const timers = timerCount();
      const end = new AbortController();
      const asked = ask(end.signal);
      await server.until(() => server.held === 1);
      end.abort();
      expect(await asked).toMatchObject({ ok: false, failure: { failure: "aborted" } });
      await server.until(() => server.sockets.open === 0);
      expect(timerCount()).toBeLessThanOrEqual(timers);
    }
  });

  test(`${protocol} client: an abort before the call sends nothing`, async () => {
    const server = await start();
    const call = callTo(targetAt(server.address), { signal: AbortSignal.abort() });
    expect(await client.complete(call)).toMatchObject({ failure: { failure: "aborted" } });
    expect((await told(client.stream(call))).failure).toMatchObject({ failure: "aborted" });
    expect(server.requests).toEqual([]);
  });

  test(`${protocol} client: a reader who leaves closes the connection, even of a silent server`, async () => {
    const server = await start();
    server.always("stall");
    const timers = timerCount();
    const streamed = oneByOne(client.stream(callTo(targetAt(server.address))));
    const events = streamed[Symbol.asyncIterator]();
    await events.next();
    await events.next();
    const waiting = events.next();
    await server.until(() => server.held === 1);
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await server.until(() => server.sockets.open === 0);
    expect(timerCount()).toBeLessThanOrEqual(timers);
  });

  test(`${protocol} client: no beginning in time is a timeout`, async () => {
    const server = await start();
    server.always("slow-load");
    const call = callTo(targetAt(server.address), { firstTokenMs: SOON_MS });
    expect(await client.complete(call)).toMatchObject({ failure: { failure: "timeout" } });
    expect((await told(client.stream(call))).failure).toMatchObject({ failure: "timeout" });
    await server.until(() => server.sockets.open === 0);
  });

  test(`${protocol} client: a silence in the middle is a timeout, after what was said`, async () => {
    const server = await start();
    server.always("stall");
    const call = callTo(targetAt(server.address), { idleMs: SOON_MS });
    const { failure, events } = await told(client.stream(call));
    expect(failure).toMatchObject({ failure: "timeout", status: 200 });
    expect(events).toHaveLength(3);
    await server.until(() => server.sockets.open === 0);
  });

  test(`${protocol} client: an answer or a line without end is cut off`, async () => {
    const { address, asked } = await pouring(protocol === "openai" ? "/v1" : "");
    const call = callTo(targetAt(address));
    const whole = await client.complete(call);
    expect(whole).toMatchObject({ failure: { failure: "server_error" } });
    expect(JSON.stringify(whole)).toContain("33554432 bytes");
    const { failure } = await told(client.stream(call));
    expect(failure?.failure).toBe("server_error");
    expect(failure?.message).toContain("4194304 characters");
    expect(asked()).toBe(2);
  });
}

test("watch: a slow reader is not a silent server", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const watch = new ModelWatch(callTo(targetAt("http://127.0.0.1:1"), { idleMs: 1000 }));
  watch.waits();
  watch.got();
  watch.began();
  vi.advanceTimersByTime(5000);
  expect(watch.isOver).toBe(false);
  watch.waits();
  vi.advanceTimersByTime(999);
  expect(watch.isOver).toBe(false);
  watch.got();
  watch.waits();
  vi.advanceTimersByTime(999);
  expect(watch.isOver).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.isOver).toBe(true);
  expect(watch.failureOf(null)).toMatchObject({ failure: "timeout" });
  expect(vi.getTimerCount()).toBe(0);
});

test("watch: the first piece has its own time, and the first cause is the one that is told", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const end = new AbortController();
  const call = callTo(targetAt("http://127.0.0.1:1"), {
    firstTokenMs: 1000,
    idleMs: 10,
    signal: end.signal,
  });
  const watch = new ModelWatch(call);
  watch.waits();
  vi.advanceTimersByTime(999);
  expect(watch.isOver).toBe(false);
  end.abort();
  expect(watch.failureOf(new Error("ECONNRESET"))).toMatchObject({ failure: "aborted" });
  expect(vi.getTimerCount()).toBe(0);
});

function timerCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

/** A server that pours out one line for as long as somebody takes it. */
async function pouring(path: string): Promise<{ address: string; asked: () => number }> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    response.writeHead(200, { "content-type": "text/plain" });
    response.on("error", () => {});
    pour(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}${path}`, asked: () => count };
}

const DROP = "x".repeat(256 * 1024);

function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write(DROP));
  if (!response.destroyed) response.once("drain", () => pour(response));
}
