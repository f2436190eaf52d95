/** The figures as tables: one form for the console and for the page. */
import { FAULTS, type FaultResult } from "./faults.ts";
import type { Reach } from "./measure-closed.ts";
import { type ClosedGroup, type FailureGroup, type OpenGroup, overSeeds } from "./results.ts";
import type { Switches } from "./switches.ts";

export interface Table {
  readonly title: string;
  readonly note: string | null;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function percent(share: number, digits = 1): string {
  return (100 * share).toFixed(digits);
}

/** Three figures are enough; a whole number stays one. */
function rounded(figure: number): string {
  return Number(figure.toPrecision(figure >= 1000 ? 4 : 3)).toString();
}

function orDash(figure: number | null): string {
  return figure === null ? "–" : rounded(figure);
}

/** All flaps, of both kinds. */
export function flapsOf({ downThenUp, upThenDown }: Switches): number {
  return downThenUp + upThenDown;
}

function reached({ nominal, local }: Reach): string {
  return `tier's model ${percent(nominal)} %, any model ${percent(local)} %`;
}

export function closedTable({ title, origin, oracle, patient, results }: ClosedGroup): Table {
  return {
    title,
    note: `Others' use is ${origin}. A clairvoyant: ${reached(oracle)}; one who waits: ${reached(patient)}.`,
    head: [
      "controller",
      "out of memory",
      "switches/h",
      "flaps/h",
      "down, up < 60 s",
      "up, down < 60 s",
      "tier's model %",
      "any model %",
      "over the limit %",
    ],
    rows: results.map((each) => [
      each.controller,
      `${each.outOfMemory}`,
      rounded(each.switches.count / each.hours),
      rounded(flapsOf(each.switches) / each.hours),
      `${each.switches.downThenUp}`,
      `${each.switches.upThenDown}`,
      percent(each.nominalShare),
      percent(each.localShare),
      percent(each.overLimitShare),
    ]),
  };
}

export function openTable({ title, origin, results }: OpenGroup): Table {
  return {
    title,
    note: `The use is ${origin}.`,
    head: [
      "controller",
      "in time",
      "lead s",
      "switches/h",
      "flaps/h",
      "needless %",
      "recovery lag s",
    ],
    rows: results.map((each) => [
      each.controller,
      `${each.inTime} of ${each.episodes}`,
      orDash(each.leadS),
      rounded(each.switches.count / each.hours),
      rounded(flapsOf(each.switches) / each.hours),
      percent(each.needlessShare, 2),
      orDash(each.recoveryLagS),
    ]),
  };
}

export function faultTable(results: readonly FaultResult[]): Table {
  const names = [...new Set(results.map(({ controller }) => controller))];
  const cell = (name: string, fault: string): string => {
    const found = results.find((each) => each.controller === name && each.fault === fault);
    return found === undefined ? "–" : `${found.answered} of ${found.usable}`;
  };
  return {
    title: "A sensor that fails 60 s before an exhaustion: off the resource when it comes",
    note: "Three episodes are of memory (earlyoom); there a zero says that nothing is available, and alarms everybody.",
    head: ["controller", ...FAULTS],
    rows: names.map((name) => [name, ...FAULTS.map((fault) => cell(name, fault))]),
  };
}

export function failureTable(groups: readonly FailureGroup[]): Table {
  const both = ({ middle, worst }: { middle: number; worst: number }): string =>
    middle === worst ? rounded(middle) : `${rounded(middle)} (${rounded(worst)})`;
  return {
    title: "The failure rule: the middle one of the seeds (the worst)",
    note: null,
    head: [
      "rule",
      "failing in outages",
      "false openings a day",
      "caught",
      "median delay s",
      "failed tasks suffered",
      "good tasks sent away",
      "late openings",
    ],
    rows: groups.map((group) => [
      group.rule,
      group.rate === null ? "recorded arrivals, no outage" : `${percent(group.rate, 0)} %`,
      both(overSeeds(group, (run) => run.falseOpenings / run.days, "most")),
      group.rate === null
        ? "–"
        : `${both(overSeeds(group, (run) => run.caught, "least"))} of ${group.runs[0]?.outages}`,
      group.rate === null ? "–" : both(overSeeds(group, (run) => run.delayS ?? 0, "most")),
      both(overSeeds(group, (run) => run.suffered, "most")),
      both(overSeeds(group, (run) => run.diverted, "most")),
      both(overSeeds(group, (run) => run.late, "most")),
    ]),
  };
}

/** For the console: columns under each other, figures to the right. */
export function asText({ title, note, head, rows }: Table): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [title, ...(note === null ? [] : [note]), line(head), rule, ...rows.map(line), ""].join(
    "\n",
  );
}

/** For the page. */
export function asMarkdown({ title, note, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const align = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [
    `### ${title}`,
    "",
    ...(note === null ? [] : [note, ""]),
    line(head),
    line(align),
    ...rows.map(line),
    "",
  ].join("\n");
}
