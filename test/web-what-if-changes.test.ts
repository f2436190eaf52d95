/** The changes of the page's what-if: address, sliders, contradictions. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { parseConfiguration } from "../src/domain/configuration-parse.ts";
import { overridesOfValues, withOverrides } from "../src/domain/configuration-text.ts";
import {
  type Changes,
  changesOf,
  type Draft,
  draftOf,
  hostSize,
  isSameDraft,
  presentOf,
  problemsOf,
  settingsIn,
  withControl,
} from "../web/src/what-if-changes.ts";
import { SLIDERS, settingOf, shownOf } from "../web/src/what-if-sliders.ts";
import { problemText } from "../web/src/what-if-words.ts";

const draftWith = (controls: Changes, more = ""): Draft => ({ controls, more });
const kindsOf = (draft: Draft) =>
  problemsOf(draft, DEFAULT_CONFIGURATION).map((problem) => problem.kind);

test("what-if changes: an address gives controls, lines, and leaves the view's own alone", () => {
  const query = new URLSearchParams(
    "thresholds.vram.enter=0.7&cloud.allowed=true&host.vram_gb=24&tier.high_mib=20GB&since=5",
  );
  const draft = draftOf(query);
  expect(draft).toEqual({
    controls: { "vram.enter": "0.7", "cloud.allowed": "true", "host.vram_gb": "24" },
    more: "tier.high_mib=20GB",
  });
  expect(settingsIn(changesOf(draft))).toEqual({
    "vram.enter": "0.7",
    "cloud.allowed": "true",
    "tier.high_mib": "20GB",
  });
  expect(hostSize(changesOf(draft), "host.vram_gb")).toBe(24);
});

test("what-if changes: what stands in the address comes back from it", () => {
  const control = fc.constantFrom(...SLIDERS.map(({ key }) => key), "cloud.allowed");
  const other = fc.constantFrom("tier.high_mib", "sensors.beat_ms", "policy.vision.model");
  const text = fc.constantFrom("0.7", "85%", "2 GB", "a=b&c", "是");
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(control, other), text), (changes) => {
      const query = new URLSearchParams(changes);
      expect(changesOf(draftOf(query))).toEqual(changes);
    }),
  );
});

test("what-if changes: a line wins over its control, and may be written as for the command line", () => {
  const draft = draftWith({ "vram.enter": "0.7" }, "--set thresholds.vram.enter=0.6\n\n ");
  expect(changesOf(draft)).toEqual({ "vram.enter": "0.6" });
  expect(isSameDraft(draft, draftWith({ "vram.enter": "0.6" }))).toBe(true);
  expect(withControl(draft, "vram.enter", null).controls).toEqual({});
});

test("what-if changes: both values of a contradiction are named, and equal ones contradict too", () => {
  expect(problemsOf(draftWith({ "vram.enter": "95%" }), DEFAULT_CONFIGURATION)).toEqual([
    {
      kind: "order",
      lower: "vram.enter",
      upper: "vram.hard",
      lowerValue: 0.95,
      upperValue: 0.92,
      mayBeEqual: false,
    },
  ]);
  expect(kindsOf(draftWith({ "vram.enter": "0.92" }))).toEqual(["order"]);
  expect(kindsOf(draftWith({ "vram.enter": "0.91" }))).toEqual([]);
  expect(kindsOf(draftWith({ "memory.enter": "1GB" }))).toEqual(["order"]);
  expect(kindsOf(draftWith({ "vram.dwell_ms": "600000" }))).toEqual([]);
  expect(kindsOf(draftWith({ "vram.dwell_ms": "600001" }))).toEqual(["order"]);
});

test("what-if changes: what cannot be read is told, with the nearest name", () => {
  const draft = draftWith({ "host.memory_gb": "-1" }, "vram.entr=0.9\nserver.port=1\nnonsense");
  expect(problemsOf(draft, DEFAULT_CONFIGURATION)).toEqual([
    { kind: "value", path: "host.memory_gb", text: "-1" },
    { kind: "unknown", path: "vram.entr", nearest: "vram.enter" },
    { kind: "idle", path: "server.port" },
    { kind: "line", text: "nonsense" },
  ]);
  expect(kindsOf(draftWith({ "vram.grace_ms": "1.5" }))).toEqual(["value"]);
});

test("what-if changes: the page and the service refuse the same thresholds", () => {
  const share = fc.integer({ min: 0, max: 100 }).map((each) => String(each / 100));
  const keys = ["vram.quick_exit", "vram.slow_exit", "vram.enter", "vram.hard"];
  const changes = fc.dictionary(fc.constantFrom(...keys), share);
  fc.assert(
    fc.property(changes, (controls) => {
      const isAccepted = problemsOf(draftWith(controls), DEFAULT_CONFIGURATION).length === 0;
      const laid = withOverrides(DEFAULT_CONFIGURATION, overridesOfValues(controls));
      const accept = () => parseConfiguration(laid);
      if (isAccepted) expect(accept).not.toThrow();
      else expect(accept).toThrow();
    }),
  );
});

test("what-if sliders: every one is a setting, and its value comes back from what is shown", () => {
  for (const { key, unit, max } of SLIDERS) {
    const value = presentOf(DEFAULT_CONFIGURATION, key) as number;
    expect([key, settingOf(unit, shownOf(unit, value))]).toEqual([key, value]);
    expect(shownOf(unit, value)).toBeLessThanOrEqual(max);
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (tenths) => {
      const shown = tenths / 10;
      expect(shownOf("percent", settingOf("percent", shown))).toBe(shown);
      expect(shownOf("gigabytes", settingOf("gigabytes", shown))).toBeCloseTo(shown, 2);
      expect(shownOf("seconds", settingOf("seconds", shown))).toBe(shown);
    }),
  );
});

test("what-if words: a value that cannot be is told in its unit, with what could stand there", () => {
  const [english] = problemsOf(draftWith({ "vram.hard": "1.5" }), DEFAULT_CONFIGURATION);
  const [chinese] = problemsOf(draftWith({ "memory.grace_ms": "x" }), DEFAULT_CONFIGURATION);
  const texts = [english, chinese].map(
    (problem) => problem !== undefined && [problemText(problem, "en"), problemText(problem, "zh")],
  );
  expect(texts).toEqual([
    [
      "“150 %” cannot be the value of GPU memory: Exhausted. Write one from 0 % to 100 %, or reset it.",
      "“150 %”不能用作显存：耗尽的值。请写0 % 到 100 % 之间的值，或复位。",
    ],
    [
      "“x” cannot be the value of Memory available: Grace period. Write one from 0 s to 24.0 h, or reset it.",
      "“x”不能用作可用内存：宽限时间的值。请写0 秒 到 24.0 h 之间的值，或复位。",
    ],
  ]);
});
