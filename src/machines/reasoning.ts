/**
 * The reason record of a transition: what demanded it, which better rungs were refused and why.
 *
 * A user asks "why not the GPU?" far more often than "why the CPU?", so every better rung gets its own
 * answer. The causes are read from the chart's state, in the order in which the chart tries them.
 */
import type { Configuration } from "../domain/configuration.ts";
import { type Feasibility, isFeasible } from "../domain/feasibility.ts";
import type { Input } from "../domain/input.ts";
import { dwellOf, type Permission } from "../domain/permission.ts";
import {
  type Evidence,
  plainEvidence,
  type Reason,
  type ReasonCode,
  type RefusalCode,
} from "../domain/reason.ts";
import { deviceOf, isStepUp, type Rung, rungsOf, tierAndRungOf } from "../domain/rung.ts";
import type { Sensing } from "../domain/sensing.ts";
import { heldRungOf, type Region, type State } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";
import { occasionOf } from "./occasion.ts";

/** Evidence last seen per region, and when; kept so that a later step can name what holds it down. */
export type EvidenceByRegion = Readonly<
  Partial<Record<Region, { readonly at: number; readonly evidence: Evidence }>>
>;

export interface Grounds {
  readonly at: number;
  readonly input: Input;
  readonly code: ReasonCode;
  readonly from: string;
  readonly to: string;
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
    : evidenceNow(region, grounds);
  return {
    code,
    region,
    ...evidence,
    from,
    to,
    demanded_by: code === "RECOVERED" ? [] : demandingRegions(grounds),
    refused: target === null ? {} : refusals(target.tier, target.rung, grounds),
    dwell: permission?.dwell ?? dwellOf(sensing.ladder, at, configuration),
    return_test: isUp ? testOf(grounds) : null,
    ...occasionOf(grounds),
  };
}

/** Permission was asked for in the old tier, and not always taken: a test counts for its own rung only. */
function testOf({ from, to, permission }: Grounds): Reason["return_test"] {
  const [source, target] = [tierAndRungOf(from), tierAndRungOf(to)];
  if (permission === null || source?.tier !== target?.tier) return null;
  return permission.rung === target?.rung ? permission.returnTest : null;
}

/** What was seen when the pressure began, brought up to this moment when the step comes later. */
function evidenceNow(region: Region, { at, evidence, sensing }: Grounds): Evidence {
  const kept = evidence[region];
  if (kept === undefined) return plainEvidence(region);
  if (kept.at === at || (region !== "vram" && region !== "memory")) return kept.evidence;
  const { value, sourceAt } = sensing[region];
  const hasValue = kept.evidence.value !== null && sensing[region].level !== "lost";
  return {
    ...kept.evidence,
    value: hasValue ? value : kept.evidence.value,
    sustained_ms: kept.evidence.sustained_ms + (at - kept.at),
    reading_age_ms: sourceAt === null ? null : at - sourceAt,
  };
}

/**
 * Why a rung cannot be had now, in the order in which the chart asks; `null` when nothing speaks against
 * it. Equal to the chart's own guards on every state (a test walks them).
 */
export function refusalOf(tier: Tier, rung: Rung, facts: Standing): RefusalCode | null {
  return hardRefusalOf(tier, rung, facts) ?? softRefusalOf(tier, rung, facts);
}

/** What the chart's guards read. */
export interface Standing {
  readonly state: State;
  readonly can: Feasibility;
}

function hardRefusalOf(tier: Tier, rung: Rung, { state, can }: Standing): RefusalCode | null {
  const device = deviceOf(tier, rung);
  if (isHeldPast(tier, rung, state)) return "MANUAL_HOLD";
  if (device === "cloud") {
    if (state.cloud === "off") return "CLOUD_NOT_ALLOWED";
    return state.cloud === "reachable" ? null : "CLOUD_UNREACHABLE";
  }
  if (device === "none") return null;
  if (!isFeasible(can, rung)) return "WOULD_NOT_FIT";
  if (state.memory === "exhausted") return "MEMORY_EXHAUSTED";
  if (state.memory === "lost") return "MEMORY_LOST";
  if (device === "gpu" && state.vram === "exhausted") return "VRAM_EXHAUSTED";
  if (device === "gpu" && state.vram === "lost") return "VRAM_LOST";
  return null;
}

