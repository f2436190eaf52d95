/**
 * What happens with a job at this moment: it begins at a target, it waits, or it is refused.
 *
 * Asked anew whenever something changed, with the state of that moment, so that a job which has waited
 * goes by the policy and the pressures of when it begins, not of when it came. Others' use moves a job to
 * the next rung; our own work under way, and readings that are still to come, are waited for.
 */
import { isAmong, obstacleOf, type Reservation, type Rooms } from "./domain/admission.ts";
import type { Attempt, RefusalKind, Target, WorkRole } from "./domain/job.ts";
import { lookbackMsAt } from "./domain/out-of-memory.ts";
import { peakOver } from "./domain/peak.ts";
import { RUNGS, type Rung } from "./domain/rung.ts";
import type { RuntimeState } from "./machines/runtime-state.ts";
import { type Dispatch, dispatchOf, isWaitedFor, type Unusable } from "./policy/dispatch.ts";
import type { Situation } from "./policy/situation.ts";
import { situationOf } from "./replay/fold.ts";

/** What of a job the choice looks at. */
export interface Choosing {
  readonly role: WorkRole;
  readonly usesPolicy: boolean;
  readonly isLocalOnly: boolean;
  readonly attempts: readonly Attempt[];
  /** Targets that failed for this job. */
  readonly tried: readonly Target[];
}

/** The moment: the state, the work under way, and what closes the cloud. */
export interface Moment {
  readonly state: RuntimeState;
  readonly running: Iterable<Reservation>;
  readonly isLoaded: (target: Target) => boolean;
  readonly atOnce: { readonly local: number | null; readonly cloud: number | null };
  /** Until when a quota or a refused key keeps the cloud closed; `null` = it is not. */
  readonly cloudClosedUntil: number | null;
  /** The engine's clock, ms. */
  readonly now: number;
}

/** Why a better place than the chosen one was passed over. */
export type PassedOver = "ATTEMPT_FAILED" | "NO_ROOM_NOW" | "BETTER_NOT_READY";

export type Choice =
  | { readonly go: Target; readonly passedOver: PassedOver | null }
  | { readonly wait: true }
  | { readonly refuse: RefusalKind; readonly why: string; readonly retryAfterMs: number | null };

const WAIT: Choice = { wait: true };

/** The choice for a job now. */
export function choose(job: Choosing, moment: Moment): Choice {
  const { state } = moment;
  const dispatch = dispatchFor(job, moment);
  const open = dispatch.targets.filter((target) => isOpen(target, job, moment));
  const first = open[0];
  if (first === undefined) return refusedOrWaiting(job, moment, dispatch);
  if (!job.usesPolicy) return { go: first, passedOver: null };
  if (job.attempts.length === 0 && isAwaited(first, dispatch)) return WAIT;
  const rooms = roomsOf(state);
  let passedOver = passedOverBefore(first, job, dispatch);
  for (const target of open) {
    const { running, isLoaded } = moment;
    const obstacle = obstacleOf({ target, running, rooms, isLoaded });
    if (obstacle === null) return { go: target, passedOver };
    if (obstacle !== "room") return WAIT;
    passedOver ??= "NO_ROOM_NOW";
  }
  return WAIT;
}

/** Without the policy only the best rung counts, wherever the runtime stands. */
function dispatchFor({ role, usesPolicy }: Choosing, { state, atOnce }: Moment): Dispatch {
  const situation = situationOf(state);
  const { hasVram } = state;
  if (usesPolicy || situation.rung === null) {
    return remembered({ situation, role, hasVram, atOnce });
  }
  const best: Situation = { ...situation, rung: "nominal" };
  const { targets, unusable } = dispatchOf({ situation: best, role, hasVram, atOnce });
  return { targets: targets.filter(({ rung }) => rung === "nominal").slice(0, 1), unusable };
}

type Question = Parameters<typeof dispatchOf>[0];

/** The last answer for each role: a job asks several times within one state, and so does the next one. */
const answers = new Map<WorkRole, { readonly question: Question; readonly dispatch: Dispatch }>();

function remembered(question: Question): Dispatch {
  const known = answers.get(question.role);
  if (known !== undefined && isSameQuestion(known.question, question)) return known.dispatch;
  const dispatch = dispatchOf(question);
  answers.set(question.role, { question, dispatch });
  return dispatch;
}

function isSameQuestion(one: Question, other: Question): boolean {
  const [a, b] = [one.situation, other.situation];
  return (
    a.tier === b.tier &&
    a.rung === b.rung &&
    a.host === b.host &&
    a.configuration === b.configuration &&
    a.cloud === b.cloud &&
    a.hasFirstReading === b.hasFirstReading &&
    a.isRoomAwaited === b.isRoomAwaited &&
    a.areModelsKnown === b.areModelsKnown &&
    one.hasVram === other.hasVram &&
    one.atOnce.local === other.atOnce.local &&
    one.atOnce.cloud === other.atOnce.cloud
  );
}

