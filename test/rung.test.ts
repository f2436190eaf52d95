/** Which way a step leads: the question that the log, the callbacks and the words ask alike. */
import { expect, test } from "vitest";
import { directionOf, isStepUp, profileStateOf, rungsOf } from "../src/domain/rung.ts";
import { TIERS } from "../src/domain/tier.ts";

test.each([
  // Inside a tier the ladder decides.
  ["LOCAL_GPU_MID.nominal", "LOCAL_GPU_MID.degraded.smallModel", "down"],
  ["LOCAL_GPU_MID.degraded.smallModel", "LOCAL_GPU_MID.nominal", "up"],
  ["LOCAL_GPU_MID.degraded.cpu", "LOCAL_GPU_MID.degraded.cpu", "level"],
  ["LOCAL_GPU_MID.degraded.shed", "LOCAL_GPU_MID.degraded.cloud", "up"],
  ["CLOUD_HYBRID.nominal", "CLOUD_HYBRID.degraded.cpu", "down"],
  ["CLOUD_HYBRID.degraded.cpu", "CLOUD_HYBRID.nominal", "up"],
  // Between tiers the device decides.
  ["LOCAL_GPU_HIGH.nominal", "LOCAL_GPU_LOW.nominal", "level"],
  ["LOCAL_GPU_LOW.degraded.smallModel", "LOCAL_GPU_HIGH.nominal", "level"],
  ["LOCAL_GPU_MID.nominal", "LOCAL_CPU_ONLY.nominal", "down"],
  ["LOCAL_CPU_ONLY.nominal", "LOCAL_GPU_MID.nominal", "up"],
  ["LOCAL_CPU_ONLY.nominal", "LOCAL_GPU_MID.degraded.cpu", "level"],
  ["LOCAL_CPU_ONLY.nominal", "CLOUD_HYBRID.nominal", "down"],
  ["CLOUD_HYBRID.nominal", "LOCAL_CPU_ONLY.nominal", "up"],
  ["LOCAL_CPU_ONLY.degraded.cloud", "CLOUD_HYBRID.nominal", "level"],
  ["CLOUD_HYBRID.degraded.shed", "LOCAL_CPU_ONLY.degraded.cloud", "up"],
  // Before the first tier there was nothing to be better or worse than.
  ["detecting", "LOCAL_GPU_MID.nominal", "level"],
  ["detecting", "LOCAL_GPU_MID.degraded.shed", "level"],
] as const)("step: %s to %s leads %s", (from, to, expected) => {
  expect(directionOf(from, to)).toBe(expected);
  expect(isStepUp(from, to)).toBe(expected === "up");
});

test("step: the way back of every step leads the other way", () => {
  const opposite = { up: "down", down: "up", level: "level" } as const;
  const places = TIERS.flatMap((tier) => rungsOf(tier).map((rung) => profileStateOf(tier, rung)));
  for (const from of places) {
    for (const to of places) {
      expect(directionOf(to, from), `${from} ${to}`).toBe(opposite[directionOf(from, to)]);
    }
  }
});
