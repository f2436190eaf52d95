/** The announcement that work goes to a cloud, as the log has it: read back from an entry, whatever stands in it. */
import { WORK_ROLES, type WorkRole } from "./job.ts";
import { at, oneOf, text } from "./tolerant-json.ts";

/** The name under which it is reported. */
export const ANNOUNCED_EFFECT = "cloud.announced";

/** What is told: which role, to which model, and where; the name of the host alone. */
export interface Announcement {
  readonly role: WorkRole;
  readonly model: string;
  readonly host: string;
}

/** The announcement in a reported effect; `null` for every other one. */
export function announcementIn(reported: unknown): Announcement | null {
  if (at(reported, "effect") !== ANNOUNCED_EFFECT) return null;
  const role = oneOf(WORK_ROLES, at(reported, "detail", "role"));
  const model = text(at(reported, "detail", "model"));
  const host = text(at(reported, "detail", "host"));
  return role === null || model === null || host === null ? null : { role, model, host };
}
