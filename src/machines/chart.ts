/**
 * The statechart as data: seven parallel regions, every transition with its description and, in the
 * profile region, its reason code. This file is the spec; `runtime-machine.ts` hands it to XState, and
 * pictures and tables are drawn from it. Facts move the six small regions; only the closing event
 * `facts.settled` moves the profile, by one transition straight to its target.
 */
import type { FactType } from "../domain/fact.ts";
import type { ReasonCode } from "../domain/reason.ts";
import { RUNGS, type Rung, rungsOf } from "../domain/rung.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import { DESCRIPTIONS, FACT_DESCRIPTIONS } from "./descriptions.ts";
import { detectionEdges, type Edge, edgesOf, tierEdges } from "./edges.ts";

/** The events of the chart: the facts, and four that come from inputs or from `step` itself. */
export type ChartEventType =
  | FactType
  | "host.detected"
  | "degrade.requested"
  | "restore.requested"
  | "facts.settled";

export interface ChartTransition {
  /** Absent on the one transition that only remembers. */
  readonly target?: string;
  readonly guard?: string;
  readonly actions?: string;
  readonly description: string;
  readonly meta?: { readonly code: ReasonCode };
}

export interface ChartState {
  readonly id?: string;
  readonly initial?: string;
  readonly states?: Readonly<Record<string, ChartState>>;
  readonly on?: Readonly<Partial<Record<ChartEventType, readonly ChartTransition[]>>>;
}

/** The whole chart. */
export function chartDefinition(): {
  readonly id: string;
  readonly type: "parallel";
  readonly states: Readonly<Record<string, ChartState>>;
} {
  return {
    id: "runtime",
    type: "parallel",
    states: {
      profile: profileRegion(),
      vram: vramRegion(),
      memory: memoryRegion(),
      tasks: tasksRegion(),
      cloud: cloudRegion(),
      editor: editorRegion(),
      hold: holdRegion(),
    },
  };
}

/** What the host can carry goes into the context; the closing event then moves the profile. */
const REMEMBER: ChartTransition = {
  actions: "rememberHost",
  description: "What the host can carry is remembered.",
};

function profileRegion(): ChartState {
  const tiers = TIERS.map((tier) => [tier, tierState(tier)] as const);
  return {
    initial: "detecting",
    on: { "facts.settled": tierEdges().map(asTransition), "host.detected": [REMEMBER] },
    states: {
      detecting: { on: { "facts.settled": detectionEdges().map(asTransition) } },
      ...Object.fromEntries(tiers),
    },
  };
}

function tierState(tier: Tier): ChartState {
  const [first, ...lower] = rungsOf(tier);
  const degraded = lower.map((rung) => [rung, rungState(tier, rung)] as const);
  return {
    initial: "nominal",
    states: {
      nominal: rungState(tier, first as Rung),
      degraded: { initial: lower[0] as string, states: Object.fromEntries(degraded) },
    },
  };
}

function rungState(tier: Tier, rung: Rung): ChartState {
  return { on: { "facts.settled": edgesOf(tier, rung).map(asTransition) } };
}

function asTransition({ to, code, guard }: Edge): ChartTransition {
  return {
    target: `#runtime.profile.${to}`,
    guard,
    description: DESCRIPTIONS[code],
    meta: { code },
  };
}

function vramRegion(): ChartState {
  const levels = ["unknown", "relaxed", "tight", "exhausted", "lost"] as const;
  const absent = {
    target: "absent",
    guard: "hasNoVram",
    description: "The host has no card with memory of its own.",
  };
  const moves = {
    "vram.relaxed": "relaxed",
    "vram.tightened": "tight",
    "vram.exhausted": "exhausted",
    "vram.lost": "lost",
    "host.resumed": "unknown",
  } as const;
  const states = levels.map(
    (level) => [level, { on: { ...movesFrom(level, moves), "host.detected": [absent] } }] as const,
  );
  const found = {
    target: "unknown",
    guard: "hasVram",
    description: "A card with memory of its own was found.",
  };
  return {
    initial: "unknown",
    states: { absent: { on: { "host.detected": [found] } }, ...Object.fromEntries(states) },
  };
}

function memoryRegion(): ChartState {
  return region("unknown", ["unknown", "relaxed", "tight", "exhausted", "lost"], {
    "memory.relaxed": "relaxed",
    "memory.tightened": "tight",
    "memory.exhausted": "exhausted",
    "memory.lost": "lost",
    "host.resumed": "unknown",
  });
}

function tasksRegion(): ChartState {
  return region("healthy", ["healthy", "failing", "probing"], {
    "tasks.failed": "failing",
    "tasks.probing": "probing",
    "tasks.recovered": "healthy",
  });
}

function cloudRegion(): ChartState {
  const used = region("unknown", ["unknown", "reachable", "unreachable"], {
    "cloud.returned": "reachable",
    "cloud.lost": "unreachable",
    "cloud.forbidden": "off",
  });
  return {
    initial: "off",
    states: { off: { on: movesFrom("off", { "cloud.allowed": "unknown" }) }, ...used.states },
  };
}

function editorRegion(): ChartState {
  return region("unknown", ["unknown", "idle", "busy"], {
    "editor.started": "busy",
    "editor.stopped": "idle",
  });
}

function holdRegion(): ChartState {
  const rungs = RUNGS.filter((rung) => rung !== "nominal");
  const asks = rungs.map((rung) => ({
    target: `#runtime.hold.held.${rung}`,
    guard: `asksFor.${rung}`,
    description: "A person asked to step down; the hold stays until it is cleared.",
  }));
  const clear = { target: "free", description: "A person cleared the hold." };
  return {
    initial: "free",
    states: {
      free: { on: { "degrade.requested": asks } },
      held: {
        initial: rungs[0] as string,
        states: Object.fromEntries(rungs.map((rung) => [rung, {}] as const)),
        on: { "degrade.requested": asks, "restore.requested": [clear] },
      },
    },
  };
}

type Moves = Readonly<Partial<Record<FactType, string>>>;

/** A flat region in which each fact leads to one state from wherever it is not yet. */
function region(initial: string, names: readonly string[], moves: Moves): ChartState {
  const states = names.map((name) => [name, { on: movesFrom(name, moves) }] as const);
  return { initial, states: Object.fromEntries(states) };
}

function movesFrom(name: string, moves: Moves): NonNullable<ChartState["on"]> {
  const entries = Object.entries(moves) as [FactType, string][];
  return Object.fromEntries(
    entries
      .filter(([, target]) => target !== name)
      .map(([type, target]) => [type, [{ target, description: FACT_DESCRIPTIONS[type] }]]),
  );
}
