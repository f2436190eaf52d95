import { expect, test } from "vitest";
import { type Host, UNKNOWN_HOST } from "../src/domain/host.ts";
import { explanationOf, hardwareLines, NOTES_MAX, type View } from "../src/policy/explanation.ts";
import type { Outlook } from "../src/policy/outlook.ts";
import { NOTHING_PRESENT } from "../src/policy/present.ts";
import { recommendationsOf } from "../src/policy/recommendation.ts";
import { policyOf } from "../src/policy/resolve.ts";
import type { Situation } from "../src/policy/situation.ts";
import {
  CLOUD_ALLOWED,
  hostWithCard,
  STEP_DOWN,
  situationOf,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

function viewOf(situation: Situation, past: Pick<View, "outlook"> & Partial<View> = {}): View {
  return {
    situation,
    policy: policyOf(situation),
    reason: null,
    ...past,
    recommendations: recommendationsOf(situation, { isCpuBusy: false }),
  };
}

/** 90 s after the step: the pressure is still there for the best rung, only the wait for the other. */
const OUTLOOK: Outlook = {
  tier: "LOCAL_GPU_MID",
  rung: "cpu",
  held: null,
  unmet: [],
  present: { ...NOTHING_PRESENT, vram: { value: 0.87, silent_ms: null, ran_out: null } },
  refused: [
    { rung: "nominal", code: "VRAM_TIGHT" },
    { rung: "smallModel", code: "NOT_PERMITTED_YET" },
  ],
  dwell: { served_ms: 90_000, required_ms: 120_000, factor: 2 },
  since_ms: 90_400,
};

const MID = withModels(hostWithCard(8188), "moondream");
const READY = situationOf(MID, "LOCAL_GPU_MID", {
  configuration: CLOUD_ALLOWED,
  cloud: "reachable",
});

test("explanation: the user's own host, in Chinese", () => {
  const text = explanationOf(viewOf(situationOf(USERS_HOST, "LOCAL_CPU_ONLY")), "zh");
  expect(text).toMatchInlineSnapshot(`
    "🧠 系统运行模式
    - 未检测到独立显卡
    - CPU: 24 线程 (ultra 性能)
    - 内存: 31.8GB (可用 17.0GB)
    - 本地 AI: 未检测到 Ollama

    📊 运行级别: LOCAL_CPU_ONLY (没有可用的独立显卡)
    - 当前方式: 云端 (未就绪)
    - Vision: cloud / gpt-4o (未就绪: 尚未允许使用云端)
    - Planning: cloud / deepseek-chat (未就绪: 尚未允许使用云端)
    - Editing: davinci (未就绪: 没有安装 DaVinci Resolve)

    ❓ 为什么这样运行
    - 没有可用的独立显卡，本地模型只能用 CPU 运行。
    - 本机还没有可用的本地视觉模型，所以视觉分析计划用云端。
    - 云端只是计划；在你允许之前不会上传任何数据。

    ⚠️  目前的限制
    - 每次最多分析 10 个场景

    💡 怎样更好
    - 建议安装 Ollama (https://ollama.com/download)，免费使用本地视觉模型: ollama pull moondream
    - 如果愿意用云端视觉 (gpt-4o)，请在配置里设置 cloud.allowed = true；在此之前不会上传任何数据
    - 如果有 NVIDIA 显卡 (8GB 显存以上)，本地模型会快得多"
  `);
});

test("explanation: the user's own host, in English", () => {
  const text = explanationOf(viewOf(situationOf(USERS_HOST, "LOCAL_CPU_ONLY")), "en");
  expect(text).toMatchInlineSnapshot(`
    "🧠 How this host runs
    - No discrete GPU found
    - CPU: 24 threads (rated ultra)
    - Memory: 31.8 GB (17.0 GB available)
    - Local AI: Ollama not found

    📊 Tier: LOCAL_CPU_ONLY (no usable discrete GPU)
    - Running now: cloud (not ready)
    - Vision: cloud / gpt-4o (not ready: the cloud is not allowed)
    - Planning: cloud / deepseek-chat (not ready: the cloud is not allowed)
    - Editing: davinci (not ready: DaVinci Resolve is not installed)

    ❓ Why it runs this way
    - There is no usable discrete GPU, so local models run on the CPU.
    - There is no local vision model here yet, so vision is planned in the cloud.
    - The cloud is only planned; nothing is sent anywhere until you allow it.

    ⚠️  Present limits
    - At most 10 scenes are analysed at once

    💡 What would improve it
    - Install Ollama (https://ollama.com/download) to use a local vision model at no cost: ollama pull moondream
    - To use vision in the cloud (gpt-4o), set cloud.allowed = true; until then nothing is sent anywhere
    - With an NVIDIA card (8 GB or more) local models would run much faster"
  `);
});

test("explanation: begins as in the user's document", () => {
  expect(explanationOf(viewOf(READY), "zh")).toMatch(
    /^🧠 系统运行模式\n- 检测到 NVIDIA RTX 4060 \(8\.0GB 显存\)\n- CPU: 24 线程 \(high 性能\)\n- 内存: 32\.0GB \(可用 18\.5GB\)\n- 本地 AI: Ollama \(1 个模型\)\n/,
  );
});

test("explanation: a degraded host is told why, why nothing better now, and what brings it back", () => {
  const view = viewOf({ ...READY, rung: "cpu" }, { reason: STEP_DOWN, outlook: OUTLOOK });
  expect(explanationOf(view, "zh")).toMatchInlineSnapshot(`
    "🧠 系统运行模式
    - 检测到 NVIDIA RTX 4060 (8.0GB 显存)
    - CPU: 24 线程 (high 性能)
    - 内存: 32.0GB (可用 18.5GB)
    - 本地 AI: Ollama (1 个模型)

    📊 运行级别: LOCAL_GPU_MID (主流显卡，8GB 级)
    - 当前方式: CPU
    - Vision: local / moondream
    - Planning: cloud / deepseek-chat
    - Editing: davinci

    ❓ 为什么这样运行
    - 显卡显存属于 8GB 级，可以在 GPU 上运行中等大小的视觉模型。
    - 90 秒前: GPU 显存使用率 93%，超过硬上限 92%，马上离开 GPU。运行方式从「GPU (正常)」变为「CPU」。

    ⚠️  目前的限制
    - 每次最多分析 4 个场景
    - 没有用「GPU (正常)」: GPU 显存使用率 87%，超过 85%。没有用「GPU 上的小模型」: 恢复前的等待时间还没到。
    - 最早 30 秒后 (距上次降级满 2 分钟) 自动恢复到「GPU 上的小模型」，前提是那时放得下。GPU 显存使用率低于 78% 满 30 秒 (或低于 83% 满 10 分钟) 且放得下时，自动恢复到「GPU (正常)」，最早 30 秒后。

    💡 怎样更好
    - 建议再下载一个小模型，显存紧张时也能留在 GPU 上: ollama pull qwen3.5:0.8b"
  `);
  expect(explanationOf(view, "en")).toMatchInlineSnapshot(`
    "🧠 How this host runs
    - Found NVIDIA RTX 4060 (8.0 GB of GPU memory)
    - CPU: 24 threads (rated high)
    - Memory: 32.0 GB (18.5 GB available)
    - Local AI: Ollama (1 model)

    📊 Tier: LOCAL_GPU_MID (medium GPU, 8 GB class)
    - Running now: CPU
    - Vision: local / moondream
    - Planning: cloud / deepseek-chat
    - Editing: davinci

    ❓ Why it runs this way
    - The card is of the 8 GB class and can carry a medium vision model.
    - 90 s ago: GPU memory use is 93%, over the hard limit of 92%; work leaves the GPU at once. Work moves from "GPU (nominal)" to "CPU".

    ⚠️  Present limits
    - At most 4 scenes are analysed at once
    - Not "GPU (nominal)": GPU memory use is 87%, over 85%. Not "small model on the GPU": the waiting time before a return is not over.
    - Work goes back to "small model on the GPU" in 30 s at the earliest (2 min after the last step down), if there is room then. Work goes back to "GPU (nominal)" once GPU memory use stays under 78% for 30 s (or under 83% for 10 min) and it fits, in 30 s at the earliest.

    💡 What would improve it
    - Download a small model too, to stay on the GPU when its memory is short: ollama pull qwen3.5:0.8b"
  `);
});

test("explanation: a hold is said before anything else that led here", () => {
  const outlook = { ...OUTLOOK, held: "cpu" } as const;
  const text = explanationOf(
    viewOf({ ...READY, rung: "cpu" }, { reason: STEP_DOWN, outlook }),
    "en",
  );
  expect(text.slice(text.indexOf("❓"))).toMatch(
    /^❓ .*\n- You hold it at "CPU" or lower\. .*POST \/api\/runtime\/policy\/restore\.\n/,
  );
});

test("explanation: there is one number for available memory, the last one", () => {
  const recommendations = recommendationsOf(READY, {
    isCpuBusy: false,
    isMemoryTight: true,
    memoryAvailableMib: 1536,
  });
  const now = explanationOf({ ...viewOf(READY), recommendations, memoryAvailableMib: 1536 }, "en");
  expect(now).toContain("- Memory: 32.0 GB (1.5 GB available)");
  expect(now).toContain("Only 1.5 GB of memory is available");
  expect(now).not.toContain("18.5 GB");
  const unread = explanationOf({ ...viewOf(READY), memoryAvailableMib: null }, "en");
  expect(unread).toContain("- Memory: 32.0 GB (unknown available)");
  expect(explanationOf(viewOf(READY), "en")).toContain("(18.5 GB available)");
});

test("explanation: that new work is refused is said once", () => {
  const text = explanationOf(viewOf({ ...READY, rung: "shed" }), "en");
  expect(text).toContain("- Running now: new work refused\n- Vision: new work is refused\n");
});

test("explanation: a pressure that nothing relieves is said among the reasons", () => {
  const memory = { value: 1900, silent_ms: null, ran_out: null };
  const outlook: Outlook = {
    ...OUTLOOK,
    rung: "nominal",
    refused: [],
    unmet: [{ code: "MEMORY_TIGHT", helpless: [{ rung: "cloud", code: "CLOUD_NOT_ALLOWED" }] }],
    present: { ...NOTHING_PRESENT, memory },
  };
  const text = explanationOf(viewOf(READY, { outlook }), "en");
  expect(text.slice(text.indexOf("❓"))).toMatch(
    /^❓ .*\n- Available memory is 1\.9 GB, under 2\.0 GB; work stays on "GPU \(nominal\)"/,
  );
});

test("explanation: while detecting says no more than that", () => {
  const view = viewOf({ ...READY, tier: null, rung: null, host: null });
  expect(explanationOf(view, "zh")).toBe("🧠 系统运行模式\n- 正在检测硬件");
});

test("explanation: what nobody knows is called unknown, never 0", () => {
  expect(hardwareLines(UNKNOWN_HOST, "zh")).toEqual([
    "🧠 系统运行模式",
    "- 未检测到独立显卡",
    "- CPU: 线程数未知 (性能未知)",
    "- 内存: 未知 (可用 未知)",
    "- 本地 AI: Ollama 状态未知",
  ]);
  const card = { ...hostWithCard(null).gpus[0], name: null } as Host["gpus"][number];
  expect(hardwareLines({ ...UNKNOWN_HOST, gpus: [card] }, "en")[1]).toBe(
    "- Found NVIDIA GPU (unknown) (GPU memory unknown)",
  );
});

test.each([
  [{ name: "GeForce RTX 4060" }, "- 检测到 NVIDIA GeForce RTX 4060 (8.0GB 显存)"],
  [{ name: "NVIDIA GB10", unified: true }, "- 检测到 NVIDIA GB10 (与 CPU 共用内存)"],
  [{ vendor: "unknown", name: "Card" }, "- 检测到 Card (8.0GB 显存)"],
  [{ is_integrated: true }, "- 未检测到独立显卡"],
] as const)("explanation: a card %j reads %s", (change, expected) => {
  const gpus = MID.gpus.map((gpu) => ({ ...gpu, ...change }));
  expect(hardwareLines({ ...MID, gpus }, "zh")[1]).toBe(expected);
});

test("explanation: odd remarks of the probes are repeated once, and not all of them", () => {
  const note = (code: Host["notes"][number]["code"]) =>
    ({ probe: "nvidia", code, detail: "x" }) as const;
  const notes = [
    note("not-installed"),
    note("mig"),
    note("mig"),
    ...(["timeout", "unparsable", "permission", "failed"] as const).map(note),
  ];
  const text = explanationOf(viewOf({ ...READY, host: { ...MID, notes } }), "en");
  expect(text.match(/^- NVIDIA card: /gm)).toHaveLength(NOTES_MAX);
  expect(text).not.toContain("not installed");
});
