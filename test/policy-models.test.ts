import { expect, test } from "vitest";
import type { Tier } from "../src/domain/tier.ts";
import { isCloudModel, isSameModel, visionChoiceOf } from "../src/policy/model-choice.ts";
import {
  ANSWER_TOKENS,
  CPU_ROW,
  GPU_ROWS,
  MODEL_TABLE_DATE,
  MODELS,
} from "../src/policy/model-table.ts";
import {
  configured,
  hostWithCard,
  installed,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

const MIB = 1024 * 1024;

test.each([
  ["moondream", "moondream", true],
  ["moondream:latest", "moondream", true],
  ["Moondream:Latest", "moondream", true],
  ["moondream:1.8b", "moondream", false],
  ["moondream2", "moondream", false],
  ["qwen3.5:4b", "qwen3.5:4b", true],
  ["qwen3.5:4b-q8_0", "qwen3.5:4b", true],
  ["qwen3.5:4b-cloud", "qwen3.5:4b", false],
  ["qwen3.5:4bx", "qwen3.5:4b", false],
  ["qwen3.5:latest", "qwen3.5:4b", false],
])("model: %s is %s: %s", (name, tag, expected) => {
  expect(isSameModel(name, tag)).toBe(expected);
});

test.each([
  ["qwen3.5:cloud", true],
  ["gemma4:31b-cloud", true],
  ["cloudy:4b", false],
  ["qwen3.5:4b", false],
])("model: %s is served by a cloud: %s", (name, expected) => {
  expect(isCloudModel(name, [])).toBe(expected);
});

test("model: what the server calls a cloud model is one, whatever its name", () => {
  expect(isCloudModel("mine:8b", [{ ...installed("mine:8b"), cloud: true }])).toBe(true);
});

test("model table: is dated, and every row names models it knows", () => {
  expect(MODEL_TABLE_DATE).toMatch(/^\d{4}-\d{2}$/);
  const known = new Map(MODELS.map((entry) => [entry.tag, entry]));
  expect(known.size).toBe(MODELS.length);
  const small = Object.values(GPU_ROWS).flatMap((row) => [...row.small, ...row.small_plan]);
  for (const row of [...Object.values(GPU_ROWS), CPU_ROW]) {
    for (const tag of [...row.vision, ...row.vision_plan, ...small]) {
      expect(known.get(tag)?.vision, tag).toBe(true);
    }
    for (const tag of [...row.planning, row.planning_plan]) {
      expect(known.get(tag)?.text, tag).toBe(true);
    }
  }
});

test("model table: one picture and its answer fit in every context that is set", () => {
  const rows = Object.values(GPU_ROWS);
  const contexts = [CPU_ROW.num_ctx, ...rows.flatMap((row) => [row.num_ctx, row.small_num_ctx])];
  for (const entry of MODELS.filter((one) => one.vision)) {
    expect(entry.frame_tokens, entry.tag).toBeGreaterThan(0);
    const room = Math.min(...contexts, entry.num_ctx_max);
    expect((entry.frame_tokens ?? 0) + ANSWER_TOKENS, entry.tag).toBeLessThanOrEqual(room);
  }
});

test.each<[number, Tier, readonly string[], string]>([
  [8188, "LOCAL_GPU_MID", [], "moondream"],
  [8188, "LOCAL_GPU_MID", ["moondream:latest"], "moondream"],
  [8188, "LOCAL_GPU_MID", ["moondream", "qwen3.5:4b"], "qwen3.5:4b"],
  [8188, "LOCAL_GPU_MID", ["moondream", "qwen3.5:9b"], "moondream"],
  [12_288, "LOCAL_GPU_MID", ["moondream", "qwen3.5:9b"], "qwen3.5:9b"],
  [8188, "LOCAL_GPU_MID", ["qwen3.5:4b-q8_0"], "qwen3.5:4b-q8_0"],
  [8188, "LOCAL_GPU_MID", ["qwen3.5:cloud"], "moondream"],
  [6144, "LOCAL_GPU_LOW", [], "moondream"],
  [6144, "LOCAL_GPU_LOW", ["moondream", "qwen3-vl:4b"], "qwen3-vl:4b"],
  [4040, "LOCAL_GPU_LOW", ["moondream", "qwen3-vl:4b"], "moondream"],
  [16_376, "LOCAL_GPU_HIGH", [], "qwen3.5:9b"],
  [16_376, "LOCAL_GPU_HIGH", ["qwen3.5:27b", "moondream"], "moondream"],
  [24_564, "LOCAL_GPU_HIGH", ["qwen3.5:27b", "moondream"], "qwen3.5:27b"],
])("model: on %i MiB (%s) with %j vision is %s", (vram, tier, names, expected) => {
  const host = withModels(hostWithCard(vram), ...names);
  const choice = visionChoiceOf({ host, tier, configuration: configured({}) }, "nominal");
  expect(choice.model).toBe(expected);
  expect(choice.installed).toBe(names.some((name) => isSameModel(name, expected)));
});

test.each<[readonly string[], string]>([
  [[], "qwen3.5:0.8b"],
  [["qwen3.5:4b"], "qwen3.5:4b"],
  [["qwen3.5:4b", "moondream"], "moondream"],
  [["moondream"], "moondream"],
  [["moondream", "qwen3.5:0.8b"], "qwen3.5:0.8b"],
])("model: with %j the small model of MID is %s", (names, expected) => {
  const host = withModels(hostWithCard(8188), ...names);
  const question = { host, tier: "LOCAL_GPU_MID", configuration: configured({}) } as const;
  expect(visionChoiceOf(question, "smallModel").model).toBe(expected);
});

test("model: a vision model that the table does not know is used rather than none", () => {
  const size_bytes = 4000 * MIB;
  const base = hostWithCard(8188);
  const models = [
    { ...installed("plain:7b"), size_bytes, vision: false },
    { ...installed("guess:7b"), size_bytes, vision: null },
    { ...installed("llava:7b"), size_bytes },
  ];
  const host = { ...base, ollama: { ...base.ollama, running: true, models } };
  const question = { host, tier: "LOCAL_GPU_MID", configuration: configured({}) } as const;
  expect(visionChoiceOf(question, "nominal")).toMatchObject({
    model: "llava:7b",
    footprint_mib: 5000,
    installed: true,
  });
});

test("model: a file without its eyes is passed over", () => {
  const base = hostWithCard(8188);
  const models = [{ ...installed("qwen3.5:4b"), vision: false }, installed("moondream", null)];
  const host = { ...base, ollama: { ...base.ollama, running: true, models } };
  const question = { host, tier: "LOCAL_GPU_MID", configuration: configured({}) } as const;
  expect(visionChoiceOf(question, "nominal").model).toBe("moondream");
});

test.each([
  [4096, "qwen3.5:0.8b"],
  [4856, "qwen3.5:0.8b"],
  [4857, "moondream"],
  [32_563, "moondream"],
])("model: a host with %i MiB plans %s on the CPU", (total, expected) => {
  const memory = { ...USERS_HOST.memory, total_mib: total };
  const question = {
    host: { ...USERS_HOST, memory },
    tier: "LOCAL_CPU_ONLY",
    configuration: configured({}),
  } as const;
  expect(visionChoiceOf(question, "cpu").model).toBe(expected);
});

test("model: what the user names is taken on every rung that is not smaller by name", () => {
  const configuration = configured({ vision: { model: "mine:8b" } });
  const question = { host: hostWithCard(8188), tier: "LOCAL_GPU_MID", configuration } as const;
  expect(visionChoiceOf(question, "nominal")).toMatchObject({ model: "mine:8b", installed: false });
  expect(visionChoiceOf(question, "cpu").model).toBe("mine:8b");
});
