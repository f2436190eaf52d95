/**
 * Sensing: numbers and times in, named facts out. The only place where thresholds are compared.
 *
 * One input at a time changes the sensing state and yields the facts that changed, plus the rung that
 * may be climbed to. A reading that changes nothing yields nothing, and the statechart never hears of
 * it. All timers are comparisons of input times; there is no clock here.
 */
import type { Fact } from "./fact.ts";
import { verdictOf, type WindowChange, withOutcome } from "./failure-window.ts";
import type { Input, TaskFinished } from "./input.ts";
import { fittingRung, isInfeasible, withOutOfMemory } from "./permission.ts";
import { senseReading, windowFacts } from "./reading-sense.ts";
import { plainEvidence } from "./reason.ts";
import {
  capacityOf,
  NO_FACTS,
  resumed,
  type Sensed,
  type Sensing,
  type Surroundings,
} from "./sensing.ts";

const RESUMED: Fact = { type: "host.resumed", evidence: null };

/** Judges one input. `around.configuration` and `around.tier` are already those after the input. */
export function sense(sensing: Sensing, input: Input, around: Surroundings): Sensed {
  const sensed = judge(sensing, input, around);
  if (input.type === "reading") return sensed;
  return { ...sensed, permission: escapeFrom(sensed.sensing, input.at, around) };
}

/** Where to go, without dwell, when this input made the present rung infeasible. */
function escapeFrom(sensing: Sensing, at: number, around: Surroundings): Sensed["permission"] {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null) return null;
  const capacity = capacityOf(sensing, at, { ...around, tier, rung });
  if (!isInfeasible(capacity)) return null;
  return fittingRung(sensing.ladder, capacity, { configuration, from: "nominal" });
}

function judge(sensing: Sensing, input: Input, around: Surroundings): Sensed {
  switch (input.type) {
    case "reading":
      return senseReading(sensing, input, around);
    case "runtime.started":
      return senseRestart(sensing, input.at);
    case "clock.resumed":
      return { sensing: resumed(sensing, input.at), facts: [RESUMED], permission: null };
    case "config.changed":
      return senseConsent(sensing, around);
    case "cloud.probed":
      return senseProbe(sensing, input.reachable);
    case "task.finished":
      return senseTask(sensing, input, around);
    case "editor.changed":
      return senseEditor(sensing, input.running, around);
    case "host.detected":
      return senseEditor(sensing, input.host.davinci.running, around);
    case "degrade.requested":
    case "restore.requested":
    case "models.changed":
    case "effect.finished":
    case "effect.failed":
    case "readings.sealed":
    case "log.gap":
    case "runtime.stopped":
      return { sensing, facts: NO_FACTS, permission: null };
  }
}

function senseRestart(sensing: Sensing, at: number): Sensed {
  const next = resumed(sensing, at);
  const ladder = { ...next.ladder, isEntryPending: true };
  return { sensing: { ...next, lastBeatAt: null, ladder }, facts: [RESUMED], permission: null };
}

function senseConsent(sensing: Sensing, around: Surroundings): Sensed {
  const { cloud, editor } = around.configuration;
  const isCloudAllowed = cloud.allowed && cloud.vision === "allow";
  const facts: Fact[] = [];
  if (isCloudAllowed !== sensing.isCloudAllowed) {
    facts.push({ type: isCloudAllowed ? "cloud.allowed" : "cloud.forbidden", evidence: null });
    if (isCloudAllowed && sensing.isCloudReachable !== null)
      facts.push(reachability(sensing.isCloudReachable));
  }
  const isEditorBusy = editor.leave_gpu ? sensing.isEditorRunning : null;
  if (isEditorBusy !== sensing.isEditorBusy) {
    facts.push({
      type: isEditorBusy === true ? "editor.started" : "editor.stopped",
      evidence: null,
    });
  }
  return { sensing: { ...sensing, isCloudAllowed, isEditorBusy }, facts, permission: null };
}

function senseProbe(sensing: Sensing, isReachable: boolean): Sensed {
  const isTrusted = isReachable && sensing.cloud.phase !== "failing";
  const isNews = isTrusted !== sensing.isCloudReachable;
  const next = { ...sensing, isCloudReachable: isTrusted };
  const facts = isNews && sensing.isCloudAllowed ? [reachability(isTrusted)] : NO_FACTS;
  return { sensing: next, facts, permission: null };
}

function reachability(isReachable: boolean): Fact {
  const evidence = plainEvidence("cloud.reachable", isReachable ? "exit" : "hard");
  return { type: isReachable ? "cloud.returned" : "cloud.lost", evidence };
}

function senseTask(sensing: Sensing, input: TaskFinished, around: Surroundings): Sensed {
  const verdict = verdictOf(input);
  if (verdict === null) return { sensing, facts: NO_FACTS, permission: null };
  const rule = around.configuration.thresholds.tasks;
  const outcome = { at: input.at, ok: verdict };
  if (input.provider === "cloud")
    return cloudOutcome(sensing, withOutcome(sensing.cloud, outcome, rule));
  const change = withOutcome(sensing.local, outcome, rule);
  const facts = windowFacts(sensing.local, change);
  const next = { ...sensing, local: change.state };
  return input.failure === "oom" && !input.ok
    ? outOfMemory(next, facts, { at: input.at, around })
    : { sensing: next, facts, permission: null };
}

function cloudOutcome(sensing: Sensing, change: WindowChange): Sensed {
  const next = { ...sensing, cloud: change.state };
  const hasTripped = change.evidence !== null && change.state.phase === "failing";
  if (!hasTripped || !sensing.isCloudAllowed)
    return { sensing: next, facts: NO_FACTS, permission: null };
  const lost: Fact = { type: "cloud.lost", evidence: change.evidence };
  return { sensing: { ...next, isCloudReachable: false }, facts: [lost], permission: null };
}

/** An out-of-memory error is evidence, not a rate: hard at once for the resource that ran out. */
function outOfMemory(
  sensing: Sensing,
  facts: readonly Fact[],
  where: { at: number; around: Surroundings },
): Sensed {
  const { at, around } = where;
  const evidence = plainEvidence("task.out_of_memory", "hard");
  const ladder = withOutOfMemory(sensing.ladder, at);
  const exhausted = { level: "exhausted" as const, quickSince: null, slowSince: null };
  if (around.device === "gpu" && around.hasVram) {
    const vram = { ...sensing.vram, ...exhausted };
    return {
      sensing: { ...sensing, vram, ladder },
      facts: [...facts, { type: "vram.exhausted", evidence }],
      permission: null,
    };
  }
  const memory = { ...sensing.memory, ...exhausted };
  return {
    sensing: { ...sensing, memory, ladder },
    facts: [...facts, { type: "memory.exhausted", evidence }],
    permission: null,
  };
}

function senseEditor(before: Sensing, isRunning: boolean | null, around: Surroundings): Sensed {
  const sensing =
    isRunning === before.isEditorRunning ? before : { ...before, isEditorRunning: isRunning };
  if (
    !around.configuration.editor.leave_gpu ||
    isRunning === null ||
    isRunning === before.isEditorBusy
  ) {
    return { sensing, facts: NO_FACTS, permission: null };
  }
  const evidence = plainEvidence("editor.running", isRunning ? "soft" : "exit");
  const fact: Fact = { type: isRunning ? "editor.started" : "editor.stopped", evidence };
  return { sensing: { ...sensing, isEditorBusy: isRunning }, facts: [fact], permission: null };
}
