/**
 * The fold: one input in, the next state and everything that follows from it.
 *
 * `step` decides; what the decision means for people (policy, recommendations) is derived from the state
 * before and after, and written down only where it changed. The live runtime, verify and what-if all
 * call this one function, so that none of them can tell another story.
 */
import type { Input } from "../domain/input.ts";
import type { Output } from "../domain/output.ts";
import { dwellOf } from "../domain/permission.ts";
import type { MemoryState, VramState } from "../domain/state.ts";
import { step } from "../machines/decider.ts";
import { type Decision, placeOf, type RuntimeState } from "../machines/runtime-state.ts";
import type { Policy } from "../policy/policy.ts";
import { type Recommendation, recommendationsOf } from "../policy/recommendation.ts";
import { policyOf } from "../policy/resolve.ts";
import type { Situation } from "../policy/situation.ts";

/** Folds one input in; see the file header. */
export function decide(before: RuntimeState, input: Input): Decision {
  const decision = step(before, input);
  if (decision.outputs.length === 0 && isSameForPeople(before, decision.state, input))
    return decision;
  const derived = derivedOutputs(before, decision.state);
  return derived.length === 0
    ? decision
    : { state: decision.state, outputs: [...decision.outputs, ...derived] };
}

/** What the policy is derived from. */
export function situationOf(state: RuntimeState): Situation {
  const place = placeOf(state);
  return {
    tier: place?.tier ?? null,
    rung: place?.rung ?? null,
    host: state.host,
    configuration: state.configuration,
    cloud: state.chart.state.cloud,
    hasFirstReading: !state.sensing.ladder.isEntryPending,
    isRoomAwaited: isRoomAwaited(state),
    retryAfterMs: dwellOf(state.sensing.ladder, state.at, state.configuration).required_ms,
    areModelsKnown: state.areModelsKnown,
  };
}

/** The first readings have come and the tier's model did not fit yet. */
function isRoomAwaited({ sensing, hasVram }: RuntimeState): boolean {
  const { ladder, memory, vram } = sensing;
  return ladder.isFitAwaited && memory.sourceAt !== null && (!hasVram || vram.sourceAt !== null);
}

export function policyIn(state: RuntimeState): Policy {
  return policyOf(situationOf(state));
}

export function recommendationsIn(state: RuntimeState): readonly Recommendation[] {
  const situation = situationOf(state);
  return recommendationsFor(state, situation, policyOf(situation));
}

function recommendationsFor(
  state: RuntimeState,
  situation: Situation,
  policy: Policy,
): readonly Recommendation[] {
  const { memory, vram } = state.chart.state;
  const { cpu, memory: signal, memoryTrend } = state.sensing;
  return recommendationsOf(situation, {
    policy,
    isCpuBusy: cpu.isBusy,
    isVramTight: isShort(vram),
    memoryFullInMs: memoryTrend.fullAt === null ? null : memoryTrend.fullAt - state.at,
    // Before the first reading, what the detection saw is the best there is.
    ...(memory === "unknown"
      ? {}
      : { isMemoryTight: isShort(memory), memoryAvailableMib: signal.value }),
  });
}

function isShort(level: VramState | MemoryState): boolean {
  return level === "tight" || level === "exhausted";
}

function isFilling({ sensing }: RuntimeState): boolean {
  return sensing.memoryTrend.fullAt !== null;
}

/**
 * A reading that moves no fact can still end the wait for the first one, or bring advice. An outcome that
 * moves none changes nothing that the policy is made from.
 */
function isSameForPeople(before: RuntimeState, after: RuntimeState, { type }: Input): boolean {
  if (type !== "reading" && type !== "task.finished") return false;
  return (
    before.sensing.cpu.isBusy === after.sensing.cpu.isBusy &&
    isFilling(before) === isFilling(after) &&
    before.sensing.ladder.isEntryPending === after.sensing.ladder.isEntryPending
  );
}

function derivedOutputs(before: RuntimeState, after: RuntimeState): Output[] {
  const outputs: Output[] = [];
  const [old, now] = [meaningOf(before), meaningOf(after)];
  const { vision, planning, editing } = now.lines;
  const { lines } = old;
  if (lines.vision !== vision || lines.planning !== planning || lines.editing !== editing) {
    outputs.push({ type: "policy.changed", ...now.lines });
  }
  if (old.codes.join() !== now.codes.join())
    outputs.push({ type: "recommendation.changed", codes: now.codes });
  return outputs;
}

/** What a state means for people: the policy is derived once for both. */
function meaningOf(state: RuntimeState) {
  const situation = situationOf(state);
  const policy = policyOf(situation);
  const codes = recommendationsFor(state, situation, policy).map(({ code }) => code);
  return { lines: policyLines(policy), codes };
}

/** Each role in one line, as the log's reader sees it: `local / moondream / auto (not ready: …)`. */
function policyLines({ vision, planning, editing }: Policy): {
  vision: string;
  planning: string;
  editing: string;
} {
  return {
    vision: roleLine([vision.provider, vision.model, vision.device], vision.missing),
    planning: roleLine([planning.provider, planning.model, planning.device], planning.missing),
    editing: roleLine([editing.editor], editing.missing),
  };
}

function roleLine(words: readonly (string | null)[], missing: readonly string[]): string {
  const line = words.filter((word) => word !== null).join(" / ");
  return missing.length === 0 ? line : `${line} (not ready: ${missing.join(", ")})`;
}
