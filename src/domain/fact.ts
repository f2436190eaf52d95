/**
 * Facts: the past-tense events that sensing hands to the statechart, a closed list.
 *
 * The chart sees these names and nothing else; numbers and times stay in sensing. `host.resumed` is the
 * one fact that the design describes without naming: after a restart or a suspend, what was known about
 * VRAM and memory is unknown again.
 */
import type { Evidence } from "./reason.ts";

export const FACT_TYPES = [
  "vram.relaxed",
  "vram.tightened",
  "vram.exhausted",
  "vram.lost",
  "memory.relaxed",
  "memory.tightened",
  "memory.exhausted",
  "memory.lost",
  "tasks.failed",
  "tasks.probing",
  "tasks.recovered",
  "cloud.allowed",
  "cloud.forbidden",
  "cloud.lost",
  "cloud.returned",
  "editor.started",
  "editor.stopped",
  "host.resumed",
] as const;
export type FactType = (typeof FACT_TYPES)[number];

/** A fact with what was seen; evidence is `null` where no number is behind it. */
export interface Fact {
  readonly type: FactType;
  readonly evidence: Evidence | null;
}
