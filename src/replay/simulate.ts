/**
 * The simulator: one line of NDJSON in, one line out, by the decider that runs live.
 *
 * The idea: a chess problem instead of a game. Whoever writes the lines sets the pieces and the clock,
 * and sees the one move that follows. Nothing else is different from a runtime: it starts, completes
 * the footprints from the tables whenever host or models change, and rounds readings as the log does.
 */
import { type Configuration, DEFAULT_CONFIGURATION } from "../domain/configuration.ts";
import type { SettingOverride } from "../domain/configuration-text.ts";
import { type ErrorCode, errorAsJson, RuntimeProfileError } from "../domain/error.ts";
import type { Host } from "../domain/host.ts";
import type { Input } from "../domain/input.ts";
import type { Output, TransitionOutput } from "../domain/output.ts";
import type { Reason } from "../domain/reason.ts";
import type { Rung } from "../domain/rung.ts";
import { isSameData } from "../domain/same-data.ts";
import { REGIONS, type Region, type State } from "../domain/state.ts";
import {
  type Decision,
  initialState,
  placeOf,
  type RuntimeState,
} from "../machines/runtime-state.ts";
import { withFootprints } from "../policy/footprints.ts";
import type { VisionPolicy } from "../policy/policy.ts";
import { policyIn } from "./fold.ts";
import { configurationOf, inputOfLine, startedInput } from "./simulate-input.ts";

/** What answers a line; the wire form of `design/wire.md`. */
export interface SimulateAnswer {
  readonly at: number;
  readonly state: State;
  readonly rung: Rung | null;
  readonly vision: Pick<VisionPolicy, "provider" | "model" | "device">;
  /** At most one. */
  readonly transitions: readonly Step[];
  readonly facts: readonly FactChange[];
}

/** What answers a line that is not valid; nothing has changed. `at` is that of the line, if it has one. */
export interface SimulateRefusal {
  readonly at: number | null;
  readonly error: {
    readonly code: ErrorCode;
    readonly path: string | null;
    readonly message: string;
  };
}

export interface Step {
  readonly from: string;
  readonly to: string;
  readonly reason: Reason;
}

export interface FactChange {
  readonly region: Exclude<Region, "profile">;
  readonly from: string;
  readonly to: string;
}

/** Takes an input in: the live fold, or an actor that also writes a log. */
export type Fold = (state: RuntimeState, input: Input) => Decision;

/** A simulation between two lines. */
export interface Simulation {
  readonly state: RuntimeState;
  /** The last moment that a valid line named; `null` before the first. */
  readonly at: number | null;
  /** The configuration as it was given; that of `state` has its footprints completed. */
  readonly given: Configuration;
  readonly settings: readonly SettingOverride[];
}

/** What a simulation begins with; `settings` are laid over every configuration, this one included. */
export interface SimulationStart {
  readonly configuration?: Configuration;
  readonly settings?: readonly SettingOverride[];
}

/** A simulation before its first line. Throws RP_CONFIGURATION when the settings do not fit. */
export function beginSimulation(start: SimulationStart = {}): Simulation {
  const { configuration = DEFAULT_CONFIGURATION, settings = [] } = start;
  const given = configurationOf(configuration, settings);
  return { state: initialState(), at: null, given, settings };
}

/** What a line did, and its answer; `null` for a line without anything on it, which gets none. */
export function simulateLine(
  simulation: Simulation,
  line: string | SimulateRefusal,
  fold: Fold,
): { readonly simulation: Simulation; readonly answer: SimulateAnswer | SimulateRefusal | null } {
  if (typeof line !== "string") return { simulation, answer: line };
  if (line.trim() === "") return { simulation, answer: null };
  let json: unknown;
  try {
    json = jsonOf(line);
    const input = inputOfLine(json, simulation.settings);
    const at = momentOf(json) ?? input.at;
    if (simulation.at !== null && at < simulation.at) throw tooEarly(at, simulation.at);
    const taken = taking(simulation, { at, input }, fold);
    return { simulation: taken.simulation, answer: answerOf(simulation.state, taken) };
  } catch (error) {
    if (!(error instanceof RuntimeProfileError)) throw error;
    return { simulation, answer: { at: momentOf(json), error: errorAsJson(error) } };
  }
}

