/**
 * Lists small folders again and again: on the spot where a folder has shown to be quick (decision 0030).
 *
 * The same bargain as with kept files: what is listed through a thread in less than a ms may be listed on
 * the spot, and what took long there goes through a thread again for a while. A folder keeps no
 * descriptor open, for its names would not be read afresh. A folder that is absent is asked for without an
 * error, whose stack costs more than the question.
 */
import { existsSync, readdirSync } from "node:fs";

/** Names in a folder; `null` when it cannot be read. */
export type ListFolder = (path: string) => Promise<readonly string[] | null>;

/** A reader that knows which folders are quick. */
export interface WatchedFolders {
  readonly listFolder: ListFolder;
  /** The names at once; `undefined` where they would have to be waited for. */
  namesNow(path: string): readonly string[] | null | undefined;
}

/** A look through a thread in less than this, its waiting included, shows that the folder is quick. */
const QUICK_MS = 1;
/** A look on the spot holds up everything else; /proc with 90 processes takes 0.25 ms on an idle host. */
const ON_THE_SPOT_MAX_MS = 0.8;
/** After one that took longer, so many go through a thread: a minute at the slow beat. */
const LOOKS_UNTIL_TRIAL = 12;

/** Lists folders through `list` until they are quick; `now` in ms. */
export function watchFolders(
  list: ListFolder,
  now: () => number = () => performance.now(),
): WatchedFolders {
  /** Looks that still go through a thread before one on the spot is tried. */
  const looksUntilTrial = new Map<string, number>();
  return {
    async listFolder(path) {
      const left = looksUntilTrial.get(path) ?? 1;
      const begin = now();
      const names = await list(path);
      if (left > 1) looksUntilTrial.set(path, left - 1);
      else if (now() - begin < QUICK_MS) looksUntilTrial.set(path, 0);
      return names;
    },
    namesNow(path) {
      if (looksUntilTrial.get(path) !== 0) return undefined;
      const begin = now();
      const names = namesIn(path);
      if (now() - begin > ON_THE_SPOT_MAX_MS) looksUntilTrial.set(path, LOOKS_UNTIL_TRIAL);
      return names;
    },
  };
}

function namesIn(path: string): readonly string[] | null {
  if (!existsSync(path)) return null;
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}
