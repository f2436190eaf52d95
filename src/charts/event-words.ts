/** What each event of the chart means: the facts' own descriptions, and the four other events. */
import type { Language } from "../domain/configuration.ts";
import type { ChartEventType } from "../machines/chart.ts";
import { FACT_DESCRIPTIONS } from "../machines/descriptions.ts";

type EventSentences = Readonly<Record<ChartEventType, string>>;

const ENGLISH: EventSentences = {
  ...FACT_DESCRIPTIONS,
  "host.detected": "The host was looked at; the event says its tier and what it can carry.",
  "degrade.requested": "A person asked to step down to a rung.",
  "restore.requested": "A person cleared the hold.",
  "facts.settled":
    "All facts of one input were heard; only now may the profile move. The event says which rung sensing permits to climb to.",
};

const CHINESE: EventSentences = {
  "vram.relaxed": "GPU 显存占用低于恢复值。",
  "vram.tightened": "GPU 显存占用超过阈值。",
  "vram.exhausted": "GPU 显存占用超过硬阈值。",
  "vram.lost": "读不到 GPU 显存。",
  "memory.relaxed": "可用内存高于恢复值。",
  "memory.tightened": "可用内存低于阈值。",
  "memory.exhausted": "可用内存低于硬阈值。",
  "memory.lost": "读不到内存。",
  "tasks.failed": "最近的本地任务失败得太频繁。",
  "tasks.probing": "放行少量本地任务，看它们是否恢复正常。",
  "tasks.recovered": "本地任务恢复正常。",
  "cloud.allowed": "已允许使用云端。",
  "cloud.forbidden": "已禁止使用云端。",
  "cloud.lost": "云端连接不上，或云端任务失败。",
  "cloud.returned": "云端可以连接。",
  "editor.started": "剪辑软件已启动。",
  "editor.stopped": "剪辑软件已关闭。",
  "host.resumed": "运行时或电脑重新回来；之前已知的都变为未知。",
  "host.detected": "检测了这台电脑；事件说明它的级别和带得动哪些模型。",
  "degrade.requested": "有人请求降到某一档。",
  "restore.requested": "有人解除了手动降级。",
  "facts.settled": "一次输入带来的事实都已听完，运行方式此时才可以移动。事件说明允许升到哪一级。",
};

/** One sentence per event; the list is closed. */
export const EVENT_DESCRIPTIONS: Readonly<Record<Language, EventSentences>> = {
  en: ENGLISH,
  zh: CHINESE,
};
