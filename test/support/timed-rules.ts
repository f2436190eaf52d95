/**
 * The invariants of the decision model on one step of the real decider, told by a witness.
 *
 * The witness counts from the inputs and the outputs alone (ticks since a step down, readings missed,
 * what a person asked for, what the cloud last answered), never from the runtime's own memory: a decider
 * that forgets its dwell would else be judged by what it forgot.
 */
import { REASON_CODES } from "../../src/domain/reason.ts";
import {
  deviceOf,
  isStepUp,
  type Place,
  type Rung,
  rungsOf,
  tierAndRungOf,
} from "../../src/domain/rung.ts";
import type { Decision, RuntimeState } from "../../src/machines/runtime-state.ts";
import { isUsable, standingFaults } from "./chart-rules.ts";
import { heldBy, type Letter, TICKS } from "./timed-scope.ts";

/** What was seen from outside. Counts stop where more would say no more. */
export interface Witness {
  /** Ticks since the last step down, at most the dwell. */
  readonly sinceDown: number;
  readonly lastStep: "none" | "down" | "up";
  /** Readings in a row without the meter, at most the stale limit. */
  readonly vramMissed: number;
  readonly memoryMissed: number;
  readonly hold: Rung | null;
  readonly cloud: boolean | null;
}

export const FIRST_WITNESS: Witness = {
  sinceDown: TICKS.dwell,
  lastStep: "none",
  vramMissed: 0,
  memoryMissed: 0,
  hold: null,
  cloud: null,
};

/** What one step was. */
export interface Judgement {
  readonly witness: Witness;
  readonly faults: readonly string[];
  /** `escape`: up, but because work could not stay where it was; no dwell is owed (P3). */
  readonly move: "none" | "down" | "climb" | "escape";
}

/** Judges one step: before, the input, after. */
export function judged(
  before: { readonly state: RuntimeState; readonly witness: Witness },
  letter: Letter,
  decision: Decision,
): Judgement {
  const seen = witnessed(before.witness, letter);
  const from = before.state.chart.state.profile;
  const { state, context } = decision.state.chart;
  const to = state.profile;
  const was = tierAndRungOf(from);
  const place = tierAndRungOf(to);
  if (was === null || place === null) throw new Error("A timed walk begins with a host.");
  const isUp = isStepUp(from, to);
  const isStuck = isUp && was.rung !== "shed" && !isUsable(was, state, context.can);
  const move = from === to ? "none" : isStuck ? "escape" : isUp ? "climb" : "down";
  const faults = [
    ...standingFaults(place, state, context.can),
    ...outputFaults(from, to, decision),
    ...sensedFaults(place, seen, letter),
    ...(move === "climb" ? climbFaults(place, seen, letter) : []),
  ];
  if (place.rung === "shed" && was.rung !== "shed") {
    const usable = rungsOf(place.tier).filter((rung) =>
      isUsable({ ...place, rung }, state, context.can),
    );
    if (usable.length > 0) faults.push(`P7: refuses work, though ${usable} can be used`);
  }
  return { witness: stepped(seen, move), faults, move };
}

function witnessed(before: Witness, { reading, happening }: Letter): Witness {
  if (reading !== null) {
    const count = (missed: number, word: string) =>
      word === "missing" ? Math.min(missed + 1, TICKS.stale) : 0;
    return {
      ...before,
      sinceDown: Math.min(before.sinceDown + 1, TICKS.dwell),
      vramMissed: count(before.vramMissed, reading.vram),
      memoryMissed: count(before.memoryMissed, reading.memory),
    };
  }
  switch (happening) {
    case "cloud answers":
      return { ...before, cloud: true };
    case "cloud is silent":
      return { ...before, cloud: false };
    case "hold cleared":
      return { ...before, hold: null };
    case "beat resumed":
    case "restarted":
      // Nobody read meanwhile: the wait for a reading begins again.
      return { ...before, vramMissed: 0, memoryMissed: 0 };
    case "hold at smallModel":
    case "hold at cpu":
    case "hold at shed":
      return { ...before, hold: heldBy(happening) };
    default:
      return before;
  }
}

function stepped(witness: Witness, move: Judgement["move"]): Witness {
  if (move === "none") return witness;
  if (move === "down") return { ...witness, lastStep: "down", sinceDown: 0 };
  return { ...witness, lastStep: "up" };
}

/** One step at most, and each with its reason (P9). */
function outputFaults(from: string, to: string, { outputs }: Decision): string[] {
  const steps = outputs.filter((output) => output.type === "transition");
  if (steps.length !== (from === to ? 0 : 1)) return [`P9: ${steps.length} records of one step`];
  return steps
    .filter(({ reason }) => {
      const isNamed = REASON_CODES.includes(reason.code) && reason.signal !== "";
      return !isNamed || reason.from !== from || reason.to !== to;
    })
    .map(() => "P9: a step without its reason");
}

/** What the inputs alone forbid, whatever the runtime believes. */
function sensedFaults({ tier, rung }: Place, seen: Witness, { reading }: Letter): string[] {
  const device = deviceOf(tier, rung);
  const isLocal = device === "gpu" || device === "cpu";
  const faults: string[] = [];
  const isFull = reading?.vram === "hard" || reading?.vram === "ours";
  if (device === "gpu" && isFull) faults.push("P1: stays on a full card");
  if (isLocal && reading?.memory === "hard") faults.push("P2: stays in full memory");
  const rungs = rungsOf(tier);
  if (seen.hold !== null && rungs.indexOf(rung) < rungs.indexOf(seen.hold))
    faults.push("P5: stands above the hold");
  if (device === "cloud" && seen.cloud !== true) faults.push("P6: on a cloud that is silent");
  if (device === "gpu" && seen.vramMissed >= TICKS.stale) faults.push("P8: on a card unseen");
  if (isLocal && seen.memoryMissed >= TICKS.stale) faults.push("P8: in memory unseen");
  return faults;
}

/** A way up is earned: after the dwell, by a reading, and with the meters that it needs. */
function climbFaults({ tier, rung }: Place, seen: Witness, { reading }: Letter): string[] {
  const device = deviceOf(tier, rung);
  const faults: string[] = [];
  if (seen.sinceDown < TICKS.dwell) faults.push(`P3: climbs after ${seen.sinceDown} ticks`);
  if (reading === null) return [...faults, "P4: climbs without a reading"];
  const isGap = (missed: number, isNeeded: boolean) =>
    missed > 0 && (isNeeded || missed < TICKS.stale);
  const hasCard = tier.startsWith("LOCAL_GPU");
  if (hasCard && isGap(seen.vramMissed, device === "gpu")) faults.push("P4: climbs, card missing");
  if (isGap(seen.memoryMissed, device !== "cloud")) faults.push("P4: climbs, memory missing");
  return faults;
}
