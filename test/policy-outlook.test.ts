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
import { NOTHING_PRESENT, type Present } from "../src/policy/present.ts";
import { STEP_DOWN } from "./support/policy-situations.ts";

const { thresholds } = DEFAULT_CONFIGURATION;
const ZH = { language: "zh", thresholds } as const;
const EN = { language: "en", thresholds } as const;

const OUTLOOK: Outlook = {
  tier: "LOCAL_GPU_MID",
  rung: "cpu",
  held: null,
  refused: [
    { rung: "nominal", code: "VRAM_EXHAUSTED" },
    { rung: "smallModel", code: "VRAM_EXHAUSTED" },
  ],
  unmet: [],
  dwell: { served_ms: 23_400, required_ms: 60_000, factor: 1 },
  since_ms: 23_400,
  present: NOTHING_PRESENT,
};
const SERVED = { ...OUTLOOK.dwell, served_ms: 60_000 };
const waiting = (served_ms: number): Outlook => ({
  ...OUTLOOK,
  refused: [{ rung: "nominal", code: "NOT_PERMITTED_YET" }],
  dwell: { ...OUTLOOK.dwell, served_ms },
});
const showing = (present: Partial<Present>, change: Partial<Outlook> = {}): Outlook => ({
  ...OUTLOOK,
  ...change,
  present: { ...NOTHING_PRESENT, ...present },
});
const meter = (value: number | null) => ({ value, silent_ms: null, ran_out: null });
test("outlook: the last step is told with its age", () => {
  expect(lastStepText(STEP_DOWN, OUTLOOK, "en")).toMatch(/^23 s ago: GPU memory use is 93%/);
  expect(lastStepText(STEP_DOWN, OUTLOOK, "zh")).toMatch(/^23 秒前: GPU 显存使用率 93%/);
  const days = { ...OUTLOOK, since_ms: 3 * 86_400_000 };
  expect(lastStepText(STEP_DOWN, days, "en")).toMatch(/^3 d ago: /);
  expect(lastStepText(STEP_DOWN, null, "en")).toMatch(/^GPU memory use is 93%/);
});

test.each([
  [999, "Just now: ", "刚刚: "],
  [1000, "1 s ago: ", "1 秒前: "],
])("outlook: a step of %i ms ago begins %s or %s", (since_ms, en, zh) => {
  expect(lastStepText(STEP_DOWN, { ...OUTLOOK, since_ms }, "en").startsWith(en)).toBe(true);
  expect(lastStepText(STEP_DOWN, { ...OUTLOOK, since_ms }, "zh").startsWith(zh)).toBe(true);
});

test("outlook: rungs that one cause refuses share a sentence, others have their own", () => {
  const refused = [
    { rung: "nominal", code: "MEMORY_EXHAUSTED" },
    { rung: "smallModel", code: "MEMORY_EXHAUSTED" },
    { rung: "cpu", code: "MEMORY_EXHAUSTED" },
    { rung: "cloud", code: "CLOUD_NOT_ALLOWED" },
  ] as const;
  const outlook = showing({ memory: meter(717) }, { rung: "shed", refused });
  expect(whyNotBetter(outlook, ZH)).toBe(
    "没有用「GPU (正常)」「GPU 上的小模型」和「CPU」: 可用内存 0.7GB，低于 1.0GB。没有用「云端」: 你没有允许使用云端。",
  );
  expect(whyNotBetter(outlook, EN)).toBe(
    'Not "GPU (nominal)", "small model on the GPU" and "CPU": available memory is 0.7 GB, under 1.0 GB. Not "cloud": you have not allowed a cloud.',
  );
  expect(whyNotBetter({ ...OUTLOOK, refused: [] }, EN)).toBe("There is no better way of running.");
});

