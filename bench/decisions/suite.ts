/**
 * What the bench runs: the scenarios of both loops, and which controllers meet each.
 * The generated ones last four hours, so that "an hour" means something; the sawtooth also stands as the
 * 7 minutes that it is modelled on. Seeds are fixed: the bench says the same each time.
 */
import { BASELINES } from "./baselines.ts";
import type { Controller } from "./controller.ts";
import {
  constant,
  finer,
  leak,
  ramps,
  renderBursts,
  SAWTOOTH_SEED,
  sawtooth,
  sawtoothEndless,
  sawtoothRounds,
  scaled,
  scenarioOf,
  steps,
} from "./generated.ts";
import { OURS, OURS_BLIND, OURS_ONE_MODEL } from "./ours.ts";
import type { Scenario } from "./scenario.ts";
import { EARLYOOM_NAMES, earlyoom, plato } from "./traces.ts";

const HOURS = 4;
const SEED = 7;
const MODEL = 0.3;
const TEETH = { footprint: MODEL, exhausted: 0.93 };
const EARLYOOM_LEAD_MS = 120_000;
const EARLYOOM_MODEL = 0.2;

/** The closed-loop scenarios that the goals name; they are quick. */
export function namedClosedScenarios(): readonly Scenario[] {
  const teeth = sawtooth(SAWTOOTH_SEED);
  return [
    scenarioOf("constant 51", constant(0.51, HOURS), {
      footprint: 0.4,
      title: "Others hold 51 %, 4 h",
    }),
    scenarioOf("constant 50", constant(0.5, HOURS), {
      footprint: MODEL,
      title: "A card that is half full, 4 h",
    }),
    scenarioOf("sawtooth", teeth, { ...TEETH, title: "Sawtooth, 7 min" }),
    scenarioOf("sawtooth × 0.6", scaled(teeth, 0.6), { ...TEETH, title: "Sawtooth × 0.6, 7 min" }),
    plato(0.75, MODEL),
  ];
}

/** All closed-loop scenarios. */
export function closedScenarios(): readonly Scenario[] {
  const endless = sawtoothEndless(SAWTOOTH_SEED, HOURS);
  const bursts = renderBursts(SEED, HOURS);
  const plain = { footprint: MODEL };
  return [
    ...namedClosedScenarios(),
    plato(1, MODEL),
    scenarioOf("sawtooth without end", endless, {
      ...TEETH,
      title: "Sawtooth without a long pause, 4 h",
    }),
    scenarioOf("sawtooth without end × 0.6", scaled(endless, 0.6), {
      ...TEETH,
      title: "Sawtooth × 0.6 without a long pause, 4 h",
    }),
    scenarioOf("sawtooth in rounds", sawtoothRounds(SAWTOOTH_SEED, HOURS), {
      ...TEETH,
      title: "The sawtooth's 7 minutes again and again, 4 h",
    }),
    scenarioOf("step", steps(SEED, HOURS), { ...plain, title: "Steps 20 % to 65 %, 4 h" }),
    scenarioOf("ramp", ramps(SEED, HOURS), { ...plain, title: "Ramps 15 % to 75 %, 4 h" }),
    scenarioOf("leak", leak(SEED, HOURS), { ...plain, title: "A leak, 20 % to 97 % in 2 h, 4 h" }),
    scenarioOf("render bursts", bursts, {
      ...plain,
      title: "An editor's render bursts, a look each second, 4 h",
    }),
    scenarioOf("render bursts, 0.25 s", finer(bursts, 4), {
      ...plain,
      title: "The same render bursts, a look each 0.25 s, 4 h",
      intervalMs: 250,
    }),
    ...EARLYOOM_NAMES.map((name) =>
      earlyoom(name, { leadMs: EARLYOOM_LEAD_MS, footprint: EARLYOOM_MODEL }),
    ),
  ];
}

/** Who meets a closed-loop scenario. In memory there is no smaller model, and nobody tells our share. */
export function controllersFor({ setting }: Scenario): readonly Controller[] {
  return setting.signal === "memory"
    ? [OURS, ...BASELINES]
    : [OURS, OURS_ONE_MODEL, OURS_BLIND, ...BASELINES];
}

/** The open-loop scenarios: use that does reach exhaustion. */
export function openScenarios(): readonly Scenario[] {
  const none = { footprint: 0 };
  const teeth = { footprint: 0, exhausted: 0.93 };
  return [
    scenarioOf("sawtooth", sawtooth(SAWTOOTH_SEED), { ...teeth, title: "Sawtooth, 7 min" }),
    scenarioOf("sawtooth in rounds", sawtoothRounds(SAWTOOTH_SEED, HOURS), {
      ...teeth,
      title: "The sawtooth's 7 minutes again and again, 4 h",
    }),
    scenarioOf("constant 51", constant(0.51, HOURS), { ...none, title: "Constant 51 %, 4 h" }),
    scenarioOf("step", scaled(steps(SEED, HOURS), 1.5), {
      ...none,
      title: "Steps 30 % to 98 %, 4 h",
    }),
    scenarioOf("ramp", scaled(ramps(SEED, HOURS), 1.3), {
      ...none,
      title: "Ramps 20 % to 98 %, 4 h",
    }),
    scenarioOf("leak", leak(SEED, HOURS), { ...none, title: "A leak, 20 % to 97 % in 2 h, 4 h" }),
    scenarioOf("render bursts", scaled(renderBursts(SEED, HOURS), 1.25), {
      ...none,
      title: "An editor's render bursts up to 85 to 98 %, 4 h",
    }),
    plato(1, 0),
    ...EARLYOOM_NAMES.map((name) => earlyoom(name, { leadMs: 0, footprint: 0 })),
  ];
}

/** Who meets an open-loop scenario and the faults. */
export const OPEN_CONTROLLERS: readonly Controller[] = [OURS, ...BASELINES];
