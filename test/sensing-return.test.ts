/** The way back after a sensor was lost, after an unload, and after out-of-memory errors. */
import { expect, test } from "vitest";
import { CARD_MIB, configurationWith, hostWith, Story } from "./support/stories.ts";

const HARD = Math.ceil(CARD_MIB * 0.93);
const FULL = Math.floor(CARD_MIB * 0.9);
const MINUTE = 60;

function oom(story: Story): Story {
  return story.send({
    type: "task.finished",
    task: "vision",
    provider: "local",
    ok: false,
    failure: "oom",
  });
}

function secondsUntil(story: Story, isThere: () => boolean, beat: () => unknown): number {
  const from = story.at;
  while (!isThere() && story.at < from + 7_200_000) beat();
  return (story.at - from) / 1000;
}

test("return: a sensor that was lost for long must be read for a while before anybody climbs", () => {
  const story = new Story().beats(3).beats(300, { used: null });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  const climbing = () => story.profile !== "LOCAL_GPU_HIGH.degraded.cpu";
  expect(secondsUntil(story, climbing, () => story.beat())).toBe(31);
  expect(story.lines.at(-1)).toContain("cpu→smallModel RECOVERED");
});

test("return: a lost memory sensor is waited for as well", () => {
  const story = new Story().beats(3).beats(300, { available: null });
  const climbing = () => story.profile !== "LOCAL_GPU_HIGH.degraded.shed";
  expect(secondsUntil(story, climbing, () => story.beat())).toBe(31);
});

test("return: what our own model still holds while it is unloaded is nobody else's peak", () => {
  const story = new Story().beats(3, { used: 12_000, own: 8000 }).beat({ used: HARD, own: 8000 });
  // The server says at once that it holds nothing; the meter falls three seconds later.
  story.beats(3, { used: HARD, own: 0 }).beats(2);
  const peak = story.state.sensing.vramPeaks;
  expect(Math.max(...[...peak.past, peak.current].map((each) => each?.peak ?? 0))).toBe(
    HARD - 8000,
  );
});

test("out of memory: bursts every seven minutes are waited out after the first error", () => {
  const story = new Story(
    hostWith(),
    configurationWith({
      policy: {
        ...configurationWith().policy,
        footprints: { nominal: 6000, smallModel: 3000, cpu: 3000 },
      },
    }),
  ).beats(3);
  let errors = 0;
  for (let round = 0; round < 30; round += 1) {
    story.beats(6 * MINUTE);
    if (story.profile.endsWith("nominal") || story.profile.endsWith("smallModel")) {
      errors += 1;
      oom(story);
    }
    story.beats(MINUTE, { used: FULL });
  }
  expect(errors).toBe(1);
  story.beats(16 * MINUTE);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("out of memory: an error soon after a return doubles the look-back, one much later does not", () => {
  const lookbackAfter = (minutes: number) => {
    const story = oom(new Story().beats(3)).beats(16 * MINUTE);
    expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
    return oom(story.beats(minutes * MINUTE)).state.sensing.ladder.oomLookbackMs;
  };
  expect(lookbackAfter(5)).toBe(1_800_000);
  // The return was whole after 1:36; its look-back of 15 min and the half hour end at 46:36.
  expect(lookbackAfter(30)).toBe(1_800_000);
  expect(lookbackAfter(31)).toBe(900_000);
});
