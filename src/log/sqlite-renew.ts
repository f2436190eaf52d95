/**
 * A new log from a damaged one: built beside it, and then in its place.
 *
 * The idea: nothing that is there is given up before what takes its place is whole and on disk. So a
 * full disk in the middle leaves the old file where it was, and a crash leaves one of the two.
 */
import { randomUUID } from "node:crypto";
import { NOTHING_SAVED, type Saved } from "./set-aside.ts";
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
    return savedAsItIs(ruin) ?? savedFromCopy(ruin) ?? builtEmpty(ruin);
  } finally {
    removeFiles(buildingPlace(ruin.path));
    repairPlace(ruin.path);
  }
}

function savedAsItIs(ruin: Ruin): Built | null {
  if (ruin.open?.open) return savedOf(ruin, ruin.open);
  const file = damagedOrNull(() => openSqlite(ruin.path, { readonly: true }));
  if (file === null) return null;
  try {
    return savedOf(ruin, file);
  } finally {
    file.close();
  }
}

function savedFromCopy(ruin: Ruin): Built | null {
  const file = damagedOrNull(() => repairedCopy(ruin.path));
  if (file === null) return null;
  try {
    return savedOf(ruin, file);
  } finally {
    file.close();
  }
}

/** The name in the file comes first; where that is damaged itself, nothing fits it. */
function savedOf(ruin: Ruin, file: SqliteFile): Built | null {
  const inside = damagedOrNull(() =>
    file.prepare<[], string>("SELECT value FROM meta WHERE key = 'host_id'").pluck().get(),
  );
  for (const hostId of new Set([inside ?? ruin.hostId, ruin.hostId])) {
    if (hostId === null) continue;
    const built = builtWith(ruin.path, hostId, (target) => saveInto(target, { file, hostId }));
    if (built !== null) return built;
  }
  return null;
}

function builtEmpty({ path, hostId }: Ruin): Built {
  const target = building(path, hostId ?? randomUUID());
  target.file.close();
  return { place: finishBuilding(target.path), hostId: target.hostId, saved: NOTHING_SAVED };
}

function builtWith(
  path: string,
  hostId: string,
  save: (target: SqliteFile) => Saved,
): Built | null {
  const target = building(path, hostId);
  const saved = damagedOrNull(() => save(target.file));
  target.file.close();
  if (saved === null || (saved.through === null && saved.readings === 0)) return null;
  return { place: finishBuilding(target.path), hostId, saved };
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
