/**
 * The files of a log in its folder: their names, and how one takes the place of another.
 *
 * The idea: a log is never half there. What is saved of a damaged one is built beside it, gets its
 * second name when it is whole and on disk, and only then the two change places. A crash at any step
 * leaves the old log, or the whole new one, or both; `tidyPlace` knows what to do with each.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Read and written by this user alone. */
export const FILE_MODE = 0o600;

/** While it is being built, and when it is whole. */
const BUILDING_NAME = "log.saving.sqlite";
const SAVED_NAME = "log.saved.sqlite";
const REPAIR_NAME = "log.repair.sqlite";

/** Most files put aside in one folder; beyond that a person must look. */
const MAX_SET_ASIDE = 1000;

/** The database and what SQLite keeps beside it. */
const PARTS = ["", "-wal", "-shm", "-journal"] as const;

/** Where the new log is built; anything that stands there is removed. */
export function buildingPlace(path: string): string {
  return clearedPlace(path, BUILDING_NAME);
}

/** Where a copy is repaired; anything that stands there is removed. */
export function repairPlace(path: string): string {
  return clearedPlace(path, REPAIR_NAME);
}

/** Removes a file with its companions. */
export function removeFiles(path: string): void {
  for (const part of PARTS) rmSync(path + part, { force: true });
}

/** The built log is whole: brings it to disk under the name that says so. */
export function finishBuilding(building: string): string {
  const saved = join(dirname(building), SAVED_NAME);
  removeFiles(saved);
  flush(building);
  renameSync(building, saved);
  return saved;
}

/** Puts the file aside with its companions, whole, under a name of its own. */
export function putAside(path: string): string {
  for (let number = 1; number <= MAX_SET_ASIDE; number++) {
    const target = join(dirname(path), `log.damaged-${number}.sqlite`);
    if (existsSync(target)) continue;
    // A crash after the first name must find the rest where it was: the database goes last.
    for (const part of PARTS.toReversed()) {
      if (existsSync(path + part)) renameSync(path + part, target + part);
    }
    return target;
  }
  throw new Error(`${MAX_SET_ASIDE} damaged logs in the folder`);
}

/** A log that was saved takes the free place. */
export function takePlace(saved: string, path: string): void {
  renameSync(saved, path);
}

/** What a crash has left: a whole new log takes the place if that is free, all else is built again. */
export function tidyPlace(path: string): void {
  const saved = join(dirname(path), SAVED_NAME);
  for (const name of [BUILDING_NAME, REPAIR_NAME]) clearedPlace(path, name);
  if (!existsSync(saved)) return;
  if (existsSync(path)) removeFiles(saved);
  else takePlace(saved, path);
}

/** Names the very file at this path; `null` when there is none. Renaming keeps it, replacing does not. */
function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** Looking at each durable line took a quarter of the speed (measured); a beat is 1000 ms. */
const LOOK_EVERY_MS = 250;

/** Knows whether an open database is still the one at its path, journal included. */
export class HeldPlace {
  readonly #path: string;
  readonly #database: string | null;
  #journal: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
    this.#database = identityOf(path);
  }

  /** False when the file was removed or another one was put there. */
  isDatabaseThere(): boolean {
    return identityOf(this.#path) === this.#database;
  }

  /** False when either of the two was removed or replaced; looks at most four times a second. */
  isThere(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return true;
    this.#lookedAt = now;
    if (!this.isDatabaseThere()) return false;
    const journal = identityOf(`${this.#path}-wal`);
    this.#journal ??= journal;
    return journal === this.#journal;
  }
}

function clearedPlace(path: string, name: string): string {
  const place = join(dirname(path), name);
  removeFiles(place);
  return place;
}

function flush(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
