/** What came in when a step was taken, in words: a silent sensor, a request, other settings. */
import { expect, test } from "vitest";
import type { Reason } from "../src/domain/reason.ts";
import { sentenceOf } from "../src/policy/sentence.ts";
import { STEP_DOWN } from "./support/policy-situations.ts";

test.each([
  ["VRAM_LOST", "timeout", "The GPU memory sensor has given no value for 6 s (no answer within"],
  ["VRAM_LOST", undefined, "The GPU memory sensor has given no value for 6 s; unseen"],
  ["MEMORY_LOST", undefined, "The memory sensor has given no value for 6 s; no local"],
] as const)("sentence: %s because of %s names the sensor and the time", (code, missing, text) => {
  const lost = { ...STEP_DOWN, code, value: null, threshold: null, sustained_ms: 6000 };
  const reason: Reason =
    missing === undefined ? lost : { ...lost, occasion: { input: "reading", missing } };
  expect(sentenceOf(reason, "en")).toContain(text);
});

test.each([
  [{ input: "degrade.requested", held: "cpu" }, 'A manual request holds work at "CPU" or lower.'],
  [
    { input: "degrade.requested", held: "cpu", said: "a film is rendered" },
    'A manual request holds work at "CPU" or lower (reason given: a film is rendered).',
  ],
  [
    { input: "degrade.requested", held: "cpu", said: "  a\n- line\tof mine " },
    'A manual request holds work at "CPU" or lower (reason given: a - line of mine).',
  ],
  [
    { input: "degrade.requested", held: "cpu", said: "x".repeat(80) },
    `A manual request holds work at "CPU" or lower (reason given: ${"x".repeat(80)}).`,
  ],
  [
    { input: "degrade.requested", held: "cpu", said: "x".repeat(81) },
    `A manual request holds work at "CPU" or lower (reason given: ${"x".repeat(79)}…).`,
  ],
  [
    { input: "degrade.requested", held: "cpu", said: " \n" },
    'A manual request holds work at "CPU" or lower.',
  ],
  [{ input: "host.detected" }, "A manual hold is in force."],
] as const)("sentence: a hold by %j says who asked", (occasion, text) => {
  const reason: Reason = { ...STEP_DOWN, code: "MANUAL_HOLD", occasion };
  expect(sentenceOf(reason, "en").startsWith(text)).toBe(true);
});

test("sentence: a hold that leads past what was asked for says why", () => {
  const reason: Reason = {
    ...STEP_DOWN,
    code: "MANUAL_HOLD",
    to: "LOCAL_GPU_MID.degraded.shed",
    refused: { nominal: "MANUAL_HOLD", cloud: "CLOUD_NOT_ALLOWED" },
    occasion: { input: "degrade.requested", held: "cloud" },
  };
  expect(sentenceOf(reason, "en")).toContain('Not "cloud": you have not allowed a cloud.');
});

test.each([
  ["TIER_CHANGED", "config.changed", "After a change of settings, this host is in another tier."],
  ["RECOVERED", "config.changed", 'After a change of settings, "CPU" has become usable.'],
  ["RECOVERED", "cloud.probed", '"CPU" has become usable.'],
  ["TIER_CHANGED", "host.detected", "After a new detection, this host is in another tier."],
  ["WOULD_NOT_FIT", "config.changed", "After a change of settings, this host cannot carry the"],
  ["WOULD_NOT_FIT", "host.detected", "After a new detection, this host cannot carry the model for"],
] as const)("sentence: %s by %s says what changed", (code, input, text) => {
  expect(sentenceOf({ ...STEP_DOWN, code, occasion: { input } }, "en").startsWith(text)).toBe(true);
});
