/** Will it fit: sizes, places, edges, names and alternatives, from tables of cases. */
import { expect, test } from "vitest";
import { RuntimeProfileError } from "../src/domain/error.ts";
import { UNKNOWN_GPU } from "../src/domain/host.ts";
import type { ShownModel } from "../src/domain/served-model.ts";
import { type FitQuestion, fitOf } from "../src/policy/fit.ts";
import { cacheBytesOf } from "../src/policy/fit-figures.ts";
import type { FitPlace, ModelFit, PlaceFit } from "../src/policy/fit-shape.ts";
import { groundsOf, meter, model, shownModel } from "./support/fit-grounds.ts";
import { configured } from "./support/policy-situations.ts";

function asked(question: Partial<FitQuestion> = {}): ModelFit {
  return fitOf({ model: "moondream", grounds: groundsOf(), shown: new Map(), ...question });
}

function placeOf(fit: ModelFit, place: FitPlace): PlaceFit {
  const found = fit.places.find((one) => one.place === place);
  if (found === undefined) throw new Error(`no ${place}`);
  return found;
}

function termsOf(fit: ModelFit, place: FitPlace): string[] {
  return placeOf(fit, place).terms.map(
    ({ code, mib, source, certainty }) => `${code} ${mib} ${source} ${certainty}`,
  );
}

function remarksOf(fit: ModelFit): string[] {
  return fit.remarks.map(({ code, value }) => (value === null ? code : `${code} ${value}`));
}

const KIB = 1024;

test.each<[string, Partial<ShownModel>, number | null]>([
  ["keys and values told", {}, 32 * 8 * 256 * 2],
  ["of different lengths", { key_length: 192 }, 32 * 8 * 320 * 2],
  ["only keys told", { value_length: null }, 32 * 8 * 256 * 2],
  ["heads divide the width", { key_length: null, value_length: null }, 128 * KIB],
  [
    "a width that does not divide",
    { key_length: null, value_length: null, head_count: 30 },
    32 * 8 * 274 * 2,
  ],
  ["no groups: every head has its own", { head_count_kv: null }, 512 * KIB],
  ["no heads", { head_count: null, head_count_kv: null }, null],
  ["no layers", { block_count: null }, null],
  [
    "no lengths and no width",
    { key_length: null, value_length: null, embedding_length: null },
    null,
  ],
  ["half a layer", { block_count: 1.5 }, null],
  ["zero layers", { block_count: 0 }, null],
  ["an absurd header", { block_count: 1e300 }, null],
  ["the most that is believed", { block_count: 2 ** 14, head_count_kv: 8 }, 64 * KIB * KIB],
  ["one layer more", { block_count: 2 ** 14 + 1, head_count_kv: 8 }, null],
])("cache of a token: %s", (_what, change, bytes) => {
  expect(cacheBytesOf(shownModel(change))).toBe(bytes);
});

test("fit: figures come from the server, then from the table, then from the file's size", () => {
  const grounds = groundsOf({ models: [model("own:8b", 4800), model("qwen3.5:9b", 6600, true)] });
  const shown = new Map([["own:8b", shownModel()]]);
  expect(termsOf(asked({ model: "own:8b", context: 8192, grounds, shown }), "cpu")).toEqual([
    "WEIGHTS 4800 ollama measured",
    "CACHE 1024 ollama estimated",
    "BUFFERS 480 size-only estimated",
    "RUNNER 512 table estimated",
  ]);
  const own = asked({ model: "own:8b", context: 4096, grounds });
  expect(termsOf(own, "gpu")).toEqual([
    "WEIGHTS 4800 ollama measured",
    "CACHE 720 size-only estimated",
    "BUFFERS 480 size-only estimated",
  ]);
  expect([own.model.source, remarksOf(own)]).toEqual(["size-only", ["SIZE_ONLY"]]);
  expect(termsOf(asked({ model: "qwen3.5:9b", grounds }), "gpu")).toEqual([
    "WEIGHTS 6600 ollama measured",
    "CACHE 512 table estimated",
    "BUFFERS 512 table estimated",
  ]);
  const fromTable = asked({ model: "qwen3.5:4b", grounds });
  expect(termsOf(fromTable, "gpu")).toEqual([
    "WEIGHTS 3433 table estimated",
    "CACHE 384 table estimated",
    "BUFFERS 512 table estimated",
  ]);
  expect([fromTable.model.source, fromTable.model.installed]).toEqual(["table", false]);
});

