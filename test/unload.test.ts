import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { gpuModelsIn, isSameModel } from "../src/effects/loaded-models.ts";
import { type UnloadOrder, unload } from "../src/effects/unload.ts";
import { type FakeCard, fakeCard } from "./support/fake-card.ts";
import { fixture } from "./support/fixture.ts";
import { steppingClock } from "./support/stepping-clock.ts";

/** The meter shows what the card holds at each beat of a second, as the sensor would. */
function orderFor(card: FakeCard, more: Partial<UnloadOrder> = {}) {
  let sample = { usedMib: card.usedMib(), takenAt: 0 };
  const clock = steppingClock((now) => {
    const takenAt = Math.floor(now / 1000) * 1000;
    if (takenAt > sample.takenAt) sample = { usedMib: card.usedMib(), takenAt };
  });
  const order: UnloadOrder = {
    address: card.address,
    models: ["vision:7b"],
    leave: [],
    deadlineMs: 5000,
    clock,
    before: sample,
    usedMemory: () => sample,
    signal: new AbortController().signal,
    ...more,
  };
  return { order, clock };
}

test("unload: frees the named models and waits until the card shows it", async () => {
  const card = await fakeCard({ "vision:7b": 6000, "plan:3b": 2000 });
  const { order } = orderFor(card, { models: ["vision:7b", "plan:3b"] });
  const ended = await unload(order);
  expect(ended).toMatchObject({ models: ["vision:7b", "plan:3b"], freedMib: 8000, reason: null });
  expect(ended.expectedMib).toBe(8000);
  expect(ended.waitedMs).toBeGreaterThanOrEqual(1000);
  expect(ended.waitedMs).toBeLessThan(5000);
});

test("unload: models of other programs and models in memory are left alone", async () => {
  const card = await fakeCard({ "vision:7b": 6000, "someone:8b": 5000, "plan:3b": 0 });
  const { order } = orderFor(card, { models: ["vision:7b", "plan:3b"] });
  expect(await unload(order)).toMatchObject({ models: ["vision:7b"], freedMib: 6000 });
  expect(card.asked).toEqual(["vision:7b"]);
  expect([...card.loaded.keys()]).toEqual(["someone:8b", "plan:3b"]);
});

test("unload: what is to be left is looked for, named, and not asked for", async () => {
  const card = await fakeCard({ "vision:7b": 6000, "plan:3b": 2000, "someone:8b": 5000 });
  const both = orderFor(card, { leave: ["plan:3b", "gone:1b"] });
  expect(await unload(both.order)).toMatchObject({
    models: ["vision:7b"],
    left: ["plan:3b"],
    freedMib: 6000,
  });
  const alone = orderFor(card, { models: [], leave: ["plan:3b"] });
  expect(await unload(alone.order)).toEqual({
    models: [],
    left: ["plan:3b"],
    freedMib: null,
    expectedMib: null,
    waitedMs: 0,
    reason: null,
  });
  expect(card.asked).toEqual(["vision:7b"]);
});

test("unload: asks for nothing that is gone already", async () => {
  const card = await fakeCard({ "someone:8b": 5000 });
  const { order } = orderFor(card);
  expect(await unload(order)).toMatchObject({ models: [], freedMib: null, reason: null });
  expect(card.asked).toEqual([]);
});

test("unload: a name without a tag finds its model", async () => {
  const card = await fakeCard({ "moondream:latest": 2000 });
  const { order } = orderFor(card, { models: ["moondream"] });
  expect(await unload(order)).toMatchObject({ models: ["moondream:latest"], freedMib: 2000 });
});

test("unload: a refusal is told at once", async () => {
  for (const manner of ["refuse", "page"] as const) {
    const card = await fakeCard({ "vision:7b": 6000 }, manner);
    const { order } = orderFor(card);
    expect(await unload(order)).toMatchObject({ models: [], reason: "refused", waitedMs: 0 });
  }
});

test("unload: a server that says done and keeps the model is not believed", async () => {
  const card = await fakeCard({ "vision:7b": 6000 }, "keep");
  const { order } = orderFor(card);
  expect(await unload(order)).toMatchObject({
    models: [],
    freedMib: 0,
    reason: "still_loaded",
    waitedMs: 5000,
  });
});

