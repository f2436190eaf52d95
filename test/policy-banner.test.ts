/** The banner and the monitor's lines: those of the user's document. */
import { expect, test } from "vitest";
import {
  detectedLines,
  monitorLines,
  openingLines,
  plannedLines,
  startedLines,
} from "../src/policy/banner.ts";
import { policyOf } from "../src/policy/resolve.ts";
import {
  CLOUD_ALLOWED,
  hostWithCard,
  situationOf,
  USERS_HOST,
  withModels,
} from "./support/policy-situations.ts";

const MID = withModels(hostWithCard(8188), "moondream");
const READY = situationOf(MID, "LOCAL_GPU_MID", {
  configuration: CLOUD_ALLOWED,
  cloud: "reachable",
});

test("banner: is the document's, line for line", () => {
  const editing = { ...MID.davinci, running: true, scriptable: true };
  const situation = { ...READY, host: { ...MID, davinci: editing } };
  const lines = [
    ...openingLines("zh"),
    ...detectedLines(situation, "runtime_profile.json", "zh"),
    ...plannedLines(policyOf(situation), "zh"),
    ...startedLines("zh"),
  ];
  expect(lines.join("\n")).toBe(`============================================================
🚀 runtime-profile 启动中...
============================================================

📊 检测运行时配置...
✓ 配置文件已保存: runtime_profile.json

🧠 系统运行模式
- 检测到 NVIDIA RTX 4060 (8.0GB 显存)
- CPU: 24 线程 (high 性能)
- 内存: 32.0GB (可用 18.5GB)
- 本地 AI: Ollama (1 个模型)

📊 运行级别: LOCAL_GPU_MID

📋 生成执行策略...
✓ Vision: local / moondream
✓ Planning: cloud / deepseek-chat
✓ Editing: davinci

🔍 启动运行时监控...

============================================================
✅ runtime-profile 启动完成
============================================================`);
});

test("banner: what is not ready says so", () => {
  const policy = policyOf(situationOf(USERS_HOST, "LOCAL_CPU_ONLY"));
  expect(plannedLines(policy, "zh").slice(2, 5)).toEqual([
    "✓ Vision: cloud / gpt-4o (未就绪: 尚未允许使用云端)",
    "✓ Planning: cloud / deepseek-chat (未就绪: 尚未允许使用云端)",
    "✓ Editing: davinci (未就绪: 没有安装 DaVinci Resolve)",
  ]);
});

test("banner: a profile that was not saved is not said to be", () => {
  expect(detectedLines(READY, null, "en").join("\n")).not.toContain("saved");
});

test("monitor: the lines are the document's", () => {
  const figures = {
    index: 1,
    total: 5,
    has_gpu: true,
    vram_used_percent: 45.2,
    memory_used_percent: 62.5,
    cpu_used_percent: 35.8,
    failure_rate_percent: 0,
  };
  expect(monitorLines(figures, "zh").join("\n")).toBe(
    "[1/5] 当前指标:\n  GPU 显存: 45.2%\n  内存: 62.5%\n  CPU: 35.8%\n  任务失败率: 0.0%",
  );
  const unseen = { ...figures, total: null, vram_used_percent: null, cpu_used_percent: null };
  expect(monitorLines(unseen, "en")).toEqual([
    "[1] Metrics now:",
    "  GPU memory: unknown",
    "  Memory: 62.5%",
    "  CPU: unknown",
    "  Task failure rate: 0.0%",
  ]);
  expect(monitorLines({ ...figures, has_gpu: false }, "zh")[1]).toBe("  内存: 62.5%");
});
