/**
 * Runs named tests against deliberate faults: each fault is put into its file while vitest loads it, so
 * that no tree is copied and the files on disk stay as they are.
 *
 * Each mutant is a project of its own in one vitest run, with a plugin that alone knows its fault. It is
 * caught when the named test fails by an assertion while the same test passes without the fault; a file
 * that cannot be loaded, an error of another kind, or a fault that never came to be loaded is no catch.
 */
import { join } from "node:path";
import {
  createVitest,
  type TestCase,
  type TestModule,
  type TestProject,
  type Vite,
  type Vitest,
} from "vitest/node";
import type { CatchingTest, Mutant } from "./mutants.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The project without a fault. */
const SOUND = "sound";

/** A failing property looks for its smallest example; the time limit is for a hang. */
const EACH = { root: ROOT, include: [], testTimeout: 120_000 };

/** What became of one mutant at one test. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly test: CatchingTest;
  readonly isCaught: boolean;
  /** What the test said, or why it is no catch. */
  readonly said: string;
  readonly seconds: number;
}

interface TestError {
  readonly name?: string;
  readonly message: string;
  readonly cause?: unknown;
}

/** Runs all of them, so many at a time. */
export async function verdictsOf(
  mutants: readonly Mutant[],
  { workers }: { readonly workers: number },
): Promise<readonly Verdict[]> {
  const loaded = new Set<string>();
  const vitest = await createVitest("test", {
    root: ROOT,
    config: false,
    watch: false,
    maxWorkers: workers,
    // Kept transforms are found by the file and the plugins' names; no fault may come from another run.
    fsModuleCache: false,
    reporters: [{}],
    projects: [
      { test: { ...EACH, name: SOUND } },
      ...mutants.map((mutant) => ({
        plugins: [faultOf(mutant, loaded)],
        test: { ...EACH, name: mutant.name },
      })),
    ],
  });
  try {
    const all = mutants.flatMap(({ caughtBy }) => caughtBy);
    await vitest.runTestSpecifications([
      ...specificationsOf(vitest.getProjectByName(SOUND), all),
      ...mutants.flatMap(({ name, caughtBy }) =>
        specificationsOf(vitest.getProjectByName(name), caughtBy),
      ),
    ]);
    return mutants.flatMap((mutant) =>
      mutant.caughtBy.map((test) => verdictOf(vitest, loaded, { mutant, test })),
    );
  } finally {
    await vitest.close();
  }
}

/** The plugin that puts a fault into its file. */
function faultOf({ name, file, find, replace }: Mutant, loaded: Set<string>): Vite.Plugin {
  return {
    name: `mutant: ${name}`,
    enforce: "pre",
    transform(code, id) {
      if (id !== join(ROOT, file)) return null;
      const parts = code.split(find);
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} of: ${find}`);
      loaded.add(name);
      return parts.join(replace);
    },
  };
}

function specificationsOf(project: TestProject, tests: readonly CatchingTest[]) {
  const files = [...new Set(tests.map(({ file }) => file))];
  return files.map((file) => {
    const names = tests.filter((test) => test.file === file).map(({ name }) => name);
    return project.createSpecification(join(ROOT, file), { testNames: [...new Set(names)] });
  });
}

function verdictOf(
  vitest: Vitest,
  loaded: ReadonlySet<string>,
  { mutant, test }: { readonly mutant: Mutant; readonly test: CatchingTest },
): Verdict {
  const seconds = (caseOf(vitest, mutant.name, test)?.diagnostic()?.duration ?? 0) / 1000;
  const verdict = { mutant, test, seconds };
  const sound = caseOf(vitest, SOUND, test);
  if (sound === null) return { ...verdict, isCaught: false, said: "there is no such test" };
  if (!sound.ok()) return { ...verdict, isCaught: false, said: "it fails without the fault too" };
  const module = moduleOf(vitest, mutant.name, test.file);
  const [broken] = module?.errors() ?? [];
  if (broken !== undefined) return { ...verdict, isCaught: false, said: broken.message };
  if (!loaded.has(mutant.name)) return { ...verdict, isCaught: false, said: "it loads no fault" };
  const errors: readonly TestError[] = caseOf(vitest, mutant.name, test)?.result().errors ?? [];
  const said = errors.map(saidBy).join("; ");
  const isCaught = errors.length > 0 && errors.every(isAssertion);
  return { ...verdict, isCaught, said: said === "" ? "it survives" : said };
}

function isAssertion(error: TestError): boolean {
  return innermost(error).name === "AssertionError";
}

function saidBy(error: TestError): string {
  return innermost(error).message;
}

/** A property that fails names the assertion of its smallest example as its cause. */
function innermost(error: TestError): TestError {
  return error.cause === undefined ? error : innermost(error.cause as TestError);
}

function moduleOf(vitest: Vitest, project: string, file: string): TestModule | null {
  const modules = vitest.state.getTestModules();
  const isIt = (each: TestModule) =>
    each.project.name === project && each.moduleId === join(ROOT, file);
  return modules.find(isIt) ?? null;
}

function caseOf(vitest: Vitest, project: string, { file, name }: CatchingTest): TestCase | null {
  const module = moduleOf(vitest, project, file);
  if (module === null) return null;
  return [...module.children.allTests()].find((each) => each.name === name) ?? null;
}
