/**
 * Editors as data: where each is installed and how its process looks, for each system.
 *
 * Another editor is another row, or a program name in the setting `detect.editors`. A process counts only
 * when its executable's path ends as the maker installs it: a word in a command line proves nothing.
 * DaVinci Resolve's places are the maker's (detection facts §6); those of the others are the usual ones of
 * their installers, from general knowledge and not verified here.
 */
import type { EditorPlatform } from "./davinci-paths.ts";
import type { Environment } from "./environment.ts";

/** One editor on one system. */
export interface EditorPlaces {
  /** Absolute programs; any that exists means installed. */
  readonly programs: readonly string[];
  /** A folder and how a name in it begins, where the name has a year in it. */
  readonly folders?: readonly (readonly [folder: string, beginning: string])[];
  /** What the path of its executable ends with, in lower case on Windows. */
  readonly process: RegExp;
  /** Short name on Linux, for processes whose executable is hidden. */
  readonly comm?: string;
}

/** One row of the table. */
export interface EditorRow {
  readonly id: string;
  readonly name: string;
  /** `null`: it does not exist there. */
  readonly on: (platform: EditorPlatform, env: Environment) => EditorPlaces | null;
}

const PROGRAM_FILES = "C:\\Program Files";

function programFilesOf(env: Environment): string {
  return (env.ProgramW6432 ?? env.ProgramFiles ?? PROGRAM_FILES).replaceAll("\\", "/");
}

/** An Adobe program: its folder has the year in its name. */
function adobe(id: string, name: string, program: string): EditorRow {
  return {
    id,
    name,
    on(platform, env) {
      if (platform === "linux") return null;
      if (platform === "darwin") {
        const process = new RegExp(`/${name}[^/]*\\.app/Contents/MacOS/[^/]+$`);
        return { programs: [], folders: [["/Applications", name]], process };
      }
      const folder = `${programFilesOf(env)}/Adobe`;
      return {
        programs: [],
        folders: [[folder, name]],
        process: new RegExp(`(^|\\\\)${program.replace(".", "\\.")}$`, "i"),
      };
    },
  };
}

/** A free program with the same name on every system. */
function free(id: string, name: string, windowsFolder: string): EditorRow {
  return {
    id,
    name,
    on(platform, env) {
      switch (platform) {
        case "linux":
          return {
            programs: [`/usr/bin/${id}`, `/usr/local/bin/${id}`, `/snap/bin/${id}`],
            process: new RegExp(`/${id}$`),
            comm: id,
          };
        case "darwin":
          return {
            programs: [`/Applications/${name}.app`],
            process: new RegExp(`/${name}\\.app/Contents/MacOS/${name}$`, "i"),
          };
        case "win32":
          return {
            programs: [],
            folders: [[`${programFilesOf(env)}/${windowsFolder}`, ""]],
            process: new RegExp(`(^|\\\\)${id}\\.exe$`, "i"),
          };
      }
    },
  };
}

const FINAL_CUT: EditorRow = {
  id: "finalcut",
  name: "Final Cut Pro",
  on: (platform) =>
    platform === "darwin"
      ? {
          programs: ["/Applications/Final Cut Pro.app"],
          process: /\/Final Cut Pro\.app\/Contents\/MacOS\/Final Cut Pro$/,
        }
      : null,
};

/** Editors beside DaVinci Resolve, which has a probe of its own. */
export const EDITORS: readonly EditorRow[] = [
  adobe("premiere", "Adobe Premiere Pro", "Adobe Premiere Pro.exe"),
  adobe("aftereffects", "Adobe After Effects", "AfterFX.exe"),
  FINAL_CUT,
  free("blender", "Blender", "Blender Foundation"),
  free("kdenlive", "kdenlive", "kdenlive"),
];

/** An editor that the configuration names by its program, for example `olive-editor`. */
export function namedEditor(program: string): EditorRow {
  const name = program.replace(/\.exe$/i, "");
  const escaped = name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return {
    id: name.toLowerCase(),
    name,
    on: (platform) =>
      platform === "win32"
        ? { programs: [], process: new RegExp(`(^|\\\\)${escaped}\\.exe$`, "i") }
        : { programs: [], process: new RegExp(`/${escaped}$`), comm: name.slice(0, 15) },
  };
}
