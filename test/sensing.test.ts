/** Sensing and decider together, in virtual time: each rule with both sides of its edge. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import type { Input } from "../src/domain/input.ts";
import { step } from "../src/machines/decider.ts";
import {
  checkpointOf,
  initialState,
  type RuntimeState,
  restoreState,
} from "../src/machines/runtime-state.ts";
import { CARD, CARD_MIB, configurationWith, hostWith, Story } from "./support/stories.ts";

const OVER = Math.ceil(CARD_MIB * 0.87);
const EXACTLY = CARD_MIB * 0.85;
const HARD = Math.ceil(CARD_MIB * 0.93);
const HOVER = Math.floor(CARD_MIB * 0.82);

test("vram: over the threshold steps down only after the grace period and two samples", () => {
  const story = new Story().beats(5).beats(10, { used: OVER });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  story.beat({ used: OVER });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
  const { reason } = story.moves.at(-1) as Story["moves"][number];
  expect(reason).toMatchObject({
    code: "VRAM_TIGHT",
    threshold: 0.85,
    sustained_ms: 10_000,
    required_ms: 10_000,
    demanded_by: ["vram"],
    refused: { nominal: "VRAM_TIGHT" },
    return_test: null,
  });
});

test("vram: exactly at the threshold is not over it", () => {
  expect(new Story().beats(5).beats(60, { used: EXACTLY }).profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("vram: beyond the hard threshold one sample leaves the GPU", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(story.moves.at(-1)?.reason).toMatchObject({
    code: "VRAM_EXHAUSTED",
    level: "hard",
    required_ms: 0,
  });
});

test("vram: a spike shorter than the grace period changes nothing", () => {
  expect(new Story().beats(3).beats(9, { used: OVER }).beats(60).lines).toEqual([
    "0s detecting→nominal HOST_DETECTED",
  ]);
});

test("vram: the way back takes exit, dwell and return test, one rung at a time", () => {
  const story = new Story().beats(3).beat({ used: HARD }).beats(200);
  expect(story.lines).toEqual([
    "0s detecting→nominal HOST_DETECTED",
    "4s nominal→cpu VRAM_EXHAUSTED",
    "66s cpu→smallModel RECOVERED",
    "96s smallModel→nominal RECOVERED",
  ]);
  expect(story.moves.at(-1)?.reason.return_test).toEqual({
    others_peak_mib: 4000,
    footprint_mib: 2048,
    limit_mib: 17_408,
  });
});

test("vram: a model that would push use over the limit does not come back", () => {
  const others = Math.floor(CARD_MIB * 0.77);
  const big = configurationWith({
    policy: {
      ...configurationWith().policy,
      footprints: { nominal: 8000, smallModel: 7000, cpu: 3000 },
    },
  });
  const story = new Story(hostWith(), big)
    .beats(3)
    .beat({ used: HARD })
    .beats(600, { used: others });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
});

test("vram: hovering between the exits leaves only after ten minutes", () => {
  const story = new Story().beats(3).beats(11, { used: OVER }).beats(599, { used: HOVER });
  expect(story.state.chart.state.vram).toBe("tight");
  story.beats(2, { used: HOVER });
  expect(story.state.chart.state.vram).toBe("relaxed");
});

test("back-off: pressure soon after a step up doubles the next dwell, calm resets it", () => {
  const story = new Story()
    .beats(3)
    .beat({ used: HARD })
    .beats(100)
    .beat({ used: HARD })
    .beats(400);
  const [, down, up, up2, again, back] = story.moves;
  expect([down?.reason.dwell.factor, up?.reason.dwell.factor, again?.reason.code]).toEqual([
    1,
    1,
    "VRAM_EXHAUSTED",
  ]);
  expect(up2?.reason.code).toBe("RECOVERED");
  expect(back?.reason.dwell).toMatchObject({ required_ms: 120_000, factor: 2 });
  expect((back?.at ?? 0) - (again?.at ?? 0)).toBeGreaterThanOrEqual(120_000);
});

test("memory: under two gigabytes goes to the cloud where it may, else stays (soft)", () => {
  const stays = new Story().beats(3).beats(60, { available: 1900 });
  expect(stays.profile).toBe("LOCAL_GPU_HIGH.nominal");
  expect(stays.state.chart.state.memory).toBe("tight");
  const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed: true, base_url: "https://example.test" };
  const goes = new Story(hostWith(), configurationWith({ cloud }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: true })
    .beats(7, { available: 1900 });
  expect(goes.lines.at(-1)).toBe("9s nominal→cloud MEMORY_TIGHT");
});

test("memory: both sides of two gigabytes", () => {
  expect(new Story().beats(60, { available: 2048 }).state.chart.state.memory).toBe("relaxed");
  expect(new Story().beats(60, { available: 2047 }).state.chart.state.memory).toBe("tight");
});

test("memory: exhausted without a cloud refuses work, and comes back by itself", () => {
  const story = new Story().beats(3).beat({ available: 900 });
  expect(story.lines.at(-1)).toBe("4s nominal→shed MEMORY_EXHAUSTED");
  story.beats(300);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  const rungs = story.lines.slice(2).map((line) => line.split(" ")[1]);
  expect(rungs).toEqual(["shed→cpu", "cpu→smallModel", "smallModel→nominal"]);
});

test("memory: its own dwell and clear time hold after a step that memory caused", () => {
  const base = configurationWith();
  const memory = {
    ...base.thresholds.memory,
    dwell_ms: 20_000,
    backoff_max_ms: 20_000,
    quick_exit_ms: 5000,
    lookback_ms: 5000,
  };
  const story = new Story(hostWith(), { ...base, thresholds: { ...base.thresholds, memory } });
  story.beats(3).beat({ available: 900 }).beats(60);
  expect(story.lines.slice(1)).toEqual([
    "4s nominal→shed MEMORY_EXHAUSTED",
    "24s shed→cpu RECOVERED",
    "29s cpu→smallModel RECOVERED",
    "34s smallModel→nominal RECOVERED",
  ]);
});

test("relief of one pressure does not lift what another still demands", () => {
  const story = new Story().beats(3).beat({ used: HARD }).beat({ used: HARD, available: 900 });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
  story.beats(300, { used: HARD });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
});

test("missing: nothing happens until the stale limit, then the signal is lost and the GPU is left", () => {
  const story = new Story().beats(10).beats(5, { used: null });
  expect(story.state.chart.state.vram).toBe("relaxed");
  story.beat({ used: null });
  expect(story.lines.at(-1)).toBe("16s nominal→cpu VRAM_LOST");
});

test("missing: a dead memory sensor never uploads by itself", () => {
  const story = new Story().beats(10).beats(30, { available: null });
  expect(story.lines.at(-1)).toBe("15s nominal→shed MEMORY_LOST");
});

test("frozen: a source time that stands still is a lost sensor", () => {
  const story = new Story().beats(10);
  const frozenAt = story.at;
  for (let index = 0; index < 8; index += 1) story.beat({ sourceAge: story.at + 1000 - frozenAt });
  expect(story.state.chart.state).toMatchObject({ vram: "lost", memory: "lost" });
});

test("zero: no VRAM used right after real use is not believed", () => {
  const story = new Story().beats(10, { used: 9000 }).beats(10, { used: 0 });
  expect(story.state.chart.state.vram).toBe("lost");
});

test("zero: a headless card that reads zero from the start is healthy", () => {
  expect(new Story().beats(30, { used: 0 }).state.chart.state.vram).toBe("relaxed");
});

test.each([
  ["negative", -5],
  ["more than there is", CARD_MIB + 1],
  ["not a number", Number.NaN],
  ["infinite", Number.POSITIVE_INFINITY],
])("absurd: VRAM used that is %s counts as missing", (_name, used) => {
  const story = new Story().beats(10).beats(5, { used });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  expect(story.beats(2, { used }).state.chart.state.vram).toBe("lost");
});

test("unknown permits no step up: a missing sensor holds the rung", () => {
  const during = new Story().beats(3).beat({ used: HARD }).beats(59);
  expect(during.beats(4, { available: null }).profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(during.beat().profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
});

test("resume: a gap of our own beat makes the levels unknown instead of lost", () => {
  const story = new Story().beats(3).beats(12, { used: OVER });
  expect(story.state.chart.state.vram).toBe("tight");
  story.at += 3_600_000;
  story.beat({ used: null, available: null });
  expect(story.state.chart.state).toMatchObject({ vram: "unknown", memory: "unknown" });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
});

test("resume: the clear time starts again", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  story.at += 3_600_000;
  story.beats(29);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(story.beats(3).profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
});

test("entry: the first fresh reading decides the best rung that fits", () => {
  const story = new Story().beat({ used: Math.floor(CARD_MIB * 0.8) });
  expect(story.lines).toEqual([
    "0s detecting→nominal HOST_DETECTED",
    "1s nominal→smallModel ENTRY_WOULD_NOT_FIT",
  ]);
});

test("entry: until the first fresh reading no local model is ready", () => {
  const story = new Story();
  expect(story.state.sensing.ladder.isEntryPending).toBe(true);
  expect(story.beat().state.sensing.ladder.isEntryPending).toBe(false);
});

test("footprint null makes a rung infeasible", () => {
  const policy = {
    ...configurationWith().policy,
    footprints: { nominal: 2048, smallModel: null, cpu: null },
  };
  const story = new Story(hostWith(), configurationWith({ policy })).beats(3).beat({ used: HARD });
  expect(story.lines.at(-1)).toBe("4s nominal→shed VRAM_EXHAUSTED");
  expect(story.moves.at(-1)?.reason.refused).toMatchObject({
    smallModel: "WOULD_NOT_FIT",
    cpu: "WOULD_NOT_FIT",
    cloud: "CLOUD_NOT_ALLOWED",
  });
});

test("tasks: four failures of five are not enough without confidence in ten good ones; five of five are", () => {
  const finish = (story: Story, ok: boolean) =>
    story.send({
      type: "task.finished",
      task: "vision",
      provider: "local",
      ok,
      failure: ok ? null : "timeout",
    });
  const four = new Story().beats(3);
  for (let index = 0; index < 4; index += 1) finish(four, false);
  expect(four.state.chart.state.tasks).toBe("healthy");
  expect(finish(four, false).state.chart.state.tasks).toBe("failing");
  const few = new Story().beats(3);
  for (let index = 0; index < 20; index += 1) finish(few, index % 5 !== 0);
  expect(few.state.chart.state.tasks).toBe("healthy");
});

test("tasks: failures that do not speak about the provider are not counted", () => {
  const story = new Story().beats(3);
  for (const failure of [
    "bad_request",
    "context",
    "not_pulled",
    "loading",
    "auth",
    "quota",
  ] as const) {
    for (let index = 0; index < 10; index += 1)
      story.send({ type: "task.finished", task: "vision", provider: "local", ok: false, failure });
  }
  expect(story.state.chart.state.tasks).toBe("healthy");
});

test("tasks: failing opens, probes, and two good probes close it", () => {
  const story = new Story().beats(3);
  for (let index = 0; index < 6; index += 1)
    story.send({
      type: "task.finished",
      task: "vision",
      provider: "local",
      ok: false,
      failure: "server_error",
    });
  story.beats(59);
  expect(story.state.chart.state.tasks).toBe("failing");
  story.beats(2);
  expect(story.state.chart.state.tasks).toBe("probing");
  for (let index = 0; index < 2; index += 1)
    story.send({ type: "task.finished", task: "vision", provider: "local", ok: true });
  expect(story.state.chart.state.tasks).toBe("healthy");
});

test("out of memory: one error leaves the GPU at once and lengthens the look-back", () => {
  const story = new Story()
    .beats(3)
    .send({ type: "task.finished", task: "vision", provider: "local", ok: false, failure: "oom" });
  expect(story.lines.at(-1)).toBe("3s nominal→cpu VRAM_EXHAUSTED");
  expect(story.state.sensing.ladder.oomLookbackMs).toBe(900_000);
});

test("hold: a person's step down stays through calm, restart and resume, until it is cleared", () => {
  const story = new Story().beats(3).send({ type: "degrade.requested", rung: "cpu" });
  expect(story.lines.at(-1)).toBe("3s nominal→cpu MANUAL_HOLD");
  story.beats(300);
  story.state = restoreState(JSON.parse(JSON.stringify(checkpointOf(story.state))));
  story
    .send({
      type: "runtime.started",
      package_version: "0",
      xstate_version: "0",
      machine_hash: "",
      policy_hash: null,
      node: "",
      resumed_from: 1,
    })
    .beats(300);
  story.at += 7_200_000;
  story.beats(100);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  story.send({ type: "restore.requested" }).beats(40);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("hold: without a rung it is the next one down", () => {
  const story = new Story().beats(3).send({ type: "degrade.requested" });
  expect(story.state.chart.state.hold).toBe("held.smallModel");
});

test("editor: a running editor gets the GPU; switched off, it does not", () => {
  const story = new Story().beats(3).send({ type: "editor.changed", running: true });
  expect(story.lines.at(-1)).toBe("3s nominal→cpu EDITOR_BUSY");
  const off = new Story(hostWith(), configurationWith({ editor: { leave_gpu: false } }))
    .beats(3)
    .send({ type: "editor.changed", running: true });
  expect(off.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("editor: switching the rule on while it runs is seen at once", () => {
  const story = new Story(hostWith(), configurationWith({ editor: { leave_gpu: false } }))
    .beats(3)
    .send({ type: "editor.changed", running: true });
  story.send({ type: "config.changed", config: configurationWith() });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
});

test("cloud: losing it on the cloud rung goes to the best rung that fits, without dwell", () => {
  const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed: true };
  const story = new Story(hostWith(), configurationWith({ cloud }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: true });
  story.beats(7, { available: 1900 });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cloud");
  story.send({ type: "cloud.probed", reachable: false });
  expect(story.lines.at(-1)).toBe("10s cloud→nominal CLOUD_UNREACHABLE");
});

test("cloud: forbidding it while it is used comes home at once", () => {
  const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed: true };
  const story = new Story(hostWith(), configurationWith({ cloud }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: true })
    .beats(7, { available: 1900 });
  story.send({ type: "config.changed", config: configurationWith() });
  expect(story.moves.at(-1)?.reason.code).toBe("CLOUD_NOT_ALLOWED");
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("tiers: a lost card goes to the CPU, and its return is climbed to, not jumped to", () => {
  const story = new Story().beats(10).send({ type: "host.detected", host: hostWith({ gpus: [] }) });
  expect(story.profile).toBe("LOCAL_CPU_ONLY.nominal");
  expect(story.state.chart.state.vram).toBe("absent");
  story.beats(10, { used: null }).send({ type: "host.detected", host: hostWith() });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(story.beats(200).profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("tiers: the same host again changes nothing", () => {
  const story = new Story().beats(10);
  const before = story.state.chart.state;
  story.send({ type: "host.detected", host: hostWith() });
  expect(story.state.chart.state).toEqual(before);
});

test("unified memory: VRAM is absent and memory rules", () => {
  const host = hostWith({ gpus: [{ ...CARD, vram_total_mib: null, unified: true }] });
  const story = new Story(host).beats(5, { used: null });
  expect(story.state.chart.state.vram).toBe("absent");
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
  expect(story.beat({ used: null, available: 900 }).profile).toBe("LOCAL_GPU_HIGH.degraded.shed");
});

test("slow sensors: with a beat of one minute one sample over the threshold is enough and a gap is no resume", () => {
  const sensors = { beat_ms: 57_000, gpu_ms: 57_000, slow_ms: 57_000 };
  const story = new Story(hostWith(), configurationWith({ sensors }))
    .beat({}, 57_000)
    .beat({ used: OVER }, 57_000);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
});

test("slower sensor: a VRAM sample that is repeated between its own beats neither counts twice nor as missing", () => {
  const story = new Story().beats(4);
  for (let index = 0; index < 20; index += 1)
    story.beat({ used: OVER, sourceAge: index % 2 === 0 ? 0 : 1000 });
  expect(story.moves.at(-1)?.reason).toMatchObject({ code: "VRAM_TIGHT", sustained_ms: 10_000 });
});

/** Any number a wire may bring, hostile ones included. */
const anyNumber = fc.oneof(
  fc.constantFrom(null, 0, -1, Number.NaN, 1e308, -1e308),
  fc.integer({ min: 0, max: 25_000 }),
  fc.double(),
);
const anyInput: fc.Arbitrary<Omit<Input, "at"> & { dt: number }> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("reading" as const),
      dt: fc.integer({ min: 0, max: 3000 }),
      vram: fc.option(
        fc.record({
          used_mib: anyNumber,
          total_mib: fc.constantFrom(CARD_MIB, 0, null),
          own_mib: anyNumber,
        }),
      ),
      memory: fc.option(fc.record({ available_mib: anyNumber, total_mib: fc.constant(65_536) })),
    }),
  },
  fc.record({
    type: fc.constant("reading" as const),
    dt: fc.integer({ min: 0, max: 90_000 }),
    vram: fc.constant({ used_mib: 4000, total_mib: CARD_MIB, own_mib: 0 }),
    memory: fc.constant({ available_mib: 40_000, total_mib: 65_536 }),
  }),
  fc.record({
    type: fc.constant("task.finished" as const),
    dt: fc.nat(500),
    task: fc.constant("vision" as const),
    provider: fc.constantFrom("local" as const, "cloud" as const),
    ok: fc.boolean(),
    failure: fc.constantFrom(null, "oom" as const, "timeout" as const),
  }),
  fc.record({
    type: fc.constant("cloud.probed" as const),
    dt: fc.nat(500),
    reachable: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("editor.changed" as const),
    dt: fc.nat(500),
    running: fc.constantFrom(true, false, null),
  }),
  fc.record({
    type: fc.constant("degrade.requested" as const),
    dt: fc.nat(500),
    rung: fc.constantFrom(
      null,
      "cpu" as const,
      "cloud" as const,
      "shed" as const,
      "smallModel" as const,
    ),
  }),
  fc.record({ type: fc.constant("restore.requested" as const), dt: fc.nat(500) }),
) as never;

