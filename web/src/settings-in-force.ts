/** The settings in force at a moment, as the log has them: its newest change of them, or a checkpoint. */
import type { Configuration } from "../../src/domain/configuration.ts";
import { ask, type EventPage, type ExplainedEntry, type Query } from "./api.ts";

/** A log that was pruned may have lost the entry; its checkpoints know the settings as well. `null` = now. */
export async function settingsInForce(
  before: number | null,
  signal?: AbortSignal,
): Promise<Configuration | null> {
  const changed = await newestEntry({ type: "config.changed", before }, signal);
  if (changed !== null) return (changed.data as { config?: Configuration }).config ?? null;
  const checkpoint = await newestEntry({ type: "checkpoint", before }, signal);
  const data = checkpoint?.data as { state?: { configuration?: Configuration } } | undefined;
  return data?.state?.configuration ?? null;
}

/** The newest entry that a question allows; `null` = there is none. */
export async function newestEntry(
  query: Query,
  signal?: AbortSignal,
): Promise<ExplainedEntry | null> {
  const page = await ask<EventPage>("events", { ...query, order: "desc", limit: 1 }, signal);
  return page.events[0] ?? null;
}
