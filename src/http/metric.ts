/** What one metric is, and the moment that all metrics of one scrape are read from. */
import type { MetricsView } from "../replay/metrics-view.ts";
import type { WorkView } from "../runtime-work-types.ts";

/** One number with its labels. */
export type Sample = readonly [value: number, labels?: Readonly<Record<string, string>>];

/** A metric by its name, as Prometheus knows it. */
export interface Metric {
  /** Base units; a counter ends in `_total`. */
  readonly name: string;
  readonly type: "gauge" | "counter";
  /** One sentence without quotation marks. */
  readonly help: string;
  readonly labels: readonly string[];
  /** What is unknown has no sample. */
  readonly read: (scrape: Scrape) => readonly Sample[];
}

/** Everything that one scrape tells, taken at one moment. */
export interface Scrape {
  readonly view: MetricsView;
  readonly process: ProcessFigures;
  /** Clients of live events; `null` where nobody counts them. */
  readonly liveClients: number;
  readonly work: WorkView;
}

/** The process that serves. */
export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly startedAtSeconds: number;
  /** How late the event loop came to a task that was due at once. */
  readonly lagSeconds: number;
  readonly busySeconds: number;
}

/** One sample, or none where the value is unknown. */
export function known(
  value: number | null,
  labels: Readonly<Record<string, string>> = {},
): readonly Sample[] {
  return value === null ? [] : [[value, labels]];
}

/** A state set: one sample for each word of the list, 1 for the one that holds. */
export function stateSet<Word extends string>(
  label: string,
  words: readonly Word[],
  now: Word | null,
): readonly Sample[] {
  return words.map((word) => [word === now ? 1 : 0, { [label]: word }]);
}

/** One sample for each word of the list, 0 where it was never counted. */
export function countsOf<Word extends string>(
  label: string,
  words: readonly Word[],
  counts: Readonly<Partial<Record<Word, number>>>,
): readonly Sample[] {
  return words.map((word) => [counts[word] ?? 0, { [label]: word }]);
}

/** 1 for true. */
export function truth(is: boolean): readonly Sample[] {
  return [[is ? 1 : 0]];
}
