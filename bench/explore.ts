/**
 * The proofs by exhaustion, whole: the chart's discrete state space walked for each thing that a host can
 * carry, then with hosts of all five tiers following one another, and the decider with its sensing walked
 * on a clock of ticks. `docs/proofs.md` says what the figures mean; the tests walk smaller parts.
 *
 * The first host of each kind is walked from the chart's start; the others from every state that the first
 * one reached, because a detection may find at any time that the host can carry less. Ends with 1 when a
 * rule was broken, an edge was never taken, or no way led back.
 *
 * Run: node --max-old-space-size=12000 bench/explore.ts [--part chart|tiers|timed] [--most 1200000]
 */
import { parseArgs } from "node:util";
import type { Feasibility } from "../src/domain/feasibility.ts";
import { ladderKindOf, rungsOf } from "../src/domain/rung.ts";
import type { State } from "../src/domain/state.ts";
import { TIERS, type Tier } from "../src/domain/tier.ts";
import { detectionEdges, edgesOf, tierEdges } from "../src/machines/edges.ts";
import { type ChartWalk, type ChartWalkOptions, walkChart } from "../test/support/chart-walk.ts";
import { mostReversals, waysBack } from "../test/support/timed-questions.ts";
import type { TimedScope } from "../test/support/timed-scope.ts";
import { SCOPES } from "../test/support/timed-scopes.ts";
import { walkTimed } from "../test/support/timed-walk.ts";

const { values } = parseArgs({
  options: { part: { type: "string" }, most: { type: "string", default: "1200000" } },
});
const most = Number(values.most);
const KINDS: readonly Tier[] = ["LOCAL_GPU_MID", "LOCAL_CPU_ONLY", "CLOUD_HYBRID"];
const REVERSAL_TICKS = 24;
const BOTH = [true, false] as const;
const HOSTS: readonly Feasibility[] = BOTH.flatMap((nominal) =>
  BOTH.flatMap((smallModel) => BOTH.map((cpu) => ({ nominal, smallModel, cpu }))),
);

const troubles: string[] = [];

function carried({ nominal, smallModel, cpu }: Feasibility): string {
  const names = [nominal && "nominal", smallModel && "smallModel", cpu && "cpu"];
  return names.filter((name) => name !== false).join(" ") || "nothing";
}

function secondsOf<Answer>(act: () => Answer): [Answer, number] {
  const start = performance.now();
  const answer = act();
  return [answer, Number(((performance.now() - start) / 1000).toFixed(1))];
}

function chartRow(name: string, options: ChartWalkOptions): [ChartWalk, Record<string, unknown>] {
  const [walk, seconds] = secondsOf(() => walkChart(options));
  troubles.push(...walk.faults, ...walk.stranded.map((key) => `no way back from ${key}`));
  const row = {
    host: name,
    carries: carried(options.can),
    states: walk.states.size,
    events: walk.transitions,
    "edges taken": walk.taken.size,
    "longest way back": walk.longestWayBack,
    stranded: walk.stranded.length,
    faults: walk.faults.length,
    seconds,
  };
  return [walk, row];
}

/** Guards of edges with a reason that no walk took. */
function expectTaken(guards: readonly string[], taken: ReadonlySet<string>): void {
  const dead = guards.filter((guard) => !taken.has(guard));
  console.log(`edges with a reason: ${new Set(guards).size}, never taken: ${dead.length}`);
  troubles.push(...dead.map((guard) => `never taken: ${guard}`));
}

function guardsWithin(tiers: readonly Tier[]): string[] {
  return tiers.flatMap((tier) =>
    rungsOf(tier).flatMap((rung) => edgesOf(tier, rung).map(({ guard }) => guard)),
  );
}

function exploreChart(): void {
  const taken = new Set<string>();
  const rows: Record<string, unknown>[] = [];
  for (const tier of KINDS) {
    const isGpu = ladderKindOf(tier) === "gpu";
    let from: readonly State[] | undefined;
    // Without a card nothing asks what fits on it.
    for (const can of HOSTS.filter(({ nominal, smallModel }) => isGpu || (nominal && smallModel))) {
      const scope = { tiers: [tier], hasVram: [isGpu], can };
      const [walk, row] = chartRow(tier, from === undefined ? scope : { ...scope, from });
      from ??= [...walk.states.values()];
      for (const guard of walk.taken) taken.add(guard);
      rows.push(row);
    }
  }
  console.table(rows);
  expectTaken(guardsWithin(KINDS), taken);
}

function exploreTiers(): void {
  const taken = new Set<string>();
  const rows = HOSTS.filter(({ nominal }) => nominal).map((can) => {
    const [walk, row] = chartRow("all five", { tiers: TIERS, hasVram: BOTH, can });
    for (const guard of walk.taken) taken.add(guard);
    return row;
  });
  console.table(rows);
  expectTaken(
    [...detectionEdges(), ...tierEdges()].map(({ guard }) => guard),
    taken,
  );
}

function timedRow(scope: TimedScope): Record<string, unknown> {
  const [walk, seconds] = secondsOf(() => walkTimed({ scope, most }));
  const back = waysBack(walk);
  troubles.push(...walk.faults);
  if (back.stranded > 0) troubles.push(`${scope.name}: ${back.stranded} states lead in a circle`);
  return {
    scope: scope.name,
    inputs: walk.letters.length,
    states: walk.states,
    steps: walk.transitions,
    whole: walk.isWhole ? "yes" : `no, to depth ${walk.depth}`,
    "ticks back": back.longest,
    "not seen back": back.unseen,
    [`climbs after down in ${REVERSAL_TICKS}`]: mostReversals(walk, REVERSAL_TICKS),
    "with escapes": mostReversals(walk, REVERSAL_TICKS, true),
    faults: walk.faults.length,
    seconds,
  };
}

function exploreTimed(): void {
  const rows = SCOPES.map((scope) => {
    const row = timedRow(scope);
    console.error(`${scope.name}: ${row["states"]} states in ${row["seconds"]} s`);
    return row;
  });
  console.table(rows);
}

const PARTS = { chart: exploreChart, tiers: exploreTiers, timed: exploreTimed } as const;
for (const [name, explore] of Object.entries(PARTS)) {
  if (values.part === undefined || values.part === name) explore();
}
for (const trouble of troubles.slice(0, 20)) console.error(trouble);
process.exitCode = troubles.length > 0 ? 1 : 0;
