/** The goals of the bench and whether this run met them; nothing is judged by hand. */
import { judged } from "../figures.ts";
import { OUR_RULE } from "./failure-rules.ts";
import type { FaultResult } from "./faults.ts";
import type { ClosedResult } from "./measure-closed.ts";
import { OURS, OURS_ONE_MODEL } from "./ours.ts";
import { type ClosedGroup, type FailureGroup, overSeeds } from "./results.ts";
import type { Table } from "./tables.ts";

/** Scenarios on which our model must never run out of memory. */
const SAFE = ["constant 51", "constant 50", "sawtooth", "sawtooth × 0.6"];
/** The prototype's share on the recording that the sawtooth stands for. */
const SAWTOOTH_LOCAL_PERCENT = 44;
const FALSE_OPENINGS_A_DAY = 0.25;

interface Figures {
  readonly closed: readonly ClosedGroup[];
  readonly faults: readonly FaultResult[];
  readonly failures: readonly FailureGroup[];
}

function resultsOf(groups: readonly ClosedGroup[], prefix: string): readonly ClosedResult[] {
  return groups.flatMap(({ results }) =>
    results.filter(({ controller }) => controller.startsWith(prefix)),
  );
}

function total(results: readonly ClosedResult[], part: (each: ClosedResult) => number): number {
  return results.reduce((sum, each) => sum + part(each), 0);
}

function onSawtooth(closed: readonly ClosedGroup[], controller: string): ClosedResult | undefined {
  const group = closed.find(({ id }) => id === "sawtooth");
  return group?.results.find((each) => each.controller === controller);
}

/** Each goal with the figure of this run. */
export function goalTable({ closed, faults, failures }: Figures): Table {
  // Every form of ours counts: with one model, and with its own share unknown.
  const ours = resultsOf(closed, OURS.name);
  const safe = resultsOf(
    closed.filter(({ id }) => SAFE.includes(id)),
    OURS.name,
  );
  const answers = faults.filter(({ controller }) => controller === OURS.name);
  const usable = answers.reduce((sum, each) => sum + each.usable, 0);
  const answered = answers.reduce((sum, each) => sum + each.answered, 0);
  const rule = failures.filter((group) => group.rule === OUR_RULE.name);
  const outages = rule.filter(({ rate }) => rate !== null);
  const worstFalse = Math.max(
    ...rule.map((group) => overSeeds(group, (run) => run.falseOpenings / run.days, "most").worst),
  );
  const often = outages.find(({ rate }) => rate === 0.9);
  const caught = often === undefined ? 0 : overSeeds(often, (run) => run.caught, "least").worst;
  const least = { least: SAWTOOTH_LOCAL_PERCENT };
  return {
    title: "Goals",
    note: null,
    head: ["goal", "this run"],
    rows: [
      [
        "down, then up sooner than the dwell: all closed-loop scenarios together",
        judged(
          total(ours, ({ switches }) => switches.downThenUp),
          { most: 0 },
        ),
      ],
      [
        "out of memory: both sawtooths of 7 minutes, both constant cards",
        judged(
          total(safe, ({ outOfMemory }) => outOfMemory),
          { most: 0 },
        ),
      ],
      [
        "sawtooth, any model wholly loaded, %",
        judged(100 * (onSawtooth(closed, OURS.name)?.localShare ?? 0), least),
      ],
      [
        "sawtooth, the same with one model, %",
        judged(100 * (onSawtooth(closed, OURS_ONE_MODEL.name)?.localShare ?? 0), least),
      ],
      [
        "sawtooth, on a rung of the card, loading included, %",
        judged(100 * (onSawtooth(closed, OURS.name)?.rungShare ?? 0), least),
      ],
      [`sensor faults answered, of ${usable}`, judged(answered, { least: usable })],
      [
        "false openings a day, the worst of all seeds and streams",
        judged(worstFalse, { most: FALSE_OPENINGS_A_DAY }),
      ],
      [
        `outages caught with 90 % failing, the worst seed, of ${often?.runs[0]?.outages ?? 0}`,
        judged(caught, { least: often?.runs[0]?.outages ?? 0 }),
      ],
    ],
  };
}
