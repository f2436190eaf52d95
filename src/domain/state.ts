/**
 * The state of the statechart as the world sees it: seven regions, nested names joined by dots.
 * The lists are closed; the chart, the words and the documents are checked against them.
 */
import type { Rung } from "./rung.ts";

export const VRAM_STATES = ["absent", "unknown", "relaxed", "tight", "exhausted", "lost"] as const;
export const MEMORY_STATES = ["unknown", "relaxed", "tight", "exhausted", "lost"] as const;
export const TASKS_STATES = ["healthy", "failing", "probing"] as const;
export const CLOUD_STATES = ["off", "unknown", "reachable", "unreachable"] as const;
export const EDITOR_STATES = ["unknown", "idle", "busy"] as const;
export const HOLD_STATES = [
  "free",
  "held.smallModel",
  "held.cpu",
  "held.cloud",
  "held.shed",
] as const;

export type VramState = (typeof VRAM_STATES)[number];
export type MemoryState = (typeof MEMORY_STATES)[number];
export type TasksState = (typeof TASKS_STATES)[number];
export type CloudState = (typeof CLOUD_STATES)[number];
export type EditorState = (typeof EDITOR_STATES)[number];
export type HoldState = (typeof HOLD_STATES)[number];

export const REGIONS = ["profile", "vram", "memory", "tasks", "cloud", "editor", "hold"] as const;
export type Region = (typeof REGIONS)[number];

/** The whole statechart state, as in `snapshot` and in `simulate`'s answers. */
export interface State {
  readonly profile: string;
  readonly vram: VramState;
  readonly memory: MemoryState;
  readonly tasks: TasksState;
  readonly cloud: CloudState;
  readonly hold: HoldState;
  readonly editor: EditorState;
}

/** The rung at which a person holds it; `null` = free. */
export function heldRungOf(hold: HoldState): Rung | null {
  return hold === "free" ? null : (hold.slice("held.".length) as Rung);
}
