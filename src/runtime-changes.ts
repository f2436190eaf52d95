/** From log entries to the degradations and recoveries that callbacks and the terminal are told. */
import type { Language } from "./domain/configuration.ts";
import type { TransitionOutput } from "./domain/output.ts";
import { directionOf } from "./domain/rung.ts";
import type { Entry } from "./log/entry.ts";
import type { Policy } from "./policy/policy.ts";
import { sentenceOf } from "./policy/sentence.ts";
import { policyIn } from "./replay/fold.ts";
import type { Happening } from "./runtime-actor-types.ts";
import type { Change } from "./runtime-types.ts";

/** What is asked of an entry; `seq` is `null` for what could not be written to the log. */
export type ToldEntry = Pick<Entry, "at" | "type" | "data"> & { readonly seq: number | null };

/** The transitions among these entries; `isUp` is true for recoveries. One that leads neither up nor down is left out. */
export function changesOf(
  entries: readonly ToldEntry[],
  { language, policy }: { readonly language: Language; readonly policy: Policy },
): { readonly change: Change; readonly isUp: boolean }[] {
  return entries.flatMap((entry) => {
    if (entry.type !== "transition") return [];
    const { from, to, reason } = entry.data as TransitionOutput;
    const direction = directionOf(from, to);
    if (direction === "level") return [];
    const change = {
      seq: entry.seq,
      at: entry.at,
      from,
      to,
      reason,
      sentence: sentenceOf(reason, language),
      policy,
    };
    return [{ change, isUp: direction === "up" }];
  });
}

/** The changes in one step of the actor, also in one that the log has lost. */
export function changesIn(
  { at, state, outputs, entries }: Happening,
  language: Language,
): ReturnType<typeof changesOf> {
  if (!outputs.some(({ type }) => type === "transition")) return [];
  const lost = () => outputs.map((data) => ({ seq: null, at, type: data.type, data }));
  const told: readonly ToldEntry[] = entries.length > 0 ? entries : lost();
  return changesOf(told, { language, policy: policyIn(state) });
}
