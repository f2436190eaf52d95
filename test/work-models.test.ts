/** The book of our own models: what a request, an answer, an end and the server's list make of it. */
import { expect, test } from "vitest";
import { RuntimeProfileError } from "../src/domain/error.ts";
import type { Target } from "../src/domain/job.ts";
import type { ListedModel } from "../src/effects/loaded-models.ts";
import type { Entry } from "../src/log/entry.ts";
import { earlierWork } from "../src/runtime-earlier-work.ts";
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
  const time = { now: 0, isBusy: false, worked: "" };
  const book = createModels({
    clock: { now: () => time.now },
    keepAliveMs: 300_000,
    list: async () => null,
    workedBefore: (model) => model === time.worked,
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

test("models: a server that does not tell leaves the newest list unknown and strikes nothing out", () => {
  const { book, see } = bookOf();
  book.sent(TARGET);
  book.rested(TARGET, true);
  see(ON_CARD);
  book.miss();
  expect(book.newest()).toBeNull();
  expect(book.isLoaded(TARGET)).toBe(true);
  see(ON_CARD);
  expect(book.newest()?.models).toEqual([ON_CARD]);
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

test("work: a server that could not load, or is not there, leaves a doubt that its list settles", async () => {
  for (const failure of ["oom", "refused", "not_pulled"] as const) {
    const work = virtualWork();
    const { models } = work.engine.queue;
    const scene = async () => {
      const answer = work.engine.complete(jobOf());
      await work.clock.pass(2000);
      return answer;
    };
    await scene();
    const [first] = work.asked as [Target];
    expect(models.isLoaded(first)).toBe(true);
    work.say((target) => (target.rung === "nominal" ? { failure } : {}));
    await scene();
    expect(models.isLoaded(first)).toBe(false);
    const { address } = first;
    models.see({ address, beganAt: work.clock.now(), models: [{ name: first.model, gpuMib: 9 }] });
    expect(models.isLoaded(first)).toBe(true);
    models.see({ address, beganAt: work.clock.now(), models: [] });
    expect(models.all().map(({ rung }) => rung)).not.toContain("nominal");
  }
});

test("work: whether a model stood there is asked before its first request, and only then", async () => {
  const work = virtualWork();
  const looks: number[] = [];
  work.list(() => {
    looks.push(work.asked.length);
    return [{ name: "qwen3.5:9b", gpuMib: 6200 }];
  });
  const answers = [work.engine.complete(jobOf()), work.engine.complete(jobOf())];
  await work.clock.pass(10);
  await Promise.all(answers);
  expect(looks).toEqual([0]);
  expect(work.engine.queue.models.stoodThere(work.asked[0] as Target)).toBe(true);
});

test("work: a caller who leaves while Ollama is asked sends nothing", async () => {
  const work = virtualWork();
  const end = new AbortController();
  work.list(() => {
    end.abort();
    return [];
  });
  const answer = work.engine.complete(jobOf({ signal: end.signal }));
  await work.clock.pass(10);
  expect(await answer).toEqual({ ok: false, isAborted: true });
  expect(work.asked).toEqual([]);
  expect(work.engine.queue.models.all()).toEqual([]);
  expect(work.engine.queue.running()).toEqual([]);
});

test("models: what an earlier process of ours left there is ours", () => {
  const { time, book, see } = bookOf();
  time.worked = TARGET.model;
  see(ON_CARD);
  book.sent(TARGET);
  expect(book.stoodThere(TARGET)).toBe(false);
});

test("models: the log says with what an earlier process worked, for as long as its keep-alive", () => {
  const time = { now: 0 };
  const outcome = (at: number, data: object) => ({ at, actor: "runtime", data }) as Entry;
  const log = {
    read: () => [
      outcome(3000, { provider: "cloud", model: "far:1b", ok: true }),
      outcome(2000, { provider: "local", model: "broken:1b", ok: false }),
      outcome(1000, { provider: "local", model: "moondream", ok: true }),
      outcome(1000, { provider: "local", model: null, ok: true }),
    ],
  };
  const workedBefore = earlierWork({ log, now: () => time.now, keepAliveMs: 300_000 });
  time.now = 301_000;
  expect(["moondream:latest", "far:1b", "broken:1b"].map(workedBefore)).toEqual([
    true,
    false,
    false,
  ]);
  time.now = 301_001;
  expect(workedBefore("moondream")).toBe(false);
});

test("models: what stood there before the first request is somebody else's, in whatever way we use it", () => {
  const { time, book, see } = bookOf();
  const onCpu: Target = { ...TARGET, device: "cpu", meter: "memory" };
  see(ON_CARD);
  book.sent(TARGET);
  book.rested(TARGET, true);
  expect(book.stoodThere(TARGET)).toBe(true);
  time.now = 10;
  see({ ...ON_CARD, gpuMib: 0 });
  book.sent(onCpu);
  expect(book.stoodThere(onCpu)).toBe(true);
  const ours = bookOf();
  ours.see();
  ours.book.sent(TARGET);
  ours.book.rested(TARGET, true);
  ours.see(ON_CARD);
  ours.book.sent(onCpu);
  expect([TARGET, onCpu].map((target) => ours.book.stoodThere(target))).toEqual([false, false]);
});

test("models: one that was put beside the card is there and awaited no more", async () => {
  const { time, book, see } = bookOf();
  book.sent(TARGET);
  see();
  expect(book.awaited()).toEqual([TARGET]);
  time.now += 5000;
  see({ name: "qwen3.5:4b", gpuMib: 0 });
  expect(book.awaited()).toEqual([]);
  expect(book.isLoaded(TARGET)).toBe(false);
});

test("models: what lies beside the card stood in nobody's way there", () => {
  const { book, see } = bookOf();
  see({ name: "qwen3.5:4b", gpuMib: 0 });
  book.sent(TARGET);
  expect(book.stoodThere(TARGET)).toBe(false);
});

test("models: a busy one is not forgotten, and a list of before it was forgotten says nothing", () => {
  const { time, book, see } = bookOf();
  see(ON_CARD);
  book.sent(TARGET);
  time.isBusy = true;
  book.forget(TARGET);
  time.isBusy = false;
  book.rested(TARGET, true);
  expect(book.stoodThere(TARGET)).toBe(true);
  time.now += 1000;
  book.forget(TARGET);
  book.sent(TARGET);
  expect(book.stoodThere(TARGET)).toBe(false);
});

test("models: a list does not make sure of one way to load a model for another way", () => {
  const { time, book, see } = bookOf();
  const wide = { ...TARGET, num_ctx: 32_768, footprint_mib: 12_000 };
  book.sent(TARGET);
  book.rested(TARGET, true);
  book.sent(wide);
  time.now += 500;
  see(ON_CARD);
  expect([book.isLoaded(TARGET), book.isLoaded(wide)]).toEqual([true, false]);
});

test("models: a log that cannot be read, and work that others reported, say nothing of ours", () => {
  const damaged = new RuntimeProfileError("RP_LOG_DAMAGED", "Expected JSON at seq 3.");
  const unreadable = {
    read: () => {
      throw damaged;
    },
  };
  const now = () => 1000;
  expect(earlierWork({ log: unreadable, now, keepAliveMs: 5000 })("m")).toBe(false);
  const data = { provider: "local", model: "m", ok: true };
  const by = (actor: string) => ({ read: () => [{ at: 0, actor, data } as unknown as Entry] });
  expect(earlierWork({ log: by("runtime"), now, keepAliveMs: 5000 })("m")).toBe(true);
  expect(earlierWork({ log: by("api"), now, keepAliveMs: 5000 })("m")).toBe(false);
});
