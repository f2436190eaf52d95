/**
 * The decision bench, its quick part: the plant and the counting are what their words say, the decider
 * keeps its promises where the simple controllers do not, and the page has the figures of this very code.
 */
import { beforeAll, expect, test } from "vitest";
import { BARE, BASELINES } from "../bench/decisions/baselines.ts";
import type { Setting } from "../bench/decisions/controller.ts";
import { NAIVE_RULE, OUR_RULE } from "../bench/decisions/failure-rules.ts";
import { measureFailures, outageStream } from "../bench/decisions/failures.ts";
import { SAWTOOTH_SEED, sawtooth, scenarioOf } from "../bench/decisions/generated.ts";
import { measureClosed } from "../bench/decisions/measure-closed.ts";
import { episodesOf, measureOpen } from "../bench/decisions/open-loop.ts";
import { OURS, oursWith } from "../bench/decisions/ours.ts";
import { pictureOf } from "../bench/decisions/picture.ts";
import { meet, NOTHING_LOADED, pass } from "../bench/decisions/plant.ts";
import { type ClosedGroup, closedGroup, faultResults } from "../bench/decisions/results.ts";
import { namedClosedScenarios, OPEN_CONTROLLERS } from "../bench/decisions/suite.ts";
import { switchesOf } from "../bench/decisions/switches.ts";
import { asMarkdown, closedTable, faultTable } from "../bench/decisions/tables.ts";
import { textOf } from "./support/pages.ts";

const SETTING: Setting = {
  signal: "vram",
  totalMib: 10_000,
  footprintMib: 3000,
  intervalMs: 1000,
};

let named: readonly ClosedGroup[] = [];
beforeAll(() => {
  named = namedClosedScenarios().map(closedGroup);
});

function resultOf(id: string, name: string) {
  const group = named.find((each) => each.id === id);
  const result = group?.results.find(({ controller }) => controller === name);
  if (result === undefined) throw new Error(`Expected a result of ${name} on ${id}.`);
  return result;
}

test("plant: a model loads in 6 s, unloads in 1.5 s, and the other waits until it has gone", () => {
  const calm = { othersMib: 1000 };
  const loaded = pass(NOTHING_LOADED, { ...calm, wanted: "nominal", ms: 6500 }, SETTING);
  expect(loaded).toEqual({
    plant: { model: "nominal", fraction: 1 },
    hasRunOut: false,
    usableMs: 500,
  });
  const leaving = pass(loaded.plant, { ...calm, wanted: "off", ms: 750 }, SETTING);
  expect(leaving.plant.fraction).toBeCloseTo(0.5);
  const other = pass(loaded.plant, { ...calm, wanted: "small", ms: 4500 }, SETTING);
  expect(other.plant).toEqual({ model: "small", fraction: 0.5 });
  expect(other.usableMs).toBe(0);
});

test("plant: memory runs out over 98.5 %, not at it, and only when we hold any", () => {
  const held = { model: "nominal", fraction: 1 } as const;
  expect(meet(held, 6850, SETTING).hasRunOut).toBe(false);
  expect(meet(held, 6851, SETTING)).toMatchObject({ hasRunOut: true, plant: NOTHING_LOADED });
  expect(meet(NOTHING_LOADED, 9900, SETTING).hasRunOut).toBe(false);
  const loading = pass(NOTHING_LOADED, { wanted: "nominal", othersMib: 9000, ms: 3000 }, SETTING);
  expect(loading).toMatchObject({ hasRunOut: true, usableMs: 0 });
});

test("switches: opposite ones less than 60 s apart are a flap, of the kind of the second", () => {
  const held = (...steps: readonly (readonly [number, number])[]) =>
    switchesOf(
      steps.map(([second, level]) => ({ at: second * 1000, level })),
      1000,
    );
  expect(held([0, 0], [10, 2], [69, 0])).toEqual({ count: 2, downThenUp: 1, upThenDown: 0 });
  expect(held([0, 0], [10, 2], [70, 0])).toEqual({ count: 2, downThenUp: 0, upThenDown: 0 });
  expect(held([0, 2], [10, 0], [11, 1])).toEqual({ count: 2, downThenUp: 0, upThenDown: 1 });
  expect(held([0, 0], [10, 1], [11, 2])).toEqual({ count: 2, downThenUp: 0, upThenDown: 0 });
});

test("open loop: an episode begins at the limit and is armed again after five calm samples", () => {
  const calm = (count: number) => Array.from({ length: count }, () => 0.5);
  const shares = [...calm(3), 0.95, 0.949, ...calm(4), 0.96, ...calm(5), 0.97];
  const scenario = scenarioOf("x", shares, { footprint: 0, title: "x" });
  expect(episodesOf(scenario)).toEqual([3, 15]);
});

test("open loop: lead, needless time and lag are counted from the samples", () => {
  const shares = [0.5, 0.86, 0.9, 0.96, ...Array.from({ length: 100 }, () => 0.5)];
  const scenario = scenarioOf("x", shares, { footprint: 0, title: "x" });
  expect(measureOpen(scenario, BARE)).toMatchObject({
    episodes: 1,
    inTime: 1,
    leadS: 2,
    needlessShare: 0,
    recoveryLagS: 1,
  });
  const ours = measureOpen(scenario, OURS);
  expect(ours).toMatchObject({ episodes: 1, inTime: 0, leadS: 0 });
  expect(ours.recoveryLagS).toBeGreaterThanOrEqual(60);
  expect(ours.needlessShare).toBeGreaterThan(0.5);
});

