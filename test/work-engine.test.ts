import { expect, test } from "vitest";
import type { Target } from "../src/domain/job.ts";
import type { ModelEvent } from "../src/effects/model-client.ts";
import type { WorkAnswer, WorkStream } from "../src/runtime-work-types.ts";
import { ALLOWED, jobOf, type VirtualWork, virtualWork } from "./support/virtual-work.ts";

/** Runs a job to its end and tells where it went. */
async function done(work: VirtualWork, change: Parameters<typeof jobOf>[0] = {}, ms = 400_000) {
  const answer = work.engine.complete(jobOf(change));
  await work.clock.pass(ms);
  return answer;
}

const rungsOf = (targets: readonly Target[]) => targets.map(({ rung }) => rung);

function refusalOf(answer: WorkAnswer | WorkStream) {
  if (answer.ok || answer.isAborted) throw new Error("Expected a refusal.");
  return answer.refusal;
}

test("work: a job runs where the runtime stands, with a receipt that says why", async () => {
  const work = virtualWork();
  const answer = await done(work);
  expect(answer).toMatchObject({
    ok: true,
    receipt: {
      provider: "local",
      model: "qwen3.5:9b",
      device: "gpu",
      tier: "LOCAL_GPU_HIGH",
      rung: "nominal",
      reason: "HOST_DETECTED",
      seq: 1000,
      waited_ms: 0,
      attempts: [],
    },
  });
  expect(work.outcomes).toEqual([
    { task: "vision", provider: "local", model: "qwen3.5:9b", ok: true, failure: null },
  ]);
  expect(work.engine.view()).toMatchObject({
    running: [],
    waiting: [],
    reserved: { vram_mib: 0, memory_mib: 0 },
    counts: { done: 1, failed: 0, refused: 0, aborted: 0, moved: 0 },
  });
});

