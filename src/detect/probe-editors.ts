/**
 * The editors of the table and of the configuration: installed, running, and in how much memory.
 *
 * One pass over the processes for all of them. "Cannot tell" is `null`, never `false`: a list that cannot
 * be read, a folder that may not be looked into. Only what is installed or running is in the answer, and
 * what the configuration names. Rejected: asking package managers and registries, one for each system.
 */
import type { Editor } from "../domain/served.ts";
import { davinciPlacesOf, type EditorPlatform } from "./davinci-paths.ts";
import { EDITORS, type EditorPlaces, type EditorRow, namedEditor } from "./editor-table.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { noteOf, originOf, type Probed, rootedPath } from "./probe.ts";
import { createProcessScan, type Running } from "./process-scan.ts";
import { DAVINCI_PROGRAM } from "./resolve-process.ts";

/** How to look. */
export interface EditorsQuestion {
  readonly view: HostView;
  /** `detect.editors`: program names. */
  readonly named: readonly string[];
  /** A pass over the processes that others want as well; absent = one of its own. */
  readonly running?: Promise<Running | null>;
}

/** More configured editors than this are not looked for. */
const MAX_NAMED = 32;

const DAVINCI: EditorRow = {
  id: DAVINCI_PROGRAM.id,
  name: "DaVinci Resolve",
  on: (platform, env) => ({
    ...DAVINCI_PROGRAM,
    programs: davinciPlacesOf(platform, env).programs,
  }),
};

/** One pass over the processes for all editors, DaVinci Resolve among them; never rejects. */
export function runningEditors(
  { view, named }: EditorsQuestion,
  signal?: AbortSignal,
): Promise<Running | null> {
  const wanted = rowsOf({ view, named }).map(({ row, places }) => ({ id: row.id, ...places }));
  const { scan } = createProcessScan({ view, runner: ioOf(view), wanted });
  return scan(signal).catch(() => null);
}

/** The editors of this host; never throws. */
export async function probeEditors(question: EditorsQuestion): Promise<Probed<readonly Editor[]>> {
  const { view, named } = question;
  if (!isEditorPlatform(view.platform)) return { finding: [], notes: [] };
  const at = Date.now();
  const rows = rowsOf(question);
  const [running, installed] = await Promise.all([
    question.running ?? runningEditors(question),
    Promise.all(rows.map(({ places }) => isInstalled(view, places))),
  ]);
  const editors = rows.map(({ row: { id, name } }, place): Editor => {
    const process = running?.get(id) ?? null;
    return {
      id,
      name,
      installed: process === null ? (installed[place] ?? null) : true,
      running: running === null ? null : process !== null,
      memory_mib: process?.memory_mib ?? null,
    };
  });
  const ids = chosenOf(named).map(({ id }) => id);
  const finding = editors.filter(
    ({ id, installed: isThere, running: isRunning }) =>
      isThere === true || isRunning === true || ids.includes(id),
  );
  return {
    finding,
    notes: running === null ? [noteOf("editors", "unreadable", "processes")] : [],
    origins: finding
      .filter(({ memory_mib }) => memory_mib !== null)
      .map(({ id }) => originOf(`editors.${id}.memory_mib`, "processes", { at })),
  };
}

/** Each editor that this platform may have, and where. */
function rowsOf({ view: { platform, env }, named }: EditorsQuestion) {
  if (!isEditorPlatform(platform)) return [];
  return [DAVINCI, ...EDITORS, ...chosenOf(named)].flatMap((row) => {
    const places = row.on(platform, env);
    return places === null ? [] : [{ row, places }];
  });
}

function chosenOf(named: readonly string[]): readonly EditorRow[] {
  return named.slice(0, MAX_NAMED).map(namedEditor);
}

function isEditorPlatform(platform: NodeJS.Platform): platform is EditorPlatform {
  return platform === "linux" || platform === "darwin" || platform === "win32";
}

/** `null` when nothing says where it would be, or a folder on the way is hidden. */
async function isInstalled(
  view: HostView,
  { programs, folders = [] }: EditorPlaces,
): Promise<boolean | null> {
  if (programs.length === 0 && folders.length === 0) return null;
  const io = ioOf(view);
  let isHidden = false;
  for (const program of programs) {
    const presence = await io.lookAt(rootedPath(view.root, program), false);
    if (presence === "there") return true;
    isHidden ||= presence === "hidden";
  }
  for (const [folder, beginning] of folders) {
    const names = (await io.listFolder(rootedPath(view.root, folder))) ?? [];
    if (names.some((name) => name.startsWith(beginning))) return true;
  }
  return isHidden ? null : false;
}
