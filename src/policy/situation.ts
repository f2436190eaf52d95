/** What the policy is derived from: the host, where the runtime stands on it, and what the user allows. */
import type { Configuration } from "../domain/configuration.ts";
import type { Host } from "../domain/host.ts";
import type { Rung } from "../domain/rung.ts";
import type { CloudState } from "../domain/state.ts";
import type { Tier } from "../domain/tier.ts";

/** Everything that `policyOf` looks at; nothing else can change a policy. */
export interface Situation {
  /** `null` while detecting, as are `rung` and `host`. */
  readonly tier: Tier | null;
  readonly rung: Rung | null;
  readonly host: Host | null;
  readonly configuration: Configuration;
  readonly cloud: CloudState;
  /** False from entering a tier until the first fresh reading: no local model is loaded before it. */
  readonly hasFirstReading: boolean;
  /** The readings have come, but the model does not fit beside what others use now. Absent = false. */
  readonly isRoomAwaited?: boolean;
  /** The least time from a step down to a step up, back-off included, in ms. Absent = not known. */
  readonly retryAfterMs?: number;
  /**
   * False where nobody asked the model server (`simulate`) or it has not answered: the planned model then
   * counts as installed, and what was asked in vain is not ready.
   */
  readonly areModelsKnown: boolean;
}

/** A situation in which the host is detected and a rung is taken. */
export type SettledSituation = Situation & {
  readonly tier: Tier;
  readonly rung: Rung;
  readonly host: Host;
};

/** True once tier, rung and host are known. */
export function isSettled(situation: Situation): situation is SettledSituation {
  return situation.tier !== null && situation.rung !== null && situation.host !== null;
}