test("work: out of memory on the card goes on below it, once per place", async () => {
  const work = virtualWork();
  work.say(({ device }) => (device === "gpu" ? { failure: "oom" } : {}));
  const answer = await done(work);
  expect(rungsOf(work.asked)).toEqual(["nominal", "cpu"]);
  expect(work.story.state.chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(answer).toMatchObject({
    ok: true,
    receipt: { rung: "cpu", device: "cpu", reason: "ATTEMPT_FAILED", seq: 1 },
  });
  expect(answer.ok && answer.receipt.attempts).toEqual([
    {
      rung: "nominal",
      provider: "local",
      model: "qwen3.5:9b",
      failure: "oom",
      seq: 1,
      message: "scripted oom",
    },
  ]);
});

test.each(["timeout", "refused", "server_error", "not_pulled"] as const)(
  "work: %s tries every place once, then says so",
  async (failure) => {
    const work = virtualWork({ cloud: ALLOWED });
    work.say(() => ({ failure }));
    const refusal = refusalOf(await done(work));
    expect(rungsOf(work.asked)).toEqual(["nominal", "smallModel", "cpu", "cloud"]);
    expect(refusal).toMatchObject({ kind: "failed", failure, rung: "nominal" });
    expect(work.outcomes.map(({ ok }) => ok)).toEqual([false, false, false, false]);
  },
);

test.each(["bad_request", "context"] as const)(
  "work: %s goes back to the caller and counts against nobody",
  async (failure) => {
    const work = virtualWork({ cloud: ALLOWED });
    work.say(() => ({ failure }));
    for (let job = 0; job < 10; job += 1) {
      expect(refusalOf(await done(work))).toMatchObject({ kind: "failed", failure });
    }
    expect(rungsOf(work.asked)).toEqual(Array(10).fill("nominal"));
    expect(work.story.state.chart.state.tasks).toBe("healthy");
  },
);

test("work: a load is waited for at the same place", async () => {
  const work = virtualWork();
  let times = 0;
  work.say(() => {
    times += 1;
    return times < 5 ? { failure: "loading" } : {};
  });
  const answer = await done(work);
  expect(rungsOf(work.asked)).toEqual(Array(5).fill("nominal"));
  expect(answer).toMatchObject({ ok: true, receipt: { rung: "nominal", attempts: [] } });
  expect(work.outcomes).toHaveLength(1);
});

test("work: a load that takes longer than a first token may goes on elsewhere", async () => {
  const work = virtualWork({ settings: { first_token_ms: 10_000 } });
  work.say(({ rung }) => (rung === "nominal" ? { failure: "loading" } : {}));
  const answer = await done(work);
  expect(answer).toMatchObject({ ok: true, receipt: { rung: "smallModel" } });
  expect(work.outcomes[0]).toMatchObject({ ok: false, failure: "loading" });
});

test("work: a quota answer closes the cloud for as long as it says", async () => {
  const work = virtualWork({ cloud: ALLOWED });
  work.say(({ provider }) =>
    provider === "cloud" ? { failure: "quota", retryAfterMs: 90_000 } : {},
  );
  const plan = await done(work, { role: "planning" }, 1000);
  expect(work.asked.map(({ provider }) => provider)).toEqual(["cloud", "local"]);
  expect(plan).toMatchObject({
    ok: true,
    receipt: { provider: "local", reason: "ATTEMPT_FAILED" },
  });
  expect(work.engine.view().cloud_closed_until).toBe(90_000);
  expect(work.story.state.chart.state.cloud).toBe("unreachable");
  await done(work, { role: "planning" }, 88_000);
  expect(work.asked.at(-1)?.provider).toBe("local");
  await work.clock.pass(2000);
  expect(work.story.state.chart.state.cloud).toBe("reachable");
  work.say(() => ({}));
  expect(await done(work, { role: "planning" }, 10)).toMatchObject({
    ok: true,
    receipt: { provider: "cloud", model: "deepseek-chat" },
  });
});

test("work: without consent nothing is sent to the cloud, and the answer says how to allow it", async () => {
  const work = virtualWork({ cloud: { ...ALLOWED, vision: "never" } });
  work.say(() => ({ failure: "refused" }));
  const refusal = refusalOf(await done(work));
  expect(rungsOf(work.asked)).toEqual(["nominal", "smallModel", "cpu"]);
  expect(refusal.kind).toBe("failed");
  work.story.send({ type: "degrade.requested", rung: "cloud" });
  expect(refusalOf(await done(work))).toMatchObject({ kind: "consent" });
  expect(work.asked.every(({ provider }) => provider === "local")).toBe(true);
});

test("work: local only passes the cloud over where everybody else may use it", async () => {
  const work = virtualWork({ cloud: ALLOWED });
  work.story.send({ type: "degrade.requested", rung: "cloud" });
  expect(refusalOf(await done(work, { isLocalOnly: true }))).toMatchObject({ kind: "consent" });
  expect(await done(work)).toMatchObject({ ok: true, receipt: { provider: "cloud" } });
  expect(work.announced).toHaveLength(1);
});

test("work: while new work is refused the answer says when to ask again", async () => {
  const work = virtualWork();
  work.story.send({ type: "degrade.requested", rung: "shed" });
  expect(refusalOf(await done(work))).toMatchObject({
    kind: "no_target",
    rung: "shed",
    reason: "MANUAL_HOLD",
    retry_after_ms: 60_000,
  });
});

test("work: the model takes one job at a time, the others wait in their order", async () => {
  const work = virtualWork();
  work.say(() => ({ afterMs: 1000 }));
  const order: number[] = [];
  const jobs = [0, 1, 2].map((job) =>
    work.engine.complete(jobOf()).then((answer) => {
      order.push(job);
      return answer;
    }),
  );
  await work.clock.pass(500);
  expect(work.engine.view()).toMatchObject({
    running: [{ target: { model: "qwen3.5:9b" } }],
    waiting: [{ target: null }, { target: null }],
    queue: { length: 2, longest_wait_ms: 500 },
  });
  expect(work.open()).toBe(1);
  await work.clock.pass(3000);
  expect(order).toEqual([0, 1, 2]);
  const waits = (await Promise.all(jobs)).map((each) => (each.ok ? each.receipt.waited_ms : null));
  expect(waits).toEqual([0, 1000, 2000]);
});

test("work: a full queue refuses, a deadline ends the wait, an abort leaves at once", async () => {
  const work = virtualWork({ settings: { queue_limit: 2, wait_ms: 500 } });
  work.say(() => ({ afterMs: 10_000 }));
  const end = new AbortController();
  const running = work.engine.complete(jobOf());
  const late = work.engine.complete(jobOf());
  const gone = work.engine.complete(jobOf({ signal: end.signal }));
  const turnedAway = work.engine.complete(jobOf());
  await work.clock.pass(100);
  expect(refusalOf(await turnedAway)).toMatchObject({ kind: "queue_full", waited_ms: 0 });
  end.abort();
  expect(await gone).toEqual({ ok: false, isAborted: true });
  await work.clock.pass(500);
  expect(refusalOf(await late)).toMatchObject({ kind: "deadline", waited_ms: 500 });
  await work.clock.pass(10_000);
  expect((await running).ok).toBe(true);
  expect(work.clock.waiting).toBe(0);
});

test("work: others' use moves a job that needs a load to the smaller model", async () => {
  const work = virtualWork();
  // 20,480 MiB × 0.85 = 17,408; the 9b needs some 7.9 GB, the 4b some 4.4 GB.
  work.beat({ used: 11_000 });
  const answer = await done(work);
  expect(answer).toMatchObject({
    ok: true,
    receipt: { rung: "smallModel", reason: "NO_ROOM_NOW" },
  });
  expect(work.story.state.chart.state.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("work: a model that is loaded already needs no further room", async () => {
  const work = virtualWork();
  await done(work, {}, 1000);
  work.beat({ used: 16_000, own: 5000 });
  expect(await done(work, {}, 1000)).toMatchObject({ ok: true, receipt: { rung: "nominal" } });
});

test("work: our own work under way is waited for, not stepped down for", async () => {
  const work = virtualWork();
  work.say(() => ({ afterMs: 1000 }));
  work.beat({ used: 9000 });
  const plan = work.engine.complete(jobOf({ role: "planning" }));
  await work.clock.pass(10);
  const held = work.engine.view().reserved.vram_mib;
  expect(held).toBeGreaterThan(7000);
  const scene = work.engine.complete(jobOf());
  await work.clock.pass(10);
  expect(work.engine.view().queue.length).toBe(1);
  await work.clock.pass(3000);
  expect((await plan).ok && (await scene).ok).toBe(true);
});

test("work: before the first reading a job waits, and goes with it", async () => {
  const work = virtualWork({ beats: 0 });
  const answer = work.engine.complete(jobOf());
  await work.clock.pass(2000);
  expect(work.asked).toEqual([]);
  work.beat();
  await work.clock.pass(10);
  expect(await answer).toMatchObject({ ok: true, receipt: { waited_ms: 2000 } });
});

test("work: with the policy left out the best model is used wherever the runtime stands", async () => {
  const work = virtualWork();
  work.story.send({ type: "degrade.requested", rung: "shed" });
  expect(await done(work, { usesPolicy: false })).toMatchObject({
    ok: true,
    receipt: { rung: "nominal", model: "qwen3.5:9b", reason: "POLICY_LEFT_OUT" },
  });
});

test("work: a caller who goes away frees the model at once and says nothing about it", async () => {
  const work = virtualWork();
  work.say(() => ({ afterMs: 10_000 }));
  const end = new AbortController();
  const answer = work.engine.complete(jobOf({ signal: end.signal }));
  await work.clock.pass(100);
  expect(work.open()).toBe(1);
  end.abort();
  await work.clock.pass(0);
  expect(work.open()).toBe(0);
  expect(await answer).toEqual({ ok: false, isAborted: true });
  expect(work.outcomes).toEqual([]);
  expect(work.engine.queue.running()).toEqual([]);
});

test("work: a stream goes elsewhere before its first token and never after it", async () => {
  const work = virtualWork();
  work.say(({ rung }) => (rung === "nominal" ? { failure: "oom" } : { failure: "oom", pieces: 3 }));
  const stream = work.engine.stream(jobOf());
  await work.clock.pass(1000);
  const begun = await stream;
  if (!begun.ok) throw new Error("Expected a stream.");
  expect(begun.receipt).toMatchObject({ rung: "cpu", attempts: [{ failure: "oom" }] });
  const events: ModelEvent[] = [];
  for await (const event of begun.events) events.push(event);
  expect(events.map(({ type }) => type)).toEqual(["chunk", "chunk", "chunk", "failed"]);
  expect(rungsOf(work.asked)).toEqual(["nominal", "cpu"]);
  expect(work.outcomes.map(({ failure }) => failure)).toEqual(["oom", "oom"]);
  expect(work.engine.queue.running()).toEqual([]);
});

test("work: a stream that nobody reads on gives its place back", async () => {
  const work = virtualWork();
  const unread = new AbortController();
  const streams = [
    work.engine.stream(jobOf()),
    work.engine.stream(jobOf({ signal: unread.signal })),
  ];
  await work.clock.pass(10);
  const first = await streams[0];
  if (first?.ok !== true) throw new Error("Expected a stream.");
  const iterator = first.events[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.return?.();
  await work.clock.pass(10);
  expect((await streams[1])?.ok).toBe(true);
  expect(work.engine.queue.running()).toHaveLength(1);
  unread.abort();
  await work.clock.pass(0);
  expect(work.engine.queue.running()).toEqual([]);
  expect(work.open()).toBe(0);
  expect(work.engine.view().counts).toMatchObject({ aborted: 2, done: 0 });
});

test("work: the end of the runtime refuses who waits and ends what runs", async () => {
  const work = virtualWork();
  work.say(() => ({ afterMs: 10_000 }));
  const running = work.engine.complete(jobOf());
  const waiting = work.engine.complete(jobOf());
  await work.clock.pass(10);
  work.engine.close();
  await work.clock.pass(0);
  expect(await running).toEqual({ ok: false, isAborted: true });
  expect(refusalOf(await waiting)).toMatchObject({ kind: "stopped" });
  expect(refusalOf(await done(work))).toMatchObject({ kind: "stopped" });
  expect(work.clock.waiting).toBe(0);
});

test("work: a stream that the runtime ends is told as broken off, never as complete", async () => {
  for (const read of [0, 1, 2]) {
    const work = virtualWork();
    work.say(() => ({ pieces: 5 }));
    const begun = work.engine.stream(jobOf());
    await work.clock.pass(100);
    const stream = await begun;
    if (!stream.ok) throw new Error("Expected a stream.");
    const events = stream.events[Symbol.asyncIterator]();
    for (let piece = 0; piece < read; piece += 1) await events.next();
    work.engine.close();
    const rest: ModelEvent[] = [];
    for (let next = await events.next(); next.done !== true; next = await events.next()) {
      rest.push(next.value);
    }
    const last = rest.at(-1);
    expect(last, `${read}`).toMatchObject({ type: "failed", failure: { failure: "aborted" } });
    expect(rest.filter(({ type }) => type === "failed")).toHaveLength(1);
  }
});

test("work: a picture waits for the first reading instead of leaving for the cloud", async () => {
  const work = virtualWork({ beats: 0, cloud: ALLOWED });
  const answer = work.engine.complete(jobOf());
  await work.clock.pass(2000);
  expect(work.asked).toEqual([]);
  work.beat();
  await work.clock.pass(10);
  expect(await answer).toMatchObject({ ok: true, receipt: { provider: "local", rung: "nominal" } });
});

test("work: a loaded model with work under way weighs on the card for the next one", async () => {
  const work = virtualWork();
  await done(work, {}, 1000);
  work.say(() => ({ afterMs: 1000 }));
  // Others 9,000; the 9b is in Ollama's share, and still it needs its room beside the planner's.
  const plan = work.engine.complete(jobOf());
  work.beat({ used: 9000 + 7000, own: 7000 });
  await work.clock.pass(10);
  const held = work.engine.view().reserved.vram_mib;
  expect(held).toBeGreaterThan(7000);
  work.story.send({ type: "degrade.requested", rung: "smallModel" });
  const scene = work.engine.complete(jobOf());
  await work.clock.pass(10);
  expect(work.engine.view().queue.length).toBe(1);
  await work.clock.pass(3000);
  expect((await plan).ok && (await scene).ok).toBe(true);
});

test("work: a quota that is told inside a stream closes the cloud too", async () => {
  const work = virtualWork({ cloud: ALLOWED });
  work.say(() => ({ failure: "quota", retryAfterMs: 90_000, pieces: 2 }));
  const stream = await (async () => {
    const begun = work.engine.stream(jobOf({ role: "planning" }));
    await work.clock.pass(10);
    return begun;
  })();
  if (!stream.ok) throw new Error("Expected a stream.");
  for await (const event of stream.events) if (event.type === "failed") break;
  expect(work.closings).toEqual([90_000]);
});
