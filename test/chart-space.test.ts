/**
 * The chart's whole discrete state space, walked: every state and every edge with a reason code is
 * reached, what the chart does equals a plain restatement of the rules (`chart-oracle.ts`), and there is
 * a way back to nominal from everywhere.
 */
import { beforeAll, expect, test } from "vitest";
import type { Feasibility } from "../src/domain/feasibility.ts";
import { type Rung, rungsOf, tierAndRungOf } from "../src/domain/rung.ts";
import type { State } from "../src/domain/state.ts";
import { TIERS, type Tier } from "../src/domain/tier.ts";
import { detectionEdges, edgesOf, tierEdges } from "../src/machines/edges.ts";
import { refusalOf } from "../src/machines/reasoning.ts";
import {
  type Chart,
  type ChartEvent,
  initialChart,
  restoreChart,
  stepChart,
} from "../src/machines/runtime-machine.ts";
import { rungByTheRules } from "./support/chart-oracle.ts";

const VRAM = ["unknown", "relaxed", "tight", "exhausted", "lost"] as const;
const MEMORY = ["unknown", "relaxed", "tight", "exhausted", "lost"] as const;
const TASKS = ["healthy", "failing", "probing"] as const;
const CLOUD = ["off", "unknown", "reachable", "unreachable"] as const;
const EDITOR = ["idle", "busy"] as const;
const HOLD = ["free", "held.smallModel", "held.cpu", "held.cloud", "held.shed"] as const;
const CAN: Feasibility[] = [true, false].flatMap((smallModel) =>
  [true, false].map((cpu) => ({ nominal: true, smallModel, cpu })),
);

interface Walk {
  states: number;
  transitions: number;
  taken: Map<string, number>;
  failures: string[];
}

const walk: Walk = { states: 0, transitions: 0, taken: new Map(), failures: [] };

function visit(chart: Chart, event: ChartEvent): Chart {
  const next = stepChart(chart, event);
  walk.transitions += 1;
  if (next.taken !== null) {
    const key = `${chart.state.profile} → ${next.chart.state.profile} ${next.taken.code}`;
    walk.taken.set(key, (walk.taken.get(key) ?? 0) + 1);
  }
  return next.chart;
}

function* combinations(tier: Tier, tasksStates = TASKS.slice()): Generator<Omit<State, "profile">> {
  const levels = tier.startsWith("LOCAL_GPU") ? VRAM : (["absent"] as const);
  for (const vram of levels)
    for (const memory of MEMORY)
      for (const tasks of tasksStates)
        for (const cloud of CLOUD)
          for (const editor of EDITOR)
            for (const hold of HOLD) yield { vram, memory, tasks, cloud, editor, hold };
}

/** What is said about a rung and what the chart does must agree: permitted and not refused = taken. */
function checkRefusal(tier: Tier, rung: Rung, standing: { state: State; can: Feasibility }): void {
  const ladder = rungsOf(tier);
  const better = ladder.slice(0, ladder.indexOf(rung));
  const chart = restoreChart(standing.state, { tier, can: standing.can });
  const isMoved =
    better.length > 0 && visit(chart, { type: "facts.settled", permitted: null }) !== chart;
  if (isMoved) return;
  for (const each of better) {
    const isTaken = visit(chart, { type: "facts.settled", permitted: each }) !== chart;
    const isRefused = refusalOf(tier, each, standing) !== null;
    if (isTaken === isRefused)
      walk.failures.push(`${JSON.stringify(standing.state)}: ${each} refused ${isRefused}`);
  }
}

/** `probing` demands what `failing` demands: it is walked where everything fits, and left out elsewhere. */
function check(tier: Tier, can: Feasibility): void {
  const isWhole = can.nominal && can.smallModel && can.cpu;
  for (const regions of combinations(tier, isWhole ? TASKS.slice() : ["healthy", "failing"])) {
    for (const rung of rungsOf(tier)) {
      const profile = rung === "nominal" ? `${tier}.nominal` : `${tier}.degraded.${rung}`;
      const state: State = { profile, ...regions };
      const chart = restoreChart(state, { tier, can });
      walk.states += 1;
      if (isWhole && regions.tasks !== "probing") checkRefusal(tier, rung, { state, can });
      for (const permitted of [null, ...rungsOf(tier)]) {
        const after = visit(chart, { type: "facts.settled", permitted });
        const got = tierAndRungOf(after.state.profile);
        const wanted = rungByTheRules(tier, rung, { state, can, permitted });
        if (got?.tier !== tier || got.rung !== wanted) {
          walk.failures.push(
            `${JSON.stringify(state)} permitted ${permitted}: expected ${wanted}, got ${got?.rung}`,
          );
        }
      }
    }
  }
}

