/** What an explanation says of now, out of whole stories: tasks, errors, requests, pressures, room. */
import { expect, test } from "vitest";
import { type Configuration, DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import type { Failure } from "../src/domain/input.ts";
import { explainIn } from "../src/replay/explain.ts";
import { explanationIn } from "../src/replay/projection.ts";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB, Story } from "./support/stories.ts";

const FRAME = {
  language: "en",
  seq: 1,
  isRunning: true,
  droppedBeats: 0,
  timeOf: (at: number) => new Date(at).toISOString(),
} as const;
const CLOUD = { ...DEFAULT_CONFIGURATION.cloud, allowed: true, base_url: "https://cloud.example" };

const toldOf = (story: Story) => explainIn(story.state, FRAME, []).sentences;
const lastOf = (story: Story) => story.moves.at(-1)?.reason;
const withCloud = () =>
  new Story(hostWith(), configurationWith({ cloud: CLOUD }))
    .beats(3)
    .send({ type: "cloud.probed", reachable: true });
const footprints = (change: Configuration["policy"]["footprints"]) => {
  const base = configurationWith();
  const policy = { ...base.policy, footprints: { ...base.policy.footprints, ...change } };
  return configurationWith({ policy });
};

function fail(story: Story, provider: "local" | "cloud", failure: Failure = "timeout"): Story {
  const model = provider === "cloud" ? "gpt-4o" : "llava:7b";
  return story.send({ type: "task.finished", task: "vision", provider, model, ok: false, failure });
}

test("present: the record of failing tasks has model and counts, for each provider", () => {
  const story = withCloud();
  for (let count = 0; count < 5; count += 1) fail(story, "local");
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cloud");
  const tasks = { task: null, model: "llava:7b", failed: 5, counted: 5 };
  expect(lastOf(story)).toMatchObject({ code: "TASKS_FAILING", tasks });
  for (let count = 0; count < 5; count += 1) fail(story, "cloud");
  expect(lastOf(story)).toMatchObject({
    code: "CLOUD_UNREACHABLE",
    signal: "cloud.tasks",
    tasks: { ...tasks, model: "gpt-4o" },
  });
  expect(toldOf(story)).toContainEqual(
    expect.stringMatching(/^Just now: 5 of the last 5 cloud tasks of gpt-4o failed, /),
  );
  expect(toldOf(story)[0]).toBe(
    '5 of the last 5 local tasks of llava:7b failed; work stays on "GPU (nominal)" all the same. Not "cloud": 5 of the last 5 cloud tasks of gpt-4o failed.',
  );
});

test("present: an out-of-memory error names its task, at the step and while it counts", () => {
  const story = fail(new Story().beats(3), "local", "oom").beats(5);
  expect(lastOf(story)?.tasks).toEqual({
    task: "vision",
    model: "llava:7b",
    failed: 1,
    counted: 1,
  });
  expect(toldOf(story)[0]).toMatch(/^5 s ago: A vision task of llava:7b ran out of GPU memory; /);
  expect(toldOf(story)[1]).toBe(
    'Not "GPU (nominal)" and "small model on the GPU": a vision task of llava:7b ran out of GPU memory.',
  );
  expect(toldOf(story)[2]).toContain("others' peak in the last 15 min is 3.9 GB");
});

test("present: a request is told with its reason, and one that leads further says why", () => {
  const story = new Story().beats(3);
  story.send({ type: "degrade.requested", rung: "cloud", reason: "a film is rendered" });
  expect(lastOf(story)?.occasion).toEqual({
    input: "degrade.requested",
    held: "cloud",
    said: "a film is rendered",
  });
  expect(toldOf(story)[1]).toBe(
    'Just now: A manual request holds work at "cloud" or lower (reason given: a film is rendered). Not "cloud": you have not allowed a cloud. Work moves from "GPU (nominal)" to "new work refused".',
  );
});

test("present: other settings are told as the cause, a reading has no occasion", () => {
  const story = new Story().beats(3);
  const config = footprints({ nominal: CARD_MIB });
  story.send({ type: "config.changed", config });
  expect(lastOf(story)?.occasion).toEqual({ input: "config.changed" });
  expect(toldOf(story)[0]).toMatch(
    /^Just now: After a change of settings, this host cannot carry the model for "GPU \(nominal\)"/,
  );
  expect(toldOf(story)[1]).toBe(
    'Not "GPU (nominal)": the model needs 20.0 GB, and this card can give 17.0 GB at most.',
  );
  const ordinary = new Story().beats(3).beat({ used: Math.ceil(CARD_MIB * 0.93) });
  expect(lastOf(ordinary)).not.toHaveProperty("occasion");
});

