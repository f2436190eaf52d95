/**
 * The figures of both histories side by side, and what the difference means.
 *
 * Better is: fewer steps, more time on the best rung, less time refusing work, more work at home, fewer
 * moments at a limit. Of the rungs between nobody can say in general whether more of them is better.
 */
import { RUNGS, type Rung } from "../../src/domain/rung.ts";
import type { Exhaustion, SideView, WhatIfView } from "../../src/replay/what-if-view.ts";

export type Verdict = "better" | "worse" | "same" | "other";

export type FigureKey =
  | "steps"
  | "steps_per_hour"
  | `time.${Rung | "detecting"}`
  | "local_share"
  | "vram_limit"
  | "memory_limit"
  | "in_time";

/** One row: a number of each side; `null` = unknown. */
export interface Figure {
  readonly key: FigureKey;
  readonly actual: number | null;
  readonly hypothetical: number | null;
  readonly verdict: Verdict;
}

/** How exhaustions were met. Avoided and added: in time on one side only. */
export interface ExhaustionCounts {
  readonly total: number;
  readonly actualInTime: number;
  readonly hypotheticalInTime: number;
  readonly avoided: number;
  readonly added: number;
}

type Wish = "less" | "more" | "none";

/** The rows that say anything, in the order of the table. */
export function figuresOf(view: WhatIfView): readonly Figure[] {
  const { actual, hypothetical } = view;
  const row = (key: FigureKey, wish: Wish, of: (side: SideView) => number | null): Figure => {
    const [was, is] = [of(actual), of(hypothetical)];
    return { key, actual: was, hypothetical: is, verdict: verdictOf(was, is, wish) };
  };
  const times = [...RUNGS, "detecting" as const]
    .filter((rung) => [actual, hypothetical].some((side) => side.time_per_rung_ms[rung] > 0))
    .map((rung) => row(`time.${rung}`, wishFor(rung), (side) => side.time_per_rung_ms[rung]));
  const counts = exhaustionCounts(view.exhaustions.list);
  const inTime: Figure = {
    key: "in_time",
    actual: counts.actualInTime,
    hypothetical: counts.hypotheticalInTime,
    verdict: verdictOf(counts.actualInTime, counts.hypotheticalInTime, "more"),
  };
  return [
    row("steps", "less", (side) => side.transitions),
    row("steps_per_hour", "less", (side) => side.steps_per_hour),
    ...times,
    row("local_share", "more", (side) => side.local_share),
    row("vram_limit", "less", (side) => side.vram.moments_at_or_over_limit),
    row("memory_limit", "less", (side) => side.memory.moments_at_or_over_limit),
    ...(counts.total === 0 ? [] : [inTime]),
  ];
}

/** A side was in time where the resource did not run out on it, or no work used the resource then. */
export function exhaustionCounts(list: readonly Exhaustion[]): ExhaustionCounts {
  const judged = list.map(({ actual, hypothetical }) => ({
    was: actual?.off !== false,
    is: hypothetical?.off !== false,
  }));
  return {
    total: list.length,
    actualInTime: judged.filter(({ was }) => was).length,
    hypotheticalInTime: judged.filter(({ is }) => is).length,
    avoided: judged.filter(({ was, is }) => is && !was).length,
    added: judged.filter(({ was, is }) => was && !is).length,
  };
}

export function verdictOf(was: number | null, is: number | null, wish: Wish): Verdict {
  if (was === is) return "same";
  if (was === null || is === null || wish === "none") return "other";
  return is < was === (wish === "less") ? "better" : "worse";
}

function wishFor(rung: Rung | "detecting"): Wish {
  if (rung === "nominal") return "more";
  return rung === "shed" ? "less" : "none";
}
