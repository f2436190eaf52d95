/** What-if where retention took the readings: what stands in for them makes no differences of its own. */
import { expect, test } from "vitest";
import { whatIf } from "../src/replay/what-if.ts";
import { changesOf } from "../src/replay/what-if-changes.ts";
import type { WhatIfView } from "../src/replay/what-if-view.ts";
import { retainOnce } from "../src/runtime-retention.ts";
import { MACHINE_HASH, type WrittenLog, writtenLog } from "./support/written-log.ts";

const DAY_MS = 86_400_000;
const NONE = { total: 0, list: [] };

function asked({ log }: WrittenLog, set: readonly string[] = []): WhatIfView {
  const run = whatIf({ log, machineHash: MACHINE_HASH, changes: changesOf({ set }) });
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

/** A log with pressure now and then, whose readings are gone but for the last ones. */
async function prunedLog(used: (index: number) => number): Promise<WrittenLog> {
  const written = writtenLog();
  written.beats(2500, used);
  written.wait(8 * DAY_MS);
  written.beats(300, used);
  const retention = { readings_days: 7, days: null, limit_mib: null };
  const { log, actor } = written;
  const { signal } = new AbortController();
  const onRefused = (message: string): never => {
    throw new Error(message);
  };
  const parts = { log, actor, machineHash: MACHINE_HASH, retention, signal, onRefused };
  await retainOnce(parts, written.now());
  return written;
}

test("what-if: on a pruned log nothing differs without a change, or with one that is none", async () => {
  for (const peak of [17_500, 19_900]) {
    const written = await prunedLog((index) => (index % 400 > 300 ? peak : 4000));
    for (const set of [[], ["vram.enter=0.85"]]) {
      const view = asked(written, set);
      expect(view.pruned_readings).toBeGreaterThan(1900);
      expect(view.actual.transitions).toBeGreaterThan(4);
      expect(view).toMatchObject({ exact: false, inexact: ["READINGS_PRUNED"] });
      expect(view.first_divergence).toBeNull();
      expect(view.differences).toEqual({ vanished: NONE, appeared: NONE, moved: NONE });
      expect(view.hypothetical).toEqual(view.actual);
    }
  }
});

test("what-if: on a pruned log a threshold that the highest reading crosses still differs", async () => {
  const written = await prunedLog((index) => (index === 200 ? 17_800 : 4000));
  expect(asked(written).actual.by_reason.VRAM_EXHAUSTED).toBeUndefined();
  const view = asked(written, ["vram.hard=0.86"]);
  expect(view.first_divergence).toMatchObject({ moved: "hypothetical" });
  expect(view.differences.appeared.list[0]).toMatchObject({ code: "VRAM_EXHAUSTED" });
  expect(view.differences.vanished).toEqual(NONE);
});
