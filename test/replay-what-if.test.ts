/** What-if on real logs that an actor wrote: the same history under other settings and on other hosts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Host } from "../src/domain/host.ts";
import { profileDocumentOf } from "../src/domain/profile-document.ts";
import { openLog } from "../src/log/sqlite-log.ts";
import { PRUNED_EFFECT } from "../src/log/store.ts";
import type { Progress } from "../src/replay/verify.ts";
import { whatIf } from "../src/replay/what-if.ts";
import { changesOf, type WhatIfRequest } from "../src/replay/what-if-changes.ts";
import type { WhatIfView } from "../src/replay/what-if-view.ts";
import { machineHashOf } from "../src/runtime-start.ts";
import { bareFile, folderOfTest, record } from "./log-helper.ts";
import { CARD, configurationWith, hostWith } from "./support/stories.ts";
import { type Told, type ToldOptions, tellPlato, toldLog } from "./support/told-log.ts";

const SOFT_MIB = 18_000;
const HARD_MIB = 19_600;

function told(options: Partial<ToldOptions> = {}): Told {
  const one = toldLog({ folder: folderOfTest(), ...options });
  onTestFinished(() => one.log.close());
  return one;
}

/** Calm, a soft pressure of 20 s, calm for 20 minutes, a hard sample, calm. */
function troubled(one = told()): Told {
  one.beats(30);
  one.beats(20, SOFT_MIB);
  one.beats(1200);
  one.beats(5, HARD_MIB);
  one.beats(1200);
  return one;
}

