import { expect, test } from "vitest";
import type { MissingCode } from "../src/policy/policy.ts";
import { policyOf } from "../src/policy/resolve.ts";
import type { Situation } from "../src/policy/situation.ts";
import {
  CLOUD_ALLOWED,
  configured,
  hostWithCard,
  situationOf,
  withModels,
} from "./support/policy-situations.ts";

const MID = withModels(hostWithCard(8188), "moondream");
const PLANNER = withModels(hostWithCard(8188), "moondream", "qwen3:4b");

const CLOUD = { configuration: CLOUD_ALLOWED, cloud: "reachable" } as const;
test.each<[string, Situation, string, readonly MissingCode[]]>([
  [
    "nothing",
    situationOf(MID, "LOCAL_GPU_MID"),
    "cloud deepseek-chat remote",
    ["CLOUD_NOT_ALLOWED"],
  ],
  ["a planner", situationOf(PLANNER, "LOCAL_GPU_MID"), "local qwen3:4b auto", []],
  [
    "one model for both",
    situationOf(withModels(hostWithCard(8188), "qwen3.5:4b", "qwen3:8b"), "LOCAL_GPU_MID"),
    "local qwen3.5:4b auto",
    [],
  ],
  ["consent", situationOf(PLANNER, "LOCAL_GPU_MID", CLOUD), "cloud deepseek-chat remote", []],
  [
    "consent, cloud away, a planner",
    situationOf(PLANNER, "LOCAL_GPU_MID", { ...CLOUD, cloud: "unreachable" }),
    "local qwen3:4b auto",
    [],
  ],
  [
    "consent, cloud away, no planner",
    situationOf(MID, "LOCAL_GPU_MID", { ...CLOUD, cloud: "unreachable" }),
    "cloud deepseek-chat remote",
    ["CLOUD_UNREACHABLE"],
  ],
  [
    "consent for planning, none for vision",
    situationOf(MID, "LOCAL_GPU_MID", {
      configuration: configured({ cloud: { ...CLOUD_ALLOWED.cloud, vision: "never" } }),
    }),
    "cloud deepseek-chat remote",
    [],
  ],
  [
    "the CPU rung",
    situationOf(PLANNER, "LOCAL_GPU_MID", { rung: "cpu" }),
    "local qwen3:4b cpu",
    [],
  ],
  [
    "the cloud rung",
    situationOf(PLANNER, "LOCAL_GPU_MID", { rung: "cloud" }),
    "local qwen3:4b cpu",
    [],
  ],
  [
    "shed",
    situationOf(PLANNER, "LOCAL_GPU_MID", { rung: "shed" }),
    "none null none",
    ["WORK_REFUSED"],
  ],
  [
    "shed and consent",
    situationOf(PLANNER, "LOCAL_GPU_MID", { ...CLOUD, rung: "shed" }),
    "cloud deepseek-chat remote",
    [],
  ],
  [
    "local = true",
    situationOf(MID, "LOCAL_GPU_MID", {
      ...CLOUD,
      configuration: configured({ cloud: CLOUD_ALLOWED.cloud, planning: { local: true } }),
    }),
    "local qwen3.5:4b auto",
    ["MODEL_NOT_INSTALLED"],
  ],
  [
    "local = false",
    situationOf(PLANNER, "LOCAL_GPU_MID", {
      configuration: configured({ planning: { local: false } }),
    }),
    "cloud deepseek-chat remote",
    ["CLOUD_NOT_ALLOWED"],
  ],
  [
    "a model of one's own",
    situationOf(withModels(MID, "mine:3b"), "LOCAL_GPU_MID", {
      configuration: configured({ planning: { model: "mine:3b" } }),
    }),
    "local mine:3b auto",
    [],
  ],
  [
    "no reading yet",
    situationOf(PLANNER, "LOCAL_GPU_MID", { hasFirstReading: false }),
    "local qwen3:4b auto",
    ["FIRST_READING"],
  ],
])("policy: planning with %s", (_, situation, expected, missing) => {
  const { planning } = policyOf(situation);
  expect(`${planning.provider} ${planning.model} ${planning.device}`).toBe(expected);
  expect(planning.missing).toEqual(missing);
  expect(planning.ready).toBe(missing.length === 0);
});

const SILENT = [{ probe: "ollama", code: "timeout", detail: null }] as const;
const UNASKED = [{ probe: "ollama", code: "not-checked", detail: null }] as const;

test.each([
  ["that was asked in vain", SILENT, ["SERVER_NOT_RUNNING"]],
  ["that nobody asked", UNASKED, []],
  ["that nobody asked, without a remark", [], []],
])("policy: a server %s stays planned, cloud or not", (_, notes, missing) => {
  const bare = hostWithCard(8188);
  const host = { ...bare, ollama: { ...bare.ollama, running: null }, notes };
  for (const tier of ["LOCAL_GPU_MID", "LOCAL_CPU_ONLY"] as const) {
    const { vision } = policyOf(situationOf(host, tier, { ...CLOUD, areModelsKnown: false }));
    expect(vision).toMatchObject({ provider: "local", missing });
    expect(vision.ready).toBe(missing.length === 0);
  }
});
