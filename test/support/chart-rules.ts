/**
 * What must hold of each single event that the chart takes: the invariants of the decision model that
 * need no time, and that an event moves nothing but what it speaks of.
 */
import type { Feasibility } from "../../src/domain/feasibility.ts";
import { REASON_CODES } from "../../src/domain/reason.ts";
import {
  deviceOf,
  isStepUp,
  type Place,
  type Rung,
  rungsOf,
  tierAndRungOf,
} from "../../src/domain/rung.ts";
import { REGIONS, type Region, type State } from "../../src/domain/state.ts";
import type { Chart, ChartEvent, ChartStep } from "../../src/machines/runtime-machine.ts";
import { rungByTheRules } from "./chart-oracle.ts";

/** Sentences on what an event broke; none = all holds. */
export function faultsOf(before: Chart, event: ChartEvent, step: ChartStep): string[] {
  const moved = REGIONS.filter((region) => before.state[region] !== step.chart.state[region]);
  const allowed = regionsOf(event);
  const broken = moved
    .filter((region) => !allowed.includes(region))
    .map((region) => `moves ${region}`);
  broken.push(...hearingFaults(before.state, event, step.chart.state));
  if (event.type === "facts.settled") broken.push(...settledFaults(before, event.permitted, step));
  else if (step.taken !== null) broken.push("gives a reason for no step (P9)");
  return broken.map((what) => `${JSON.stringify(before.state)} ${JSON.stringify(event)}: ${what}`);
}

/** What each word of a fact means; a fact's first word is its region. */
const MEANINGS: Readonly<Record<string, string>> = {
  relaxed: "relaxed",
  tightened: "tight",
  exhausted: "exhausted",
  failed: "failing",
  probing: "probing",
  recovered: "healthy",
  allowed: "unknown",
  forbidden: "off",
  returned: "reachable",
  started: "busy",
  stopped: "idle",
};

/** A fact is heard: what it says is so afterwards, but for a card that is not there and a cloud that is off. */
function hearingFaults(before: State, event: ChartEvent, after: State): string[] {
  const [region, word] = event.type.split(".") as [Region, string];
  if (event.type === "host.resumed") {
    const isKnown = after.memory !== "unknown" || !["unknown", "absent"].includes(after.vram);
    return isKnown ? ["is not heard"] : [];
  }
  if (event.type === "degrade.requested" && event.rung !== "nominal")
    return after.hold === `held.${event.rung}` ? [] : ["is not heard"];
  if (event.type === "restore.requested") return after.hold === "free" ? [] : ["is not heard"];
  const isDeaf = before.vram === "absent" && region === "vram";
  const isOff = before.cloud === "off" && region === "cloud" && word !== "allowed";
  const isIdle = word === "allowed" && before.cloud !== "off";
  const means = word === "lost" && region === "cloud" ? "unreachable" : (MEANINGS[word] ?? word);
  if (!REGIONS.includes(region) || isDeaf || isOff || isIdle) return [];
  return after[region] === means ? [] : ["is not heard"];
}

/** What an event may move. A hold is lifted by nothing but a person's word (P5). */
function regionsOf(event: ChartEvent): readonly Region[] {
  switch (event.type) {
    case "facts.settled":
      return ["profile"];
    case "host.resumed":
      return ["vram", "memory"];
    case "host.detected":
      return ["vram"];
    case "degrade.requested":
    case "restore.requested":
      return ["hold"];
    default:
      return [event.type.split(".")[0] as Region];
  }
}

/** One closing event: where it leads, and whether it may lead there. */
function settledFaults(before: Chart, permitted: Rung | null, step: ChartStep): string[] {
  const { state } = step.chart;
  const broken: string[] = [];
  const isMoved = before.state.profile !== state.profile;
  const code = step.taken?.code;
  if (isMoved && (code === undefined || !REASON_CODES.includes(code)))
    broken.push("steps without a reason (P9)");
  if (isMoved && (step.taken?.description ?? "") === "")
    broken.push("steps without a sentence (P9)");
  const place = tierAndRungOf(state.profile);
  if (place === null) return broken;
  const { can } = step.chart.context;
  broken.push(...standingFaults(place, state, can));
  const was = tierAndRungOf(before.state.profile);
  if (was?.tier !== place.tier) return broken;
  // The name of a rung that this ladder does not have permits nothing.
  const known = permitted !== null && rungsOf(place.tier).includes(permitted) ? permitted : null;
  const facts = { state: before.state, can, permitted: known };
  const wanted = rungByTheRules(place.tier, was.rung, facts);
  if (wanted !== place.rung) broken.push(`goes to ${place.rung}, the rules to ${wanted}`);
  const isUp = isStepUp(before.state.profile, state.profile);
  const isStuck = was.rung !== "shed" && !isUsable(was, before.state, can);
  if (isUp && permitted !== place.rung && !isStuck) broken.push("climbs without permission");
  return broken;
}

/** What must hold of wherever the profile stands once an input is closed. */
export function standingFaults(place: Place, state: State, can: Feasibility): string[] {
  const { tier, rung } = place;
  const device = deviceOf(tier, rung);
  const broken: string[] = [];
  if (device === "gpu" && isHard(state.vram)) broken.push("stays on the card (P1)");
  if ((device === "gpu" || device === "cpu") && isHard(state.memory))
    broken.push("stays in memory (P2)");
  if (isHeldPast(place, state)) broken.push("stands above the hold (P5)");
  if (device === "cloud" && state.cloud !== "reachable") broken.push("stays on the cloud (P6)");
  return rung === "shed" || isUsable(place, state, can)
    ? broken
    : [...broken, "stands where work cannot run (P7)"];
}

/** Whether work may run on a rung: by hard causes and by what the host can carry. */
export function isUsable(place: Place, state: State, can: Feasibility): boolean {
  const device = deviceOf(place.tier, place.rung);
  if (device === "none" || isHeldPast(place, state)) return false;
  if (device === "cloud") return state.cloud === "reachable";
  if (!can[place.rung as keyof Feasibility] || isHard(state.memory)) return false;
  return device === "cpu" || !isHard(state.vram);
}

function isHeldPast({ tier, rung }: Place, { hold }: State): boolean {
  const rungs = rungsOf(tier);
  return hold !== "free" && rungs.indexOf(hold.slice("held.".length) as Rung) > rungs.indexOf(rung);
}

function isHard(level: State["vram"]): boolean {
  return level === "exhausted" || level === "lost";
}