test("fit: a model whose size nobody knows is unknown, not small", () => {
  const fit = asked({ model: "own:8b", grounds: groundsOf({ models: [model("own:8b", null)] }) });
  expect(fit.places.map(({ verdict, reasons }) => [verdict, reasons[0]?.code])).toEqual(
    Array(3).fill(["unknown", "SIZE_UNKNOWN"]),
  );
  expect(fit.places.map(({ needs }) => needs.vram_mib)).toEqual([null, null, 0]);
  expect(fit.best).toBeNull();
});

// Moondream at 2048 needs 1657 + 384 + 256 = 2297; the limit of 8192 is 6963.
test.each([
  ["at the peak exactly", 1000, 4666, "fits", "ROOM_AT_PEAK", 0],
  ["a MiB over it at the peak", 1000, 4667, "fits-now-not-at-peak", "PEAK_TOO_HIGH", 1],
  ["now exactly", 4666, 6000, "fits-now-not-at-peak", "PEAK_TOO_HIGH", 1334],
  ["a MiB over it now", 4667, 6000, "too-large", "OTHERS_IN_THE_WAY", 1],
  ["a peak below now is no peak", 4667, 1000, "too-large", "OTHERS_IN_THE_WAY", 1],
  ["others beyond the limit", 8000, 8000, "too-large", "OTHERS_IN_THE_WAY", 3334],
  ["use unknown", null, null, "unknown", "USE_UNKNOWN", null],
  ["peak unknown", 1000, null, "unknown", "USE_UNKNOWN", null],
] as const)("fit on the card: %s", (_what, now, peak, verdict, code, mib) => {
  const fit = asked({ grounds: groundsOf({ onCard: { now, peak } }) });
  const { verdict: said, reasons } = placeOf(fit, "gpu");
  expect([said, reasons]).toEqual([verdict, [{ code, meter: "vram", mib }]]);
});

test.each([
  [2702, "LARGER_THAN_DEVICE"],
  [2703, "ROOM_AT_PEAK"],
])("fit on an empty card of %i MiB: %s", (vram, code) => {
  const fit = asked({ grounds: groundsOf({ vram, onCard: { now: 0, peak: 0 } }) });
  expect(placeOf(fit, "gpu").reasons[0]?.code).toBe(code);
});

// On the CPU it needs 2809; of 32768 the limit is 30720.
test.each([
  [27_911, "fits"],
  [27_912, "fits-now-not-at-peak"],
])("fit in memory: a peak of %i in use is %s", (peak, verdict) => {
  const fit = asked({ grounds: groundsOf({ inMemory: { now: 8000, peak } }) });
  expect(placeOf(fit, "cpu").verdict).toBe(verdict);
});

test("fit: too large for the card is known without its use", () => {
  const grounds = groundsOf({ onCard: { now: null, peak: null } });
  const fit = asked({ model: "qwen3.5:27b", grounds });
  expect(placeOf(fit, "gpu").reasons[0]?.code).toBe("LARGER_THAN_DEVICE");
  expect(placeOf(fit, "split").reasons[0]?.code).toBe("USE_UNKNOWN");
});

