/** Words of the explanation, the banner and the monitor: headings, lines and connecting phrases. */
import type { Language } from "../domain/configuration.ts";
import { capital, type Phrases, phrase } from "./wording.ts";

/** Headings and fixed lines. */
export const INTERFACE_CODES = [
  "STARTING",
  "STARTED",
  "DETECTING",
  "PLANNING",
  "MONITORING",
  "MODE",
  "LEVEL",
  "NOW",
  "WHY",
  "LIMITS",
  "IMPROVE",
  "STILL_DETECTING",
  "METRICS",
  "VRAM",
  "MEMORY",
  "CPU",
  "FAILURE_RATE",
  "DEGRADING",
  "DEGRADED",
  "RECOVERING",
  "RECOVERED",
  "NOT_READY",
  "NOTHING_BETTER",
  "NOT_SHOWN_TO_FIT",
  "SHORT_CALM",
  "NO_ROOM",
  "RAN_OUT",
  "KERNEL_KILLED",
  "FREED_NOTHING",
  "CLOUD_FAILING",
  "CLOUD_UNKNOWN",
  "NO_MODEL_PLANNED",
  "EDITOR_RUNNING",
  "NO_LOCAL_VISION",
  "LOCAL_REFUSED",
  "NO_CLOUD_UPLOAD",
  "NO_GPU",
  "NO_SERVER",
  "SERVER_UNKNOWN",
  "NO_WORK",
] as const;
export type InterfaceCode = (typeof INTERFACE_CODES)[number];

/** The fixed phrases. The Chinese ones are those of the user's document. */
export const INTERFACE_WORDS: Phrases<InterfaceCode> = {
  STARTING: phrase("🚀 runtime-profile 启动中...", "🚀 runtime-profile is starting..."),
  STARTED: phrase("✅ runtime-profile 启动完成", "✅ runtime-profile has started"),
  DETECTING: phrase("📊 检测运行时配置...", "📊 Detecting the host..."),
  PLANNING: phrase("📋 生成执行策略...", "📋 Making the execution policy..."),
  MONITORING: phrase("🔍 启动运行时监控...", "🔍 Starting the monitor..."),
  MODE: phrase("🧠 系统运行模式", "🧠 How this host runs"),
  LEVEL: phrase("📊 运行级别", "📊 Tier"),
  NOW: phrase("当前方式", "Running now"),
  WHY: phrase("❓ 为什么这样运行", "❓ Why it runs this way"),
  LIMITS: phrase("⚠️  目前的限制", "⚠️  Present limits"),
  IMPROVE: phrase("💡 怎样更好", "💡 What would improve it"),
  STILL_DETECTING: phrase("- 正在检测硬件", "- The host is being detected"),
  METRICS: phrase("当前指标", "Metrics now"),
  VRAM: phrase("GPU 显存", "GPU memory"),
  MEMORY: phrase("内存", "Memory"),
  CPU: phrase("CPU", "CPU"),
  FAILURE_RATE: phrase("任务失败率", "Task failure rate"),
  DEGRADING: phrase("⚠️  触发自动降级", "⚠️  Stepping down"),
  DEGRADED: phrase("降级后", "now"),
  RECOVERING: phrase("✅ 自动恢复", "✅ Stepping back up"),
  RECOVERED: phrase("恢复后", "now"),
  NOT_READY: phrase("未就绪", "not ready"),
  NOTHING_BETTER: phrase("没有更好的运行方式了。", "There is no better way of running."),
  NOT_SHOWN_TO_FIT: phrase("还没有确认放得下", "it has not been shown to fit yet"),
  SHORT_CALM: phrase("还要再平稳一小段时间", "a short calm is still awaited"),
  NO_ROOM: phrase("现在放不下", "it would not fit now"),
  KERNEL_KILLED: phrase(
    "内核因内存不足结束了进程",
    "the kernel ended a process for want of memory",
  ),
  FREED_NOTHING: phrase("卸载模型没有腾出显存", "unloading a model freed no GPU memory"),
  RAN_OUT: phrase("任务报告内存不足", "a task ran out of memory"),
  CLOUD_FAILING: phrase("云端任务频繁失败", "cloud tasks keep failing"),
  CLOUD_UNKNOWN: phrase("还没有连接过云端", "the cloud has not been reached yet"),
  NO_MODEL_PLANNED: phrase("这里没有为它安排模型", "no model is planned for it here"),
  EDITOR_RUNNING: phrase("DaVinci Resolve 正在运行", "DaVinci Resolve is running"),
  NO_LOCAL_VISION: phrase(
    "本机还没有可用的本地视觉模型，所以视觉分析计划用云端。",
    "There is no local vision model here yet, so vision is planned in the cloud.",
  ),
  LOCAL_REFUSED: phrase(
    "按你的设置，视觉分析不用本地模型，计划用云端。",
    "By your settings vision uses no local model and is planned in the cloud.",
  ),
  NO_CLOUD_UPLOAD: phrase(
    "云端只是计划；在你允许之前不会上传任何数据。",
    "The cloud is only planned; nothing is sent anywhere until you allow it.",
  ),
  NO_GPU: phrase("- 未检测到独立显卡", "- No discrete GPU found"),
  NO_SERVER: phrase("- 本地 AI: 未检测到 Ollama", "- Local AI: Ollama not found"),
  SERVER_UNKNOWN: phrase("- 本地 AI: Ollama 状态未知", "- Local AI: state of Ollama unknown"),
  NO_WORK: phrase("暂停接收新任务", "new work is refused"),
};

