/** Refusing work too long: one alert for each time, with what stands in the way. */
import { expect, test } from "vitest";
import type { AlertOutput } from "../src/domain/output.ts";
import { alertText } from "../src/policy/sentence.ts";
import { policyIn } from "../src/replay/fold.ts";
import { Story } from "./support/stories.ts";

function alertsOf(story: Story): (AlertOutput & { at: number })[] {
  return story.outputs.filter(
    (each): each is AlertOutput & { at: number } => each.type === "alert",
  );
}

test("alert: after ten minutes of refusing there is one, and only one", () => {
  const story = new Story().beats(3).beats(600, { available: 500 });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
  expect(alertsOf(story)).toEqual([]);
  story.beats(1000, { available: 500 });
  expect(alertsOf(story)).toEqual([
    {
      type: "alert",
      code: "SHED_TOO_LONG",
      at: 604_000,
      since: 4000,
      refused: {
        nominal: "MEMORY_EXHAUSTED",
        smallModel: "MEMORY_EXHAUSTED",
        cpu: "MEMORY_EXHAUSTED",
        cloud: "CLOUD_NOT_ALLOWED",
      },
    },
  ]);
});

test("alert: the next time of refusing has its own", () => {
  const story = new Story().beats(3).beats(700, { available: 500 }).beats(400);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  story.beats(700, { available: 500 });
  expect(alertsOf(story)).toHaveLength(2);
});

test("alert: it comes with a reading, never with what the log says of itself", () => {
  const story = new Story().beats(3).beats(599, { available: 500 });
  story.at += 2000;
  story.send({ type: "log.gap", lost: 1, reason: "the log could not be written" });
  expect(alertsOf(story)).toEqual([]);
  expect(alertsOf(story.beat({ available: 500 }))).toHaveLength(1);
});

test("alert: it says what to look at in both languages", () => {
  const alert: AlertOutput = {
    type: "alert",
    code: "SHED_TOO_LONG",
    since: 4000,
    refused: { cpu: "MEMORY_EXHAUSTED", cloud: "CLOUD_NOT_ALLOWED" },
  };
  expect(alertText(alert, "en")).toBe(
    'New work has been refused for more than 10 min: please look at this host. Not "CPU": memory is almost used up. Not "cloud": you have not allowed a cloud.',
  );
  expect(alertText(alert, "zh")).toContain("新任务已经被拒绝超过 10 分钟");
});

test("alert: rungs that one cause refuses share a sentence", () => {
  const refused = {
    nominal: "MEMORY_EXHAUSTED",
    smallModel: "MEMORY_EXHAUSTED",
    cpu: "MEMORY_EXHAUSTED",
    cloud: "CLOUD_NOT_ALLOWED",
  } as const;
  const alert: AlertOutput = { type: "alert", code: "SHED_TOO_LONG", since: 0, refused };
  expect(alertText(alert, "en")).toBe(
    'New work has been refused for more than 10 min: please look at this host. Not "as planned", "small model on the GPU" and "CPU": memory is almost used up. Not "cloud": you have not allowed a cloud.',
  );
  expect(alertText(alert, "zh")).toBe(
    "新任务已经被拒绝超过 10 分钟，请看一下这台电脑。没有用「通常方式」「GPU 上的小模型」和「CPU」: 内存即将耗尽。没有用「云端」: 你没有允许使用云端。",
  );
});

test("shed: a refused caller is told how long to wait, back-off included", () => {
  const story = new Story().beats(3).beat({ available: 500 });
  expect(policyIn(story.state).retry_after_ms).toBe(60_000);
  story.beats(400).beat({ available: 500 });
  expect(policyIn(story.state).retry_after_ms).toBe(120_000);
  expect(policyIn(story.beats(900).state).retry_after_ms).toBeNull();
});
