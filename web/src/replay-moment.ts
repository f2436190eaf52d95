/** One moment of the past with what belongs to it: the state, the step that led there, the settings. */
import type { Configuration, Language } from "../../src/domain/configuration.ts";
import type { SnapshotView } from "../../src/replay/views.ts";
import { ask, type EventPage, type ExplainedEntry, snapshotAt } from "./api.ts";
import { newestEntry, settingsInForce } from "./settings-in-force.ts";

export interface PastMoment {
  readonly snapshot: SnapshotView;
  /** The number of the newest entry at that moment. */
  readonly seq: number;
  /** The last step at or before it, with its sentence; `null` while detecting. */
  readonly step: ExplainedEntry | null;
  /** What was in force; `null` where the log does not say. */
  readonly configuration: Configuration | null;
}

/** Where a person wants to go from a moment. */
export type Way = "previous" | "next";

/** Looks a moment up: a number of an entry, or a time as `snapshot?at=` takes it. */
export async function lookAt(
  at: string,
  language: Language,
  signal: AbortSignal,
): Promise<PastMoment> {
  const snapshot = await snapshotAt(at, language, signal);
  const seq = snapshot.seq ?? 0;
  const [step, configuration] = await Promise.all([
    newestEntry({ type: "transition", explain: true, lang: language, before: seq + 1 }, signal),
    settingsInForce(seq + 1, signal),
  ]);
  return { snapshot, seq, step, configuration };
}

/**
 * The next or the previous entry of a type, seen from a moment; `null` = there is none. The reading that
 * caused a step is of the same moment as the step, so the previous reading is the one before that.
 */
export async function neighbourOf(
  from: { readonly seq: number; readonly at: number },
  wish: { readonly type: "transition" | "reading"; readonly way: Way },
  signal: AbortSignal,
): Promise<number | null> {
  const { type, way } = wish;
  const { seq, at } = from;
  const where = way === "next" ? { order: "asc", after: seq } : { order: "desc", before: seq };
  // The first entry has no number before it that could be asked for.
  if (way === "previous" && seq <= 1) return null;
  const { events } = await ask<EventPage>("events", { type, limit: 2, ...where }, signal);
  const isElsewhere = (each: ExplainedEntry) =>
    type === "transition" || way === "next" || each.at < at;
  return events.find(isElsewhere)?.seq ?? null;
}
