/**
 * The chart, walked from its start: every event from every state that is reached, for what each host can
 * carry. `bench/explore.ts` walks all of it, with hosts of another tier between; here the three kinds of
 * tiers once whole, and the other hosts without regions' states that the rules do not tell apart.
 */
import { beforeAll, expect, test } from "vitest";
import { getShortestPaths } from "xstate/graph";
import { FACT_TYPES } from "../src/domain/fact.ts";
import type { Feasibility } from "../src/domain/feasibility.ts";
import { ladderKindOf, profileStateOf, rungsOf } from "../src/domain/rung.ts";
import {
  CLOUD_STATES,
  EDITOR_STATES,
  HOLD_STATES,
  MEMORY_STATES,
  type State,
  TASKS_STATES,
  VRAM_STATES,
} from "../src/domain/state.ts";
import type { Tier } from "../src/domain/tier.ts";
import { edgesOf } from "../src/machines/edges.ts";
import {
  type ChartEvent,
  initialChart,
  machine,
  restoreChart,
  stepChart,
} from "../src/machines/runtime-machine.ts";
import { faultsOf } from "./support/chart-rules.ts";
import { type ChartWalk, canOn, walkChart } from "./support/chart-walk.ts";

const KINDS: readonly Tier[] = ["LOCAL_GPU_MID", "LOCAL_CPU_ONLY", "CLOUD_HYBRID"];
const EVERYTHING: Feasibility = { nominal: true, smallModel: true, cpu: true };
/** Small model and CPU as the host allows them, and hosts on which the best model never fits. */
const OTHERS: readonly Feasibility[] = [
  { nominal: true, smallModel: true, cpu: false },
  { nominal: true, smallModel: false, cpu: true },
  { nominal: true, smallModel: false, cpu: false },
  { nominal: false, smallModel: true, cpu: true },
  { nominal: false, smallModel: true, cpu: false },
  { nominal: false, smallModel: false, cpu: true },
  { nominal: false, smallModel: false, cpu: false },
];

const whole = new Map<Tier, ChartWalk>();
const others: ChartWalk[] = [];

/** `probing` demands what `failing` does, an unseen editor what an idle one does, a hold the same of each host. */
function isTold({ tasks, editor, cloud, hold }: State): boolean {
  return tasks !== "probing" && editor !== "unknown" && cloud !== "unknown" && hold === "free";
}

beforeAll(() => {
  for (const tier of KINDS) {
    const scope = { tiers: [tier], hasVram: [ladderKindOf(tier) === "gpu"] };
    const walk = walkChart({ ...scope, can: EVERYTHING });
    whole.set(tier, walk);
    const hosts = tier === "LOCAL_GPU_MID" ? OTHERS : OTHERS.slice(0, 1);
    for (const can of hosts) {
      // A detection may find in any state that the host can carry less than it did.
      const from = [...walk.states.values()].filter(isTold);
      const facts = FACT_TYPES.filter((type) => type !== "tasks.probing");
      others.push(walkChart({ ...scope, can, from, facts, asked: [] }));
    }
  }
}, 300_000);

test("chart walk: every state of every region is reached, and on a GPU tier every combination", () => {
  const regions = {
    vram: VRAM_STATES,
    memory: MEMORY_STATES,
    tasks: TASKS_STATES,
    cloud: CLOUD_STATES,
    editor: EDITOR_STATES,
    hold: HOLD_STATES,
  };
  const states = [...whole.values()].flatMap((walk) => [...walk.states.values()]);
  for (const [region, names] of Object.entries(regions)) {
    const found = new Set(states.map((state) => state[region as keyof State]));
    expect([...found].sort(), region).toEqual([...names].sort());
  }
  const places = KINDS.flatMap((tier) => rungsOf(tier).map((rung) => profileStateOf(tier, rung)));
  const found = new Set(states.map(({ profile }) => profile));
  expect([...found].sort()).toEqual([...places, "detecting"].sort());
  // Detecting and five rungs; a card that is never absent; the other five regions.
  expect(whole.get("LOCAL_GPU_MID")?.states.size).toBe(6 * 5 * (5 * 3 * 4 * 3 * 5));
});

test("chart walk: no event breaks a rule, and one input moves the profile once at most", () => {
  for (const { faults } of [...whole.values(), ...others]) expect(faults).toEqual([]);
});