function isOpen(target: Target, job: Choosing, { cloudClosedUntil, now }: Moment): boolean {
  if (target.provider === "cloud") {
    if (job.isLocalOnly) return false;
    if (cloudClosedUntil !== null && now < cloudClosedUntil) return false;
  }
  return !isAmong(target, job.tried);
}

function passedOverBefore(first: Target, job: Choosing, dispatch: Dispatch): PassedOver | null {
  if (job.attempts.length > 0) return "ATTEMPT_FAILED";
  const isFirst = dispatch.targets[0] === first;
  const isBetterMissing = dispatch.unusable.some(({ rung }) => isBetter(rung, first.rung));
  return isFirst && !isBetterMissing ? null : "BETTER_NOT_READY";
}

/** A better rung only lacks a reading that is about to come: nothing goes further away meanwhile. */
function isAwaited(first: Target, { unusable }: Dispatch): boolean {
  return unusable.some(({ rung, missing }) => isBetter(rung, first.rung) && isWaitedFor(missing));
}

function isBetter(rung: Rung, than: Rung): boolean {
  return RUNGS.indexOf(rung) < RUNGS.indexOf(than);
}

function refusedOrWaiting(job: Choosing, moment: Moment, dispatch: Dispatch): Choice {
  const { unusable } = dispatch;
  if (job.attempts.length === 0 && unusable.some(({ missing }) => isWaitedFor(missing))) {
    return WAIT;
  }
  const { cloudClosedUntil, now } = moment;
  const isClosed = cloudClosedUntil !== null && now < cloudClosedUntil;
  const hasClosed =
    isClosed && !job.isLocalOnly && dispatch.targets.some(({ provider }) => provider === "cloud");
  const retryAfterMs = hasClosed ? cloudClosedUntil - now : retryAfterOf(moment.state);
  const last = job.attempts.at(-1);
  if (last !== undefined) {
    const why = `Nothing is left to try for ${job.role} after ${last.failure} at ${last.model}: ${last.message}`;
    return { refuse: "failed", why, retryAfterMs };
  }
  if (hasClosed) {
    const why = `The cloud provider is closed for ${Math.ceil((cloudClosedUntil - now) / 1000)} s after its last answer, and no local rung can do ${job.role} now; ask again then.`;
    return { refuse: "no_target", why, retryAfterMs };
  }
  if (isForbidden(job, dispatch, moment.state)) {
    const why = `Only the cloud is left for ${job.role}, and it may not be used; run a local model or free memory on this host (GET /api/runtime/status says which), or allow it with cloud.allowed and cloud.${job.role}.`;
    return { refuse: "consent", why, retryAfterMs };
  }
  return { refuse: "no_target", why: lackText(job.role, unusable), retryAfterMs };
}

/** The cloud is what is left, and somebody said no. */
function isForbidden(
  job: Choosing,
  { targets, unusable }: Dispatch,
  { lastTransition }: RuntimeState,
): boolean {
  if (job.isLocalOnly && targets.some(({ provider }) => provider === "cloud")) return true;
  if (unusable.some(({ missing }) => missing.includes("CLOUD_NOT_ALLOWED"))) return true;
  // Where new work is refused, the step there says whether the cloud would have been the place.
  const isShed = unusable.some(({ missing }) => missing.includes("WORK_REFUSED"));
  return isShed && lastTransition?.reason.refused?.cloud === "CLOUD_NOT_ALLOWED";
}

function lackText(role: WorkRole, unusable: readonly Unusable[]): string {
  const lacks = unusable.map(({ rung, model, missing }) => {
    const name = model === null ? rung : `${rung} (${model})`;
    return `${name}: ${missing.join(", ")}`;
  });
  return `No rung can do ${role} now; ${lacks.join("; ")}. See GET /api/runtime/explain for what would help.`;
}

/** As the policy says while new work is refused; else the dwell, after which the runtime may climb. */
function retryAfterOf(state: RuntimeState): number | null {
  return situationOf(state).retryAfterMs ?? null;
}

/** What each meter can carry now; `null` where nothing was read, and on meters that are lost. */
export function roomsOf(state: RuntimeState): Rooms {
  const { at, sensing, configuration } = state;
  const { vram, memory } = configuration.thresholds;
  const peakOf = (meter: "vram" | "memory"): number | null => {
    if (sensing[meter].level === "lost") return null;
    const { lookback_ms } = configuration.thresholds[meter];
    const peaks = meter === "vram" ? sensing.vramPeaks : sensing.memoryPeaks;
    return peakOver(peaks, at, lookbackMsAt(sensing.ladder, at, lookback_ms));
  };
  const roomOf = (peak: number | null, limit: number | null) =>
    peak === null || limit === null ? null : { others_peak_mib: peak, limit_mib: limit };
  const { vramTotalMib, memoryTotalMib } = sensing;
  return {
    vram: state.hasVram
      ? roomOf(peakOf("vram"), vramTotalMib === null ? null : Math.floor(vram.enter * vramTotalMib))
      : null,
    memory: roomOf(
      peakOf("memory"),
      memoryTotalMib === null ? null : memoryTotalMib - memory.enter,
    ),
  };
}