test.each([
  ["VRAM_EXHAUSTED", 0.93, "GPU memory use is 93%, over 92%"],
  ["VRAM_EXHAUSTED", 0.92, "GPU memory use is 92%, over 85%"],
  ["VRAM_TIGHT", 0.851, "GPU memory use is 85.1%, over 85%"],
  ["VRAM_TIGHT", 0.85, "GPU memory use is 85%, not yet under 83%"],
  ["VRAM_TIGHT", 0.83, "GPU memory use is 83%, not yet under 83%"],
  ["VRAM_TIGHT", 0.829, "GPU memory use is down to 82.9%, but not for long enough yet"],
  ["VRAM_TIGHT", null, "GPU memory is tight"],
  ["MEMORY_EXHAUSTED", 900, "available memory is 0.9 GB, under 1.0 GB"],
  ["MEMORY_TIGHT", 1900, "available memory is 1.9 GB, under 2.0 GB"],
  ["MEMORY_TIGHT", 2100, "available memory is 2100 MiB, not yet over 2150 MiB"],
  ["MEMORY_TIGHT", 2300, "available memory is back at 2.2 GB, but not for long enough yet"],
] as const)("outlook: %s at %s says %s", (code, value, expected) => {
  const present = code.startsWith("VRAM") ? { vram: meter(value) } : { memory: meter(value) };
  const outlook = showing(present, { refused: [{ rung: "nominal", code }] });
  expect(whyNotBetter(outlook, EN)).toBe(`Not "GPU (nominal)": ${expected}.`);
});

const RAN_OUT = { task: "vision", model: "llava:7b", failed: 1, counted: 1 } as const;
const FAILED = { task: null, model: null, failed: 6, counted: 8 } as const;

test.each([
  [
    "VRAM_EXHAUSTED",
    { vram: { ...meter(0.4), ran_out: RAN_OUT } },
    "a vision task of llava:7b ran out of GPU memory",
    "有一个视觉分析任务 (llava:7b) 报告显存不足",
  ],
  [
    "MEMORY_LOST",
    { memory: { ...meter(null), silent_ms: 21_700 } },
    "memory has not been readable for 21 s",
    "内存已有 21 秒读不到数值",
  ],
  [
    "TASKS_FAILING",
    { local: FAILED },
    "6 of the last 8 local tasks failed",
    "最近 8 个本地任务中有 6 个失败",
  ],
  [
    "CLOUD_UNREACHABLE",
    { cloud: FAILED },
    "6 of the last 8 cloud tasks failed",
    "最近 8 个云端任务中有 6 个失败",
  ],
  ["CLOUD_UNREACHABLE", {}, "the cloud cannot be reached now", "云端现在连接不上"],
  [
    "CLOUD_UNREACHABLE",
    { isCloudKnown: false },
    "the cloud has not been reached yet",
    "还没有连接过云端",
  ],
  [
    "WOULD_NOT_FIT",
    { carry: [{ rung: "nominal", meter: "vram", need_mib: 9216, limit_mib: 6963 }] },
    "the model needs 9.0 GB, and this card can give 6.8 GB at most",
    "模型需要 9.0GB，这块显卡最多能给 6.8GB",
  ],
  [
    "WOULD_NOT_FIT",
    { carry: [{ rung: "nominal", meter: "vram", need_mib: null, limit_mib: 6963 }] },
    "no model is planned for it here",
    "这里没有为它安排模型",
  ],
] as const)("outlook: %s with %j says %s", (code, present, en, zh) => {
  const outlook = showing(present, { refused: [{ rung: "nominal", code }] });
  expect(whyNotBetter(outlook, EN)).toBe(`Not "GPU (nominal)": ${en}.`);
  expect(whyNotBetter(outlook, ZH)).toBe(`没有用「GPU (正常)」: ${zh}。`);
});

test("outlook: one cause for all gives one condition, by the configured thresholds", () => {
  expect(whatBringsItBack(OUTLOOK, ZH)).toMatchInlineSnapshot(
    `"GPU 显存使用率低于 78% 满 30 秒 (或低于 83% 满 10 分钟) 且放得下时，自动恢复到「GPU 上的小模型」，最早 37 秒后。之后逐级恢复到「GPU (正常)」。"`,
  );
  expect(whatBringsItBack(OUTLOOK, EN)).toMatchInlineSnapshot(
    `"Work goes back to "small model on the GPU" once GPU memory use stays under 78% for 30 s (or under 83% for 10 min) and it fits, in 37 s at the earliest. "GPU (nominal)" follows step by step."`,
  );
  const vram = { ...thresholds.vram, quick_exit: 0.605, quick_exit_ms: 5000 };
  const other = { language: "en", thresholds: { ...thresholds, vram } } as const;
  expect(whatBringsItBack(OUTLOOK, other)).toContain("60.5% for 5 s");
});

