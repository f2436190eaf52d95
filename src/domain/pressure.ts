/**
 * Sensing: numbers and times in, named facts out. The only place where thresholds are compared.
 *
 * One input at a time changes the sensing state and yields the facts that changed, plus the rung that
 * may be climbed to. A reading that changes nothing yields nothing, and the statechart never hears of
 * it. All timers are comparisons of input times; there is no clock here.
 */
import { isCloudAllowedFor } from "./cloud-consent.ts";
import type { Fact } from "./fact.ts";
import { verdictOf } from "./failure-window.ts";
import { visionWindowsOf, withModelOutcome, worstTasksOf } from "./failure-windows.ts";
import { freedNothing } from "./freed-nothing.ts";
import type { EffectReported, Input, MemoryOomKilled, TaskFinished } from "./input.ts";
import { outOfMemoryAfter } from "./out-of-memory.ts";
import { fittingRung, isInfeasible } from "./permission.ts";
import { senseReading, windowFacts } from "./reading-sense.ts";
import { type Evidence, plainEvidence } from "./reason.ts";
import {
  capacityOf,
  isCloudFailing,
  isCloudReachable,
  NO_FACTS,
  NO_METERS,
  resumed,
  type Sensed,
  type Sensing,
  type Surroundings,
} from "./sensing.ts";

const RESUMED: Fact = { type: "host.resumed", evidence: null };

/** Judges one input. `around.configuration` and `around.tier` are already those after the input. */
export function sense(sensing: Sensing, input: Input, around: Surroundings): Sensed {
  const sensed = withCloudFact(sensing, judge(sensing, input, around));
  if (input.type === "reading") return sensed;
  return { ...sensed, permission: escapeFrom(sensed.sensing, input.at, around) };
}

/** The cloud is judged by its probe and by its own task window; the chart hears of it when that changes. */
function withCloudFact(before: Sensing, sensed: Sensed): Sensed {
  const after = sensed.sensing;
  if (after.cloud === before.cloud && after.hasCloudAnswered === before.hasCloudAnswered) {
    if (after.isCloudAllowed === before.isCloudAllowed) return sensed;
  }
  const was = before.isCloudAllowed ? isCloudReachable(before) : null;
  const is = isCloudReachable(after);
  if (!after.isCloudAllowed || is === null || is === was) return sensed;
  return { ...sensed, facts: [...sensed.facts, reachability(is, after)] };
}

function reachability(isReachable: boolean, sensing: Sensing): Fact {
  const tasks = isCloudFailing(sensing) ? worstTasksOf(visionWindowsOf(sensing.cloud)) : null;
  const signal = tasks === null ? "cloud.reachable" : "cloud.tasks";
  const plain = plainEvidence(signal, isReachable ? "exit" : "hard");
  const evidence = tasks === null ? plain : { ...plain, tasks };
  return { type: isReachable ? "cloud.returned" : "cloud.lost", evidence };
}

/** Where to go, without dwell, when this input made the present rung infeasible. */
function escapeFrom(sensing: Sensing, at: number, around: Surroundings): Sensed["permission"] {
  const { tier, rung, configuration } = around;
  if (tier === null || rung === null) return null;
  const capacity = capacityOf(sensing, { at, tier, rung, meters: NO_METERS }, around);
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
    case "memory.oom_killed":
      return senseKernelKill(sensing, input);
    case "effect.finished":
    case "effect.failed":
      return senseEffect(sensing, input, around);
    case "degrade.requested":
    case "restore.requested":
    case "conditions.changed":
    case "models.changed":
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
  const isCloudAllowed = isCloudAllowedFor(cloud, "vision");
  const facts: Fact[] = [];
  if (isCloudAllowed !== sensing.isCloudAllowed) {
    facts.push({ type: isCloudAllowed ? "cloud.allowed" : "cloud.forbidden", evidence: null });
  }
  // An editor that cannot be seen just now is what it was.
  const isEditorBusy = editor.leave_gpu ? (sensing.isEditorRunning ?? sensing.isEditorBusy) : null;
  if (isEditorBusy !== sensing.isEditorBusy) {
    const type = isEditorBusy === true ? "editor.started" : "editor.stopped";
    facts.push({
      type,
      evidence: plainEvidence("editor.running", isEditorBusy === true ? "soft" : "exit"),
    });
  }
  return { sensing: { ...sensing, isCloudAllowed, isEditorBusy }, facts, permission: null };
}

