/** Words for tasks as evidence: how many of how many failed, and whose they were. */
import type { Language } from "../domain/configuration.ts";
import type { Task } from "../domain/input.ts";
import type { TaskEvidence } from "../domain/reason.ts";
import { type Phrases, phrase } from "./wording.ts";

/** What kind of work a task is. */
export const TASK_WORDS: Phrases<Task> = {
  vision: phrase("视觉分析", "vision"),
  planning: phrase("规划", "planning"),
  editing: phrase("剪辑", "editing"),
};

const PLACES = {
  local: phrase("本地", "local"),
  cloud: phrase("云端", "cloud"),
} as const;

/** `6 of the last 20 cloud tasks of gpt-4o failed`, without a full stop. */
export function failedText(
  { failed, counted, model }: TaskEvidence,
  place: keyof typeof PLACES,
  language: Language,
): string {
  const where = PLACES[place][language]();
  if (language === "zh") {
    const whose = model === null ? "" : ` (${model}) `;
    return `最近 ${counted} 个${where}任务${whose}中有 ${failed} 个失败`;
  }
  const whose = model === null ? "" : ` of ${model}`;
  return `${failed} of the last ${counted} ${where} ${counted === 1 ? "task" : "tasks"}${whose} failed`;
}

/** `a vision task of llava:7b ran out of GPU memory`, without a full stop. */
export function ranOutText(
  tasks: TaskEvidence | null,
  meter: "vram" | "memory",
  language: Language,
): string {
  const { task = null, model = null } = tasks ?? {};
  const kind = task === null ? "" : TASK_WORDS[task][language]();
  if (language === "zh") {
    const whose = model === null ? "" : ` (${model}) `;
    return `${kind === "" ? "有" : "有一个"}${kind}任务${whose}报告${meter === "vram" ? "显存" : "内存"}不足`;
  }
  const whose = model === null ? "" : ` of ${model}`;
  const what = kind === "" ? "a task" : `${kind === "editing" ? "an" : "a"} ${kind} task`;
  return `${what}${whose} ran out of ${meter === "vram" ? "GPU memory" : "memory"}`;
}

/** `unloading the bigger model freed no GPU memory`, without a full stop; `null` = it was not unloaded. */
export function freedNothingText(freedMib: number | null, language: Language): string {
  const isZh = language === "zh";
  if (freedMib === null)
    return isZh
      ? "较大的模型没能卸载，显存仍然紧张"
      : "the bigger model could not be unloaded, and GPU memory is still tight";
  const mib = Math.round(freedMib);
  if (isZh)
    return `卸载较大的模型${mib === 0 ? "没有腾出" : `只腾出 ${mib} MiB `}显存，显存仍然紧张`;
  const freed = mib === 0 ? "no" : `only ${mib} MiB of`;
  return `unloading the bigger model freed ${freed} GPU memory, and it is still tight`;
}
