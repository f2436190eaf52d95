/** The notices of one runtime: bounded, and nothing is said twice in a row about the saved profile. */
import type { ChainHead } from "./log/finding.ts";
import type { Saved, SetAside } from "./log/set-aside.ts";
import type { Notice } from "./runtime-types.ts";

/** Most notices that are kept; the newest count. */
const MAX_NOTICES = 100;

/** Said once: the next round says the same again. */
const ROUND_CODES: readonly Notice["code"][] = ["RETENTION_REFUSED", "RETENTION_FAILED"];

const PROFILE_CODES: readonly Notice["code"][] = ["PROFILE_SAVED", "PROFILE_NOT_SAVED"];

/** The newest notices, and how many of each code there have been since the start. */
export interface Notices {
  readonly list: Notice[];
  readonly counts: Partial<Record<Notice["code"], number>>;
}

/** None yet. */
export function noNotices(): Notices {
  return { list: [], counts: {} };
}

/** Adds a notice; drops the oldest beyond 100. */
export function addNotice({ list, counts }: Notices, notice: Notice): void {
  if (PROFILE_CODES.includes(notice.code)) {
    const last = list.findLast(({ code }) => PROFILE_CODES.includes(code));
    if (last?.code === notice.code && last.message === notice.message) return;
  }
  const isSame = (other: Notice): boolean =>
    other.code === notice.code && other.message === notice.message;
  if (ROUND_CODES.includes(notice.code) && list.some(isSame)) return;
  counts[notice.code] = (counts[notice.code] ?? 0) + 1;
  list.push(notice);
  if (list.length > MAX_NOTICES) list.shift();
}

/** A notice about something that failed. */
export function failureNotice(code: Notice["code"], what: string, error: unknown): Notice {
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: `${what}: ${message}` };
}

/** About a log that was put aside, or written anew because its file was gone. */
export function setAsideNotice(setAside: SetAside): Notice {
  const { path, reason, detail, saved } = setAside;
  if (path === null)
    return {
      code: "LOG_RESTORED",
      message: `The log was gone from its place (${detail}); it was begun anew: ${savedText(saved)}.`,
    };
  const rest =
    saved.isWhole || reason === "foreign" ? "" : `; the rest is in ${path}, keep it if you need it`;
  const said = reason === "foreign" ? "" : `: ${savedText(saved)}`;
  return {
    code: "FILE_SET_ASIDE",
    message: `The log was ${reason} (${detail}); it was put aside as ${path} and a new one was begun${said}${rest}.`,
  };
}

/** About a log whose newest lines are not there any more. */
export function endMissingNotice(last: ChainHead | null, lost: ChainHead): Notice {
  const end = last === null ? "is empty" : `ends at seq ${countText(last.seq)}`;
  return {
    code: "LOG_END_MISSING",
    message: `The log ${end}, but seq ${countText(lost.seq)} had been written; its file or its journal was removed, replaced or damaged. What came after is lost; the runtime goes on from there.`,
  };
}

function savedText(saved: Saved): string {
  const { entries, readings, lostReadings, through, isWhole } = saved;
  if (through === null && readings === 0) return "nothing of it could be read";
  const counted = `${countText(entries)} entries and ${countText(readings)} readings`;
  const lost = lostReadings === 0 ? "" : `, ${countText(lostReadings)} readings could not be read`;
  if (isWhole) return `all of it was saved (${counted})${lost}`;
  return `${counted} up to seq ${countText(through?.seq ?? 0)} were saved${lost}`;
}

function countText(count: number): string {
  return count.toLocaleString("en-US");
}
