/**
 * What settings owe to each other: thresholds in order, stale limits above their intervals.
 *
 * Data like the table itself; `configuration-parse.ts` checks it. A JSON Schema cannot say these.
 */

/** Settings whose values must rise: each one below the next, or equal where `may_be_equal`. */
export interface SettingOrder {
  readonly paths: readonly string[];
  readonly may_be_equal: boolean;
}

/** The orders that a configuration keeps, each signal in its own direction. */
export const SETTING_ORDERS: readonly SettingOrder[] = [
  rising("thresholds.vram.", ["quick_exit", "slow_exit", "enter", "hard"]),
  rising("thresholds.memory.", ["hard", "enter", "slow_exit", "quick_exit"]),
  rising("thresholds.cpu.", ["quick_exit", "enter"]),
  rising("tier.", ["low_mib", "mid_mib", "high_mib"]),
  notFalling("thresholds.vram.", ["dwell_ms", "backoff_max_ms"]),
  notFalling("thresholds.memory.", ["dwell_ms", "backoff_max_ms"]),
  notFalling("thresholds.tasks.", ["min_samples", "window"]),
  notFalling("thresholds.tasks.", ["open_ms", "open_max_ms"]),
  notFalling("thresholds.tasks.", ["probes_good", "probes"]),
];

/** A stale limit below this many intervals would call a slow sensor lost. */
export const STALE_INTERVALS = 3;

/** The stale limit that is chosen by itself is never longer than this (design: at most 15 s). */
export const STALE_CAP_MS = 15_000;

/** Each stale limit and the interval of its sensor. */
export const STALE_LIMITS = [
  { limit: "thresholds.vram.stale_ms", interval: "sensors.gpu_ms" },
  { limit: "thresholds.memory.stale_ms", interval: "sensors.beat_ms" },
] as const;

function rising(prefix: string, keys: readonly string[]): SettingOrder {
  return { paths: keys.map((key) => prefix + key), may_be_equal: false };
}

function notFalling(prefix: string, keys: readonly string[]): SettingOrder {
  return { paths: keys.map((key) => prefix + key), may_be_equal: true };
}
