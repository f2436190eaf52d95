/** What callbacks are told: steps with a direction, and nothing else. */
import { expect, test } from "vitest";
import type { Entry } from "../src/log/entry.ts";
import { policyOf } from "../src/policy/resolve.ts";
import { changesOf } from "../src/runtime-changes.ts";
import { hostWithCard, STEP_DOWN, situationOf } from "./support/policy-situations.ts";

const policy = policyOf(situationOf(hostWithCard(8188), "LOCAL_GPU_MID"));

function told(from: string, to: string): string[] {
  const reason = { ...STEP_DOWN, from, to };
  const entry = { seq: 1, at: 1, kind: "output", type: "transition", data: { from, to, reason } };
  const changes = changesOf([entry as unknown as Entry], { language: "en", policy });
  return changes.map(({ isUp }) => (isUp ? "recovered" : "degraded"));
}

test.each([
  ["LOCAL_GPU_MID.nominal", "LOCAL_GPU_MID.degraded.cpu", ["degraded"]],
  ["LOCAL_GPU_MID.degraded.cpu", "LOCAL_GPU_MID.degraded.smallModel", ["recovered"]],
  ["detecting", "LOCAL_GPU_MID.nominal", []],
  ["detecting", "LOCAL_GPU_MID.degraded.cpu", []],
  ["LOCAL_GPU_HIGH.nominal", "LOCAL_GPU_MID.nominal", []],
  ["LOCAL_CPU_ONLY.nominal", "LOCAL_GPU_MID.degraded.cpu", []],
  ["LOCAL_GPU_MID.nominal", "LOCAL_CPU_ONLY.nominal", ["degraded"]],
  ["LOCAL_CPU_ONLY.nominal", "LOCAL_GPU_MID.nominal", ["recovered"]],
])("changes: %s to %s is told as %j", (from, to, expected) => {
  expect(told(from, to)).toEqual(expected);
});
