/**
 * Consent: whether a role may use the cloud, asked in one place by all who need to know.
 *
 * Two yeses are needed, one for the cloud at all and one for the role, because pictures and plans are
 * not the same thing to give away. Rejected: one consent for all roles, and asking for `cloud.allowed`
 * alone; a tier or a footprint chosen by half a consent is another than the chart's.
 */
import type { CloudConfiguration } from "./configuration.ts";

/** The roles that may use a cloud, each with its own consent. */
export type CloudRole = "vision" | "planning";

/** True when the user allows this role to use the cloud. */
export function isCloudAllowedFor(cloud: CloudConfiguration, role: CloudRole): boolean {
  return cloud.allowed && cloud[role] === "allow";
}
