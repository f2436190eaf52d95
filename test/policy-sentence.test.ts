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
    `"GPU 显存使用率 93%，达到硬上限 92%，马上离开 GPU。运行方式从「LOCAL_GPU_MID · GPU (正常)」变为「LOCAL_GPU_MID · CPU」。"`,
  );
  expect(sentenceOf(STEP_DOWN, "en")).toMatchInlineSnapshot(
    `"GPU memory use is 93%, at or over the hard limit of 92%; work leaves the GPU at once. Work moves from "LOCAL_GPU_MID · GPU (nominal)" to "LOCAL_GPU_MID · CPU"."`,
  );
});

test("sentence: a soft step says how long, and an estimate is called one", () => {
  const soft: Reason = {
    ...STEP_DOWN,
    code: "VRAM_TIGHT",
    value: 0.871,
    threshold: 0.85,
    level: "soft",
    sustained_ms: 10_000,
    to: "LOCAL_GPU_MID.degraded.smallModel",
    estimated: true,
  };
  expect(sentenceOf(soft, "zh")).toMatchInlineSnapshot(
    `"GPU 显存使用率 87.1%，达到阈值 85%，已持续 10 秒。运行方式从「LOCAL_GPU_MID · GPU (正常)」变为「LOCAL_GPU_MID · GPU 上的小模型」。其中有估算值。"`,
  );
  expect(sentenceOf(soft, "en")).toMatchInlineSnapshot(
    `"GPU memory use is 87.1%, at or over the threshold of 85% for 10 s. Work moves from "LOCAL_GPU_MID · GPU (nominal)" to "LOCAL_GPU_MID · small model on the GPU". Some of these figures are estimates."`,
  );
});

test("sentence: a step up says the arithmetic of the return test", () => {
  expect(sentenceOf(STEP_UP, "zh")).toMatchInlineSnapshot(
    `"压力已经解除，放得下更好的模型 (其他程序最高占用 3.1GB + 需要 1.3GB ≤ 上限 6.8GB)。运行方式从「LOCAL_GPU_MID · CPU」变为「LOCAL_GPU_MID · GPU 上的小模型」。"`,
  );
  expect(sentenceOf(STEP_UP, "en")).toMatchInlineSnapshot(
    `"The pressure is over, and the better choice fits (others' peak 3.1 GB + need 1.3 GB ≤ limit 6.8 GB). Work moves from "LOCAL_GPU_MID · CPU" to "LOCAL_GPU_MID · small model on the GPU"."`,
  );
});

test("sentence: without a card nominal is neither the CPU nor its arithmetic", () => {
  const reason = {
    ...STEP_UP,
    from: "LOCAL_CPU_ONLY.degraded.shed",
    to: "LOCAL_CPU_ONLY.nominal",
  };
  expect(sentenceOf(reason, "zh")).toMatch(/LOCAL_CPU_ONLY · 正常方式」。$/);
  expect(sentenceOf(reason, "en")).toMatch(/to "LOCAL_CPU_ONLY · nominal"\.$/);
  for (const language of LANGUAGES) expect(sentenceOf(reason, language)).not.toMatch(/CPU[ (「]|≤/);
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
    "✅ 自动恢复: 压力已解除 (62%)\n  → 恢复后 Vision: local / moondream",
  );
});
