/**
 * Admission: whether a job may begin at a target now, beside the work that is under way.
 *
 * The idea: a lift with a plate "so many persons, so many kg". Each target takes so many jobs at a time,
 * and each meter carries what others used at their recent peak, what is promised to models with work
 * under way, and the model that the new job needs. A model weighs once, however many jobs it has; one that
 * is loaded already is in the lift. Rejected: counting jobs alone (two models of 5 GB on a card of 8), and
 * asking the meter alone (a model that is just being loaded is not on it yet).
 */
import type { Target } from "./job.ts";

/** A promise of memory and of a place, held while a job runs. */
export interface Reservation {
  readonly id: number;
  readonly target: Target;
}

/** What a meter can carry; `null` = not measured, and then it refuses nothing. */
export interface MeterRoom {
  /** Highest use by others over the look-back, MiB. */
  readonly others_peak_mib: number;
  readonly limit_mib: number;
}

export interface Rooms {
  readonly vram: MeterRoom | null;
  readonly memory: MeterRoom | null;
}

/**
 * What stands in the way: `busy`, the target has its jobs; `reserved`, there is room once work under way
 * has ended; `room`, others use too much.
 */
export type Obstacle = "busy" | "reserved" | "room";

/** The question: a target, the work under way, the meters, and the models that are loaded already. */
export interface AdmissionQuestion {
  readonly target: Target;
  readonly running: Iterable<Reservation>;
  readonly rooms: Rooms;
  readonly isLoaded: (target: Target) => boolean;
}

/** What stands in the way of a job; `null` = it may begin. */
export function obstacleOf({
  target,
  running,
  rooms,
  isLoaded,
}: AdmissionQuestion): Obstacle | null {
  const place = placeKeyOf(target);
  const weights = new Map<string, number>();
  let jobs = 0;
  for (const { target: other } of running) {
    if (placeKeyOf(other) === place) jobs += 1;
    if (other.meter === target.meter && isOnTop(other, isLoaded)) {
      weights.set(modelKeyOf(other), other.footprint_mib ?? 0);
    }
  }
  if (jobs >= target.concurrency) return "busy";
  const room = target.meter === null ? null : rooms[target.meter];
  if (room === null || target.footprint_mib === null || isLoaded(target)) return null;
  const free = room.limit_mib - room.others_peak_mib;
  if (target.footprint_mib > free) return "room";
  weights.set(modelKeyOf(target), target.footprint_mib);
  return sumOf(weights) <= free ? null : "reserved";
}

/** What comes on top of others' use: on the card all of ours, in memory what is not loaded yet. */
function isOnTop(target: Target, isLoaded: AdmissionQuestion["isLoaded"]): boolean {
  return target.meter === "vram" || !isLoaded(target);
}

/** Memory promised to models with work under way, by meter, in MiB; a model counts once. */
export function reservedMib(running: Iterable<Reservation>): {
  readonly vram_mib: number;
  readonly memory_mib: number;
} {
  const weights = { vram: new Map<string, number>(), memory: new Map<string, number>() };
  for (const { target } of running) {
    if (target.meter === null) continue;
    weights[target.meter].set(modelKeyOf(target), target.footprint_mib ?? 0);
  }
  return { vram_mib: sumOf(weights.vram), memory_mib: sumOf(weights.memory) };
}

/** Names a model as it is loaded: another context or device is another load. */
export function modelKeyOf({ address, model, device, num_ctx }: Target): string {
  return `${address} ${model} ${device} ${num_ctx ?? ""}`;
}

/** True where a job would meet the same model in the same way, whatever rung it is called. */
export function isAmong(target: Target, others: readonly Target[]): boolean {
  const key = modelKeyOf(target);
  return others.some((other) => modelKeyOf(other) === key);
}

function sumOf(weights: ReadonlyMap<string, number>): number {
  return [...weights.values()].reduce((sum, mib) => sum + mib, 0);
}

/** Names a place that takes so many jobs at a time. */
function placeKeyOf(target: Target): string {
  return `${target.provider} ${modelKeyOf(target)}`;
}
