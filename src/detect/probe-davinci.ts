/**
 * DaVinci Resolve: installed, running, scriptable; three questions that must not be mixed up.
 *
 * Installed = the program exists. Scriptable is `false` without the program, `true` only when three
 * signs agree (it runs, its scripting library is there, and its scripting port accepts), and `null`
 * otherwise: the free edition refuses scripts and does not say so, and any program can hold a port.
 * Rejected: starting it to ask, which takes seconds and shows a window.
 */
import type { DaVinci } from "../domain/host.ts";
import type { Note } from "../domain/note.ts";
import { davinciPlacesOf, davinciVersionOf, type EditorPlatform } from "./davinci-paths.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { noteOf, type Probed, rootedPath } from "./probe.ts";
import type { Running } from "./process-scan.ts";
import { createResolveSearch, DAVINCI_PROGRAM } from "./resolve-process.ts";

/** How to ask; the port is Resolve's own unless a test says otherwise. */
export interface DavinciQuestion {
  readonly view: HostView;
  readonly signal?: AbortSignal;
  /** A pass over the processes that others want as well; absent = one of its own. */
  readonly running?: Promise<Running | null>;
  readonly scriptingPort?: number;
}

/** Measured listener of the scripting server (detection facts §6). */
const SCRIPTING_PORT = 15_000;
const PORT_LIMIT_MS = 300;
const ABSENT: DaVinci = { installed: false, version: null, running: false, scriptable: false };

/** The editor on this host; never throws. */
export async function probeDavinci(question: DavinciQuestion): Promise<Probed<DaVinci>> {
  const { view, signal } = question;
  if (!isEditorPlatform(view.platform)) return { finding: ABSENT, notes: [] };
  const places = davinciPlacesOf(view.platform, view.env);
  const isRunning =
    question.running?.then((all) => all?.has(DAVINCI_PROGRAM.id) ?? null) ??
    createResolveSearch({ view, runner: ioOf(view), signal }).isRunning();
  const [hasProgram, hasLibrary, running] = await Promise.all([
    existsAny(view, places.programs),
    existsAny(view, places.libraries),
    isRunning,
  ]);
  const notes: Note[] = running === null ? [noteOf("davinci", "unreadable", "processes")] : [];
  // A running editor is installed, wherever it was put.
  const installed = running === true ? true : hasProgram;
  if (installed === false) return { finding: { ...ABSENT, running }, notes };
  const version = await firstVersion(view, places.versions);
  const hasSigns = running === true && hasLibrary === true;
  const isOpen =
    hasSigns &&
    (await ioOf(view).isAccepting(question.scriptingPort ?? SCRIPTING_PORT, PORT_LIMIT_MS));
  const scriptable = isOpen ? true : null;
  if (installed === null) notes.push(noteOf("davinci", "permission"));
  return { finding: { installed, version, running, scriptable }, notes };
}

function isEditorPlatform(platform: NodeJS.Platform): platform is EditorPlatform {
  return platform === "linux" || platform === "darwin" || platform === "win32";
}

/** `null` when a folder on the way may not be looked into and nothing was found elsewhere. */
async function existsAny(view: HostView, paths: readonly string[]): Promise<boolean | null> {
  let isHidden = false;
  for (const path of paths) {
    const presence = await ioOf(view).lookAt(rootedPath(view.root, path), false);
    if (presence === "there") return true;
    isHidden ||= presence === "hidden";
  }
  return isHidden ? null : false;
}

async function firstVersion(view: HostView, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const version = davinciVersionOf(
      (await ioOf(view).readText(rootedPath(view.root, path))) ?? "",
    );
    if (version !== null) return version;
  }
  return null;
}
