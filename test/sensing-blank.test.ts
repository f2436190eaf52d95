/** Blank time: just after a step the soft threshold waits, the hard one never does. */
import { expect, test } from "vitest";
import { CARD_MIB, configurationWith, hostWith, Story } from "./support/stories.ts";

const HARD = Math.ceil(CARD_MIB * 0.93);

function withBlank(blank_ms: number): Story {
  const base = configurationWith();
  const memory = { ...base.thresholds.memory, blank_ms };
  return new Story(hostWith(), { ...base, thresholds: { ...base.thresholds, memory } })
    .beats(3)
    .beat({ used: HARD });
}

/** Seconds after the step at which memory counts as tight. */
function tightAfter(story: Story): number {
  const stepAt = story.at;
  while (story.state.chart.state.memory !== "tight" && story.at < stepAt + 60_000)
    story.beat({ available: 1900 });
  return (story.at - stepAt) / 1000;
}

test("blank: memory that our own model fills after a step is not yet pressure", () => {
  expect(tightAfter(withBlank(0))).toBe(6);
  expect(tightAfter(withBlank(5000))).toBe(10);
});

test("blank: what passes within it leaves no trace", () => {
  const story = withBlank(5000).beats(4, { available: 1900 }).beat();
  expect(story.state.sensing.memory).toMatchObject({ level: "relaxed", beyondSince: null });
});

test("blank: a hard sample counts at once all the same", () => {
  const story = withBlank(5000).beat({ available: 900 });
  expect(story.lines.at(-1)).toBe("5s cpu→shed MEMORY_EXHAUSTED");
});
