/** Our share of the card between two looks at Ollama: what is reckoned, how it is marked, what follows. */
import { expect, test } from "vitest";
import { DEFAULT_CONFIGURATION } from "../src/domain/configuration.ts";
import type { ReadingFields } from "../src/domain/input.ts";
import type { Target } from "../src/domain/job.ts";
import type { ListedModel } from "../src/effects/loaded-models.ts";
import { createOwnUse } from "../src/runtime-own-use.ts";
import { withModels } from "./support/policy-situations.ts";
import { CARD_MIB, hostWith, MEMORY_MIB, Story } from "./support/stories.ts";
import { jobOf, type VirtualWork, virtualWork } from "./support/virtual-work.ts";

const AWAITED = { model: "qwen3.5:9b", footprint_mib: 7000, meter: "vram" } as Target;

/** Reckoning with a look and a list of awaited models that the test sets. */
function reckoningOf() {
  const seen = {
    lookedAt: 0,
    isSilent: false,
    models: [] as readonly ListedModel[],
    awaited: [] as readonly Target[],
  };
  const own = createOwnUse({
    models: {
      newest: () =>
        seen.isSilent ? null : { address: "http://a", beganAt: seen.lookedAt, models: seen.models },
      awaited: () => seen.awaited,
    },
    timeOf: (moment) => moment,
  });
  const read = (used_mib: number | null, source_at = 10_000, own_mib: number | null = 0) => {
    const fields = own.reckoned({
      vram: { used_mib, total_mib: CARD_MIB, own_mib, source_at },
      missing: { cpu: "timeout" },
    });
    return [fields.vram?.own_mib, fields.missing?.own];
  };
  return { seen, read };
}

test("own use: what use rises after a request left is ours, at most what was promised", () => {
  const { seen, read } = reckoningOf();
  expect(read(4000)).toEqual([0, undefined]);
  seen.awaited = [AWAITED];
  expect(read(3900)).toEqual([0, undefined]);
  expect(read(4000)).toEqual([0, undefined]);
  expect(read(4001)).toEqual([1, "estimated"]);
  expect(read(10_999)).toEqual([6999, "estimated"]);
  expect(read(11_000)).toEqual([7000, "estimated"]);
  expect(read(12_000)).toEqual([7000, "estimated"]);
});

test("own use: Ollama's word ends the reckoning, and the old count by the beat is not believed", () => {
  const { seen, read } = reckoningOf();
  read(4000);
  seen.awaited = [AWAITED];
  read(10_000);
  seen.awaited = [];
  seen.models = [{ name: "qwen3.5:9b", gpuMib: 6200 }];
  expect(read(10_200)).toEqual([6200, undefined]);
});

test("own use: two models on their way claim no more than both, one model in two ways only once", () => {
  const { seen, read } = reckoningOf();
  read(1000);
  seen.awaited = [AWAITED, { ...AWAITED, num_ctx: 4096, footprint_mib: 5000 }];
  expect(read(20_000)).toEqual([7000, "estimated"]);
  seen.awaited = [AWAITED, { ...AWAITED, model: "other", footprint_mib: 5000 }];
  expect(read(20_000)).toEqual([12_000, "estimated"]);
});

test("own use: a footprint that nobody knows, or another meter's, claims nothing", () => {
  for (const change of [{ footprint_mib: null }, { meter: "memory" }] as const) {
    const { seen, read } = reckoningOf();
    read(1000);
    seen.awaited = [{ ...AWAITED, ...change }];
    expect(read(8000)).toEqual([0, undefined]);
  }
});

test("own use: what is unknown stays unknown", () => {
  const { seen, read } = reckoningOf();
  seen.awaited = [AWAITED];
  expect(read(8000)).toEqual([0, undefined]);
  expect(read(null)).toEqual([0, undefined]);
  seen.isSilent = true;
  expect(read(8000, 10_000, null)).toEqual([null, undefined]);
  // A look beside the beat was answered since the beat was not.
  seen.isSilent = false;
  expect(read(8000, 10_000, null)).toEqual([0, undefined]);
  seen.models = [{ name: "qwen3.5:9b", gpuMib: null }];
  expect(read(8000)).toEqual([null, undefined]);
});

test("own use: a model that was let go counts as ours until the meter can show it", () => {
  const { seen, read } = reckoningOf();
  seen.models = [{ name: "qwen3.5:9b", gpuMib: 6000 }];
  expect(read(10_000)).toEqual([6000, undefined]);
  seen.models = [];
  seen.lookedAt = 20_000;
  expect(read(10_000, 19_000)).toEqual([6000, "estimated"]);
  expect(read(10_000, 21_499)).toEqual([6000, "estimated"]);
  expect(read(4000, 21_500)).toEqual([0, undefined]);
});