test("present: a silent sensor says why, where the reading does", () => {
  const story = new Story().beats(3);
  for (let count = 0; count < 6; count += 1) {
    story.at += 1000;
    const memory = { available_mib: 40_000, total_mib: MEMORY_MIB };
    story.send({ type: "reading", vram: null, memory, missing: { vram: "timeout" } });
  }
  expect(lastOf(story)).toMatchObject({ code: "VRAM_LOST", occasion: { missing: "timeout" } });
  expect(toldOf(story)[0]).toContain("The GPU memory sensor has given no value for 6 s (no answer");
  expect(toldOf(story)[1]).toContain("GPU memory has not been readable for 6 s");
  expect(toldOf(story)[2]).not.toContain("Room in");
});

const TIGHT = Math.ceil(CARD_MIB * 0.88);

test.each([
  [
    "memory without a cloud",
    new Story().beats(3).beats(8, { available: 1900 }),
    'Available memory is 1.9 GB, under 2.0 GB; work stays on "GPU (nominal)" all the same. Not "cloud": you have not allowed a cloud.',
  ],
  [
    "VRAM where nothing smaller can be had",
    new Story(hostWith(), footprints({ smallModel: null, cpu: null }))
      .beats(3)
      .beats(12, { used: TIGHT }),
    'GPU memory use is 88%, over 85%; work stays on "GPU (nominal)" all the same. Not "small model on the GPU" and "CPU": no model is planned for it here. Not "cloud": you have not allowed a cloud.',
  ],
  [
    "VRAM on the small model",
    new Story().beats(3).beats(12, { used: TIGHT }),
    'GPU memory use is 88%, over 85%; "small model on the GPU" is the answer to that, and the GPU is left only over 92%.',
  ],
  [
    "the editor where the GPU is all there is",
    new Story(hostWith(), footprints({ cpu: null }))
      .beats(3)
      .send({ type: "editor.changed", running: true }),
    'DaVinci Resolve is running; work stays on "GPU (nominal)" all the same. Not "CPU": no model is planned for it here. Not "cloud": you have not allowed a cloud.',
  ],
])("present: pressure on %s is held, and explained", (_, story, expected) => {
  expect(story.moves.at(-1)?.to).not.toMatch(/cpu|cloud|shed/);
  expect(toldOf(story)[0]).toBe(expected);
  expect(explanationIn(story.state, "en")).toContain(`- ${expected}`);
});

test("present: a pressure that was met or is over is not said to be held", () => {
  const met = withCloud().beats(8, { available: 1900 });
  expect(met.profile).toBe("LOCAL_GPU_HIGH.degraded.cloud");
  const over = new Story().beats(3).beats(8, { available: 1900 }).beats(31);
  for (const story of [met, over, new Story().beats(3)])
    expect(toldOf(story).join(" ")).not.toContain("all the same");
});

test("present: the hardware line and the advice speak of one number", () => {
  const story = new Story(hostWith({ gpus: [] })).beats(3).beats(8, { available: 1536 });
  const text = explanationIn(story.state, "en");
  expect(text).toContain("- Memory: 64.0 GB (1.5 GB available)");
  expect(text).toContain("Only 1.5 GB of memory is available");
  expect(explanationIn(new Story().state, "en")).toContain("(39.1 GB available)");
  const lost = new Story().beats(3).beats(16, { available: null });
  expect(explanationIn(lost.state, "en")).toContain("- Memory: 64.0 GB (unknown available)");
});

test("present: a step up carries the return test of its own rung only", () => {
  const cloud = { ...CLOUD, vision: "allow" } as const;
  const choice = { ...DEFAULT_CONFIGURATION.tier, choice: "CLOUD_HYBRID" } as const;
  const story = new Story(hostWith(), configurationWith({ cloud, tier: choice })).beats(3);
  story.send({ type: "cloud.probed", reachable: true }).beats(90);
  expect(story.profile).toBe("CLOUD_HYBRID.nominal");
  story.send({ type: "config.changed", config: configurationWith() });
  expect(lastOf(story)).toMatchObject({ code: "TIER_CHANGED", return_test: null });
  expect(story.profile).toBe("LOCAL_GPU_HIGH.nominal");
});

test("present: where GPU and CPU share one memory, an entry is told by that memory", () => {
  const [card] = hostWith().gpus;
  if (card === undefined) throw new Error("a card was expected");
  const gpus = [{ ...card, unified: true, vram_total_mib: null }];
  const story = new Story(hostWith({ gpus }), footprints({ nominal: 40_000 }));
  story.beats(3, { used: null, available: 20_000 });
  expect(story.moves.map(({ reason }) => reason)).toContainEqual(
    expect.objectContaining({
      ...{ code: "ENTRY_WOULD_NOT_FIT", region: "memory", value: 20_000, unit: "MiB" },
    }),
  );
  expect(toldOf(story).join(" ")).toContain("At the first reading (available memory 19.5 GB), ");
});

test("present: a value just under its threshold is not told as equal to it", () => {
  const story = new Story(hostWith()).beats(3).beat({ available: 1010 });
  expect(toldOf(story).join(" ")).toContain("available memory is 1010 MiB, under 1024 MiB");
});
