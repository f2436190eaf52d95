/**
 * Writes the golden logs anew: `npm run golden`. Only for a change of the decider that is meant: raise
 * DECIDER_VERSION, look at the difference in the transcripts, and say in the commit what changed and why.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GOLDEN_LOGS, goldenTexts } from "../test/support/golden-logs.ts";
import { GOLDEN_STORIES } from "../test/support/golden-stories.ts";

for (const [name, story] of Object.entries(GOLDEN_STORIES)) {
  const folder = mkdtempSync(join(tmpdir(), "runtime-profile-golden-"));
  const { lines, transcript } = goldenTexts(folder, story);
  writeFileSync(join(GOLDEN_LOGS, `${name}.ndjson`), lines);
  writeFileSync(join(GOLDEN_LOGS, `${name}.txt`), transcript);
  rmSync(folder, { recursive: true });
}
