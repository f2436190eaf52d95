/**
 * Stories in, every transition with its sentence out. The stories, their language and what each is for
 * are in test/scenarios/README.md; `-u` writes the transcripts anew.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rowsOf, tableOf, textOf } from "./support/pages.ts";
import { CONDITIONS, QUANTITIES } from "./support/scenario.ts";
import { CLAUSES } from "./support/scenario-clauses.ts";
import { parseScenario, SEPARATOR } from "./support/scenario-parse.ts";
import { fileText, transcriptLines } from "./support/scenario-print.ts";
import { tell } from "./support/scenario-tell.ts";
import { timeText } from "./support/scenario-words.ts";

const FOLDER = join(import.meta.dirname, "scenarios");
const README = "test/scenarios/README.md";
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .sort();

function fileOf(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

/** What the runtime says to a story now; the file may not have it yet. */
function saidTo(name: string): readonly string[] {
  const scenario = parseScenario(fileOf(name));
  return transcriptLines(scenario, tell(scenario));
}

for (const name of FILES) {
  test(`scenario: ${fileOf(name).split("\n")[0]} (${name})`, async () => {
    const scenario = parseScenario(fileOf(name));
    await expect(fileText(scenario, tell(scenario))).toMatchFileSnapshot(join(FOLDER, name));
  });
}

test("scenario: every story has a title of its own, a few sentences and a transcript", () => {
  const titles = FILES.map((name) => fileOf(name).split("\n")[0]);
  expect(new Set(titles).size).toBe(FILES.length);
  for (const name of FILES) {
    const said = saidTo(name).join("\n");
    expect(fileOf(name).split("\n\n")[1]?.length, name).toBeGreaterThan(100);
    expect(said, name).toMatch(/^0:00 .*→/);
    expect(said, name).toMatch(/the end: .*\n.*\n +\d+ readings/);
  }
});

test("scenario: every step in a transcript has its sentence in both languages", () => {
  for (const name of FILES) {
    const lines = saidTo(name);
    const steps = lines.flatMap((line, index) => (/→.* {3}[A-Z_]+$/.test(line) ? [index] : []));
    expect(steps.length, name).toBeGreaterThan(0);
    for (const step of steps) {
      expect(lines[step + 1], name).toMatch(/^ {11}.*\p{Script=Han}.*。$/u);
      expect(lines[step + 2], name).toMatch(/^ {11}[^\p{Script=Han}]+\.$/u);
    }
  }
});

test("scenario: each failure of others and each missing input has its story", () => {
  // Counted in the two tables of the decision model that the stories come from.
  expect(tableOf(README, "What happened elsewhere")).toHaveLength(18);
  expect(tableOf(README, "Input")).toHaveLength(9);
});

test("scenario: the tables of stories and the files are the same list", () => {
  const named = rowsOf(README, /./).flatMap((cells) =>
    [...(cells.at(-1) ?? "").matchAll(/^\[(.+\.txt)\]\((.+)\)$/g)].map(([, text, link]) => {
      expect(link).toBe(text);
      return link;
    }),
  );
  expect(named.toSorted()).toEqual(FILES);
});

