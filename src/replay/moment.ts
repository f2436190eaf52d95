/**
 * The state at a past moment: from the nearest checkpoint of this machine, the inputs up to there.
 *
 * What the live runtime would have answered comes out, because the same fold makes it. Two things can
 * stand in the way, and are said: readings that were pruned (then the recorded steps are followed
 * instead), and a part of the log that another version of the machine wrote.
 */
import type { Input } from "../domain/input.ts";
import type { FactOutput, TransitionOutput } from "../domain/output.ts";
import type { State } from "../domain/state.ts";
import { inputOf, outputOf } from "../log/codec.ts";
import type { Entry } from "../log/entry.ts";
import { readingAt } from "../log/reading-columns.ts";
import type { LogStore } from "../log/store.ts";
import { step } from "../machines/decider.ts";
import { checkpointOf, type RuntimeState, restoreState } from "../machines/runtime-state.ts";
import { firstState, newestState, restoredFrom } from "./checkpoint.ts";
import { decide } from "./fold.ts";
import type { InexactCode } from "./inexact.ts";

/** A past state and how far it can be relied on. */
export interface Moment {
  readonly state: RuntimeState;
  readonly seq: number;
  /** Empty = to the bit what the live runtime was then. */
  readonly inexact: readonly InexactCode[];
}

/** What of a log is needed to look back. */
export type PastLog = Pick<LogStore, "pieces" | "lastCheckpoint" | "read" | "start">;

/** The state after everything up to and with `seq`, in one go. */
export function stateAt(log: PastLog, machineHash: string, seq: number): Moment {
  const steps = momentSteps(log, machineHash, seq);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** As `stateAt`, in small steps: without a checkpoint of this machine the way may be long. */
export function* momentSteps(
  log: PastLog,
  machineHash: string,
  seq: number,
): Generator<undefined, Moment> {
  const from = newestState(log, machineHash, seq) ?? firstState(log, machineHash);
  const range = { after: from.seq, through: seq, machineHash };
  const exact = yield* foldSteps(log, from.state, range);
  const state = exact ?? (yield* followed(log, from.state, range));
  const inexact: InexactCode[] = exact === null ? ["READINGS_PRUNED"] : [];
  if (isForeign(log, machineHash, seq)) inexact.push("MACHINE_DIFFERS");
  return { state, seq, inexact };
}

interface Range {
  readonly after: number;
  readonly through: number;
}

/**
 * Folds the inputs of the range in, in steps of at most one run of readings. Only states are asked for,
 * so what `decide` derives from them for people is not made. `null` = readings of it are gone.
 */
export function* foldSteps(
  log: Pick<PastLog, "pieces" | "read">,
  from: RuntimeState,
  range: Range & { readonly machineHash: string },
): Generator<undefined, RuntimeState | null> {
  const { after, through, machineHash } = range;
  let state = from;
  for (const piece of log.pieces({ after, through, kinds: "inputs" })) {
    if (piece.kind === "pruned") return null;
    if (piece.kind === "readings") {
      const { columns, from: first, to } = piece.run;
      for (let place = first; place < to; place += 1) {
        state = step(state, readingAt(columns, place)).state;
      }
      yield;
    } else {
      const { entry } = piece;
      state = step(state, inputOf(entry)).state;
      if (entry.type === "log.gap") state = bridged(log, entry, machineHash) ?? state;
    }
  }
  return state;
}

/** What was lost in a gap stands in the checkpoint that was written with it. */
function bridged(log: Pick<PastLog, "read">, gap: Entry, machineHash: string): RuntimeState | null {
  const [checkpoint] = log.read({ after: gap.seq, limit: 1, type: "checkpoint" });
  return checkpoint === undefined ? null : restoredFrom(checkpoint, machineHash);
}

/** Without the readings: what is known comes from the inputs that are kept, what moved from the record. */
function* followed(
  log: PastLog,
  from: RuntimeState,
  range: Range,
): Generator<undefined, RuntimeState> {
  let state = from;
  for (const piece of log.pieces(range)) {
    yield;
    if (piece.kind !== "entry") continue;
    const { entry } = piece;
    if (entry.kind === "input") state = withInput(state, inputOf(entry));
    else if (entry.type === "transition") state = withTransition(state, entry);
    else if (entry.type === "fact") state = withFact(state, outputOf(entry) as FactOutput);
  }
  return state;
}

/** Takes in what an input says, and leaves the chart where the record has it. */
function withInput(before: RuntimeState, input: Input): RuntimeState {
  const { state } = decide(before, input);
  return withChart({ ...state, lastTransition: before.lastTransition }, before.chart.state);
}

function withTransition(before: RuntimeState, entry: Entry): RuntimeState {
  const { to, reason } = outputOf(entry) as TransitionOutput;
  const lastTransition = { at: entry.at, reason };
  return withChart({ ...before, lastTransition }, { ...before.chart.state, profile: to });
}

function withFact(before: RuntimeState, { region, to }: FactOutput): RuntimeState {
  return withChart(before, { ...before.chart.state, [region]: to });
}

function withChart(state: RuntimeState, regions: State): RuntimeState {
  const checkpoint = checkpointOf(state);
  return restoreState({ ...checkpoint, chart: { ...checkpoint.chart, state: regions } });
}

/** Whether another machine decided at this place. */
function isForeign(log: PastLog, machineHash: string, seq: number): boolean {
  const query = {
    before: seq + 1,
    limit: 1,
    type: "runtime.started",
    order: "descending",
  } as const;
  const [started] = log.read(query);
  if (started === undefined) return false;
  const input = inputOf(started);
  return input.type === "runtime.started" && input.machine_hash !== machineHash;
}
