import { expect, test } from "vitest";
import {
  chartModel,
  childrenOf,
  codesOf,
  leavesOf,
  mergedEdges,
} from "../src/charts/chart-model.ts";
import { guardText } from "../src/charts/guard-text.ts";
import { REASON_CODES } from "../src/domain/reason.ts";
import { profileStateOf, rungsOf } from "../src/domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  REGIONS,
  TASKS_STATES,
  VRAM_STATES,
} from "../src/domain/state.ts";
import { TIERS } from "../src/domain/tier.ts";
import { detectionEdges, edgesOf, tierEdges } from "../src/machines/edges.ts";
import { initialChart, machineDefinition } from "../src/machines/runtime-machine.ts";

const model = chartModel();

test("chart model: it has the seven regions, and nothing else at the top", () => {
  expect(model.regions).toEqual(REGIONS);
  expect(model.states.filter(({ parent }) => parent === null).map(({ path }) => path)).toEqual(
    Object.keys((machineDefinition().definition as { states: object }).states),
  );
});

test.each([
  [
    "profile",
    [
      "detecting",
      ...TIERS.flatMap((tier) => rungsOf(tier).map((rung) => profileStateOf(tier, rung))),
    ],
  ],
  ["vram", VRAM_STATES],
  ["memory", MEMORY_STATES],
  ["tasks", TASKS_STATES],
  ["cloud", CLOUD_STATES],
  ["editor", EDITOR_STATES],
  ["hold", HOLD_STATES],
] as const)("chart model: the innermost states of %s are those of a snapshot", (region, names) => {
  const leaves = leavesOf(model, region).map(({ name }) => name);
  expect(leaves.toSorted()).toEqual([...names].toSorted());
});

test("chart model: following the start states leads to the chart's first snapshot", () => {
  for (const region of REGIONS) {
    let state = model.states.find(({ path }) => path === region);
    while (state?.initial != null) {
      const next: string = state.initial;
      state = model.states.find(({ path }) => path === next);
    }
    expect(state?.name).toBe(initialChart().state[region]);
  }
});

test("chart model: every transition of the profile is there, with target, code and guard, in order", () => {
  for (const tier of TIERS) {
    for (const rung of rungsOf(tier)) {
      const from = `profile.${profileStateOf(tier, rung)}`;
      const own = model.transitions.filter((each) => each.from === from);
      expect(own.map(({ to, code, guard }) => ({ to, code, guard }))).toEqual(
        edgesOf(tier, rung).map(({ to, code, guard }) => ({ to: `profile.${to}`, code, guard })),
      );
    }
  }
  const count = (from: string) =>
    model.transitions.filter((each) => each.from === from && each.code !== null).length;
  expect(count("profile.detecting")).toBe(detectionEdges().length);
  expect(count("profile")).toBe(tierEdges().length);
});

test("chart model: every end of a transition is a state, every guard is in the table", () => {
  const paths = new Set(["runtime", ...model.states.map(({ path }) => path)]);
  for (const { from, to, guard, description, event } of model.transitions) {
    expect(paths).toContain(from);
    if (to !== null) expect(paths).toContain(to);
    if (guard !== null) expect(Object.keys(model.guards)).toContain(guard);
    expect(description, `${from} ${event}`).not.toBe("");
  }
});

test("chart model: every reason code is used by some transition", () => {
  expect(codesOf(model.transitions).toSorted()).toEqual([...REASON_CODES].toSorted());
});

test("chart model: of each cause exactly one target is the first choice", () => {
  const causes = model.transitions.filter(({ code }) => code !== null);
  const keys = causes.map(({ from, code }) => `${from} ${code}`);
  const first = causes.filter(({ isFirstChoice }) => isFirstChoice);
  expect(first.map(({ from, code }) => `${from} ${code}`)).toEqual([...new Set(keys)]);
  const target = (code: string) =>
    first.find((each) => each.from === "profile.LOCAL_GPU_MID.nominal" && each.code === code)?.to;
  expect(target("VRAM_TIGHT")).toBe("profile.LOCAL_GPU_MID.degraded.smallModel");
  expect(target("VRAM_EXHAUSTED")).toBe("profile.LOCAL_GPU_MID.degraded.cpu");
  expect(target("MEMORY_TIGHT")).toBe("profile.LOCAL_GPU_MID.degraded.cloud");
});

test("chart model: merged edges lose no transition and no pair stands twice", () => {
  const edges = mergedEdges(model.transitions);
  const moving = model.transitions.filter(({ from, to }) => to !== null && to !== from);
  expect(edges.flatMap(({ transitions }) => transitions)).toHaveLength(moving.length);
  expect(new Set(edges.map(({ from, to }) => `${from} ${to}`)).size).toBe(edges.length);
  expect(edges.length).toBeLessThan(moving.length / 2);
});

test("chart model: edges within one folded box disappear", () => {
  const boxes = childrenOf(model, "profile").map(({ path }) => path);
  const boxOf = (path: string) =>
    boxes.find((box) => path === box || path.startsWith(`${box}.`)) ?? path;
  const edges = mergedEdges(
    model.transitions.filter(({ from }) => from.startsWith("profile.")),
    boxOf,
  );
  expect(edges.map(({ from, to }) => [from, to])).toEqual(
    TIERS.map((tier) => ["profile.detecting", `profile.${tier}`]),
  );
});

test.each([
  [{ stateIn: { vram: "tight" } }, "vram is in tight"],
  [{ stateIn: { hold: { held: "cpu" } } }, "hold is in held.cpu"],
  [{ and: ["a", "b"] }, "`a` and `b`"],
  [{ and: [] }, "always"],
  [{ or: ["a", "b"] }, "`a` or `b`"],
  [{ not: "a" }, "not `a`"],
  [{ context: { tier: "CLOUD_HYBRID" } }, "the host's tier is CLOUD_HYBRID"],
  [{ context: { can: "cpu" } }, "the host can carry the model of cpu"],
  [{ event: { permitted: "cloud" } }, "sensing permits cloud"],
  [{ event: { rung: "shed" } }, "the request asks for shed"],
  [{ event: { hasVram: true } }, "the host has a card with memory of its own"],
  [{ event: { hasVram: false } }, "the host has no card with memory of its own"],
] as const)("chart model: the guard %j reads %s", (expression, text) => {
  expect(guardText(expression, "en")).toBe(text);
  expect(guardText(expression, "zh")).toMatch(/\p{Script=Han}|^`a`/u);
});
