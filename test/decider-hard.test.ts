/**
 * The hard threshold loosened: what can come no earlier then, over which inputs, and what still may.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Configuration } from "../src/domain/configuration.ts";
import type { Input } from "../src/domain/input.ts";
import { step } from "../src/machines/decider.ts";
import { initialState } from "../src/machines/runtime-state.ts";
import { deviceAfter } from "./support/invariant-grounds.ts";
import { inputsOf, pieces } from "./support/random-histories.ts";
import { CARD_MIB, configurationWith, hostWith, Story } from "./support/stories.ts";

const SEED = 20_260_103;

/** Two settings of `hard` of one meter, the stricter first. */
const hards = fc.oneof(
  fc
    .tuple(fc.constantFrom(0.855, 0.88, 0.92, 0.95), fc.constantFrom(0.005, 0.03, 0.05))
    .map(([strict, more]) => ({ meter: "vram" as const, strict, lax: strict + more })),
  fc
    .tuple(fc.constantFrom(2000, 1950, 1000, 950), fc.constantFrom(1, 100, 900))
    .map(([strict, less]) => ({ meter: "memory" as const, strict, lax: strict - less })),
);

function withHard(config: Configuration, meter: "vram" | "memory", hard: number): Configuration {
  const { thresholds } = config;
  return { ...config, thresholds: { ...thresholds, [meter]: { ...thresholds[meter], hard } } };
}

/** What the decider made of open-loop inputs with this `hard`. */
function decided(inputs: readonly Input[], meter: "vram" | "memory", hard: number) {
  let before = initialState();
  const decisions = inputs.map((input) => {
    const told =
      input.type === "config.changed"
        ? { ...input, config: withHard(input.config, meter, hard) }
        : input;
    const decision = step(before, told);
    before = decision.state;
    return decision;
  });
  const first = decisions.findIndex(({ state }) => state.chart.state[meter] === "exhausted");
  return { decisions, first: first < 0 ? Number.POSITIVE_INFINITY : first };
}

test("hard: over inputs that do not depend on decisions, and without out-of-memory errors, a laxer hard exhausts no meter earlier, and until the stricter one does both decide the same", () => {
  let later = 0;
  let stepped = 0;
  fc.assert(
    fc.property(pieces, hards, (history, { meter, strict, lax }) => {
      const inputs = inputsOf(history).filter(
        (input) => input.type !== "task.finished" || input.failure !== "oom",
      );
      const [one, other] = [decided(inputs, meter, strict), decided(inputs, meter, lax)];
      expect(other.first).toBeGreaterThanOrEqual(one.first);
      const until = Math.min(one.first, inputs.length);
      const said = ({ decisions }: typeof one) =>
        decisions.slice(0, until).map((each) => each.outputs);
      expect(said(other)).toEqual(said(one));
      if (one.first < other.first) later += 1;
      // So where work was on that device, the first hard step is no earlier either: here it is.
      const before = one.decisions[one.first - 1];
      if (before === undefined || one.first === Number.POSITIVE_INFINITY) return;
      const device = deviceAfter(before);
      if (device !== "gpu" && (device !== "cpu" || meter !== "memory")) return;
      stepped += 1;
      const outputs = one.decisions[one.first]?.outputs ?? [];
      expect(outputs.filter(({ type }) => type === "transition")).toHaveLength(1);
    }),
    { seed: SEED, numRuns: 250 },
  );
  expect(later).toBeGreaterThan(30);
  expect(stepped).toBeGreaterThan(30);
});

test("hard: after the stricter one kept work off the card, the laxer one alone may be there to be driven off", () => {
  const footprints = { nominal: 100, smallModel: 50, cpu: 3000 };
  const policy = { ...configurationWith().policy, footprints };
  const told = (hard: number) => {
    const hover = { used: Math.floor(CARD_MIB * 0.84) };
    return new Story(hostWith(), withHard(configurationWith({ policy }), "vram", hard))
      .beats(3)
      .send({ type: "degrade.requested", rung: "cpu" })
      .beat({ used: Math.ceil(CARD_MIB * 0.93) })
      .send({ type: "restore.requested" })
      .beats(120, hover)
      .beat({ used: Math.ceil(CARD_MIB * 0.96) })
      .lines.filter((line) => line.includes("VRAM_EXHAUSTED"));
  };
  expect(told(0.92)).toEqual([]);
  expect(told(0.95)).toEqual(["125s nominal→cpu VRAM_EXHAUSTED"]);
});