/** A soft demand counts only where a usable rung meets it; so it is no reason where there is none. */
function softRefusalOf(tier: Tier, rung: Rung, standing: Standing): RefusalCode | null {
  const { state } = standing;
  const device = deviceOf(tier, rung);
  if (tier === "CLOUD_HYBRID" || (device !== "gpu" && device !== "cpu")) return null;
  const isUsable = (each: Rung) =>
    rungsOf(tier).includes(each) && hardRefusalOf(tier, each, standing) === null;
  if (isUsable("cloud")) {
    if (state.memory === "tight") return "MEMORY_TIGHT";
    if (state.tasks !== "healthy") return "TASKS_FAILING";
  }
  if (device !== "gpu") return null;
  const isOffGpu = isUsable("cpu") || isUsable("cloud");
  if (state.editor === "busy" && isOffGpu) return "EDITOR_BUSY";
  const isRelievable = isUsable("smallModel") || isOffGpu;
  return rung === "nominal" && state.vram === "tight" && isRelievable ? "VRAM_TIGHT" : null;
}

/** What speaks against each rung that is better than the present one; empty while detecting. */
export function refusedRungs(standing: Standing): Reason["refused"] {
  const place = tierAndRungOf(standing.state.profile);
  if (place === null) return {};
  const { tier, rung } = place;
  const rungs = rungsOf(tier);
  const better = rungs.slice(0, rungs.indexOf(rung));
  return Object.fromEntries(
    better.map((each) => [each, refusalOf(tier, each, standing) ?? "NOT_PERMITTED_YET"]),
  );
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
  const held = heldRungOf(state.hold);
  const rungs = rungsOf(tier);
  return held !== null && rungs.indexOf(held) > rungs.indexOf(rung);
}

/** Regions that speak against the rung that was left, by the same guards. */
function demandingRegions({ from, code: taken, state, can }: Grounds): Region[] {
  const source = tierAndRungOf(from);
  if (source === null) return [];
  const { tier, rung } = source;
  const calm: State = {
    ...state,
    vram: "relaxed",
    memory: "relaxed",
    tasks: "healthy",
    editor: "idle",
    hold: "free",
  };
  const alone = (["vram", "memory", "tasks", "editor", "hold"] as const).filter((region) => {
    // One region at a time, beside a cloud as it is: does this one alone refuse the rung?
    const code = refusalOf(tier, rung, { state: { ...calm, [region]: state[region] }, can });
    return code !== null && code !== "NOT_PERMITTED_YET" && REGION_OF[code] === region;
  });
  const isCloudGone = deviceOf(tier, rung) === "cloud" && state.cloud !== "reachable";
  const regions: Region[] = isCloudGone ? [...alone, "cloud"] : [...alone];
  return regions.length > 0 || taken === "HOST_DETECTED" ? regions : ["profile"];
}

/** A way up names the meter of where it leads, a refused entry that of what did not fit. */
function regionOf({ code, from, to, state }: Grounds): Region {
  if (!isByMeasure(code)) return REGION_OF[code];
  const place = tierAndRungOf(code === "RECOVERED" ? to : from);
  if (place === null) return "profile";
  const device = deviceOf(place.tier, place.rung);
  if (device !== "gpu" && device !== "cpu") return "cloud";
  // Where GPU and CPU share one memory, its meter is the only one.
  return device === "gpu" && state.vram !== "absent" ? "vram" : "memory";
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
    estimated: region === "vram" && sensing.isOwnUnknown,
  };
}
