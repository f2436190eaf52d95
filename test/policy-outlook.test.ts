/** The words of the present: the hold, the refusals of now, what would bring a better rung back. */
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION, LANGUAGES } from "../src/domain/configuration.ts";
import { REFUSAL_CODES } from "../src/domain/reason.ts";
import {
  heldText,
  lastStepText,
  type Outlook,
  whatBringsItBack,
  whyNotBetter,
} from "../src/policy/outlook.ts";
import { STEP_DOWN } from "./support/policy-situations.ts";

const { thresholds } = DEFAULT_CONFIGURATION;

const OUTLOOK: Outlook = {
  tier: "LOCAL_GPU_MID",
  held: null,
  refused: [
    { rung: "nominal", code: "VRAM_EXHAUSTED" },
    { rung: "smallModel", code: "VRAM_EXHAUSTED" },
  ],
  dwell: { served_ms: 23_400, required_ms: 60_000, factor: 1 },
  since_ms: 23_400,
};
const waiting = (served_ms: number): Outlook => ({
  ...OUTLOOK,
  refused: [{ rung: "nominal", code: "NOT_PERMITTED_YET" }],
  dwell: { ...OUTLOOK.dwell, served_ms },
});

test("outlook: the last step is told with its age", () => {
  expect(lastStepText(STEP_DOWN, OUTLOOK, "en")).toMatch(/^23 s ago: GPU memory use is 93%/);
  expect(lastStepText(STEP_DOWN, OUTLOOK, "zh")).toMatch(/^23 秒前: GPU 显存使用率 93%/);
  const days = { ...OUTLOOK, since_ms: 3 * 86_400_000 };
  expect(lastStepText(STEP_DOWN, days, "en")).toMatch(/^3 d ago: /);
  expect(lastStepText(STEP_DOWN, null, "en")).toMatch(/^GPU memory use is 93%/);
});

test("outlook: each better rung is refused with its own cause", () => {
  const refused = [
    { rung: "nominal", code: "VRAM_TIGHT" },
    { rung: "smallModel", code: "WOULD_NOT_FIT" },
  ] as const;
  expect(whyNotBetter({ ...OUTLOOK, refused }, "zh")).toMatchInlineSnapshot(
    `"没有用「GPU (正常)」: GPU 显存偏紧。没有用「GPU 上的小模型」: 放不下模型。"`,
  );
  expect(whyNotBetter({ ...OUTLOOK, refused }, "en")).toMatchInlineSnapshot(
    `"Not "GPU (nominal)": GPU memory is tight. Not "small model on the GPU": the model would not fit."`,
  );
  expect(whyNotBetter({ ...OUTLOOK, refused: [] }, "en")).toBe(
    "There is no better way of running.",
  );
});

test("outlook: one cause for all gives one sentence, by the configured thresholds", () => {
  expect(whatBringsItBack(OUTLOOK, "zh", thresholds)).toMatchInlineSnapshot(
    `"显存使用率低于 78% 满 30 秒 (或低于 83% 满 10 分钟)，距上次切换满 60 秒，并且放得下模型，就会自动恢复。"`,
  );
  expect(whatBringsItBack(OUTLOOK, "en", thresholds)).toMatchInlineSnapshot(
    `"It returns by itself once GPU memory use is under 78% for 30 s (or under 83% for 10 min), 60 s have passed since the last step, and the model fits."`,
  );
  const vram = { ...thresholds.vram, quick_exit: 0.605, quick_exit_ms: 5000 };
  expect(whatBringsItBack(OUTLOOK, "en", { ...thresholds, vram })).toContain("60.5% for 5 s");
});

test("outlook: several causes are told rung by rung, the nearest first", () => {
  const refused = [
    { rung: "nominal", code: "EDITOR_BUSY" },
    { rung: "smallModel", code: "EDITOR_BUSY" },
    { rung: "cpu", code: "WOULD_NOT_FIT" },
    { rung: "cloud", code: "CLOUD_NOT_ALLOWED" },
  ] as const;
  expect(whatBringsItBack({ ...OUTLOOK, refused }, "en", thresholds)).toMatchInlineSnapshot(
    `"For "cloud": It can be used once you allow the cloud for vision (cloud.allowed = true, cloud.vision = "allow"). For "CPU": This host cannot carry the model: choose a smaller one, or add memory. For "small model on the GPU, GPU (nominal)": It returns by itself when DaVinci Resolve is closed; or set editor.leave_gpu = false."`,
  );
  expect(whatBringsItBack({ ...OUTLOOK, refused }, "zh", thresholds)).toMatchInlineSnapshot(
    `"「云端」: 允许视觉分析使用云端 (cloud.allowed = true，cloud.vision = "allow") 后才能使用。「CPU」: 这台电脑装不下现在选的模型: 换小一点的模型，或增加内存或显存。「GPU 上的小模型、GPU (正常)」: 关闭 DaVinci Resolve 后会自动恢复；也可以设置 editor.leave_gpu = false。"`,
  );
});

test.each([
  [0, "not over", "in 60 s at the earliest"],
  [23_400, "not over", "in 37 s at the earliest"],
  [59_999, "not over", "in 1 s at the earliest"],
  [60_000, "not been shown to fit yet", "after a short calm"],
  [90_000, "not been shown to fit yet", "after a short calm"],
])("outlook: with %i ms of 60 s served, what is left is said", (served, why, when) => {
  expect(whyNotBetter(waiting(served), "en")).toContain(why);
  expect(whatBringsItBack(waiting(served), "en", thresholds)).toContain(when);
});

test("outlook: a hold says how to clear it, once", () => {
  const held: Outlook = {
    ...OUTLOOK,
    held: "cpu",
    refused: [
      { rung: "nominal", code: "MANUAL_HOLD" },
      { rung: "smallModel", code: "MANUAL_HOLD" },
    ],
  };
  expect(heldText(held, "zh", thresholds)).toMatchInlineSnapshot(
    `"你手动要求保持在「CPU」或更低。取消手动降级后才能恢复: POST /api/runtime/policy/restore。"`,
  );
  expect(heldText(held, "en", thresholds)).toMatchInlineSnapshot(
    `"You hold it at "CPU" or lower. It can return once you clear the hold: POST /api/runtime/policy/restore."`,
  );
  expect(whatBringsItBack(held, "en", thresholds)).toBeNull();
  expect(heldText(OUTLOOK, "en", thresholds)).toBeNull();
});

test("outlook: every cause gives a whole text in both languages", () => {
  for (const code of REFUSAL_CODES) {
    for (const language of LANGUAGES) {
      const outlook: Outlook = { ...OUTLOOK, refused: [{ rung: "nominal", code }] };
      const texts = [whyNotBetter(outlook, language)];
      const remedy = whatBringsItBack(outlook, language, thresholds);
      if (code === "MANUAL_HOLD") expect(remedy).toBeNull();
      else texts.push(remedy ?? "");
      for (const text of texts) {
        expect(text, code).not.toMatch(/undefined|null|NaN/);
        expect(text.length, code).toBeGreaterThan(8);
      }
    }
  }
});
