/** Receipts and refusals: what a job is told about where it ran, or why it did not. */
import type { Attempt, Receipt, RefusalKind, Target, WorkRefusal, WorkRole } from "./domain/job.ts";
import { placeOf, type RuntimeState } from "./machines/runtime-state.ts";
import type { PassedOver } from "./runtime-work-choice.ts";

/** What is known of a job besides its target. */
export interface Told {
  readonly role: WorkRole;
  readonly usesPolicy: boolean;
  readonly attempts: readonly Attempt[];
  readonly waitedMs: number;
  readonly state: RuntimeState;
  /** Number of the newest transition in the log; `null` = none is on disk. */
  readonly transitionSeq: number | null;
}

/** The receipt of a job that ran at this target; `null` only while the host is being detected. */
export function receiptOf(target: Target, passedOver: PassedOver | null, told: Told): Receipt {
  const { role, attempts, waitedMs, state } = told;
  const { provider, model, device, rung } = target;
  const tier = placeOf(state)?.tier ?? "LOCAL_CPU_ONLY";
  const { reason, seq } = whyOf(passedOver, told);
  return { role, provider, model, device, tier, rung, reason, seq, waited_ms: waitedMs, attempts };
}

/** The refusal of a job; its entry is the one that explains where the runtime stands. */
export function refusalOf(
  said: {
    readonly kind: RefusalKind;
    readonly message: string;
    readonly retryAfterMs: number | null;
  },
  told: Told,
): WorkRefusal {
  const { role, attempts, waitedMs, state } = told;
  const place = placeOf(state);
  const { reason, seq } = whyOf(attempts.length === 0 ? null : "ATTEMPT_FAILED", told);
  return {
    kind: said.kind,
    failure: attempts.at(-1)?.failure ?? null,
    message: said.message,
    retry_after_ms: said.retryAfterMs,
    role,
    tier: place?.tier ?? null,
    rung: place?.rung ?? null,
    reason: place === null ? null : reason,
    seq,
    waited_ms: waitedMs,
    attempts,
  };
}

function whyOf(
  passedOver: PassedOver | null,
  { attempts, usesPolicy, state, transitionSeq }: Told,
): Pick<Receipt, "reason" | "seq"> {
  if (passedOver === "ATTEMPT_FAILED") {
    return { reason: passedOver, seq: attempts.at(-1)?.seq ?? transitionSeq };
  }
  if (!usesPolicy) return { reason: "POLICY_LEFT_OUT", seq: transitionSeq };
  if (passedOver !== null) return { reason: passedOver, seq: transitionSeq };
  return { reason: state.lastTransition?.reason.code ?? "HOST_DETECTED", seq: transitionSeq };
}
