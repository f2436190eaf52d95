/**
 * The guards of the statechart, as data.
 *
 * Each guard is a name and an expression over other names: `stateIn` of a region, a boolean of the
 * context, a word of the event, or `and`, `or`, `not` of guards. Pictures show this table, the machine's
 * hash covers it, and the one file that knows XState turns it into guards. Read it in four layers:
 * what is the case, what a rung needs, what a rung may be (usable, comfortable), which rung comes first.
 * Rejected: functions over numbers, and inline compositions (they vanish from the definition).
 */
import { LADDERS, ladderKindOf, RUNGS, type Rung, rungsOf } from "../domain/rung.ts";
import { TIERS, type Tier } from "../domain/tier.ts";

export type GuardExpression =
  | { readonly stateIn: Readonly<Record<string, unknown>> }
  | { readonly context: { readonly can: "nominal" | "smallModel" | "cpu" } }
  | { readonly context: { readonly tier: Tier } }
  | { readonly event: { readonly permitted: Rung } }
  | { readonly event: { readonly rung: Rung } }
  | { readonly event: { readonly hasVram: boolean } }
  | { readonly and: readonly string[] }
  | { readonly or: readonly string[] }
  | { readonly not: string };

export type GuardTable = Readonly<Record<string, GuardExpression>>;

/** The state value of a rung inside a tier. */
export function rungValue(tier: Tier, rung: Rung): Readonly<Record<string, unknown>> {
  return { profile: { [tier]: rung === "nominal" ? "nominal" : { degraded: rung } } };
}

const CASES: GuardTable = {
  vramTight: { stateIn: { vram: "tight" } },
  vramExhausted: { stateIn: { vram: "exhausted" } },
  vramLost: { stateIn: { vram: "lost" } },
  memoryTight: { stateIn: { memory: "tight" } },
  memoryExhausted: { stateIn: { memory: "exhausted" } },
  memoryLost: { stateIn: { memory: "lost" } },
  tasksAreFailing: { stateIn: { tasks: "failing" } },
  tasksAreProbing: { stateIn: { tasks: "probing" } },
  tasksFailing: { or: ["tasksAreFailing", "tasksAreProbing"] },
  editorBusy: { stateIn: { editor: "busy" } },
  cloudOff: { stateIn: { cloud: "off" } },
  cloudReachable: { stateIn: { cloud: "reachable" } },
  cloudNotReachable: { not: "cloudReachable" },
  heldAtSmallModel: { stateIn: { hold: { held: "smallModel" } } },
  heldAtCpu: { stateIn: { hold: { held: "cpu" } } },
  heldAtCloud: { stateIn: { hold: { held: "cloud" } } },
  heldAtShed: { stateIn: { hold: { held: "shed" } } },
  canNominal: { context: { can: "nominal" } },
  canSmallModel: { context: { can: "smallModel" } },
  canCpu: { context: { can: "cpu" } },
  cannotNominal: { not: "canNominal" },
  cannotSmallModel: { not: "canSmallModel" },
  cannotCpu: { not: "canCpu" },
  hasVram: { event: { hasVram: true } },
  hasNoVram: { event: { hasVram: false } },
};

/** Hard demands: what forbids a device, and holds that lie past a rung. */
const NEEDS: GuardTable = {
  localForbidden: { or: ["memoryExhausted", "memoryLost"] },
  gpuForbidden: { or: ["vramExhausted", "vramLost", "localForbidden"] },
  localAllowed: { not: "localForbidden" },
  gpuAllowed: { not: "gpuForbidden" },
  "gpu.heldPast.nominal": { or: ["heldAtSmallModel", "heldAtCpu", "heldAtCloud", "heldAtShed"] },
  "gpu.heldPast.smallModel": { or: ["heldAtCpu", "heldAtCloud", "heldAtShed"] },
  "gpu.heldPast.cpu": { or: ["heldAtCloud", "heldAtShed"] },
  "gpu.heldPast.cloud": { or: ["heldAtShed"] },
  "cpu.heldPast.nominal": { or: ["heldAtCloud", "heldAtShed"] },
  "cpu.heldPast.cloud": { or: ["heldAtShed"] },
  "cloud.heldPast.nominal": { or: ["heldAtCpu", "heldAtShed"] },
  "cloud.heldPast.cpu": { or: ["heldAtShed"] },
};

const USABLE: GuardTable = {
  "gpu.usable.nominal": { and: ["canNominal", "gpuAllowed", "gpu.notHeldPast.nominal"] },
  "gpu.usable.smallModel": { and: ["canSmallModel", "gpuAllowed", "gpu.notHeldPast.smallModel"] },
  "gpu.usable.cpu": { and: ["canCpu", "localAllowed", "gpu.notHeldPast.cpu"] },
  "gpu.usable.cloud": { and: ["cloudReachable", "gpu.notHeldPast.cloud"] },
  "cpu.usable.nominal": { and: ["canNominal", "localAllowed", "cpu.notHeldPast.nominal"] },
  "cpu.usable.cloud": { and: ["cloudReachable", "cpu.notHeldPast.cloud"] },
  "cloud.usable.nominal": { and: ["cloudReachable", "cloud.notHeldPast.nominal"] },
  "cloud.usable.cpu": { and: ["canCpu", "localAllowed", "cloud.notHeldPast.cpu"] },
};

