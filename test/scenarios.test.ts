/** Stories in, every transition with its sentence out; the language is in test/scenarios/README.md. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseScenario } from "./support/scenario-parse.ts";
import { fileText } from "./support/scenario-print.ts";
import { tell } from "./support/scenario-tell.ts";

const FOLDER = join(import.meta.dirname, "scenarios");
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .sort();

for (const name of FILES) {
  const text = readFileSync(join(FOLDER, name), "utf8");
  const title = text.split("\n")[0] ?? name;
  test(`scenario: ${title} (${name})`, async () => {
    const scenario = parseScenario(text);
    await expect(fileText(scenario, tell(scenario))).toMatchFileSnapshot(join(FOLDER, name));
  });
}
