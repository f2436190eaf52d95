/**
 * The reason record of a transition: what demanded it, which better rungs were refused and why.
 *
 * A user asks "why not the GPU?" far more often than "why the CPU?", so every better rung gets its own
 * answer. The causes are read from the chart's state, in the order in which the chart tries them.
 */
import type { Configuration } from "../domain/configuration.ts";
import type { Feasibility } from "../domain/feasibility.ts";
import { dwellOf, type Permission } from "../domain/permission.ts";
import {
  type Evidence,
  plainEvidence,
  type Reason,
  type ReasonCode,
  type RefusalCode,
} from "../domain/reason.ts";
import { deviceOf, type Rung, rungsOf, tierAndRungOf } from "../domain/rung.ts";
import type { Sensing } from "../domain/sensing.ts";
import type { Region, State } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";

/** Evidence last seen per region; kept so that a later step can name what holds it down. */
export type EvidenceByRegion = Readonly<Partial<Record<Region, Evidence>>>;

export interface Grounds {
  readonly at: number;
  readonly code: ReasonCode;
  readonly from: string;
  readonly to: string;
  readonly before: State;
  readonly state: State;
  readonly can: Feasibility;
  readonly evidence: EvidenceByRegion;
  readonly sensing: Sensing;
  readonly permission: Permission | null;
  readonly configuration: Configuration;
}

const REGION_OF: Readonly<Record<ReasonCode, Region>> = {
  HOST_DETECTED: "profile",
  TIER_CHANGED: "profile",
  VRAM_TIGHT: "vram",
  VRAM_EXHAUSTED: "vram",
  VRAM_LOST: "vram",
  MEMORY_TIGHT: "memory",
  MEMORY_EXHAUSTED: "memory",
  MEMORY_LOST: "memory",
  TASKS_FAILING: "tasks",
  EDITOR_BUSY: "editor",
  MANUAL_HOLD: "hold",
  CLOUD_NOT_ALLOWED: "cloud",
  CLOUD_UNREACHABLE: "cloud",
  WOULD_NOT_FIT: "profile",
  ENTRY_WOULD_NOT_FIT: "profile",
  RECOVERED: "profile",
};

/** Composes the record; pure. */
export function reasonOf(grounds: Grounds): Reason {
  const { at, code, from, to, permission, sensing, configuration } = grounds;
  const target = tierAndRungOf(to);
  const isUp = isStepUp(from, to);
  const region = regionOf(grounds);
  const evidence = isByMeasure(code)
    ? presentEvidence(region, grounds)
    : (grounds.evidence[region] ?? plainEvidence(region));
  return {
    code,
    region,
    ...evidence,
    from,
    to,
    demanded_by: code === "RECOVERED" ? [] : demandingRegions(grounds),
    refused: target === null ? {} : refusals(target.tier, target.rung, grounds),
    dwell: permission?.dwell ?? dwellOf(sensing.ladder, at, configuration),
    return_test: isUp ? (permission?.returnTest ?? null) : null,
  };
}

/** True when a transition leads to a better rung of the same tier, or to a better device of another. */
export function isStepUp(from: string, to: string): boolean {
  const source = tierAndRungOf(from);
  const target = tierAndRungOf(to);
  if (source === null || target === null) return false;
  if (source.tier !== target.tier) return false;
  const rungs = rungsOf(target.tier);
  return rungs.indexOf(target.rung) < rungs.indexOf(source.rung);
}

/** Why a rung cannot be had now; `null` when nothing speaks against it. */
export function refusalOf(
  tier: Tier,
  rung: Rung,
  facts: { readonly state: State; readonly can: Feasibility },
): RefusalCode | null {
  const { state, can } = facts;
  const device = deviceOf(tier, rung);
  if (isHeldPast(tier, rung, state)) return "MANUAL_HOLD";
  if (device === "cloud") {
    if (state.cloud === "off") return "CLOUD_NOT_ALLOWED";
    return state.cloud === "reachable" ? null : "CLOUD_UNREACHABLE";
  }
  if (device === "none") return null;
  if (!can[rung as keyof Feasibility]) return "WOULD_NOT_FIT";
  if (state.memory === "exhausted") return "MEMORY_EXHAUSTED";
  if (state.memory === "lost") return "MEMORY_LOST";
  if (device === "gpu" && state.vram === "exhausted") return "VRAM_EXHAUSTED";
  if (device === "gpu" && state.vram === "lost") return "VRAM_LOST";
  if (state.memory === "tight") return "MEMORY_TIGHT";
  if (state.tasks !== "healthy") return "TASKS_FAILING";
  if (device === "gpu" && state.editor === "busy") return "EDITOR_BUSY";
  if (rung === "nominal" && device === "gpu" && state.vram === "tight") return "VRAM_TIGHT";
  return null;
}

