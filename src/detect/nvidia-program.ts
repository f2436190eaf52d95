/**
 * Where nvidia-smi lies, and how it is asked for rows.
 *
 * After the user's choice and PATH come the folders of the makers: WSL2 keeps it outside root's PATH;
 * Windows has the current one in System32, the driver store keeps one for each driver ever installed,
 * and old drivers had a folder of their own. Names in the driver store end in a hash, so which of several
 * is newest cannot be told from the list; they come after System32, last name first.
 */
import { findProgram } from "./find-program.ts";
import { type HostView, ioOf } from "./host-io.ts";
import { rootedPath } from "./probe.ts";

/** A driver store may hold hundreds of drivers; those of one maker are few. */
const MAX_STORED_DRIVERS = 32;

/** Arguments that print `fields` as rows. */
export function nvidiaQueryOf(fields: readonly string[]): readonly string[] {
  return [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"];
}

/** The path of nvidia-smi, or why there is none (order: §11.5). */
export async function findNvidiaSmi(view: HostView, configured: string | null) {
  const isWindows = view.platform === "win32";
  const name = isWindows ? "nvidia-smi.exe" : "nvidia-smi";
  const places = isWindows
    ? await windowsPlaces(view, configured)
    : ["/usr/lib/wsl/lib/nvidia-smi", "/usr/bin/nvidia-smi"];
  return findProgram(view, { name, configured, places });
}

async function windowsPlaces(view: HostView, configured: string | null): Promise<string[]> {
  if (configured !== null) return [];
  const windows = view.env.SystemRoot ?? "C:\\Windows";
  const programs = view.env.ProgramW6432 ?? view.env.ProgramFiles ?? "C:\\Program Files";
  const store = `${windows}/System32/DriverStore/FileRepository`;
  const names = (await ioOf(view).listFolder(rootedPath(view.root, store))) ?? [];
  const ofMaker = names
    .filter((name) => /^nv/i.test(name))
    .sort()
    .reverse()
    .slice(0, MAX_STORED_DRIVERS);
  return [
    `${windows}/System32/nvidia-smi.exe`,
    ...ofMaker.map((name) => `${store}/${name}/nvidia-smi.exe`),
    `${programs}/NVIDIA Corporation/NVSMI/nvidia-smi.exe`,
  ];
}
