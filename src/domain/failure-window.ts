/**
 * Task failures of one provider: a window of recent outcomes and a half-open breaker.
 *
 * A rate without a minimum count is noise: one failure of one task is "100 %". So the rule is the lower
 * 90 % confidence bound of the rate over the last 20 outcomes within 30 minutes, at least 5 of them.
 * Only failures that speak about the resource or the provider count; a bad prompt does not. Rejected:
 * the defaults of opossum (10.7 false openings a day on a real stream) and cockatiel (0 of 40 outages).
 */
import type { TasksThreshold } from "./configuration.ts";
import type { Failure, TaskOutcome } from "./input.ts";
import type { Evidence } from "./reason.ts";

export type WindowPhase = "healthy" | "failing" | "probing";

export interface WindowState {
  readonly phase: WindowPhase;
  readonly outcomes: readonly { readonly at: number; readonly ok: boolean }[];
  /** When the present phase began. */
  readonly since: number;
  readonly openMs: number;
  readonly probesGood: number;
  readonly probesBad: number;
}

export interface WindowChange {
  readonly state: WindowState;
  /** Set when the phase changed. */
  readonly evidence: Evidence | null;
}

/** One-sided 90 % quantile of the normal distribution (Wilson score bound). */
const Z_90 = 1.2816;

const RESOURCE_FAILURES: readonly Failure[] = ["oom", "timeout", "refused", "server_error"];

export const EMPTY_WINDOW: WindowState = {
  phase: "healthy",
  outcomes: [],
  since: 0,
  openMs: 0,
  probesGood: 0,
  probesBad: 0,
};

/** True, false, or `null` for an outcome that says nothing about the provider. */
export function verdictOf(outcome: TaskOutcome): boolean | null {
  if (outcome.ok) return true;
  const failure = outcome.failure ?? null;
  if (failure === null || RESOURCE_FAILURES.includes(failure)) return false;
  return failure === "quota" && outcome.provider === "cloud" ? false : null;
}

/** Takes one outcome in. */
export function withOutcome(
  state: WindowState,
  outcome: { readonly at: number; readonly ok: boolean },
  rule: TasksThreshold,
): WindowChange {
  if (state.phase === "probing") return judgeProbe(state, outcome, rule);
  const outcomes = [...recent(state, outcome.at, rule), outcome].slice(-rule.window);
  const next = { ...state, outcomes };
  if (state.phase === "failing") return { state: next, evidence: null };
  const failed = outcomes.filter((each) => !each.ok).length;
  const isTripped =
    outcomes.length >= rule.min_samples && lowerBound(failed, outcomes.length) > rule.enter;
  if (!isTripped) return { state: next, evidence: null };
  return {
    state: {
      ...next,
      phase: "failing",
      since: outcome.at,
      openMs: rule.open_ms,
      probesGood: 0,
      probesBad: 0,
    },
    evidence: rateEvidence(next, rule, "soft"),
  };
}

/** Lets time pass: failing → probing after the open time, probing → failing after its deadline. */
export function withTime(state: WindowState, at: number, rule: TasksThreshold): WindowChange {
  if (state.phase === "healthy") return { state, evidence: null };
  const served = at - state.since;
  if (state.phase === "failing" && served >= state.openMs) {
    const probing: WindowState = {
      ...state,
      phase: "probing",
      since: at,
      probesGood: 0,
      probesBad: 0,
    };
    // Nobody has tried for a whole window: there is no evidence left to hold against the provider.
    if (recent(state, at, rule).length === 0) return recovered(probing, at, rule);
    return { state: probing, evidence: rateEvidence(state, rule, "soft") };
  }
  if (state.phase === "probing" && served >= rule.probe_deadline_ms)
    return reopened(state, at, rule);
  return { state, evidence: null };
}

/** The outcomes that count at this moment: those of the last `window_minutes`. */
export function outcomesAt(
  state: WindowState,
  at: number,
  rule: TasksThreshold,
): WindowState["outcomes"] {
  return recent(state, at, rule);
}

/** Share of failures among outcomes, 0..1; `null` when there are none. */
export function failureRateOf(outcomes: WindowState["outcomes"]): number | null {
  if (outcomes.length === 0) return null;
  return outcomes.filter((each) => !each.ok).length / outcomes.length;
}

function judgeProbe(
  state: WindowState,
  outcome: { readonly at: number; readonly ok: boolean },
  rule: TasksThreshold,
): WindowChange {
  const probesGood = state.probesGood + (outcome.ok ? 1 : 0);
  const probesBad = state.probesBad + (outcome.ok ? 0 : 1);
  const outcomes = [...recent(state, outcome.at, rule), outcome].slice(-rule.window);
  const next = { ...state, outcomes, probesGood, probesBad };
  if (probesGood >= rule.probes_good) return recovered(next, outcome.at, rule);
  if (probesBad > rule.probes - rule.probes_good) return reopened(next, outcome.at, rule);
  return { state: next, evidence: null };
}

function recovered(state: WindowState, at: number, rule: TasksThreshold): WindowChange {
  const evidence = rateEvidence(state, rule, "exit");
  return { state: { ...EMPTY_WINDOW, since: at }, evidence };
}

function reopened(state: WindowState, at: number, rule: TasksThreshold): WindowChange {
  const openMs = Math.min(state.openMs * 2, rule.open_max_ms);
  const next: WindowState = { ...state, phase: "failing", since: at, openMs };
  return { state: next, evidence: rateEvidence(next, rule, "soft") };
}

function recent(state: WindowState, at: number, rule: TasksThreshold): WindowState["outcomes"] {
  const oldest = at - rule.window_minutes * 60_000;
  return state.outcomes.filter((each) => each.at > oldest);
}

/** Wilson score interval, lower end: how high the true rate is at least, with 90 % confidence. */
function lowerBound(failed: number, count: number): number {
  const rate = failed / count;
  const spread = (Z_90 * Z_90) / count;
  const middle = rate + spread / 2;
  return (
    (middle - Z_90 * Math.sqrt((rate * (1 - rate)) / count + spread / (4 * count))) / (1 + spread)
  );
}

function rateEvidence(
  state: WindowState,
  rule: TasksThreshold,
  level: Evidence["level"],
): Evidence {
  const failed = state.outcomes.filter((each) => !each.ok).length;
  const first = state.outcomes[0]?.at;
  const last = state.outcomes.at(-1)?.at;
  return {
    signal: "tasks.failure_rate",
    value: failureRateOf(state.outcomes),
    unit: "fraction",
    threshold: rule.enter,
    level,
    sustained_ms: first === undefined || last === undefined ? 0 : last - first,
    required_ms: 0,
    reading_age_ms: null,
    estimated: false,
    tasks: { task: null, model: null, failed, counted: state.outcomes.length },
  };
}
