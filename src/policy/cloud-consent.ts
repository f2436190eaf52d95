/**
 * What stands between a role and the cloud: consent first, then a provider, then the network.
 *
 * A plan is never an upload: a role may be *planned* in the cloud without consent, but it is not
 * ready, and who works by the policy sends nothing. Rejected: one consent for all roles.
 */
import { type CloudRole, isCloudAllowedFor } from "../domain/cloud-consent.ts";
import type { MissingCode } from "./policy.ts";
import type { Situation } from "./situation.ts";

/** What a role lacks for the cloud; empty = it may be used now. */
export function cloudMissingOf(situation: Situation, role: CloudRole): readonly MissingCode[] {
  const { configuration, cloud } = situation;
  if (!isCloudAllowedFor(configuration.cloud, role)) return ["CLOUD_NOT_ALLOWED"];
  // A probe that succeeded proves a provider, wherever its address was configured.
  if (cloud === "reachable") return [];
  if (configuration.cloud.base_url === null) return ["CLOUD_NOT_CONFIGURED"];
  // The region follows vision's consent; where vision has none, it says nothing about planning.
  if (role === "planning" && cloud === "off") return [];
  return ["CLOUD_UNREACHABLE"];
}
