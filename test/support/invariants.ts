/**
 * The promises P1 to P9 of the decision model, and three more of its rules, each as a checker of one
 * decision. A checker reads the input, what came of it, and what a bystander remembers (`history.ts`);
 * it does not ask the decider's own memory. It answers `null`, or the violation in words.
 */
import { REASON_CODES, type ReasonCode } from "../../src/domain/reason.ts";
import { deviceOf, isStepUp, type Place, rungsOf, tierAndRungOf } from "../../src/domain/rung.ts";
import { REGIONS } from "../../src/domain/state.ts";
import { goodSample, holdAfter } from "./history.ts";
import {
  BUCKETS_MS,
  climbOf,
  deviceAfter,
  fits,
  isHard,
  isLost,
  isRefused,
  type Judged,
  transitionOf,
} from "./invariant-grounds.ts";

/** Violation in words, or `null`. */
export type Invariant = (judged: Judged) => string | null;

const SOFT_CODES: readonly ReasonCode[] = [
  "VRAM_TIGHT",
  "MEMORY_TIGHT",
  "TASKS_FAILING",
  "EDITOR_BUSY",
];
const PRESSURE_CODES: readonly string[] = [
  ...["VRAM_TIGHT", "VRAM_EXHAUSTED", "VRAM_LOST", "TASKS_FAILING"],
  ...["MEMORY_TIGHT", "MEMORY_EXHAUSTED", "MEMORY_LOST"],
];

/** All of them, by name. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  "P1: a hard VRAM sample leaves the card in the same input": (judged) =>
    isHard("vram", judged) && deviceAfter(judged.decision) === "gpu" ? "still on the card" : null,
  "P2: a hard memory sample leaves the host in the same input": (judged) => {
    const device = deviceAfter(judged.decision);
    const isLocal = device === "gpu" || device === "cpu";
    return isHard("memory", judged) && isLocal ? `still on the ${device}` : null;
  },
  "P3: no step up before the dwell since the last step down is served": dwellOffence,
  "P4: no step up while a sensor is missing": missingOffence,
  "P5: a hold stays until it is cleared": ({ before, input, decision, history }) => {
    const hold = holdAfter(history.hold, before, input);
    const { profile, hold: told } = decision.state.chart.state;
    if (told !== (hold === null ? "free" : `held.${hold}`)) return `${hold} became ${told}`;
    const place = tierAndRungOf(profile);
    if (place === null || hold === null) return null;
    const rungs = rungsOf(place.tier);
    return rungs.indexOf(place.rung) < rungs.indexOf(hold) ? `${profile} under ${hold}` : null;
  },
  "P6: never on a cloud that is unreachable, unknown or not allowed": (judged) => {
    const { input, decision, history } = judged;
    if (deviceAfter(decision) !== "cloud") return null;
    const { cloud } = input.type === "config.changed" ? input.config : history.configuration;
    if (!cloud.allowed || cloud.vision !== "allow") return "not allowed";
    const has = input.type === "cloud.probed" ? input.reachable : history.hasCloudAnswered;
    return has === true ? null : `the last probe said ${has}`;
  },
  "P7: shed only when no rung can be used": ({ before, decision }) => {
    const { state, context } = decision.state.chart;
    const place = tierAndRungOf(state.profile);
    if (place?.rung !== "shed" || state.profile === before.chart.state.profile) return null;
    const { tier } = place;
    const usable = rungsOf(tier).filter(
      (rung) => rung !== "shed" && !isRefused({ tier, rung }, { state, can: context.can }),
    );
    return usable.length === 0 ? null : `${usable} could be used`;
  },
  "P8: a meter that is lost is left within its stale limit": (judged) => {
    const device = deviceAfter(judged.decision);
    if (device === "gpu" && isLost("vram", judged)) return "vram is lost";
    const isLocal = device === "gpu" || device === "cpu";
    return isLocal && isLost("memory", judged) ? "memory is lost" : null;
  },
  "P9: every change has its reason, and an input changes the profile at most once": reasonOffence,
  "soft: a soft demand never leads to shed": ({ decision }) => {
    const step = transitionOf(decision);
    const isSoft = step !== null && SOFT_CODES.includes(step.reason.code);
    return isSoft && step.to.endsWith(".shed") ? step.reason.code : null;
  },
  "climb: only where the model fits beside the peak of the others": (judged) => {
    const up = climbOf(judged);
    if (up === null || judged.input.type !== "reading") return null;
    const to = tierAndRungOf(up.to) as Place;
    const device = deviceOf(to.tier, to.rung);
    if (device !== "gpu" && device !== "cpu") return null;
    if (up.reason.return_test === null) return `${up.to} without the numbers of its test`;
    return fits(to, judged, 0) === false ? `${up.to} does not fit` : null;
  },
  "climb: one rung at a time, past those alone that cannot be had": skipOffence,
};

/** The first promise that is broken, with its name; `null` where all hold. */
export function violationOf(judged: Judged): string | null {
  for (const [name, invariant] of Object.entries(INVARIANTS)) {
    const violation = invariant(judged);
    if (violation !== null) return `${name}: ${violation}`;
  }
  return null;
}

