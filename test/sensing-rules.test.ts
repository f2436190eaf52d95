/** Rules that only a deliberate fault showed to be untold: each by itself, with both sides of its edge. */
import { expect, test } from "vitest";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB, Story } from "./support/stories.ts";

const OVER = Math.ceil(CARD_MIB * 0.87);
const HARD = Math.ceil(CARD_MIB * 0.93);

test("missing: a sample that is missing stops the exit timers", () => {
  const story = new Story().beats(3).beats(11, { used: OVER }).beats(30).beat({ used: null });
  expect(story.state.chart.state.vram).toBe("tight");
  story.beats(30);
  expect(story.state.chart.state.vram).toBe("tight");
  expect(story.beat().state.chart.state.vram).toBe("relaxed");
});

test("exit: well below the threshold the pressure ends after its time", () => {
  const story = new Story().beats(3).beats(11, { used: OVER }).beats(30);
  expect(story.state.chart.state.vram).toBe("tight");
  expect(story.beat().state.chart.state.vram).toBe("relaxed");
});

function finished(story: Story, ok: boolean, count = 1): Story {
  for (let index = 0; index < count; index += 1)
    story.send({
      type: "task.finished",
      task: "vision",
      provider: "local",
      ok,
      failure: ok ? null : "timeout",
    });
  return story;
}

test("tasks: three failures of eight are no evidence yet, five of eight are", () => {
  const three = finished(finished(new Story().beats(3), true, 5), false, 3);
  expect(three.state.chart.state.tasks).toBe("healthy");
  const five = finished(finished(new Story().beats(3), true, 3), false, 5);
  expect(five.state.chart.state.tasks).toBe("failing");
});

test("tasks: a probe that nobody reports on ends at its deadline, and doubles the wait", () => {
  const story = finished(new Story().beats(3), false, 5).beats(60);
  expect(story.state.chart.state.tasks).toBe("probing");
  story.beats(119);
  expect(story.state.chart.state.tasks).toBe("probing");
  story.beat();
  expect(story.state.chart.state.tasks).toBe("failing");
  story.beats(119);
  expect(story.state.chart.state.tasks).toBe("failing");
  expect(story.beat().state.chart.state.tasks).toBe("probing");
});

test("soft: with memory short and no cloud, an exhausted card leads to the CPU, not to shed", () => {
  const story = new Story(hostWith(), configurationWith()).beats(3).beats(20, { available: 1900 });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  story.beat({ used: HARD, available: 1900 });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
});

test("hold: pressure that comes and goes does not lift it", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  story.send({ type: "degrade.requested", rung: "cpu" }).beats(300);
  expect(story.state.chart.state).toMatchObject({ vram: "relaxed", hold: "held.cpu" });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
});

test("resume: a nap is no time over the threshold", () => {
  const story = new Story().beats(3).beats(5, { used: OVER });
  story.at += 3_600_000;
  story.beats(10, { used: OVER });
  expect(story.state.chart.state.vram).toBe("unknown");
  expect(story.beat({ used: OVER }).state.chart.state.vram).toBe("tight");
});

test("resume: the clear time starts again for the cloud too, which needs no meter", () => {
  const nothing = { used: null, available: null };
  const cloud = { ...configurationWith().cloud, allowed: true };
  const story = new Story(hostWith(), configurationWith({ cloud })).beats(3).beats(90, nothing);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
  story.at += 3_600_000;
  story.beat(nothing).send({ type: "cloud.probed", reachable: true }).beats(29, nothing);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
  expect(story.beat(nothing).profile).toBe("LOCAL_GPU_HIGH.degraded.cloud");
});

test.each([
  ["vram", Number.NaN],
  ["vram", Number.NEGATIVE_INFINITY],
  ["memory", Number.NaN],
  ["memory", Number.NEGATIVE_INFINITY],
] as const)(
  "absurd: a sample of %s that was measured at %d is missing, and nobody climbs on it",
  (meter, source_at) => {
    const story = new Story().beats(3).beat({ used: HARD }).beats(61);
    const vram = { used_mib: 4000, total_mib: CARD_MIB, own_mib: 0 };
    const memory = { available_mib: 40_000, total_mib: MEMORY_MIB };
    story.at += 1000;
    story.send({
      type: "reading",
      vram: meter === "vram" ? { ...vram, total_mib: 2 ** 40, source_at } : vram,
      memory: meter === "memory" ? { ...memory, total_mib: 2 ** 40, source_at } : memory,
    });
    expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
    const { vramTotalMib, memoryTotalMib } = story.state.sensing;
    expect([vramTotalMib, memoryTotalMib]).toEqual([CARD_MIB, MEMORY_MIB]);
    expect(story.beat().profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
  },
);
