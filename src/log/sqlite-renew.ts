/**
 * A new log from a damaged one: built beside it, and then in its place.
 *
 * The idea: nothing that is there is given up before what takes its place is whole and on disk. So a
 * full disk in the middle leaves the old file where it was, and a crash leaves one of the two.
 */
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { keptHeadIn } from "./head-file.ts";
import { NOTHING_SAVED, type Saved } from "./set-aside.ts";
import { carvedCopy } from "./sqlite-carve.ts";
import { createTables, ownFile } from "./sqlite-create.ts";
import { isDamage, openSqlite, type SqliteFile, sqliteCodeOf } from "./sqlite-file.ts";
import { buildingPlace, finishBuilding, removeFiles, repairPlace } from "./sqlite-place.ts";
import { repairedCopy } from "./sqlite-repair.ts";
import { saveInto } from "./sqlite-salvage.ts";

/** What is known of a damaged log. */
export interface Ruin {
  readonly path: string;
  /** The file as the runtime holds it open; `null` = nobody does. */
  readonly open: SqliteFile | null;
  /** Its name as far as it is known from elsewhere. */
  readonly hostId: string | null;
}

/** A log that is whole and not yet in its place. */
export interface Built {
  readonly place: string;
  readonly hostId: string;
  readonly saved: Saved;
}

/** Builds the new log. Throws as SQLite and the disk do when there is no room for it. */
export function buildAnew(ruin: Ruin): Built {
  try {
    let best: Built | null = null;
    for (const source of SOURCES) {
      best = savedFrom(source, ruin, best);
      if (best?.saved.isWhole) break;
    }
    return best ?? builtEmpty(ruin);
  } finally {
    removeFiles(buildingPlace(ruin.path));
    repairPlace(ruin.path);
  }
}

type Source = (ruin: Ruin) => SqliteFile | null;

/** Where the lines may come from; the next one only if the one before has not all of them. */
const SOURCES: readonly Source[] = [
  ({ path, open }) => (open?.open ? open : openSqlite(path, { readonly: true })),
  ({ path }) => repairedCopy(path),
  ({ path }) => carvedCopy(path),
];

/** What this source gives, if it goes further than the best one so far. */
function savedFrom(source: Source, ruin: Ruin, best: Built | null): Built | null {
  const file = damagedOrNull(() => source(ruin));
  if (file === null) return best;
  try {
    return savedOf(ruin, file, best);
  } finally {
    if (file !== ruin.open) file.close();
  }
}

/** The name in the file comes first; where that is damaged itself, nothing fits it. */
function savedOf(ruin: Ruin, file: SqliteFile, best: Built | null): Built | null {
  const inside = damagedOrNull(() =>
    file.prepare<[], string>("SELECT value FROM meta WHERE key = 'host_id'").pluck().get(),
  );
  for (const hostId of new Set([inside ?? ruin.hostId, ruin.hostId])) {
    if (hostId === null) continue;
    const target = building(ruin.path, hostId);
    const saved = damagedOrNull(() => saveInto(target.file, { file, hostId }));
    target.file.close();
    if (saved === null || !goesFurther(saved, best?.saved ?? NOTHING_SAVED)) continue;
    const isWhole = saved.isWhole && isToItsEnd(ruin, saved);
    return { place: finishBuilding(target.path), hostId, saved: { ...saved, isWhole } };
  }
  return best;
}

/** What was cut off leaves no trace in the file itself; the link that was kept beside it tells. */
function isToItsEnd({ path }: Ruin, { through }: Saved): boolean {
  const kept = keptHeadIn(dirname(path));
  return kept !== null && (through?.seq ?? 0) >= kept.seq;
}

/** More of the chain; else more of the readings, or of what lies beyond the break. */
function goesFurther(one: Saved, other: Saved): boolean {
  const [mine, theirs] = [one, other].map(({ through, readings, later }) => [
    through?.seq ?? 0,
    readings,
    later.checkpoint?.seq ?? 0,
  ]) as [number[], number[]];
  const place = mine.findIndex((value, index) => value !== theirs[index]);
  return place >= 0 && (mine[place] ?? 0) > (theirs[place] ?? 0);
}

function builtEmpty({ path, hostId }: Ruin): Built {
  const target = building(path, hostId ?? randomUUID());
  target.file.close();
  return { place: finishBuilding(target.path), hostId: target.hostId, saved: NOTHING_SAVED };
}

interface Building {
  readonly path: string;
  readonly hostId: string;
  readonly file: SqliteFile;
}

/** Brought to disk as a whole when it is finished, so not at each step. */
function building(path: string, hostId: string): Building {
  const place = buildingPlace(path);
  const file = ownFile(place);
  file.pragma("synchronous = OFF");
  createTables(file, hostId);
  return { path: place, hostId, file };
}

/** What the damage itself causes is no answer; a full disk or missing rights are errors. */
function damagedOrNull<Answer>(attempt: () => Answer): Answer | null {
  try {
    return attempt();
  } catch (error) {
    if (isDamage(error) || isUnreadable(error)) return null;
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  if ((error as { code?: unknown }).code === "RP_LOG_DAMAGED") return true;
  if ((error as { code?: unknown }).code === "ENOENT") return true;
  return /^SQLITE_(IOERR_(READ|SHORT_READ|CORRUPTFS)|CANTOPEN)/.test(sqliteCodeOf(error) ?? "");
}