function dwellOffence(judged: Judged): string | null {
  const up = climbOf(judged);
  if (up === null) return null;
  const { served_ms, required_ms } = up.reason.dwell;
  if (served_ms < required_ms) return `${served_ms} of ${required_ms} ms, as it says itself`;
  const { history, input } = judged;
  const downs = history.steps.filter(({ from, to }) => isStepUp(to, from));
  const down = downs.at(-1);
  if (down === undefined) return null;
  // The dwell is that of the pressure which led down last.
  const pressure = downs.findLast(({ code }) => PRESSURE_CODES.includes(code));
  const signal = pressure?.code.startsWith("MEMORY") ? "memory" : "vram";
  const { dwell_ms } = history.configuration.thresholds[signal];
  const served = history.momentOf(input) - down.at;
  return served < dwell_ms ? `${up.from} → ${up.to} after ${served} of ${dwell_ms} ms` : null;
}

function missingOffence(judged: Judged): string | null {
  const up = climbOf(judged);
  if (up === null) return null;
  const { input, decision, history } = judged;
  if (input.type !== "reading") return `${up.to} with ${input.type}`;
  const { chart, hasVram } = decision.state;
  const to = tierAndRungOf(up.to) as Place;
  const device = deviceOf(to.tier, to.rung);
  const needs = { vram: device === "gpu", memory: device === "gpu" || device === "cpu" };
  for (const meter of hasVram ? (["vram", "memory"] as const) : (["memory"] as const)) {
    const sample = goodSample(meter, input, history.momentOf(input));
    const level = chart.state[meter];
    if (sample !== null && level !== "unknown" && level !== "lost") continue;
    // A meter known to be lost is waited for only by the rungs that need it.
    if (level !== "lost" || needs[meter]) return `${up.to} without ${meter}`;
  }
  return null;
}

function reasonOffence({ before, decision }: Judged): string | null {
  const { outputs, state } = decision;
  const [was, is] = [before.chart.state, state.chart.state];
  for (const region of REGIONS.filter((each) => each !== "profile")) {
    const told = outputs.filter((each) => each.type === "fact" && each.region === region);
    if (told.length !== Number(was[region] !== is[region]))
      return `${region}: ${told.length} facts`;
  }
  const steps = outputs.filter((each) => each.type === "transition");
  if (steps.length !== Number(was.profile !== is.profile)) return `${steps.length} steps`;
  const [step] = steps;
  if (step === undefined) return null;
  const { from, to, reason } = step;
  if (from !== was.profile || to !== is.profile) return "the step is not the change";
  if (reason.from !== from || reason.to !== to) return "the reason is another step's";
  if (!REASON_CODES.includes(reason.code)) return `the code ${reason.code}`;
  const isDemanded = reason.code !== "RECOVERED" && reason.code !== "HOST_DETECTED";
  if (isDemanded && reason.demanded_by.length === 0) return `${reason.code} that nobody demands`;
  const { tier, rung } = tierAndRungOf(to) as Place;
  const better = rungsOf(tier).slice(0, rungsOf(tier).indexOf(rung));
  const silent = better.filter((each) => reason.refused[each] === undefined);
  return silent.length === 0 ? null : `no word about ${silent}`;
}

function skipOffence(judged: Judged): string | null {
  const up = climbOf(judged);
  const { decision, history, before } = judged;
  if (up === null || judged.input.type !== "reading") return null;
  const { tier, rung } = tierAndRungOf(up.to) as Place;
  const rungs = rungsOf(tier);
  const { state, context } = decision.state.chart;
  const from = rungs.indexOf((tierAndRungOf(up.from) as Place).rung);
  for (const passed of rungs.slice(rungs.indexOf(rung) + 1, from)) {
    const place = { tier, rung: passed };
    if (isRefused(place, { state, can: context.can })) continue;
    const device = deviceOf(tier, passed);
    if (device === "cloud") return `${up.from} → ${up.to} past the cloud`;
    // After an out-of-memory error the decider looks back further than a bystander can tell.
    if (history.hasRunOutOfMemory || state[device === "gpu" ? "vram" : "memory"] === "lost")
      continue;
    const isOffHost = !["gpu", "cpu"].includes(deviceAfter({ state: before, outputs: [] }));
    const isMemoryAsked = device === "gpu" && isOffHost;
    if (fits(place, judged, BUCKETS_MS) === true && !isMemoryAsked)
      return `${up.from} → ${up.to} past ${passed}`;
  }
  return null;
}
