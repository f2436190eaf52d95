import fc from "fast-check";
import { expect, test } from "vitest";
import type { Configuration, Footprints } from "../src/domain/configuration.ts";
import { feasibilityOf } from "../src/domain/feasibility.ts";
import type { Host } from "../src/domain/host.ts";
import { tierOf } from "../src/domain/tier.ts";
import { resolveFootprints } from "../src/policy/footprints.ts";
import {
  configured,
  hostWithCard,
  installed,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

const MID = hostWithCard(8192);

function feasible(host: Host, footprints: Footprints, configuration = configured({ footprints })) {
  return feasibilityOf(
    host,
    tierOf(host, configuration.tier, configuration.cloud.allowed),
    configuration,
  );
}

test("footprints: come from the model that would be chosen", () => {
  expect(resolveFootprints(MID, configured({}))).toEqual({
    nominal: 2297,
    smallModel: 1306,
    cpu: 2809,
  });
  expect(resolveFootprints(withModels(MID, "qwen3.5:4b", "moondream"), configured({}))).toEqual({
    nominal: 4329,
    smallModel: 2297,
    cpu: 2809,
  });
});

test("footprints: a small rung that would run the nominal model is infeasible, unless configured", () => {
  const same = withModels(MID, "moondream");
  expect(resolveFootprints(same, configured({}))).toMatchObject({
    nominal: 2297,
    smallModel: null,
  });
  expect(feasible(same, resolveFootprints(same, configured({}))).smallModel).toBe(false);
  const footprints = { smallModel: 2000 };
  expect(resolveFootprints(same, configured({ footprints })).smallModel).toBe(2000);
  const smaller = withModels(MID, "moondream", "qwen3.5:0.8b");
  expect(resolveFootprints(smaller, configured({})).smallModel).toBe(1306);
  const lessContext = withModels(MID, "qwen3.5:2b");
  expect(resolveFootprints(lessContext, configured({})).smallModel).toBeGreaterThan(0);
  const unknown = { ...MID, ollama: { ...MID.ollama, running: null } };
  expect(resolveFootprints(unknown, configured({})).smallModel).toBe(1306);
});

test("footprints: an installed file's own size goes before the table's", () => {
  const models = [{ ...installed("moondream"), size_bytes: 2000 * 1024 * 1024 }];
  const host = { ...MID, ollama: { ...MID.ollama, running: true, models } };
  expect(resolveFootprints(host, configured({})).nominal).toBe(2640);
});

test("footprints: a size of zero is an unknown size", () => {
  const models = [{ ...installed("moondream"), size_bytes: 0 }];
  const host = { ...MID, ollama: { ...MID.ollama, running: true, models } };
  expect(resolveFootprints(host, configured({})).nominal).toBe(2297);
});

test("footprints: what is configured wins, null included", () => {
  const footprints = { nominal: 2048, smallModel: null, cpu: 0 };
  expect(resolveFootprints(MID, configured({ footprints }))).toEqual(footprints);
  expect(resolveFootprints(MID, configured({ footprints: { nominal: 5000 } }))).toEqual({
    nominal: 5000,
    smallModel: 1306,
    cpu: 2809,
  });
});

test("footprints: without GPU rungs nominal follows what nominal does there", () => {
  expect(resolveFootprints(USERS_HOST, configured({}))).toEqual({
    nominal: 2809,
    smallModel: null,
    cpu: 2809,
  });
  expect(resolveFootprints(USERS_HOST, configured({ footprints: { cpu: 3000 } })).nominal).toBe(
    3000,
  );
  const tiny = { ...USERS_HOST, memory: { ...USERS_HOST.memory, total_mib: 4096 } };
  expect(resolveFootprints(tiny, configured({ cloud: { allowed: true } }))).toEqual({
    nominal: 0,
    smallModel: null,
    cpu: 1818,
  });
});

test.each([
  [6963, true],
  [6964, false],
  [null, false],
])("feasibility: %s MiB on a card of 8192 MiB at 85 %%: %s", (need, expected) => {
  expect(feasible(MID, { nominal: need, smallModel: 1, cpu: 1 }).nominal).toBe(expected);
  expect(feasible(MID, { nominal: 1, smallModel: need, cpu: 1 }).smallModel).toBe(expected);
});

test.each([
  [30_720, true],
  [30_721, false],
  [null, false],
])("feasibility: %s MiB of 32768 with 2 GB to keep free: %s", (need, expected) => {
  const footprints = { nominal: 1, smallModel: 1, cpu: need };
  expect(feasible(MID, footprints)).toEqual({ nominal: true, smallModel: true, cpu: expected });
});

test("feasibility: an unknown total refuses nothing, null still does", () => {
  const host: Host = { ...USERS_HOST, memory: { ...USERS_HOST.memory, total_mib: null } };
  expect(feasible(host, { nominal: 9, smallModel: null, cpu: 999_999 })).toEqual({
    nominal: true,
    smallModel: false,
    cpu: true,
  });
  expect(feasible(host, { nominal: 9, smallModel: null, cpu: null }).cpu).toBe(false);
});

test("feasibility: nominal follows the CPU on LOCAL_CPU_ONLY and is free on CLOUD_HYBRID", () => {
  const footprints = { nominal: null, smallModel: null, cpu: 40_000 };
  expect(feasible(USERS_HOST, footprints)).toEqual({
    nominal: false,
    smallModel: false,
    cpu: false,
  });
  const choice = { ...configured({}).tier, choice: "CLOUD_HYBRID" } as const;
  const hybrid: Configuration = { ...configured({ footprints }), tier: choice };
  expect(feasible(USERS_HOST, footprints, hybrid)).toEqual({
    nominal: true,
    smallModel: false,
    cpu: false,
  });
});

test("feasibility: a larger card or more memory never refuses what a smaller one allowed", () => {
  const size = fc.integer({ min: 1, max: 200_000 });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 0, max: 50_000 }), (total, more, need) => {
      const footprints = { nominal: need, smallModel: need, cpu: need };
      const configuration = configured({ footprints });
      const at = (mib: number) =>
        feasibilityOf(
          { ...hostWithCard(mib), memory: { ...MID.memory, total_mib: mib } },
          "LOCAL_GPU_LOW",
          configuration,
        );
      const small = at(total);
      const large = at(total + more);
      for (const rung of ["nominal", "smallModel", "cpu"] as const) {
        expect(large[rung] || !small[rung]).toBe(true);
      }
    }),
    { seed: 7 },
  );
});
