/** The two benches of durability, a few rounds of each: they end with 0 only when nothing was lost. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

async function bench(name: string, ...counts: readonly number[]): Promise<string> {
  const script = join(import.meta.dirname, "..", "bench", name);
  const { stdout } = await run(process.execPath, ["--no-warnings", script, ...counts.map(String)]);
  return stdout;
}

test("crash: a daemon killed in the middle of its work has lost nothing that a client saw", async () => {
  expect(await bench("crash.ts", 3)).toMatch(/│ 3 +│ 3 +│ \d+ +│ 0 +│ 0 /);
}, 120_000);

test("damage: a runtime starts on every kind of damage, and is silent about none", async () => {
  expect(await bench("damage.ts", 14, 1, 6000)).toContain("14 damages, 0 failed or silent");
}, 120_000);