test.each([
  ["no card", [], [], "NO_GPU"],
  ["nvidia-smi hangs", [], [{ probe: "nvidia", code: "timeout", detail: null }], "GPU_UNREADABLE"],
  ["no driver installed", [], [{ probe: "nvidia", code: "not-installed", detail: null }], "NO_GPU"],
  ["a card that tells nothing", [UNKNOWN_GPU], [], "GPU_UNREADABLE"],
  ["a card that was excluded", [{ ...UNKNOWN_GPU, excluded_by: "environment" }], [], "NO_GPU"],
  ["integrated graphics", [{ ...UNKNOWN_GPU, is_integrated: true }], [], "NO_GPU"],
] as const)("fit without a figure of a card: %s", (_what, gpus, notes, code) => {
  const fit = asked({ grounds: { ...groundsOf({ host: { gpus, notes } }), vram: null } });
  const { verdict, reasons } = placeOf(fit, "gpu");
  expect([verdict, reasons[0]?.code, fit.rooms.gpu]).toEqual(["unknown", code, null]);
  expect(fit.places.map(({ place }) => place)).toEqual(["gpu", "cpu"]);
  expect(fit.best).toBe("cpu");
});

test("fit: on shared memory both places take from the same, within the card's part of it", () => {
  const gpus = [{ ...UNKNOWN_GPU, vendor: "apple" as const, unified: true }];
  const grounds = { ...groundsOf({ host: { gpus } }), vram: null };
  const fit = asked({ grounds });
  expect(placeOf(fit, "gpu").needs).toEqual({ vram_mib: 0, memory_mib: 2809 });
  expect(fit.rooms.gpu?.limit_mib).toBe(Math.floor(32_768 * 0.75 * 0.85));
  expect(fit.rooms.gpu?.meter).toBe("memory");
  expect(remarksOf(fit)).toContain("GPU_SHARES_MEMORY");
  expect(fit.places.map(({ place }) => place)).toEqual(["gpu", "cpu"]);
});

test("fit split: whole layers on the card as far as there is room, the rest in memory", () => {
  const grounds = groundsOf({ models: [model("own:8b", 6400)], onCard: { now: 0, peak: 2000 } });
  const shown = new Map([["own:8b", shownModel()]]);
  // 32 layers of 200 + 64 at 16384 tokens, 640 of buffers; 4963 are free: 16 layers.
  const fit = asked({ model: "own:8b", context: 16_384, grounds, shown });
  const split = placeOf(fit, "split");
  expect(split.layers).toEqual({ on_gpu: 16, total: 32 });
  expect(split.needs).toEqual({ vram_mib: 16 * 264 + 640, memory_mib: 16 * 264 + 512 });
  expect([split.verdict, split.gpu_share]).toEqual(["fits", 0.5]);
  expect(fit.best).toBe("split");
});

test("fit split: what only the room of now allows is said to be so", () => {
  const grounds = groundsOf({ onCard: { now: 0, peak: 6900 } });
  const split = placeOf(asked({ model: "qwen3.5:9b", grounds }), "split");
  const short = (split.needs.vram_mib ?? 0) - (6963 - 6900);
  expect([split.verdict, split.reasons]).toEqual([
    ...["fits-now-not-at-peak", [{ code: "PEAK_TOO_HIGH", meter: "vram", mib: short }]],
  ]);
  const tight = { onCard: { now: 1000, peak: 1000 }, inMemory: { now: 0, peak: 30_000 } };
  const late = placeOf(asked({ model: "qwen3.5:9b", grounds: groundsOf(tight) }), "split");
  expect(late.reasons[0]).toMatchObject({ code: "PEAK_TOO_HIGH", meter: "memory" });
  const full = groundsOf({ onCard: { now: 6900, peak: 6900 } });
  const none = placeOf(asked({ model: "qwen3.5:9b", grounds: full }), "split");
  expect([none.verdict, none.reasons[0]?.code]).toEqual(["too-large", "NO_LAYER_FITS"]);
  expect(none.needs.vram_mib).toBe(512);
});

test.each([
  ["HIGH", 24_576, "qwen3.5:9b", 16_384],
  ["MID", 8192, "qwen3.5:9b", 8192],
  ["LOW", 4096, "qwen3.5:9b", 4096],
  ["CPU", 2048, "qwen3.5:9b", 4096],
  ["a model with a shorter one", 24_576, "moondream", 2048],
])("fit: without a context it is the policy's on %s", (_tier, vram, name, tokens) => {
  const fit = asked({ model: name, grounds: groundsOf({ vram }) });
  expect(fit.context).toEqual({ tokens, source: "policy" });
});

