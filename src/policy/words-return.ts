/** Words for what brings a better rung back, per cause that speaks against it now. */
import type { RefusalCode } from "../domain/reason.ts";
import type { Words } from "./wording.ts";

interface Release {
  readonly quick: string;
  readonly quickTime: string;
  readonly slow: string;
  readonly slowTime: string;
}

/** Release values and times, formatted. */
export interface ReturnFigures {
  /** The rung that work goes to first, in quotation marks. */
  readonly target: string;
  readonly vram: Release;
  readonly memory: Release;
  readonly probes: { readonly count: number; readonly good: number };
  /** Until trial tasks are let through; `null` = they are now. */
  readonly trial: string | null;
  /** Waiting time after the last step down, back-off included. */
  readonly dwell: string;
  /** What is left of it; `null` = it is over. */
  readonly wait: string | null;
  /** Why the return test of now refuses the target; `null` = it holds, or nothing was read yet. */
  readonly room: {
    /** More must be freed. */
    readonly isFull: boolean;
    /** Else: when it would hold if the use of now goes on. */
    readonly soon: string | null;
  } | null;
}

function soonZh({ wait }: ReturnFigures): string {
  return wait === null ? "" : `，最早 ${wait}后`;
}
function soonEn({ wait }: ReturnFigures): string {
  return wait === null ? "" : `, in ${wait} at the earliest`;
}

function vramZh(f: ReturnFigures): string {
  return `GPU 显存使用率低于 ${f.vram.quick} 满 ${f.vram.quickTime} (或低于 ${f.vram.slow} 满 ${f.vram.slowTime}) 且放得下时，自动恢复到${f.target}${soonZh(f)}。`;
}
function vramEn(f: ReturnFigures): string {
  return `Work goes back to ${f.target} once GPU memory use stays under ${f.vram.quick} for ${f.vram.quickTime} (or under ${f.vram.slow} for ${f.vram.slowTime}) and it fits${soonEn(f)}.`;
}
function memoryZh(f: ReturnFigures): string {
  return `可用内存高于 ${f.memory.quick} 满 ${f.memory.quickTime} (或高于 ${f.memory.slow} 满 ${f.memory.slowTime}) 且放得下时，自动恢复到${f.target}${soonZh(f)}。`;
}
function memoryEn(f: ReturnFigures): string {
  return `Work goes back to ${f.target} once more than ${f.memory.quick} of memory stays available for ${f.memory.quickTime} (or ${f.memory.slow} for ${f.memory.slowTime}) and it fits${soonEn(f)}.`;
}

const READINGS = {
  zh: (f: ReturnFigures) => `重新读到平稳的数值且放得下时，自动恢复到${f.target}${soonZh(f)}。`,
  en: (f: ReturnFigures) =>
    `Work goes back to ${f.target} once readings come again, are calm, and it fits${soonEn(f)}.`,
};

const ROOM = {
  zh: (f: ReturnFigures) => {
    if (f.room?.isFull === true) return `腾出足够的空间后，自动恢复到${f.target}${soonZh(f)}。`;
    if (f.room != null) return `占用不再升高的话，最早 ${f.room.soon}后自动恢复到${f.target}。`;
    return f.wait === null
      ? `再平稳一小段时间，并且读数显示放得下，就会自动恢复到${f.target}。`
      : `最早 ${f.wait}后 (距上次降级满 ${f.dwell}) 自动恢复到${f.target}，前提是那时放得下。`;
  },
  en: (f: ReturnFigures) => {
    if (f.room?.isFull === true)
      return `Work goes back to ${f.target} once enough is freed${soonEn(f)}.`;
    if (f.room != null)
      return `Work goes back to ${f.target} in ${f.room.soon} at the earliest, if use stays as it is.`;
    return f.wait === null
      ? `Work goes back to ${f.target} after a short calm, if readings then show room for it.`
      : `Work goes back to ${f.target} in ${f.wait} at the earliest (${f.dwell} after the last step down), if there is room then.`;
  },
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
    zh: (f) =>
      `${f.trial === null ? "现在" : `${f.trial}后`}放行 ${f.probes.count} 个试探任务，其中 ${f.probes.good} 个成功后，自动恢复到${f.target}${soonZh(f)}。`,
    en: (f) => {
      const { count, good } = f.probes;
      const trials = count === 1 ? "1 trial task is" : `${count} trial tasks are`;
      const succeed = count === 1 ? "it succeeds" : `${good} of them succeed`;
      const when = f.trial === null ? "now" : `in ${f.trial}`;
      return `${trials} let through ${when}; work goes back to ${f.target} when ${succeed}${soonEn(f)}.`;
    },
  },
  EDITOR_BUSY: {
    zh: (f) =>
      `关闭 DaVinci Resolve (或设置 editor.leave_gpu = false) 后，放得下就自动恢复到${f.target}${soonZh(f)}。`,
    en: (f) =>
      `Work goes back to ${f.target} once DaVinci Resolve is closed (or editor.leave_gpu = false is set) and it fits${soonEn(f)}.`,
  },
  MANUAL_HOLD: {
    zh: () => "取消手动降级后才能恢复: POST /api/runtime/policy/restore。",
    en: () => "It can return once you clear the hold: POST /api/runtime/policy/restore.",
  },
  CLOUD_NOT_ALLOWED: {
    zh: (f) =>
      `允许视觉分析使用云端 (cloud.allowed = true，cloud.vision = "allow") 后才能使用${f.target}。`,
    en: (f) =>
      `${f.target} can be used once you allow the cloud for vision (cloud.allowed = true, cloud.vision = "allow").`,
  },
  CLOUD_UNREACHABLE: {
    zh: (f) => `云端恢复后，自动恢复到${f.target}${soonZh(f)}。`,
    en: (f) => `Work goes to ${f.target} once the cloud works again${soonEn(f)}.`,
  },
  WOULD_NOT_FIT: {
    zh: (f) => `要用${f.target}，请换小一点的模型，或增加内存或显存。`,
    en: (f) => `For ${f.target} choose a smaller model, or add memory.`,
  },
  ENTRY_WOULD_NOT_FIT: ROOM,
  RECOVERED: ROOM,
  NOT_PERMITTED_YET: ROOM,
};
