/** The settings that people ask about, as sliders: names, units, scales. Everything else goes by its path. */
import type { Language } from "../../src/domain/configuration.ts";

/** A text in both languages; as in `settings.ts`, which needs a browser. */
type Both = Readonly<Record<Language, string>>;

export type Unit = "percent" | "gigabytes" | "seconds";

/** One slider. Its key is the path without `thresholds.`, as the address has it. */
export interface Slider {
  readonly key: string;
  readonly name: Both;
  readonly note: Both;
  readonly unit: Unit;
  /** Bounds and step of the slider in its unit; a number may be typed beyond them. */
  readonly max: number;
  readonly step: number;
}

export interface SliderGroup {
  readonly key: string;
  readonly title: Both;
  readonly sliders: readonly Slider[];
}

const MIB_PER_GB = 1024;
const MS_PER_SECOND = 1000;

const NAMES = {
  hard: { zh: "耗尽", en: "Exhausted" },
  enter: { zh: "偏紧", en: "Tight" },
  slow_exit: { zh: "缓慢解除", en: "Slow release" },
  quick_exit: { zh: "快速解除", en: "Quick release" },
  grace_ms: { zh: "宽限时间", en: "Grace period" },
  dwell_ms: { zh: "停留时间", en: "Dwell" },
} as const satisfies Record<string, Both>;

const TIMES = {
  grace_ms: {
    zh: "超过“偏紧”这么久才降级",
    en: "how long it must be tight before work steps down",
  },
  dwell_ms: { zh: "降级后至少这么久才恢复", en: "how long after a step down work may come back" },
} as const satisfies Record<string, Both>;

const VRAM = { unit: "percent", max: 100, step: 1 } as const;
const MEMORY = { unit: "gigabytes", max: 10, step: 0.1 } as const;

/** All sliders, each group in the order of its values, from high to low. */
export const SLIDER_GROUPS: readonly SliderGroup[] = [
  {
    key: "vram",
    title: { zh: "显存", en: "GPU memory" },
    sliders: [
      level("vram.hard", VRAM, {
        zh: "超过一次就立刻离开 GPU",
        en: "one reading above it, and work leaves the GPU at once",
      }),
      level("vram.enter", VRAM, {
        zh: "持续超过宽限时间就降级",
        en: "above it for the grace period, work steps down",
      }),
      level("vram.slow_exit", VRAM, {
        zh: "较长时间低于它才恢复",
        en: "below it for a long time, the pressure ends",
      }),
      level("vram.quick_exit", VRAM, {
        zh: "短时间低于它就恢复",
        en: "below it for a short time, the pressure ends",
      }),
      ...times("vram"),
    ],
  },
  {
    key: "memory",
    title: { zh: "可用内存", en: "Memory available" },
    sliders: [
      level("memory.quick_exit", MEMORY, {
        zh: "短时间高于它就恢复",
        en: "above it for a short time, the pressure ends",
      }),
      level("memory.slow_exit", MEMORY, {
        zh: "较长时间高于它才恢复",
        en: "above it for a long time, the pressure ends",
      }),
      level("memory.enter", MEMORY, {
        zh: "持续低于它超过宽限时间就降级",
        en: "below it for the grace period, work steps down",
      }),
      level("memory.hard", MEMORY, {
        zh: "低于它一次就立刻停止本地模型",
        en: "one reading below it, and local models stop at once",
      }),
      ...times("memory"),
    ],
  },
  {
    key: "tasks",
    title: { zh: "任务与云端", en: "Tasks and cloud" },
    sliders: [
      {
        key: "tasks.enter",
        name: { zh: "频繁失败", en: "Failing" },
        note: {
          zh: "失败率超过它就不再使用这个提供方",
          en: "above this failure rate the provider is left alone",
        },
        unit: "percent",
        max: 100,
        step: 1,
      },
    ],
  },
];

export const SLIDERS: readonly Slider[] = SLIDER_GROUPS.flatMap(({ sliders }) => sliders);

/** A value of the configuration in the unit of its slider. */
export function shownOf(unit: Unit, value: number): number {
  switch (unit) {
    case "percent":
      return Number((value * 100).toFixed(4));
    case "gigabytes":
      return Number((value / MIB_PER_GB).toFixed(2));
    case "seconds":
      return value / MS_PER_SECOND;
  }
}

/** The value of the configuration for a number in the unit of its slider. */
export function settingOf(unit: Unit, shown: number): number {
  switch (unit) {
    case "percent":
      return Number((shown / 100).toFixed(6));
    case "gigabytes":
      return Math.round(shown * MIB_PER_GB);
    case "seconds":
      return Math.round(shown * MS_PER_SECOND);
  }
}

export const UNIT_WORDS: Readonly<Record<Unit, Both>> = {
  percent: { zh: "%", en: "%" },
  gigabytes: { zh: "GB", en: "GB" },
  seconds: { zh: "秒", en: "s" },
};

function level(
  key: `${"vram" | "memory"}.${"hard" | "enter" | "slow_exit" | "quick_exit"}`,
  scale: Pick<Slider, "unit" | "max" | "step">,
  note: Both,
): Slider {
  const name = NAMES[key.split(".")[1] as keyof typeof NAMES];
  return { key, name, note, ...scale };
}

function times(signal: "vram" | "memory"): readonly Slider[] {
  const scale = { grace_ms: { max: 120, step: 1 }, dwell_ms: { max: 600, step: 5 } } as const;
  return (["grace_ms", "dwell_ms"] as const).map((key) => ({
    key: `${signal}.${key}`,
    name: NAMES[key],
    note: TIMES[key],
    unit: "seconds" as const,
    ...scale[key],
  }));
}
