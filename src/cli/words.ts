/** The words of the command line itself, in both languages; everything about the host has its words in `policy`. */
import type { Language } from "../domain/configuration.ts";
import { type Phrases, phrase } from "../policy/wording.ts";

/** Labels of tables, remarks and headings. */
export const CLI_CODES = [
  "ERROR",
  "SYSTEM",
  "PROCESSOR",
  "MEMORY",
  "GPU",
  "LOCAL_AI",
  "EDITOR",
  "TIER",
  "REMARK",
  "POLICY",
  "NONE_FOUND",
  "NOT_RUNNING",
  "RUNNING",
  "INSTALLED",
  "NOT_INSTALLED",
  "UNKNOWN",
  "INTEGRATED",
  "SHARED",
  "CONDITIONS",
  "USABLE",
  "EXCLUDED_BY_ENVIRONMENT",
  "EXCLUDED_BY_CONFIGURATION",
  "CORES",
  "THREADS",
  "AVAILABLE",
  "LIMITED",
  "QUOTA",
  "DRIVER",
  "CHAIN",
  "LISTENING",
  "DOOR",
  "HELP_TO_STOP",
  "STOPPING",
  "STOPPED",
  "EMPTY_LOG",
  "NUMBER",
  "TIME",
  "EVENT",
  "WHAT",
] as const;
export type CliCode = (typeof CLI_CODES)[number];

/** The fixed phrases. */
const CLI_WORDS: Phrases<CliCode> = {
  ERROR: phrase("错误", "Error"),
  SYSTEM: phrase("系统", "System"),
  PROCESSOR: phrase("CPU", "CPU"),
  MEMORY: phrase("内存", "Memory"),
  GPU: phrase("GPU", "GPU"),
  LOCAL_AI: phrase("本地 AI", "Local AI"),
  EDITOR: phrase("剪辑软件", "Editor"),
  TIER: phrase("运行级别", "Tier"),
  REMARK: phrase("说明", "Remark"),
  POLICY: phrase("📋 执行策略", "📋 Execution policy"),
  NONE_FOUND: phrase("未检测到", "none found"),
  NOT_RUNNING: phrase("未运行", "not running"),
  RUNNING: phrase("运行中", "running"),
  INSTALLED: phrase("已安装", "installed"),
  NOT_INSTALLED: phrase("未安装", "not installed"),
  UNKNOWN: phrase("未知", "unknown"),
  INTEGRATED: phrase("集成显卡", "integrated"),
  CONDITIONS: phrase("状况", "Conditions"),
  SHARED: phrase("与 CPU 共用内存", "shares memory with the CPU"),
  USABLE: phrase("可用于模型", "usable by a model"),
  EXCLUDED_BY_ENVIRONMENT: phrase("环境变量排除了它", "left out by the environment"),
  EXCLUDED_BY_CONFIGURATION: phrase("设置排除了它", "left out by the configuration"),
  CORES: phrase("核", "cores"),
  THREADS: phrase("线程", "threads"),
  AVAILABLE: phrase("可用", "available"),
  LIMITED: phrase("受容器限制", "limited by its container"),
  QUOTA: phrase("配额", "quota"),
  DRIVER: phrase("驱动", "driver"),
  CHAIN: phrase("🧾 经过", "🧾 How it came to this"),
  LISTENING: phrase("🌐 接口地址", "🌐 Listening"),
  DOOR: phrase(
    "模型入口：runtime/vision、runtime/planning",
    "models: runtime/vision, runtime/planning",
  ),
  HELP_TO_STOP: phrase("按 Ctrl-C 停止", "Ctrl-C stops it"),
  STOPPING: phrase("🛑 正在停止...", "🛑 Stopping..."),
  STOPPED: phrase("✅ 已停止", "✅ Stopped"),
  EMPTY_LOG: phrase("(没有符合条件的记录)", "(no entries match)"),
  NUMBER: phrase("序号", "Seq"),
  TIME: phrase("时间", "Time"),
  EVENT: phrase("事件", "Event"),
  WHAT: phrase("内容", "What"),
};

/** A phrase by its code. */
export function cliText(code: CliCode, language: Language): string {
  return CLI_WORDS[code][language]();
}

/** Where an answer comes from: a runtime that is live. */
export function fromRuntimeText(address: string, language: Language): string {
  return language === "zh"
    ? `(来自运行中的 runtime-profile: ${address})`
    : `(from the runtime-profile running at ${address})`;
}

/** Who was asked in vain. */
export interface Silence {
  /** `null` when port 0 left nothing to ask. */
  readonly address: string | null;
  /** The process that runs on the data folder all the same; `null` when there is none. */
  readonly holder: number | null;
}

/** Where an answer comes from instead: a detection, or the sensors of the command itself. */
export function withoutRuntimeText(
  { address, holder }: Silence,
  instead: "detection" | "sensors",
  language: Language,
): string {
  if (language === "zh") {
    const silent = address === null ? "端口 0 不是可询问的地址" : `${address} 没有应答`;
    const there = `；runtime-profile 正以进程 ${holder} 运行，请用 --port 给出它的端口`;
    const source = instead === "detection" ? "以下来自刚刚的检测" : "以下是直接读数";
    return `(${silent}${holder === null ? "" : there}；${source})`;
  }
  const silent = address === null ? "port 0 is no address to ask" : `${address} did not answer`;
  const there = `; a runtime-profile runs as process ${holder}, give its port with --port`;
  const source =
    instead === "detection"
      ? "this comes from a detection made just now"
      : "these are readings of this command";
  return `(${silent}${holder === null ? "" : there}; ${source})`;
}

/** What happened to a saved profile that was none. */
export function setAsideText(path: string, language: Language): string {
  return language === "zh"
    ? `⚠️  已保存的配置文件已损坏，移到了 ${path}`
    : `⚠️  The saved profile was damaged; it was put aside as ${path}`;
}

/** How many models a server has. */
export function modelsText(count: number, language: Language): string {
  if (language === "zh") return `${count} 个模型`;
  return `${count} ${count === 1 ? "model" : "models"}`;
}
