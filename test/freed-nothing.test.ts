/** An unload that freed nothing: when it counts, what it does, and how it is told. */
import { expect, test } from "vitest";
import { FREED_LEAST_MIB, freedNothing } from "../src/domain/freed-nothing.ts";
import type { EffectReported } from "../src/domain/input.ts";
import { UNLOAD_FAILURES } from "../src/effects/unload.ts";
import { sentenceOf, stepLines } from "../src/policy/sentence.ts";
import { effectText } from "../src/policy/words-effects.ts";
import { policyIn } from "../src/replay/fold.ts";
import { Story } from "./support/stories.ts";

/** 88 % of the card: tight, not hard. */
const TIGHT_MIB = 18_022;

const report = (detail: Readonly<Record<string, unknown>>, isFailed = false): EffectReported => ({
  type: isFailed ? "effect.failed" : "effect.finished",
  at: 0,
  effect: "unload",
  detail,
});

test("freed nothing: the bound has two sides", () => {
  const evidenceOf = (freed_mib: unknown) => freedNothing(report({ freed_mib, reason: null }));
  expect(evidenceOf(FREED_LEAST_MIB - 1)).toMatchObject({
    signal: "unload.freed",
    value: FREED_LEAST_MIB - 1,
    unit: "MiB",
    threshold: FREED_LEAST_MIB,
    level: "hard",
  });
  expect(evidenceOf(FREED_LEAST_MIB)).toBeNull();
  for (const odd of [null, undefined, Number.NaN, -1, "0", {}]) expect(evidenceOf(odd)).toBeNull();
});

test("freed nothing: of failures count those that were tried to the end", () => {
  const counted = [...UNLOAD_FAILURES, "wanted_again", undefined].filter(
    (reason) => freedNothing(report({ freed_mib: null, reason }, true)) !== null,
  );
  expect(counted).toEqual(["unreachable", "refused", "still_loaded"]);
  const partly = report({ freed_mib: 4000, reason: "still_loaded" }, true);
  expect(freedNothing(partly)).toBeNull();
});

test("freed nothing: a model that was left to others freed nothing, without an unload", () => {
  const left = report({ models: [], left: ["big:7b"], freed_mib: 0, reason: "not_ours" });
  expect(freedNothing(left)).toMatchObject({ signal: "unload.freed", value: null });
});

test("freed nothing: the log says in both languages what was left, and beside what", () => {
  const alone = report({ models: [], left: ["big:7b"], freed_mib: 0, reason: "not_ours" });
  expect(effectText(alone, "en")).toBe("big:7b stays: loaded before our work, and left alone");
  expect(effectText(alone, "zh")).toBe("big:7b 没有卸载: 在我们使用之前就已加载");
  const detail = { models: ["ours:4b"], left: ["big:7b"], freed_mib: 4096, reason: null };
  expect(effectText(report(detail), "en")).toMatch(
    /^ours:4b unloaded, .* came back, big:7b stays$/,
  );
  expect(effectText(report(detail), "zh")).toMatch(/^已卸载 ours:4b，.*，big:7b 留着$/);
});

test("freed nothing: other effects are none of its business", () => {
  for (const effect of ["webhook", "command", "log.pruned", "cloud.announced"])
    expect(freedNothing({ ...report({ freed_mib: 0 }), effect })).toBeNull();
  expect(freedNothing({ type: "effect.failed", at: 0, effect: "unload" })).toBeNull();
});

/** On the small model because the card is tight. */
function tight(): Story {
  const story = new Story().beat().beat();
  for (let second = 0; second < 15; second += 1) story.beat({ used: TIGHT_MIB, own: 2048 });
  expect(story.state.chart.state.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
  return story;
}

const freed = (freed_mib: number) =>
  ({ type: "effect.finished", effect: "unload", detail: { freed_mib, reason: null } }) as const;

test("freed nothing: on a tight card work goes on to the CPU, and the reason says why", () => {
  const story = tight().send(freed(0));
  const reason = story.state.lastTransition?.reason;
  expect(reason).toMatchObject({
    code: "VRAM_EXHAUSTED",
    signal: "unload.freed",
    value: 0,
    to: "LOCAL_GPU_HIGH.degraded.cpu",
    occasion: { input: "effect.finished" },
  });
  if (reason === undefined) throw new Error("there was no step");
  expect(sentenceOf(reason, "en")).toMatch(
    "Unloading the bigger model freed no GPU memory, and it is still tight; work leaves the GPU at once.",
  );
  expect(sentenceOf(reason, "zh")).toMatch(
    "卸载较大的模型没有腾出显存，显存仍然紧张，马上离开 GPU。",
  );
  const few = { ...reason, value: 100 };
  expect(sentenceOf(few, "en")).toMatch("freed only 100 MiB of GPU memory");
  expect(sentenceOf(few, "zh")).toMatch("只腾出 100 MiB 显存");
  const failed = { ...reason, value: null };
  expect(sentenceOf(failed, "en")).toMatch("The bigger model could not be unloaded");
  expect(sentenceOf(failed, "zh")).toMatch("没能卸载");
  expect(stepLines(reason, policyIn(story.state), "en")).toMatch(
    "unloading a model freed no GPU memory",
  );
});

test("freed nothing: memory that came back leaves the small model where it is", () => {
  const story = tight();
  const before = story.state;
  story.send(freed(6000));
  expect(story.state.chart).toEqual(before.chart);
});

test("freed nothing: it counts only where the small model runs on a tight card", () => {
  const calm = new Story();
  calm.beat().beat().send({ type: "degrade.requested", rung: "smallModel" });
  for (const story of [new Story().beat().beat(), calm]) {
    const before = story.state.chart;
    story.send(freed(0));
    expect(story.state.chart).toEqual(before);
  }
});

test("freed nothing: the look-back of the way up stays as it was, for no error was met", () => {
  const story = tight();
  const { oomAt } = story.state.sensing.ladder;
  story.send(freed(0));
  expect(story.state.sensing.ladder.oomAt).toBe(oomAt);
});