// A picture takes 1100 tokens with the Qwen models, the answer 512.
test.each([
  [1612, true, null, []],
  [1611, false, 1612, ["IMAGES_NEED_CONTEXT 1612"]],
])("fit: one picture in a context of %i", (context, isFit, smallest, remarks) => {
  const fit = asked({ model: "qwen3.5:4b", context, images: 1 });
  expect([fit.images.fit, fit.images.smallest_context]).toEqual([isFit, smallest]);
  expect(remarksOf(fit).filter((one) => one !== "NOT_INSTALLED")).toEqual(remarks);
});

test("fit: pictures that no context of the model holds are counted down to how many it does", () => {
  const fit = asked({ model: "moondream", images: 3 });
  expect([fit.images.needed_tokens, fit.images.fit, fit.images.smallest_context]).toEqual([
    ...[3 * 729 + 512, false, null],
  ]);
  expect(remarksOf(fit)).toContain("TOO_MANY_IMAGES 2");
  expect(asked({ model: "moondream", images: 2 }).images.fit).toBe(true);
});

test("fit: a model that cannot see, and one of which nobody knows how it sees", () => {
  expect(remarksOf(asked({ model: "qwen3:8b", images: 1 }))).toContain("CANNOT_SEE");
  const grounds = groundsOf({ models: [model("own-vl", 3000, true)] });
  const fit = asked({ model: "own-vl", images: 1, grounds });
  expect([fit.images.needed_tokens, fit.images.fit]).toEqual([null, null]);
  expect(remarksOf(fit)).toContain("PICTURE_TOKENS_UNKNOWN");
});

test("fit: a context beyond what the model is known for is answered, and said", () => {
  const fit = asked({ model: "moondream", context: 4096 });
  expect([fit.context.tokens, remarksOf(fit)]).toEqual([
    ...[4096, ["CONTEXT_BEYOND_MODEL 2048", "NOT_INSTALLED"]],
  ]);
});

test("fit: the cache of a model with windows is marked as an upper bound", () => {
  const grounds = groundsOf({ models: [model("gemma4", 6100)] });
  const shown = new Map([["gemma4", shownModel({ families: ["gemma4"] })]]);
  expect(remarksOf(asked({ model: "gemma4", grounds, shown }))).toContain("CACHE_UPPER_BOUND");
});

test("fit: a silent server, one elsewhere, a card below the tiers, one look", () => {
  const ollama = { ...groundsOf().host.ollama, running: null, address: "http://10.0.0.9:11434" };
  const grounds = groundsOf({ vram: 3000, host: { ollama } });
  const once = { ...meter(3000, { now: 0, peak: 0 }), lookback_ms: 0, estimated: true };
  const fit = asked({ grounds: { ...grounds, vram: once } });
  expect(fit.model.installed).toBeNull();
  expect(remarksOf(fit)).toEqual([
    ...["SERVER_SILENT", "SERVER_ELSEWHERE", "GPU_BELOW_TIERS", "OWN_SHARE_UNKNOWN", "SEEN_ONCE"],
  ]);
});

test.each([
  [{}, "CLOUD_REFUSED"],
  [{ allowed: true, vision: "never", planning: "never" }, "CLOUD_REFUSED"],
  [{ allowed: true, vision: "allow" }, "CLOUD_ALLOWED"],
] as const)("fit: a cloud model needs nothing here; %j is %s", (cloud, code) => {
  const configuration = configured({ cloud });
  for (const name of ["kimi-k2.6:cloud", "gpt-oss:120b-cloud", "gpt-4o", "deepseek-chat"]) {
    const fit = asked({ model: name, grounds: groundsOf({ configuration }) });
    expect([fit.model.cloud, fit.places, fit.alternatives]).toEqual([true, [], []]);
    expect(remarksOf(fit)).toEqual(["RUNS_IN_CLOUD", code]);
  }
});

