/**
 * The plant of the closed loop: others' use from a trace and our own model, which takes time to come and
 * to go. One pure function for all controllers.
 *
 * Our model loads in 6 s (memory grows evenly) and unloads in 1.5 s; the small one likewise. Another
 * model loads only after the present one has gone. Out of memory: the sum passes 98.5 % while we hold
 * any memory; our model is then gone at once. Others' use is constant between two samples, so that the
 * sum within an interval is highest at one of its ends, and only these need to be looked at.
 */
import type { Place, Setting } from "./controller.ts";

export const LOAD_MS = 6_000;
const UNLOAD_MS = 1_500;
const FULL = 0.985;

/** What we hold: which model, and how much of it is in memory (0 to 1). */
export interface Plant {
  readonly model: Exclude<Place, "off">;
  readonly fraction: number;
}

/** What an interval was like. */
export interface Interval {
  readonly plant: Plant;
  readonly hasRunOut: boolean;
  /** For how long the wanted model was wholly loaded. */
  readonly usableMs: number;
}

export const NOTHING_LOADED: Plant = { model: "nominal", fraction: 0 };

/** What a place takes when wholly loaded, in MiB. */
export function needOf(place: Place, { footprintMib }: Setting): number {
  if (place === "off") return 0;
  return place === "nominal" ? footprintMib : footprintMib / 2;
}

/** What we hold now, in MiB. */
export function ownOf({ model, fraction }: Plant, setting: Setting): number {
  return fraction * needOf(model, setting);
}

/** Others' use has just changed to this: does our model survive it? */
export function meet(plant: Plant, othersMib: number, setting: Setting): Interval {
  const own = ownOf(plant, setting);
  const hasRunOut = own > 0 && othersMib + own > FULL * setting.totalMib;
  return { plant: hasRunOut ? NOTHING_LOADED : plant, hasRunOut, usableMs: 0 };
}

/** Lets an interval pass in which `wanted` is wanted and others' use stays as it is. */
export function pass(
  plant: Plant,
  { wanted, othersMib, ms }: { wanted: Place; othersMib: number; ms: number },
  setting: Setting,
): Interval {
  const isStaying = wanted === plant.model;
  const goneMs = isStaying ? 0 : plant.fraction * UNLOAD_MS;
  if (wanted === "off" || goneMs > ms) {
    const fraction = Math.max(0, plant.fraction - ms / UNLOAD_MS);
    return { plant: { model: plant.model, fraction }, hasRunOut: false, usableMs: 0 };
  }
  const before = isStaying ? plant.fraction : 0;
  const leftMs = ms - goneMs;
  const loadMs = (1 - before) * LOAD_MS;
  const fraction = Math.min(1, before + leftMs / LOAD_MS);
  const met = meet({ model: wanted, fraction }, othersMib, setting);
  return met.hasRunOut ? met : { ...met, usableMs: Math.max(0, leftMs - loadMs) };
}
