/**
 * Deliberate faults in the decider, each against the tests that must catch it (`test/support/mutants.ts`).
 * How a fault is put in, and what counts as caught, stands at the head of `test/support/mutant-run.ts`.
 *
 * Run: node bench/mutants.ts [--json | --markdown] [--only WORDS] [--write docs]
 *
 * `--write docs` puts the table under the marker of docs/proofs.md. Ends with 1 when a mutant survives.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { INVARIANTS } from "../test/support/invariants.ts";
import { type Verdict, verdictsOf } from "../test/support/mutant-run.ts";
import { MUTANTS } from "../test/support/mutants.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    write: { type: "string" },
  },
});

/** What a survivor's line shows of the error, in characters. */
const SAID_MAX = 160;

if (values.write !== undefined && values.only !== "") throw new Error("--write takes all of them");

const start = performance.now();
const mutants = MUTANTS.filter(({ name }) => name.includes(values.only));
const verdicts = await verdictsOf(mutants, { workers: 2 });
const seconds = (performance.now() - start) / 1000;
const survivors = verdicts.filter(({ isCaught }) => !isCaught);
if (values.json) console.log(JSON.stringify({ seconds, verdicts }));
else if (values.markdown) console.log(markdownOf(verdicts));
else {
  for (const verdict of verdicts) console.log(lineOf(verdict));
  const caught = new Set(mutants.map(({ name }) => name));
  for (const { mutant } of survivors) caught.delete(mutant.name);
  console.log(`${caught.size} of ${mutants.length} mutants caught in ${seconds.toFixed(1)} s`);
}
if (values.write === "docs") writeDocs(markdownOf(verdicts));
process.exitCode = survivors.length === 0 ? 0 : 1;

function lineOf({ mutant, test, isCaught, said, seconds: own }: Verdict): string {
  const mark = isCaught ? "caught  " : "SURVIVES";
  const why = isCaught ? "" : `\n         ${said.slice(0, SAID_MAX)}`;
  return `${mark} ${own.toFixed(2)} s  ${mutant.name}  |  ${test.file}: ${test.name}${why}`;
}

function markdownOf(all: readonly Verdict[]): string {
  const rows = all.map((verdict, index) => {
    const { mutant, seconds: own } = verdict;
    const isAgain = all[index - 1]?.mutant === mutant;
    const fault = isAgain ? "" : `${mutant.name} (\`${mutant.file.replace("src/", "")}\`)`;
    return `| ${fault} | ${catchOf(verdict)} | ${own.toFixed(2)} |`;
  });
  return ["| fault | caught by | s |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The test that caught it; of the promises, the one that was broken. */
function catchOf({ test, isCaught, said }: Verdict): string {
  if (!isCaught) return "**survives**";
  const promise = Object.keys(INVARIANTS).find((name) => said.includes(name));
  return `\`${test.file.replace("test/", "")}\`: ${promise ?? test.name}`;
}

/** Between the marker and what stands after the table. */
function writeDocs(table: string): void {
  const path = join(import.meta.dirname, "../docs/proofs.md");
  const marker = "<!-- mutants -->";
  const [head, tail] = readFileSync(path, "utf8").split(marker);
  if (head === undefined || tail === undefined) throw new Error(`${path} has no ${marker}`);
  const rest = tail.replace(/^\s*(\|[^\n]*\n?)*\s*/, "");
  writeFileSync(path, `${head}${marker}\n\n${table}\n\n${rest}`.trimEnd().concat("\n"));
}
