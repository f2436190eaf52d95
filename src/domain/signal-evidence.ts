/**
 * What a change of a signal's level was seen by: value, threshold, how long, how old.
 *
 * Made from the states before and after only when the level changed; nearly no sample changes it.
 */
import type { Sample, SignalRule, SignalState } from "./level-signal.ts";
import type { Evidence } from "./reason.ts";

/** One judgement: the states around it, and what was judged by which rule. */
export interface Judged {
  readonly before: SignalState;
  readonly after: SignalState;
  readonly sample: Sample;
  readonly rule: SignalRule;
}

/** The evidence of a change of level; `null` when the level stayed. */
export function levelEvidence(judged: Judged): Evidence | null {
  const { before, after } = judged;
  if (before.level === after.level) return null;
  switch (after.level) {
    case "exhausted":
      return evidenceOf(judged, { level: "hard", ...hardSpan(judged) });
    case "tight":
      return evidenceOf(judged, { level: "soft", ...softSpan(judged) });
    case "relaxed":
      return evidenceOf(judged, { level: "exit", ...exitSpan(judged) });
    case "lost":
      return lostEvidence(judged);
    case "unknown":
      return null;
  }
}

type Span = Pick<Evidence, "threshold" | "sustained_ms" | "required_ms">;

function hardSpan({ before, sample, rule }: Judged): Span {
  const sustained_ms = sample.at - (before.beyondSince ?? sample.at);
  return { threshold: rule.threshold.hard, sustained_ms, required_ms: 0 };
}

function softSpan({ before, sample, rule }: Judged): Span {
  const { enter, grace_ms } = rule.threshold;
  if (before.level === "lost") return { threshold: enter, sustained_ms: 0, required_ms: 0 };
  const sustained_ms = sample.at - (before.beyondSince ?? sample.at);
  // A sensor slower than the grace period gets one sample per period: that one must do.
  return { threshold: enter, sustained_ms, required_ms: rule.intervalMs > grace_ms ? 0 : grace_ms };
}

function exitSpan({ before, sample, rule }: Judged): Span {
  const { enter, quick_exit, quick_exit_ms, slow_exit, slow_exit_ms } = rule.threshold;
  if (before.level === "unknown" || before.level === "lost")
    return { threshold: enter, sustained_ms: 0, required_ms: 0 };
  const value = sample.value ?? Number.NaN;
  const isWithinQuick = rule.isHighBad ? value < quick_exit : value > quick_exit;
  const quickMs = sample.at - (before.quickSince ?? sample.at);
  return isWithinQuick && quickMs >= quick_exit_ms
    ? { threshold: quick_exit, sustained_ms: quickMs, required_ms: quick_exit_ms }
    : {
        threshold: slow_exit,
        sustained_ms: sample.at - (before.slowSince ?? sample.at),
        required_ms: slow_exit_ms,
      };
}

function evidenceOf(
  { sample, rule }: Judged,
  seen: Span & { readonly level: Evidence["level"] },
): Evidence {
  return {
    signal: rule.signal,
    value: sample.value,
    unit: rule.unit,
    threshold: seen.threshold,
    level: seen.level,
    sustained_ms: seen.sustained_ms,
    required_ms: seen.required_ms,
    reading_age_ms: sample.at - sample.sourceAt,
    estimated: sample.isEstimated,
  };
}

function lostEvidence({ before, sample, rule }: Judged): Evidence {
  const age = sample.at - (before.sourceAt ?? before.awaitedSince);
  return {
    signal: rule.signal,
    value: null,
    unit: rule.unit,
    threshold: null,
    level: "hard",
    sustained_ms: age,
    required_ms: rule.staleMs,
    reading_age_ms: before.sourceAt === null ? null : age,
    estimated: false,
  };
}
