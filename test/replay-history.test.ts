/** History of real logs: what it shows beside what every line of the log says. */
import { expect, test } from "vitest";
import { openLog } from "../src/log/sqlite-log.ts";
import type { LogStore } from "../src/log/store.ts";
import { type HistoryView, history, OPENED_BLOCKS_MAX } from "../src/replay/history.ts";
import { retainOnce } from "../src/runtime-retention.ts";
import { folderOfTest, logOfTest, record } from "./log-helper.ts";
import { type Told, toldLog } from "./support/told-log.ts";
import { MACHINE_HASH, writtenLog } from "./support/written-log.ts";

const DAY_MS = 86_400_000;

const STARTED = {
  type: "runtime.started",
  ...{ package_version: "0.0.0", xstate_version: "0.0.0", node: "v0.0.0" },
  ...{ machine_hash: MACHINE_HASH, policy_hash: null, resumed_from: 1 },
} as const;
const MINUTE_MS = 60_000;
const CARD_MIB = 20_480;

interface Asked {
  readonly since?: number;
  readonly until?: number;
  readonly points?: number;
}

function asked(log: LogStore, { since, until, points = 600 }: Asked = {}): HistoryView {
  const run = history(log, { since: since ?? null, until: until ?? null, points });
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

function told(folder = folderOfTest(), startAt = 1_000_000): Told {
  return toldLog({ folder, startAt });
}

/** Every reading of the log as its entries have it. */
function readingsOf(log: LogStore): { at: number; used: number; available: number }[] {
  const all = [];
  for (let after = 0; ; ) {
    const page = log.read({ type: "reading", after, limit: 1000 });
    for (const { at, data } of page) {
      const { vram, memory } = data as {
        vram: { used_mib: number };
        memory: { available_mib: number };
      };
      all.push({ at, used: vram.used_mib, available: memory.available_mib });
    }
    const last = page.at(-1);
    if (last === undefined) return all;
    after = last.seq;
  }
}

/** The envelopes as they follow from all readings, by going through them for each bucket. */
function slowly({ at, bucket_ms }: HistoryView, readings: ReturnType<typeof readingsOf>) {
  const inside = at.map((start) =>
    readings.filter((reading) => reading.at >= start && reading.at < start + bucket_ms),
  );
  const ends = (of: (reading: (typeof readings)[number]) => number) => ({
    min: inside.map((list) => (list.length === 0 ? null : Math.min(...list.map(of)))),
    max: inside.map((list) => (list.length === 0 ? null : Math.max(...list.map(of)))),
  });
  return {
    vram_used_percent: ends(({ used }) => Math.round((1000 * used) / CARD_MIB) / 10),
    memory_available_mib: ends(({ available }) => available),
  };
}

/** No reading of the stretch is outside the envelope of its bucket. */
function expectInside(view: HistoryView, log: LogStore): void {
  const exact = slowly(
    view,
    readingsOf(log).filter(({ at }) => at <= view.until),
  );
  for (const name of ["vram_used_percent", "memory_available_mib"] as const) {
    for (const [bucket, least] of exact[name].min.entries()) {
      if (least === null) continue;
      expect(view[name].min[bucket], `${name} ${bucket}`).toBeLessThanOrEqual(least);
      expect(view[name].max[bucket]).toBeGreaterThanOrEqual(exact[name].max[bucket] as number);
    }
  }
}

const shown = ({ bands }: HistoryView) =>
  bands.map(({ at, rung, profile }) => [at, rung ?? profile]);

test("history: of a whole log the envelopes are those of its readings, sealed or not", () => {
  const { log, beats } = writtenLog();
  beats(2500, (index) => 4000 + ((index * 37) % 900));
  expect([...log.blocks({ after: 0, before: 1e9 })].length).toBeGreaterThan(2);
  expect(log.unsealed().count).toBeGreaterThan(0);
  const view = asked(log, { points: 100 });
  const readings = readingsOf(log);
  expect(readings).toHaveLength(2500);
  expect(view).toMatchObject(slowly(view, readings));
  expect(view).toMatchObject({ source: "readings", vram_total_mib: CARD_MIB });
  expect(view.at).toHaveLength(100);
  expect([view.since, view.until]).toEqual([view.log.first_at, view.log.last_at]);
  const [from, to] = [readings[700], readings[1900]].map((reading) => reading?.at ?? 0);
  const part = asked(log, { since: from as number, until: to as number, points: 77 });
  const inside = readings.filter(({ at }) => at >= (from as number) && at <= (to as number));
  expect(part).toMatchObject(slowly(part, inside));
});

test("history: bands begin with each transition and with what was before the stretch", () => {
  const one = told();
  one.beats(30);
  one.beats(5, 19_600);
  one.beats(300);
  const { log } = one;
  const view = asked(log);
  const steps = log.read({ type: "transition", limit: 1000 });
  expect(steps.length).toBeGreaterThan(2);
  // The runtime detects its host in the millisecond of its start, so detecting takes no time.
  expect(view.bands.map(({ seq }) => seq)).toEqual(steps.map(({ seq }) => seq));
  for (const [index, { at, data }] of steps.entries()) {
    const { to, reason } = data as { to: string; reason: { code: string } };
    expect(view.bands[index]).toMatchObject({ at, profile: to, code: reason.code });
  }
  const [, down, up] = steps;
  const since = (down?.at ?? 0) + 1;
  const later = asked(log, { since, until: (up?.at ?? 0) - 1 });
  expect(later.bands).toEqual([{ ...view.bands[1], at: since }]);
  const exactly = asked(log, { since: down?.at ?? 0, until: up?.at ?? 0 });
  expect(exactly.bands).toEqual([view.bands[1], view.bands[2]]);
});

test("history: a stop, a crash and a sleep are no readings, and the first two are stopped", () => {
  const folder = folderOfTest();
  const first = told(folder);
  first.beats(10);
  first.tell({ type: "runtime.stopped", reason: "asked" });
  const stoppedAt = first.at();
  first.log.close();
  const second = told(folder, stoppedAt + 10 * MINUTE_MS);
  const startedAt = second.at();
  second.beats(10);
  const killedAt = second.at();
  second.log.close();
  const third = told(folder, killedAt + 10 * MINUTE_MS);
  third.beats(10);
  third.tell({ type: "clock.resumed", gap_ms: 10 * MINUTE_MS }, 10 * MINUTE_MS + 1000);
  third.beats(10);
  const { log } = third;
  const view = asked(log, { points: 2000 });
  expect(shown(view)).toEqual([
    [1_000_000, "nominal"],
    [stoppedAt, "stopped"],
    [startedAt, "nominal"],
    [killedAt, "stopped"],
    [killedAt + 10 * MINUTE_MS, "nominal"],
  ]);
  expect(view.bands.map(({ seq }) => seq === null)).toEqual([false, false, false, true, false]);
  const inside = asked(log, { since: stoppedAt + 1000, until: stoppedAt + 2000 });
  expect(shown(inside)).toEqual([[stoppedAt + 1000, "stopped"]]);
  expect(new Set(inside.memory_available_mib.min)).toEqual(new Set([null]));
  log.close();
});

test("history: where the log has more blocks than may be opened, seals tell, and leave out no reading", () => {
  const one = told();
  for (let block = 0; block < OPENED_BLOCKS_MAX + 5; block += 1) {
    one.beats(2, 3000 + ((block * 531) % 9000), 20_000 + ((block * 977) % 9000));
    if (block === 100) {
      one.tell({ type: "runtime.stopped", reason: "asked" });
      one.tell(STARTED, 1000 * MINUTE_MS);
    } else one.beat(4000, 40_000, 10 * MINUTE_MS);
  }
  const { log } = one;
  const view = asked(log, { points: 2000 });
  expect(view).toMatchObject({ source: "roll_ups", vram_total_mib: CARD_MIB });
  expectInside(view, log);
  // A stretch that ends inside a block, which is sealed only behind it.
  const [last] = [...log.blocks({ after: 0, before: Number.MAX_SAFE_INTEGER })].slice(-1);
  const cut = asked(log, { until: last?.first_at ?? 0, points: 2000 });
  expect(cut.source).toBe("roll_ups");
  expectInside(cut, log);
  const [, stopped, again] = view.bands;
  expect([stopped?.profile, again?.rung]).toEqual(["stopped", "nominal"]);
  // The block of the stop has readings on both sides of it, and none in between.
  const middle = view.at.findIndex((at) => at > (stopped?.at ?? 0) + 500 * MINUTE_MS);
  expect(view.memory_available_mib.max[middle]).toBeNull();
  const half = asked(log, { since: view.since, until: (stopped?.at ?? 0) - 1, points: 2000 });
  expect(half).toMatchObject({ source: "readings" });
  log.close();
});

test("history: where readings were removed their seals are left, and say so", async () => {
  const written = writtenLog();
  const { log, beats, wait, now, actor } = written;
  beats(2500, (index) => (index === 1200 ? 15_000 : 4000));
  const before = asked(log, { points: 50 });
  wait(8 * DAY_MS);
  const retention = { readings_days: 7, days: null, limit_mib: null };
  const { signal } = new AbortController();
  const parts = { log, actor, machineHash: MACHINE_HASH, retention, signal };
  await retainOnce({ ...parts, onRefused: () => expect.unreachable() }, now());
  expect(log.start().prunedReadings).toBeGreaterThan(1900);
  const range = { since: before.since, until: before.until };
  const after = asked(log, { ...range, points: 50 });
  expect([before.source, after.source]).toEqual(["readings", "roll_ups"]);
  expect(after.bands).toEqual(before.bands);
  const { max } = after.vram_used_percent;
  for (const [bucket, most] of before.vram_used_percent.max.entries())
    expect(max[bucket]).toBeGreaterThanOrEqual(most as number);
  expect(Math.max(...max.map(Number))).toBe(Math.max(...before.vram_used_percent.max.map(Number)));
  // Old entries are removed too: the log begins with a checkpoint, which says where it stood.
  const kept = { ...parts, retention: { ...retention, days: 1 } };
  await retainOnce({ ...kept, onRefused: () => expect.unreachable() }, now());
  expect(log.start().floor).not.toBeNull();
  const late = asked(log);
  expect(late.log.first_seq).toBe((log.start().floor?.seq ?? 0) + 1);
  expect(late.bands[0]).toMatchObject({
    profile: "LOCAL_GPU_HIGH.nominal",
    seq: null,
    at: late.since,
  });
});

test("history: tasks are counted in the bucket in which they ended", () => {
  const log = logOfTest();
  for (const [at, ok] of [
    [1000, true],
    [1099, false],
    [1100, true],
    [1999, false],
  ] as const)
    log.append(record({ type: "task.finished", at, task: "vision", provider: "local", ok }));
  const { tasks, bands } = asked(log, { points: 10 });
  expect(tasks.finished).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(tasks.failed).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(bands).toMatchObject([{ at: 1000, profile: "detecting" }]);
});

test("history: what was lost in a gap stands in the checkpoint behind it", () => {
  const one = told();
  one.beats(5);
  const { log } = one;
  const state = structuredClone(log.read({ type: "transition" })[0]?.data) as { to: string };
  expect(state.to).toBe("LOCAL_GPU_HIGH.nominal");
  const at = one.at() + MINUTE_MS;
  const profile = "LOCAL_GPU_HIGH.degraded.cpu";
  log.appendGap({
    gap: record({ type: "log.gap", at, lost: 3, reason: "disk full" }),
    checkpoint: { machine_hash: MACHINE_HASH, state: { chart: { state: { profile } } } },
    carried: [],
  });
  log.append(record({ type: "editor.changed", at: at + MINUTE_MS, running: false }));
  const view = asked(log);
  expect(view.bands.at(-1)).toMatchObject({ at, profile, rung: "cpu", code: null });
  expect(asked(log, { since: at + 1000 }).bands).toMatchObject([{ at: at + 1000, profile }]);
  log.close();
});

test("history: outside the log there is nothing, and an empty log is a history of nothing", () => {
  const one = told();
  one.beats(5);
  const { log } = one;
  const before = asked(log, { since: 0, until: 999_999 });
  expect(before.bands).toEqual([]);
  expect(new Set(before.vram_used_percent.max)).toEqual(new Set([null]));
  const after = asked(log, { since: one.at() + 1, until: one.at() + 1000 });
  expect(shown(after)).toEqual([[one.at() + 1, "nominal"]]);
  expect(new Set(after.vram_used_percent.max)).toEqual(new Set([null]));
  log.close();
  const { log: empty } = openLog({ folder: folderOfTest(), mode: "write" });
  expect(asked(empty)).toMatchObject({ bands: [], at: [0], log: { first_seq: null } });
  empty.close();
});
