/** The kernel ends a process for want of memory: what it means, how it is told, and what conditions do not do. */
import { expect, test } from "vitest";
import { type Conditions, UNKNOWN_CONDITIONS } from "../src/domain/conditions.ts";
import { UNKNOWN_HOST } from "../src/domain/host.ts";
import type { Input } from "../src/domain/input.ts";
import { step } from "../src/machines/decider.ts";
import { initialState, type RuntimeState } from "../src/machines/runtime-state.ts";
import { recommendationsOf } from "../src/policy/recommendation.ts";
import { sentenceOf } from "../src/policy/sentence.ts";
import { conditionsText, kernelKillText } from "../src/policy/words-conditions.ts";
import { monitorIn } from "../src/replay/projection.ts";

const HOST = {
  ...UNKNOWN_HOST,
  memory: { total_mib: 16_000, available_mib: 12_000, limited_by: "cgroup" },
} as const;

const reading = (at: number, available_mib = 12_000): Input => ({
  type: "reading",
  at,
  memory: { available_mib, total_mib: 16_000 },
});

function after(...inputs: readonly Input[]): RuntimeState {
  const begin: readonly Input[] = [{ type: "host.detected", at: 0, host: HOST }, reading(1000)];
  return [...begin, ...inputs].reduce((state, input) => step(state, input).state, initialState());
}

const kill: Input = { type: "memory.oom_killed", at: 2000, killed: 2, total: 5 };

test("kernel kill: memory is exhausted at once, whatever the meter says", () => {
  const state = after(kill);
  expect(state.chart.state).toMatchObject({
    memory: "exhausted",
    profile: "LOCAL_CPU_ONLY.degraded.shed",
  });
  const reason = state.lastTransition?.reason;
  expect(reason).toMatchObject({
    code: "MEMORY_EXHAUSTED",
    signal: "memory.oom_kills",
    value: 2,
    unit: "count",
    threshold: null,
    level: "hard",
  });
  if (reason === undefined) throw new Error("there was no step");
  expect(sentenceOf(reason, "en")).toMatch("The kernel ended 2 processes because memory ran out");
  expect(sentenceOf(reason, "zh")).toContain("内存耗尽，内核结束了 2 个进程");
});

test("kernel kill: the way back looks at the last quarter of an hour", () => {
  const seconds = Array.from({ length: 300 }, (_, second) => reading(3000 + second * 1000));
  const state = after(reading(1500, 500), kill, ...seconds);
  expect(state.sensing.ladder).toMatchObject({ oomAt: 2000, oomLookbackMs: 900_000 });
  expect(state.chart.state.memory).toBe("relaxed");
});

test("kernel kill: one process is one process", () => {
  expect(kernelKillText(1, "en")).toBe("the kernel ended 1 process because memory ran out");
});

const HOT: Conditions = {
  power: "battery",
  battery_percent: 45,
  thermal: "hot",
  memory_stall: "severe",
  cpu_stolen: true,
  disk_waiting: true,
};

test("conditions: they stand in the monitor and bring advice, and no step", () => {
  const before = after();
  const changed: Input = { type: "conditions.changed", at: 2000, conditions: HOT };
  const { state, outputs } = step(before, changed);
  expect(outputs).toEqual([]);
  expect(state.chart).toEqual(before.chart);
  const frame = {
    seq: 1,
    droppedBeats: 0,
    language: "en" as const,
    isRunning: true,
    timeOf: String,
  };
  expect(monitorIn(before, frame).conditions).toBeNull();
  expect(monitorIn(state, frame).conditions).toEqual(HOT);
  const situation = {
    tier: "LOCAL_CPU_ONLY",
    rung: "nominal",
    host: state.host ?? UNKNOWN_HOST,
    configuration: state.configuration,
    cloud: "off",
    hasFirstReading: true,
    areModelsKnown: false,
  } as const;
  const codes = recommendationsOf(situation, { isCpuBusy: false }).map(({ code }) => code);
  expect(codes).toEqual([
    "RUNNING_HOT",
    "MEMORY_STALLS",
    "CPU_STOLEN",
    "DISK_WAITING",
    "ON_BATTERY",
    "ADD_GPU",
  ]);
});

test("conditions: before a host is known there is nothing that they are of", () => {
  const changed: Input = { type: "conditions.changed", at: 1, conditions: HOT };
  expect(step(initialState(), changed).state.host).toBeNull();
});

test.each([
  [
    HOT,
    "on battery (45 %) · hot · tasks wait for memory all the time · the hypervisor takes processor time · processors wait for the disk",
  ],
  [{ ...UNKNOWN_CONDITIONS, power: "mains", battery_percent: 80 }, "on mains"],
  [{ ...UNKNOWN_CONDITIONS, thermal: "normal" }, "nothing unusual"],
  [UNKNOWN_CONDITIONS, "unknown"],
] as const)("conditionsText: says what is unusual of %o", (conditions, expected) => {
  expect(conditionsText(conditions as Conditions, "en")).toBe(expected);
});