beforeAll(() => {
  // Two tiers of the GPU's shape would only repeat the third: same guards, same edges, other names.
  for (const can of CAN) check("LOCAL_GPU_MID", can);
  check("LOCAL_GPU_MID", { nominal: false, smallModel: true, cpu: true });
  check("LOCAL_GPU_MID", { nominal: false, smallModel: false, cpu: false });
  for (const cpu of [true, false]) {
    check("LOCAL_CPU_ONLY", { nominal: cpu, smallModel: false, cpu });
    check("CLOUD_HYBRID", { nominal: true, smallModel: false, cpu });
  }
}, 300_000);

test("chart: every closing event leads where the rules in plain words lead", () => {
  expect(walk.failures.slice(0, 5)).toEqual([]);
  expect(walk.states).toBeGreaterThan(60_000);
});

test("chart: every edge with a reason code is taken by some input", () => {
  const tiers: Tier[] = ["LOCAL_GPU_MID", "LOCAL_CPU_ONLY", "CLOUD_HYBRID"];
  const dead = tiers.flatMap((tier) =>
    rungsOf(tier).flatMap((rung) => {
      const from = rung === "nominal" ? `${tier}.nominal` : `${tier}.degraded.${rung}`;
      return edgesOf(tier, rung)
        .filter((edge) => !walk.taken.has(`${from} → ${edge.to} ${edge.code}`))
        .map((edge) => `${from} → ${edge.to} ${edge.code}`);
    }),
  );
  expect([...new Set(dead)]).toEqual([]);
});

test("chart: the three GPU tiers have the same edges", () => {
  const shape = (tier: Tier) =>
    rungsOf(tier).map((rung) =>
      edgesOf(tier, rung).map(({ to, code, guard }) => [to.replace(tier, "T"), code, guard]),
    );
  expect(shape("LOCAL_GPU_HIGH")).toEqual(shape("LOCAL_GPU_MID"));
  expect(shape("LOCAL_GPU_LOW")).toEqual(shape("LOCAL_GPU_MID"));
});

test("chart: from every state calm facts and permission lead back to nominal", () => {
  const can = { nominal: true, smallModel: true, cpu: true };
  for (const tier of TIERS) {
    for (const regions of combinations(tier)) {
      let chart = restoreChart({ profile: `${tier}.degraded.shed`, ...regions }, { tier, can });
      const calm: ChartEvent[] = [
        { type: "restore.requested" },
        { type: "vram.relaxed" },
        { type: "memory.relaxed" },
        { type: "tasks.recovered" },
        { type: "editor.stopped" },
        { type: "cloud.allowed" },
        { type: "cloud.returned" },
      ];
      for (const event of calm) chart = stepChart(chart, event).chart;
      const ladder = [...rungsOf(tier)].reverse().slice(1);
      for (const permitted of ladder)
        chart = stepChart(chart, { type: "facts.settled", permitted }).chart;
      expect(chart.state.profile).toBe(`${tier}.nominal`);
    }
  }
});

test("chart: detection enters the best comfortable rung and every detection edge is reachable", () => {
  const reached = new Set<string>();
  const feasibilities = [
    ...CAN,
    { nominal: false, smallModel: true, cpu: true },
    { nominal: false, smallModel: false, cpu: true },
    { nominal: false, smallModel: false, cpu: false },
  ];
  for (const tier of TIERS) {
    for (const can of feasibilities) {
      for (const isCloud of [true, false]) {
        let chart = initialChart();
        if (isCloud)
          for (const type of ["cloud.allowed", "cloud.returned"] as const)
            chart = stepChart(chart, { type }).chart;
        chart = stepChart(chart, { type: "host.detected", tier, can, hasVram: true }).chart;
        const next = stepChart(chart, { type: "facts.settled", permitted: null });
        expect(next.taken?.code).toBe("HOST_DETECTED");
        reached.add(next.chart.state.profile);
      }
    }
  }
  expect(
    [...new Set(detectionEdges().map(({ to }) => to))].filter((to) => !reached.has(to)),
  ).toEqual([]);
});

