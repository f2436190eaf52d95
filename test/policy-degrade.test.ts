import fc from "fast-check";
import { expect, test } from "vitest";
import { REASON_CODES, type ReasonCode } from "../src/domain/reason.ts";
import { RUNGS, type Rung, rungsOf } from "../src/domain/rung.ts";
import { TIERS, type Tier } from "../src/domain/tier.ts";
import { degradePolicy } from "../src/policy/degrade.ts";
import { policyOf } from "../src/policy/resolve.ts";
import {
  CLOUD_ALLOWED,
  configured,
  hostWithCard,
  situationOf,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

const MID = withModels(hostWithCard(8188), "moondream", "qwen3:4b");
const NOMINAL = policyOf(situationOf(MID, "LOCAL_GPU_MID"));

test.each<[Rung | ReasonCode, Rung]>([
  ["VRAM_TIGHT", "smallModel"],
  ["VRAM_EXHAUSTED", "cpu"],
  ["VRAM_LOST", "cpu"],
  ["EDITOR_BUSY", "cpu"],
  ["MEMORY_TIGHT", "cloud"],
  ["MEMORY_EXHAUSTED", "cloud"],
  ["MEMORY_LOST", "cloud"],
  ["TASKS_FAILING", "cloud"],
  ["MANUAL_HOLD", "smallModel"],
  ["WOULD_NOT_FIT", "smallModel"],
  ["CLOUD_NOT_ALLOWED", "nominal"],
  ["RECOVERED", "nominal"],
  ["nominal", "nominal"],
  ["cpu", "cpu"],
  ["shed", "shed"],
])("degrade: %s takes LOCAL_GPU_MID from nominal to %s", (reason, rung) => {
  expect(degradePolicy(NOMINAL, reason).rung).toBe(rung);
});

test.each<[Tier, Rung, ReasonCode, Rung]>([
  ["LOCAL_GPU_MID", "cpu", "VRAM_TIGHT", "cpu"],
  ["LOCAL_GPU_MID", "cloud", "MEMORY_EXHAUSTED", "cloud"],
  ["LOCAL_GPU_MID", "cloud", "CLOUD_UNREACHABLE", "shed"],
  ["LOCAL_GPU_MID", "shed", "MANUAL_HOLD", "shed"],
  ["LOCAL_CPU_ONLY", "nominal", "VRAM_EXHAUSTED", "nominal"],
  ["LOCAL_CPU_ONLY", "nominal", "MEMORY_TIGHT", "cloud"],
  ["CLOUD_HYBRID", "nominal", "MEMORY_EXHAUSTED", "nominal"],
  ["CLOUD_HYBRID", "nominal", "CLOUD_UNREACHABLE", "cpu"],
  ["CLOUD_HYBRID", "cpu", "MEMORY_TIGHT", "cpu"],
  ["CLOUD_HYBRID", "cpu", "MEMORY_EXHAUSTED", "shed"],
])("degrade: %s at %s under %s goes to %s", (tier, rung, reason, expected) => {
  expect(degradePolicy({ ...NOMINAL, tier, rung }, reason).rung).toBe(expected);
});

test("degrade: the GPU's exhaustion keeps the model and takes the CPU with fewer scenes", () => {
  const { vision, planning } = degradePolicy(NOMINAL, "VRAM_EXHAUSTED");
  expect(vision).toMatchObject({
    provider: "local",
    model: "moondream",
    device: "cpu",
    max_scenes: 4,
    ready: true,
  });
  expect(planning).toMatchObject({ provider: "local", model: "qwen3:4b", device: "cpu" });
});

test("degrade: cloud vision from a policy alone is a plan without consent", () => {
  expect(degradePolicy(NOMINAL, "MEMORY_TIGHT").vision).toMatchObject({
    provider: "cloud",
    model: "gpt-4o",
    ready: false,
    missing: ["CLOUD_NOT_ALLOWED"],
  });
});

test("degrade: with the situation the answer is the policy of that rung", () => {
  const situation = situationOf(MID, "LOCAL_GPU_MID", {
    configuration: CLOUD_ALLOWED,
    cloud: "reachable",
  });
  const degraded = degradePolicy(policyOf(situation), "TASKS_FAILING", situation);
  expect(degraded).toEqual(policyOf({ ...situation, rung: "cloud" }));
  expect(degraded.vision.ready).toBe(true);
});

test("degrade: a model that was not chosen for the small rung has to be there first", () => {
  const nominal = policyOf(
    situationOf(withModels(hostWithCard(8188), "qwen3.5:4b"), "LOCAL_GPU_MID"),
  );
  expect(degradePolicy(nominal, "VRAM_TIGHT").vision).toMatchObject({
    model: "qwen3.5:0.8b",
    ready: false,
    missing: ["MODEL_NOT_INSTALLED"],
  });
});

test("degrade: a policy of a host still being detected stays as it is", () => {
  const detecting = { ...NOMINAL, tier: null, rung: null };
  expect(degradePolicy(detecting, "shed")).toBe(detecting);
});

test("degrade: never goes up, stays on the tier's ladder, and settles when repeated", () => {
  const standings = TIERS.flatMap((tier) => rungsOf(tier).map((rung) => ({ tier, rung })));
  const reasons = [...REASON_CODES, ...RUNGS];
  fc.assert(
    fc.property(
      fc.constantFrom(...standings),
      fc.constantFrom(...reasons),
      fc.constantFrom(true, false, null),
      fc.constantFrom(USERS_HOST, MID),
      ({ tier, rung }, reason, local, host) => {
        const configuration = configured({ vision: { local } });
        const situation = situationOf(host, tier, { rung, configuration });
        const before = policyOf(situation);
        for (const after of [
          degradePolicy(before, reason),
          degradePolicy(before, reason, situation),
        ]) {
          const ladder = rungsOf(tier);
          expect(ladder).toContain(after.rung);
          expect(ladder.indexOf(after.rung as Rung)).toBeGreaterThanOrEqual(ladder.indexOf(rung));
          expect(after.vision.ready).toBe(after.vision.missing.length === 0);
          expect(after.vision.provider === "cloud" && after.vision.ready).toBe(false);
          if (after.rung === "shed") expect(after.vision.provider).toBe("none");
          if (!["MANUAL_HOLD", "WOULD_NOT_FIT", "ENTRY_WOULD_NOT_FIT"].includes(reason)) {
            expect(degradePolicy(after, reason).rung).toBe(after.rung);
          }
        }
      },
    ),
    { seed: 7, numRuns: 1000 },
  );
});
