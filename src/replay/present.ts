/** The numbers of the present that explanations are told with, out of a state. */
import { footprintOf } from "../domain/configuration.ts";
import { visionWindowsOf, type Windows, worstTasksOf } from "../domain/failure-windows.ts";
import { isFeasible, memoryLimitMib, vramLimitMib } from "../domain/feasibility.ts";
import { type Room, roomOf } from "../domain/return-test.ts";
import { deviceOf, type Place, type Rung, rungsOf } from "../domain/rung.ts";
import { capacityOf, isCloudFailing, NO_METERS } from "../domain/sensing.ts";
import type { RuntimeState } from "../machines/runtime-state.ts";
import { surroundingsOf } from "../machines/surroundings.ts";
import type { Carry, Meter, Present } from "../policy/present.ts";
import { RAN_OUT } from "../policy/sentence.ts";

/** The present of a place; room is that of the rungs that are better than it. */
export function presentOf(place: Place, better: readonly Rung[], state: RuntimeState): Present {
  const { sensing, chart } = state;
  return {
    vram: meterOf("vram", state),
    memory: meterOf("memory", state),
    local: worstTasksOf(sensing.local),
    cloud: isCloudFailing(sensing) ? worstTasksOf(visionWindowsOf(sensing.cloud)) : null,
    trial_ms: trialMs(sensing.local, state.at),
    isCloudKnown: chart.state.cloud !== "unknown",
    room: better.flatMap((rung) => roomIn(rung, place, state)),
    carry: rungsOf(place.tier).flatMap((rung) => carryIn(rung, place, state)),
  };
}

function meterOf(meter: "vram" | "memory", { at, chart, evidence, sensing }: RuntimeState): Meter {
  const signal = sensing[meter];
  const isLost = signal.level === "lost";
  const seen = evidence[meter]?.evidence;
  const isError = chart.state[meter] === "exhausted" && seen?.signal === RAN_OUT;
  return {
    value: isLost ? null : signal.value,
    silent_ms: isLost ? at - (signal.sourceAt ?? signal.awaitedSince) : null,
    ran_out: isError ? (seen.tasks ?? null) : null,
  };
}

/** Until the first of the failing windows lets trial tasks through. */
function trialMs(windows: Windows, at: number): number | null {
  if (windows.some(({ window }) => window.phase === "probing")) return null;
  const waits = windows
    .filter(({ window }) => window.phase === "failing")
    .map(({ window }) => Math.max(0, window.since + window.openMs - at));
  return waits.length === 0 ? null : Math.min(...waits);
}

function roomIn(rung: Rung, { tier, rung: present }: Place, state: RuntimeState): Room[] {
  const { at, configuration, sensing } = state;
  const around = surroundingsOf(state);
  const capacity = capacityOf(sensing, { at, tier, rung: present, meters: NO_METERS }, around);
  const room = roomOf(rung, { ladder: sensing.ladder, capacity, configuration });
  // What a silent meter said last is no room of now.
  if (room === null || sensing[room.meter].level === "lost") return [];
  return [{ ...room, estimated: room.meter === "vram" && sensing.isOwnUnknown }];
}

function carryIn(rung: Rung, { tier }: Place, state: RuntimeState): Carry[] {
  const { chart, configuration, host, hasVram } = state;
  const device = deviceOf(tier, rung);
  if (host === null || (device !== "gpu" && device !== "cpu")) return [];
  if (isFeasible(chart.context.can, rung)) return [];
  const key = tier === "LOCAL_CPU_ONLY" ? "cpu" : rung;
  const need_mib = footprintOf(configuration.policy.footprints, key) ?? null;
  const limit_mib =
    device === "gpu" ? vramLimitMib(host, configuration) : memoryLimitMib(host, configuration);
  return [{ rung, meter: device === "gpu" && hasVram ? "vram" : "memory", need_mib, limit_mib }];
}