function refusals(tier: Tier, rung: Rung, grounds: Grounds): Reason["refused"] {
  const rungs = rungsOf(tier);
  const better = rungs.slice(0, rungs.indexOf(rung));
  const fallback: RefusalCode =
    grounds.code === "ENTRY_WOULD_NOT_FIT" ? "ENTRY_WOULD_NOT_FIT" : "NOT_PERMITTED_YET";
  return Object.fromEntries(
    better.map((each) => [each, refusalOf(tier, each, grounds) ?? fallback]),
  );
}

function isHeldPast(tier: Tier, rung: Rung, state: State): boolean {
  if (state.hold === "free") return false;
  const rungs = rungsOf(tier);
  const held = state.hold.slice("held.".length) as Rung;
  const position = rungs.indexOf(held);
  return position > rungs.indexOf(rung);
}

/** Regions that speak against the rung that was left. */
function demandingRegions({ from, code, ...facts }: Grounds): Region[] {
  const source = tierAndRungOf(from);
  if (source === null) return [];
  const { state } = facts;
  const device = deviceOf(source.tier, source.rung);
  const isLocal = device === "gpu" || device === "cpu";
  const isOnGpu = device === "gpu";
  const regions: Region[] = [];
  const vramDemands =
    state.vram === "exhausted" ||
    state.vram === "lost" ||
    (state.vram === "tight" && source.rung === "nominal");
  if (isOnGpu && vramDemands) regions.push("vram");
  if (isLocal && ["tight", "exhausted", "lost"].includes(state.memory)) regions.push("memory");
  if (isLocal && state.tasks !== "healthy") regions.push("tasks");
  if (isOnGpu && state.editor === "busy") regions.push("editor");
  if (device === "cloud" && state.cloud !== "reachable") regions.push("cloud");
  if (isHeldPast(source.tier, source.rung, state)) regions.push("hold");
  return regions.length > 0 || code === "HOST_DETECTED" ? regions : ["profile"];
}

function regionOf({ code, to }: Grounds): Region {
  if (!isByMeasure(code)) return REGION_OF[code];
  const target = tierAndRungOf(to);
  if (target === null) return "profile";
  const device = deviceOf(target.tier, target.rung);
  return device === "gpu" ? "vram" : device === "cpu" ? "memory" : "cloud";
}

/** Codes that speak about the target's own meter now, not about a threshold that was crossed. */
function isByMeasure(code: ReasonCode): boolean {
  return code === "RECOVERED" || code === "ENTRY_WOULD_NOT_FIT";
}

/** What the meter of a region shows at this moment, against the value where pressure begins. */
function presentEvidence(region: Region, grounds: Grounds): Evidence {
  const { at, sensing, configuration, code, permission } = grounds;
  const level = code === "RECOVERED" ? "exit" : "soft";
  if (region !== "vram" && region !== "memory") return plainEvidence(`${region}.reachable`, level);
  const signal = sensing[region];
  const { lastStepAt } = sensing.ladder;
  return {
    signal: region === "vram" ? "vram.used" : "memory.available",
    value: signal.value,
    unit: region === "vram" ? "fraction" : "MiB",
    threshold: configuration.thresholds[region].enter,
    level,
    sustained_ms: lastStepAt === null ? 0 : at - lastStepAt,
    required_ms: permission?.dwell.required_ms ?? 0,
    reading_age_ms: signal.sourceAt === null ? null : at - signal.sourceAt,
    estimated: false,
  };
}
