import { expect, test } from "vitest";
import { LANGUAGES } from "../src/domain/configuration.ts";
import { REASON_CODES, type Reason } from "../src/domain/reason.ts";
import { policyOf } from "../src/policy/resolve.ts";
import { sentenceOf, stepLines } from "../src/policy/sentence.ts";
import {
  CLOUD_ALLOWED,
  hostWithCard,
  STEP_DOWN,
  situationOf,
  withModels,
} from "./support/policy-situations.ts";

const MID = withModels(hostWithCard(8188), "moondream");
const at = (rung: "nominal" | "smallModel" | "cpu" | "cloud" | "shed") =>
  policyOf(situationOf(MID, "LOCAL_GPU_MID", { rung, configuration: CLOUD_ALLOWED }));

const STEP_UP: Reason = {
  ...STEP_DOWN,
  code: "RECOVERED",
  value: 0.62,
  threshold: 0.78,
  level: "exit",
  from: "LOCAL_GPU_MID.degraded.cpu",
  to: "LOCAL_GPU_MID.degraded.smallModel",
  refused: { nominal: "NOT_PERMITTED_YET" },
  return_test: { others_peak_mib: 3200, footprint_mib: 1306, limit_mib: 6963 },
};

test("sentence: a step down says value, threshold, from and to", () => {
  expect(sentenceOf(STEP_DOWN, "zh")).toMatchInlineSnapshot(
    `"GPU 显存使用率 93%，超过硬上限 92%，马上离开 GPU。运行方式从「GPU (正常)」变为「CPU」。"`,
  );
  expect(sentenceOf(STEP_DOWN, "en")).toMatchInlineSnapshot(
    `"GPU memory use is 93%, over the hard limit of 92%; work leaves the GPU at once. Work moves from "GPU (nominal)" to "CPU"."`,
  );
});

const SOFT: Reason = {
  ...STEP_DOWN,
  code: "VRAM_TIGHT",
  value: 0.871,
  threshold: 0.85,
  level: "soft",
  sustained_ms: 10_000,
  to: "LOCAL_GPU_MID.degraded.smallModel",
};

test("sentence: a soft step says how long the pressure had lasted", () => {
  expect(sentenceOf(SOFT, "zh")).toMatchInlineSnapshot(
    `"GPU 显存使用率 87.1%，超过阈值 85%，压力已持续 10 秒。运行方式从「GPU (正常)」变为「GPU 上的小模型」。"`,
  );
  expect(sentenceOf(SOFT, "en")).toMatchInlineSnapshot(
    `"GPU memory use is 87.1%, over the threshold of 85%; the pressure has lasted 10 s. Work moves from "GPU (nominal)" to "small model on the GPU"."`,
  );
});

test.each([
  ["VRAM_TIGHT", "fraction", 0.851, 0.85, "is 85.1%, over the threshold of 85%"],
  ["VRAM_TIGHT", "fraction", 0.84, 0.85, "passed the threshold of 85% and at 84% is not calm yet"],
  ["VRAM_EXHAUSTED", "fraction", 0.9, 0.92, "passed the hard limit of 92% and at 90% is not calm"],
  ["MEMORY_TIGHT", "MiB", 1900, 2048, "is 1.9 GB, under the threshold of 2.0 GB"],
  ["MEMORY_TIGHT", "MiB", 2200, 2048, "fell under the threshold of 2.0 GB and at 2.1 GB is not"],
  ["MEMORY_EXHAUSTED", "MiB", 900, 1024, "is 0.9 GB, under the hard limit of 1.0 GB"],
] as const)("sentence: %s of %s %d against %d is no lie", (code, unit, value, threshold, text) => {
  expect(sentenceOf({ ...SOFT, code, unit, value, threshold }, "en")).toContain(text);
});

