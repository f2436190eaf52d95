/**
 * Where DaVinci Resolve lives on each system, and how its process, version and lists look.
 *
 * A process is Resolve only when its path ends as the maker installs it. "resolve" anywhere in a
 * command line is not enough: `systemd-resolved` and many scripts contain it. Windows paths are
 * written with slashes; the drive is the first name. Sources: detection facts §6.
 */
import type { Environment } from "./environment.ts";

/** The systems on which Resolve exists. */
export type EditorPlatform = "win32" | "darwin" | "linux";

/** Absolute paths to look at, best guess first. */
export interface DavinciPlaces {
  readonly programs: readonly string[];
  /** Library that scripts load; without it nothing can be scripted. */
  readonly libraries: readonly string[];
  /** Files in which a version may stand. */
  readonly versions: readonly string[];
}

const MAC_SUPPORT = "Library/Application Support/Blackmagic Design/DaVinci Resolve";

/** The places of one system; folders of the user come from the environment. */
export function davinciPlacesOf(platform: EditorPlatform, env: Environment): DavinciPlaces {
  switch (platform) {
    case "linux":
      return {
        programs: ["/opt/resolve/bin/resolve", "/home/resolve/bin/resolve"],
        libraries: [
          "/opt/resolve/libs/Fusion/fusionscript.so",
          "/home/resolve/libs/Fusion/fusionscript.so",
        ],
        versions: inHome(env.HOME, ".local/share/DaVinciResolve/logs/ResolveDebug.txt"),
      };
    case "darwin": {
      const apps = [
        "/Applications/DaVinci Resolve/DaVinci Resolve.app",
        "/Applications/DaVinci Resolve.app",
      ];
      return {
        programs: apps.map((app) => `${app}/Contents/MacOS/Resolve`),
        libraries: apps.map((app) => `${app}/Contents/Libraries/Fusion/fusionscript.so`),
        versions: [
          ...apps.map((app) => `${app}/Contents/Info.plist`),
          ...inHome(env.HOME, `${MAC_SUPPORT}/logs/ResolveDebug.txt`),
        ],
      };
    }
    case "win32": {
      const programs = slashed(env.ProgramW6432 ?? env.ProgramFiles ?? "C:\\Program Files");
      const folder = `${programs}/Blackmagic Design/DaVinci Resolve`;
      const log = "Blackmagic Design/DaVinci Resolve/Support/logs/ResolveDebug.txt";
      return {
        programs: [`${folder}/Resolve.exe`],
        libraries: [`${folder}/fusionscript.dll`],
        versions: inHome(env.APPDATA, log),
      };
    }
  }
}

/** What the path of its executable ends with: as the maker installs it on each system. */
export const DAVINCI_PROCESS =
  /(?:\/resolve\/bin\/resolve|DaVinci Resolve\.app\/Contents\/MacOS\/Resolve|(?:^|\\)Resolve\.exe)$/;

/** The version in a log (the last start counts) or an Info.plist; `null` when there is none. */
export function davinciVersionOf(text: string): string | null {
  const starts = [...text.matchAll(/Running DaVinci Resolve(?: Studio)? v(\d+(?:\.\d+){1,4})/g)];
  const plist = /<key>CFBundleShortVersionString<\/key>\s*<string>(\d+(?:\.\d+){0,4})<\/string>/;
  return starts.at(-1)?.[1] ?? plist.exec(text)?.[1] ?? null;
}

function inHome(home: string | undefined, path: string): readonly string[] {
  return home === undefined || home === "" ? [] : [`${slashed(home)}/${path}`];
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/").replace(/\/+$/, "");
}