test("scenario: the page explains every clause, and some story uses it", () => {
  const page = textOf(README).replaceAll("\\|", "|");
  const told = FILES.flatMap((name) => fileOf(name).split("\n"))
    .map((line) => /^\d[\d:.]*\s+(.+?)\s*(#.*)?$/.exec(line)?.[1] ?? "")
    .flatMap((line) => line.split(/,\s*/));
  for (const { shown, form } of CLAUSES) {
    expect(page).toContain(`\`${shown}\``);
    expect(
      told.some((clause) => form.test(clause)),
      shown,
    ).toBe(true);
  }
  for (const word of [...QUANTITIES, ...CONDITIONS])
    expect(page, word).toMatch(new RegExp(`\`(sensor vram )?${word}\\b`));
});

const HEAD = ["A title", "", "A sentence.", ""];
const PLACE = ["host a 20 GB card, 64 GB of memory", "every 1 s"];
const BEGIN = "0:00 vram 40%, memory 40 GB";

function written(...lines: readonly string[]): string {
  return [...HEAD, ...PLACE, ...lines].join("\n");
}

test("scenario: a story is told to its end, and what stands below the line is not read", () => {
  const scenario = parseScenario(
    [written(BEGIN, "1:00 vram 95%", "end 2:00"), SEPARATOR, "nonsense"].join("\n"),
  );
  const lines = transcriptLines(scenario, tell(scenario));
  expect(lines.filter((line) => line.startsWith("1:00"))).toHaveLength(1);
  expect(lines.at(-1)).toContain("120 readings, 2 with an answer");
});

test("scenario: a value goes evenly, a slept hour has no beat, a frozen meter grows old", () => {
  const told = (...lines: readonly string[]) => {
    const scenario = parseScenario(written(BEGIN, ...lines));
    return transcriptLines(scenario, tell(scenario)).join("\n");
  };
  // 40 % to 96 % in 56 s: over 92 % in the 53rd second.
  expect(told("1:00 vram 96% over 56 s", "end 3:00")).toMatch(/^1:53 +vram: relaxed → exhausted$/m);
  expect(told("1:00 computer sleeps for 1 h", "end 1:02:00")).toContain("120 readings");
  expect(told("1:00 sensor vram frozen", "end 2:00")).toMatch(/^1:05 +vram: relaxed → lost$/m);
});

test("scenario: times are written as they are read", () => {
  expect([0, 65_000, 3_600_000, 36_065_000, 1250].map(timeText)).toEqual([
    "0:00",
    "1:05",
    "1:00:00",
    "10:01:05",
    "0:01.25",
  ]);
});

const MISTAKES: readonly (readonly [string, string, RegExp])[] = [
  ["an unknown word", written(BEGIN, "0:10 vrma 45%"), /^line 8: .*"vrma 45%"/],
  ["a word after the first time", written(BEGIN, "needs cpu 3 GB"), /^line 8: .*"needs"/],
  ["an unknown head", written("gpu big"), /^line 7: .*"gpu"/],
  ["a time that goes back", written(BEGIN, "1:00 explain", "0:59 explain"), /^line 9: .*before/],
  ["seconds beyond 59", written(BEGIN, "1:60 explain", "end 2:00"), /^line 8: .*"1:60"/],
  ["an amount without unit", written(BEGIN, "1:00 memory 8"), /^line 8: .*"8 GB".*got "8"/],
  ["more than all of it", written(BEGIN, "1:00 vram 120%"), /^line 8: .*"120%"/],
  ["an unknown meter as needed", written(BEGIN, "1:00 vram as needed"), /^line 8: .*"ours"/],
  ["a share of nothing", written(BEGIN, "1:00 cpu 3 GB"), /^line 8: .*share/],
  ["an unknown cause", written(BEGIN, "1:00 sensor vram missing dog"), /^line 8: .*"dog"/],
  ["a cause of a zero", written(BEGIN, "1:00 sensor vram zero timeout"), /^line 8: .*"timeout"/],
  ["no span", written(BEGIN, "1:00 computer sleeps for ages"), /^line 8: .*span.*"ages"/],
  [
    "a look while away",
    written(BEGIN, "1:00 beat stalls for 1 min", "1:30 explain"),
    /^line 9: .*before 2:00/,
  ],
  ["an unknown rung", written(BEGIN, "1:00 ask: degrade to gpu"), /^line 8: .*"ask: /],
  ["an unknown failure", written(BEGIN, "1:00 task vision local fails dog"), /^line 8: .*dog/],
  ["an unknown setting", written("settings thresholds.vram.entre = 0.9"), /^line 7: .*entre/],
  ["a setting of a wrong value", written("settings thresholds.vram.enter = 85"), /^line 7: .*0.85/],
  [
    "settings that contradict each other",
    written(BEGIN, "1:00 settings thresholds.vram.enter = 0.95"),
    /^line 8: .*less than/,
  ],
  ["an unknown need", written("needs cloud 3 GB"), /^line 7: .*"cloud"/],
  ["a need without unit", written("needs cpu 3"), /^line 7: .*"never"/],
  ["an unknown host", [...HEAD, "host a fast one", "every 1 s"].join("\n"), /^line 5: .*fast one/],
  ["no host", HEAD.join("\n"), /"host/],
  ["no sentence", "A title\nhost no card\n", /^line 2: .*sentences/],
  ["no title", "\n\n\n\nhost no card", /^line 1: .*title/],
  ["no beat", [...HEAD, "host no card", "0:00 memory 8 GB", "end 1:00"].join("\n"), /"every/],
  ["no end", written(BEGIN), /"end/],
  ["something after the end", written(BEGIN, "end 1:00", "2:00 explain"), /^line 9: .*follow/],
  ["something later than the end", written(BEGIN, "2:00 explain", "end 1:00"), /^line 8: .*after/],
  ["no value to begin with", written("0:00 memory 8 GB", "end 1:00"), /vram or others at 0:00/],
  ["a story without end", written(BEGIN, "end 99:00:00"), /beats/],
];

test.each(MISTAKES)("scenario: %s is a mistake that names its line", (_, text, expected) => {
  expect(() => parseScenario(text)).toThrow(expected);
});