test("chart: another tier is entered on the same device or the next lower, never through nominal", () => {
  const can = { nominal: true, smallModel: true, cpu: true };
  const cases: [string, Tier, string][] = [
    ["LOCAL_GPU_HIGH.nominal", "LOCAL_GPU_MID", "LOCAL_GPU_MID.nominal"],
    ["LOCAL_GPU_HIGH.degraded.smallModel", "LOCAL_GPU_LOW", "LOCAL_GPU_LOW.degraded.smallModel"],
    ["LOCAL_GPU_HIGH.nominal", "LOCAL_CPU_ONLY", "LOCAL_CPU_ONLY.nominal"],
    ["LOCAL_CPU_ONLY.nominal", "LOCAL_GPU_HIGH", "LOCAL_GPU_HIGH.degraded.cpu"],
    ["LOCAL_GPU_MID.degraded.cloud", "LOCAL_CPU_ONLY", "LOCAL_CPU_ONLY.degraded.cloud"],
    ["LOCAL_GPU_MID.degraded.cpu", "CLOUD_HYBRID", "CLOUD_HYBRID.degraded.cpu"],
    ["LOCAL_GPU_MID.degraded.cloud", "CLOUD_HYBRID", "CLOUD_HYBRID.nominal"],
    ["CLOUD_HYBRID.nominal", "LOCAL_GPU_MID", "LOCAL_GPU_MID.degraded.cloud"],
  ];
  for (const [profile, tier, expected] of cases) {
    const from = tierAndRungOf(profile)?.tier as Tier;
    const regions = {
      vram: "relaxed",
      memory: "relaxed",
      tasks: "healthy",
      cloud: "reachable",
      editor: "idle",
      hold: "free",
    } as const;
    let chart = restoreChart({ profile, ...regions }, { tier: from, can });
    chart = stepChart(chart, { type: "host.detected", tier, can, hasVram: true }).chart;
    const next = stepChart(chart, { type: "facts.settled", permitted: null });
    expect([profile, next.chart.state.profile, next.taken?.code]).toEqual([
      profile,
      expected,
      "TIER_CHANGED",
    ]);
  }
});

test("chart: every edge between tiers is reachable", () => {
  const reached = new Set<string>();
  for (const from of TIERS) {
    for (const rung of rungsOf(from)) {
      for (const to of TIERS.filter((each) => each !== from)) {
        for (const can of [
          ...CAN,
          { nominal: false, smallModel: true, cpu: true },
          { nominal: false, smallModel: false, cpu: true },
          { nominal: false, smallModel: false, cpu: false },
        ]) {
          for (const cloud of ["off", "reachable"] as const) {
            const profile = rung === "nominal" ? `${from}.nominal` : `${from}.degraded.${rung}`;
            const regions = {
              vram: "relaxed",
              memory: "relaxed",
              tasks: "healthy",
              editor: "idle",
              hold: "free",
            } as const;
            let chart = restoreChart({ profile, cloud, ...regions }, { tier: from, can });
            chart = stepChart(chart, { type: "host.detected", tier: to, can, hasVram: true }).chart;
            const next = stepChart(chart, { type: "facts.settled", permitted: null });
            expect(tierAndRungOf(next.chart.state.profile)?.tier).toBe(to);
            if (next.guard !== null) reached.add(next.guard);
          }
        }
      }
    }
  }
  expect(
    tierEdges()
      .map(({ guard }) => guard)
      .filter((guard) => !reached.has(guard)),
  ).toEqual([]);
});

test("chart: a checkpoint of a state that does not exist is refused", () => {
  const state = { ...initialChart().state, profile: "LOCAL_GPU_MID.degraded.moon" };
  expect(() => restoreChart(state, { tier: null, can: CAN[0] as Feasibility })).toThrow();
});
