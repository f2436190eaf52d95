/**
 * Writes docs/configuration.schema.json from the table of settings:
 * `node scripts/configuration-schema.ts`. A test fails when the file and the table differ.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configurationSchema } from "../src/domain/configuration-schema.ts";

const path = fileURLToPath(new URL("../docs/configuration.schema.json", import.meta.url));
writeFileSync(path, `${JSON.stringify(configurationSchema(), null, 2)}\n`);