/** A fixed phrase by its code. */
export function interfaceText(code: InterfaceCode, language: Language): string {
  return INTERFACE_WORDS[code][language]();
}

/** The figures of the hardware lines, formatted. */
interface HostFigures {
  readonly gpu: { readonly name: string; readonly memory: string };
  readonly cpu: { readonly threads: number | null; readonly score: string | null };
  readonly memory: { readonly total: string; readonly available: string };
  readonly server: { readonly models: number };
}
type LineWords = {
  readonly [Line in keyof HostFigures]: Readonly<
    Record<Language, (figures: HostFigures[Line]) => string>
  >;
};

/** The hardware lines of the explanation, as in the user's document. */
export const HOST_LINES: LineWords = {
  gpu: {
    zh: ({ name, memory }) => `- 检测到 ${name} (${memory} 显存)`,
    en: ({ name, memory }) => `- Found ${name} (${memory} of GPU memory)`,
  },
  cpu: {
    zh: ({ threads, score }) =>
      `- CPU: ${threads === null ? "线程数未知" : `${threads} 线程`} (${score === null ? "性能未知" : `${score} 性能`})`,
    en: ({ threads, score }) =>
      `- CPU: ${threads ?? "unknown number of"} threads (rated ${score ?? "unknown"})`,
  },
  memory: {
    zh: ({ total, available }) => `- 内存: ${total} (可用 ${available})`,
    en: ({ total, available }) => `- Memory: ${total} (${available} available)`,
  },
  server: {
    zh: ({ models }) => `- 本地 AI: Ollama (${models} 个模型)`,
    en: ({ models }) => `- Local AI: Ollama (${models} ${models === 1 ? "model" : "models"})`,
  },
};

type Move = Readonly<Record<"from" | "to", string>>;
type Fitting = Readonly<Record<"to" | "fit", string>>;
type Unmet = Readonly<Record<"cause" | "place" | "why", string>>;
type UnmetSmall = Readonly<Record<"cause" | "place" | "limit", string>>;
type Past = Readonly<Record<"time" | "text", string>>;
type Refusal = Readonly<Record<"rungs" | "why", string>>;
type Fit = Readonly<Record<"others" | "need" | "limit", string>> & {
  readonly sign: "≤" | ">";
  /** Of memory nobody can say what is ours: the peak is that of all programs. */
  readonly isOwn: boolean;
};

