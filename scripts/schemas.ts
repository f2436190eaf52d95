/**
 * Writes the JSON Schemas in docs/ from the tables that check what comes in: `node scripts/schemas.ts`.
 * Tests fail when a file and its table differ.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configurationSchema } from "../src/domain/configuration-schema.ts";
import { simulateSchema } from "../src/replay/simulate-schema.ts";

const SCHEMAS = {
  "configuration.schema.json": configurationSchema(),
  "simulate.schema.json": simulateSchema(),
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
