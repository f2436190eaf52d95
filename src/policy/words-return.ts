/** Words for what brings a better rung back, per cause that speaks against it now. */
import type { RefusalCode } from "../domain/reason.ts";
import { phrase, type Words } from "./wording.ts";

/** Release values and times, formatted. */
export interface ReturnFigures {
  readonly vram: {
    readonly quick: string;
    readonly quickTime: string;
    readonly slow: string;
    readonly slowTime: string;
  };
  readonly memory: {
    readonly quick: string;
    readonly quickTime: string;
    readonly slow: string;
    readonly slowTime: string;
  };
  readonly probes: { readonly count: number; readonly good: number };
  /** Waiting time after the last step down, back-off included. */
  readonly dwell: string;
  /** What is left of it; `null` = it is over. */
  readonly wait: string | null;
}

function vramZh({ vram, dwell }: ReturnFigures): string {
  return `显存使用率低于 ${vram.quick} 满 ${vram.quickTime} (或低于 ${vram.slow} 满 ${vram.slowTime})，距上次切换满 ${dwell}，并且放得下模型，就会自动恢复。`;
}
function vramEn({ vram, dwell }: ReturnFigures): string {
  return `It returns by itself once GPU memory use is under ${vram.quick} for ${vram.quickTime} (or under ${vram.slow} for ${vram.slowTime}), ${dwell} have passed since the last step, and the model fits.`;
}
function memoryZh({ memory, dwell }: ReturnFigures): string {
  return `可用内存高于 ${memory.quick} 满 ${memory.quickTime} (或高于 ${memory.slow} 满 ${memory.slowTime})，距上次切换满 ${dwell}，并且放得下模型，就会自动恢复。`;
}
function memoryEn({ memory, dwell }: ReturnFigures): string {
  return `It returns by itself once more than ${memory.quick} of memory is available for ${memory.quickTime} (or more than ${memory.slow} for ${memory.slowTime}), ${dwell} have passed since the last step, and the model fits.`;
}

const READINGS = {
  zh: ({ dwell }: ReturnFigures) =>
    `重新读到数值、压力不高、距上次切换满 ${dwell}，并且放得下模型，就会自动恢复。`,
  en: ({ dwell }: ReturnFigures) =>
    `It returns by itself once readings come again and are calm, ${dwell} have passed since the last step, and the model fits.`,
};
const ROOM = {
  zh: ({ dwell }: ReturnFigures) => `距上次切换满 ${dwell}，并且放得下模型，就会自动恢复。`,
  en: ({ dwell }: ReturnFigures) =>
    `It returns by itself once ${dwell} have passed since the last step and the model fits.`,
};

/** What brings a better rung back: one sentence. */
export const RETURN_WORDS: Words<RefusalCode, ReturnFigures> = {
  HOST_DETECTED: ROOM,
  TIER_CHANGED: ROOM,
  VRAM_TIGHT: { zh: vramZh, en: vramEn },
  VRAM_EXHAUSTED: { zh: vramZh, en: vramEn },
  VRAM_LOST: READINGS,
  MEMORY_TIGHT: { zh: memoryZh, en: memoryEn },
  MEMORY_EXHAUSTED: { zh: memoryZh, en: memoryEn },
  MEMORY_LOST: READINGS,
  TASKS_FAILING: {
    zh: ({ probes }) =>
      `稍后会放行 ${probes.count} 个试探任务，其中 ${probes.good} 个成功就会自动恢复。`,
    en: ({ probes }) =>
      `After a while ${probes.count} trial tasks are let through; it returns by itself when ${probes.good} of them succeed.`,
  },
  EDITOR_BUSY: phrase(
    "关闭 DaVinci Resolve 后会自动恢复；也可以设置 editor.leave_gpu = false。",
    "It returns by itself when DaVinci Resolve is closed; or set editor.leave_gpu = false.",
  ),
  MANUAL_HOLD: phrase(
    "取消手动降级后才能恢复: POST /api/runtime/policy/restore。",
    "It can return once you clear the hold: POST /api/runtime/policy/restore.",
  ),
  CLOUD_NOT_ALLOWED: phrase(
    '允许视觉分析使用云端 (cloud.allowed = true，cloud.vision = "allow") 后才能使用。',
    'It can be used once you allow the cloud for vision (cloud.allowed = true, cloud.vision = "allow").',
  ),
  CLOUD_UNREACHABLE: phrase(
    "云端恢复连接后会自动恢复。",
    "It returns by itself when the cloud can be reached again.",
  ),
  WOULD_NOT_FIT: phrase(
    "这台电脑装不下现在选的模型: 换小一点的模型，或增加内存或显存。",
    "This host cannot carry the model: choose a smaller one, or add memory.",
  ),
  ENTRY_WOULD_NOT_FIT: ROOM,
  RECOVERED: ROOM,
  NOT_PERMITTED_YET: {
    zh: ({ dwell, wait }) =>
      wait === null
        ? "再平稳一小段时间，并且读数显示放得下，就会自动恢复。"
        : `最快 ${wait}后自动恢复 (距上次降级满 ${dwell})，前提是那时放得下。`,
    en: ({ dwell, wait }) =>
      wait === null
        ? "It returns by itself after a short calm, once fresh readings show that there is room for it."
        : `It returns by itself in ${wait} at the earliest (${dwell} after the last step down), if there is room for it then.`,
  },
};
