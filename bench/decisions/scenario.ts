/**
 * A scenario: what others use over time, and how large our model is. Recorded ones are made from the
 * traces under `test/fixtures/traces`, generated ones by `generated.ts`.
 */
import type { Setting } from "./controller.ts";

/** Others' use from this moment until the next sample. */
export interface Sample {
  readonly at: number;
  readonly othersMib: number;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly origin: "recorded" | "generated";
  readonly setting: Setting;
  readonly samples: readonly Sample[];
  /** Share in use at which the resource counts as exhausted (open loop). */
  readonly exhausted: number;
}

/** With the size of our model, as a share of the whole, where there is one. */
export function titled(title: string, footprint: number): string {
  return footprint === 0 ? title : `${title}, model ${Math.round(footprint * 100)} %`;
}

/** How long a scenario lasts, in ms. */
export function lengthOf({ samples, setting }: Scenario): number {
  return (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0) + setting.intervalMs;
}

/** For how long each sample holds, in ms. */
export function holdingMs({ samples, setting }: Scenario, index: number): number {
  const next = samples[index + 1];
  return next === undefined ? setting.intervalMs : next.at - (samples[index]?.at ?? 0);
}
