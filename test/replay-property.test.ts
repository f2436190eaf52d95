/**
 * Whatever happens to a runtime, its log tells the same story: live state = replayed state = replayed
 * from any checkpoint = what a past moment answers, and a what-if without changes differs in nothing.
 * `bench/replay-property.ts` runs many more.
 */
import { expect, test } from "vitest";
import { folderOfTest } from "./log-helper.ts";
import { proofOf } from "./support/life-proofs.ts";
import { RandomLife } from "./support/random-life.ts";

const LIVES = 40;
const INPUTS = 500;

test("replay: the log of any life is that life, from its start, from each checkpoint, at each moment", {
  timeout: 120_000,
}, async () => {
  const base = folderOfTest();
  for (let seed = 1; seed <= LIVES; seed += 1) {
    const life = new RandomLife(seed, `${base}/${seed}`);
    await life.live(INPUTS);
    expect(proofOf(life).differences, `seed ${seed}`).toEqual([]);
    life.close();
  }
});
