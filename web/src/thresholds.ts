/** The thresholds in force as lines for the curves: where pressure begins, and where it ends. */
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Line } from "./curve.tsx";
import type { Both } from "./settings.ts";

const MIB_PER_GB = 1024;

const WORDS = {
  hard: { zh: "耗尽", en: "exhausted" },
  enter: { zh: "偏紧", en: "tight" },
  exit: { zh: "解除", en: "release" },
  failing: { zh: "频繁失败", en: "failing" },
} as const satisfies Record<string, Both>;

type Say = (both: Both) => string;

/** In percent of the card. */
export function vramLines({ thresholds: { vram } }: Configuration, say: Say): Line[] {
  return [
    { value: vram.hard * 100, kind: "hard", label: say(WORDS.hard) },
    { value: vram.enter * 100, kind: "enter", label: say(WORDS.enter) },
    { value: vram.quick_exit * 100, kind: "exit", label: say(WORDS.exit) },
  ];
}

/** In GB that are available. */
export function memoryLines({ thresholds: { memory } }: Configuration, say: Say): Line[] {
  return [
    { value: memory.quick_exit / MIB_PER_GB, kind: "exit", label: say(WORDS.exit) },
    { value: memory.enter / MIB_PER_GB, kind: "enter", label: say(WORDS.enter) },
    { value: memory.hard / MIB_PER_GB, kind: "hard", label: say(WORDS.hard) },
  ];
}

/** In percent; the processor only advises. */
export function cpuLines({ thresholds: { cpu } }: Configuration, say: Say): Line[] {
  return [
    { value: cpu.enter * 100, kind: "enter", label: say(WORDS.enter) },
    { value: cpu.quick_exit * 100, kind: "exit", label: say(WORDS.exit) },
  ];
}

/** In percent of the counted tasks. */
export function taskLines({ thresholds: { tasks } }: Configuration, say: Say): Line[] {
  return [{ value: tasks.enter * 100, kind: "enter", label: say(WORDS.failing) }];
}
