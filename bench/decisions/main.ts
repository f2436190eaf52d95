/**
 * The decision bench: the real decider beside simple controllers, on recorded and generated use, in
 * virtual time. Open loop, closed loop, failing sensors, failing tasks. Definitions stand at the head of
 * `open-loop.ts`, `measure-closed.ts`, `switches.ts`, `faults.ts` and `failures.ts`.
 *
 * Run: node bench/decisions/main.ts [--json] [--svg FILE] [--write docs]
 *
 * The same figures come out each time. Ends with 1 when a goal is missed.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { goalTable } from "./goals.ts";
import { pageOf, writeDocs } from "./page.ts";
import { pictureOf } from "./picture.ts";
import { closedGroup, failureGroups, faultResults, openGroup, WHOLE_STREAMS } from "./results.ts";
import { closedScenarios, OPEN_CONTROLLERS, openScenarios } from "./suite.ts";
import { asText, closedTable, failureTable, faultTable, openTable } from "./tables.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    svg: { type: "string" },
    write: { type: "string" },
  },
});

const start = performance.now();
const figures = {
  closed: closedScenarios().map(closedGroup),
  open: openScenarios().map(openGroup),
  faults: faultResults(OPEN_CONTROLLERS),
  failures: failureGroups(WHOLE_STREAMS),
};
const goals = goalTable(figures);

if (values.svg !== undefined) writeFileSync(values.svg, pictureOf(figures.closed, "en"));
if (values.write === "docs") writeDocs(pageOf(figures, goals), figures.closed);
if (values.json) console.log(JSON.stringify({ ...figures, goals: goals.rows }, null, 2));
else {
  const tables = [
    ...figures.closed.map(closedTable),
    ...figures.open.map(openTable),
    faultTable(figures.faults),
    failureTable(figures.failures),
    goals,
  ];
  for (const table of tables) console.log(asText(table));
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
}
process.exitCode = goals.rows.some(([, figure = ""]) => figure.includes("missed")) ? 1 : 0;
