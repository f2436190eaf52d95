/**
 * Each deliberate fault is in its place and is caught by the story that must catch it. The promises over
 * random histories, which catch many of them a second time, take longer: `bench/mutants.ts` runs all.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verdictsOf } from "./support/mutant-run.ts";
import { type CatchingTest, MUTANTS, type Mutant } from "./support/mutants.ts";

/** The suite has the other cores. */
const BESIDE_THE_SUITE = { workers: 1 };
const ROOT = join(import.meta.dirname, "..");

test("mutants: each fault has a name of its own, and its place occurs once in its file", () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  for (const { name, file, find, replace } of MUTANTS) {
    const parts = readFileSync(join(ROOT, file), "utf8").split(find);
    expect(parts, name).toHaveLength(2);
    expect(replace, name).not.toContain(find);
  }
});

test("mutants: each fault is caught by its first test, which passes without it", {
  timeout: 120_000,
}, async () => {
  const verdicts = await verdictsOf(
    MUTANTS.map((mutant) => ({ ...mutant, caughtBy: mutant.caughtBy.slice(0, 1) })),
    BESIDE_THE_SUITE,
  );
  expect(
    verdicts.filter(({ isCaught }) => !isCaught).map(({ mutant, said }) => [mutant.name, said]),
  ).toEqual([]);
  expect(verdicts).toHaveLength(MUTANTS.length);
});

test("mutants: what is no fault, cannot be loaded, or names no test is not taken for caught", {
  timeout: 60_000,
}, async () => {
  const [first] = MUTANTS as readonly [Mutant, ...Mutant[]];
  const story = first.caughtBy[0] as CatchingTest;
  const some = { ...first, caughtBy: [story] };
  const verdicts = await verdictsOf(
    [
      { ...some, name: "no fault", replace: `${some.find} // as before` },
      { ...some, name: "not loadable", replace: "if (" },
      { ...some, name: "thrown", replace: 'throw new Error("another kind of failure");' },
      { ...some, name: "no test", caughtBy: [{ ...story, name: "nothing of this name" }] },
      {
        ...some,
        name: "elsewhere",
        file: "src/domain/nearest.ts",
        find: "export function nearestOf",
        replace: "export function nearestof",
      },
    ],
    BESIDE_THE_SUITE,
  );
  expect(verdicts.map(({ isCaught }) => isCaught)).toEqual([false, false, false, false, false]);
  const said = Object.fromEntries(verdicts.map(({ mutant, said }) => [mutant.name, said]));
  expect(said).toMatchObject({
    "no fault": "it survives",
    thrown: "another kind of failure",
    "no test": "there is no such test",
    elsewhere: "it loads no fault",
  });
});
