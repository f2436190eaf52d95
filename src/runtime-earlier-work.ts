/**
 * Models that an earlier process of this runtime may have left in memory: its last jobs stand in the log.
 *
 * A server keeps a model for minutes after its last job; a runtime that is started again in that time finds
 * its own load there and would take it for somebody else's.
 */
import { RuntimeProfileError } from "./domain/error.ts";
import { isSameModel } from "./effects/loaded-models.ts";
import type { Entry } from "./log/entry.ts";
import type { LogStore } from "./log/store.ts";

/** What the question is put to; asked once, before this process gives out jobs. */
export interface EarlierParts {
  readonly log: Pick<LogStore, "read">;
  /** The runtime's time. */
  readonly now: () => number;
  readonly keepAliveMs: number;
}

/** So many of the newest outcomes are looked at: more than a keep-alive has models. */
const OUTCOMES_MOST = 200;

/** Answers whether an earlier process worked with this model, and its keep-alive is not over. */
export function earlierWork({ log, now, keepAliveMs }: EarlierParts): (model: string) => boolean {
  const worked = outcomesIn(log).flatMap(({ at, actor, data }) => {
    const { provider, model, ok } = data as { provider?: string; model?: string; ok?: boolean };
    // What others report is their own work, and their load.
    const isOurs = actor === "runtime" && provider === "local" && ok === true;
    return isOurs && model != null ? [{ model, at }] : [];
  });
  return (model) =>
    worked.some((each) => isSameModel(each.model, model) && now() - each.at <= keepAliveMs);
}

/** What cannot be read is worth no failed start: the models are then taken for somebody else's, and stay. */
function outcomesIn(log: EarlierParts["log"]): readonly Entry[] {
  try {
    return log.read({ type: "task.finished", order: "descending", limit: OUTCOMES_MOST });
  } catch (error) {
    if (error instanceof RuntimeProfileError) return [];
    throw error;
  }
}
