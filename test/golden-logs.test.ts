/** Real logs that were kept: they are read, verified, and told again by the decider of today. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOfTest, readerOf } from "./log-helper.ts";
import { GOLDEN_LOGS, goldenTexts, importGolden, transcriptOf } from "./support/golden-logs.ts";
import { GOLDEN_STORIES } from "./support/golden-stories.ts";
import { verified } from "./support/written-log.ts";

/** What to do when one of these fails. */
const HOW =
  "Meant? Raise DECIDER_VERSION, run `npm run golden`, and say in the commit what changed.";

const NAMES = Object.keys(GOLDEN_STORIES);

test("golden logs: there is a log and a transcript for every story, and no other", () => {
  const files = NAMES.flatMap((name) => [`${name}.ndjson`, `${name}.txt`]);
  expect(readdirSync(GOLDEN_LOGS).sort()).toEqual(files.sort());
});

test.each(NAMES)("golden log %s: every hash, output and checkpoint holds today", (name) => {
  const folder = folderOfTest();
  importGolden(join(GOLDEN_LOGS, `${name}.ndjson`), folder);
  const log = readerOf(folder);
  const report = verified(log);
  expect(report.findings, HOW).toEqual([]);
  expect(report.outputs_compared).toBeGreaterThan(20);
  expect(report.checkpoints_compared).toBeGreaterThan(1);
  expect(log.read({ type: "readings.sealed" }).length).toBeGreaterThan(1);
  expect(transcriptOf(log)).toBe(readFileSync(join(GOLDEN_LOGS, `${name}.txt`), "utf8"));
});

test.each(Object.entries(GOLDEN_STORIES))(
  "golden story %s: is told today as it was",
  (name, story) => {
    const { transcript } = goldenTexts(folderOfTest(), story);
    expect(transcript, HOW).toBe(readFileSync(join(GOLDEN_LOGS, `${name}.txt`), "utf8"));
  },
);
