import { expect, test } from "vitest";
import type { Host } from "../src/domain/host.ts";
import type { NoteCode } from "../src/domain/note.ts";
import { recommendationText } from "../src/policy/explanation.ts";
import {
  RECOMMENDATION_CODES,
  RECOMMENDATIONS_MAX,
  type RecommendationCode,
  recommendationsOf,
} from "../src/policy/recommendation.ts";
import type { Situation } from "../src/policy/situation.ts";
import { RECOMMENDATION_TITLES } from "../src/policy/words-recommendations.ts";
import {
  CLOUD_ALLOWED,
  configured,
  hostWithCard,
  situationOf,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

const CALM = { isCpuBusy: false };
const MID = withModels(hostWithCard(8188), "moondream", "qwen3:4b", "qwen3.5:0.8b");

function codesOf(situation: Situation, advice = CALM): readonly RecommendationCode[] {
  return recommendationsOf(situation, advice).map((one) => one.code);
}

test("recommendation: the user's own host is told to install Ollama, and that a card would help", () => {
  const given = recommendationsOf(situationOf(USERS_HOST, "LOCAL_CPU_ONLY"), CALM);
  expect(given.map((one) => recommendationText(one, "zh"))).toMatchInlineSnapshot(`
    [
      "建议安装 Ollama (https://ollama.com/download)，免费使用本地视觉模型: ollama pull moondream",
      "如果愿意用云端视觉 (gpt-4o)，请在配置里设置 cloud.allowed = true；在此之前不会上传任何数据",
      "如果有 NVIDIA 显卡 (8GB 显存以上)，本地模型会快得多",
    ]
  `);
  expect(given.map((one) => recommendationText(one, "en"))).toMatchInlineSnapshot(`
    [
      "Install Ollama (https://ollama.com/download) to use a local vision model at no cost: ollama pull moondream",
      "To use vision in the cloud (gpt-4o), set cloud.allowed = true; until then nothing is sent anywhere",
      "With an NVIDIA card (8 GB or more) local models would run much faster",
    ]
  `);
  expect(given[0]?.command).toBe("ollama pull moondream");
});

test("recommendation: the document's MID host is told to pull Moondream, word for word", () => {
  const given = recommendationsOf(
    situationOf(withModels(hostWithCard(8188)), "LOCAL_GPU_MID"),
    CALM,
  );
  expect(given.map((one) => recommendationText(one, "zh"))).toEqual([
    "建议下载 Moondream 模型: ollama pull moondream",
  ]);
  expect(given).toEqual([
    {
      code: "PULL_MODEL",
      params: { model: "moondream", label: "Moondream" },
      command: "ollama pull moondream",
    },
  ]);
});

test("recommendation: a host that lacks nothing gets none", () => {
  expect(codesOf(situationOf(MID, "LOCAL_GPU_MID"))).toEqual([]);
});

test("recommendation: while detecting there is nothing to recommend", () => {
  expect(codesOf({ ...situationOf(MID, "LOCAL_GPU_MID"), rung: null })).toEqual([]);
});

test.each<[NoteCode, RecommendationCode]>([
  ["version-mismatch", "RESTART_COMPUTER"],
  ["nvml-unknown", "RESTART_CONTAINER"],
  ["gpu-lost", "REPAIR_LOST_GPU"],
  ["driver-not-loaded", "LOAD_DRIVER"],
  ["library-missing", "REPAIR_DRIVER"],
  ["not-executable", "REPAIR_DRIVER"],
  ["blocked-by-os", "UNBLOCK_GPU"],
  ["permission", "GRANT_GPU_ACCESS"],
  ["timeout", "CHECK_GPU"],
])(
  "recommendation: %s of the card comes first as %s, without advice to buy one",
  (code, expected) => {
    const host: Host = { ...USERS_HOST, notes: [{ probe: "nvidia", code, detail: null }] };
    const codes = codesOf(situationOf(host, "LOCAL_CPU_ONLY"));
    expect(codes[0]).toBe(expected);
    expect(codes).not.toContain("ADD_GPU");
    const elsewhere: Host = { ...USERS_HOST, notes: [{ probe: "davinci", code, detail: null }] };
    expect(codesOf(situationOf(elsewhere, "LOCAL_CPU_ONLY"))).not.toContain(expected);
  },
);

function midWith(change: Partial<Host>): Situation {
  return situationOf({ ...MID, ...change }, "LOCAL_GPU_MID");
}
function loaded(size_bytes: number | null, size_vram_bytes: number | null): Situation {
  const one = { name: "moondream", size_bytes, size_vram_bytes };
  return midWith({ ollama: { ...MID.ollama, loaded: [one] } });
}
function version(text: string | null): Situation {
  return midWith({ ollama: { ...MID.ollama, version: text } });
}
function available(available_mib: number | null): Situation {
  return midWith({ memory: { ...MID.memory, available_mib } });
}
function shedWith(cloud: Parameters<typeof configured>[0]["cloud"]): Situation {
  return situationOf(MID, "LOCAL_GPU_MID", {
    rung: "shed",
    configuration: configured({ cloud: cloud ?? {} }),
  });
}
const SCRIPTED = { installed: true, version: null, running: true };
const NO_SMALL = withModels(hostWithCard(8188), "moondream", "qwen3:4b");
const STOPPED: Host = {
  ...hostWithCard(8188),
  notes: [{ probe: "ollama", code: "not-running", detail: null }],
};
const REFUSED = configured({ vision: { local: false }, cloud: { allowed: true, vision: "never" } });

test.each<[string, Situation, readonly RecommendationCode[]]>([
  ["Ollama not running", situationOf(STOPPED, "LOCAL_GPU_MID"), ["START_OLLAMA"]],
  ["Ollama not there", situationOf(hostWithCard(8188), "LOCAL_GPU_MID"), ["INSTALL_OLLAMA"]],
  [
    "models not asked for",
    situationOf(hostWithCard(8188), "LOCAL_GPU_MID", { areModelsKnown: false }),
    [],
  ],
  [
    "no planner",
    situationOf(withModels(hostWithCard(8188), "moondream"), "LOCAL_GPU_MID"),
    ["PULL_SMALL_MODEL", "PREPARE_PLANNING"],
  ],
  ["half of the model on the CPU", loaded(1000, 500), ["LOAD_MODEL_ON_GPU"]],
  ["the whole model on the CPU", loaded(1000, 0), ["LOAD_MODEL_ON_GPU"]],
  ["the whole model on the GPU", loaded(1000, 1000), []],
  ["a loaded model of unknown size", loaded(null, 0), []],
  ["a share that is not told", loaded(1000, null), []],
  ["Ollama 0.29.9", version("0.29.9"), ["UPDATE_OLLAMA"]],
  ["Ollama 0.30.0", version("0.30.0"), []],
  ["Ollama 0.30.0-rc2", version("0.30.0-rc2"), []],
  ["Ollama 1.0.0", version("1.0.0"), []],
  ["Ollama built at home", version("0.0.0"), []],
  ["Ollama of unknown version", version(null), []],
  ["2047 MiB available", available(2047), ["FREE_MEMORY"]],
  ["2048 MiB available", available(2048), []],
  ["memory unknown", available(null), []],
  [
    "an editor that takes no scripts",
    midWith({ davinci: { ...SCRIPTED, scriptable: false } }),
    ["ENABLE_EDITOR_SCRIPTING"],
  ],
  ["an editor nobody can tell about", midWith({ davinci: { ...SCRIPTED, scriptable: null } }), []],
  [
    "unified memory",
    midWith({ gpus: MID.gpus.map((gpu) => ({ ...gpu, vram_total_mib: null, unified: true })) }),
    ["UNIFIED_MEMORY"],
  ],
  ["work refused without consent", shedWith({}), ["ALLOW_CLOUD"]],
  ["work refused, the cloud refused too", shedWith({ vision: "never" }), []],
  [
    "a cloud without an address",
    situationOf(MID, "LOCAL_GPU_MID", {
      rung: "cloud",
      cloud: "unknown",
      configuration: configured({ cloud: { allowed: true } }),
    }),
    ["CONFIGURE_CLOUD"],
  ],
  [
    "a cloud that answers",
    situationOf(MID, "LOCAL_GPU_MID", {
      rung: "cloud",
      cloud: "reachable",
      configuration: CLOUD_ALLOWED,
    }),
    [],
  ],
  ["a refused cloud", situationOf(MID, "LOCAL_GPU_MID", { configuration: REFUSED }), []],
  ["no smaller model", situationOf(NO_SMALL, "LOCAL_GPU_MID"), ["PULL_SMALL_MODEL"]],
  [
    "no smaller model, on the CPU",
    situationOf(NO_SMALL, "LOCAL_GPU_MID", { rung: "cpu" }),
    ["PULL_SMALL_MODEL"],
  ],
  ["a smaller model, on its rung", situationOf(MID, "LOCAL_GPU_MID", { rung: "smallModel" }), []],
  [
    "the smallest model alone",
    situationOf(withModels(hostWithCard(8188), "qwen3.5:0.8b"), "LOCAL_GPU_MID"),
    [],
  ],
  [
    "a card of unknown size",
    situationOf({ ...withModels(hostWithCard(null), "moondream", "qwen3:4b") }, "LOCAL_CPU_ONLY"),
    [],
  ],
  [
    "a card that is too small",
    situationOf(withModels(hostWithCard(2048), "moondream", "qwen3:4b"), "LOCAL_CPU_ONLY"),
    ["ADD_GPU"],
  ],
])("recommendation: with %s: %j", (_, situation, expected) => {
  expect(codesOf(situation)).toEqual(expected);
});

test.each(["nominal", "smallModel", "cpu"] as const)(
  "recommendation: at %s the same text model is advised for planning",
  (rung) => {
    const host = withModels(hostWithCard(8188), "moondream");
    const given = recommendationsOf(situationOf(host, "LOCAL_GPU_MID", { rung }), CALM);
    const planning = given.find(({ code }) => code === "PREPARE_PLANNING");
    expect(planning?.command).toBe("ollama pull qwen3.5:4b");
  },
);

test("recommendation: every one has a short name in both languages", () => {
  for (const code of RECOMMENDATION_CODES) {
    expect(RECOMMENDATION_TITLES[code].zh()).toMatch(/\p{Script=Han}/u);
    expect(RECOMMENDATION_TITLES[code].en()).toMatch(/^[a-z][A-Za-z ]+$/);
  }
});

test("recommendation: pressures that sensing reports are answered", () => {
  const situation = situationOf(MID, "LOCAL_GPU_MID");
  const advice = { isCpuBusy: true, isMemoryTight: true, isVramTight: true };
  expect(recommendationsOf(situation, advice)).toEqual([
    {
      code: "FREE_MEMORY",
      params: { available_mib: 18_944, threshold_mib: 2048 },
      command: null,
    },
    { code: "FREE_VRAM", params: {}, command: null },
    { code: "REDUCE_SCENES", params: { max_scenes: 10 }, command: null },
  ]);
});

test("recommendation: there are never too many, and they keep the order of the list", () => {
  const notes = (
    ["version-mismatch", "nvml-unknown", "gpu-lost", "permission", "timeout"] as const
  ).map((code) => ({ probe: "nvidia", code, detail: null }) as const);
  const host: Host = { ...USERS_HOST, notes, davinci: { ...SCRIPTED, scriptable: false } };
  const codes = codesOf(situationOf(host, "LOCAL_CPU_ONLY"), {
    isCpuBusy: true,
    ...{ isMemoryTight: true, isVramTight: true },
  });
  expect(codes).toHaveLength(RECOMMENDATIONS_MAX);
  const order = codes.map((code) => RECOMMENDATION_CODES.indexOf(code));
  expect(order).toEqual(order.toSorted((left, right) => left - right));
});