test("fit: a name stands for the installed model, its quantisation, or the table's", () => {
  const models = [model("moondream:latest", 1700), model("qwen3.5:9b-q8_0", 9900)];
  const grounds = groundsOf({ models });
  const nameOf = (name: string) => asked({ model: name, grounds }).model.name;
  expect(["moondream", " Moondream:latest ", "qwen3.5:9b", "gemma4:e4b"].map(nameOf)).toEqual([
    ...["moondream", "moondream", "qwen3.5:9b-q8_0", "gemma4:e4b"],
  ]);
});

test.each([
  ["qwen3.5", "did you mean qwen3.5:27b, qwen3.5:9b or qwen3.5:4b?"],
  ["moondrem", "did you mean moondream?"],
  ["qwen3.5:14b", "did you mean qwen3.5:4b, qwen3.5:27b or qwen3.5:9b?"],
  ["qwen3.5:4b-fp16", "did you mean qwen3.5:27b, qwen3.5:9b or qwen3.5:4b?"],
  ["nothing-like-it", "ollama list shows the installed ones, and the table has qwen3.5:27b, "],
])("fit: the unknown name %s is refused with what comes near", (name, remedy) => {
  const refused = (): unknown => asked({ model: name });
  expect(refused).toThrow(RuntimeProfileError);
  expect(refused).toThrow(`got ${JSON.stringify(name)}; ${remedy}`);
});

function offersOf(fit: ModelFit): string[] {
  return fit.alternatives.map(({ kind, place, model: name, context, need_mib, command }) =>
    [kind, place, name, context, need_mib, command === null ? "here" : "pull"].join(" "),
  );
}

test("alternatives: none where the model fits its best place", () => {
  expect(asked().alternatives).toEqual([]);
});

test("alternatives: less context, then installed models, then the table's, then the CPU", () => {
  const grounds = groundsOf({ models: [model("moondream", 1657, true), model("own", 900, false)] });
  const fit = asked({ model: "qwen3.5:4b", context: 32_768, images: 1, grounds });
  expect(offersOf(fit)).toEqual([
    "context gpu qwen3.5:4b 31744 5433 pull",
    "model gpu moondream 2048 2297 here",
    "model gpu gemma4:e2b 32768 5181 pull",
    "model gpu qwen2.5vl:3b 32768 4783 pull",
    "cpu cpu qwen3.5:4b 32768 5993 pull",
  ]);
});

test("alternatives: what reads is not offered for what sees, nor what cannot hold the pictures", () => {
  const models = [model("moondream", 1657, true), model("qwen3:4b", 2384, false)];
  const grounds = groundsOf({ vram: 4096, onCard: { now: 500, peak: 600 }, models });
  const tagsOf = (question: Partial<FitQuestion>) =>
    asked({ grounds, ...question })
      .alternatives.filter(({ kind }) => kind === "model")
      .map(({ model: name }) => name);
  expect(tagsOf({ model: "qwen3.5:9b" })).toEqual(["moondream", "qwen3.5:0.8b"]);
  expect(tagsOf({ model: "qwen3.5:9b", images: 3 })).toEqual(["qwen3.5:0.8b"]);
  expect(tagsOf({ model: "qwen3:14b", context: 512 })).toEqual([
    ...["qwen3:4b", "phi4-mini", "qwen3.5:0.8b"],
  ]);
});

test("alternatives: where nothing of it fits on the card nor in memory, the CPU's models are looked at", () => {
  const inMemory = { now: 1000, peak: 1000 };
  const grounds = groundsOf({ vram: 2048, memory: 8192, inMemory });
  const fit = asked({ model: "qwen3.5:27b", grounds });
  expect(fit.places.map(({ verdict }) => verdict)).toEqual(Array(3).fill("too-large"));
  const bare = { ...grounds, host: { ...grounds.host, gpus: [] }, vram: null };
  for (const one of [fit, asked({ model: "qwen3.5:27b", grounds: bare })]) {
    expect(offersOf(one)).toEqual([
      ...["model cpu qwen3.5:2b 4096 3727 pull", "model cpu moondream 2048 2809 pull"],
      "model cpu qwen3.5:0.8b 4096 1818 pull",
    ]);
  }
  const empty = groundsOf({ vram: 2048, memory: 8192, inMemory, onCard: { now: 0, peak: 0 } });
  expect(offersOf(asked({ model: "qwen3.5:27b", grounds: empty }))).toEqual([
    "model gpu qwen3.5:0.8b 4096 1306 pull",
  ]);
});