/** The answer to a line that could not even be read. */
export function unreadableLine(got: string, remedy: string): SimulateRefusal {
  const message = `Expected a line of JSON, got ${got}; ${remedy}.`;
  return { at: null, error: { code: "RP_INPUT", path: "", message } };
}

interface Taken {
  readonly simulation: Simulation;
  readonly at: number;
  readonly outputs: readonly Output[];
}

/** The input, with what a runtime would do around it. */
function taking(
  before: Simulation,
  { at: sentAt, input }: { readonly at: number; readonly input: Input },
  fold: Fold,
): Taken {
  const { at } = input;
  const outputs: Output[] = [];
  let { state } = before;
  const take = (next: Input): void => {
    const decision = fold(state, next);
    state = decision.state;
    outputs.push(...decision.outputs);
  };
  const given = input.type === "config.changed" ? input.config : before.given;
  const configureFor = (host: Host | null): void => {
    const config = withFootprints(given, host);
    if (!isSameData(config, state.configuration)) take({ type: "config.changed", at, config });
  };
  if (before.at === null) {
    // A clock may begin anywhere, below zero too.
    state = { ...state, at };
    take(startedInput(at));
    take({ type: "config.changed", at, config: before.given });
  }
  switch (input.type) {
    case "config.changed":
      take({ ...input, config: withFootprints(given, state.host) });
      break;
    case "host.detected":
      // First the footprints, so that the host is judged by those that belong to it.
      configureFor(input.host);
      take(input);
      break;
    case "models.changed":
      take(input);
      configureFor(state.host);
      break;
    default:
      take(input);
  }
  return { simulation: { ...before, state, at: sentAt, given }, at: sentAt, outputs };
}

function answerOf(before: RuntimeState, { simulation, at, outputs }: Taken): SimulateAnswer {
  const { state } = simulation;
  const { profile, vram, memory, tasks, cloud, hold, editor } = state.chart.state;
  const { provider, model, device } = policyIn(state).vision;
  return {
    at,
    state: { profile, vram, memory, tasks, cloud, hold, editor },
    rung: placeOf(state)?.rung ?? null,
    vision: { provider, model, device },
    transitions: stepsOf(outputs),
    facts: factsOf(before.chart.state, state.chart.state),
  };
}

/** Two steps around one line (the footprints, then the host) are one to whoever sent it. */
function stepsOf(outputs: readonly Output[]): readonly Step[] {
  const steps = outputs.filter((one): one is TransitionOutput => one.type === "transition");
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined || first.from === last.to) return [];
  const { from } = first;
  return [{ from, to: last.to, reason: { ...last.reason, from } }];
}

function factsOf(before: State, after: State): readonly FactChange[] {
  return REGIONS.flatMap((region) =>
    region === "profile" || before[region] === after[region]
      ? []
      : [{ region, from: before[region], to: after[region] }],
  );
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const problem = cause instanceof Error ? (cause.message.split(", ")[0] ?? "") : "";
    const message = `Expected a line of JSON, got a mistake (${problem}); write one object per line.`;
    throw new RuntimeProfileError("RP_INPUT", message, { path: "", cause });
  }
}

/** The moment that a refused line named, as far as it named one. */
function momentOf(json: unknown): number | null {
  if (typeof json !== "object" || json === null || !Object.hasOwn(json, "at")) return null;
  const { at } = json as { readonly at: unknown };
  return typeof at === "number" && Number.isFinite(at) ? at : null;
}

function tooEarly(at: number, last: number): RuntimeProfileError {
  const message = `Expected at to be ${last} or later, got ${at}; the clock of the lines never goes back.`;
  return new RuntimeProfileError("RP_INPUT", message, { path: "at" });
}
