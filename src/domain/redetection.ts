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
  /** True when the last detection found fewer cards than there were. */
  readonly isCardMissing: boolean;
  /** The most cards of their own memory that were there at once. */
  readonly cards: number;
  /** What hardware was listed at the last look; `null` = not told yet. */
  readonly hardware: string | null;
  /** What was seen and is not answered by a detection yet. */
  readonly owed: "hardware" | "resumed" | null;
}

/** A beat with what the card's sensor says. */
interface Beat {
  readonly type: "beat";
  readonly missing: NoteCode | null;
  readonly hasCard: boolean;
  /** True when it gave figures; with neither figures nor a remark it has not looked yet. */
  readonly hasFigures: boolean;
}

/** One thing that was seen. */
export type Seen =
  | Beat
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

/** The moment, the beats, and whether a detection is under way: then none is begun. */
export interface WatchMoment {
  readonly at: number;
  readonly beats: SensorConfiguration;
  readonly isDetecting: boolean;
}

/** A watch that begins with a detection. */
export function watchFrom(at: number): Watch {
  return {
    detectedAt: at,
    lostSince: null,
    attempts: 0,
    isCardMissing: false,
    cards: 0,
    hardware: null,
    owed: null,
  };
}

/** Takes in what was seen at a moment. */
export function watched(watch: Watch, seen: Seen, moment: WatchMoment): Watched {
  switch (seen.type) {
    case "resumed":
      return paid({ ...watch, lostSince: null, owed: "resumed" }, moment);
    case "hardware": {
      // A list that could not be read says nothing; the next one is compared with the last that could.
      const hardware = seen.signature ?? watch.hardware;
      const isNews = watch.hardware !== null && hardware !== watch.hardware;
      const next = { ...watch, hardware };
      return isNews
        ? paid({ ...next, owed: watch.owed ?? "hardware" }, moment)
        : { watch: next, cause: null };
    }
    case "beat":
      return beaten(watch, seen, moment);
  }
}

/**
 * After a detection that found so many cards of their own memory. One that finds the card although its
 * sensor says that it is gone ends nothing: only figures do, so that the two cannot call each other up
 * again and again.
 */
export function afterDetection(watch: Watch, cards: number): Watch {
  const isCardMissing = cards < watch.cards && watch.attempts < RETRIES_MAX;
  const isGivenUp = cards < watch.cards && !isCardMissing;
  return {
    ...watch,
    lostSince: null,
    attempts: isGivenUp ? 0 : Math.max(isCardMissing ? 1 : 0, watch.attempts),
    isCardMissing,
    // Who unplugs a card for good is not asked about it for ever.
    cards: isCardMissing ? watch.cards : cards,
  };
}

function beaten(
  before: Watch,
  { missing, hasCard, hasFigures }: Beat,
  moment: WatchMoment,
): Watched {
  const { at, beats, isDetecting } = moment;
  const isLost = hasCard && isSignOfLostCard(missing);
  const lostSince = isLost ? (before.lostSince ?? at) : null;
  const attempts = hasFigures && !before.isCardMissing ? 0 : before.attempts;
  const watch = { ...before, lostSince, attempts };
  if (isDetecting) return { watch, cause: null };
  const confirmMs = LOOKS_UNTIL_LOST * beats.gpu_ms + beats.beat_ms;
  if (lostSince !== null && at - lostSince >= confirmMs && attempts === 0) {
    return begun({ ...watch, attempts: 1 }, at, "lost");
  }
  if (watch.owed !== null) return paid(watch, moment);
  const sinceMs = at - watch.detectedAt;
  const mayRetry = attempts > 0 && attempts < RETRIES_MAX;
  if (mayRetry && sinceMs >= retryMs(attempts, beats)) {
    return begun({ ...watch, attempts: attempts + 1 }, at, "retry");
  }
  if (sinceMs >= ROUND_BEATS * beats.slow_ms) return begun(watch, at, "round");
  return { watch, cause: null };
}

/** What is owed is done when nothing is under way; a device that comes and goes has to wait its turn. */
function paid(watch: Watch, { at, beats, isDetecting }: WatchMoment): Watched {
  const isTooSoon =
    watch.owed === "hardware" && at - watch.detectedAt < RETRY_BEATS * beats.slow_ms;
  if (isDetecting || isTooSoon) return { watch, cause: null };
  return begun(watch, at, watch.owed);
}

/** Any detection answers what is owed. */
function begun(watch: Watch, at: number, cause: RedetectionCause | null): Watched {
  return { watch: { ...watch, detectedAt: at, owed: null }, cause };
}

function retryMs(attempts: number, { slow_ms }: SensorConfiguration): number {
  return Math.min(RETRY_BEATS_MAX, RETRY_BEATS * 2 ** Math.min(attempts - 1, 8)) * slow_ms;
}