test("chart walk: every edge with a reason is taken", () => {
  const taken = new Set([...whole.values(), ...others].flatMap((walk) => [...walk.taken]));
  const dead = KINDS.flatMap((tier) =>
    rungsOf(tier).flatMap((rung) => edgesOf(tier, rung).map(({ guard }) => guard)),
  ).filter((guard) => !taken.has(guard));
  expect(dead).toEqual([]);
});

test("chart walk: calm facts, permission and a cleared hold lead back from everywhere", () => {
  for (const walk of [...whole.values(), ...others]) {
    expect(walk.stranded).toEqual([]);
    expect(walk.longestWayBack).toBeGreaterThan(0);
    expect(walk.longestWayBack).toBeLessThanOrEqual(8);
  }
});

test("chart walk: the paths that XState generates within a tier end where ours do", () => {
  const can = canOn("LOCAL_GPU_MID", EVERYTHING);
  const events: ChartEvent[] = [
    ...(["relaxed", "tightened", "exhausted", "lost"] as const).flatMap((level) => [
      { type: `vram.${level}` as const },
      { type: `memory.${level}` as const },
    ]),
    { type: "tasks.failed" },
    { type: "cloud.allowed" },
    { type: "cloud.returned" },
    { type: "degrade.requested", rung: "cpu" },
    { type: "restore.requested" },
    ...[null, ...rungsOf("LOCAL_GPU_MID")].map((permitted) => ({
      type: "facts.settled" as const,
      permitted,
    })),
  ];
  const found: ChartEvent[] = [
    { type: "host.detected", tier: "LOCAL_GPU_MID", can, hasVram: true },
    { type: "facts.settled", permitted: null },
  ];
  const start = found.reduce((chart, event) => stepChart(chart, event).chart, initialChart());
  const paths = getShortestPaths(machine, {
    events: events as never,
    fromState: start.snapshot as never,
    serializeState: ({ value }) => JSON.stringify(value),
  });
  const ends = new Set<string>();
  for (const { state, steps } of paths) {
    let chart = start;
    for (const { event } of steps.slice(1)) chart = stepChart(chart, event as ChartEvent).chart;
    const { profile, ...regions } = chart.state;
    ends.add(profile);
    expect(chart.snapshot).toMatchObject({ value: state.value, context: state.context });
    expect(restoreChart({ profile, ...regions }, chart.context).state).toEqual(chart.state);
  }
  expect(ends.size).toBe(rungsOf("LOCAL_GPU_MID").length);
  // 5 × 5 levels, tasks, 3 of the cloud, hold: 300 for each of four rungs, a third on the cloud, and
  // nothing leads to shed before memory was read once.
  expect(paths.length).toBe(4 * 300 + 100 - 60);
});

test("chart walk: a chart that breaks the rules is reported", () => {
  const can = canOn("LOCAL_GPU_MID", EVERYTHING);
  const calm: State = {
    profile: "LOCAL_GPU_MID.nominal",
    vram: "relaxed",
    memory: "relaxed",
    tasks: "healthy",
    cloud: "reachable",
    hold: "free",
    editor: "idle",
  };
  const at = (change: Partial<State>) =>
    restoreChart({ ...calm, ...change }, { tier: "LOCAL_GPU_MID", can });
  const settled: ChartEvent = { type: "facts.settled", permitted: null };
  const stays = (change: Partial<State>) => {
    const chart = at(change);
    return faultsOf(chart, settled, { chart, taken: null, guard: null }).join("; ");
  };
  expect(stays({})).toBe("");
  expect(stays({ vram: "lost" })).toContain("(P1)");
  expect(stays({ profile: "LOCAL_GPU_MID.degraded.cpu", memory: "exhausted" })).toContain("(P2)");
  expect(stays({ hold: "held.cpu" })).toContain("(P5)");
  expect(stays({ profile: "LOCAL_GPU_MID.degraded.cloud", cloud: "off" })).toContain("(P6)");
  const moves = (from: Partial<State>, to: Partial<State>, event: ChartEvent = settled) =>
    faultsOf(at(from), event, { chart: at(to), taken: null, guard: null }).join("; ");
  const cpu = { profile: "LOCAL_GPU_MID.degraded.cpu" };
  const shed = { profile: "LOCAL_GPU_MID.degraded.shed" };
  expect(moves(cpu, {})).toContain("climbs without permission");
  expect(moves({}, cpu)).toContain("(P9)");
  expect(moves({}, shed)).toContain("the rules to nominal");
  expect(moves({}, cpu, { type: "vram.tightened" })).toContain("moves profile");
  expect(moves({ hold: "held.cpu" }, { hold: "free" }, { type: "host.resumed" })).toContain(
    "moves hold",
  );
});
