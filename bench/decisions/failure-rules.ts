/**
 * The failure rules of the bench: ours, through the real `step` with readings in between; and the naive
 * one, "more than 30 % of the last 60 seconds", without a minimum count.
 */
import { DEFAULT_CONFIGURATION, decisionPartOf } from "../../src/domain/configuration.ts";
import { type Host, UNKNOWN_HOST } from "../../src/domain/host.ts";
import type { Input, TaskOutcome } from "../../src/domain/input.ts";
import { step } from "../../src/machines/decider.ts";
import { initialState, placeOf, type RuntimeState } from "../../src/machines/runtime-state.ts";
import type { ArrivingTask, FailureRule, Handled, Stream } from "./failures.ts";

const CARD_MIB = 20_480;
const MEMORY_MIB = 65_536;

const HOST: Host = {
  ...UNKNOWN_HOST,
  cpu: { brand: null, cores: 16, threads: 24, score: "ultra", quota: null },
  memory: { total_mib: MEMORY_MIB, available_mib: null, limited_by: "host" },
  gpus: [
    {
      vendor: "nvidia",
      name: "bench",
      uuid: "GPU-1",
      vram_total_mib: CARD_MIB,
      driver: null,
      cuda: null,
      unified: false,
      is_integrated: false,
    },
  ],
};

/** The defaults; the cloud may be used. */
function begun(): RuntimeState {
  const base = decisionPartOf(DEFAULT_CONFIGURATION);
  const footprints = { nominal: 2048, smallModel: 1024, cpu: 3000 };
  const config = {
    ...base,
    cloud: { ...base.cloud, allowed: true },
    policy: { ...base.policy, footprints },
  };
  const inputs: readonly Input[] = [
    { type: "config.changed", at: 0, config },
    { type: "host.detected", at: 0, host: HOST },
    { type: "cloud.probed", at: 0, reachable: true },
  ];
  return inputs.reduce((state, input) => step(state, input).state, initialState());
}

function calmReading(at: number): Input {
  return {
    type: "reading",
    at,
    vram: { used_mib: 4000, total_mib: CARD_MIB, own_mib: 2048, source_at: at },
    memory: { available_mib: 40_000, total_mib: MEMORY_MIB, source_at: at },
    cpu: { used_percent: 10 },
  };
}

/** On the cloud's rung a task goes there, unless the breaker asks for a probe. */
function isSentAway({ chart, ...state }: RuntimeState): boolean {
  const place = placeOf({ chart, ...state });
  return place?.rung === "cloud" && chart.state.tasks !== "probing";
}

function outcomeOf({ fails }: ArrivingTask, isAway: boolean): TaskOutcome {
  if (isAway) return { task: "vision", provider: "cloud", ok: true };
  return { task: "vision", provider: "local", ok: !fails, failure: fails ? "timeout" : null };
}

function handleOurs({ tasks }: Stream): Handled {
  const beatMs = DEFAULT_CONFIGURATION.sensors.beat_ms;
  const openings: number[] = [];
  let state = begun();
  let beatAt = 0;
  const take = (input: Input): void => {
    const was = state.chart.state.tasks;
    state = step(state, input).state;
    if (was === "healthy" && state.chart.state.tasks === "failing") openings.push(input.at);
  };
  const isDiverted = tasks.map((task) => {
    for (; beatAt <= task.at; beatAt += beatMs) take(calmReading(beatAt));
    const isAway = isSentAway(state);
    take({ type: "task.finished", at: task.at, ...outcomeOf(task, isAway) });
    return isAway;
  });
  return { openings, isDiverted };
}

const NAIVE_WINDOW_MS = 60_000;
const NAIVE_RATE = 0.3;

function handleNaive({ tasks }: Stream): Handled {
  const openings: number[] = [];
  let outcomes: readonly ArrivingTask[] = [];
  const isDiverted = tasks.map((task) => {
    const isOver = (): boolean =>
      outcomes.filter(({ fails }) => fails).length > NAIVE_RATE * outcomes.length;
    outcomes = outcomes.filter(({ at }) => at > task.at - NAIVE_WINDOW_MS);
    if (isOver()) return true;
    outcomes = [...outcomes, task];
    if (isOver()) openings.push(task.at);
    return false;
  });
  return { openings, isDiverted };
}

export const OUR_RULE: FailureRule = { name: "runtime-profile", handle: handleOurs };
export const NAIVE_RULE: FailureRule = {
  name: "last 60 s, over 30 %, no minimum",
  handle: handleNaive,
};
