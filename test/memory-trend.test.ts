/** The trend of available memory: what counts as a ramp, and the advice that follows. */
import { expect, test } from "vitest";
import { type MemoryTrend, NO_TREND, withTrend } from "../src/domain/memory-trend.ts";
import { decide, recommendationsIn } from "../src/replay/fold.ts";
import { MEMORY_MIB, Story } from "./support/stories.ts";

const LIMIT = 1024;

/** A sample each second; `availableAt` in MiB by the second. */
function told(seconds: number, availableAt: (second: number) => number): MemoryTrend {
  let trend = NO_TREND;
  for (let second = 0; second <= seconds; second += 1) {
    trend = withTrend(trend, { at: second * 1000, availableMib: availableAt(second) }, LIMIT);
  }
  return trend;
}

/** Small and repeatable. */
const noise = (second: number): number => ((second * 7919) % 101) - 50;

test("trend: a leak of 10 MiB a second is foretold within a tenth of its time", () => {
  const trend = told(300, (second) => 8000 - 10 * second + noise(second));
  const fullAt = ((8000 - LIMIT) / 10) * 1000;
  expect(Math.abs((trend.fullAt ?? 0) - fullAt)).toBeLessThan(fullAt / 10);
});

test("trend: nothing is foretold from less than two and a half minutes, nor half an hour ahead", () => {
  const falling = (second: number) => 8000 - 10 * second;
  expect(told(149, falling).fullAt).toBeNull();
  expect(told(150, falling).fullAt).not.toBeNull();
  expect(told(300, (second) => 60_000 - 10 * second).fullAt).toBeNull();
});

test("trend: a load of a model, a standstill, noise and a rise are no ramps", () => {
  const stories: Record<string, (second: number) => number> = {
    "one step": (second) => (second < 150 ? 8000 : 3000),
    "a step, then a creep": (second) => (second < 60 ? 9000 : 4000) - second,
    standstill: () => 4000,
    noise: (second) => 4000 + 10 * noise(second),
    rise: (second) => 2000 + 10 * second,
  };
  for (const [name, availableAt] of Object.entries(stories))
    expect([name, told(300, availableAt).fullAt]).toEqual([name, null]);
});

test("trend: after a gap the samples of before do not count", () => {
  const before = told(300, (second) => 8000 - 10 * second);
  const after = withTrend(before, { at: 400_000, availableMib: 4000 }, LIMIT);
  expect(after).toEqual({ samples: [{ at: 400_000, availableMib: 4000 }], fullAt: null });
});

test("trend: it is advice once, with the minutes, and never a step", () => {
  const story = new Story().beats(3);
  let { state } = story;
  const advices: unknown[] = [];
  for (let second = 4; second < 304; second += 1) {
    const memory = { available_mib: 9000 - 10 * second, total_mib: MEMORY_MIB };
    const vram = { used_mib: 4000, total_mib: 20_480, own_mib: 0 };
    const decision = decide(state, { type: "reading", at: second * 1000, memory, vram });
    state = decision.state;
    advices.push(...decision.outputs);
  }
  expect(advices).toEqual([
    { type: "recommendation.changed", codes: expect.arrayContaining(["MEMORY_FILLING"]) },
  ]);
  expect(recommendationsIn(state).find(({ code }) => code === "MEMORY_FILLING")).toEqual({
    code: "MEMORY_FILLING",
    params: { minutes: 9 },
    command: null,
  });
  expect(state.chart.state.profile).toBe("LOCAL_GPU_HIGH.nominal");
});
