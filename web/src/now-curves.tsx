/** The live curves of the last while: GPU memory, memory, processor, failure rate. */
import { BandLegend } from "./band-strip.tsx";
import { Curve, type Line, spanWords } from "./curve.tsx";
import { gigabytes, percent } from "./format.ts";
import type { Present } from "./live.ts";
import { Measured } from "./measured.tsx";
import { usePresent } from "./present.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import { cpuLines, memoryLines, taskLines, vramLines } from "./thresholds.ts";

const WORDS = {
  vram: { zh: "显存已用", en: "GPU memory used" },
  memory: { zh: "可用内存", en: "Memory available" },
  cpu: { zh: "CPU 使用率", en: "Processor used" },
  failures: { zh: "任务失败率", en: "Tasks that fail" },
  noGpu: {
    zh: "这台电脑没有带独立显存的显卡，这里没有可测量的值。",
    en: "This computer has no card with memory of its own; there is nothing to measure here.",
  },
  noTasks: {
    zh: "还没有报告过任务结果。程序通过 POST /api/runtime/tasks 报告。",
    en: "No task has been reported yet. Programs report with POST /api/runtime/tasks.",
  },
  waiting: { zh: "正在等待读数。", en: "Waiting for a reading." },
  behind: { zh: "背景颜色：当时的运行方式", en: "Colours behind: the rung at that time" },
} as const satisfies Record<string, Both>;

const MIB_PER_GB = 1024;

interface Row {
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly values: readonly (number | null)[];
  readonly lines: readonly Line[];
  readonly unit: string;
  readonly range: readonly [number, number | null];
  readonly nothing: string | null;
}

export function NowCurves() {
  const say = useSay();
  const { language } = useSettings();
  const present = usePresent();
  const { trace, bands } = present;
  return (
    <>
      <p class="quiet">
        {spanWords(trace.at, language, Date.now())} · {say(WORDS.behind)}
      </p>
      <BandLegend bands={bands} />
      <div class="curves">
        {rowsOf(present, say).map(({ key, values, range, ...row }) => (
          <Measured key={key} {...row}>
            <Curve
              at={trace.at}
              values={values}
              lines={row.lines}
              bands={bands}
              range={range}
              unit={row.unit}
            />
          </Measured>
        ))}
      </div>
    </>
  );
}

function rowsOf({ trace, status, configuration }: Present, say: (both: Both) => string): Row[] {
  const metrics = status?.monitor.metrics;
  const failures = metrics?.tasks.failure_rate_percent ?? null;
  const lines = (make: typeof vramLines) =>
    configuration === null ? [] : make(configuration, say);
  const waiting = trace.at.length === 0 ? say(WORDS.waiting) : null;
  // Before the host is known no card is not yet a fact.
  const hasNoCard = metrics?.gpu === null && status?.profile.class !== null;
  return [
    {
      key: "vram",
      name: say(WORDS.vram),
      value: percent(metrics?.gpu?.vram_used_percent),
      values: trace.vram,
      lines: hasNoCard ? [] : lines(vramLines),
      unit: "%",
      range: [0, 100],
      nothing: hasNoCard ? say(WORDS.noGpu) : waiting,
    },
    {
      key: "memory",
      name: say(WORDS.memory),
      value: gigabytes(metrics?.memory.available_mib),
      values: trace.memory.map((each) => (each === null ? null : each / MIB_PER_GB)),
      lines: lines(memoryLines),
      unit: "GB",
      range: [0, null],
      nothing: waiting,
    },
    {
      key: "cpu",
      name: say(WORDS.cpu),
      value: percent(metrics?.cpu.used_percent),
      values: trace.cpu,
      lines: lines(cpuLines),
      unit: "%",
      range: [0, 100],
      nothing: waiting,
    },
    {
      key: "failures",
      name: say(WORDS.failures),
      value: percent(failures),
      values: trace.failures,
      lines: lines(taskLines),
      unit: "%",
      range: [0, 100],
      nothing:
        (metrics?.tasks.outcomes ?? 0) === 0 && trace.failures.every((each) => each === null)
          ? say(WORDS.noTasks)
          : null,
    },
  ];
}
