/** Edges of sensing and of the reasons: what a step leaves behind, whose error it was, who may climb. */
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { parseConfiguration } from "../src/domain/configuration-parse.ts";
import { worstRateAt } from "../src/domain/failure-windows.ts";
import { policyIn } from "../src/replay/fold.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, Story } from "./support/stories.ts";

const HARD = Math.ceil(CARD_MIB * 0.93);
const OVER = Math.ceil(CARD_MIB * 0.87);
const CLOUD = { ...DEFAULT_CONFIGURATION.cloud, allowed: true };

function task(
  story: Story,
  outcome: { provider?: "local" | "cloud"; ok?: boolean; failure?: "timeout" | "oom" },
): Story {
  const { provider = "local", ok = false, failure = "timeout" } = outcome;
  return story.send({
    type: "task.finished",
    task: "vision",
    provider,
    ok,
    failure: ok ? null : failure,
  });
}

function cloudStory(): Story {
  return new Story(hostWith(), configurationWith({ cloud: CLOUD }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: true });
}

test("cloud: its own failures close it, and it opens again by itself after the open time", () => {
  const story = cloudStory();
  for (let index = 0; index < 6; index += 1) task(story, { provider: "cloud" });
  expect(story.state.chart.state.cloud).toBe("unreachable");
  story.send({ type: "cloud.probed", reachable: true });
  expect(story.state.chart.state.cloud).toBe("unreachable");
  story.beats(61);
  expect(story.state.chart.state.cloud).toBe("reachable");
});

test("cloud: failures while it is on trial close it again", () => {
  const story = cloudStory();
  for (let index = 0; index < 6; index += 1) task(story, { provider: "cloud" });
  story.beats(61);
  for (let index = 0; index < 2; index += 1) task(story, { provider: "cloud" });
  expect(story.state.chart.state.cloud).toBe("unreachable");
});

test("out of memory: reported just after leaving the GPU it belongs to the GPU, not to memory", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  story.at += 200;
  task(story, { failure: "oom" });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(story.state.chart.state.memory).toBe("relaxed");
  expect(story.state.sensing.ladder.oomLookbackMs).toBe(900_000);
});

test("out of memory: on the CPU rung it is memory that ran out", () => {
  const story = new Story().beats(3).beat({ used: HARD }).beats(10);
  task(story, { failure: "oom" });
  expect(story.lines.at(-1)).toBe("14s cpu→shed MEMORY_EXHAUSTED");
});

