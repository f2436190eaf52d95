/**
 * Finds a helper program: the configured path, then PATH, then the places where makers put it.
 *
 * PATH alone is not enough: under WSL2 nvidia-smi lies in a folder that root's PATH lacks. Relative
 * and empty PATH entries are skipped, so that nothing from the working folder is ever run.
 */
import { posix, win32 } from "node:path";
import { type HostView, ioOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";

/** What to look for. */
export interface ProgramSearch {
  /** Names as they lie in a folder, for example `nvidia-smi`. */
  readonly name: string;
  /** The user's own choice; when given, nothing else is looked at. */
  readonly configured: string | null;
  /** Absolute paths to try after PATH. */
  readonly places: readonly string[];
}

/** The path, or why there is none. */
export type FoundProgram =
  | { readonly path: string }
  | { readonly path: null; readonly code: "not-installed" | "not-executable" };

/** More entries than any real PATH has. */
const MAX_PATH_ENTRIES = 256;

/** The first executable candidate; never throws. */
export async function findProgram(view: HostView, search: ProgramSearch): Promise<FoundProgram> {
  let code: "not-installed" | "not-executable" = "not-installed";
  for (const path of candidatesOf(view, search)) {
    const presence = await ioOf(view).lookAt(path, true);
    if (presence === "there") return { path };
    if (presence === "not-executable") code = "not-executable";
  }
  return { path: null, code };
}

function candidatesOf(view: HostView, { name, configured, places }: ProgramSearch): string[] {
  if (configured !== null) return [configured];
  const separator = view.platform === "win32" ? ";" : ":";
  const folders = (view.env.PATH ?? view.env.Path ?? "").split(separator);
  return [
    ...folders
      .slice(0, MAX_PATH_ENTRIES)
      .filter((folder) => isAbsolute(folder, view.platform))
      .map((folder) => (folder.includes("\\") ? win32 : posix).join(folder, name)),
    ...places.map((place) => rootedPath(view.root, place)),
  ];
}

/** Judged by the view's system, since a host may be looked at from another one. */
function isAbsolute(folder: string, platform: NodeJS.Platform): boolean {
  return posix.isAbsolute(folder) || (platform === "win32" && win32.isAbsolute(folder));
}
