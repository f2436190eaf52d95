/**
 * When to detect the host again by itself: a card went, a card came, the host slept, or it is long ago.
 *
 * Like a night watchman: he makes his round every few minutes, runs at once where a door stands open,
 * and looks again and again, ever more rarely, while something is missing. Only times that are handed in
 * are used, scaled by the sensors' own beats. Rejected: detecting at every failed look (one hiccup of a
 * driver would start a dozen programs), and never (a driver that was repaired stays unseen).
 */
import type { SensorConfiguration } from "./configuration.ts";
import type { NoteCode } from "./note.ts";

/** Remarks of a card's sensor that say: the card or its driver is not there any more. */
const LOST_CODES: readonly NoteCode[] = [
  "gpu-lost",
  "driver-not-loaded",
  "version-mismatch",
  "library-missing",
  "no-devices",
  "nvml-unknown",
  "not-installed",
  "blocked-by-os",
];

/** True when a missing sample means that card or driver is gone; false for what may pass by itself. */
export function isSignOfLostCard(code: NoteCode | null): boolean {
  return code !== null && LOST_CODES.includes(code);
}

/** Why the host is detected again. */
export type RedetectionCause = "lost" | "retry" | "hardware" | "resumed" | "round";

/** What the watch remembers; plain data, times in ms. */
export interface Watch {
  /** When the last detection began. */
  readonly detectedAt: number;
  /** Since when the card's sensor says that it is gone; `null` = it does not. */
  readonly lostSince: number | null;
  /** Detections since a card was missed; 0 = none is missing. */
  readonly attempts: number;
  /** The most cards of their own memory that were there at once. */
  readonly cards: number;
  /** What hardware was listed at the last look; `null` = not told yet. */
  readonly hardware: string | null;
}

/** One thing that was seen. */
export type Seen =
  | { readonly type: "beat"; readonly missing: NoteCode | null; readonly hasCard: boolean }
  | { readonly type: "hardware"; readonly signature: string | null }
  | { readonly type: "resumed" };

/** The watch after what was seen, and whether to detect now. */
export interface Watched {
  readonly watch: Watch;
  readonly cause: RedetectionCause | null;
}

/** Two looks of the card's sensor must agree, and one beat for the way here. */
const LOOKS_UNTIL_LOST = 2;
/** In slow beats of 5 s: 15 s, doubled up to 60 s. */
const RETRY_BEATS = 3;
const RETRY_BEATS_MAX = 12;
/** About ten minutes; from then on the rounds find it. */
const RETRIES_MAX = 12;
/** In slow beats: 5 minutes (facts/detection.md §11.3, "every few minutes"). */
const ROUND_BEATS = 60;

/** A watch that begins with a detection. */
export function watchFrom(at: number): Watch {
  return { detectedAt: at, lostSince: null, attempts: 0, cards: 0, hardware: null };
}

/** Takes in what was seen at `at`. */
export function watched(
  watch: Watch,
  seen: Seen,
  { at, beats }: { readonly at: number; readonly beats: SensorConfiguration },
): Watched {
  switch (seen.type) {
    case "resumed":
      return begun({ ...watch, lostSince: null }, at, "resumed");
    case "hardware": {
      const next = { ...watch, hardware: seen.signature };
      const isNews = watch.hardware !== null && seen.signature !== null;
      return isNews && watch.hardware !== seen.signature
        ? begun(next, at, "hardware")
        : { watch: next, cause: null };
    }
    case "beat":
      return beaten(watch, seen, { at, beats });
  }
}

/** After a detection that found so many cards of their own memory. */
export function afterDetection(watch: Watch, cards: number): Watch {
  const isMissing = cards < watch.cards && watch.attempts < RETRIES_MAX;
  return {
    ...watch,
    lostSince: null,
    attempts: isMissing ? Math.max(1, watch.attempts) : 0,
    // Who unplugs a card for good is not asked about it for ever.
    cards: isMissing ? watch.cards : cards,
  };
}

function beaten(
  before: Watch,
  { missing, hasCard }: { readonly missing: NoteCode | null; readonly hasCard: boolean },
  { at, beats }: { readonly at: number; readonly beats: SensorConfiguration },
): Watched {
  const isLost = hasCard && isSignOfLostCard(missing);
  const lostSince = isLost ? (before.lostSince ?? at) : null;
  const watch = { ...before, lostSince };
  const confirmMs = LOOKS_UNTIL_LOST * beats.gpu_ms + beats.beat_ms;
  if (lostSince !== null && at - lostSince >= confirmMs && watch.attempts === 0) {
    return begun({ ...watch, attempts: 1 }, at, "lost");
  }
  const sinceMs = at - watch.detectedAt;
  if (watch.attempts > 0 && sinceMs >= retryMs(watch.attempts, beats)) {
    return begun({ ...watch, attempts: watch.attempts + 1 }, at, "retry");
  }
  if (sinceMs >= ROUND_BEATS * beats.slow_ms) return begun(watch, at, "round");
  return { watch, cause: null };
}

function begun(watch: Watch, at: number, cause: RedetectionCause): Watched {
  return { watch: { ...watch, detectedAt: at }, cause };
}

function retryMs(attempts: number, { slow_ms }: SensorConfiguration): number {
  return Math.min(RETRY_BEATS_MAX, RETRY_BEATS * 2 ** Math.min(attempts - 1, 8)) * slow_ms;
}
