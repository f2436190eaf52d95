/**
 * The real decider behind the bench's interface: `step`, told by real inputs what a runtime would tell it.
 *
 * Defaults throughout; only the beat is that of the trace, and the footprints are those of the scenario
 * (the small model takes half). No cloud: what leaves the card goes to the CPU, what leaves the host's
 * memory is refused. A model that ran out of memory is a task that failed, as the gateway reports it.
 */
import {
  type Configuration,
  DEFAULT_CONFIGURATION,
  decisionPartOf,
} from "../../src/domain/configuration.ts";
import { type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import type { Input } from "../../src/domain/input.ts";
import { RUNGS, type Rung } from "../../src/domain/rung.ts";
import { step } from "../../src/machines/decider.ts";
import { initialState, placeOf, type RuntimeState } from "../../src/machines/runtime-state.ts";
import type { Controller, Glimpse, Opinion, Place, Setting } from "./controller.ts";

/** Memory beside a card that is watched: plenty, and never the matter. */
const PLENTY_MIB = 65_536;
const FREE_MIB = 40_000;
const CPU_MODEL_MIB = 3000;

function asItIs(configuration: Configuration): Configuration {
  return configuration;
}

interface Choice {
  readonly hasSmall: boolean;
  readonly change?: (configuration: Configuration) => Configuration;
}

/** The host of a scenario: a card of that size, or none and that much memory. */
function hostOf({ signal, totalMib }: Setting): Host {
  const memoryMib = signal === "memory" ? totalMib : PLENTY_MIB;
  const card = {
    vendor: "nvidia" as const,
    name: "bench",
    uuid: "GPU-1",
    vram_total_mib: totalMib,
    driver: null,
    cuda: null,
    unified: false,
    is_integrated: false,
  };
  return {
    ...UNKNOWN_HOST,
    cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
    memory: { total_mib: memoryMib, available_mib: null, limited_by: "host" },
    gpus: signal === "vram" ? [card] : [],
  };
}

/** The defaults, with the beat and the footprints of a scenario. */
function configurationOf(setting: Setting, { hasSmall, change = asItIs }: Choice): Configuration {
  const base = decisionPartOf(DEFAULT_CONFIGURATION);
  const { signal, intervalMs, footprintMib } = setting;
  const smallModel = hasSmall ? Math.round(footprintMib / 2) : null;
  const footprints =
    signal === "memory"
      ? { nominal: null, smallModel: null, cpu: footprintMib }
      : { nominal: footprintMib, smallModel, cpu: CPU_MODEL_MIB };
  return change({
    ...base,
    sensors: { ...base.sensors, beat_ms: intervalMs, gpu_ms: intervalMs },
    policy: { ...base.policy, footprints },
  });
}

function started(setting: Setting, choice: Choice): RuntimeState {
  const inputs: readonly Input[] = [
    { type: "config.changed", at: 0, config: configurationOf(setting, choice) },
    { type: "host.detected", at: 0, host: hostOf(setting) },
  ];
  return inputs.reduce((state, input) => step(state, input).state, initialState());
}

/** What a glimpse is to the runtime: perhaps the outcome of a task, and a reading. */
function inputsOf(glimpse: Glimpse, setting: Setting): readonly Input[] {
  const { at, usedMib, ownMib, sourceAt } = glimpse;
  const { signal, totalMib } = setting;
  const vram =
    signal === "memory"
      ? {}
      : { vram: { used_mib: usedMib, total_mib: totalMib, own_mib: ownMib, source_at: sourceAt } };
  const memory =
    signal === "memory"
      ? { available_mib: totalMib - usedMib, total_mib: totalMib, source_at: sourceAt }
      : { available_mib: FREE_MIB, total_mib: PLENTY_MIB, source_at: at };
  const reading: Input = { type: "reading", at, ...vram, memory, cpu: { used_percent: 10 } };
  if (!glimpse.hasRunOut) return [reading];
  const outcome: Input = {
    type: "task.finished",
    at,
    task: "vision",
    provider: "local",
    ok: false,
    failure: "oom",
  };
  return [outcome, reading];
}

/** Until the entry is over no model is loaded, whatever the rung. */
function placed(rung: Rung, isEntryPending: boolean): Place {
  if (isEntryPending) return "off";
  if (rung === "nominal") return "nominal";
  return rung === "smallModel" ? "small" : "off";
}

function opinion(state: RuntimeState, setting: Setting): Opinion {
  const rung = placeOf(state)?.rung ?? "shed";
  return {
    place: placed(rung, state.sensing.ladder.isEntryPending),
    level: RUNGS.indexOf(rung),
    rung,
    next: (glimpse) =>
      opinion(
        inputsOf(glimpse, setting).reduce((before, input) => step(before, input).state, state),
        setting,
      ),
  };
}

export const OURS: Controller = {
  name: "runtime-profile",
  begin: (setting) => opinion(started(setting, { hasSmall: true }), setting),
};

function blindfolded(seen: Opinion): Opinion {
  return { ...seen, next: (glimpse) => blindfolded(seen.next({ ...glimpse, ownMib: null })) };
}

/** The same under another configuration: what a rule is worth shows when it is taken away. */
export function oursWith(change: (configuration: Configuration) => Configuration): Controller {
  return {
    name: "runtime-profile, changed",
    begin: (setting) => opinion(started(setting, { hasSmall: true, change }), setting),
  };
}

/** The same without a smaller model: the card is left at once. */
export const OURS_ONE_MODEL: Controller = {
  name: "runtime-profile, one model",
  begin: (setting) => opinion(started(setting, { hasSmall: false }), setting),
};

/** The same, but nobody tells it how much of what is in use is its own. */
export const OURS_BLIND: Controller = {
  name: "runtime-profile, own share unknown",
  begin: (setting) => blindfolded(OURS.begin(setting)),
};
