/**
 * What each class of failure means for the job that met it: where it goes next, and who is told.
 *
 * One table, because this is where such programs go wrong: a quota text that becomes a connection error, a
 * warm-up that becomes a failure, a bad prompt that closes a provider (rules-from-the-field §4.11). Which
 * classes count in the failure windows is decided there (`failure-window.ts`), so every outcome is reported.
 */
import type { Failure } from "./input.ts";

/** Where the job goes after a failure. */
export type NextStep =
  /** To the next feasible rung; this target is not tried again for this job. */
  | "elsewhere"
  /** To the same target, a little later, as long as a cold load may take. */
  | "again"
  /** Back to the caller: the request is at fault, no other target would take it. */
  | "stop";

/** How one class is treated. */
export interface Treatment {
  readonly next: NextStep;
  /** In the cloud: closes it for all jobs, for as long as the answer says, else for so long; ms. */
  readonly closesCloudMs: number | null;
}

/** A quota answer that does not say when: a quarter of an hour is the shortest window seen with providers. */
const QUOTA_CLOSED_MS = 900_000;
/** A refused key heals only by a person; asked again now and then, so that a mended account is noticed. */
const AUTH_CLOSED_MS = 300_000;

const ELSEWHERE: Treatment = { next: "elsewhere", closesCloudMs: null };
const STOP: Treatment = { next: "stop", closesCloudMs: null };

const TREATMENTS: Readonly<Record<Failure, Treatment>> = {
  oom: ELSEWHERE,
  timeout: ELSEWHERE,
  refused: ELSEWHERE,
  server_error: ELSEWHERE,
  loading: { next: "again", closesCloudMs: null },
  not_pulled: ELSEWHERE,
  context: STOP,
  quota: { next: "elsewhere", closesCloudMs: QUOTA_CLOSED_MS },
  auth: { next: "elsewhere", closesCloudMs: AUTH_CLOSED_MS },
  bad_request: STOP,
};

/** After these the server has lost the model, or never had it. */
const LOSING: readonly Failure[] = ["oom", "refused", "not_pulled"];

/** True when a model that was loaded is not taken for loaded any more. */
export function isModelLost(failure: Failure): boolean {
  return LOSING.includes(failure);
}

/** How a failure is treated. */
export function treatmentOf(failure: Failure): Treatment {
  return TREATMENTS[failure];
}
