/** The curves around the moment, with the thresholds that were in force then. */
import { useMemo } from "preact/hooks";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { State } from "../../src/domain/state.ts";
import type { EnvelopeView } from "../../src/replay/envelopes.ts";
import type { HistoryView } from "../../src/replay/history.ts";
import { history } from "./api.ts";
import { useAsked } from "./asked.ts";
import { Curve, type Line } from "./curve.tsx";
import { gigabytes, percent } from "./format.ts";
import { Measured } from "./measured.tsx";
import { joined, type Span, valueAt } from "./replay-time.ts";
import { type Both, useSay } from "./settings.ts";
import { cpuLines, memoryLines, taskLines, vramLines } from "./thresholds.ts";

const WORDS = {
  vram: { zh: "显存已用", en: "GPU memory used" },
  memory: { zh: "可用内存", en: "Memory available" },
  cpu: { zh: "CPU 使用率", en: "Processor used" },
  failures: { zh: "任务失败率", en: "Tasks that fail" },
  noGpu: {
    zh: "当时这台电脑没有带独立显存的显卡。",
    en: "The computer had no card with memory of its own then.",
  },
  nothing: { zh: "这段时间没有测量值。", en: "Nothing was measured in this stretch." },
  noTasks: { zh: "这段时间没有任务结束。", en: "No task ended in this stretch." },
  loading: { zh: "正在读取…", en: "Reading…" },
} as const satisfies Record<string, Both>;

const MIB_PER_GB = 1024;
const POINTS = 600;

export interface ReplayCurvesProps {
  readonly shown: Span;
  /** The moment in ms; it is marked. */
  readonly cursor: number;
  readonly state: State | null;
  readonly configuration: Configuration | null;
  /** Grows when the log is known to have grown. */
  readonly version: unknown;
  readonly onPick: (at: number) => void;
}

interface Row {
  readonly key: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** As it is drawn; see `joined`. */
  readonly drawn: readonly (number | null)[];
  readonly floor?: readonly (number | null)[];
  readonly lines: readonly Line[];
  readonly unit: string;
  readonly range: readonly [number, number | null];
  readonly nothing: string | null;
}

export function ReplayCurves(props: ReplayCurvesProps) {
  const say = useSay();
  const { shown, cursor, version, onPick } = props;
  const [since, until] = shown;
  const { answer, problem } = useAsked(
    (signal) => history({ since, until, points: POINTS }, signal),
    [since, until, version],
  );
  // What stays the same while the moment moves is kept, so that the curves are only fed when it changes.
  const rows = useMemo(
    () => (answer === null ? [] : rowsOf(answer, props, say)),
    [answer, props.state?.vram, props.configuration, say(WORDS.vram)],
  );
  if (answer === null) return <p class="empty small">{problem ?? say(WORDS.loading)}</p>;
  return (
    <>
      {problem !== null && <p class="problem">{problem}</p>}
      <div class="curves">
        {rows.map(({ key, values, drawn, floor, range, ...row }) => (
          <Measured
            key={key}
            {...row}
            value={valueText(row.unit, valueAt({ at: answer.at, values }, cursor))}
          >
            <Curve
              at={answer.at}
              values={drawn}
              {...(floor === undefined ? {} : { floor })}
              lines={row.lines}
              bands={answer.bands}
              range={range}
              unit={row.unit}
              span={shown}
              mark={cursor}
              onPick={onPick}
            />
          </Measured>
        ))}
      </div>
    </>
  );
}

function rowsOf(past: HistoryView, props: ReplayCurvesProps, say: (both: Both) => string): Row[] {
  const { configuration, state } = props;
  const { finished, failed } = past.tasks;
  const failures = finished.map((all, place) =>
    all === 0 ? null : ((failed[place] ?? 0) / all) * 100,
  );
  const lines = (make: typeof vramLines) =>
    configuration === null ? [] : make(configuration, say);
  const empty = (values: readonly unknown[], why: Both) =>
    values.every((each) => each === null) ? say(why) : null;
  const memory = inGigabytes(past.memory_available_mib);
  const drawn = (values: readonly (number | null)[]) =>
    joined(past.at, values) as (number | null)[];
  const hasCard =
    state?.vram !== "absent" || past.vram_used_percent.max.some((each) => each !== null);
  return [
    {
      key: "vram",
      name: say(WORDS.vram),
      values: past.vram_used_percent.max,
      drawn: drawn(past.vram_used_percent.max),
      floor: drawn(past.vram_used_percent.min),
      lines: hasCard ? lines(vramLines) : [],
      unit: "%",
      range: [0, 100],
      nothing: empty(past.vram_used_percent.max, hasCard ? WORDS.nothing : WORDS.noGpu),
    },
    {
      key: "memory",
      name: say(WORDS.memory),
      values: memory.min,
      drawn: drawn(memory.min),
      floor: drawn(memory.max),
      lines: lines(memoryLines),
      unit: "GB",
      range: [0, null],
      nothing: empty(memory.min, WORDS.nothing),
    },
    {
      key: "cpu",
      name: say(WORDS.cpu),
      values: past.cpu_used_percent.max,
      drawn: drawn(past.cpu_used_percent.max),
      floor: drawn(past.cpu_used_percent.min),
      lines: lines(cpuLines),
      unit: "%",
      range: [0, 100],
      nothing: empty(past.cpu_used_percent.max, WORDS.nothing),
    },
    {
      key: "failures",
      name: say(WORDS.failures),
      values: failures,
      drawn: drawn(failures),
      lines: lines(taskLines),
      unit: "%",
      range: [0, 100],
      nothing: empty(failures, WORDS.noTasks),
    },
  ];
}

function inGigabytes({ min, max }: EnvelopeView): EnvelopeView {
  const scaled = (values: EnvelopeView["min"]) =>
    values.map((each) => (each === null ? null : each / MIB_PER_GB));
  return { min: scaled(min), max: scaled(max) };
}

function valueText(unit: string, value: number | null): string {
  return unit === "GB" ? gigabytes(value === null ? null : value * MIB_PER_GB) : percent(value);
}