/** Sentences with figures that belong to no list of codes. */
export const SENTENCES = {
  saved: {
    zh: (path: string) => `✓ 配置文件已保存: ${path}`,
    en: (path: string) => `✓ Profile saved: ${path}`,
  },
  moved: {
    zh: ({ from, to }: Move) => `运行方式从「${from}」变为「${to}」。`,
    en: ({ from, to }: Move) => `Work moves from "${from}" to "${to}".`,
  },
  starts: {
    zh: (place: string) => `从「${place}」开始运行。`,
    en: (place: string) => `Work starts at "${place}".`,
  },
  fits: {
    zh: ({ to, fit }: Fitting) => `「${to}」的模型放得下: ${fit}。`,
    en: ({ to, fit }: Fitting) => `Room for the model of "${to}": ${fit}.`,
  },
  estimated: {
    zh: () => "其他程序的占用是估算值。",
    en: () => "The others' share is an estimate.",
  },
  justNow: {
    zh: (text: string) => `刚刚: ${text}`,
    en: (text: string) => `Just now: ${text}`,
  },
  ago: {
    zh: ({ time, text }: Past) => `${time}前: ${text}`,
    en: ({ time, text }: Past) => `${time} ago: ${text}`,
  },
  held: {
    zh: (rung: string) => `你手动要求保持在「${rung}」或更低。`,
    en: (rung: string) => `You hold it at "${rung}" or lower.`,
  },
  refused: {
    zh: ({ rungs, why }: Refusal) => `没有用${rungs}: ${why}。`,
    en: ({ rungs, why }: Refusal) => `Not ${rungs}: ${why}.`,
  },
  unmet: {
    zh: ({ cause, place, why }: Unmet) => `${cause}；仍然留在「${place}」。${why}`,
    en: ({ cause, place, why }: Unmet) =>
      `${capital(cause)}; work stays on "${place}" all the same. ${why}`,
  },
  unmetSmall: {
    zh: ({ cause, place, limit }: UnmetSmall) =>
      `${cause}；「${place}」就是为此准备的，超过 ${limit} 才会离开 GPU。`,
    en: ({ cause, place, limit }: UnmetSmall) =>
      `${capital(cause)}; "${place}" is the answer to that, and the GPU is left only over ${limit}.`,
  },
  stepwise: {
    zh: (best: string) => `之后逐级恢复到${best}。`,
    en: (best: string) => `${best} follows step by step.`,
  },
  shedTooLong: {
    zh: (time: string) => `新任务已经被拒绝超过 ${time}，请看一下这台电脑。`,
    en: (time: string) =>
      `New work has been refused for more than ${time}: please look at this host.`,
  },
  fit: {
    zh: ({ others, need, limit, sign, isOwn }: Fit) =>
      `${isOwn ? "最高占用" : "其他程序最高占用"} ${others} + 需要 ${need} ${sign} 上限 ${limit}`,
    en: ({ others, need, limit, sign, isOwn }: Fit) =>
      `${isOwn ? "peak in use" : "others' peak"} ${others} + need ${need} ${sign} limit ${limit}`,
  },
  vramUsed: {
    zh: (value: string) => `GPU 显存使用率 ${value}`,
    en: (value: string) => `GPU memory use ${value}`,
  },
  memoryLeft: {
    zh: (value: string) => `可用内存 ${value}`,
    en: (value: string) => `available memory ${value}`,
  },
  roomTooNew: {
    zh: (time: string) => `余量还没有保持满 ${time}`,
    en: (time: string) => `the room for it has not lasted ${time} yet`,
  },
  scenes: {
    zh: (count: number) => `每次最多分析 ${count} 个场景`,
    en: (count: number) =>
      count === 1
        ? "Only 1 scene is analysed at once"
        : `At most ${count} scenes are analysed at once`,
  },
  gpuUnreadable: {
    zh: (name: string) => `- 检测到 ${name} (显存未知)`,
    en: (name: string) => `- Found ${name} (GPU memory unknown)`,
  },
  gpuShared: {
    zh: (name: string) => `- 检测到 ${name} (与 CPU 共用内存)`,
    en: (name: string) => `- Found ${name} (shares memory with the CPU)`,
  },
} as const;