test("unload: memory that does not come back is told", async () => {
  const card = await fakeCard({ "vision:7b": 6000 }, "leak");
  const { order } = orderFor(card);
  expect(await unload(order)).toMatchObject({
    models: ["vision:7b"],
    freedMib: 0,
    reason: "memory_not_back",
    waitedMs: 5000,
  });
});

test("unload: memory that others take meanwhile counts as not back", async () => {
  const card = await fakeCard({ "vision:7b": 6000 });
  const { order } = orderFor(card);
  const ended = unload(order);
  await card.nextAsked();
  card.othersMib += 4000;
  expect(await ended).toMatchObject({ freedMib: 2000, reason: "memory_not_back" });
});

test("unload: without a meter it ends when the model is gone", async () => {
  const card = await fakeCard({ "vision:7b": 6000 });
  const { order } = orderFor(card, { before: null, usedMemory: () => null });
  expect(await unload(order)).toMatchObject({
    freedMib: null,
    reason: "not_measured",
    waitedMs: 0,
  });
});

test("unload: a meter that stands still proves nothing", async () => {
  const still = { usedMib: 7000, takenAt: 1 };
  const card = await fakeCard({ "vision:7b": 6000 });
  const { order } = orderFor(card, { before: still, usedMemory: () => still });
  expect(await unload(order)).toMatchObject({ freedMib: null, reason: "not_measured" });
});

test("unload: a silent server costs no more than the deadline", async () => {
  const card = await fakeCard({ "vision:7b": 6000 }, "hang");
  const { order, clock } = orderFor(card);
  const ended = unload(order);
  await card.nextAsked();
  clock.advance(5000);
  expect(await ended).toMatchObject({ models: [], reason: "unreachable", waitedMs: 5000 });
});

test("unload: a server that hangs up or is not there is told", async () => {
  const card = await fakeCard({ "vision:7b": 6000 }, "drop");
  const { order } = orderFor(card);
  expect(await unload(order)).toMatchObject({ reason: "unreachable" });
  for (const address of ["http://127.0.0.1:1", "nonsense", "file:///etc/passwd"]) {
    const { order: lost } = orderFor(card, { address });
    expect(await unload(lost)).toMatchObject({ models: [], reason: "unreachable" });
  }
});

test("unload: a stop ends it", async () => {
  const card = await fakeCard({ "vision:7b": 6000 }, "hang");
  const stopping = new AbortController();
  const { order } = orderFor(card, { signal: stopping.signal });
  const ended = unload(order);
  await card.nextAsked();
  stopping.abort();
  expect(await ended).toMatchObject({ reason: "stopped" });
  expect(await unload(order)).toMatchObject({ models: [], reason: "stopped" });
});

test("unload: a flood is not read", async () => {
  const server = createServer((_, response) => void response.end("x".repeat(2_000_000)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const card = await fakeCard({ "vision:7b": 6000 });
  const { order } = orderFor(card, { address: `http://127.0.0.1:${port}/` });
  expect(await unload(order)).toMatchObject({ reason: "unreachable" });
});

test("loaded models: only what lies on the card, from answers that are Ollama's", () => {
  expect(gpuModelsIn(fixture("ollama", "ps.full-gpu.json"))).toEqual([
    { name: "mistral:latest", gpuMib: 4899 },
  ]);
  expect(gpuModelsIn(fixture("ollama", "ps.cpu-only.json"))).toEqual([]);
  expect(gpuModelsIn(fixture("ollama", "ps.empty.json"))).toEqual([]);
  expect(gpuModelsIn('{"models":null}')).toEqual([]);
  expect(gpuModelsIn('{"models":[{"name":"a"},7,{"size_vram":5}]}')).toEqual([
    { name: "a", gpuMib: null },
  ]);
  for (const text of ["", "[]", "{}", '{"models":{}}', "<html>"])
    expect(gpuModelsIn(text)).toBeNull();
});

test("loaded models: a name without a tag means latest", () => {
  expect(isSameModel("a", "a:latest")).toBe(true);
  expect(isSameModel("host:5000/a", "host:5000/a:latest")).toBe(true);
  expect(isSameModel("a:1b", "a")).toBe(false);
});
