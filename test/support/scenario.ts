/** What a scenario is once it has been read: a title, the text as it was written, and what happens when. */
import type { Configuration } from "../../src/domain/configuration.ts";
import type { Host } from "../../src/domain/host.ts";
import type { TaskOutcome } from "../../src/domain/input.ts";
import type { NoteCode } from "../../src/domain/note.ts";
import type { Rung } from "../../src/domain/rung.ts";

/** What can be given a value: VRAM in use (with or without our share), our share, memory, CPU. */
export const QUANTITIES = ["vram", "others", "ours", "memory", "cpu"] as const;
export type Quantity = (typeof QUANTITIES)[number];

export const SENSORS = ["vram", "memory", "cpu"] as const;
export type SensorName = (typeof SENSORS)[number];

/** How a sensor behaves; `well` is how it begins. */
export const CONDITIONS = ["well", "missing", "frozen", "late", "zero", "nonsense", "NaN"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** A value as written: a share of the whole, MiB, unknown, or what the present rung needs. */
export type Amount =
  | { readonly percent: number }
  | { readonly mib: number }
  | { readonly word: "unknown" | "needed" };

export interface SensorState {
  readonly condition: Condition;
  readonly note: NoteCode | null;
  readonly lateMs: number;
}

/** One thing that happens. */
export type Deed =
  | {
      readonly do: "value";
      readonly quantity: Quantity;
      readonly amount: Amount;
      readonly overMs: number;
    }
  | { readonly do: "sensor"; readonly sensor: SensorName; readonly state: SensorState }
  | { readonly do: "host"; readonly host: Host }
  | { readonly do: "configure"; readonly configuration: Configuration }
  | { readonly do: "task"; readonly outcome: TaskOutcome }
  | { readonly do: "cloud"; readonly reachable: boolean }
  /** `null` = it failed. */
  | { readonly do: "unload"; readonly freedMib: number | null }
  | { readonly do: "editor"; readonly running: boolean | null }
  | { readonly do: "degrade"; readonly rung: Rung | null }
  | { readonly do: "restore" | "stop" | "start" }
  | { readonly do: "explain"; readonly isFull: boolean }
  | { readonly do: "pause"; readonly forMs: number }
  | { readonly do: "wake"; readonly gapMs: number }
  | { readonly do: "logGap"; readonly lost: number }
  | { readonly do: "every"; readonly ms: number };

/** A deed at its moment, and the line that it was written in. */
export interface Happening {
  readonly at: number;
  readonly line: number;
  readonly deed: Deed;
}

export interface Scenario {
  readonly title: string;
  /** Everything above the separator, as it was written. */
  readonly written: string;
  readonly host: Host;
  readonly configuration: Configuration;
  readonly everyMs: number;
  readonly endMs: number;
  /** In the order of time; within one moment as written. */
  readonly happenings: readonly Happening[];
}

/** A mistake in a story, with the line that it stands in (from 1). */
export class ScenarioError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = "ScenarioError";
  }
}