test("entry: while nothing fits, no local model counts as ready; as soon as it fits, it does", () => {
  const policy = {
    ...configurationWith().policy,
    footprints: { nominal: 9000, smallModel: 8000, cpu: 60_000 },
  };
  const story = new Story(hostWith(), configurationWith({ policy })).beats(5, { used: 15_000 });
  expect(story.state.sensing.ladder.isEntryPending).toBe(true);
  expect(policyIn(story.state).vision).toMatchObject({ ready: false, missing: ["NO_ROOM_YET"] });
  story.beats(80, { used: 4000 });
  expect(story.state.sensing.ladder.isEntryPending).toBe(false);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("entry: a restart waits for a reading, not for room that its own loaded model takes", () => {
  const story = new Story().beats(3, { used: 16_000, own: 14_000 });
  story.send({
    type: "runtime.started",
    package_version: "0",
    xstate_version: "0",
    machine_hash: "",
    policy_hash: null,
    node: "",
    resumed_from: 1,
  });
  expect(story.state.sensing.ladder.isEntryPending).toBe(true);
  story.beat({ used: 16_000, own: null });
  expect(story.state.sensing.ladder.isEntryPending).toBe(false);
});

test("entry: a first reading in the soft band is a reading", () => {
  expect(new Story().beat({ used: OVER }).lines.at(-1)).toBe("1s nominal→cpu ENTRY_WOULD_NOT_FIT");
});

test("entry: the reason names the meter of what did not fit", () => {
  const { reason } = new Story().beat({ used: OVER }).moves.at(-1) as Story["moves"][number];
  expect(reason).toMatchObject({
    region: "vram",
    signal: "vram.used",
    threshold: 0.85,
    return_test: null,
  });
});

test("climb: never in an input whose own sample is missing", () => {
  for (const missing of [{ used: null }, { available: null }]) {
    const story = new Story().beats(3).beat({ used: HARD }).beats(61).beat(missing);
    expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
    expect(story.beat().profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
  }
});

test("climb: a card that cannot be read for good does not keep the CPU from working", () => {
  const story = new Story().beats(3).beats(8, { used: null });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  story.beat({ used: null, available: 900 }).beats(200, { used: null });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
});

test("climb: from the CPU to the card is not refused for the memory that our own CPU model takes", () => {
  const low = { available: 1500 };
  const story = new Story()
    .beats(3, low)
    .beat({ used: HARD, ...low })
    .beats(200, low);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("editor: one that cannot be seen just now is not declared closed by another configuration", () => {
  const story = new Story()
    .beats(3)
    .send({ type: "editor.changed", running: true })
    .send({ type: "editor.changed", running: null });
  story.send({ type: "config.changed", config: configurationWith({ cloud: CLOUD }) });
  expect(story.state.chart.state.editor).toBe("busy");
});

test("reasons: a soft demand that nothing can meet is no reason and no demand", () => {
  const story = new Story().beats(3).beats(20, { available: 1900, used: OVER });
  const { reason } = story.moves.at(-1) as Story["moves"][number];
  expect(reason).toMatchObject({
    code: "VRAM_TIGHT",
    refused: { nominal: "VRAM_TIGHT" },
    demanded_by: ["vram"],
  });
});

test("reasons: every demand that holds is named", () => {
  const story = cloudStory().beats(20, { available: 900, used: HARD });
  expect(story.moves[1]?.reason).toMatchObject({
    code: "MEMORY_EXHAUSTED",
    demanded_by: ["vram", "memory"],
  });
});

test("reasons: a step down begins a new dwell", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  expect(story.moves.at(-1)?.reason.dwell).toEqual({
    served_ms: 0,
    required_ms: 60_000,
    factor: 1,
  });
});

test("reasons: an unknown share of our own is said where the others' use decides", () => {
  const story = new Story().beats(3).beat({ used: HARD, own: null }).beats(100, { own: null });
  expect(story.moves.map(({ reason }) => reason.estimated)).toEqual([false, true, true, true]);
});

test("reasons: pressure that began long before the step says for how long", () => {
  const story = new Story(hostWith(), configurationWith({ cloud: CLOUD }))
    .beats(3)
    .beats(120, { available: 1900 });
  story.send({ type: "cloud.probed", reachable: true });
  expect(story.moves.at(-1)?.reason).toMatchObject({ code: "MEMORY_TIGHT", sustained_ms: 119_000 });
});

test("facts: a resume does not carry the evidence of an hour ago", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  story.at += 3_600_000;
  story.beat({ used: null });
  const fact = story.outputs.findLast((each) => each.type === "fact" && each.region === "vram");
  expect(fact).toMatchObject({ to: "unknown", evidence: null });
});

test("back-off: two steps down in one episode are one re-entry", () => {
  const story = new Story().beats(3).beat({ used: HARD }).beats(100);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  story.beats(11, { used: OVER }).beat({ used: HARD });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(story.state.sensing.ladder.factor).toBe(2);
});

test("back-off: a person's hold and the editor say nothing about pressure", () => {
  const held = new Story()
    .beats(3)
    .send({ type: "degrade.requested", rung: "cpu" })
    .send({ type: "restore.requested" })
    .beats(120);
  expect(held.beat({ used: HARD }).state.sensing.ladder.factor).toBe(1);
  const edited = new Story().beats(3);
  for (let index = 0; index < 4; index += 1) {
    edited
      .send({ type: "editor.changed", running: true })
      .beats(10)
      .send({ type: "editor.changed", running: false })
      .beats(120);
  }
  expect(edited.profile).toBe("LOCAL_GPU_HIGH.nominal");
  expect(edited.state.sensing.ladder.factor).toBe(1);
});

test("dwell: a hold does not replace the dwell of the pressure before it", () => {
  const base = configurationWith();
  const memory = { ...base.thresholds.memory, dwell_ms: 300_000, backoff_max_ms: 600_000 };
  const story = new Story(hostWith(), { ...base, thresholds: { ...base.thresholds, memory } });
  story.beats(3).beat({ available: 900 }).beats(5);
  story
    .send({ type: "degrade.requested", rung: "shed" })
    .send({ type: "restore.requested" })
    .beats(290);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
});

test("cpu: a share that is no longer measured is unknown again, and no longer busy", () => {
  const story = new Story().beats(70, { cpu: 99 });
  expect(story.state.sensing.cpu).toMatchObject({ isBusy: true, usedPercent: 99 });
  story.beats(29, { cpu: null });
  expect(story.state.sensing.cpu.isBusy).toBe(true);
  expect(story.beat({ cpu: null }).state.sensing.cpu).toMatchObject({
    isBusy: false,
    usedPercent: null,
  });
});

test.each([
  ["frozen", (at: number) => at - 30_000],
  ["no number", () => Number.NaN],
  ["endlessly long ago", () => Number.NEGATIVE_INFINITY],
])("cpu: a share whose time of measurement is %s is missing", (_, sourceAt) => {
  const story = new Story().beats(70, { cpu: 99 });
  for (let beat = 0; beat < 30; beat += 1) {
    expect(story.state.sensing.cpu.isBusy).toBe(true);
    story.at += 1000;
    const source_at = sourceAt(story.at);
    story.send({ type: "reading", cpu: { used_percent: 99, source_at } });
  }
  expect(story.state.sensing.cpu).toEqual(new Story().state.sensing.cpu);
});

test("cpu: a share that is not yet half a minute old counts", () => {
  const story = new Story();
  story.at += 60_000;
  story.send({ type: "reading", cpu: { used_percent: 99, source_at: story.at - 29_999 } });
  expect(story.state.sensing.cpu.usedPercent).toBe(99);
});

test("tasks: outcomes older than the window do not count in the rate that is shown", () => {
  const story = task(new Story().beats(3), {});
  const rule = story.state.configuration.thresholds.tasks;
  const rateAt = (at: number) => worstRateAt(story.state.sensing.local, at, rule).rate;
  expect(rateAt(story.at)).toBe(1);
  expect(rateAt(story.at + 30 * 60_000)).toBeNull();
});

test("lost: a card that answers again beyond its threshold is tight, no longer lost", () => {
  const story = new Story().beats(3).beats(8, { used: null }).beat({ used: OVER });
  expect(story.state.chart.state.vram).toBe("tight");
});

test("configuration: a sensor too slow for its stale limit is refused, a slow beat is not", () => {
  expect(() => parseConfiguration({ sensors: { gpu_ms: 20_000 } })).toThrow(
    /sensors.gpu_ms.*20000/,
  );
  expect(
    parseConfiguration({ sensors: { beat_ms: 57_000, gpu_ms: 57_000, slow_ms: 57_000 } }).sensors
      .beat_ms,
  ).toBe(57_000);
});

test("cost: a rung that a hold refuses is not asked of the chart on every reading", () => {
  const story = new Story().beats(3).send({ type: "degrade.requested", rung: "cpu" }).beats(100);
  const { snapshot } = story.state.chart;
  expect(story.beats(10).state.chart.snapshot).toBe(snapshot);
});

test("tiers: another card of the same size is another meter", () => {
  const story = new Story()
    .beats(3)
    .send({ type: "host.detected", host: hostWith({ gpus: [{ ...CARD, uuid: "GPU-2" }] }) });
  expect(story.state.chart.state.vram).toBe("unknown");
  expect(story.beat().state.chart.state.vram).toBe("relaxed");
});
