/**
 * What one decision costs: a reading that changes nothing, on the best rung and on a lower one where the
 * way up is asked for each time, and a reading that moves the profile. Beside it, in the same run and
 * round by round in turn, two reducers written by hand (one with thresholds alone, a floor; one that does
 * all that a quiet reading must do), and for the transition the same events sent to the bare chart.
 *
 * Figures are nanoseconds. The p50 is over batches, because one quiet step is shorter than the clock's
 * own cost; for the p99 each step is timed by itself, and the clock's median is taken off.
 *
 * Run: node bench/decide.ts [--readings 200000] [--rounds 7]
 */
import { isDeepStrictEqual, parseArgs } from "node:util";
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../src/domain/configuration.ts";
import { type Host, UNKNOWN_HOST } from "../src/domain/host.ts";
import type { Input, ReadingInput } from "../src/domain/input.ts";
import { stepChart } from "../src/machines/runtime-machine.ts";
import { initialState, type RuntimeState } from "../src/machines/runtime-state.ts";
import { decide } from "../src/replay/fold.ts";
import { judged, medianOf, quantileOf } from "./figures.ts";
import { type Reduced, reduce, START_REDUCED } from "./reducer.ts";
import { reduceWhole, START_WHOLE, type Whole } from "./whole-reducer.ts";

const { values } = parseArgs({
  options: {
    readings: { type: "string", default: "200000" },
    rounds: { type: "string", default: "7" },
  },
});
const count = Number(values.readings);
const rounds = Number(values.rounds);
const BATCH = 500;
const TRANSITIONS = 20_000;
const GOAL = 1.5;

const START = 1_790_000_000_000;
const CARD_MIB = 20_480;
const MEMORY_MIB = 65_536;
const HARD_MIB = 19_500;

const host: Host = {
  ...UNKNOWN_HOST,
  cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
  memory: { total_mib: MEMORY_MIB, available_mib: 40_000, limited_by: "host" },
  gpus: [
    {
      vendor: "nvidia",
      name: "bench",
      uuid: "GPU-1",
      vram_total_mib: CARD_MIB,
      driver: null,
      cuda: null,
      unified: false,
      is_integrated: false,
    },
  ],
};

function configurationOf(nominal: number, smallModel: number): Configuration {
  const base = decisionPartOf(DEFAULT_CONFIGURATION);
  return { ...base, policy: { ...base.policy, footprints: { nominal, smallModel, cpu: 3000 } } };
}

function readingOf(at: number, used: number, available: number, gpuAt = at): ReadingInput {
  return {
    type: "reading",
    at,
    vram: { used_mib: used, total_mib: CARD_MIB, own_mib: 1024, source_at: gpuAt },
    memory: { available_mib: available, total_mib: MEMORY_MIB, source_at: at },
    cpu: { used_percent: (used % 700) / 10, source_at: at },
  };
}

/** A day as it is: values wander, the card is asked every other second. */
function wanderingReadings(): ReadingInput[] {
  let seed = 42;
  const random = () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return seed / 4_294_967_296 - 0.5;
  };
  let [used, available, gpuAt, gpuUsed] = [9000, 30_000, 0, 9000];
  return Array.from({ length: count }, (_, index) => {
    const at = START + 10_000 + index * 1000;
    used = Math.max(3000, Math.min(14_000, used + Math.round(random() * 400)));
    available = Math.max(12_000, Math.min(50_000, available + Math.round(random() * 600)));
    if (index % 2 === 0) [gpuAt, gpuUsed] = [at - 12, used];
    return readingOf(at, gpuUsed, available, gpuAt);
  });
}

function folded(state: RuntimeState, inputs: readonly Input[]): RuntimeState {
  return inputs.reduce((before, input) => decide(before, input).state, state);
}

/** On the best rung, the first readings taken. */
function settled(configuration: Configuration): RuntimeState {
  return folded(initialState(), [
    { type: "config.changed", at: START, config: configuration },
    { type: "host.detected", at: START, host },
    ...[1000, 2000, 3000].map((ms) => readingOf(START + ms, 4000, 40_000)),
  ]);
}

const readings = wanderingReadings();
const best = settled(configurationOf(2048, 1024));
/** The card was full once, and what others use leaves no room for a model of this size. */
const lower = folded(settled(configurationOf(15_600, 15_500)), [
  readingOf(START + 4000, HARD_MIB, 40_000),
]);
const hard = readingOf(START + 10_000, HARD_MIB, 40_000);

interface Timed<State> {
  readonly end: State;
  /** Median over batches, and the p99 of single steps. */
  readonly p50: number;
  readonly p99: number;
}

function nsOfFold<State>(
  from: State,
  fold: (state: State, reading: ReadingInput) => State,
): Timed<State> {
  const batches: number[] = [];
  let state = from;
  for (let index = 0; index < readings.length; ) {
    const end = Math.min(index + BATCH, readings.length);
    const size = end - index;
    const start = process.hrtime.bigint();
    for (; index < end; index += 1) state = fold(state, readings[index] as ReadingInput);
    batches.push(Number(process.hrtime.bigint() - start) / size);
  }
  let again = from;
  const singles = readings.map((reading) => {
    const start = performance.now();
    again = fold(again, reading);
    return (performance.now() - start) * 1e6;
  });
  return { end: state, p50: quantileOf(batches, 0.5), p99: quantileOf(singles, 0.99) - CLOCK_NS };
}

