/**
 * The failure windows of one provider, one for each model that was named.
 *
 * A large model that times out says nothing about a small one, and a planning model without quota
 * nothing about the one that looks at pictures. So each model has its own window, outcomes without a
 * name share one, and the provider is as its worst window is. Rejected: a window for each task as well;
 * two tasks of one model fail together.
 */
import type { TasksThreshold } from "./configuration.ts";
import {
  EMPTY_WINDOW,
  failureRateOf,
  outcomesAt,
  type WindowPhase,
  type WindowState,
  withOutcome,
  withTime,
} from "./failure-window.ts";
import type { TaskOutcome } from "./input.ts";
import type { Evidence, TaskEvidence } from "./reason.ts";

/** The window of one model. */
export interface ModelWindow {
  /** `null`: the outcomes that named no model. */
  readonly model: string | null;
  /** True once vision used this model; the ladder is vision's. */
  readonly isVision: boolean;
  readonly window: WindowState;
}

/** At most `MODELS_MAX`, the one heard of last at the end. */
export type Windows = readonly ModelWindow[];

/** What became of the windows of a provider. */
export interface WindowsChange {
  readonly windows: Windows;
  /** Evidence of the window that changed its phase last; `null` when none did. */
  readonly evidence: Evidence | null;
}

/** Models that are kept apart; of more, the one heard of longest ago is forgotten. */
export const MODELS_MAX = 8;

export const NO_WINDOWS: Windows = [];

/** Takes one outcome in, into the window of its model. */
export function withModelOutcome(
  windows: Windows,
  outcome: TaskOutcome & { readonly at: number },
  rule: TasksThreshold,
): WindowsChange {
  const model = modelKeyOf(outcome.model ?? null);
  const before = windows.find((each) => each.model === model);
  const { at, ok } = outcome;
  const { state, evidence } = withOutcome(before?.window ?? EMPTY_WINDOW, { at, ok }, rule);
  const isVision = before?.isVision === true || outcome.task === "vision";
  const others = windows.filter((each) => each !== before);
  const next: ModelWindow = { model, isVision, window: state };
  return { windows: [...kept(others), next], evidence: named(evidence, next) };
}

/** Lets time pass in each window; the same list comes back when none moved. */
export function withModelTime(windows: Windows, at: number, rule: TasksThreshold): WindowsChange {
  let evidence: Evidence | null = null;
  let hasMoved = false;
  const next = windows.map((each) => {
    const change = withTime(each.window, at, rule);
    if (change.state === each.window) return each;
    hasMoved = true;
    evidence = named(change.evidence, each) ?? evidence;
    return { ...each, window: change.state };
  });
  return { windows: hasMoved ? next : windows, evidence };
}

/** True when no window feels time: nearly always. */
export function areHealthy(windows: Windows): boolean {
  for (let index = 0; index < windows.length; index += 1) {
    if ((windows[index] as ModelWindow).window.phase !== "healthy") return false;
  }
  return true;
}

/** The worst phase of any window. */
export function worstPhaseOf(windows: Windows): WindowPhase {
  const phases = windows.map(({ window }) => window.phase);
  if (phases.includes("failing")) return "failing";
  return phases.includes("probing") ? "probing" : "healthy";
}

/** Those that speak about the ladder: vision's models, and outcomes that named none. */
export function visionWindowsOf(windows: Windows): Windows {
  return windows.filter(({ model, isVision }) => isVision || model === null);
}

/** Share of failures in the worst window, 0..1, and how many outcomes of all windows count now. */
export function worstRateAt(
  windows: Windows,
  at: number,
  rule: TasksThreshold,
): { readonly rate: number | null; readonly outcomes: number } {
  let rate: number | null = null;
  let outcomes = 0;
  for (const { window } of windows) {
    const counted = outcomesAt(window, at, rule);
    outcomes += counted.length;
    const own = failureRateOf(counted);
    if (own !== null && (rate === null || own > rate)) rate = own;
  }
  return { rate, outcomes };
}

/** The window that speaks most against its provider, counted; `null` when none is failing or on trial. */
export function worstTasksOf(windows: Windows): TaskEvidence | null {
  let worst: TaskEvidence | null = null;
  for (const { model, window } of windows) {
    if (window.phase === "healthy") continue;
    const counted = window.outcomes.length;
    const failed = window.outcomes.filter((each) => !each.ok).length;
    if (worst === null || failed * worst.counted > worst.failed * counted)
      worst = { task: null, model, failed, counted };
  }
  return worst;
}

/** Says whose tasks they were. */
function named(evidence: Evidence | null, { model }: ModelWindow): Evidence | null {
  if (evidence?.tasks === undefined) return evidence;
  return { ...evidence, tasks: { ...evidence.tasks, model } };
}

/** `moondream` and `moondream:latest` are one model to the server, and so to us. */
function modelKeyOf(model: string | null): string | null {
  return model === null || model === "" ? null : model.replace(/:latest$/, "");
}

/** Room for one more: a healthy window goes before one that still holds something against its model. */
function kept(windows: Windows): Windows {
  if (windows.length < MODELS_MAX) return windows;
  const healthy = windows.findIndex(({ window }) => window.phase === "healthy");
  return windows.toSpliced(Math.max(0, healthy), 1);
}