function asked({ log }: Pick<Told, "log">, request: WhatIfRequest = {}): WhatIfView {
  const run = whatIf({ log, machineHash: machineHashOf(), changes: changesOf(request) });
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

function profileOf(change: Partial<Host>) {
  return profileDocumentOf(hostWith(change), null);
}

/** When each band begins, and its rung, or what it is instead of one. */
const bandsOf = ({ bands }: WhatIfView["actual"]) =>
  bands.map(({ at, rung, profile }) => [at, rung ?? profile]);

const codesOf = (steps: readonly { readonly code: string }[]) => steps.map(({ code }) => code);

test("what-if: without changes nothing differs, and the answer is exact", () => {
  const view = asked(troubled());
  expect(view).toMatchObject({ exact: true, inexact: [], remarks: ["NOTHING_CHANGED"] });
  expect(view.first_divergence).toBeNull();
  expect(view.hypothetical).toEqual(view.actual);
  expect(view.actual.transitions).toBeGreaterThan(4);
  expect(view.differences).toEqual({
    vanished: { total: 0, list: [] },
    appeared: { total: 0, list: [] },
    moved: { total: 0, list: [] },
  });
  const { detecting, ...times } = view.actual.time_per_rung_ms;
  expect(Object.values(times).reduce((sum, ms) => sum + ms, detecting)).toBe(view.watched_ms);
  expect(view.readings).toBe(2455);
});

test("what-if: a higher threshold makes a step down and its way back vanish", () => {
  const one = troubled();
  const view = asked(one, { set: ["vram.enter=0.9"] });
  expect(codesOf(view.differences.vanished.list)).toEqual(["VRAM_TIGHT", "RECOVERED"]);
  expect(view.differences.appeared.total).toBe(0);
  const [first] = view.differences.vanished.list;
  expect(view.first_divergence).toMatchObject({
    seq: first?.seq,
    at: first?.at,
    actual: { rung: "smallModel" },
    hypothetical: { rung: "nominal" },
    moved: "actual",
    cause: { code: "VRAM_TIGHT" },
  });
  expect(view.changes.settings).toEqual([{ path: "thresholds.vram.enter", from: 0.85, to: 0.9 }]);
  expect(view.hypothetical.by_reason.VRAM_TIGHT).toBeUndefined();
  expect(view.hypothetical.by_reason.VRAM_EXHAUSTED).toBe(1);
});

test("what-if: a lower hard threshold makes steps appear, and a shorter grace period moves one", () => {
  const one = troubled();
  const harder = asked(one, { set: ["vram.hard=0.86"] });
  expect(harder.differences.appeared.list[0]).toMatchObject({ code: "VRAM_EXHAUSTED" });
  expect(harder.first_divergence).toMatchObject({ moved: "hypothetical" });
  const sooner = asked(one, { set: ["vram.grace_ms=3000"] });
  expect(codesOf(sooner.differences.moved.list)).toContain("VRAM_TIGHT");
  const [moved] = sooner.differences.moved.list;
  expect(moved?.delta_ms).toBe(-7000);
  expect(moved?.hypothetical_at).toBe((moved?.at ?? 0) - 7000);
});

test("what-if: an exhaustion is met in time by who left the resource before it", () => {
  const one = told();
  one.beats(30);
  one.beats(8, SOFT_MIB);
  one.beats(5, HARD_MIB);
  one.beats(100);
  const view = asked(one, { set: { "vram.hard": 0.86 } });
  expect(view.exhaustions.total).toBe(1);
  const [episode] = view.exhaustions.list;
  expect(episode).toMatchObject({ signal: "vram.used", at: 1_039_000 });
  expect(episode?.actual).toMatchObject({ off: false, lead_ms: 0, free_mib: 880 });
  expect(episode?.hypothetical).toMatchObject({ off: true, lead_ms: 8000 });
  expect(view.actual.vram).toEqual({ moments_at_or_over_limit: 1, episodes: 1 });
  expect(view.hypothetical.vram).toEqual({ moments_at_or_over_limit: 0, episodes: 0 });
});

test.each([
  [255, 1],
  [256, 1],
  [257, 0],
])("what-if: %i MiB of memory available are %i exhaustions", (available, count) => {
  const one = told();
  one.beats(10);
  one.beat(4000, available);
  one.beats(10);
  expect(asked(one).exhaustions.total).toBe(count);
});

test("what-if: an exhaustion is over after five calm samples in a row, not after four", () => {
  for (const [calm, count] of [
    [4, 1],
    [5, 2],
  ] as const) {
    const one = told();
    one.beats(3, HARD_MIB);
    one.beats(calm);
    one.beats(3, HARD_MIB);
    expect(asked(one).exhaustions.total).toBe(count);
  }
});

test("what-if: stops and restarts are no time of either side", () => {
  const folder = folderOfTest();
  const one = told({ folder });
  one.beats(10);
  one.tell({ type: "runtime.stopped", reason: "asked" }, 1000);
  one.tell(
    {
      type: "runtime.started",
      ...{ package_version: "0.0.0", xstate_version: "0.0.0", node: "v0.0.0" },
      machine_hash: machineHashOf(),
      policy_hash: null,
      resumed_from: 1,
    },
    3_600_000,
  );
  one.beats(10);
  const view = asked(one);
  expect(view.watched_ms).toBe(21_000);
  expect(view.hypothetical).toEqual(view.actual);
  const [stopped, again] = [1_011_000, 4_611_000];
  expect(bandsOf(view.actual)).toEqual([
    [1_000_000, "nominal"],
    [stopped, "stopped"],
    [again, "nominal"],
  ]);
});

test("what-if: the bands of both sides part where the sides do", () => {
  const one = troubled();
  const view = asked(one, { set: ["vram.enter=0.9"] });
  expect(bandsOf(view.actual).map(([, rung]) => rung)).toEqual([
    "nominal",
    "smallModel",
    "nominal",
    "cpu",
    ...["smallModel", "nominal"],
  ]);
  const [first, ...rest] = bandsOf(view.actual);
  expect(bandsOf(view.hypothetical)).toEqual([first, ...rest.slice(2)]);
  const [vanished] = view.differences.vanished.list;
  expect(view.actual.bands[1]).toEqual({
    at: vanished?.at,
    seq: vanished?.seq,
    profile: "LOCAL_GPU_HIGH.degraded.smallModel",
    rung: "smallModel",
    code: "VRAM_TIGHT",
  });
  expect([view.actual.bands_merged, view.hypothetical.bands_merged]).toEqual([false, false]);
});

test("what-if: a runtime that was killed is stopped from its last line to the next start", () => {
  const folder = folderOfTest();
  const killed = toldLog({ folder });
  killed.beats(10);
  const last = killed.at();
  killed.log.close();
  const one = told({ folder, startAt: last + 60_000 });
  one.beats(10);
  const view = asked(one);
  expect(bandsOf(view.actual).slice(1, 3)).toEqual([
    [last, "stopped"],
    [last + 60_000, "nominal"],
  ]);
  expect(view.actual.bands[1]?.seq).toBeNull();
});

test.each([
  [{ set: ["vram.enter=0.95"] }, "RP_CONFIGURATION", "less than"],
  [{ set: ["vram.enter=95"] }, "RP_CONFIGURATION", "0.95"],
  [{ set: { "vram.entr": 1 } }, "RP_CONFIGURATION", "did you mean thresholds.vram.enter?"],
  [{ set: { vram: { enter: 0.9 } } }, "RP_CONFIGURATION", "got the group"],
  [{ config: { thresholds: { vram: { enter: "x" } } } }, "RP_CONFIGURATION", "Expected a fraction"],
  [{ config: { vram: 1 } }, "RP_CONFIGURATION", "the group"],
  [{ config: 5 }, "RP_CONFIGURATION", "Expected"],
  [{ set: ["server.port=1"] }, "RP_CONFIGURATION", "changes nothing in the past"],
  [{ set: ["language=zh"] }, "RP_CONFIGURATION", "changes nothing in the past"],
  [{ host: { os: "Linux" } }, "RP_INPUT", "runtime_profile.json"],
  [{ host: 5 }, "RP_INPUT", "runtime_profile.json"],
])("what-if: %j is refused before anything runs", (request, code, words) => {
  const one = told();
  const error = (() => {
    try {
      return asked(one, request as WhatIfRequest);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toMatchObject({ code });
  expect(String(error)).toContain(words);
});

test("what-if: an order that breaks in one older configuration only is refused too", () => {
  const base = configurationWith();
  const vram = { ...base.thresholds.vram, enter: 0.5, hard: 0.6, slow_exit: 0.45, quick_exit: 0.4 };
  const one = told({ configuration: { ...base, thresholds: { ...base.thresholds, vram } } });
  one.tell({ type: "config.changed", config: base });
  expect(() => asked(one, { set: ["vram.enter=0.9"] })).toThrow("less than");
  expect(asked(one, { set: ["vram.enter=0.55", "vram.slow_exit=0.5", "vram.quick_exit=0.45"] }));
});

test("what-if: values, a part of a configuration and texts mean the same", () => {
  const one = troubled();
  const texts = asked(one, { set: ["vram.enter=90%"] });
  expect(asked(one, { set: { "thresholds.vram.enter": 0.9 } })).toEqual(texts);
  expect(asked(one, { config: { thresholds: { vram: { enter: "90%" } } } })).toEqual(texts);
  const both = { config: { thresholds: { vram: { enter: 0.7 } } }, set: { "vram.enter": 0.9 } };
  expect(asked(one, both)).toEqual(texts);
});

test("what-if: on a host with half the card the same use is twice the share", () => {
  const one = told();
  one.beats(10);
  one.beats(60, 9000);
  const host = profileOf({ gpus: [{ ...CARD, vram_total_mib: 10_240 }] });
  const view = asked(one, { host });
  expect(view.changes.host).toMatchObject({
    from: { vram_total_mib: 20_480 },
    to: { vram_total_mib: 10_240 },
  });
  expect(view.remarks).toEqual([]);
  expect(view.hypothetical.by_reason).toMatchObject({ VRAM_TIGHT: 1 });
  expect(view.actual.by_reason).toEqual({ HOST_DETECTED: 1 });
  expect(view.first_divergence?.hypothetical.profile).toContain("LOCAL_GPU_MID");
});

test("what-if: more use than the other host has is a full card, and is said", () => {
  const one = told();
  one.beats(60, 9000);
  const view = asked(one, { host: profileOf({ gpus: [{ ...CARD, vram_total_mib: 8192 }] }) });
  expect(view.remarks).toContain("USE_BEYOND_HOST");
  expect(view.exhaustions.list[0]).toMatchObject({
    actual: null,
    hypothetical: { worst: 1, free_mib: 0 },
  });
});

test("what-if: memory that was used is taken from the other host's memory", () => {
  const one = told();
  one.beats(60, 4000, 40_000);
  // 25,536 MiB were used.
  const memory = { total_mib: 26_112, available_mib: null, limited_by: "host" } as const;
  const view = asked(one, { host: profileOf({ memory }) });
  expect(view.hypothetical.by_reason).toMatchObject({ MEMORY_EXHAUSTED: 1 });
  const small = { total_mib: 16_384, available_mib: null, limited_by: "host" } as const;
  const none = asked(one, { host: profileOf({ memory: small }) });
  expect(none.remarks).toContain("USE_BEYOND_HOST");
  expect(none.exhaustions.list[0]?.hypothetical).toMatchObject({ worst: 0, free_mib: 0 });
});

test("what-if: a host without a card has no VRAM, a card that was never read stays missing", () => {
  const one = told();
  one.beats(60);
  const bare = asked(one, { host: profileOf({ gpus: [] }) });
  expect(bare.first_divergence?.hypothetical.profile).toContain("LOCAL_CPU_ONLY");
  expect(bare.remarks).toEqual([]);
  const cardless = told({ host: hostWith({ gpus: [] }) });
  cardless.beats(60, null);
  const blind = asked(cardless, { host: profileOf({}) });
  expect(blind.remarks).toEqual(["NO_VRAM_READINGS"]);
  expect(blind.hypothetical.by_reason).toMatchObject({ VRAM_LOST: 1 });
});

test("what-if: the same host differs in nothing", () => {
  const one = troubled();
  const view = asked(one, { host: profileOf({}) });
  expect(view.hypothetical).toEqual(view.actual);
  expect(view.first_divergence).toBeNull();
});

test("what-if: footprints of the table follow the host, written ones stay", () => {
  const one = told();
  const view = asked(one, {
    host: profileOf({ gpus: [{ ...CARD, vram_total_mib: 8192 }] }),
    set: { "policy.footprints.cpu": 2000 },
  });
  // The told configuration has footprints that no table gives, so somebody wrote them.
  expect(view.changes.settings).toEqual([{ path: "policy.footprints.cpu", from: 3000, to: 2000 }]);
});

test("what-if: pruned readings are stood in for, and the answer says so", () => {
  const one = troubled();
  const [first] = [...one.log.blocks({ after: 0, before: Number.MAX_SAFE_INTEGER })];
  if (first === undefined) throw new Error("nothing was sealed");
  const effect = { type: "effect.finished", at: one.at(), effect: PRUNED_EFFECT.readings } as const;
  one.log.prune({ kind: "readings", label: first }, record(effect));
  one.log.sweep(1000);
  const view = asked(one);
  expect(view).toMatchObject({ exact: false, inexact: ["READINGS_PRUNED"] });
  expect(view.pruned_readings).toBe(first.count);
  expect(view.readings + view.pruned_readings).toBe(2455);
  // What happened is in the record, whatever became of the readings.
  expect(view.actual.by_reason).toMatchObject({ VRAM_TIGHT: 1, VRAM_EXHAUSTED: 1 });
});

test("what-if: a log without its beginning starts where it is kept, under the changes at once", () => {
  for (const machineHash of [machineHashOf(), "another"]) {
    const one = told({ machineHash });
    one.beats(10);
    one.beats(20, SOFT_MIB);
    one.beats(600, SOFT_MIB);
    one.beats(600);
    const [seal] = one.log.read({ type: "readings.sealed", limit: 1 });
    if (seal?.hash == null) throw new Error("nothing was sealed");
    const effect = {
      type: "effect.finished",
      at: one.at(),
      effect: PRUNED_EFFECT.entries,
    } as const;
    const through = { seq: seal.seq, hash: seal.hash };
    one.log.prune({ kind: "entries", through }, record(effect));
    one.log.sweep(10_000);
    const view = asked(one);
    expect(view.first_seq).toBeGreaterThan(seal.seq);
    expect(view.remarks).toContain("STARTS_LATE");
    expect(view.exact).toBe(machineHash !== "another");
    expect(view.actual.time_per_rung_ms.smallModel).toBeGreaterThan(0);
    expect(view.actual.by_reason).toMatchObject({ RECOVERED: 1 });
    if (!view.exact) continue;
    expect(view.hypothetical).toEqual(view.actual);
    const relaxed = asked(one, { set: ["vram.enter=0.9"] });
    expect(relaxed.changes.settings).toHaveLength(1);
    expect(relaxed.first_seq).toBe(view.first_seq);
    expect(() => asked(one, { set: ["vram.enter=0.95"] })).toThrow("less than");
  }
});

test("what-if: what another machine decided is what happened, and the answer says so", () => {
  const one = troubled(told({ machineHash: "another" }));
  const view = asked(one);
  expect(view).toMatchObject({ exact: false, inexact: ["MACHINE_DIFFERS"] });
  expect(view.actual.by_reason).toMatchObject({ VRAM_TIGHT: 1, VRAM_EXHAUSTED: 1 });
});

test("what-if: after a gap in the log both sides go on, and the gap is said", () => {
  const folder = folderOfTest();
  const one = told({ folder });
  const file = bareFile(folder);
  one.beats(10);
  for (const table of ["entries", "readings"])
    file.exec(
      `CREATE TRIGGER no_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );
  one.beats(2, HARD_MIB);
  for (const table of ["entries", "readings"]) file.exec(`DROP TRIGGER no_${table}`);
  one.beats(100);
  const view = asked(one);
  expect(view.remarks).toEqual(["NOTHING_CHANGED", "GAP_IN_LOG"]);
  expect(view.first_divergence).toBeNull();
  expect(view.hypothetical).toEqual(view.actual);
  // The step down was lost; that it had been there is in the checkpoint of the gap.
  expect(view.actual.time_per_rung_ms.cpu).toBeGreaterThan(0);
  const changed = asked(one, { set: ["vram.enter=0.9"] });
  expect(changed.first_divergence).toMatchObject({ moved: null, cause: null });
});

test("what-if: a log without a configuration gets the changes at its start", () => {
  const folder = folderOfTest();
  const { log } = openLog({ folder, mode: "write", boot: "bare" });
  onTestFinished(() => log.close());
  expect(asked({ log }, { set: ["vram.enter=0.9"] })).toMatchObject({
    remarks: ["LOG_EMPTY"],
    first_seq: null,
    watched_ms: 0,
    actual: { steps_per_hour: null, local_share: null },
  });
  log.append(record({ type: "host.detected", at: 1000, host: hostWith() }));
  const view = asked({ log }, { set: ["vram.enter=0.9"] });
  expect(view.changes.settings[0]).toEqual({
    path: "thresholds.vram.enter",
    from: 0.85,
    to: 0.9,
  });
});

test("what-if: progress goes up to the end, step by step", () => {
  const { log } = troubled();
  const run = whatIf({ log, machineHash: machineHashOf(), changes: changesOf({}) });
  const steps: Progress[] = [];
  for (const step of run) steps.push(step);
  expect(steps.length).toBeGreaterThan(5);
  expect(steps.map(({ seq }) => seq)).toEqual(
    steps.map(({ seq }) => seq).toSorted((a, b) => a - b),
  );
  expect(steps.at(-1)?.through).toBe(log.head()?.seq);
});

test("what-if on the recorded 20 GB card: only a hard threshold below its last step meets it earlier", () => {
  const folder = folderOfTest();
  tellPlato(folder);
  const { log } = openLog({ folder, mode: "frozen" });
  onTestFinished(() => log.close());
  const leads = [
    { hard: 0.98, enter: 0.9, slow_exit: 0.88, quick_exit: 0.8 },
    { hard: 0.86, enter: 0.8, slow_exit: 0.78, quick_exit: 0.7 },
    { hard: 0.6, enter: 0.5, slow_exit: 0.48, quick_exit: 0.4 },
    { hard: 0.31, enter: 0.28, slow_exit: 0.27, quick_exit: 0.25 },
    { hard: 0.3, enter: 0.28, slow_exit: 0.27, quick_exit: 0.25 },
    { hard: 0.18, enter: 0.17, slow_exit: 0.16, quick_exit: 0.15 },
  ].map((vram) => {
    const view = asked({ log }, { config: { thresholds: { vram } } });
    const [episode] = view.exhaustions.list;
    expect(view.exhaustions.total).toBe(1);
    expect(episode?.actual).toMatchObject({ off: false, lead_ms: 0, free_mib: 11 });
    return episode?.hypothetical?.lead_ms;
  });
  expect(leads).toEqual([0, 0, 0, 0, 5079, 10_099]);
});

/** A history of 500 inputs, with missing readings, wishes of a person, tasks, restarts and checkpoints. */
const HISTORY = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.record({ kind: fc.constant("beat"), used: fc.nat(20_480) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("lost"), used: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("memory"), used: fc.nat(3000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("task"), used: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("hold"), used: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("sleep"), used: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("checkpoint"), used: fc.nat(1) }) },
  ),
  { minLength: 500, maxLength: 500 },
);

test("what-if: of any history, without changes, nothing differs", () => {
  fc.assert(
    fc.property(HISTORY, (history) => {
      const folder = mkdtempSync(join(tmpdir(), "runtime-profile-any-"));
      const one = toldLog({ folder });
      try {
        for (const { kind, used } of history) {
          if (kind === "beat") one.beats(1 + (used % 7), used);
          else if (kind === "lost") one.beats(used, null);
          else if (kind === "memory") one.beats(3, 4000, used);
          else if (kind === "checkpoint") one.actor.checkpoint();
          else if (kind === "sleep") one.tell({ type: "clock.resumed", gap_ms: 0 }, used * 1000);
          else if (kind === "hold")
            one.tell(
              used === 0
                ? { type: "restore.requested" }
                : { type: "degrade.requested", rung: "cpu" },
            );
          else
            one.tell({ type: "task.finished", task: "vision", provider: "local", ok: used === 0 });
        }
        const view = asked(one);
        expect(view.exact).toBe(true);
        expect(view.first_divergence).toBeNull();
        expect(view.hypothetical).toEqual(view.actual);
        expect(view.differences.moved.total + view.differences.appeared.total).toBe(0);
      } finally {
        one.log.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 20 },
  );
});