function senseProbe(sensing: Sensing, hasCloudAnswered: boolean): Sensed {
  return { sensing: { ...sensing, hasCloudAnswered }, facts: NO_FACTS, permission: null };
}

function senseTask(sensing: Sensing, input: TaskFinished, around: Surroundings): Sensed {
  const verdict = verdictOf(input);
  if (verdict === null) return { sensing, facts: NO_FACTS, permission: null };
  const rule = around.configuration.thresholds.tasks;
  const outcome = { ...input, ok: verdict };
  if (input.provider === "cloud") {
    const { windows } = withModelOutcome(sensing.cloud, outcome, rule);
    return { sensing: { ...sensing, cloud: windows }, facts: NO_FACTS, permission: null };
  }
  const change = withModelOutcome(sensing.local, outcome, rule);
  const facts = windowFacts(sensing.local, change);
  const next = { ...sensing, local: change.windows };
  return input.failure === "oom" && !input.ok
    ? outOfMemory(next, facts, { input, around })
    : { sensing: next, facts, permission: null };
}

/**
 * An out-of-memory error is evidence, not a rate: hard at once for the resource that ran out. A task that
 * began before a step reports after it: just after a step the error belongs to the device that was left.
 */
function outOfMemory(
  sensing: Sensing,
  facts: readonly Fact[],
  where: { input: TaskFinished; around: Surroundings },
): Sensed {
  const { input, around } = where;
  const { at, task, model = null } = input;
  const { lastStepAt, leftDevice } = sensing.ladder;
  const { blank_ms } = around.configuration.thresholds.vram;
  const isBlank = lastStepAt !== null && at - lastStepAt < blank_ms;
  const device = isBlank ? leftDevice : around.device;
  const ladder = { ...sensing.ladder, ...outOfMemoryAfter(sensing.ladder, at) };
  const exhausted = { level: "exhausted" as const, quickSince: null, slowSince: null };
  const evidence: Evidence = {
    ...plainEvidence("task.out_of_memory", "hard"),
    tasks: { task, model, failed: 1, counted: 1 },
  };
  if (device === "gpu" && around.hasVram) {
    const next = { ...sensing, vram: { ...sensing.vram, ...exhausted }, ladder };
    return {
      sensing: next,
      facts: [...facts, { type: "vram.exhausted", evidence }],
      permission: null,
    };
  }
  if (device === "gpu" || device === "cpu") {
    const next = { ...sensing, memory: { ...sensing.memory, ...exhausted }, ladder };
    return {
      sensing: next,
      facts: [...facts, { type: "memory.exhausted", evidence }],
      permission: null,
    };
  }
  return { sensing: { ...sensing, ladder }, facts, permission: null };
}

/**
 * The kernel ended a process of our groups: memory was exhausted, whatever the meter says after it. Other
 * than an error of a task it belongs to no device: what was ended had to be in memory.
 */
function senseKernelKill(sensing: Sensing, { at, killed }: MemoryOomKilled): Sensed {
  const ladder = { ...sensing.ladder, ...outOfMemoryAfter(sensing.ladder, at) };
  const exhausted = { level: "exhausted" as const, quickSince: null, slowSince: null };
  const evidence: Evidence = {
    ...plainEvidence("memory.oom_kills", "hard"),
    value: killed,
    unit: "count",
  };
  const next = { ...sensing, memory: { ...sensing.memory, ...exhausted }, ladder };
  return { sensing: next, facts: [{ type: "memory.exhausted", evidence }], permission: null };
}

/**
 * An unload that freed nothing on a card that is tight all the same: the smaller model helps no more than
 * the bigger one. No error was met, so the return test looks back no further than usual.
 */
function senseEffect(sensing: Sensing, input: EffectReported, around: Surroundings): Sensed {
  const isSmaller = around.rung === "smallModel" && around.hasVram;
  const evidence = isSmaller && sensing.vram.level === "tight" ? freedNothing(input) : null;
  if (evidence === null) return { sensing, facts: NO_FACTS, permission: null };
  const exhausted = { level: "exhausted" as const, quickSince: null, slowSince: null };
  const facts: readonly Fact[] = [{ type: "vram.exhausted", evidence }];
  return {
    sensing: { ...sensing, vram: { ...sensing.vram, ...exhausted } },
    facts,
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