test("own use: looking often holds a share that fell no longer, a further fall begins anew", () => {
  const { seen, read } = reckoningOf();
  seen.models = [{ name: "qwen3.5:9b", gpuMib: 6000 }];
  read(10_000);
  seen.models = [{ name: "qwen3.5:2b", gpuMib: 2000 }];
  for (let at = 20_000; at < 21_500; at += 200) {
    seen.lookedAt = at;
    expect(read(10_000, at)).toEqual([6000, "estimated"]);
  }
  seen.lookedAt = 21_500;
  expect(read(6000, 21_500)).toEqual([2000, undefined]);
  seen.models = [];
  expect(read(6000, 22_999)).toEqual([2000, "estimated"]);
  expect(read(4000, 23_000)).toEqual([0, undefined]);
  seen.models = [{ name: "qwen3.5:2b", gpuMib: 2000 }];
  expect(read(6000, 23_000)).toEqual([2000, undefined]);
});

/** A beat whose share of ours is reckoned as in the runtime; the sensor's own count is old and says 0. */
function beater(work: VirtualWork) {
  const { models } = work.engine.queue;
  const own = createOwnUse({ models, timeOf: (moment) => moment });
  return (used_mib: number): ReadingFields => {
    const vram = { used_mib, total_mib: CARD_MIB, own_mib: 0 };
    const memory = { available_mib: 40_000, total_mib: MEMORY_MIB };
    const fields = own.reckoned({ vram, memory });
    work.story.at += 1000;
    work.story.send({ type: "reading", ...fields });
    work.engine.queue.look();
    return fields;
  };
}

const sensingOf = (work: VirtualWork) => work.story.state.sensing;

test("own use: a model of ours that is just loaded takes no room from the next role", async () => {
  const models = ["qwen3-vl:8b", "qwen3:14b", "qwen3.5:4b"] as const;
  const { policy } = DEFAULT_CONFIGURATION;
  const work = virtualWork({
    host: withModels(hostWith(), ...models),
    policy: { planning: { ...policy.planning, model: "qwen3:14b" } },
  });
  const beat = beater(work);
  const address = work.story.state.host?.ollama.address ?? "";
  work.engine.queue.models.see({ address, beganAt: work.clock.now(), models: [] });
  beat(4000);
  work.say(() => ({ afterMs: 5000 }));
  const scene = work.engine.complete(jobOf());
  await work.clock.pass(1000);
  // The 8b fills the card, and Ollama has not been asked since.
  expect(beat(7000).missing).toEqual({ own: "estimated" });
  beat(10_000);
  expect(sensingOf(work)).toMatchObject({
    isOwnUnknown: true,
    vramPeaks: { current: { peak: 4000 } },
  });
  await work.clock.pass(4000);
  expect(await scene).toMatchObject({ ok: true, receipt: { rung: "nominal" } });
  // 17,408 − 4,000 is enough for the planner's 14b, 17,408 − 10,000 is not.
  const plan = work.engine.complete(jobOf({ role: "planning" }));
  await work.clock.pass(6000);
  expect(await plan).toMatchObject({ ok: true, receipt: { rung: "nominal", attempts: [] } });
  expect(work.asked.map(({ model }) => model)).toEqual(["qwen3-vl:8b", "qwen3:14b"]);
});

test("own use: the first token of a job that loaded asks Ollama at once, a warm one does not", async () => {
  const work = virtualWork();
  const looks: number[] = [];
  work.list(() => {
    looks.push(work.clock.now());
    return work.clock.now() < 3000 ? [] : [{ name: "qwen3.5:9b", gpuMib: 6200 }];
  });
  work.say(() => ({ afterMs: 3000 }));
  const answer = work.engine.complete(jobOf());
  await work.clock.pass(2999);
  const before = looks.length;
  await work.clock.pass(1);
  expect((await answer).ok).toBe(true);
  await work.clock.pass(0);
  expect(looks.slice(before)).toEqual([3000]);
  expect(work.engine.queue.models.awaited()).toEqual([]);
  const stream = work.engine.stream(jobOf());
  await work.clock.pass(3000);
  expect((await stream).ok).toBe(true);
  expect(looks).toHaveLength(before + 1);
});

test("own use: a step that was judged by a reckoned share says so in its reason", () => {
  const reading = (used_mib: number, isReckoned: boolean) => ({
    type: "reading" as const,
    vram: { used_mib, total_mib: CARD_MIB, own_mib: 2000 },
    memory: { available_mib: 40_000, total_mib: MEMORY_MIB },
    ...(isReckoned ? { missing: { own: "estimated" as const } } : {}),
  });
  for (const isReckoned of [true, false]) {
    const story = new Story();
    story.send(reading(4000, false));
    story.at = 1000;
    story.send(reading(20_000, isReckoned));
    expect(story.moves.at(-1)?.reason).toMatchObject({
      code: "VRAM_EXHAUSTED",
      estimated: isReckoned,
    });
  }
});