test("sawtooth: it has the figures of the recording that it stands for", () => {
  const shares = sawtooth(SAWTOOTH_SEED);
  const over = shares.filter((share) => share > 0.85).length;
  const teeth = shares.filter(
    (share, second) => share > 0.85 && !((shares[second - 1] ?? 0) > 0.85),
  );
  const scenario = scenarioOf("x", shares, { footprint: 0.3, title: "x", exhausted: 0.93 });
  const bare = measureOpen(scenario, BARE);
  const { downThenUp, upThenDown } = bare.switches;
  expect(shares.length).toBe(420);
  expect(teeth.length).toBe(26);
  expect(over / 420).toBeCloseTo(0.13, 2);
  expect(bare.episodes).toBe(3);
  expect(Math.abs((downThenUp + upThenDown) / bare.hours - 426)).toBeLessThan(5);
  expect(closedGroup(scenario).oracle.nominal).toBeCloseTo(0.702, 2);
});

test("closed loop: ours comes back no sooner than the dwell, in no scenario and in no form", () => {
  const soon = named.flatMap(({ id, results }) =>
    results
      .filter(
        ({ controller, switches }) => controller.startsWith(OURS.name) && switches.downThenUp > 0,
      )
      .map(({ controller }) => `${id}: ${controller}`),
  );
  expect(named).toHaveLength(5);
  expect(soon).toEqual([]);
});

test("closed loop: ours does not run out of memory where the bare threshold flaps or does", () => {
  for (const id of ["constant 51", "constant 50", "sawtooth", "sawtooth × 0.6"])
    expect(resultOf(id, OURS.name).outOfMemory, id).toBe(0);
  expect(resultOf("constant 51", BARE.name).switches.downThenUp).toBeGreaterThan(1000);
  expect(resultOf("sawtooth", BARE.name).outOfMemory).toBeGreaterThan(10);
  expect(resultOf("constant 51", OURS.name).localShare).toBeGreaterThan(0.99);
  expect(resultOf("plato × 0.75", OURS.name).outOfMemory).toBe(1);
  expect(resultOf("plato × 0.75", BARE.name).outOfMemory).toBeGreaterThan(10);
});

test("closed loop: without dwell, clear time and look-back ours would flap and run out of memory too", () => {
  const none = { dwell_ms: 0, quick_exit_ms: 0, lookback_ms: 0 };
  const hasty = oursWith((configuration) => ({
    ...configuration,
    thresholds: {
      ...configuration.thresholds,
      vram: { ...configuration.thresholds.vram, ...none },
    },
  }));
  const [scenario] = namedClosedScenarios().filter(({ id }) => id === "sawtooth");
  if (scenario === undefined) throw new Error("Expected the sawtooth.");
  const { outOfMemory, switches } = measureClosed(scenario, hasty);
  expect(switches.downThenUp).toBeGreaterThan(0);
  expect(outOfMemory).toBeGreaterThan(0);
});

test("faults: ours has left the resource in every episode, the simple ones in none when it is lost", () => {
  const results = faultResults(OPEN_CONTROLLERS);
  for (const { controller, fault, usable, answered, unanswered } of results) {
    if (controller === OURS.name) expect([answered, unanswered], fault).toEqual([usable, []]);
    else if (fault === "lost") expect(answered, controller).toBe(0);
    expect(usable).toBeGreaterThanOrEqual(7);
  }
  expect(textOf("docs/decision-bench.md")).toContain(asMarkdown(faultTable(results)));
});

test("failure rule: no false opening, and every outage is caught; the naive rule opens for nothing", () => {
  const stream = outageStream(11, { count: 6000, outages: 10, rate: 0.9 });
  const ours = measureFailures(stream, OUR_RULE);
  const naive = measureFailures(stream, NAIVE_RULE);
  expect(ours).toMatchObject({ falseOpenings: 0, caught: 10 });
  expect(ours.diverted + ours.suffered).toBeGreaterThan(0);
  expect(naive.falseOpenings / naive.days).toBeGreaterThan(5);
});

test("bench: the same run gives the same figures", () => {
  const [scenario] = namedClosedScenarios().filter(({ id }) => id === "sawtooth");
  if (scenario === undefined) throw new Error("Expected the sawtooth.");
  for (const controller of [OURS, ...BASELINES])
    expect(measureClosed(scenario, controller)).toEqual(resultOf("sawtooth", controller.name));
});

test("page: it has the tables of this code; node bench/decisions/main.ts --write docs", () => {
  const page = textOf("docs/decision-bench.md");
  for (const group of named) expect(page).toContain(asMarkdown(closedTable(group)));
});

test("picture: both languages have the rows of this code, a title and a description", () => {
  for (const language of ["en", "zh"] as const) {
    const file = `docs/decision-bench.${language === "en" ? "svg" : "zh-CN.svg"}`;
    const rows = (svg: string) =>
      svg
        .split("\n")
        .filter((line) => /class="(back|others|ours|small|at-\w+|bad|figure)"/.test(line));
    const drawn = pictureOf(named, language);
    expect(rows(textOf(file)), file).toEqual(rows(drawn));
    expect(rows(drawn).length).toBeGreaterThan(20);
    expect(drawn).toMatch(/<title id="title">.+<\/title>\n<desc id="desc">.+<\/desc>/);
  }
});