test("outlook: several causes are told rung by rung, the nearest first", () => {
  const refused = [
    { rung: "nominal", code: "EDITOR_BUSY" },
    { rung: "smallModel", code: "EDITOR_BUSY" },
    { rung: "cpu", code: "WOULD_NOT_FIT" },
    { rung: "cloud", code: "CLOUD_NOT_ALLOWED" },
  ] as const;
  const outlook: Outlook = { ...OUTLOOK, rung: "shed", refused, dwell: SERVED };
  expect(whatBringsItBack(outlook, EN)).toMatchInlineSnapshot(
    `""cloud" can be used once you allow the cloud for vision (cloud.allowed = true, cloud.vision = "allow"). For "CPU" choose a smaller model, or add memory. Work goes back to "small model on the GPU" once DaVinci Resolve is closed (or editor.leave_gpu = false is set) and it fits. "GPU (nominal)" follows step by step."`,
  );
  expect(whatBringsItBack(outlook, ZH)).toMatchInlineSnapshot(
    `"允许视觉分析使用云端 (cloud.allowed = true，cloud.vision = "allow") 后才能使用「云端」。要用「CPU」，请换小一点的模型，或增加内存或显存。关闭 DaVinci Resolve (或设置 editor.leave_gpu = false) 后，放得下就自动恢复到「GPU 上的小模型」。之后逐级恢复到「GPU (正常)」。"`,
  );
});

test.each([
  [0, "not over", "in 60 s at the earliest"],
  [23_400, "not over", "in 37 s at the earliest"],
  [59_999, "not over", "in 1 s at the earliest"],
  [60_000, "not been shown to fit yet", "after a short calm"],
  [90_000, "not been shown to fit yet", "after a short calm"],
])("outlook: with %i ms of 60 s served, what is left is said", (served, why, when) => {
  expect(whyNotBetter(waiting(served), EN)).toContain(why);
  expect(whatBringsItBack(waiting(served), EN)).toContain(when);
});

test("outlook: a rung without a model of its own is not promised", () => {
  const carry = [{ rung: "smallModel", meter: "vram", need_mib: null, limit_mib: 6963 }] as const;
  const refused = [{ rung: "smallModel", code: "WOULD_NOT_FIT" }] as const;
  expect(whatBringsItBack(showing({ carry }, { refused }), EN)).toBeNull();
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
  expect(heldText(held, ZH)).toMatchInlineSnapshot(
    `"你手动要求保持在「CPU」或更低。取消手动降级后才能恢复: POST /api/runtime/policy/restore。"`,
  );
  expect(heldText(held, EN)).toMatchInlineSnapshot(
    `"You hold it at "CPU" or lower. It can return once you clear the hold: POST /api/runtime/policy/restore."`,
  );
  expect(whatBringsItBack(held, EN)).toBeNull();
  expect(heldText(OUTLOOK, EN)).toBeNull();
});

test("outlook: every cause gives a whole text in both languages", () => {
  for (const code of REFUSAL_CODES) {
    for (const language of LANGUAGES) {
      const telling = { language, thresholds };
      const outlook: Outlook = { ...OUTLOOK, refused: [{ rung: "nominal", code }] };
      const texts = [whyNotBetter(outlook, telling)];
      const remedy = whatBringsItBack(outlook, telling);
      if (code === "MANUAL_HOLD") expect(remedy).toBeNull();
      else texts.push(remedy ?? "");
      for (const text of texts) {
        expect(text, code).not.toMatch(/undefined|null|NaN/);
        expect(text.length, code).toBeGreaterThan(8);
      }
    }
  }
});
