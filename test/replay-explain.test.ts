/** `explain` speaks of the present: what was true at the last step is told as the past. */
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import { explainIn } from "../src/replay/explain.ts";
import { decide, recommendationsIn } from "../src/replay/fold.ts";
import { explanationIn } from "../src/replay/projection.ts";
import { CARD_MIB, configurationWith, hostWith, MEMORY_MIB, Story } from "./support/stories.ts";

const HARD = Math.ceil(CARD_MIB * 0.93);
const TIGHT = Math.ceil(CARD_MIB * 0.87);
const CLOUD = { ...DEFAULT_CONFIGURATION.cloud, allowed: true, base_url: "https://cloud.example" };

const FRAME = {
  language: "en",
  seq: 1,
  isRunning: true,
  droppedBeats: 0,
  timeOf: (at: number) => new Date(at).toISOString(),
} as const;

const sentencesOf = (story: Story) => explainIn(story.state, FRAME, []).sentences;
const explanationFor = (story: Story) => explanationIn(story.state, "en");

test("explain: the cause of the step is the past, and now is now", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  expect(sentencesOf(story)).toEqual([
    expect.stringMatching(/^Just now: GPU memory use is 93%, over the hard limit of 92%; /),
    'Not "GPU (nominal)" and "small model on the GPU": GPU memory use is 93%, over 92%.',
    expect.stringMatching(/^Work goes back to "small model on the GPU" once GPU memory use stays/),
  ]);
  story.beats(31);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(sentencesOf(story)).toEqual([
    expect.stringMatching(/^31 s ago: GPU memory use is 93%/),
    'Not "GPU (nominal)" and "small model on the GPU": the room for it has not lasted 60 s yet.',
    expect.stringMatching(
      /" in 31 s at the earliest, if use stays as it is\. .* fits in 31 s if use stays as it is\.$/,
    ),
  ]);
  expect(explanationFor(story)).toContain(" in 31 s at the earliest, if use stays as it is.");
  expect(explanationFor(story)).not.toContain("over 92%.");
  // What was promised holds: the peak leaves the look-back with its bucket of five seconds.
  story.beats(30);
  expect(sentencesOf(story)[2]).toContain(" in 1 s at the earliest");
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  story.beat();
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.smallModel");
});

test("explain: another pressure than that of the last step is named", () => {
  const story = new Story().beats(3).beat({ used: HARD }).beats(31);
  story.send({ type: "editor.changed", running: true });
  expect(sentencesOf(story)[1]).toContain("the GPU is left to the editor");
  expect(sentencesOf(story)[2]).toContain("once DaVinci Resolve is closed");
});

test("explain: what others take keeps a rung away after the wait, and that is said", () => {
  const full = { used: Math.floor(CARD_MIB * 0.77) };
  const story = new Story(
    hostWith(),
    configurationWith({
      policy: {
        ...configurationWith().policy,
        footprints: { nominal: 3000, smallModel: 3000, cpu: 3000 },
      },
    }),
  );
  story.beats(3).beat({ used: HARD }).beats(180, full);
  expect(story.profile).toBe("LOCAL_GPU_HIGH.degraded.cpu");
  expect(sentencesOf(story).join(" ")).toMatch(
    /it would not fit now\. .* once enough is freed\. .* is 15\.4 GB, the limit 17\.0 GB\. /,
  );
});

test("explain: a hold comes first with the way to clear it, and is gone once cleared", () => {
  const story = new Story().beats(3).send({ type: "degrade.requested", rung: "cpu" }).beats(5);
  const held =
    'You hold it at "CPU" or lower. It can return once you clear the hold: POST /api/runtime/policy/restore.';
  expect(sentencesOf(story)[0]).toBe(held);
  expect(sentencesOf(story)[1]).toMatch(
    /^5 s ago: A manual request holds work at "CPU" or lower\. /,
  );
  expect(explanationFor(story)).toContain(`- ${held}`);
  story.send({ type: "restore.requested" });
  const text = [...sentencesOf(story), explanationFor(story)].join("\n");
  expect(text).toContain("at the earliest");
  expect(text).not.toContain("You hold");
  expect(text).not.toContain("clear the hold");
  expect(text).not.toContain("by hand");
});

test("explain: a hold over an older pressure is said before that pressure", () => {
  const story = new Story().beats(3).beat({ used: HARD });
  story.send({ type: "degrade.requested", rung: "cpu" }).beats(40);
  expect(story.moves.at(-1)?.reason.code).toBe("VRAM_EXHAUSTED");
  expect(sentencesOf(story)[0]).toMatch(/^You hold it at "CPU" or lower\./);
});

test("explain: at the best rung nothing is refused and nothing is awaited", () => {
  expect(sentencesOf(new Story().beats(3))).toEqual([
    expect.stringMatching(/^3 s ago: The host has been detected\./),
  ]);
  expect(sentencesOf(new Story(null))).toEqual([]);
});

const codesOf = (story: Story) => recommendationsIn(story.state).map(({ code }) => code);

test("recommendations: short GPU memory is named while it is short, and no longer", () => {
  const story = new Story().beats(3);
  expect(codesOf(story)).not.toContain("FREE_VRAM");
  story.beats(12, { used: TIGHT });
  expect(story.state.chart.state.vram).toBe("tight");
  expect(codesOf(story)).toContain("FREE_VRAM");
  story.beats(40);
  expect(codesOf(story)).not.toContain("FREE_VRAM");
  story.beat({ used: HARD });
  expect(codesOf(story)).toContain("FREE_VRAM");
});

test("recommendations: short memory is named with what is available now", () => {
  const story = new Story(hostWith({ gpus: [] }), configurationWith({ cloud: CLOUD }));
  story.beats(3, { used: null });
  expect(codesOf(story)).not.toContain("FREE_MEMORY");
  story.beat({ used: null, available: 900 });
  const [advice] = recommendationsIn(story.state).filter(({ code }) => code === "FREE_MEMORY");
  expect(advice?.params).toEqual({ threshold_mib: 2048, available_mib: 900 });
  story.beats(40, { used: null });
  expect(codesOf(story)).not.toContain("FREE_MEMORY");
});

test("recommendations: memory that was short at the detection counts until the first reading", () => {
  const memory = { total_mib: MEMORY_MIB, available_mib: 1500, limited_by: "host" } as const;
  const story = new Story(hostWith({ memory }));
  expect(codesOf(story)).toContain("FREE_MEMORY");
  story.beats(2);
  expect(codesOf(story)).not.toContain("FREE_MEMORY");
});

test("recommendations: one that comes or goes is written down", () => {
  const story = new Story().beats(3);
  const source_at = story.at + 1000;
  const { outputs } = decide(story.state, {
    type: "reading",
    at: source_at,
    vram: { used_mib: HARD, total_mib: CARD_MIB, own_mib: 0, source_at },
    memory: { available_mib: 40_000, total_mib: MEMORY_MIB, source_at },
    cpu: null,
  });
  const changed = outputs.filter(({ type }) => type === "recommendation.changed");
  expect(changed).toEqual([
    { type: "recommendation.changed", codes: expect.arrayContaining(["FREE_VRAM"]) },
  ]);
});
