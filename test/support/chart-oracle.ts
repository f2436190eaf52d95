/** The chart's rules once more, in plain words and by other means: what the chart does must equal it. */
import type { Feasibility } from "../../src/domain/feasibility.ts";
import { deviceOf, type Rung, rungsOf } from "../../src/domain/rung.ts";
import type { State } from "../../src/domain/state.ts";
import type { Tier } from "../../src/domain/tier.ts";

/** The rules of the design in plain words, for one closing event; the chart must agree. */
export function rungByTheRules(
  tier: Tier,
  rung: Rung,
  facts: { state: State; can: Feasibility; permitted: Rung | null },
): Rung {
  const { state, can, permitted } = facts;
  const ladder = rungsOf(tier);
  const at = (each: Rung) => ladder.indexOf(each);
  const held = state.hold === "free" ? -1 : at(state.hold.slice(5) as Rung);
  const isLocalForbidden = state.memory === "exhausted" || state.memory === "lost";
  const isGpuForbidden = isLocalForbidden || state.vram === "exhausted" || state.vram === "lost";
  const isUsable = (each: Rung): boolean => {
    const device = deviceOf(tier, each);
    if (device === "none") return true;
    if (at(each) < held) return false;
    if (device === "cloud") return state.cloud === "reachable";
    if (!can[each as keyof Feasibility]) return false;
    return device === "gpu" ? !isGpuForbidden : !isLocalForbidden;
  };
  const soft: Rung[] = [];
  if (tier !== "CLOUD_HYBRID") {
    if (state.memory === "tight" || state.tasks !== "healthy") soft.push("cloud");
    if (at("smallModel") > 0 && state.editor === "busy") soft.push("cpu");
    if (at("smallModel") > 0 && state.vram === "tight") soft.push("smallModel");
  }
  const isMet = (demand: Rung) =>
    ladder.some((each) => each !== "shed" && at(each) >= at(demand) && isUsable(each));
  const isComfortable = (each: Rung) =>
    each !== "shed" &&
    isUsable(each) &&
    soft.every((demand) => at(each) >= at(demand) || !isMet(demand));
  const first = ladder.find(isComfortable) ?? "shed";
  if (rung === "shed")
    return permitted !== null && permitted !== "shed" && isComfortable(permitted)
      ? permitted
      : "shed";
  const mayTake = permitted !== null && permitted !== "shed" && isComfortable(permitted);
  const device = deviceOf(tier, rung);
  const isGone = device === "cloud" ? state.cloud !== "reachable" : !can[rung as keyof Feasibility];
  const isForbidden =
    at(rung) < held ||
    (device === "gpu" && isGpuForbidden) ||
    (device === "cpu" && isLocalForbidden);
  if (isForbidden) return first;
  if (isGone) return mayTake ? (permitted as Rung) : first;
  if (mayTake && at(permitted as Rung) > at(rung)) return permitted as Rung;
  if (!isComfortable(rung)) return first;
  return mayTake ? (permitted as Rung) : rung;
}