/** A soft demand counts only where some usable rung meets it; so it never leads to `shed`. */
const WANTED: GuardTable = {
  wantsCloud: { or: ["memoryTight", "tasksFailing"] },
  "gpu.fromSmallModel": { or: ["gpu.usable.smallModel", "gpu.fromCpu"] },
  "gpu.fromCpu": { or: ["gpu.usable.cpu", "gpu.usable.cloud"] },
  "gpu.wanted.smallModel": { and: ["vramTight", "gpu.fromSmallModel"] },
  "gpu.wanted.cpu": { and: ["editorBusy", "gpu.fromCpu"] },
  "gpu.wanted.cloud": { and: ["wantsCloud", "gpu.usable.cloud"] },
  "cpu.wanted.cloud": { and: ["wantsCloud", "cpu.usable.cloud"] },
  "gpu.calm.nominal": { and: ["gpu.notWanted.smallModel", "gpu.calm.smallModel"] },
  "gpu.calm.smallModel": { and: ["gpu.notWanted.cpu", "gpu.notWanted.cloud"] },
  "gpu.notWanted.smallModel": { not: "gpu.wanted.smallModel" },
  "gpu.notWanted.cpu": { not: "gpu.wanted.cpu" },
  "gpu.notWanted.cloud": { not: "gpu.wanted.cloud" },
  "cpu.notWanted.cloud": { not: "cpu.wanted.cloud" },
  "gpu.comfortable.nominal": { and: ["gpu.usable.nominal", "gpu.calm.nominal"] },
  "gpu.comfortable.smallModel": { and: ["gpu.usable.smallModel", "gpu.calm.smallModel"] },
  "gpu.comfortable.cpu": { and: ["gpu.usable.cpu", "gpu.notWanted.cloud"] },
  "gpu.comfortable.cloud": { and: ["gpu.usable.cloud"] },
  "cpu.comfortable.nominal": { and: ["cpu.usable.nominal", "cpu.notWanted.cloud"] },
  "cpu.comfortable.cloud": { and: ["cpu.usable.cloud"] },
  "cloud.comfortable.nominal": { and: ["cloud.usable.nominal"] },
  "cloud.comfortable.cpu": { and: ["cloud.usable.cpu"] },
};

/** The whole table: the layers above, their negations, and which rung comes first. */
export const GUARD_TABLE: GuardTable = {
  ...CASES,
  ...NEEDS,
  ...negations(NEEDS, "heldPast", "notHeldPast"),
  ...USABLE,
  ...WANTED,
  ...negations(WANTED, "comfortable", "uncomfortable"),
  ...firsts(),
  ...tiers(),
  ...events(),
};

/** `X.first.R`: R is the best comfortable rung; `X.first.shed`: there is none. */
function firsts(): GuardTable {
  const table: Record<string, GuardExpression> = {};
  for (const kind of ["gpu", "cpu", "cloud"] as const) {
    const better: string[] = [];
    for (const rung of LADDERS[kind]) {
      const own = rung === "shed" ? [] : [`${kind}.comfortable.${rung}`];
      table[`${kind}.first.${rung}`] = { and: [...better, ...own] };
      better.push(`${kind}.uncomfortable.${rung}`);
    }
  }
  return table;
}

/** Which tier the host has, in which tier the profile is, and on which device it runs. */
function tiers(): GuardTable {
  const table: Record<string, GuardExpression> = {};
  for (const tier of TIERS) {
    table[`tierIs.${tier}`] = { context: { tier } };
    table[`in.${tier}`] = { stateIn: { profile: tier } };
    table[`stays.${tier}`] = { and: [`tierIs.${tier}`, `in.${tier}`] };
    for (const rung of rungsOf(tier)) {
      table[`in.${tier}.${rung}`] = { stateIn: rungValue(tier, rung) };
    }
  }
  const gpuTiers = TIERS.filter((tier) => ladderKindOf(tier) === "gpu");
  const onGpu = (rung: Rung) => gpuTiers.map((tier) => `in.${tier}.${rung}`);
  table["tierUnchanged"] = { or: TIERS.map((tier) => `stays.${tier}`) };
  table["tierChanged"] = { not: "tierUnchanged" };
  table["on.gpuNominal"] = { or: onGpu("nominal") };
  table["on.gpu"] = { or: ["on.gpuNominal", ...onGpu("smallModel")] };
  table["on.cpu"] = { or: [...onGpu("cpu"), "in.LOCAL_CPU_ONLY.nominal", "in.CLOUD_HYBRID.cpu"] };
  table["on.cloud"] = {
    or: [...onGpu("cloud"), "in.LOCAL_CPU_ONLY.cloud", "in.CLOUD_HYBRID.nominal"],
  };
  table["on.gpuOrCpu"] = { or: ["on.gpu", "on.cpu"] };
  table["on.any"] = { or: ["on.gpuOrCpu", "on.cloud"] };
  return table;
}

/** What the event itself says: the rung permitted by sensing, the rung a person asked for. */
function events(): GuardTable {
  const table: Record<string, GuardExpression> = {};
  for (const rung of RUNGS) {
    table[`permits.${rung}`] = { event: { permitted: rung } };
    table[`asksFor.${rung}`] = { event: { rung } };
  }
  return table;
}

function negations(source: GuardTable, word: string, negated: string): GuardTable {
  const table: Record<string, GuardExpression> = {};
  for (const name of Object.keys(source)) {
    if (name.includes(`.${word}.`))
      table[name.replace(`.${word}.`, `.${negated}.`)] = { not: name };
  }
  return table;
}