test("sentence: only the others' share is an estimate, and only where it is shown", () => {
  expect(sentenceOf({ ...SOFT, estimated: true }, "en")).not.toContain("estimate");
  const up = { ...STEP_UP, estimated: true };
  expect(sentenceOf(up, "en")).toMatch(/ The others' share is an estimate\.$/);
  expect(sentenceOf(up, "zh")).toMatch(/。其他程序的占用是估算值。$/);
});

const OOM = { task: "vision", model: "llava:7b", failed: 1, counted: 1 } as const;

test.each([
  ["vision", "llava:7b", "A vision task of llava:7b ran", "有一个视觉分析任务 (llava:7b) 报告"],
  ["editing", null, "An editing task ran", "有一个剪辑任务报告"],
] as const)("sentence: an out-of-memory error names %s and %s", (task, model, en, zh) => {
  const none = { value: null, unit: null, threshold: null };
  const signal = "task.out_of_memory";
  const reason: Reason = { ...STEP_DOWN, ...none, signal, tasks: { ...OOM, task, model } };
  expect(sentenceOf(reason, "en")).toContain(`${en} out of GPU memory; work leaves`);
  expect(sentenceOf(reason, "zh")).toContain(`${zh}显存不足，马上`);
  const memory: Reason = { ...reason, code: "MEMORY_EXHAUSTED" };
  expect(sentenceOf(memory, "en")).toContain(`${en} out of memory; local models stop`);
  expect(stepLines(reason, at("cpu"), "en")).toMatch(/^.*: a task ran out of memory\n/);
  const { tasks: _unnamed, ...old } = reason;
  expect(sentenceOf(old, "en")).toMatch(/^A task ran out of GPU memory; /);
});

const RATE = { task: null, model: null, failed: 6, counted: 8 } as const;
const FAILING: Reason = {
  ...{ ...STEP_DOWN, code: "TASKS_FAILING", signal: "tasks.failure_rate", value: 0.75 },
  ...{ threshold: 0.3, to: "LOCAL_GPU_MID.degraded.cloud", tasks: RATE },
};
const CLOUD_LOST: Reason = {
  ...{ ...STEP_DOWN, code: "CLOUD_UNREACHABLE", signal: "cloud.tasks", value: null, unit: null },
  ...{ threshold: null, from: "LOCAL_GPU_MID.degraded.cloud", tasks: RATE },
};

test.each([
  [FAILING, "6 of the last 8 local tasks failed (75%, over the threshold of 30%)."],
  [{ ...FAILING, value: 0.3 }, "failed (30%), and trial tasks have not succeeded yet."],
  [{ ...FAILING, tasks: { ...RATE, model: "llava:7b" } }, "8 local tasks of llava:7b failed"],
  [CLOUD_LOST, "6 of the last 8 cloud tasks failed, so the cloud is not used for now."],
  [{ ...CLOUD_LOST, tasks: { ...RATE, model: "gpt-4o" } }, "8 cloud tasks of gpt-4o failed,"],
] as const)("sentence: whose tasks fail is said, and how many (%#)", (reason, text) => {
  expect(sentenceOf(reason, "en")).toContain(text);
});

test("sentence: a cloud that is silent is another thing than one whose tasks fail", () => {
  const { tasks: _none, ...silent } = CLOUD_LOST;
  expect(sentenceOf(silent, "en")).toMatch(/^The cloud cannot be reached\. /);
  expect(stepLines(CLOUD_LOST, at("cpu"), "zh")).toContain("云端任务频繁失败");
  expect(stepLines(silent, at("cpu"), "zh")).toContain("云端无法连接");
});

test.each([
  [
    "LOCAL_GPU_MID.degraded.shed",
    "LOCAL_GPU_MID.degraded.cloud",
    null,
    '"cloud" has become usable.',
  ],
  [
    "CLOUD_HYBRID.degraded.cpu",
    "CLOUD_HYBRID.nominal",
    null,
    '"cloud (nominal)" has become usable.',
  ],
  [
    "LOCAL_GPU_MID.degraded.cpu",
    "LOCAL_GPU_MID.degraded.smallModel",
    STEP_UP.return_test,
    'Room for the model of "small model on the GPU": others\' peak 3.1 GB + need 1.3 GB ≤ limit 6.8 GB.',
  ],
  [
    "LOCAL_GPU_MID.degraded.shed",
    "LOCAL_GPU_MID.degraded.cpu",
    STEP_UP.return_test,
    'Room for the model of "CPU": peak in use 3.1 GB + need 1.3 GB ≤ limit 6.8 GB.',
  ],
  [
    "LOCAL_CPU_ONLY.degraded.cloud",
    "LOCAL_CPU_ONLY.nominal",
    STEP_UP.return_test,
    "Room for a local model: peak in use 3.1 GB + need 1.3 GB ≤ limit 6.8 GB.",
  ],
])("sentence: the step up from %s to %s says what allowed it", (from, to, return_test, cause) => {
  const text = sentenceOf({ ...STEP_UP, from, to, return_test }, "en");
  expect(text.startsWith(`${cause} Work moves from `)).toBe(true);
  expect(text).not.toMatch(/calm|pressure/);
});

test("sentence: a way out that leads up says that there is room", () => {
  const to = "LOCAL_GPU_MID.nominal";
  const { return_test } = STEP_UP;
  const { tasks: _none, ...silent } = CLOUD_LOST;
  expect(sentenceOf({ ...silent, to, return_test }, "en")).toBe(
    'The cloud cannot be reached. Room for the model of "GPU (nominal)": others\' peak 3.1 GB + need 1.3 GB ≤ limit 6.8 GB. Work moves from "cloud" to "GPU (nominal)".',
  );
});

test("sentence: the first step only says where work starts, others name the tier where it changes", () => {
  const first: Reason = { ...STEP_DOWN, code: "HOST_DETECTED", from: "detecting" };
  expect(sentenceOf(first, "en")).toBe(
    'The host has been detected. Work starts at "LOCAL_GPU_MID · CPU".',
  );
  const other: Reason = { ...STEP_DOWN, code: "TIER_CHANGED", to: "LOCAL_CPU_ONLY.nominal" };
  expect(sentenceOf(other, "zh")).toContain(
    "从「LOCAL_GPU_MID · GPU (正常)」变为「LOCAL_CPU_ONLY · 正常方式」",
  );
});

test("sentence: without a card nominal is not called the CPU", () => {
  const [from, to] = ["LOCAL_CPU_ONLY.degraded.shed", "LOCAL_CPU_ONLY.nominal"];
  const reason = { ...STEP_UP, from, to };
  expect(sentenceOf(reason, "zh")).toMatch(/「正常方式」。$/);
  expect(sentenceOf(reason, "en")).toMatch(/to "nominal"\.$/);
  for (const language of LANGUAGES) expect(sentenceOf(reason, language)).not.toContain("CPU");
});

test("sentence: memory is said in GB", () => {
  const reason = {
    ...STEP_DOWN,
    code: "MEMORY_TIGHT",
    unit: "MiB",
    value: 1638,
    threshold: 2048,
  } as const;
  expect(sentenceOf(reason, "zh")).toContain("可用内存 1.6GB，低于阈值 2.0GB");
  expect(sentenceOf(reason, "en")).toContain("1.6 GB, under the threshold of 2.0 GB");
});

test.each([
  ["MiB", 2040, 2048, "2040 MiB", "2048 MiB"],
  ["fraction", 0.9203, 0.92, "92.030%", "92.000%"],
  ["fraction", 0.92, 0.92, "92%", "92%"],
  ["percent", 95.01, 95, "95.010%", "95.000%"],
] as const)(
  "sentence: %s %s against %s is said as %s and %s",
  (unit, value, threshold, one, other) => {
    const code = unit === "MiB" ? "MEMORY_TIGHT" : "VRAM_EXHAUSTED";
    const text = sentenceOf({ ...STEP_DOWN, code, unit, value, threshold }, "en");
    expect(text).toContain(one);
    expect(text).toContain(other);
  },
);

test("sentence: every reason gives a whole text in both languages, measured or not", () => {
  for (const code of REASON_CODES) {
    for (const language of LANGUAGES) {
      for (const reason of [
        { ...STEP_DOWN, code },
        { ...STEP_DOWN, code, value: null, threshold: null, reading_age_ms: null },
        { ...STEP_UP, code, from: "detecting" },
      ]) {
        const texts = [sentenceOf(reason, language), stepLines(reason, at("cpu"), language)];
        for (const text of texts) {
          expect(text).not.toMatch(/undefined|null|NaN/);
          expect(text.length).toBeGreaterThan(8);
        }
      }
    }
  }
});

test("sentence: the line of an automatic step down is the document's", () => {
  const reason = { ...STEP_DOWN, value: 0.87, to: "LOCAL_GPU_MID.degraded.cloud" };
  expect(stepLines(reason, at("cloud"), "zh")).toBe(
    "⚠️  触发自动降级: GPU 显存使用率过高 (87%)\n  → 降级后 Vision: cloud",
  );
  expect(stepLines(reason, at("cpu"), "en")).toBe(
    "⚠️  Stepping down: GPU memory use is too high (87%)\n  → now Vision: local / moondream (CPU)",
  );
  expect(stepLines(reason, at("shed"), "zh")).toContain("→ 降级后 Vision: 暂停接收新任务");
});

test("sentence: the way back has a line of its own", () => {
  expect(stepLines(STEP_UP, at("nominal"), "zh")).toBe(
    "✅ 自动恢复: 条件已满足\n  → 恢复后 Vision: local / moondream",
  );
});
