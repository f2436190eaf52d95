/**
 * The edges of the profile region: from each rung, on `facts.settled`, straight to the target.
 *
 * For every rung the list reads like a checklist, first match wins: (1) a hard cause forbids this rung;
 * (2) the tier was just entered and only a lower rung fits; (3) a soft cause asks for less; (4) a step up
 * is permitted. Each edge names its cause, so that its reason code stands in the picture and in the log.
 */
import type { ReasonCode } from "../domain/reason.ts";
import {
  deviceOf,
  LADDERS,
  type LadderKind,
  ladderKindOf,
  profileStateOf,
  type Rung,
  rungsOf,
} from "../domain/rung.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import { GUARD_TABLE, type GuardExpression, type GuardTable } from "./guards.ts";

/** One edge on `facts.settled`; its guard is the conjunction of `needs`, under one name. */
export interface Edge {
  readonly to: string;
  readonly code: ReasonCode;
  readonly guard: string;
  readonly needs: readonly string[];
}

interface Cause {
  readonly guard: string;
  readonly code: ReasonCode;
  /** The best rung that would meet this demand. */
  readonly demands: Rung;
}

const MEMORY_HARD: readonly Cause[] = [
  { guard: "memoryExhausted", code: "MEMORY_EXHAUSTED", demands: "cloud" },
  { guard: "memoryLost", code: "MEMORY_LOST", demands: "cloud" },
];
const VRAM_HARD: readonly Cause[] = [
  { guard: "vramExhausted", code: "VRAM_EXHAUSTED", demands: "cpu" },
  { guard: "vramLost", code: "VRAM_LOST", demands: "cpu" },
];
const CLOUD_SOFT: readonly Cause[] = [
  { guard: "memoryTight", code: "MEMORY_TIGHT", demands: "cloud" },
  { guard: "tasksFailing", code: "TASKS_FAILING", demands: "cloud" },
];
const EDITOR: Cause = { guard: "editorBusy", code: "EDITOR_BUSY", demands: "cpu" };
const VRAM_SOFT: Cause = { guard: "vramTight", code: "VRAM_TIGHT", demands: "smallModel" };

/** The edges that leave a rung of a tier, in the order in which they are tried. */
export function edgesOf(tier: Tier, rung: Rung): readonly Edge[] {
  const kind = ladderKindOf(tier);
  return [
    ...hardEdges(tier, rung, kind),
    ...entryEdges(tier, rung, kind),
    ...softEdges(tier, rung, kind),
    ...climbEdges(tier, rung, kind),
  ];
}

/** The edges that leave `detecting`: the best comfortable rung of the tier that was found. */
export function detectionEdges(): readonly Edge[] {
  return TIERS.flatMap((tier) => {
    const kind = ladderKindOf(tier);
    return LADDERS[kind].map((rung) =>
      edge({ tier, rung, code: "HOST_DETECTED" }, `detected.${tier}.${rung}`, [
        `tierIs.${tier}`,
        `${kind}.first.${rung}`,
      ]),
    );
  });
}

/** The edges between tiers: the same device or the next lower; never up, and never through nominal. */
export function tierEdges(): readonly Edge[] {
  return TIERS.flatMap((tier) =>
    LANDINGS[ladderKindOf(tier)].map(({ rung, needs }, index) =>
      edge({ tier, rung, code: "TIER_CHANGED" }, `changed.${tier}.${rung}.${index}`, [
        "tierChanged",
        `tierIs.${tier}`,
        ...needs,
      ]),
    ),
  );
}

const LANDINGS: Readonly<
  Record<LadderKind, readonly { readonly rung: Rung; readonly needs: readonly string[] }[]>
> = {
  gpu: [
    { rung: "nominal", needs: ["on.gpuNominal", "gpu.comfortable.nominal"] },
    { rung: "smallModel", needs: ["on.gpu", "gpu.comfortable.smallModel"] },
    { rung: "cpu", needs: ["on.gpuOrCpu", "gpu.comfortable.cpu"] },
    { rung: "cloud", needs: ["on.any", "gpu.comfortable.cloud"] },
    { rung: "nominal", needs: ["gpu.first.nominal"] },
    { rung: "smallModel", needs: ["gpu.first.smallModel"] },
    { rung: "cpu", needs: ["gpu.first.cpu"] },
    { rung: "cloud", needs: ["gpu.first.cloud"] },
    { rung: "shed", needs: [] },
  ],
  cpu: [
    { rung: "nominal", needs: ["on.gpuOrCpu", "cpu.comfortable.nominal"] },
    { rung: "cloud", needs: ["on.any", "cpu.comfortable.cloud"] },
    { rung: "nominal", needs: ["cpu.first.nominal"] },
    { rung: "cloud", needs: ["cpu.first.cloud"] },
    { rung: "shed", needs: [] },
  ],
  cloud: [
    { rung: "cpu", needs: ["on.gpuOrCpu", "cloud.comfortable.cpu"] },
    { rung: "nominal", needs: ["cloud.first.nominal"] },
    { rung: "cpu", needs: ["cloud.first.cpu"] },
    { rung: "shed", needs: [] },
  ],
};

