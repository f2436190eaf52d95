/**
 * The failure rule on a stream of tasks: arrivals by chance (Poisson), 1.5 % of them failing, and outages
 * in which most fail. The stream goes through the real `step`: a reading each beat, so that time passes
 * as it does live, and an outcome for each task that runs here.
 *
 * Where a task runs is the rung's word: on the cloud's rung it goes there (and succeeds), but for the
 * probes that a half-open breaker asks for. False opening: the breaker opens outside every outage and
 * not within the half hour after one, in which its window still holds that outage (such an opening is
 * late). Caught: it opens during the outage. Delay: from the outage's begin. Suffered: tasks that failed
 * here during outages, probes included. Diverted: tasks sent away that would have succeeded here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { randomOf } from "../../test/support/seeded-random.ts";
import { quantileOf } from "../figures.ts";

export interface ArrivingTask {
  readonly at: number;
  /** Whether it would fail here. */
  readonly fails: boolean;
}

export interface Outage {
  readonly from: number;
  readonly until: number;
}

export interface Stream {
  readonly tasks: readonly ArrivingTask[];
  readonly outages: readonly Outage[];
}

/** What a rule did with a stream: when its breaker opened, and which tasks it sent away. */
export interface Handled {
  readonly openings: readonly number[];
  readonly isDiverted: readonly boolean[];
}

/** A rule is a fold over the tasks of a stream. */
export interface FailureRule {
  readonly name: string;
  handle(stream: Stream): Handled;
}

export interface FailureResult {
  readonly rule: string;
  readonly days: number;
  readonly falseOpenings: number;
  readonly late: number;
  readonly outages: number;
  readonly caught: number;
  /** Seconds, the middle one; `null` when none was caught. */
  readonly delayS: number | null;
  readonly suffered: number;
  readonly diverted: number;
}

const MEAN_GAP_MS = 30_000;
const OUTAGE_MS = 900_000;
const WINDOW_MS = 1_800_000;
const ORDINARY_RATE = 0.015;
const DAY_MS = 86_400_000;

/** Outcomes with outages in them, one in each of as many equal parts, an hour clear of their ends. */
export function outageStream(
  seed: number,
  {
    count,
    outages,
    rate,
  }: { readonly count: number; readonly outages: number; readonly rate: number },
): Stream {
  const random = randomOf(seed);
  let now = 0;
  const arrivals = Array.from({ length: count }, () => {
    now += Math.ceil(-Math.log(1 - random.next()) * MEAN_GAP_MS);
    return now;
  });
  const partMs = now / outages;
  const during = Array.from({ length: outages }, (_, index): Outage => {
    const from = Math.round(index * partMs + random.next() * (partMs - OUTAGE_MS - WINDOW_MS));
    return { from, until: from + OUTAGE_MS };
  });
  const tasks = arrivals.map((at) => {
    const isOut = during.some(({ from, until }) => at >= from && at < until);
    return { at, fails: random.chance(isOut ? rate : ORDINARY_RATE) };
  });
  return { tasks, outages: during };
}

/** An hour of recorded requests to a language model (Azure, 8,819), the ordinary share of them failing. */
export function recordedStream(seed: number): Stream {
  const file = join(import.meta.dirname, "../../test/fixtures/traces/azure-llm/code.csv");
  const random = randomOf(seed);
  const times = readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, hours, minutes, seconds] = line.match(/ (\d\d):(\d\d):(\d\d\.\d+),/) ?? [];
      if (seconds === undefined) return [];
      return [Math.round(((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000)];
    });
  const start = (times[0] ?? 0) - 1000;
  const tasks = times.map((time) => ({ at: time - start, fails: random.chance(ORDINARY_RATE) }));
  return { tasks, outages: [] };
}

/** Runs and measures. */
export function measureFailures(stream: Stream, rule: FailureRule): FailureResult {
  const { tasks, outages } = stream;
  const { openings, isDiverted } = rule.handle(stream);
  const firsts = outages.map(({ from, until }) =>
    openings.find((opening) => opening >= from && opening < until),
  );
  const delays = firsts.flatMap((first, index) =>
    first === undefined ? [] : [(first - (outages[index]?.from ?? 0)) / 1000],
  );
  const isIn = (at: number, afterMs: number) =>
    outages.some(({ from, until }) => at >= from && at < until + afterMs);
  const explained = openings.filter((opening) => isIn(opening, WINDOW_MS)).length;
  const inTime = openings.filter((opening) => isIn(opening, 0)).length;
  const count = (isCounted: (task: ArrivingTask, index: number) => boolean) =>
    tasks.filter(isCounted).length;
  return {
    rule: rule.name,
    days: ((tasks.at(-1)?.at ?? 0) - (tasks[0]?.at ?? 0)) / DAY_MS,
    falseOpenings: openings.length - explained,
    late: explained - inTime,
    outages: outages.length,
    caught: delays.length,
    delayS: delays.length === 0 ? null : quantileOf(delays, 0.5),
    suffered: count(({ at, fails }, index) => fails && isDiverted[index] === false && isIn(at, 0)),
    diverted: count(({ fails }, index) => !fails && isDiverted[index] === true),
  };
}
