/** A stretch of the past over HTTP: curves and bands of a real runtime, and what is refused. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HistoryView } from "../src/replay/history.ts";
import type { Runtime } from "../src/runtime-types.ts";
import { type Service, startService } from "./http-helper.ts";
import { live } from "./support/live.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
  for (const ok of [true, false])
    await service.ask("/api/runtime/tasks", {
      method: "POST",
      body: { task: "vision", provider: "local", ok },
    });
  await service.ask("/api/runtime/policy/degrade", { method: "POST", body: { rung: "shed" } });
});
afterAll(async () => {
  await service.stop();
});

async function historyOf(query = ""): Promise<HistoryView> {
  const answer = await service.ask(`/api/runtime/history${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.json as unknown as HistoryView;
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

test("history: is that of the whole log, and its bands lead to the entries that began them", async () => {
  const view = await historyOf();
  const { json: log } = await service.ask("/api/runtime/log");
  const { first_seq, first_at, last_seq, last_at } = log;
  expect(view.log).toEqual({ first_seq, first_at, last_seq, last_at });
  expect([view.since, view.until, view.source]).toEqual([first_at, last_at, "readings"]);
  expect(view.at[0]).toBe(first_at);
  for (const list of [view.cpu_used_percent.min, view.tasks.failed, view.memory_available_mib.max])
    expect(list).toHaveLength(view.at.length);
  expect([sum(view.tasks.finished), sum(view.tasks.failed)]).toEqual([1, 1]);
  const last = view.bands.at(-1);
  expect(last).toMatchObject({ rung: "shed", code: "MANUAL_HOLD" });
  const { json: entry } = await service.ask(`/api/runtime/events/${last?.seq}`);
  expect(entry).toMatchObject({ type: "transition", at: last?.at, data: { to: last?.profile } });
});

test("history: since and until are ms, times and durations, and points bounds the buckets", async () => {
  const { log } = await historyOf();
  const [first, last] = [log.first_at as number, log.last_at as number];
  for (const since of [String(first), new Date(first).toISOString(), `-${last - first}ms`]) {
    const view = await historyOf(`?since=${since}&until=${last + 100_000}&points=10`);
    expect([view.since, view.until, view.at.length]).toEqual([first, last + 100_000, 10]);
    expect(view.bucket_ms * 10).toBeGreaterThan(view.until - view.since);
  }
  expect((await historyOf("?points=2000")).at.length).toBeLessThanOrEqual(2000);
});

test("history: what is no time and no number of points is refused with a remedy", async () => {
  for (const [query, words] of [
    ["points=9", ['"points" in the query', ">= 10", "got 9"]],
    ["points=1", ["points", ">= 10"]],
    ["points=2001", ["points", "<= 2000"]],
    ["points=many", ["points", "many"]],
    ["since=5&until=4", ["since at or before until", '"5"', '"4"']],
    ["since=-1m&until=-2m", ["since at or before until", "-1m", "-2m"]],
    ["since=soon", ["in since", "soon", "milliseconds since 1970", "-10m"]],
    ["until=2026-13-01", ["in until", "2026-13-01"]],
    ["since=99999999999999999", ["in since", "99999999999999999"]],
    ["at=5", ["at", "known: since, until, points"]],
  ] as const) {
    const answer = await service.ask(`/api/runtime/history?${query}`);
    expect([query, answer.status, answer.json["code"]]).toEqual([query, 400, "RP_REQUEST"]);
    for (const word of words) expect(answer.json["detail"], query).toContain(word);
  }
  for (const points of [9, 2001, 10.5])
    await expect(service.runtime.history({ points })).rejects.toMatchObject({
      code: "RP_REQUEST",
      message: `Expected points to be a whole number from 10 to 2000, got ${points}.`,
    });
});

test("history: a runtime that was stopped and started again was stopped in between", async () => {
  const first = await live();
  const { dataFolder } = first;
  await first.stop();
  await expect(first.history()).rejects.toMatchObject({ code: "RP_STOPPED" });
  const second = await live({ dataFolder });
  const [stop] = second.events({ type: "runtime.stopped" }).events;
  const starts = second.events({ type: "runtime.started" }).events;
  const { bands } = await second.history();
  const place = bands.findIndex(({ profile }) => profile === "stopped");
  expect(bands[place]).toMatchObject({ at: stop?.at, seq: stop?.seq, rung: null });
  expect(bands[place + 1]).toMatchObject({
    at: starts[1]?.at,
    profile: bands[place - 1]?.profile,
  });
});

test("history: at most four are made at once, and a fifth is told when to ask again", async () => {
  const begun = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  let running = 0;
  const slow = (runtime: Runtime): Runtime => ({
    ...runtime,
    history: async (request, slices) => {
      running += 1;
      if (running === 4) begun.resolve();
      await open.promise;
      return runtime.history(request, slices);
    },
  });
  const busy = await startService({}, slow);
  const four = [1, 2, 3, 4].map(() => busy.ask("/api/runtime/history"));
  await begun.promise;
  const fifth = await busy.ask("/api/runtime/history");
  expect([fifth.status, fifth.json["code"], fifth.headers["retry-after"]]).toEqual([
    503,
    "RP_BUSY",
    "5",
  ]);
  expect(fifth.json["detail"]).toContain("At most 4");
  open.resolve();
  expect((await Promise.all(four)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect((await busy.ask("/api/runtime/history")).status).toBe(200);
  await busy.stop();
});