test("alternatives: a card that is full leads to the CPU's models where the asked one is too large there", () => {
  const full = { now: 8000, peak: 8000 };
  const grounds = groundsOf({ onCard: full, memory: 8192, inMemory: { now: 1000, peak: 1000 } });
  const fit = asked({ model: "gemma4:12b", grounds });
  expect(offersOf(fit)[0]).toBe("model cpu qwen3.5:2b 8192 3855 pull");
});

test.each([
  [{}, "qwen3.5:27b", []],
  [{ allowed: true, vision: "allow" }, "qwen3.5:27b", ["cloud cloud gpt-4o   here"]],
  [{ allowed: true, vision: "never" }, "qwen3.5:27b", []],
  [
    { allowed: true, vision: "never", planning: "allow" },
    "qwen3:14b",
    ["cloud cloud deepseek-chat   here"],
  ],
  [{ allowed: false, vision: "allow" }, "qwen3.5:27b", []],
] as const)("alternatives: the cloud only with consent, %j for %s", (cloud, name, offers) => {
  const configuration = configured({ cloud });
  const fit = asked({ model: name, grounds: groundsOf({ vram: 4096, configuration }) });
  expect(offersOf(fit).filter((one) => one.startsWith("cloud"))).toEqual(offers);
});

test("alternatives: an installed model is judged by what the server says of it, not by the table", () => {
  const models = [model("gemma4:e4b", 5694, true)];
  const onCard = { now: 0, peak: 0 };
  const large = { model: "qwen3.5:27b", grounds: groundsOf({ models, onCard }) };
  const hasIt = (fit: ModelFit) => fit.alternatives.some(({ model: tag }) => tag === "gemma4:e4b");
  expect(hasIt(asked(large))).toBe(true);
  const shown = new Map([["gemma4:e4b", shownModel()]]);
  expect(hasIt(asked({ ...large, shown }))).toBe(false);
});

test("fit: never says that a 27B model fits 2 GB, and offers nothing that does not", () => {
  const grounds = groundsOf({ vram: 2048, memory: 4096, inMemory: { now: 1000, peak: 1500 } });
  const fit = asked({ model: "qwen3.5:27b", grounds });
  expect([fit.best, fit.places.map(({ verdict }) => verdict)]).toEqual([
    ...[null, Array(3).fill("too-large")],
  ]);
});

test("alternatives: a model that the server says runs in a cloud is none, whatever its name", () => {
  const models = [model("moondream", 1657, true)];
  const large = { model: "qwen3.5:27b", grounds: groundsOf({ models }) };
  const remote = new Map([["moondream", shownModel({ remote: true })]]);
  const offered = (fit: ModelFit) => fit.alternatives.map(({ model: name }) => name);
  expect(offered(asked(large))[0]).toBe("moondream");
  expect(offered(asked({ ...large, shown: remote }))).not.toContain("moondream");
  const itself = asked({ grounds: groundsOf({ models }), shown: remote });
  expect([itself.model.cloud, itself.places]).toEqual([true, []]);
});

test("alternatives: no room helps a model that cannot see, nor a context that is too short", () => {
  const own = (fit: ModelFit) => fit.alternatives.filter(({ kind }) => kind !== "model");
  expect(own(asked({ model: "qwen3:14b", context: 8192 })).map(({ kind }) => kind)).toEqual([
    "cpu",
  ]);
  expect(own(asked({ model: "qwen3:14b", context: 8192, images: 1 }))).toEqual([]);
  expect(own(asked({ model: "qwen3.5:9b", context: 1612, images: 1 }))).toHaveLength(1);
  expect(own(asked({ model: "qwen3.5:9b", context: 1611, images: 1 }))).toEqual([]);
});
