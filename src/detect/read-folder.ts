/**
 * Lists small folders again and again: on the spot where a folder has shown to be quick (decision 0030).
 *
 * The same bargain as with kept files (`spot-trust.ts`). A folder keeps no descriptor open, for its names
 * would not be read afresh. A folder that is absent is asked for without an error, whose stack costs more
 * than the question.
 */
import { existsSync, readdirSync } from "node:fs";
import { createSpotTrust, type SpotTrust } from "./spot-trust.ts";

/** Names in a folder; `null` when it cannot be read. */
export type ListFolder = (path: string) => Promise<readonly string[] | null>;

/** A reader that knows which folders are quick. */
export interface WatchedFolders {
  readonly listFolder: ListFolder;
  /** The names at once; `undefined` where they would have to be waited for. */
  namesNow(path: string): readonly string[] | null | undefined;
}

/** A look on the spot holds up everything else; /proc with 90 processes takes 0.25 ms on an idle host. */
const ON_THE_SPOT_MAX_MS = 0.8;

/** Lists folders through `list` until they are quick; `now` in ms. */
export function watchFolders(
  list: ListFolder,
  now: () => number = () => performance.now(),
): WatchedFolders {
  const trusts = new Map<string, SpotTrust>();
  const trustIn = (path: string): SpotTrust => {
    const trust = trusts.get(path) ?? createSpotTrust(ON_THE_SPOT_MAX_MS);
    trusts.set(path, trust);
    return trust;
  };
  return {
    async listFolder(path) {
      const begin = now();
      const names = await list(path);
      trustIn(path).waited(now() - begin);
      return names;
    },
    namesNow(path) {
      const trust = trustIn(path);
      if (!trust.isEarned()) return undefined;
      const begin = now();
      const names = namesIn(path);
      trust.heldUp(now() - begin);
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