function hardEdges(tier: Tier, rung: Rung, kind: LadderKind): Edge[] {
  if (rung === "shed") return [];
  const device = deviceOf(tier, rung);
  const hold: Cause = {
    guard: `${kind}.heldPast.${rung}`,
    code: "MANUAL_HOLD",
    demands: nextRung(kind, rung),
  };
  const causes: Cause[] = [
    ...(device === "cloud" ? [] : MEMORY_HARD),
    hold,
    ...(device === "gpu" ? VRAM_HARD : []),
  ];
  // On the cloud's own ladder the way off the host is up: back to nominal, at once.
  const targets =
    kind === "cloud" ? LADDERS[kind].filter((each) => each !== rung) : worseThan(kind, rung);
  const edges = causes.flatMap((cause) => downEdges({ tier, rung, kind }, cause, targets));
  const gone = infeasibleCauses(tier, rung);
  const escapes = gone.flatMap((cause) => escapeEdges({ tier, rung, kind }, cause));
  const others = LADDERS[kind].filter((each) => each !== rung);
  return [
    ...edges,
    ...escapes,
    ...gone.flatMap((cause) => downEdges({ tier, rung, kind }, cause, others)),
  ];
}

/** From a rung that became infeasible, first to where sensing says that it fits, in either direction. */
function escapeEdges({ tier, rung, kind }: Place, cause: Cause): Edge[] {
  const others = LADDERS[kind].filter((each) => each !== rung && each !== "shed");
  return others.map((to) =>
    edge({ tier, rung: to, code: cause.code }, `${kind}.${rung}.${cause.guard}.permits.${to}`, [
      cause.guard,
      `permits.${to}`,
      `${kind}.comfortable.${to}`,
      "tierUnchanged",
    ]),
  );
}

function entryEdges(tier: Tier, rung: Rung, kind: LadderKind): Edge[] {
  const lower = worseThan(kind, rung).filter((to) => to !== "shed");
  return lower.map((to) =>
    edge({ tier, rung: to, code: "ENTRY_WOULD_NOT_FIT" }, `${kind}.${rung}.enters.${to}`, [
      `permits.${to}`,
      `${kind}.comfortable.${to}`,
      "tierUnchanged",
    ]),
  );
}

function softEdges(tier: Tier, rung: Rung, kind: LadderKind): Edge[] {
  const device = deviceOf(tier, rung);
  if (kind === "cloud" || device === "cloud" || device === "none") return [];
  const causes = [
    ...CLOUD_SOFT,
    ...(device === "gpu" ? [EDITOR] : []),
    ...(device === "gpu" && rung === "nominal" ? [VRAM_SOFT] : []),
  ];
  return causes.flatMap((cause) => {
    const reachable = worseThan(kind, rung).filter(
      (to) => to !== "shed" && !isBetter(kind, to, cause.demands),
    );
    return downEdges({ tier, rung, kind }, cause, reachable);
  });
}

function climbEdges(tier: Tier, rung: Rung, kind: LadderKind): Edge[] {
  const ladder = LADDERS[kind];
  const better = ladder.slice(0, ladder.indexOf(rung)).reverse();
  return better.map((to) =>
    edge({ tier, rung: to, code: "RECOVERED" }, `${kind}.${rung}.climbs.${to}`, [
      `permits.${to}`,
      `${kind}.comfortable.${to}`,
      "tierUnchanged",
    ]),
  );
}

interface Place {
  readonly tier: Tier;
  readonly rung: Rung;
  readonly kind: LadderKind;
}

function downEdges({ tier, rung, kind }: Place, cause: Cause, targets: readonly Rung[]): Edge[] {
  const possible = targets.filter(
    (to) => to === "shed" || !isBetter(kind, to, cause.demands) || isEscape(cause),
  );
  return possible.map((to) =>
    edge({ tier, rung: to, code: cause.code }, `${kind}.${rung}.${cause.guard}.to.${to}`, [
      cause.guard,
      `${kind}.uncomfortable.${rung}`,
      `${kind}.first.${to}`,
      "tierUnchanged",
    ]),
  );
}

/** Causes that make a rung infeasible rather than unwelcome; the way out may lead up. */
function infeasibleCauses(tier: Tier, rung: Rung): Cause[] {
  const device = deviceOf(tier, rung);
  if (device === "cloud") {
    return [
      { guard: "cloudOff", code: "CLOUD_NOT_ALLOWED", demands: "nominal" },
      { guard: "cloudNotReachable", code: "CLOUD_UNREACHABLE", demands: "nominal" },
    ];
  }
  const cannot = {
    nominal: "cannotNominal",
    smallModel: "cannotSmallModel",
    cpu: "cannotCpu",
  } as const;
  return [
    { guard: cannot[rung as keyof typeof cannot], code: "WOULD_NOT_FIT", demands: "nominal" },
  ];
}

function isEscape(cause: Cause): boolean {
  return cause.demands === "nominal";
}

function edge(
  target: { readonly tier: Tier; readonly rung: Rung; readonly code: ReasonCode },
  guard: string,
  needs: readonly string[],
): Edge {
  return { to: profileStateOf(target.tier, target.rung), code: target.code, guard, needs };
}

function worseThan(kind: LadderKind, rung: Rung): readonly Rung[] {
  return LADDERS[kind].slice(LADDERS[kind].indexOf(rung) + 1);
}

function nextRung(kind: LadderKind, rung: Rung): Rung {
  return LADDERS[kind][LADDERS[kind].indexOf(rung) + 1] ?? "shed";
}

function isBetter(kind: LadderKind, rung: Rung, than: Rung): boolean {
  return LADDERS[kind].indexOf(rung) < LADDERS[kind].indexOf(than);
}

/** Every guard of the chart: the named ones and the edges' own conjunctions. */
export function allGuards(): GuardTable {
  const table: Record<string, GuardExpression> = { ...GUARD_TABLE };
  const leaving = TIERS.flatMap((tier) => rungsOf(tier).flatMap((rung) => edgesOf(tier, rung)));
  for (const { guard, needs } of [...leaving, ...detectionEdges(), ...tierEdges()]) {
    table[guard] = { and: needs };
  }
  return table;
}
