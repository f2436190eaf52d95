/** Streams that nobody reads on: ended in time, told to their reader, never mistaken for a slow server. */
import { expect, test } from "vitest";
import type { ModelEvent } from "../src/effects/model-client.ts";
import { jobOf, type Said, type VirtualWork, virtualWork } from "./support/virtual-work.ts";
import { workingHost } from "./support/working-host.ts";

const IDLE_MS = 60_000;

/** A stream that has begun; its reader has read nothing. */
async function begun(work: VirtualWork, said: Said = { pieces: 5 }) {
  work.say(() => said);
  const answer = work.engine.stream(jobOf());
  await work.clock.pass(0);
  const stream = await answer;
  if (!stream.ok) throw new Error("Expected a stream.");
  return stream.events[Symbol.asyncIterator]();
}

async function restOf(events: AsyncIterator<ModelEvent>): Promise<readonly ModelEvent[]> {
  const rest: ModelEvent[] = [];
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    rest.push(next.value);
  }
  return rest;
}

test("reader: a stream that is not read for idle_ms gives its place back and closes the model's", async () => {
  for (const read of [0, 1, 3]) {
    const work = virtualWork();
    const events = await begun(work);
    for (let piece = 0; piece < read; piece += 1) await events.next();
    await work.clock.pass(IDLE_MS - 1);
    expect(work.engine.queue.running()).toHaveLength(1);
    await work.clock.pass(1);
    expect(work.engine.queue.running()).toEqual([]);
    expect(work.open()).toBe(0);
    expect(work.clock.waiting).toBe(0);
    expect(work.engine.view().counts).toMatchObject({ aborted: 1, done: 0, failed: 0 });
    expect(work.outcomes).toEqual([]);
    expect(await restOf(events)).toEqual([
      {
        type: "failed",
        failure: {
          failure: "aborted",
          status: null,
          message: expect.stringMatching(/read on within 60000 ms .* work\.idle_ms/),
          retry_after_ms: null,
        },
      },
    ]);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  }
});

test("reader: whoever takes the pieces as they came is watched as well", async () => {
  const work = virtualWork();
  work.say(() => ({ pieces: 5 }));
  const answer = work.engine.stream(jobOf());
  await work.clock.pass(0);
  const stream = await answer;
  if (!stream.ok) throw new Error("Expected a stream.");
  const pieces = stream.pieces[Symbol.asyncIterator]();
  await work.clock.pass(IDLE_MS - 1);
  expect((await pieces.next()).value).toMatchObject({ type: "chunks", lines: { length: 1 } });
  await work.clock.pass(IDLE_MS - 1);
  expect(work.engine.queue.running()).toHaveLength(1);
  await work.clock.pass(1);
  expect(work.engine.queue.running()).toEqual([]);
  const last = (await pieces.next()).value;
  expect(last).toMatchObject({ type: "failed", failure: { failure: "aborted" } });
  expect(JSON.stringify(last)).toContain("work.idle_ms");
  expect((await pieces.next()).done).toBe(true);
});

test("reader: each read begins the time anew, and a slow reader gets all of it", async () => {
  const work = virtualWork();
  const events = await begun(work);
  for (let piece = 0; piece < 5; piece += 1) {
    await work.clock.pass(IDLE_MS - 1);
    expect((await events.next()).value).toMatchObject({ type: "chunk" });
  }
  await work.clock.pass(IDLE_MS - 1);
  expect((await events.next()).done).toBe(true);
  expect(work.engine.view().counts).toMatchObject({ done: 1, aborted: 0 });
  expect(work.clock.waiting).toBe(0);
});

test("reader: the place of one who stays away is taken by the next in the queue", async () => {
  const work = virtualWork();
  await begun(work);
  const next = work.engine.complete(jobOf({ waitMs: 2 * IDLE_MS }));
  await work.clock.pass(IDLE_MS - 1);
  expect(work.engine.view().queue.length).toBe(1);
  await work.clock.pass(1);
  expect(await next).toMatchObject({ ok: true });
});

test("reader: who left by itself, or was ended by the runtime, is told what it was told before", async () => {
  const left = virtualWork();
  const leaving = await begun(left);
  await leaving.next();
  await leaving.return?.();
  await left.clock.pass(2 * IDLE_MS);
  expect(await restOf(leaving)).toEqual([]);
  const stopped = virtualWork();
  const events = await begun(stopped);
  stopped.engine.close();
  await stopped.clock.pass(2 * IDLE_MS);
  const [last] = await restOf(events);
  expect(last).toMatchObject({ type: "failed", failure: { failure: "aborted" } });
  expect(JSON.stringify(last)).not.toContain("idle_ms");
});

test("reader: a stream on a real server that nobody reads is closed there", async () => {
  const { runtime, ollama } = await workingHost({ work: { idle_ms: 300 } });
  ollama.next("stall");
  const request = { messages: [{ role: "user", content: "What?" }] } as const;
  const stream = await runtime.work.stream({ role: "vision", request });
  if (!stream.ok) throw new Error("Expected a stream.");
  await ollama.until(() => ollama.held === 1);
  await ollama.until(() => ollama.held === 0);
  expect(runtime.work.view()).toMatchObject({ running: [], counts: { aborted: 1 } });
  const events: ModelEvent[] = [];
  for await (const event of stream.events) events.push(event);
  expect(events).toMatchObject([{ type: "failed", failure: { failure: "aborted" } }]);
  expect(JSON.stringify(events)).toContain("work.idle_ms");
});
