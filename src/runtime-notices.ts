/** The notices of one runtime: bounded, and nothing is said twice in a row about the saved profile. */
import type { Notice } from "./runtime-types.ts";

/** Most notices that are kept; the newest count. */
const MAX_NOTICES = 100;

const PROFILE_CODES: readonly Notice["code"][] = ["PROFILE_SAVED", "PROFILE_NOT_SAVED"];

/** Adds a notice; drops the oldest beyond 100. */
export function addNotice(notices: Notice[], notice: Notice): void {
  if (PROFILE_CODES.includes(notice.code)) {
    const last = notices.findLast(({ code }) => PROFILE_CODES.includes(code));
    if (last?.code === notice.code && last.message === notice.message) return;
  }
  notices.push(notice);
  if (notices.length > MAX_NOTICES) notices.shift();
}

/** A notice about something that failed. */
export function failureNotice(code: Notice["code"], what: string, error: unknown): Notice {
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: `${what}: ${message}` };
}
