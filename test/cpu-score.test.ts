import { expect, test } from "vitest";
import { type CpuFacts, cpuScoreOf } from "../src/domain/cpu-score.ts";

const NOTHING: CpuFacts = {
  cores: null,
  threads: null,
  quota: null,
  max_mhz: null,
  has_avx2: null,
};

test.each([
  [16, 24, "ultra"],
  [null, 24, "high"],
  [12, 24, "high"],
  [14, 20, "high"],
  [16, 32, "ultra"],
  [24, 32, "ultra"],
  [8, 16, "high"],
  [10, 10, "high"],
  [16, 16, "ultra"],
  [6, 12, "medium"],
  [8, 8, "medium"],
  [6, 6, "medium"],
  [4, 8, "medium"],
  [4, 4, "low"],
  [2, 2, "low"],
  [1, 2, "low"],
  [20, 20, "ultra"],
  [8, null, "medium"],
  [null, null, null],
] as const)("cpuScoreOf: %s cores and %s threads are %s", (cores, threads, score) => {
  expect(cpuScoreOf({ ...NOTHING, cores, threads })).toBe(score);
});

test.each([
  ["a quota of 4 caps 16 cores", { cores: 16, threads: 24, quota: 4 }, "low"],
  ["a quota of 4.5 is medium", { cores: 16, threads: 24, quota: 4.5 }, "medium"],
  ["a quota above the threads caps nothing", { cores: 16, threads: 24, quota: 64 }, "ultra"],
  ["a quota of 0 is no quota", { cores: 16, threads: 24, quota: 0 }, "ultra"],
  ["15.75 points are high", { cores: 15, threads: 18 }, "high"],
  ["8.75 points are medium", { cores: 8, threads: 11 }, "medium"],
  ["9 points are high", { cores: 9, threads: 9 }, "high"],
  ["4.25 points are low", { cores: 4, threads: 5 }, "low"],
  ["4.5 points are medium", { cores: 4, threads: 6 }, "medium"],
  ["1999 MHz lowers 16 to 12.8 points", { cores: 16, threads: 16, max_mhz: 1999 }, "high"],
  ["2000 MHz lowers nothing", { cores: 16, threads: 16, max_mhz: 2000 }, "ultra"],
  ["0 MHz is unknown", { cores: 16, threads: 16, max_mhz: 0 }, "ultra"],
  ["a high clock raises nothing", { cores: 4, threads: 4, max_mhz: 6000 }, "low"],
  ["without AVX2 at most medium", { cores: 16, threads: 32, has_avx2: false }, "medium"],
  ["without AVX2 low stays low", { cores: 2, threads: 2, has_avx2: false }, "low"],
  ["with AVX2 as by points", { cores: 16, threads: 32, has_avx2: true }, "ultra"],
  ["NaN is unknown", { cores: Number.NaN, threads: 24 }, "high"],
] as const)("cpuScoreOf: %s", (_, facts, score) => {
  expect(cpuScoreOf({ ...NOTHING, ...facts })).toBe(score);
});
