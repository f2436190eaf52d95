/** What an open log holds of its file, and what is found out about that when it is opened. */
import type { ChainFinding, ChainFindingCode, ChainHead } from "./finding.ts";
import { keptHeadIn } from "./head-file.ts";
import type { SqliteFile } from "./sqlite-file.ts";
import type { HeldPlace } from "./sqlite-place.ts";
import type { RowReader } from "./sqlite-rows.ts";
import { checkedPieces, type Walk } from "./sqlite-verify.ts";
import type { LogWriter } from "./sqlite-writer.ts";
import type { LogStore } from "./store.ts";

/** One open file with its reader and its writer: what is exchanged when the log is begun anew. */
export interface HeldLog {
  readonly file: SqliteFile;
  readonly rows: RowReader;
  readonly writer: LogWriter;
  readonly place: HeldPlace;
}

/** What says nothing about damage: a later version of the program, or the start of a pruned log. */
const NO_DAMAGE: ReadonlySet<string> = new Set<ChainFindingCode>([
  "UNKNOWN_TYPE",
  "UNKNOWN_VERSION",
  "START_DIFFERS",
]);

/** As `LogStore.brokenAfter`. */
export function firstBreakIn(walk: Walk): ChainFinding | null {
  for (const { findings } of checkedPieces(walk)) {
    const found = findings.find(({ code }) => !NO_DAMAGE.has(code));
    if (found !== undefined) return found;
  }
  return null;
}

/** The link that was kept beside the log, if the log does not hold it any more. */
export function lostIn(
  log: Pick<LogStore, "hostId" | "head" | "entry">,
  folder: string,
): ChainHead | null {
  const kept = keptHeadIn(folder);
  if (kept === null) return null;
  const { host_id, seq, hash } = kept;
  const isEmpty = log.head() === null;
  if (!isEmpty && (host_id !== log.hostId || log.entry(seq)?.hash === hash)) return null;
  return { seq, hash };
}

/** An append that would make the file larger fails as on a full disk. */
export function limitSize(file: SqliteFile, limitMib: number): void {
  const pageBytes = file.pragma("page_size", { simple: true }) as number;
  file.pragma(`max_page_count = ${Math.ceil((limitMib * 1024 * 1024) / pageBytes)}`);
}
