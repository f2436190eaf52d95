/** Words for how the host is beside memory and load, and for what the kernel did about memory. */
import type { Conditions } from "../domain/conditions.ts";
import type { Language } from "../domain/configuration.ts";
import { phrase, unknownWord } from "./wording.ts";

const POWER = {
  mains: phrase("接通电源", "on mains"),
  battery: phrase("使用电池", "on battery"),
} as const;

const OTHERS = {
  hot: phrase("机器过热", "hot"),
  some: phrase("任务有时在等内存", "tasks wait for memory at times"),
  severe: phrase("任务一直在等内存", "tasks wait for memory all the time"),
  stolen: phrase("处理器时间被宿主机占用", "the hypervisor takes processor time"),
  disk: phrase("处理器在等磁盘", "processors wait for the disk"),
} as const;

/** `on battery (45 %) · hot`; what is as it should be is not said, and nothing known is one word. */
export function conditionsText(conditions: Conditions, language: Language): string {
  const { power, battery_percent, thermal, memory_stall, cpu_stolen, disk_waiting } = conditions;
  const charge = battery_percent === null ? "" : ` (${battery_percent} %)`;
  const parts = [
    power === null ? null : `${POWER[power][language]()}${power === "battery" ? charge : ""}`,
    thermal === "hot" ? OTHERS.hot[language]() : null,
    memory_stall === "some" || memory_stall === "severe" ? OTHERS[memory_stall][language]() : null,
    cpu_stolen === true ? OTHERS.stolen[language]() : null,
    disk_waiting === true ? OTHERS.disk[language]() : null,
  ].filter((part) => part !== null);
  if (parts.length > 0) return parts.join(" · ");
  const isKnown = Object.values(conditions).some((value) => value !== null);
  return isKnown ? CALM[language]() : unknownWord(language);
}

const CALM = phrase("一切正常", "nothing unusual");

/** `the kernel ended 2 processes because memory ran out`, without a full stop. */
export function kernelKillText(killed: number, language: Language): string {
  if (language === "zh") return `内存耗尽，内核结束了 ${killed} 个进程`;
  return `the kernel ended ${killed} ${killed === 1 ? "process" : "processes"} because memory ran out`;
}