/** The functions are pure, so the same step can be taken again and again. */
function nsOfStep(act: () => unknown): Timed<null> {
  const singles: number[] = [];
  for (let done = 0; done < TRANSITIONS; done += 1) {
    const start = performance.now();
    act();
    singles.push((performance.now() - start) * 1e6);
  }
  const [p50, p99] = [quantileOf(singles, 0.5), quantileOf(singles, 0.99)];
  return { end: null, p50: p50 - CLOCK_NS, p99: p99 - CLOCK_NS };
}

/** What two looks at the clock cost by themselves. */
const CLOCK_NS = quantileOf(
  Array.from({ length: 20_000 }, () => {
    const start = performance.now();
    return (performance.now() - start) * 1e6;
  }),
  0.5,
);

const decided = (state: RuntimeState, reading: ReadingInput) => decide(state, reading).state;
const reducedHard = (): Reduced => reduce(START_REDUCED, hard);
const charted = () => {
  const { chart } = stepChart(best.chart, { type: "vram.exhausted" });
  return stepChart(chart, { type: "facts.settled", permitted: null });
};

function expectRung(state: RuntimeState, rung: string): void {
  const { profile } = state.chart.state;
  if (!profile.endsWith(rung)) throw new Error(`Expected the rung ${rung}, came to ${profile}.`);
}

expectRung(decided(best, hard), "degraded.cpu");
expectRung(nsOfFold(best, decided).end, "nominal");
expectRung(nsOfFold(lower, decided).end, "degraded.cpu");
expectSame(nsOfFold(best, decided).end, nsOfFold(START_WHOLE, reduceWhole).end);

/** The peer that does the same must have come to the same. */
function expectSame({ sensing }: RuntimeState, whole: Whole): void {
  const { vram, memory, vramPeaks, memoryPeaks } = sensing;
  const ours = [vram.level, vram.value, memory.level, memory.value, vramPeaks, memoryPeaks];
  const theirs = [
    whole.vram.level,
    whole.vram.value,
    whole.memory.level,
    -(whole.memory.value ?? 0),
    { current: { start: whole.vramPeakStart, peak: whole.vramPeak }, past: whole.vramPast },
    { current: { start: whole.memoryPeakStart, peak: whole.memoryPeak }, past: whole.memoryPast },
  ];
  // Peaks of before the first reading of the bench are known to one side only.
  const [own, other] = [ours, theirs].map((each) => JSON.stringify(each.slice(0, 4)));
  const peaksOf = (one: unknown) => (one as { past: unknown[] }).past.slice(-1);
  const isSame =
    own === other && isDeepStrictEqual(ours.slice(4).map(peaksOf), theirs.slice(4).map(peaksOf));
  if (!isSame) throw new Error(`The peer came to ${other}, we came to ${own}.`);
}

const CASES = [
  {
    name: "quiet reading, best rung",
    ours: () => nsOfFold(best, decided),
    peer: () => nsOfFold(START_WHOLE, reduceWhole),
    against: "reducer doing the same",
  },
  {
    name: "quiet reading, best rung",
    ours: () => nsOfFold(best, decided),
    peer: () => nsOfFold(START_REDUCED, reduce),
    against: "thresholds alone (floor)",
  },
  {
    name: "quiet reading, lower rung",
    ours: () => nsOfFold(lower, decided),
    peer: () => nsOfFold(START_WHOLE, reduceWhole),
    against: "reducer doing the same",
  },
  {
    name: "transition",
    ours: () => nsOfStep(() => decide(best, hard)),
    peer: () => nsOfStep(charted),
    against: "bare chart, same events",
  },
  {
    name: "transition",
    ours: () => nsOfStep(() => decide(best, hard)),
    peer: () => nsOfStep(reducedHard),
    against: "thresholds alone (floor)",
  },
];

const table = CASES.map(({ name, ours, peer, against }) => {
  const rows = Array.from({ length: rounds + 1 }, () => {
    const [other, own] = [peer(), ours()];
    return { other, own, p50: own.p50 / other.p50, p99: own.p99 / other.p99 };
  }).slice(1);
  const median = (figure: (row: (typeof rows)[number]) => number) => medianOf(rows.map(figure));
  const ratio = median(({ p50 }) => p50);
  return {
    decide: name,
    "p50 ns": Math.round(median(({ own }) => own.p50)),
    "p99 ns": Math.round(median(({ own }) => own.p99)),
    against,
    "its p50": Math.round(median(({ other }) => other.p50)),
    "its p99": Math.round(median(({ other }) => other.p99)),
    "ratio p50": judged(ratio, { most: GOAL }),
    "ratio p99": Number(median(({ p99 }) => p99).toFixed(2)),
  };
});
console.table(table);