function folded(
  inputs: readonly (Omit<Input, "at"> & { dt: number })[],
  isCloudAllowed: boolean,
  check: (before: RuntimeState, after: RuntimeState, input: Input, moves: number) => void,
): RuntimeState {
  const cloud = { ...DEFAULT_CONFIGURATION.cloud, allowed: isCloudAllowed };
  let state = initialState();
  let at = 0;
  const all = [
    { type: "config.changed", dt: 0, config: configurationWith({ cloud }) },
    { type: "host.detected", dt: 0, host: hostWith() },
    ...inputs,
  ];
  for (const { dt, ...input } of all as (Input & { dt: number })[]) {
    at += dt;
    const next = step(state, { ...input, at } as Input);
    check(
      state,
      next.state,
      { ...input, at } as Input,
      next.outputs.filter(({ type }) => type === "transition").length,
    );
    state = next.state;
  }
  return state;
}

test("decider: for any history it never throws, moves at most once per input, and keeps its promises", () => {
  const ladder = ["nominal", "smallModel", "cpu", "cloud", "shed"];
  const rungIn = (state: RuntimeState) => state.chart.state.profile.split(".").at(-1) as string;
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 120 }), fc.boolean(), (inputs, isCloudAllowed) => {
      folded(inputs, isCloudAllowed, (before, after, input, moves) => {
        expect(moves).toBeLessThanOrEqual(1);
        const { profile, vram, memory, cloud, hold } = after.chart.state;
        const rung = rungIn(after);
        if (profile === "detecting") return;
        const isOnGpu = rung === "nominal" || rung === "smallModel";
        // P1, P2, P8: hard pressure leaves the resource in the same input.
        if (vram === "exhausted" || vram === "lost") expect(isOnGpu).toBe(false);
        if (memory === "exhausted" || memory === "lost") expect(["cloud", "shed"]).toContain(rung);
        // P5: at least the held rung. P6: never on a cloud that is not reachable.
        if (hold !== "free")
          expect(ladder.indexOf(rung)).toBeGreaterThanOrEqual(ladder.indexOf(hold.slice(5)));
        if (rung === "cloud") expect(cloud).toBe("reachable");
        const was = rungIn(before);
        const isUp =
          moves === 1 &&
          before.chart.state.profile !== "detecting" &&
          ladder.indexOf(rung) < ladder.indexOf(was);
        if (!isUp || was === "cloud") return;
        // P3: dwell since the last step down; P4: nothing missing in this input.
        const lastDown = before.sensing.ladder.lastStepDownAt;
        expect(input.type).toBe("reading");
        if (lastDown !== null) expect(input.at - lastDown).toBeGreaterThanOrEqual(60_000);
        const reading = input as { vram?: unknown; memory?: unknown };
        expect(reading.vram !== null && reading.memory !== null).toBe(true);
      });
    }),
    { numRuns: 300 },
  );
});

test("decider: a state survives its plain form, and the fold goes on the same", () => {
  fc.assert(
    fc.property(fc.array(anyInput, { minLength: 2, maxLength: 60 }), fc.nat(), (inputs, cut) => {
      const whole = folded(inputs, true, () => {});
      const at = cut % inputs.length;
      let state = folded(inputs.slice(0, at), true, () => {});
      state = restoreState(JSON.parse(JSON.stringify(checkpointOf(state))));
      let time = state.at;
      for (const { dt, ...input } of inputs.slice(at)) {
        time += dt;
        state = step(state, { ...input, at: time } as Input).state;
      }
      expect(JSON.stringify(checkpointOf(state))).toBe(JSON.stringify(checkpointOf(whole)));
    }),
    { numRuns: 100 },
  );
});

test("decider: a reading that changes no fact never reaches the chart", () => {
  const story = new Story().beats(100);
  const { snapshot } = story.state.chart;
  story.beats(100, { used: 5000 });
  expect(story.state.chart.snapshot).toBe(snapshot);
});
