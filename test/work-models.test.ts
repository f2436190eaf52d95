/** The book of our own models: what a request, an answer, an end and the server's list make of it. */
import { expect, test } from "vitest";
import type { Target } from "../src/domain/job.ts";
import type { ListedModel } from "../src/effects/loaded-models.ts";
import { createModels } from "../src/runtime-work-models.ts";
import { jobOf, virtualWork } from "./support/virtual-work.ts";

const TARGET: Target = {
  rung: "nominal",
  provider: "local",
  protocol: "ollama",
  address: "http://127.0.0.1:11434",
  model: "qwen3.5:4b",
  device: "gpu",
  num_ctx: 8192,
  footprint_mib: 4000,
  meter: "vram",
  concurrency: 1,
};

const ON_CARD: ListedModel = { name: "qwen3.5:4b", gpuMib: 4000 };

/** A book with a clock that is set by hand. */
function bookOf() {
  const time = { now: 0, isBusy: false };
  const book = createModels({
    clock: { now: () => time.now },
    keepAliveMs: 300_000,
    list: async () => null,
    isBusy: () => time.isBusy,
  });
  const see = (...models: readonly ListedModel[]) =>
    book.see({ address: TARGET.address, beganAt: time.now, models });
  return { time, book, see };
}

test("models: one whose request was sent may be in memory, and is not taken for loaded", () => {
  const { book } = bookOf();
  book.sent(TARGET);
  expect(book.all()).toEqual([TARGET]);
  expect(book.isLoaded(TARGET)).toBe(false);
});

test("models: an answer or the server's list makes sure of it", () => {
  const answered = bookOf();
  answered.book.sent(TARGET);
  answered.book.rested(TARGET, true);
  expect(answered.book.isLoaded(TARGET)).toBe(true);
  const listed = bookOf();
  listed.book.sent(TARGET);
  listed.book.rested(TARGET, false);
  expect(listed.book.isLoaded(TARGET)).toBe(false);
  listed.see(ON_CARD);
  expect(listed.book.isLoaded(TARGET)).toBe(true);
});

test("models: a list strikes out what was broken off, when the request can be on its way no more", () => {
  for (const [ms, left] of [
    [999, 1],
    [1000, 0],
  ] as const) {
    const { time, book, see } = bookOf();
    book.sent(TARGET);
    book.rested(TARGET, false);
    time.now += ms;
    see({ name: "other:7b", gpuMib: 5000 });
    expect(book.all(), `${ms}`).toHaveLength(left);
  }
});

test("models: one that the server evicted is not taken for loaded until its keep-alive ends", () => {
  const others = [
    [],
    [{ name: "other:7b", gpuMib: 5000 }],
    [{ name: "qwen3.5:4b", gpuMib: 0 }],
  ] as const;
  for (const models of others) {
    const { time, book, see } = bookOf();
    book.sent(TARGET);
    book.rested(TARGET, true);
    expect(book.isLoaded(TARGET)).toBe(true);
    time.now = 5000;
    see(...models);
    expect(book.isLoaded(TARGET)).toBe(false);
    expect(book.all()).toEqual([]);
  }
});

test("models: the keep-alive counts until a list says more", () => {
  const { time, book, see } = bookOf();
  book.sent(TARGET);
  book.rested(TARGET, true);
  see(ON_CARD);
  time.now = 299_999;
  expect(book.isLoaded(TARGET)).toBe(true);
  time.now = 300_000;
  expect(book.isLoaded(TARGET)).toBe(false);
  see(ON_CARD);
  expect(book.isLoaded(TARGET)).toBe(true);
});

test("models: while a job is under way no list strikes its model out", () => {
  const { time, book, see } = bookOf();
  book.sent(TARGET);
  time.now += 60_000;
  see();
  expect(book.all()).toHaveLength(1);
  book.rested(TARGET, true);
  time.isBusy = true;
  time.now += 1;
  see();
  expect(book.isLoaded(TARGET)).toBe(true);
});

test("models: a list that was asked for before the request says nothing about it", () => {
  const { time, book } = bookOf();
  time.now = 10;
  book.sent(TARGET);
  book.see({ address: TARGET.address, beganAt: 9, models: [ON_CARD] });
  expect(book.isLoaded(TARGET)).toBe(false);
});

test("models: another server's list says nothing about this one", () => {
  const { time, book } = bookOf();
  book.sent(TARGET);
  book.rested(TARGET, true);
  time.now = 10;
  book.see({ address: "http://127.0.0.1:9999", beganAt: 10, models: [] });
  expect(book.isLoaded(TARGET)).toBe(true);
});

test("models: what no request loads is in no book", () => {
  for (const change of [{ protocol: "openai" }, { provider: "cloud" }] as const) {
    const { book } = bookOf();
    book.sent({ ...TARGET, ...change });
    book.rested({ ...TARGET, ...change }, true);
    expect(book.all()).toEqual([]);
  }
});

test("work: a job that was broken off, timed out or failed leaves its model in the book", async () => {
  const ends = [
    { said: { afterMs: 60_000 }, isAborted: true },
    { said: { afterMs: 400_000 }, isAborted: false },
    { said: { failure: "server_error" }, isAborted: false },
  ] as const;
  for (const { said, isAborted } of ends) {
    const work = virtualWork();
    const end = new AbortController();
    work.say((target) => (target.rung === "nominal" ? said : {}));
    const answer = work.engine.complete(jobOf({ signal: end.signal }));
    await work.clock.pass(1000);
    if (isAborted) end.abort();
    await work.clock.pass(400_000);
    await answer;
    const [first] = work.engine.queue.models.all();
    expect(first).toMatchObject({ rung: "nominal", device: "gpu" });
    expect(work.engine.queue.models.isLoaded(first as Target)).toBe(false);
  }
});

test("work: a model that was evicted for others asks for its room again", async () => {
  for (const [isEvicted, rung] of [
    [false, "nominal"],
    [true, "smallModel"],
  ] as const) {
    const work = virtualWork();
    const scene = async () => {
      const answer = work.engine.complete(jobOf());
      await work.clock.pass(1000);
      return answer;
    };
    expect(await scene()).toMatchObject({ receipt: { rung: "nominal" } });
    const [first] = work.asked as [Target];
    const models = isEvicted ? [] : [{ name: first.model, gpuMib: 7000 }];
    const { address } = first;
    work.engine.queue.models.see({ address, beganAt: work.clock.now(), models });
    // 20,480 × 0.85 = 17,408: beside 11,000 there is no room for a load of the 9b.
    work.beat({ used: 11_000 });
    expect(await scene()).toMatchObject({ receipt: { rung } });
  }
});

test("work: a server that could not load, or is not there, leaves nothing in the book", async () => {
  for (const failure of ["oom", "refused", "not_pulled"] as const) {
    const work = virtualWork();
    work.say((target) => (target.rung === "nominal" ? { failure } : {}));
    const answer = work.engine.complete(jobOf());
    await work.clock.pass(10);
    await answer;
    const known = work.engine.queue.models.all();
    expect(known.map(({ rung }) => rung)).not.toContain("nominal");
  }
});
